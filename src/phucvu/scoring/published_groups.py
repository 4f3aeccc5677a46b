"""Group scores as a portal publishes them, for groups without published figures."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from phucvu.figures.periods import Period
from phucvu.problems import Fault, UnusableError
from phucvu.rules.model import RuleSetFile
from phucvu.tables.reading import ROW, heading_with, read_table


def read_group_scores(path: Path, rules: RuleSetFile) -> pl.DataFrame:
    """A file with a row for each period and unit and a column for each group, in points.

    Returns period, unit, group, score (Float64), one row for each cell that is filled. Further
    columns are ignored. Raises UnusableError with a problem for each cell that is no score.
    """
    sheet = read_table(path, heading_with("period", "unit"), "period, unit, …")
    wide = sheet.frame.rename(str.casefold)
    groups = [g.id for g in rules.groups if g.id in wide.columns]
    if not groups:
        names = ", ".join(g.id for g in rules.groups)
        problem = Fault("groups_missing", file=path.name, names=names)
        raise UnusableError(problem)
    problems = list(sheet.set_aside)
    rows: list[tuple[str, str, str, float]] = []
    for row in wide.iter_rows(named=True):
        try:
            day = Period.parse(row["period"] or "").last
        except UnusableError as error:
            fault = error.faults[0]
            problems.append(fault.at(file=path.name, row=row[ROW], field="period"))
            continue
        most = {g.id: g.max_points for g in rules.at(day).groups}
        for group in groups:
            text = row[group]
            if text is None:
                continue
            score = _points(text)
            if score is None or not 0 <= score <= most.get(group, 0):
                fault = Fault("not_a_score", value=text, most=most.get(group, 0))
                problems.append(fault.at(file=path.name, row=row[ROW], field=group))
            else:
                rows.append((row["period"], row["unit"], group, score))
    if problems:
        raise UnusableError(problems)
    schema = {"period": pl.String, "unit": pl.String, "group": pl.String, "score": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _points(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
