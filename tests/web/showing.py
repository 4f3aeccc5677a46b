"""Results for tests to show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from phucvu.engine.by_procedure import OF_EACH
from phucvu.engine.by_procedure import SCHEMA as BY_PROCEDURE
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.inbox.counting import ProcedureFigures
from phucvu.published import portal_2026
from phucvu.published.daily_results import COLUMNS, DailyResults, NoDays, NotAlike
from phucvu.rules.loading import load
from phucvu.rules.model import Words
from phucvu.scoring.result import Result
from phucvu.scoring.scores import score
from phucvu.web import results


def result_of(figures: pl.DataFrame, units: Units, period: str, groups: pl.DataFrame | None = None) -> Result:
    """A result of the published rules, from figures of one period."""
    scores = score(figures, load("portal-2026"), units, groups)
    return Result(Period.parse(period), dt.datetime(2026, 10, 10, 8, 30), portal_2026().source, scores)


def with_communes(count: int) -> Result:
    """Gia Lai as published, with so many communes, of invented names and figures."""
    published = portal_2026()
    like = published.figures.filter(unit="H21.227")
    groups_like = published.groups.filter(unit="H21.227")
    codes = [f"H21.{500 + i}" for i in range(count)]
    numerator = pl.col("numerator")
    figures = [
        like.with_columns(
            unit=pl.lit(code), numerator=numerator - (numerator * i // (2 * count))
        ).with_columns(pl.col("numerator").cast(pl.Int64))
        for i, code in enumerate(codes)
    ]
    groups = [groups_like.with_columns(unit=pl.lit(code)) for code in codes]
    units = [Unit(code, f"UBND xã Thử Nghiệm Số {i}", "commune", "H21") for i, code in enumerate(codes)]
    return result_of(
        pl.concat([published.figures, *figures]),
        Units([*published.units, *units]),
        "2026",
        pl.concat([published.groups, *groups]),
    )


def over_time(*periods: str, published_alone: bool = True) -> list[Result]:
    """The published provinces and units of Gia Lai in several periods, with invented figures."""
    published = portal_2026()
    found = []
    for number, period in enumerate(periods):
        drift = pl.struct("unit", "indicator").hash(seed=number) % 100
        figures = published.figures.with_columns(
            period=pl.lit(period),
            numerator=(pl.col("numerator") * (900 + drift.cast(pl.Int64)) // 1000).cast(pl.Int64),
        )
        groups = published.groups.with_columns(period=pl.lit(period))
        found.append(result_of(figures, published.units, period, groups if published_alone else None))
    return found


NOW = ("H99", "H99.101", "H99.102", "H99.103")


def reorganised(*, regroup: bool = False) -> tuple[Result, Result]:
    """A province before and after 1 July 2025: two communes of a district become one, a third moves.

    With ``regroup`` both for the units after it.
    """
    before, after = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
    units = Units(
        [
            Unit("H99", "UBND tỉnh Thử Nghiệm", "province"),
            Unit("H99.31", "UBND huyện Cũ", "district", "H99", valid_to=before),
            Unit("H99.31.1", "UBND xã Một", "commune", "H99.31", valid_to=before, successor="H99.101"),
            Unit("H99.31.2", "UBND xã Hai", "commune", "H99.31", valid_to=before, successor="H99.101"),
            Unit("H99.101", "UBND xã Ba", "commune", "H99", valid_from=after),
            Unit("H99.102", "UBND xã Bốn", "commune", "H99", valid_from=after),
            Unit("H99.103", "UBND xã Chuyển", "commune", "H99.31", valid_to=before),
            Unit("H99.103", "UBND xã Chuyển", "commune", "H99", valid_from=after),
        ]
    )
    like = portal_2026().figures.filter(unit="H21.227")

    def result(period: str, *codes: str) -> Result:
        figures = [like.with_columns(unit=pl.lit(code), period=pl.lit(period)) for code in codes]
        groups = portal_2026().groups.filter(unit="H21.227").with_columns(period=pl.lit(period))
        own = pl.concat([groups.with_columns(unit=pl.lit(code)) for code in codes])
        return result_of(pl.concat(figures), units, period, own)

    if regroup:
        units = units.frozen(dt.date(2025, 7, 31))
        return result("2025-06", *NOW), result("2025-07", *NOW)
    return (
        result("2025-06", "H99", "H99.31", "H99.31.1", "H99.31.2", "H99.103"),
        result("2025-07", *NOW),
    )


class TwoDays:
    """What the portal published of a province of the nation and one commune of it, on two days.

    In between it began to give 18 points for 2.1.
    """

    FIRST, LAST = dt.date(2026, 9, 9), dt.date(2026, 10, 9)
    source = NoDays.source

    def __init__(self, period: str = "2026") -> None:
        rows = [
            (day, period, unit, part, score - lost, rank + (lost and down), ranked)
            for unit, ranked, rank, down in (("H21", 34, 4, 2), ("H21.227", 135, 7, -3))
            for part, score in (("total", 65.5), ("progress", 17.0), ("online", 9.0))
            for day, lost in ((self.FIRST, 0), (self.LAST, 1))
        ]
        names = ("day", "period", "unit", "part", "score", "rank", "ranked")
        types = {n: COLUMNS[n] for n in names}
        self._rows = pl.DataFrame(rows, schema=types, orient="row").with_columns(
            pl.lit(None, t).alias(c) for c, t in COLUMNS.items() if c not in names
        )
        words = Words(vi="điểm tối đa 18,00", en="a maximum of 18.00 points")
        self._noted = NotAlike(period, "2.1", self.LAST, self.LAST, words, {"H21": "-1.00"})

    def version(self) -> int:
        return 7

    def rows(self, *conditions: pl.Expr, procedure: str | None = None) -> pl.DataFrame:
        return self._rows.filter(pl.col("procedure").eq_missing(pl.lit(procedure, pl.String)), *conditions)

    def not_alike(self) -> list[NotAlike]:
        return [self._noted]


NAMES = {
    "1.000001": "Cấp giấy phép thử nghiệm",
    "1.000002": "Đăng ký việc thử",
    "2.000815": "Chứng thực bản sao từ bản chính",
}


def procedures() -> pl.DataFrame:
    """Dossiers by procedure, of Gia Lai and three units of it; the third procedure has none."""
    rows = [
        ("H21", "1.000001", 120, 130, 117, 100, 4.25, 3.0, "workday", 4.25, 3.0),
        ("H21.17", "1.000001", 90, 95, 90, 80, 4.0, 3.0, "workday", 4.0, 3.0),
        ("H21.227", "1.000001", 30, 35, 27, 20, 5.25, 4.0, "workday", 5.25, 4.0),
        ("H21", "1.000002", 4000, 4100, 4100, 3900, 0.5, 0.0, "hour", 6.5, 2.0),
        ("H21.227", "1.000002", 4000, 4100, 4100, 3900, 0.5, 0.0, "hour", 6.5, 2.0),
        ("H26", "1.000001", 10, 10, 5, 0, None, None, None, None, None),
    ]
    return pl.DataFrame(rows, schema=BY_PROCEDURE, orient="row")


def procedure_figures(period: str) -> ProcedureFigures:
    """The figures of a procedure at Gia Lai and a unit of it, invented."""
    rows = [
        ("1.000001", period, "H21", "2.1", 117, 130),
        ("1.000001", period, "H21", "2.2", 3400, 100),
        ("1.000001", period, "H21", "4.1", 30, 100),
        ("1.000001", period, "H21.227", "2.1", 27, 35),
        ("1.000002", period, "H21", "2.1", 4100, 4100),
    ]
    return ProcedureFigures(pl.DataFrame(rows, schema=OF_EACH, orient="row"), dt.datetime(2026, 9, 30, 7, 15))


class OfOneProcedure(TwoDays):
    """What the portal published, also of one procedure alone: on one day, of Gia Lai."""

    def __init__(self, period: str, procedure: str) -> None:
        super().__init__(period)
        rows = [
            (self.LAST, period, "H21", "total", None, None, 41.5, 3, 34, procedure),
            (self.LAST, period, "H21", "2.1", 120, 130, 18.46, 2, 34, procedure),
            (self.LAST, period, "H21", "1.1", None, None, None, None, 0, procedure),
        ]
        schema = {c: t for c, t in COLUMNS.items() if c != "pull"}
        own = pl.DataFrame(rows, schema=schema, orient="row").with_columns(pull=pl.lit(None, pl.String))
        self._rows = pl.concat([self._rows, own.select(self._rows.columns)])


class Shown(results.Given):
    """Results with a table of procedures for each of their periods, and what the portal published by day.

    ``counts`` says that they are counted here; ``figures`` are those of each procedure.
    """

    def __init__(
        self,
        shown: Iterable[Result],
        table: pl.DataFrame | None = None,
        days: DailyResults | None = None,
        *,
        counts: bool = False,
        figures: ProcedureFigures | None = None,
    ) -> None:
        super().__init__(shown, days)
        self._table = table
        self._figures = figures
        self.counts = counts

    def procedures(self, period: Period) -> pl.DataFrame | None:
        return self._table

    def procedure_figures(self, period: Period) -> ProcedureFigures | None:
        return self._figures

    def procedure_names(self) -> dict[str, str]:
        return {} if self._table is None else NAMES
