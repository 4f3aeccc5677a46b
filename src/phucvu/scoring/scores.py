"""From figures to component, group and total scores, ranks, and changes between periods."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from phucvu.figures import table as figures_table
from phucvu.figures.periods import Period
from phucvu.figures.units import NATION, Units, units_by_period
from phucvu.rules.model import RuleSet, RuleSetFile
from phucvu.scoring.component_scores import as_points, component_scores, given_by_rule, rules_frame
from phucvu.scoring.nation_scores import with_nation
from phucvu.scoring.ranks import BLOCK, with_ranks

COMPONENT_COLUMNS = (
    *("period", "unit", "indicator", "group", "numerator", "denominator"),
    *("rate", "score", "max", "lost", "state"),
)


@dataclass(frozen=True)
class Scores:
    """Scores of any number of units and periods; points are decimals with two places.

    ``components``: period, unit, indicator, group, numerator, denominator, rate (a share, null
    without one), score, max, lost, state, and the further columns of the figures.
    ``groups``: period, unit, group, score, max, lost, missing (list of indicators without a
    figure), origin (counted, published where only the group's score is known, or mean: the nation's),
    rank, ranked, unranked (see ``ranks.with_ranks``).
    ``totals``: period, unit, kind, parent, score, max, lost, missing (groups), rank, ranked, unranked.
    A score that lacks a part is null, never guessed. Where there are two or more
    provinces, the nation has a row of kind “nation” in groups and totals (see ``scoring.nation_scores``);
    its own figures have a rate, and no points.
    ``unrecorded``: period, unit: those without records, where figures were counted.
    """

    rules: dict[str, RuleSet]
    units: Units
    components: pl.DataFrame
    groups: pl.DataFrame
    totals: pl.DataFrame
    unrecorded: pl.DataFrame

    def nation(self, period: str) -> Decimal | None:
        """The nation's score: the mean of the provinces' totals, in points.

        None where there are not two provinces, or none has a total.
        """
        row = self.totals.filter(period=period, kind=NATION.kind)
        return row["score"][0] if row.height else None


def score(
    figures: pl.DataFrame,
    rules: RuleSetFile,
    units: Units,
    published_groups: pl.DataFrame | None = None,
    *,
    from_records: bool = False,
) -> Scores:
    """Scores of checked figures (see figures.table.check_figures).

    Units not in ``units`` are made from their codes; each period uses the units as they were then
    (see ``Units.of_period``). ``published_groups`` (period, unit, group, score in points) gives the scores
    of groups without figures.

    ``from_records`` is true for counted figures. A unit without any record of a period then has no group
    scores and no total (see ``_unrecorded``): without complaints the rules give it full points, which it
    has not earned.
    """
    figures = _further_columns_kept_apart(figures)
    named = [figures["unit"]] if published_groups is None else [figures["unit"], published_groups["unit"]]
    units = units.with_codes(pl.concat(named).unique(maintain_order=True))
    in_force = _in_force(figures, published_groups, rules)
    every = _every_unit(figures, published_groups, units, list(in_force))
    ruled = rules_frame(in_force, every["kind"].unique().sort().to_list())

    figures = figures.join(every, on=["period", "unit"], how="left", maintain_order="left")
    counted = component_scores(figures, ruled)
    by_rule = given_by_rule(every, figures, ruled)
    components = pl.concat([counted, by_rule], how="diagonal") if by_rule.height else counted

    unrecorded = (
        _unrecorded(figures, in_force, units) if from_records else every.select("period", "unit").clear()
    )
    components = components.with_columns(
        score=pl.when(pl.col("kind") == NATION.kind).then(None).otherwise("score")
    )
    recorded = components.join(unrecorded, on=["period", "unit"], how="anti", maintain_order="left")
    ranked = every.filter(pl.col("kind") != NATION.kind)
    groups = _group_scores(recorded, ranked, ruled, published_groups)
    groups, totals = with_nation(groups, _total_scores(groups))
    kept = [c for c in figures.columns if c not in (*every.columns, "indicator", "numerator", "denominator")]
    return Scores(
        rules=in_force,
        units=units,
        components=_in_points(components).select(*COMPONENT_COLUMNS, *kept),
        groups=groups,
        totals=totals,
        unrecorded=unrecorded,
    )


def _further_columns_kept_apart(figures: pl.DataFrame) -> pl.DataFrame:
    """A further column named like one of ours (``score``) becomes ``score_given``."""
    ours = {*COMPONENT_COLUMNS, "kind", "parent"} - set(figures_table.COLUMNS)
    return figures.rename({c: f"{c}_given" for c in figures.columns if c in ours})


EVENTS = ("dossiers", "synchronised", "processing_time", "decisions", "petitions")
"""Counts of events of a period. The others count registers, which exist before anything happens."""


def _unrecorded(figures: pl.DataFrame, in_force: dict[str, RuleSet], units: Units) -> pl.DataFrame:
    """The periods and units without records.

    These are units whose own figures all have a denominator of 0, and every unit of a province or ministry
    without events in the period: a register of procedures alone is no work to score.
    """
    rows = [
        (period, indicator.id, indicator.count.of in EVENTS, indicator.scope == "province")
        for period, rules in in_force.items()
        for indicator in rules.indicators
    ]
    schema = {"period": pl.String, "indicator": pl.String, "event": pl.Boolean, "of_province": pl.Boolean}
    ruled = pl.DataFrame(rows, schema=schema, orient="row")
    codes = figures["unit"].unique().to_list()
    tops = pl.DataFrame(
        [(code, units.above(code)[-1].code) for code in codes],
        schema={"unit": pl.String, "top": pl.String},
        orient="row",
    )
    of_something = figures.filter(pl.col("denominator") > 0).join(ruled, on=["period", "indicator"])
    own = of_something.join(tops, on="unit").filter(
        ~pl.col("of_province") | (pl.col("unit") == pl.col("top"))
    )
    pairs = figures.select("period", "unit").unique(maintain_order=True).join(tops, on="unit")
    recorded = pairs.join(own, on=["period", "unit"], how="semi").join(
        own.filter("event"), on=["period", "top"], how="semi"
    )
    return pairs.join(recorded, on=["period", "unit"], how="anti", maintain_order="left").drop("top")


def _in_force(
    figures: pl.DataFrame, published: pl.DataFrame | None, rules: RuleSetFile
) -> dict[str, RuleSet]:
    periods = figures["period"].unique(maintain_order=True).to_list()
    if published is not None:
        periods += [p for p in published["period"].unique() if p not in periods]
    return {period: rules.at(Period.parse(period).last) for period in periods}


def _every_unit(
    figures: pl.DataFrame, published: pl.DataFrame | None, units: Units, periods: list[str]
) -> pl.DataFrame:
    """Each period and unit, with the kind and parent that the unit had in it."""
    pairs = figures.select("period", "unit")
    if published is not None:
        pairs = pl.concat([pairs, published.select("period", "unit")])
    pairs = pairs.unique(maintain_order=True)
    known = units_by_period(units, periods)
    return pairs.join(known, on=["period", "unit"], how="left", maintain_order="left")


def _group_scores(
    components: pl.DataFrame,
    every: pl.DataFrame,
    ruled: pl.DataFrame,
    published: pl.DataFrame | None,
) -> pl.DataFrame:
    parts = ruled.filter("scored")
    expected = parts.group_by("period", "kind", "group", maintain_order=True).agg(
        pl.col("max").sum(), parts=pl.len()
    )
    reached = (
        components.lazy()
        .filter("scored")
        .group_by("period", "unit", "group")
        .agg(pl.col("score").sum(), found=pl.len())
        .collect()
    )
    groups = every.join(expected, on=["period", "kind"], how="left", maintain_order="left").join(
        reached, on=["period", "unit", "group"], how="left", maintain_order="left"
    )
    lacking = groups.filter(pl.col("found").fill_null(0) < pl.col("parts"))
    missing = (
        lacking.select("period", "unit", "kind", "group")
        .join(parts.select("period", "kind", "group", "indicator"), on=["period", "kind", "group"])
        .join(components, on=["period", "unit", "indicator"], how="anti", maintain_order="left")
        .group_by("period", "unit", "group")
        .agg(missing=pl.col("indicator"))
    )
    groups = groups.join(missing, on=["period", "unit", "group"], how="left", maintain_order="left")
    groups = groups.with_columns(
        pl.when(pl.col("missing").is_null()).then("score").alias("score"),
        pl.col("missing").fill_null([]),
        origin=pl.when(pl.col("missing").is_null()).then(pl.lit("counted")),
    )
    if published is not None:
        known = published.select(
            "period",
            "unit",
            "group",
            published=(pl.col("score").cast(pl.Float64) * 100).round().cast(pl.Int64),
        )
        groups = groups.join(known, on=["period", "unit", "group"], how="left", maintain_order="left")
        stands_in = pl.col("score").is_null() & pl.col("published").is_not_null()
        groups = groups.with_columns(
            score=pl.coalesce("score", "published"),
            origin=pl.when(stands_in).then(pl.lit("published")).otherwise("origin"),
        )
    return _in_points(with_ranks(groups, "group")).select(
        *("period", "unit", "kind", "parent", "group"),
        *("score", "max", "lost", "missing", "origin", "rank", "ranked", "unranked"),
    )


def _in_points(frame: pl.DataFrame) -> pl.DataFrame:
    """Whole hundredths as points with two decimals, and the points lost."""
    return frame.with_columns(as_points("score", "max")).with_columns(lost=pl.col("max") - pl.col("score"))


def _total_scores(groups: pl.DataFrame) -> pl.DataFrame:
    unknown = pl.col("score").is_null()
    totals = groups.group_by("period", "unit", "kind", "parent", maintain_order=True).agg(
        score=pl.when(~unknown.any()).then(pl.col("score").sum()),
        max=pl.col("max").sum(),
        missing=pl.col("group").filter(unknown),
    )
    totals = totals.with_columns(lost=pl.col("max") - pl.col("score"))
    return with_ranks(totals).select(
        "period", "unit", "kind", "parent", "score", "max", "lost", "missing", "rank", "ranked", "unranked"
    )


def with_changes(
    now: pl.DataFrame, then: pl.DataFrame, *further: str, units: Units | None = None
) -> pl.DataFrame:
    """Groups or totals, with their change since another period, the one of ``then``.

    Adds score_change (points) and rank_change (places gained: a rise from 5th to 3rd is 2); null where
    either is not known. Places are compared only in the same block: where the unit was of another one, or
    by ``units`` others were ranked together, rank_change is null and block_changed true. ``further``
    names the columns besides unit that identify a row.
    """
    on = ["unit", *further]
    before = then.select(*on, score_then="score", rank_then="rank", kind_then="kind", parent_then="parent")
    joined = now.join(before, on=on, how="left", maintain_order="left")
    changed = pl.DataFrame(
        _changed_blocks(now, then, units), schema=dict.fromkeys(BLOCK, pl.String), orient="row"
    )
    joined = joined.join(
        changed.with_columns(changed=True), on=BLOCK, how="left", maintain_order="left", nulls_equal=True
    )
    same = (
        pl.col("changed").is_null()
        & (pl.col("kind") == pl.col("kind_then"))
        & pl.col("parent").eq_missing(pl.col("parent_then"))
    )
    both = pl.col("score").is_not_null() & pl.col("score_then").is_not_null()
    return joined.with_columns(
        score_change=pl.col("score") - pl.col("score_then"),
        rank_change=pl.when(same).then(pl.col("rank_then") - pl.col("rank")),
        block_changed=both & ~same,
    ).drop("score_then", "rank_then", "kind_then", "parent_then", "changed")


def _changed_blocks(
    now: pl.DataFrame, then: pl.DataFrame, units: Units | None
) -> list[tuple[str, str, str | None]]:
    """The blocks of ``now`` that had other units in the period of ``then``."""
    if units is None:
        return []
    before = [units.blocks(Period.parse(p)) for p in then["period"].unique()]
    return [
        (period, *block)
        for period in now["period"].unique()
        for block, codes in units.blocks(Period.parse(period)).items()
        if any(codes != other.get(block) for other in before)
    ]


def since_previous(frame: pl.DataFrame, *further: str, units: Units | None = None) -> pl.DataFrame:
    """Groups or totals of many periods, each with its change since the period before it.

    The period before is the one of the same length; where the frame does not hold it, the changes
    are null; see ``with_changes``.
    """
    parts = []
    for (period,), rows in frame.group_by(["period"], maintain_order=True):
        before = str(Period.parse(str(period)).previous())
        parts.append(with_changes(rows, frame.filter(pl.col("period") == before), *further, units=units))
    return pl.concat(parts) if parts else frame


__all__ = ["Scores", "score", "since_previous", "with_changes"]
