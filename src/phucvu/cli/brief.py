"""`phucvu brief`: one A4 for a leader before a meeting, as a Word or PDF file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phucvu.cli.dossiers import one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, open_site, period_option, site_kept
from phucvu.cli.lost_and_changed import account_of
from phucvu.cli.named_files import out_option
from phucvu.cli.output import LANGUAGE
from phucvu.figures.periods import Period
from phucvu.problems import Fault, NotFoundError, UnusableError, why

if TYPE_CHECKING:
    from phucvu.engine.sources import Tables
    from phucvu.figures.units import Units
    from phucvu.scoring.scores import Scores
    from phucvu.steering.brief import Brief
    from phucvu.steering.brief_words import Published
    from phucvu.steering.changes import Period as KnownPeriod


@click.command()
@one_unit_option
@period_option
@out_option("Tệp Word (.docx) hoặc PDF. | The Word or PDF file.")
@counting_options
def brief(unit: str, period: Period, out: Path, asked: CountingOptions) -> None:
    """Tóm tắt một trang cho lãnh đạo trước cuộc họp. | One page for a leader before a meeting."""
    from phucvu.charts.group_bars import group_bars
    from phucvu.charts.png import png
    from phucvu.letters.brief_document import brief_document
    from phucvu.letters.pdf_making import to_pdf
    from phucvu.steering.brief_words import in_words

    if asked.engine != "duckdb":
        raise UnusableError(Fault("engine_without_lists", address=asked.engine))
    found, scores = _brief(unit, period, asked)
    text = in_words(found, _published(asked.home, period, scores), LANGUAGE)
    content = brief_document(text, png(group_bars(text.groups), scale=2))
    if out.suffix.casefold() == ".pdf":
        content = to_pdf(content)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise UnusableError(Fault("output_file_not_written", file=str(out), why=why(error))) from error
    click.echo(text.answer)


def _brief(unit: str, period: Period, asked: CountingOptions) -> tuple[Brief, Scores]:
    from phucvu.engine.evaluation import Evaluation
    from phucvu.published.daily_results import HomeDays, NoDays
    from phucvu.records.places import is_remote
    from phucvu.steering.brief import brief_of
    from phucvu.steering.changes import changes

    tables, units = asked.open()
    of_period, before = units.of_period(period), period.previous()
    if unit not in of_period or not of_period[unit].exists_in(period):
        raise NotFoundError(Fault("unit_not_in_period", unit=unit, period=period))
    scores, now = _known(asked, tables, units, unit, period)
    earlier, then = _known(asked, tables, units, unit, before)
    with Evaluation.at(tables, asked.rule_set.at(period.last), period, asked.now) as evaluation:
        below = evaluation.tree.children.get(unit, [])
    found = brief_of(
        scores,
        period,
        of_period[unit],
        period.cut_off(asked.now),
        (earlier, before),
        changes(unit, below, then, now) if then.components else [],
        account_of(asked, tables, scores, unit, period),
        NoDays() if is_remote(asked.home) else HomeDays(asked.home),
    )
    return found, scores


def _known(
    asked: CountingOptions, tables: Tables, units: Units, unit: str, period: Period
) -> tuple[Scores, KnownPeriod]:
    """The scores of all units, and what is known of one."""
    from phucvu.engine.by_procedure import figures_and_of_each
    from phucvu.scoring.scores import score
    from phucvu.steering.changes import Period as KnownPeriod

    rules = asked.rule_set
    counted, of_each = figures_and_of_each(tables, rules, period, asked.now)
    scores = score(counted, rules, units, from_records=True)
    rows = scores.components.filter(unit=unit).iter_rows(named=True)
    return scores, KnownPeriod({row["indicator"]: row for row in rows}, rules.at(period.last), of_each)


def _published(home: str, period: Period, scores: Scores) -> Published:
    """Whether the home has published these scores."""
    from phucvu.steering.brief_words import Published

    if not site_kept(home):
        return Published(None)
    open_site(home)
    from phucvu.editions import published

    latest, agrees = published.shown(period, scores)
    return Published(latest.number if latest else None, agrees)
