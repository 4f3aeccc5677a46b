"""`phucvu demo`: the national index of 2026 as published, in the terminal and as a site."""

from __future__ import annotations

import click

from phucvu.cli.score import print_scoreboard, scores_with_changes
from phucvu.formats import day

PORT = 8766

port_option = click.option(
    "--port",
    default=PORT,
    show_default=True,
    metavar="CỔNG",
    help="Cổng trên máy này. | Port on this machine.",
)


@click.command()
@click.option("--once", is_flag=True, help="Chỉ in bảng rồi dừng. | Print the scoreboard and end.")
@port_option
def demo(once: bool, port: int) -> None:
    """Bộ chỉ số năm 2026 của cả nước: in bảng rồi mở trang web.

    The nation's index of 2026, printed in the terminal and served as a site.
    """
    # The web framework takes longer to load than the other commands take to run.
    from phucvu.web.results import results
    from phucvu.web.serve import serve

    for result in results():
        groups, totals = scores_with_changes(result.scores, None)
        print_scoreboard(result.scores, groups, totals, str(result.period))
        cut_off = day(result.cut_off)
        click.echo(f"Nguồn: {result.source.vi}; số liệu đến {cut_off}")
        click.echo(f"Source: {result.source.en}; as of {cut_off}")
    if not once:
        serve(
            port,
            ready=lambda: click.echo(f"\nXem tại | See http://127.0.0.1:{port}/  (Ctrl+C để dừng | to stop)"),
        )
