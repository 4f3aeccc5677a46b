"""A table of figures: read from people's files, checked row by row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.problems import Both, Fault, UnusableError
from phucvu.rules.model import RuleSet, RuleSetFile
from phucvu.tables.reading import ROW, heading_with, read_table

KEY = ("period", "unit", "indicator")
NUMBERS = ("numerator", "denominator")
COLUMNS = (*KEY, *NUMBERS)

LARGEST = 10**12
"""Larger numbers are mistakes: no count of this index comes near, and exact arithmetic needs a bound."""

SCHEMA = dict.fromkeys(KEY, pl.String) | dict.fromkeys(NUMBERS, pl.Int64)


@dataclass(frozen=True)
class FigureTable:
    """Figures that can be scored, and the faults of rows set aside.

    ``frame`` has COLUMNS typed by SCHEMA and any further columns as text; each (period, unit,
    indicator) stands once.
    """

    frame: pl.DataFrame
    set_aside: list[Fault]
    notes: list[Fault]


def read_figures(path: Path, rules: RuleSetFile) -> FigureTable:
    """The figures of a CSV, JSON Lines, Excel or Parquet file.

    Raises UnusableError where the file cannot be read or is empty.
    """
    expected = ", ".join(COLUMNS)
    sheet = read_table(path, heading_with(*COLUMNS), expected)
    frame = sheet.frame.rename(lambda name: name.casefold() if name.casefold() in COLUMNS else name)
    if frame.is_empty() and not sheet.set_aside:
        raise UnusableError(Fault("figures_missing", file=path.name))
    figures, problems = check_figures(frame, rules, file=path.name)
    return FigureTable(figures, sheet.set_aside + problems, sheet.notes)


def check_figures(
    frame: pl.DataFrame, rules: RuleSetFile, file: str = ""
) -> tuple[pl.DataFrame, list[Fault]]:
    """Rows of text with their row numbers → figures, and a problem for each row set aside.

    A row is set aside for its first fault. The same figure twice with the same numbers is one figure;
    with different numbers both are set aside, since nobody knows which is right.
    """
    further = [c for c in frame.columns if c not in (*COLUMNS, ROW)]
    frame = frame.with_columns(
        pl.col("period").str.replace(r"\.0$", ""),
        # A spreadsheet that writes decimals with a comma turns 1.1 into 1,1.
        pl.col("indicator").str.replace(",", ".", literal=True),
    )
    in_force = _rules_by_period(frame["period"].drop_nulls().unique().to_list(), rules)
    frame = (
        frame.join(_known_indicators(in_force), on=["period", "indicator"], how="left", maintain_order="left")
        .with_columns(_whole(name).alias(f"{name}_") for name in NUMBERS)
        .with_columns(_fault(in_force).alias("fault"))
    )
    good = frame.filter(pl.col("fault").is_null())
    repeated = pl.struct("numerator_", "denominator_").n_unique().over(KEY) > 1
    if good.select(KEY).is_duplicated().any():
        good = good.with_columns(pl.when(repeated).then(pl.lit("twice numerator")).alias("fault"))
    bad = pl.concat([frame.filter(pl.col("fault").is_not_null()), good.filter(pl.col("fault").is_not_null())])
    problems = [_problem(row, file, rules) for row in bad.sort(ROW).iter_rows(named=True)]
    figures = good.filter(pl.col("fault").is_null()).with_columns(
        pl.col(f"{name}_").alias(name) for name in NUMBERS
    )
    return figures.select(*COLUMNS, *further).unique(KEY, keep="first", maintain_order=True), problems


def _rules_by_period(periods: list[str], rules: RuleSetFile) -> dict[str, RuleSet | None]:
    in_force: dict[str, RuleSet | None] = {}
    for text in periods:
        try:
            in_force[text] = rules.at(Period.parse(text).last)
        except UnusableError:
            in_force[text] = None
    return in_force


def _known_indicators(in_force: dict[str, RuleSet | None]) -> pl.DataFrame:
    rows = [
        (period, indicator.id, True, indicator.count.of != "processing_time")
        for period, rules in in_force.items()
        if rules
        for indicator in rules.indicators
    ]
    schema = {"period": pl.String, "indicator": pl.String, "known": pl.Boolean, "share": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _whole(name: str) -> pl.Expr:
    """A number written without separators, or as a spreadsheet's 12.0."""
    return pl.col(name).str.extract(r"^(-?\d{1,18})(\.0*)?$").cast(pl.Int64)


def _fault(in_force: dict[str, RuleSet | None]) -> pl.Expr:
    """The first fault of a row as “fault column”, or null."""
    unreadable = [p for p, rules in in_force.items() if rules is None]
    faults: list[tuple[str, pl.Expr]] = [
        ("missing period", pl.col("period").is_null()),
        ("unknown period", pl.col("period").is_in(unreadable)),
        ("missing unit", pl.col("unit").is_null()),
        ("unknown unit", pl.col("unit").str.contains(r"\s")),
        ("missing indicator", pl.col("indicator").is_null()),
        ("unknown indicator", pl.col("known").is_null()),
    ]
    for name in NUMBERS:
        whole = pl.col(f"{name}_")
        faults += [
            (f"missing {name}", pl.col(name).is_null()),
            (f"broken {name}", whole.is_null()),
            (f"negative {name}", whole < 0),
            (f"huge {name}", whole > LARGEST),
        ]
    faults.append(("above numerator", pl.col("share") & (pl.col("numerator_") > pl.col("denominator_"))))
    return pl.coalesce(*(pl.when(condition).then(pl.lit(fault)) for fault, condition in faults))


def _problem(row: dict[str, Any], file: str, rules: RuleSetFile) -> Fault:
    what, field = row["fault"].split(" ")
    return _what_is_wrong(what, field, row, rules).at(file=file, row=row[ROW], field=field)


def _what_is_wrong(what: str, field: str, row: dict[str, Any], rules: RuleSetFile) -> Fault:
    found, period = row[field], row["period"]
    match what, field:
        case "missing", _:
            return Fault("figure_lacks", what=Both(MISSING_VI[field], field))
        case "unknown", "period":
            return Fault("figure_period_unknown", period=found)
        case "unknown", "unit":
            return Fault("not_a_unit_code", value=found)
        case "unknown", _:
            return Fault("indicator_unknown", indicator=found, rules=rules.name, period=period)
        case "broken", _:
            return Fault("not_a_whole_number", value=found)
        case "negative", _:
            return Fault("number_negative", value=found)
        case "huge", _:
            return Fault("number_too_large", value=found)
        case "above", _:
            return Fault("numerator_above", numerator=found, denominator=row["denominator"])
    return Fault("figure_twice", figure=f"{period}, {row['unit']}, {row['indicator']}")


MISSING_VI = {
    "period": "kỳ",
    "unit": "mã đơn vị",
    "indicator": "mã chỉ số",
    "numerator": "tử số",
    "denominator": "mẫu số",
}
