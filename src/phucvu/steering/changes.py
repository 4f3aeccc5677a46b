"""Why points changed between two periods: by indicator, unit below and cause.

A unit's rate is a sum over the units below it and their procedures: the unit's share of the dossiers × the
procedure's share of the unit's × the procedure's rate. Its change is split by the Shapley value of these
three factors, which takes every order in which they can change as equally right:

- *volume*: a unit below has another share of the dossiers;
- *mix*: within a unit, other procedures have another share;
- *performance*: the same procedure at the same unit has another rate.

A share that grows counts against the average that it is a share of: more dossiers of a unit that is better
than the average bring points, of one that is worse they cost points. What is not divided by procedures
(procedures, services and communes counted once, decisions, petitions, what is declared) is split into
*volume*, its denominator, and *performance*, its numerator, and is the unit's own. *rules* is what a changed
rule does: of points and target with the same rates; all of the change where something else is counted.
*other_rate* is an indicator's that the rate is multiplied by; *no_base* that one of the periods has nothing
to count.

Pieces are whole millionths of a point; what is left to the change of the shown scores is their rounding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from phucvu.rules.model import Indicator, RuleSet, Words
from phucvu.steering.points_lost import as_decimal, points

CAUSES = {
    "volume": Words(vi="khối lượng", en="volume"),
    "mix": Words(vi="cơ cấu thủ tục", en="mix of procedures"),
    "performance": Words(vi="kết quả thực hiện", en="performance"),
    "rules": Words(vi="thay đổi bộ quy tắc", en="changed rules"),
    "other_rate": Words(vi="tỷ lệ của chỉ số khác", en="another indicator’s rate"),
    "no_base": Words(vi="có kỳ không có số liệu", en="nothing counted in one of the periods"),
    "rounding": Words(vi="làm tròn", en="rounding"),
}

MILLION = 1_000_000


@dataclass(frozen=True)
class Piece:
    """Points that a cause brought or took at a unit directly below, or at the unit itself."""

    cause: str
    unit: str
    points: Fraction


@dataclass(frozen=True)
class Change:
    """How the points of an indicator changed; the pieces add up to it exactly. Rows of
    ``Scores.components``, None where the period has no such indicator."""

    indicator: Indicator
    then: Mapping[str, Any] | None
    now: Mapping[str, Any] | None
    pieces: tuple[Piece, ...]

    @property
    def points(self) -> Fraction:
        """As the shown scores say."""
        return _score(self.now) - _score(self.then)

    def of(self, cause: str, unit: str | None = None) -> Fraction:
        found = (p.points for p in self.pieces if p.cause == cause and unit in (None, p.unit))
        return sum(found, Fraction(0))


@dataclass(frozen=True)
class Period:
    """What is known of a unit in one period: its components (rows of ``Scores.components`` by indicator),
    the rules, and the figures of procedures (``by_procedure.OF_EACH``) of the unit and those directly below;
    None where procedures are not counted one by one."""

    components: Mapping[str, Mapping[str, Any]]
    rules: RuleSet
    of_each: pl.DataFrame | None


def changes(unit: str, below: Collection[str], then: Period, now: Period) -> list[Change]:
    """Every scored indicator's change, the largest first; ``below`` are the units directly below."""
    ids = dict.fromkeys(i.id for rules in (now.rules, then.rules) for i in rules.indicators)
    found = []
    for id_ in ids:
        known = [next((i for i in p.rules.indicators if i.id == id_), None) for p in (then, now)]
        rows = [period.components.get(id_) for period in (then, now)]
        if not any(i is not None and i.scored for i in known) or not any(rows):
            continue
        if any(row is not None and row["score"] is None for row in rows):
            continue
        indicator = known[1] or known[0]
        assert indicator is not None
        pieces = list(_pieces(unit, below, id_, then, now))
        change = Change(indicator, rows[0], rows[1], ())
        rest = change.points - sum((p.points for p in pieces), Fraction(0))
        every = [*pieces, Piece("rounding", unit, rest)]
        found.append(Change(indicator, rows[0], rows[1], tuple(p for p in every if p.points)))
    return sorted(found, key=lambda c: (-abs(c.points), c.indicator.id))


def _score(row: Mapping[str, Any] | None) -> Fraction:
    return Fraction(0) if row is None else Fraction(row["score"])


def _pieces(unit: str, below: Collection[str], id_: str, then: Period, now: Period) -> Iterable[Piece]:
    rows = then.components.get(id_), now.components.get(id_)
    change = _score(rows[1]) - _score(rows[0])
    if rows[0] is None or rows[1] is None or then.rules[id_].count != now.rules[id_].count:
        yield Piece("rules", unit, change)
        return
    old, new = then.rules[id_], now.rules[id_]
    first, last = _rates(then, old), _rates(now, new)
    if first is None or last is None:
        yield Piece("no_base", unit, change)
        return
    (r0, other0), (r1, other1) = first, last
    whole0, whole1 = r0 * other0, r1 * other1
    # Points by each period's rules and rate: changed rules are what they do to the same rates.
    by_old = points(old, whole1) - points(old, whole0)
    by_new = points(new, whole1) - points(new, whole0)
    of_rules = (points(new, whole0) - points(old, whole0) + points(new, whole1) - points(old, whole1)) / 2
    if of_rules:
        yield Piece("rules", unit, of_rules)
    of_rates = (by_old + by_new) / 2
    slope = of_rates / (whole1 - whole0) if whole1 != whole0 else _slope(old, new, whole0)
    if of_other := slope * (other1 - other0) * (r0 + r1) / 2:
        yield Piece("other_rate", unit, of_other)
    slope *= (other0 + other1) / 2
    divided = _divided(unit, below, id_, then, now)
    if divided is None or abs(float(divided["change"].sum()) - float(r1 - r0)) > 1e-9:
        yield from _of_whole(unit, rows[0], rows[1], slope)
        return
    for row in divided.iter_rows(named=True):
        for cause in ("volume", "mix", "performance"):
            yield Piece(cause, row["part"], _millionths(row[cause] * float(slope)))


def _millionths(value: float) -> Fraction:
    return Fraction(round(value * MILLION), MILLION)


def _slope(old: Indicator, new: Indicator, rate: Fraction) -> Fraction:
    """Points for each whole of the rate where the rate did not change."""
    found = Fraction(0)
    for indicator in (old, new):
        target = indicator.target or Fraction(1)
        found += Fraction(indicator.max_points) / target / 2 if rate < target else 0
    return found


def _rates(period: Period, indicator: Indicator) -> tuple[Fraction, Fraction] | None:
    """The indicator's own rate and the one that it is multiplied by; None where there is no base."""
    row = period.components[indicator.id]
    if row["state"] != "counted" or not row["denominator"]:
        return None
    own = Fraction(row["numerator"], row["denominator"])
    if indicator.count.times is None:
        return own, Fraction(1)
    other = period.components.get(indicator.count.times)
    if other is None or not other["denominator"]:
        return None
    return own, Fraction(other["numerator"], other["denominator"])


def _of_whole(unit: str, then: Mapping[str, Any], now: Mapping[str, Any], slope: Fraction) -> Iterable[Piece]:
    """What is not divided by procedures: its denominator and its numerator."""
    n0, n1 = then["numerator"], now["numerator"]
    d0, d1 = then["denominator"], now["denominator"]
    one = Fraction(1)
    yield Piece("volume", unit, slope * (one / d1 - one / d0) * (n0 + n1) / 2)
    yield Piece("performance", unit, slope * (n1 - n0) * (one / d0 + one / d1) / 2)


def _divided(unit: str, below: Collection[str], id_: str, then: Period, now: Period) -> pl.DataFrame | None:
    """By part (a unit directly below, or the unit itself) the change of the rate by cause, and in all.

    None where there is nothing by procedure.
    """
    cells = [_cells(unit, below, id_, period.of_each) for period in (then, now)]
    if cells[0] is None or cells[1] is None:
        return None
    on = ["part", "procedure"]
    both = cells[0].join(cells[1], on=on, how="full", suffix="1", coalesce=True).fill_null(0)
    n, d = (pl.col("numerator"), pl.col("numerator1")), (pl.col("denominator"), pl.col("denominator1"))
    part = [x.sum().over("part") for x in d]
    part_n = [x.sum().over("part") for x in n]
    # What is only in one of the periods has the other's shares and rates: it changes in size alone.
    rate = [_either(n[k] / d[k], n[1 - k] / d[1 - k]) for k in (0, 1)]
    mean = [_either(part_n[k] / part[k], part_n[1 - k] / part[1 - k]) for k in (0, 1)]
    share = [_either(d[k] / part[k], d[1 - k] / part[1 - k]) for k in (0, 1)]
    size = [part[k] / d[k].sum() for k in (0, 1)]
    average = sum(n[k].sum() / d[k].sum() for k in (0, 1)) / 2
    of_parts = _shapley(*size, *rate) - _shapley(*size, *mean)
    both = both.with_columns(
        volume=(size[1] - size[0]) * (_shapley(*share, *rate) - average * (share[0] + share[1]) / 2),
        mix=(share[1] - share[0]) * of_parts,
        performance=(rate[1] - rate[0]) * _shapley(*size, *share),
    )
    found = both.group_by("part").agg(pl.col("volume", "mix", "performance").sum())
    return found.with_columns(change=pl.sum_horizontal("volume", "mix", "performance")).sort("part")


def _either(value: pl.Expr, other: pl.Expr) -> pl.Expr:
    """The value, or where it is 0/0 the other."""
    return pl.when(value.is_finite()).then(value).otherwise(other)


def _shapley(x0: pl.Expr, x1: pl.Expr, y0: pl.Expr, y1: pl.Expr) -> pl.Expr:
    """What the change of a third factor is multiplied by: the mean over all orders of the changes."""
    return (x0 * y0 + x1 * y1) / 3 + (x0 * y1 + x1 * y0) / 6


def _cells(unit: str, below: Collection[str], id_: str, of_each: pl.DataFrame | None) -> pl.DataFrame | None:
    """Columns part, procedure, numerator, denominator; what no unit below explains is the unit's own."""
    if of_each is None:
        return None
    rows = of_each.filter(pl.col("indicator") == id_)
    children = rows.filter(pl.col("unit").is_in(list(below))).rename({"unit": "part"})
    sums = [pl.col("numerator", "denominator").sum()]
    theirs = children.group_by("procedure").agg(*sums)
    whole = rows.filter(pl.col("unit") == unit)
    own = (
        whole.join(theirs, on="procedure", how="left", suffix="_below")
        .with_columns(
            part=pl.lit(unit),
            numerator=pl.col("numerator") - pl.col("numerator_below").fill_null(0),
            denominator=pl.col("denominator") - pl.col("denominator_below").fill_null(0),
        )
        .filter(pl.col("denominator") > 0)
    )
    columns = "part", "procedure", "numerator", "denominator"
    found = pl.concat([children.select(columns), own.select(columns)])
    return found if found["denominator"].sum() else None


TABLE: dict[str, pl.DataType | type[pl.DataType]] = {
    "indicator": pl.String,
    "unit": pl.String,
    "cause": pl.String,
    "cause_vi": pl.String,
    "cause_en": pl.String,
    "points": pl.Decimal(12, 6),
}


def table(found: Iterable[Change]) -> pl.DataFrame:
    """A row for each piece: the columns of ``TABLE``."""
    rows = [
        (c.indicator.id, p.unit, p.cause, CAUSES[p.cause].vi, CAUSES[p.cause].en, as_decimal(p.points, 6))
        for c in found
        for p in c.pieces
    ]
    return pl.DataFrame(rows, schema=TABLE, orient="row")
