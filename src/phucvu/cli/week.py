"""`phucvu week`: what a unit has to do this week, as its page in the workspace says it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click
import polars as pl

from phucvu.cli.dossiers import one_unit_option
from phucvu.cli.home import home_option, open_site
from phucvu.cli.output import LANGUAGE, echo_json, print_table, width
from phucvu.formats import moment, points, whole
from phucvu.problems import Fault, NotFoundError, UnusableError

if TYPE_CHECKING:
    from phucvu.records.store import Store
    from phucvu.web.workspace.week import Week

MOST = 80
"""Columns of the text at most: it is to fit a message or a sheet."""

HEADINGS = ("quá hạn", "nay", "tuần", "nguy cơ", "chờ")
"""The numbers of a row, shorter than the page calls them."""


@click.command()
@one_unit_option
@click.option(
    "--by",
    type=click.Choice(["procedure", "unit"]),
    default="procedure",
    show_default=True,
    help="Theo thủ tục hoặc đơn vị. | By procedure or unit.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Bảng hoặc JSON. | A table or JSON.",
)
@home_option
def week(unit: str, by: str, format_: str, home: str) -> None:
    """Việc tuần này của một đơn vị, như trang nghiệp vụ. | A unit's week, as on its page."""
    store = open_site(home)
    from phucvu.web.workspace import home as records
    from phucvu.web.workspace.week import week as of_unit

    _make_what_lacks(store)
    period = records.asked_period("")
    if not records.below(period, unit):
        raise NotFoundError(Fault("unit_not_in_period", unit=unit, period=period))
    listing = records.listing(period)
    if listing is None:
        raise UnusableError(Fault("units_missing", file=home))
    said = of_unit(unit, period, listing, by)
    if format_ == "json":
        _as_json(said)
    else:
        _as_text(said, by)


def _make_what_lacks(store: Store) -> None:
    """What the site's processes keep made, where none has run on this home yet."""
    from phucvu.inbox import counting
    from phucvu.inbox.clock import now
    from phucvu.inbox.lists import Maker, listing_of

    month, *_ = counting.running(now().date())
    if not counting.version(month):
        counting.MonthCounter(store).count_if_changed()
    if listing_of(store.home, month) is None:
        Maker(store).make_if_changed()


def _as_json(said: Week) -> None:
    lists = dict.fromkeys(_names(said), pl.Int64)
    echo_json(
        week=pl.DataFrame(
            {
                "unit": [said.name],
                "cut_off": [said.cut_off],
                "sentence": [said.sentence],
                "expected": [said.expected or None],
            }
        ),
        todo=pl.DataFrame([(e.name, e.number) for e in said.todo], schema=["list", "number"], orient="row"),
        mendable=pl.DataFrame(
            [
                (x.indicator.id, x.reason, x.deed, x.slice.loss.number, x.points, x.slice.loss.until)
                for x in said.mendable
            ],
            schema={
                "indicator": pl.String,
                "reason": pl.String,
                "deed": pl.String,
                "number": pl.Int64,
                "points": pl.Decimal(10, 2),
                "until": pl.Datetime("us"),
            },
            orient="row",
        ),
        answers=pl.DataFrame(
            [(e.name, e.number) for e in said.answers], schema=["list", "number"], orient="row"
        ),
        rows=pl.DataFrame(
            [(row.code, row.name, *row.numbers.values()) for row in said.rows],
            schema={"code": pl.String, "name": pl.String, **lists},
            orient="row",
        ),
    )


def _names(said: Week) -> list[str]:
    return list(said.rows[0].numbers) if said.rows else []


def _as_text(said: Week, by: str) -> None:
    room = min(MOST, width())
    for sentence in (said.sentence, f"Tính đến {moment(said.cut_off)}.", said.expected):
        for line in textwrap.wrap(sentence, room):
            click.echo(line)
    columns = [("", True), ("", False)]
    for title, entries in (("Hồ sơ", said.todo), ("Cần trả lời", said.answers)):
        print_table(title, columns, [(whole(e.number, LANGUAGE), e.name) for e in entries], room=room)
    print_table(
        "Cần bổ sung, đồng bộ lại",
        [("", False), ("số", True), ("điểm", True), ("lý do", False), ("cần làm", False), ("trước", False)],
        [
            (
                line.indicator.id,
                whole(line.slice.loss.number, LANGUAGE),
                points(line.points, LANGUAGE),
                line.reason,
                line.deed,
                moment(line.slice.loss.until) if line.slice.loss.until else "",
            )
            for line in said.mendable
        ],
        room=room,
    )
    print_table(
        "Theo đơn vị" if by == "unit" else "Theo thủ tục",
        [("mã", False), ("tên", False), *((heading, True) for heading in HEADINGS)],
        [
            (row.code, row.name, *(whole(number, LANGUAGE) for number in row.numbers.values()))
            for row in said.rows
        ],
        room=room,
    )
