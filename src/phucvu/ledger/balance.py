"""The ledger of a unit and period: figures of the portal, counted here and declared, and what explains them.

The portal's side is counted by the same engine: what is counted here, with the dossiers that differ taken
off and put in as the portal has them. Where the portal published another number than its own list gives,
the rest is not explained.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from phucvu.engine.counts import Tallied, measures, tallied
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import by_count, counted_for
from phucvu.engine.sources import Tables
from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Units
from phucvu.ledger.attribution import Attribution
from phucvu.ledger.causes import Cause
from phucvu.ledger.contributions import Question, judged, steps_of, tallied_difference
from phucvu.ledger.pairing import PortalList, apart, latest_list, not_there
from phucvu.ledger.reported import reported_figures
from phucvu.ledger.sides import Figure, Figures, Side, key_of, side
from phucvu.problems import Fault, NotFoundError
from phucvu.records import histories
from phucvu.rules.model import Indicator, RuleSetFile
from phucvu.scoring.scores import score

SIDES = ("portal", "listed", "counted", "declared")
"""The figures side by side: as the portal published them, as its list gives them, counted here, declared."""

PARTS = ("numerator", "denominator")
POINTS = pl.Decimal(12, 2)

Types = Mapping[str, pl.DataType | type[pl.DataType]]

FIGURES: Types = {
    "indicator": pl.String,
    **{f"{side}_{part}": pl.Int64 for side in SIDES for part in PARTS},
    **{f"{side}_score": POINTS for side in SIDES},
    **dict.fromkeys(PARTS, pl.Int64),
    "score": POINTS,
}
CAUSES: Types = {"indicator": pl.String, "cause": pl.String, "number": pl.Int64} | dict.fromkeys(
    PARTS, pl.Int64
)
DOSSIERS: Types = {
    "indicator": pl.String,
    "cause": pl.String,
    "thing": pl.String,
    "code": pl.String,
    "sender": pl.String,
    "own_unit": pl.String,
    "portal_unit": pl.String,
    "procedure": pl.String,
    "received_at": pl.Datetime("us"),
    "differs": pl.List(pl.String),
    "own_message": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
}


@dataclass(frozen=True)
class Ledger:
    """What a unit's figures are on each side, and why they differ.

    ``figures``: indicator, for each of SIDES numerator, denominator and score (points), and the difference:
    the portal's less what is counted here. The portal's are those published, else those of its list; empty
    where neither is there.
    ``causes``: indicator, cause, number (of dossiers; for an indicator that counts procedures, services or
    communes of these), numerator and denominator (the cause's part of the difference). They add up to the
    difference where that is known.
    ``dossiers``, by indicator: those behind the causes, and for an indicator that counts other things the
    one (``thing``) that they make count. ``differs`` lists the columns of which both sides tell otherwise.
    """

    unit: str
    period: Period
    cut_off: dt.datetime
    rules: str
    portal_list: PortalList | None
    figures: pl.DataFrame
    causes: pl.DataFrame
    dossiers: dict[str, pl.DataFrame]

    @property
    def all_dossiers(self) -> pl.DataFrame:
        return pl.concat([pl.DataFrame(schema=DOSSIERS), *self.dossiers.values()])

    def only(self, indicator: str) -> Ledger:
        """The ledger of one indicator."""
        return replace(
            self,
            figures=self.figures.filter(indicator=indicator),
            causes=self.causes.filter(indicator=indicator),
            dossiers={one: rows for one, rows in self.dossiers.items() if one == indicator},
        )

    def of_cause(self, cause: str) -> Ledger:
        """The ledger with the dossiers of one cause."""
        dossiers = {one: rows.filter(cause=cause) for one, rows in self.dossiers.items()}
        return replace(self, causes=self.causes.filter(cause=cause), dossiers=dossiers)


def ledger(
    tables: Tables,
    rules: RuleSetFile,
    period: Period,
    now: dt.datetime,
    unit: str,
    published: pl.DataFrame | None = None,
) -> Ledger:
    """The ledger of a unit and those below it.

    ``tables`` may hold the portal's lists beside what the engine counts from; ``published`` has the columns
    of a table of figures. Raises NotFoundError where there is no such unit in the period.
    """
    in_force = rules.at(period.last)
    with Evaluation.at(tables, in_force, period, now) as evaluation:
        tree = evaluation.tree
        shown = next((u for u in tree.shown if u.code == unit), None)
        if shown is None:
            raise NotFoundError(Fault("unit_not_in_period", unit=unit, period=period))
        every = by_count(in_force)
        indicators = [i for i in every if shown.kind in i.applies_to]
        units_of = {i.id: tree.below(counted_for(evaluation, unit, i)) for i in indicators if measures(i)}
        units = max(units_of.values(), key=len, default=[])
        portal = latest_list(evaluation, tree.above(unit))
        if portal is None:
            pairs = not_there(evaluation, units)
        else:
            pairs = apart(evaluation, portal, tree.below(tree.above(unit)[-1]), units)
        steps = steps_of(evaluation, pairs)
    of_dossiers = [i for i in indicators if measures(i)]
    question = Question(tables, in_force, period, period.cut_off(now))
    measured = [i for i in every if measures(i)]
    pairs = judged(question, pairs, steps, measured)
    if len(units) < len(tree.units):
        tables = _of_units(tables, units)
    with Evaluation.at(tables, in_force, period, now) as evaluation:
        counted = tallied(evaluation, every)
        difference = tallied_difference(pairs, measured, units)
        there = Tallied(*(pl.concat([rows, difference], how="diagonal_relaxed") for rows in counted))
        own, listed = (side(evaluation, unit, indicators, rows) for rows in (counted, there))
        declared = reported_figures(evaluation, unit, indicators)
    explained = {
        i.id: _explained(Attribution(pairs, units_of[i.id], portal), i, tree, own, listed)
        for i in of_dossiers
    }
    shown_there = _published(published, unit, period)
    base = shown_there if portal is None else listed.figures | shown_there
    figures = {"portal": shown_there, "counted": own.figures, "declared": declared}
    if portal is not None:
        figures["listed"] = listed.figures
    scores = {name: _scores(of, rules, tree.units, period, unit) for name, of in figures.items()}
    causes = [pl.DataFrame(schema=CAUSES)]
    for one in (i.id for i in indicators):
        known = explained[one][1] if one in explained else pl.DataFrame(schema=CAUSES)
        causes += [known, _unexplained(one, own.figures[one], base.get(one), known)]
    return Ledger(
        unit,
        period,
        question.cut_off,
        in_force.name,
        portal,
        _side_by_side([i.id for i in indicators], figures, scores, base, portal is not None),
        pl.concat(causes),
        {one: rows for one, (rows, _) in explained.items()},
    )


def _of_units(tables: Tables, units: Sequence[str]) -> Tables:
    """The records with the dossiers of some units alone."""
    dossiers = tables["dossiers"]
    dossiers = dossiers.filter(dossiers.unit.isin(units))
    narrowed = {**tables, "dossiers": dossiers, "steps": tables["steps"].semi_join(dossiers, histories.ID)}
    if histories.NAME in tables:
        summed = tables[histories.NAME]
        narrowed[histories.NAME] = summed.filter(summed.unit.isin(units))
    return narrowed


def _published(published: pl.DataFrame | None, unit: str, period: Period) -> Figures:
    if published is None:
        return {}
    rows = published.filter(unit=unit, period=str(period)).select("indicator", *PARTS)
    return {one: (above, below) for one, above, below in rows.iter_rows()}


def _scores(
    figures: Figures, rules: RuleSetFile, units: Units, period: Period, unit: str
) -> dict[str, Decimal | None]:
    """Points by indicator, where both numbers are known."""
    known = [(str(period), unit, one, *f) for one, f in figures.items() if None not in f]
    if not known:
        return {}
    scored = score(pl.DataFrame(known, schema=SCHEMA, orient="row"), rules, units)
    return dict(scored.components.select("indicator", "score").iter_rows())


def _side_by_side(
    indicators: Sequence[str],
    figures: Mapping[str, Figures],
    scores: Mapping[str, Mapping[str, Decimal | None]],
    base: Figures,
    listed: bool,
) -> pl.DataFrame:
    rows = []
    for one in indicators:
        row: dict[str, object] = {"indicator": one}
        for name in SIDES:
            row |= {
                f"{name}_{p}": n
                for p, n in zip(PARTS, figures.get(name, {}).get(one, (None, None)), strict=True)
            }
            row[f"{name}_score"] = scores.get(name, {}).get(one)
        own = figures["counted"][one]
        row |= {p: _less(n, o) for p, n, o in zip(PARTS, base.get(one, (None, None)), own, strict=True)}
        there = row["portal_score"] if one in figures["portal"] else row["listed_score"] if listed else None
        mine = row["counted_score"]
        row["score"] = None if there is None or mine is None else there - mine  # type: ignore[operator]
        rows.append(row)
    return pl.DataFrame(rows, schema=FIGURES)


def _less(there: int | None, own: int | None) -> int | None:
    return None if there is None or own is None else there - own


def _unexplained(one: str, own: Figure, base: Figure | None, known: pl.DataFrame) -> pl.DataFrame:
    """What the causes leave of a difference; nothing where the difference is not known or is explained."""
    rest = [
        (_less(there, mine) or 0) - (0 if there is None else known[part].sum())
        for part, there, mine in zip(PARTS, base or (None, None), own, strict=True)
    ]
    rows = [(one, Cause.UNEXPLAINED.value, None, *rest)] if any(rest) else []
    return pl.DataFrame(rows, schema=CAUSES, orient="row")


def _explained(
    attribution: Attribution, indicator: Indicator, tree: Tree, own: Side, listed: Side
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The dossiers that change an indicator, and the causes with their parts."""
    one = indicator.id
    if one in own.things:
        return _explained_by_things(attribution, indicator, tree, own.things[one], listed.things[one])
    rows = attribution.of(indicator)
    if indicator.count.of == "synchronised":
        # The denominator is what is synchronised only where no more was declared.
        follows = all(above == below for above, below in (own.figures[one], listed.figures[one]))
        part = pl.col("numerator") if follows else pl.lit(0, pl.Int64)
        rows = rows.with_columns(denominator=part).filter(pl.any_horizontal(pl.col(PARTS) != 0))
    return _shown(rows), _summed(rows, one)


def _explained_by_things(
    attribution: Attribution, indicator: Indicator, tree: Tree, own: pl.DataFrame, listed: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A thing that counts on one side only has the cause of most of the dossiers that make it so."""
    both = own.join(listed, on=["key", "code"], suffix="_there")
    changed = both.select(
        "code", pl.col("key").alias("thing"), *((pl.col(f"{p}_there") - pl.col(p)).alias(p) for p in PARTS)
    ).filter(pl.any_horizontal(pl.col(PARTS) != 0))
    keys = {name: key_of(indicator.count.of, name, tree) for name in ("own", "portal")}
    moved = attribution.moved(indicator, keys)
    signs = [pl.col(p).sign().alias(f"{p}_sign") for p in PARTS]
    wanted = changed.select("thing", pl.col("code").alias("thing_code"), *signs)
    rows = moved.join(wanted, on="thing").filter(
        pl.any_horizontal((pl.col(p).sign() == pl.col(f"{p}_sign")) & (pl.col(p) != 0) for p in PARTS)
    )
    most = rows.group_by("thing_code", "cause").len().sort("len", "cause", descending=[True, False])
    of_thing = most.unique("thing_code", keep="first").select("thing_code", "cause")
    causes = changed.join(of_thing, left_on="code", right_on="thing_code", how="left")
    causes = causes.with_columns(pl.col("cause").fill_null(Cause.UNEXPLAINED.value))
    known = causes.filter(pl.col("cause") != Cause.UNEXPLAINED.value)
    return _shown(rows.with_columns(thing="thing_code")), _summed(known, indicator.id)


def _summed(rows: pl.DataFrame, indicator: str) -> pl.DataFrame:
    """The causes of rows with their parts, in their order."""
    parts = rows.group_by("cause").agg(
        pl.lit(indicator).alias("indicator"), pl.len().alias("number"), pl.col(PARTS).sum()
    )
    order = {cause.value: place for place, cause in enumerate(Cause)}
    return parts.sort(pl.col("cause").replace_strict(order, return_dtype=pl.Int64)).select(
        pl.col(c).cast(t) for c, t in CAUSES.items()
    )


def _shown(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns that are shown of dossiers."""
    coalesced = {name: pl.coalesce(f"own_{name}", f"portal_{name}") for name in COALESCED}
    rows = rows.with_columns(**coalesced)
    return rows.select(pl.col(c).cast(t) for c, t in DOSSIERS.items()).sort("cause", "code")


COALESCED = ("code", "procedure", "received_at")
