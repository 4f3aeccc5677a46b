"""The home's table of published results, made from the kept pulls: each is taken in once.

The watch and the pages read the table (``published.daily_results``), never the pulls. The table is a Delta
table, so that a pull is in it whole or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from deltalake import DeltaTable, write_deltalake

from phucvu.figures.units import Units
from phucvu.portal.archive import Archive, PullRunningError, alone, manifests
from phucvu.portal.published_results import Pulled, read
from phucvu.problems import Both, Fault, UnusableError
from phucvu.published.bundled_days import ranked
from phucvu.published.daily_results import TABLE, TOTAL, HomeDays, note
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import RuleSetFile
from phucvu.scoring.formula_watch import PUBLISHED, FormulaChange, formula_changes

MOST_FILES = 40
"""Each pull adds a file; so many are joined into one, so that reading stays quick."""

KEEP_HOURS = 24
"""How long a file that was joined with others stays, for those who still read it."""


def take_in(home: Path, now: dt.datetime, rules: RuleSetFile | None = None) -> list[Fault]:
    """Bring the table of a home up to date with its pulls; the pulls that could not be read.

    The portal's formula is watched anew for the periods in which something came. A pull that never became
    whole counts once its day is over, as far as it can be read. Only one process may do so at a time.
    """
    problems: list[Fault] = []
    known = _known(home)
    came: set[str] = set()
    for folder in manifests(home):
        name, finished = folder.relative_to(home / "portal").as_posix(), True
        if name in known:
            continue
        try:
            archive = Archive.open(folder)
            finished = bool(archive.about["finished"])
            if not finished and archive.began.date() >= now.date():
                continue
            rows = _rows(archive, read(folder), name)
        except UnusableError as error:
            if not finished:
                continue  # it was broken off before it said which units there are
            problems.append(Fault("kept_pull_unreadable", file=str(folder), why=_why(error)))
            continue
        _append(home, rows)
        if archive.procedure is None:
            came |= set(rows["period"])
    if came:
        _tidy(home)
        note(home, _changes(home, came, rules or rules_in_use()))
    return problems


def up_to_date(home: Path, now: dt.datetime) -> list[Fault]:
    """``take_in``, unless a pull runs at this moment: it will do so itself."""
    try:
        with alone(home):
            return take_in(home, now)
    except PullRunningError:
        return []


def component_scores_by_day(home: Path, root: str | None, period: str) -> pl.DataFrame:
    """The published scores of a root's units (None: the provinces) by day: ``formula_watch.PUBLISHED``."""
    unit = pl.col("unit")
    of_root = ~unit.str.contains(".", literal=True)
    if root is not None:
        of_root = (unit == root) | unit.str.starts_with(f"{root}.")
    return _watched(HomeDays(home).rows(pl.col("period") == period, of_root))


def _watched(rows: pl.DataFrame) -> pl.DataFrame:
    components = rows.filter(pl.col("part").str.contains(r"^\d"))
    return components.rename({"day": "as_of", "part": "indicator"}).select(PUBLISHED)


def _changes(home: Path, came: set[str], rules: RuleSetFile) -> Iterator[tuple[str, FormulaChange]]:
    """What changed in the periods in which something came, and what was noted of the others."""
    days = HomeDays(home)
    periods = came | {one.period for one in days.not_alike()}
    for period in sorted(periods):
        watched = _watched(days.rows(pl.col("period") == period))
        for change in formula_changes(watched, rules, Units([])):
            yield period, change


def _rows(archive: Archive, pulled: Pulled, name: str) -> pl.DataFrame:
    """The results of a pull as rows of the table."""
    published = pulled.published
    totals = published.totals.with_columns(part=pl.lit(TOTAL))
    groups = published.groups.rename({"group": "part"})
    figures = pulled.components.rename({"indicator": "part"})
    columns = ["period", "unit", "part", "numerator", "denominator", "score"]
    rows = pl.concat([totals, groups, figures.select(columns), pulled.provinces], how="diagonal")
    rows = rows.unique(["period", "unit", "part"], keep="first", maintain_order=True)
    about = {"day": archive.began.date(), "procedure": archive.procedure, "pull": name}
    return ranked(rows.with_columns(pl.lit(v).alias(c) for c, v in about.items()), published.units)


def _known(home: Path) -> set[str]:
    """The pulls that are in the table."""
    table = home / TABLE
    if not (table / "_delta_log").is_dir():
        return set()
    files = DeltaTable(table).file_uris()
    return set(pl.scan_parquet(files).select(pl.col("pull").unique()).collect()["pull"])


def _append(home: Path, rows: pl.DataFrame) -> None:
    write_deltalake(home / TABLE, rows.to_arrow(), mode="append")


def _tidy(home: Path) -> None:
    table = DeltaTable(home / TABLE)
    if len(table.file_uris()) > MOST_FILES:
        table.optimize.compact()
        table.vacuum(KEEP_HOURS, dry_run=False, enforce_retention_duration=False)


def _why(error: UnusableError) -> Both:
    return Both(*("; ".join(getattr(fault, said) for fault in error.faults) for said in ("vi", "en")))
