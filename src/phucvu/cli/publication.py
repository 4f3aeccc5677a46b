"""`phucvu publication-watch`: decisions to be published, by whom, and in how many working days."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import polars as pl

from phucvu import configuration
from phucvu.cli.dossiers import about_records, one_unit_option, said_otherwise
from phucvu.cli.home import CountingOptions, counting_options
from phucvu.cli.output import LANGUAGE, print_table
from phucvu.cli.score import excel_option, format_option
from phucvu.figures.periods import around
from phucvu.formats import day, whole
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    from phucvu.engine.sources import Tables
    from phucvu.figures.units import Units
    from phucvu.steering.publication_watch import Limits, Watched


@click.command("publication-watch")
@one_unit_option
@click.option("--all", "every", is_flag=True, help="Cả quyết định đã xong. | Also what is done.")
@counting_options
@format_option
@excel_option
def publication_watch(
    unit: str, every: bool, asked: CountingOptions, format_: str, excel: Path | None
) -> None:
    """Quyết định phải công bố, công khai, còn mấy ngày. | Decisions to publish, and the days left."""
    from phucvu.engine.tree import Tree
    from phucvu.steering.publication_watch import STAGES, Stage, broken_words

    tables, units = asked.open()
    today = asked.now.date()
    if unit not in units:
        raise UnusableError(Fault("unit_unknown", name=unit))
    [month, *_] = around(today)
    below = set(Tree.of_today(units, today).below(unit)) | {unit}
    every_one, limits = watched(asked, tables, units, unit)
    found = [
        one
        for one in every_one
        if {one.unit, one.advising_unit} & below and (every or one.stage is not Stage.DONE)
    ]
    frame = pl.DataFrame(
        [
            {
                "decision": one.decision,
                "decided_on": one.decided_on,
                "advising_unit": one.advising_unit,
                "submission_number": one.submission_number or None,
                "submission_on": one.submission_on,
                "own_limit": one.own_limit,
                "own_days": one.own_days,
                "decide_by": one.decide_by,
                "own_number": one.own_number or None,
                "own_decided_on": one.own_decided_on,
                "publish_by": one.publish_by,
                "published_on": one.published_on,
                "stage": one.stage.value,
                "by": one.by,
                "broken": " ".join(sorted(one.broken)),
                "note": broken_words(one, limits, LANGUAGE),
            }
            for one in found
        ],
        schema=COLUMNS,
    )
    if not said_otherwise("decisions", frame, format_, excel, about_records(asked, month, unit)):
        late = whole(sum(bool(one.broken) for one in found), LANGUAGE)
        print_table(
            f"{unit}, {day(today)}: {whole(len(found), LANGUAGE)} quyết định; {late} quá hạn | late",
            [
                *(("quyết định", False), ("ai", False), ("tình trạng", False)),
                *(("hạn", False), ("ngày", True), ("ghi chú", False)),
            ],
            [
                (
                    one.decision,
                    one.by or "—",
                    STAGES[one.stage][LANGUAGE],
                    day(one.own_limit) if one.own_limit else "—",
                    "—" if one.own_days is None else str(one.own_days),
                    broken_words(one, limits, LANGUAGE),
                )
                for one in found
            ],
        )


def watched(asked: CountingOptions, tables: Tables, units: Units, unit: str) -> tuple[list[Watched], Limits]:
    """The decisions that a unit's province or ministry answers for, as of the clock, and their limits."""
    from phucvu.engine.calendar import Calendar
    from phucvu.engine.tree import Tree
    from phucvu.steering.publication_watch import Limits, watch

    today = asked.now.date()
    tree = Tree.of_today(units, today)
    root = tree.root(unit) or unit
    own = tables["calendar"].to_polars()
    calendar = Calendar(dict(own.select("date", "working").iter_rows()))
    limits = Limits.of(asked.rule_set.at(today), configuration.current().publication_days)
    own_units = set(tree.below(root))
    others = {u.code for u in units if u.kind != "ministry"} - own_units
    rows = tables["decisions"].to_polars().to_dicts()
    return watch(rows, root, units[root].kind, own_units, limits, calendar, today, others), limits


COLUMNS = {
    **dict.fromkeys(("decision",), pl.String),
    "decided_on": pl.Date,
    **dict.fromkeys(("advising_unit", "submission_number"), pl.String),
    **dict.fromkeys(("submission_on", "own_limit"), pl.Date),
    "own_days": pl.Int64,
    "decide_by": pl.Date,
    "own_number": pl.String,
    **dict.fromkeys(("own_decided_on", "publish_by", "published_on"), pl.Date),
    **dict.fromkeys(("stage", "by", "broken", "note"), pl.String),
}
