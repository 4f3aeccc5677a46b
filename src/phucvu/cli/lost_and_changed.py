"""`phucvu losses` and `changes`: what points are lost on and can be mended, and why they changed."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phucvu.cli.dossiers import about_records, one_unit_option, said_otherwise
from phucvu.cli.home import CountingOptions, PeriodType, counting_options, period_option
from phucvu.cli.output import LANGUAGE, print_table
from phucvu.cli.score import excel_option, format_option
from phucvu.figures.periods import Period
from phucvu.formats import moment, points, whole
from phucvu.problems import Fault, NotFoundError, UnusableError

if TYPE_CHECKING:
    from phucvu.engine.sources import Tables
    from phucvu.scoring.scores import Scores
    from phucvu.steering.points_lost import Account


@click.command()
@one_unit_option
@period_option
@counting_options
@format_option
@excel_option
def losses(unit: str, period: Period, asked: CountingOptions, format_: str, excel: Path | None) -> None:
    """Điểm bị trừ, khả năng khắc phục, ai phải làm. | Points lost, what can be mended, who must act."""
    from phucvu.engine.figures import figures
    from phucvu.scoring.scores import score
    from phucvu.steering.fates import FATES, Fate
    from phucvu.steering.loss_rows import rows
    from phucvu.steering.points_lost import as_decimal

    if asked.engine != "duckdb":
        raise UnusableError(Fault("engine_without_lists", address=asked.engine))
    tables, units = asked.open()
    scores = score(
        figures(tables, asked.rule_set, period, asked.now), asked.rule_set, units, from_records=True
    )
    found = account_of(asked, tables, scores, unit, period)
    if not said_otherwise("losses", rows(found), format_, excel, about_records(asked, period, unit)):
        parts = [f"{FATES[fate].vi} {points(as_decimal(found.of(fate)), LANGUAGE)}" for fate in Fate]
        print_table(
            f"{unit}, {period}: bị trừ {points(as_decimal(found.shown), LANGUAGE)} điểm; {'; '.join(parts)}",
            [
                ("", False),
                ("lý do", False),
                ("số lượng", True),
                ("điểm", True),
                ("khả năng khắc phục", False),
                ("ai làm", False),
                ("cần làm", False),
            ],
            [
                (
                    row["indicator"],
                    row["reason_vi"],
                    whole(row["number"], LANGUAGE),
                    points(round(row["points"], 2), LANGUAGE),
                    " ".join([row["fate_vi"], moment(row["until"]) if row["until"] else ""]).strip(),
                    row["who_vi"],
                    row["deed_vi"],
                )
                for row in rows(found).iter_rows(named=True)
            ],
        )


def account_of(asked: CountingOptions, tables: Tables, scores: Scores, unit: str, period: Period) -> Account:
    """What a unit loses. Raises NotFoundError where it has no scores in the period."""
    from phucvu.engine.evaluation import Evaluation
    from phucvu.engine.listing import Listing, judge
    from phucvu.steering.losses import losses as lost
    from phucvu.steering.points_lost import account

    rules, in_force = asked.rule_set, asked.rule_set.at(period.last)
    components = scores.components.filter(unit=unit, period=str(period)).to_dicts()
    if not components:
        raise NotFoundError(Fault("unit_not_in_period", unit=unit, period=period))
    with Evaluation.at(tables, in_force, period, asked.now) as evaluation:
        tree = evaluation.tree
    with tempfile.TemporaryDirectory() as folder:
        judge(tables, rules, period, asked.now, Path(folder) / "of.duckdb")
        listing = Listing(Path(folder) / "of.duckdb")
        running = listing.cut_off < period.ends
        return account(components, in_force, unit, running, lambda i: lost(listing, tree, period, unit, i))


@click.command()
@one_unit_option
@click.option("--from", "before", required=True, type=PeriodType(), metavar="KỲ", help="Kỳ trước. | From.")
@click.option("--to", "after", required=True, type=PeriodType(), metavar="KỲ", help="Kỳ sau. | To.")
@counting_options
@format_option
@excel_option
def changes(
    unit: str, before: Period, after: Period, asked: CountingOptions, format_: str, excel: Path | None
) -> None:
    """Vì sao điểm tăng, giảm giữa hai kỳ. | Why points changed between two periods."""
    from phucvu.engine.by_procedure import figures_and_of_each
    from phucvu.engine.evaluation import Evaluation
    from phucvu.scoring.scores import score
    from phucvu.steering import changes as why
    from phucvu.steering.points_lost import as_decimal

    tables, units = asked.open()
    rules = asked.rule_set

    def of(period: Period) -> why.Period:
        counted, of_each = figures_and_of_each(tables, rules, period, asked.now)
        components = score(counted, rules, units, from_records=True).components.filter(unit=unit)
        if components.is_empty():
            raise NotFoundError(Fault("unit_not_in_period", unit=unit, period=period))
        by_indicator = {row["indicator"]: row for row in components.iter_rows(named=True)}
        return why.Period(by_indicator, rules.at(period.last), of_each)

    with Evaluation.at(tables, rules.at(after.last), after, asked.now) as evaluation:
        below = evaluation.tree.children.get(unit, [])
    found = why.changes(unit, below, of(before), of(after))
    about = about_records(asked, after, unit) | {"So với": before.title(LANGUAGE)}
    if not said_otherwise("changes", why.table(found), format_, excel, about):
        total = as_decimal(sum((c.points for c in found), Fraction(0)))
        print_table(
            f"{unit}, {before} → {after}: {points(total, LANGUAGE)} điểm",
            [("", False), ("thay đổi", True), *((words.vi, True) for words in why.CAUSES.values())],
            [
                (
                    change.indicator.id,
                    points(as_decimal(change.points), LANGUAGE),
                    *(points(as_decimal(change.of(cause)), LANGUAGE) for cause in why.CAUSES),
                )
                for change in found
            ],
        )
