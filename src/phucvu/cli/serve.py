"""`phucvu serve`: the site of a home, with the intake that feeds it."""

from __future__ import annotations

import click

from phucvu.cli.demo import port_option, say_where
from phucvu.cli.home import check_there, unchecked_home_option
from phucvu.rules.loading import rules_in_use

WORKERS = 2


@click.command()
@unchecked_home_option()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ĐỊA_CHỈ",
    help="Địa chỉ để nghe. | Address to listen on.",
)
@port_option
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=WORKERS,
    show_default=True,
    metavar="SỐ",
    help="Số tiến trình trả lời. | Processes that answer.",
)
def serve(home: str, host: str, port: int, workers: int) -> None:
    """Mở trang web của một cơ quan: nhận hồ sơ qua API, đếm và hiện kết quả.

    Serve the site of a home: takes dossiers over the API, counts them, and shows the results.
    """
    check_there(home)
    # The web framework takes longer to load than the other commands take to run.
    from phucvu.web.serve import serve as serve_site

    # Rules that cannot be counted are told at once, not at the first count.
    rules_in_use()
    serve_site(home, port, host, workers=workers, ready=lambda: say_where(port, host))
