"""`phucvu portal pull`: the results that the national portal publishes, fetched politely and kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from phucvu.cli.home import home_option, now_option, period_option, rules_option
from phucvu.cli.output import print_table, report
from phucvu.figures.periods import Period
from phucvu.rules.loading import load


@click.group()
def portal() -> None:
    """Cổng Dịch vụ công quốc gia: tải kết quả đã công bố. | The national portal's published results."""


@portal.command()
@click.option("--root", metavar="MÃ", help="Tỉnh; mặc định cả nước. | A province; else the nation.")
@period_option
@click.option(
    "--address",
    envvar="PHUCVU_PORTAL",
    metavar="URL",
    help="Địa chỉ của Cổng (hoặc biến PHUCVU_PORTAL). | The portal's address.",
)
@click.option(
    "--pause",
    type=click.FloatRange(min=0),
    default=2.0,
    show_default=True,
    metavar="GIÂY",
    help="Nghỉ giữa hai lần hỏi. | Pause between requests.",
)
@click.option(
    "--catalogue/--no-catalogue", default=True, help="Cả danh mục thủ tục. | The procedure catalogue as well."
)
@rules_option
@now_option
@home_option
def pull(
    root: str | None,
    period: Period,
    address: str | None,
    pause: float,
    catalogue: bool,
    rules: str,
    now: dt.datetime,
    home: str,
) -> int:
    """Tải và giữ nguyên mọi báo cáo của một kỳ, rồi đối chiếu điểm. | Fetch and check."""
    from phucvu.portal import differences
    from phucvu.portal import pull as fetch

    def progress(name: str, done: int, expected: int | None) -> None:
        click.echo(f"{name}: {done}{f'/{expected}' if expected else ''}", err=True)

    pulled = fetch(
        Path(home),
        period,
        root=root,
        address=address,
        catalogue=catalogue,
        pause=pause,
        now=now,
        progress=progress,
    )
    units, figures = len(pulled.published.units), pulled.published.figures.height
    click.echo(f"{units} đơn vị, {figures} số liệu | {units} units, {figures} figures: {pulled.folder}")
    apart = differences(pulled, load(rules))
    if apart.height:
        print_table(
            "Điểm khác nhau quá 0,01 | Scores more than 0.01 apart",
            [("đơn vị", False), ("", False), ("phần", False), ("công bố", True), ("tính lại", True)],
            [
                (r["unit"], r["what"], r["part"], str(r["published"]), str(r["ours"]))
                for r in apart.iter_rows(named=True)
            ],
        )
    else:
        click.echo(
            "mọi điểm tính lại đều đúng với điểm công bố | every score recomputed equals the published one"
        )
    return report(pulled.problems, pulled.notes)
