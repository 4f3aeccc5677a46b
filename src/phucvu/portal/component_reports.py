"""The six reports by unit: numerators, denominators, scores, and notes on the data."""

from __future__ import annotations

from typing import Any

import polars as pl

from phucvu.figures.table import SCHEMA
from phucvu.portal.departments import Departments
from phucvu.portal.report_rows import Rows, number, whole
from phucvu.portal.reports import RESULTS, Report, label
from phucvu.problems import Fault

COMPONENTS: dict[str, Any] = SCHEMA | {
    "ratio": pl.Float64,
    "score": pl.Float64,
    "max": pl.Float64,
    "status": pl.String,
    "message": pl.String,
}


class Components:
    """Gathers the reports of one pull.

    ``group_scores`` has the score of the whole row, by unit and group: each report is of one group.
    """

    def __init__(
        self,
        period: str,
        root: str | None,
        departments: Departments,
        problems: list[Fault],
        notes: list[Fault],
    ) -> None:
        self.period = period
        self.root = root
        self.departments = departments
        self.problems = problems
        self.notes = notes
        self.group_scores: dict[tuple[str, str], float | None] = {}
        self._rows: list[tuple[Any, ...]] = []

    def frame(self) -> pl.DataFrame:
        """One row for each metric of each unit; columns COMPONENTS."""
        return pl.DataFrame(self._rows, schema=COMPONENTS, orient="row")

    def take(self, report: Report, rows: Rows) -> None:
        """The rows of one report; each has to be about a unit of the pull, and each unit to have one."""
        if self.root and self.departments.code(rows.own) != self.root:
            unit = rows.own.get("departmentName") or rows.own.get("departmentId")
            self._problem(report, None, Fault("answer_of_another_unit", unit=unit))
            return
        lacking = dict.fromkeys(self.departments.results)
        for row in [rows.own, *rows.others] if self.root else rows.others:
            unit = self.departments.code(row)
            if unit is None:
                name = row.get("departmentName") or row.get("departmentId")
                self._problem(report, None, Fault("unit_not_in_report", unit=name, report=RESULTS))
            elif unit in lacking:
                del lacking[unit]
                self._take_unit(report, unit, row)
        if rows.whole:
            for unit in lacking:
                self._problem(report, unit, Fault("report_lacks_unit"))

    def _take_unit(self, report: Report, unit: str, row: dict[str, Any]) -> None:
        place = label(report.name, unit)
        name = "totalScore" if "totalScore" in row else "score"
        score = number(place, row, name, self.problems)
        self.group_scores[unit, report.group] = score
        if report.metrics:
            self._take_metrics(report, unit, row.get("metrics"))
            return
        for indicator, share in report.shares.items():
            if share.denominator not in row:
                continue  # of the units below, one report gives only the score
            parts = [whole(place, row, name, self.problems) for name in share.numerator]
            known = [p for p in parts if p is not None]
            numerator = sum(known) if len(known) == len(parts) else None
            denominator = whole(place, row, share.denominator, self.problems)
            # Where the report is one indicator, the row's score is the indicator's.
            metric = row | {"score": score} if len(report.shares) == 1 else {}
            self._add(place, unit, indicator, numerator, denominator, metric)

    def _take_metrics(self, report: Report, unit: str, metrics: Any) -> None:
        if not isinstance(metrics, list) or not all(isinstance(m, dict) for m in metrics):
            self._problem(report, unit, Fault("report_without_metrics"))
            return
        place = label(report.name, unit)
        for metric in metrics:
            code = metric.get("code")
            indicator = report.metrics.get(code) if isinstance(code, str) else None
            if indicator is None:
                note = Fault("metric_unknown", file=label(report.name, self.root), metric=code)
                if note not in self.notes:
                    self.notes.append(note)
                continue
            numerator, denominator = (
                whole(place, metric, name, self.problems, f"{code} {name}")
                for name in ("numerator", "denominator")
            )
            self._add(place, unit, indicator, numerator, denominator, metric)

    def _add(
        self,
        place: str,
        unit: str,
        indicator: str,
        numerator: int | None,
        denominator: int | None,
        metric: dict[str, Any],
    ) -> None:
        if numerator is not None and denominator is not None and numerator > denominator:
            fault = Fault("numerator_above", numerator=numerator, denominator=denominator)
            self.problems.append(fault.at(file=place, field=indicator))
        most = "maxScore" if "maxScore" in metric else "totalMaxScore"
        points = (number(place, metric, name, self.problems) for name in ("ratio", "score", most))
        notes = (metric.get("dataQualityStatus"), metric.get("dataQualityMessage"))
        texts = (None if note is None else str(note) for note in notes)
        self._rows.append((self.period, unit, indicator, numerator, denominator, *points, *texts))

    def _problem(self, report: Report, unit: str | None, fault: Fault) -> None:
        self.problems.append(fault.at(file=label(report.name, unit or self.root)))
