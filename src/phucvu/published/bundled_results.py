"""Reading the small tables of published results that ship with the project."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

import polars as pl
import yaml

from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Unit, Units
from phucvu.rules.model import Kind, Words

HERE = Path(__file__).parent
UNIT = ("code", "name", "kind", "parent")
GROUPS = ("transparency", "progress", "online", "payment", "digitisation", "satisfaction")


@dataclass(frozen=True)
class Published:
    """Published results of one period.

    ``figures`` is as figures.table keeps them; ``groups`` has period, unit, group and score
    (points) as the portal published them; ``totals`` period, unit and score. ``derived`` names
    indicators whose numerators follow from a group score rather than being published.
    """

    period: str
    cut_off: dt.datetime
    source: Words
    derived: tuple[str, ...]
    units: Units
    figures: pl.DataFrame
    groups: pl.DataFrame
    totals: pl.DataFrame


@cache
def portal_2026() -> Published:
    """The national portal's results for 2026 as they stood on 10 October 2026.

    The 34 provinces, and 14 departments and 9 communes of Gia Lai. The portal publishes no figures
    of the online group (3.1 to 3.3), only its score.
    """
    with (HERE / "portal_2026.yaml").open(encoding="utf-8") as file:
        about = yaml.safe_load(file)
    with (HERE / "portal_2026.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    period = about["period"]
    score_schema = {"period": pl.String, "unit": pl.String, "group": pl.String, "score": pl.Float64}
    groups = [(period, row["code"], group, float(row[group])) for row in rows for group in GROUPS]
    totals = [(period, row["code"], "total", float(row["total"])) for row in rows]
    return Published(
        period=period,
        cut_off=about["cut_off"],
        source=Words(**about["source"]),
        derived=tuple(about["derived"]),
        units=Units(_unit(row) for row in rows),
        figures=pl.DataFrame(list(_figures(rows, period)), schema=SCHEMA, orient="row"),
        groups=pl.DataFrame(groups, schema=score_schema, orient="row"),
        totals=pl.DataFrame(totals, schema=score_schema, orient="row").drop("group"),
    )


def _unit(row: dict[str, str]) -> Unit:
    kind = next(k for k in get_args(Kind) if k == row["kind"])
    return Unit(row["code"], row["name"], kind, row["parent"] or None)


def _figures(rows: list[dict[str, str]], period: str) -> Iterator[tuple[str, str, str, int, int]]:
    for row in rows:
        for indicator, figure in row.items():
            if indicator in (*UNIT, *GROUPS, "total") or not figure:
                continue
            numerator, denominator = figure.split("/")
            yield period, row["code"], indicator, int(numerator), int(denominator)
