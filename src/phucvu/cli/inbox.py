"""`phucvu inbox`: what came over the API, brought in once more."""

from __future__ import annotations

import click

from phucvu.cli.home import home_option, open_site
from phucvu.formats import whole


@click.group()
def inbox() -> None:
    """Những gì các hệ thống đã gửi qua API. | What systems sent over the API."""


@inbox.command("replay")
@click.option("--to", required=True, metavar="THƯ_MỤC", help="Nơi giữ dữ liệu mới. | The fresh home.")
@home_option
def replay(to: str, home: str) -> None:
    """Dựng lại hồ sơ từ mọi gói đã nhận, vào một nơi khác; số liệu phải như cũ.

    Bring everything that was ever received into a fresh home; its figures must be the same.
    """
    held = open_site(home)
    from phucvu.inbox.replaying import replay as bring
    from phucvu.records.store import Store

    messages = bring(held, Store(to))
    click.echo(f"Đã đưa lại {whole(messages, 'vi')} gói vào {to}.")
    click.echo(f"Brought {whole(messages, 'en')} messages into {to}.")
