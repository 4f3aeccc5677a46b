"""`phucvu init`: an empty home."""

from __future__ import annotations

from pathlib import Path

import click

from phucvu.cli.home import home_option, open_site
from phucvu.problems import Fault, UnusableError

PARTS = ("phucvu.sqlite3", "records", "secret.key")
"""What a home holds, one of them at least."""


@click.command()
@home_option
def init(home: str) -> None:
    """Lập nơi giữ dữ liệu còn trống: thư mục và cơ sở dữ liệu. | Make an empty home: folder and database."""
    place = Path(home)
    there = "://" not in home and place.exists() and any(place.iterdir())
    if there and not any((place / part).exists() for part in PARTS):
        raise UnusableError(Fault("folder_not_empty", file=home))
    open_site(home, make=True)
    words = ("đã có sẵn", "is there already") if there else ("đã lập", "made")
    click.echo(f"Nơi giữ dữ liệu {words[0]} | The home {words[1]}: {home}")
    click.echo(
        "Tiếp theo | Next:\n"
        f"  phucvu import --home {home} units.csv procedures.csv\n"
        f"  phucvu accounts add quan-tri --home {home} --unit H21 --email quan-tri@example.vn\n"
        f"  phucvu serve --home {home}"
    )
