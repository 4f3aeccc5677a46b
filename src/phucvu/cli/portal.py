"""`phucvu portal`: the results that the national portal publishes, fetched politely, kept and watched."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import click
import polars as pl

from phucvu.cli.home import chosen_rules, home_option, now_option, period_option, rules_option
from phucvu.cli.output import print_table, report
from phucvu.figures.periods import Period, now_in_vietnam
from phucvu.figures.units import Units
from phucvu.formats import change as signed
from phucvu.formats import day
from phucvu.problems import Fault, UnusableError
from phucvu.scoring.formula_watch import FormulaChange, formula_changes


@click.group()
def portal() -> None:
    """Cổng Dịch vụ công quốc gia: tải kết quả đã công bố. | The national portal's published results."""


@portal.command()
@click.option("--root", metavar="MÃ", help="Tỉnh; mặc định cả nước. | A province; else the nation.")
@period_option
@click.option(
    "--procedure", metavar="MÃ", help="Chỉ kết quả của một thủ tục. | Results of one procedure alone."
)
@click.option(
    "--address",
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
    procedure: str | None,
    address: str | None,
    pause: float,
    catalogue: bool,
    rules: str | None,
    now: dt.datetime,
    home: str,
) -> int:
    """Tải và giữ nguyên mọi báo cáo của một kỳ, rồi đối chiếu điểm. | Fetch and check."""
    from phucvu.portal import differences
    from phucvu.portal import pull as fetch
    from phucvu.portal.daily_table import component_scores_by_day

    def progress(name: str, done: int, expected: int | None) -> None:
        click.echo(f"{name}: {done}{f'/{expected}' if expected else ''}", err=True)

    pulled = fetch(
        Path(home),
        period,
        root=root,
        procedure=procedure,
        address=address,
        catalogue=catalogue,
        pause=pause,
        now=now,
        progress=progress,
    )
    units, figures = len(pulled.published.units), pulled.published.figures.height
    click.echo(f"{units} đơn vị, {figures} số liệu | {units} units, {figures} figures: {pulled.folder}")
    apart = differences(pulled, chosen_rules(rules))
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
    days = component_scores_by_day(Path(home), root, str(period))
    _print_changes(formula_changes(days, chosen_rules(rules), Units([])))
    return report(pulled.problems, pulled.notes)


@portal.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[TỆP]…")
@click.option("--root", metavar="MÃ", help="Tỉnh; mặc định cả nước. | A province; else the nation.")
@period_option
@rules_option
@home_option
def watch(files: tuple[Path, ...], root: str | None, period: Period, rules: str | None, home: str) -> int:
    """Cổng có đổi công thức chấm điểm không, từ ngày nào. | Whether the portal's formula changed, and when.

    Đọc các lần tải đã lưu, hoặc tệp có cột as_of, unit, indicator, numerator, denominator, official_score.

    Reads the pulls that are kept, or files with these columns.
    """
    from phucvu.portal.daily_table import component_scores_by_day, up_to_date
    from phucvu.portal.days import read_days

    problems: list[Fault] = [] if files else up_to_date(Path(home), now_in_vietnam())
    days = [] if files else [component_scores_by_day(Path(home), root, str(period))]
    for file in files:
        frame, left_out = read_days(file, period)
        days.append(frame)
        problems += left_out
    published = pl.concat(days)
    if published.is_empty() and not problems:
        raise UnusableError(Fault("nothing_pulled"))
    count = published["as_of"].n_unique()
    click.echo(f"đã xem {count} ngày công bố | {count} published days looked at")
    _print_changes(formula_changes(published, chosen_rules(rules), Units([])))
    return report(problems, [])


def _print_changes(changes: list[FormulaChange]) -> None:
    """Each change of the portal's formula: which indicator, since when, what explains it, what it costs."""
    if not changes:
        click.echo(
            "điểm mọi ngày đều tính đúng theo số liệu của ngày đó"
            " | every day's scores follow from that day's figures"
        )
        return
    columns = [("chỉ số", False), ("từ ngày", False), ("đến ngày", False), ("đơn vị", True), ("điểm", True)]
    print_table(
        "Điểm công bố không còn theo công thức | Published scores no longer follow from their figures",
        [*columns, ("khớp lại nếu", False)],
        [
            (
                change.indicator,
                day(change.since),
                day(change.until),
                str(len(change.costs)),
                signed(sum(change.costs.values(), Decimal(0)), "vi"),
                change.words.vi,
            )
            for change in changes
        ],
    )
