"""Reading the archive of a pull as published results: figures, scores, units, notes and procedures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.table import KEY, SCHEMA
from phucvu.figures.units import Units
from phucvu.formats import day
from phucvu.portal.archive import Archive
from phucvu.portal.component_reports import Components
from phucvu.portal.departments import Departments
from phucvu.portal.procedure_catalogue import procedures
from phucvu.portal.report_rows import all_rows, number
from phucvu.portal.reports import CATALOGUE, GROUPS, PROVINCES, REPORTS, RESULTS, label
from phucvu.problems import Fault, UnusableError
from phucvu.published.bundled_results import Published
from phucvu.rules.model import Words

SCORES = {"period": pl.String, "unit": pl.String, "group": pl.String, "score": pl.Float64}


@dataclass(frozen=True)
class Pulled:
    """The results of a pull.

    ``published`` can be scored and shown like any published results: its figures are the components
    that have both numbers, and are shares. ``components`` holds every one as it was published, nulls
    kept: period, unit, indicator, numerator, denominator, ratio (percent), score and max (points),
    and what the portal notes of the data's quality (status, message). ``provinces`` has the totals and groups
    of every province, whatever was pulled: period, unit, part, score. ``procedures`` has the columns
    code, name, owner and status of the procedures table. ``problems`` are answers and rows that could
    not be used, ``notes`` what is new to this program.
    """

    published: Published
    components: pl.DataFrame
    provinces: pl.DataFrame
    procedures: pl.DataFrame
    problems: list[Fault]
    notes: list[Fault]
    folder: Path


def read(folder: Path) -> Pulled:
    """The results in the folder of a pull, finished or not.

    Raises UnusableError where no service-results are there to say which units there are.
    """
    archive = Archive.open(folder)
    problems: list[Fault] = []
    notes: list[Fault] = []
    provinces = all_rows(archive, PROVINCES, problems)
    below = all_rows(archive, RESULTS, problems) if archive.root else None
    if provinces is None or (archive.root and below is None):
        raise UnusableError(problems)
    period = Period.parse(archive.about["period"])
    departments = Departments(archive.root, provinces.others, below.others if below else [], problems)
    components = Components(str(period), archive.root, departments, problems, notes)
    for report in REPORTS:
        rows = all_rows(archive, report.name, problems)
        if rows is not None:
            components.take(report, rows)
    catalogue = all_rows(archive, CATALOGUE, problems) if archive.about["catalogue"] else None
    found = components.frame()
    groups = list(_groups(str(period), departments, components, problems))
    totals = list(_totals(str(period), departments, problems))
    fetched = day(archive.began.date())
    published = Published(
        period=str(period),
        cut_off=period.cut_off(archive.began),
        source=Words(
            vi=f"Cổng Dịch vụ công quốc gia, kết quả đánh giá {period.title('vi')} lấy ngày {fetched}",
            en=f"National portal, evaluation results for {period.title('en')} fetched on {fetched}",
        ),
        derived=(),
        units=departments.units,
        # A comparison with null is null, which the filter leaves out.
        figures=found.filter(pl.col("numerator") <= pl.col("denominator")).select(SCHEMA.keys()),
        groups=pl.DataFrame(groups, schema=SCORES, orient="row"),
        totals=pl.DataFrame(totals, schema=SCORES, orient="row").drop("group"),
    )
    listed = procedures(catalogue, departments, problems, notes)
    every = _of_provinces(str(period), provinces.others, problems if archive.root else [])
    return Pulled(published, found, every, listed, problems, notes, folder)


def _of_provinces(period: str, rows: list[dict[str, Any]], problems: list[Fault]) -> pl.DataFrame:
    """The total and the groups of each province as service-results of the nation say them."""
    found: list[tuple[str, str, str, float | None]] = []
    for row in rows:
        code, given = row.get("departmentCode"), row.get("groupScores")
        if not isinstance(code, str) or not code:
            continue  # ``Departments`` names it
        place = label(RESULTS, code)
        found.append((period, code, "total", number(place, row, "totalScore", problems)))
        groups = given if isinstance(given, dict) else {}
        found += [
            (period, code, GROUPS[name], number(place, groups, name, problems))
            for name in groups
            if name in GROUPS
        ]
    schema = {"period": pl.String, "unit": pl.String, "part": pl.String, "score": pl.Float64}
    return pl.DataFrame(found, schema=schema, orient="row")


def _groups(
    period: str, departments: Departments, components: Components, problems: list[Fault]
) -> Iterator[tuple[str, str, str, float | None]]:
    """The group scores of service-results; of units that have none there, those of the reports."""
    for unit, row in departments.results.items():
        given = row.get("groupScores")
        if isinstance(given, dict):
            place = label(RESULTS, unit)
            scores = {GROUPS[name]: number(place, given, name, problems) for name in given if name in GROUPS}
        else:
            scores = {g: s for (of, g), s in components.group_scores.items() if of == unit}
        for group in dict.fromkeys(GROUPS.values()):
            if group in scores:
                yield period, unit, group, scores[group]


def _totals(
    period: str, departments: Departments, problems: list[Fault]
) -> Iterator[tuple[str, str, str, float | None]]:
    for unit, row in departments.results.items():
        yield period, unit, "total", number(label(RESULTS, unit), row, "totalScore", problems)


def together(*parts: Published) -> Published:
    """Results of one period as one: those of the nation and those of a province, say.

    Where two have the same figure or score, the later argument's counts; so do its source and cut-off.
    """

    def joined(name: str, *key: str) -> pl.DataFrame:
        frames: list[Any] = [getattr(part, name) for part in parts]
        frame: pl.DataFrame = pl.concat(frames)
        return frame.unique(key, keep="last", maintain_order=True)

    return replace(
        parts[-1],
        units=Units(u for p in parts for u in p.units.rows),
        figures=joined("figures", *KEY),
        groups=joined("groups", "period", "unit", "group"),
        totals=joined("totals", "period", "unit"),
        derived=tuple(dict.fromkeys(d for p in parts for d in p.derived)),
    )
