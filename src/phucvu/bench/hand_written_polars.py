"""The figures of rule set qd766-2022 by lazy Polars, as one who knows it would write it.

Like the SQL beside it, it knows which rules hold, that the tree has two levels and no unit changes. What
is many is read lazily; what is left after grouping is small and at hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
from polars import col, when

from phucvu.bench.hand_written_sql import days
from phucvu.figures.periods import Period

ID = "dossier_id"
DAY, LAST_SECOND = pl.duration(days=1), pl.duration(seconds=86_399)
APPLIED = ["public", "stopping", "testing"]

Scan = Callable[[str], pl.LazyFrame]
"""The rows of a table by its name."""

Figures = dict[str, pl.DataFrame]
"""By indicator: columns unit, numerator, denominator."""


def figures(folder: Path, period: Period, now: dt.datetime) -> pl.DataFrame:
    """Columns unit, indicator, numerator, denominator; ``folder`` has a directory of Parquet a table."""

    def scan(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / name / "*.parquet")

    starts, cut_off = period.starts, period.cut_off(now)
    units = scan("units").select("code", "kind", "parent").collect()
    procedures = scan("procedures").collect()
    over = units.filter(col("parent").is_not_null()).select(unit="code", above="parent")
    tree = pl.concat([units.select(unit="code", above="code"), over])
    tallies = _tallies(scan, procedures, starts, cut_off)
    sums = tallies.drop("procedure").join(tree, on="unit").drop("unit").group_by("above").sum()
    found = _of_dossiers(sums)
    found["1.4"] = _synchronised(units, sums, scan("reports").collect(), period)
    found |= _of_authority(scan, tallies, tree, procedures)
    found["4.6"] = _of_communes(units, tallies, tree)
    found |= _of_decisions(scan("decisions").collect(), period, cut_off)
    found["1.3"] = _owned(procedures)
    found |= _of_petitions(scan("petitions").collect(), tree, starts, cut_off)
    return _table(found, units)


def _days() -> pl.LazyFrame:
    return days().cast({"upto": pl.Int64}).lazy()


def _with_upto(rows: pl.LazyFrame, moment: str | pl.Expr, name: str) -> pl.LazyFrame:
    """The working days up to and including the day of a moment, as a column ``name``."""
    moment = col(moment) if isinstance(moment, str) else moment
    upto = _days().select(_day="day", **{name: col("upto")})
    return rows.with_columns(_day=moment.cast(pl.Date)).join(upto, on="_day", how="left").drop("_day")


def _with_day(rows: pl.LazyFrame, number: pl.Expr, name: str) -> pl.LazyFrame:
    """The working day of a number, as a column ``name``."""
    nth = _days().filter("working").select(_nth="upto", **{name: col("day")})
    return rows.with_columns(_nth=number.cast(pl.Int64)).join(nth, on="_nth", how="left").drop("_nth")


def _tallies(scan: Scan, procedures: pl.DataFrame, starts: dt.datetime, cut_off: dt.datetime) -> pl.DataFrame:
    """By unit and procedure: how many dossiers there are of each kind that an indicator asks for."""
    dossiers = scan("dossiers").filter(col("received_at") <= cut_off)
    steps = scan("steps").select(ID, "at", "status").filter(col("at") <= cut_off)
    facts = procedures.lazy().select("fee", "paper_result", "max_time", "max_time_unit", procedure="code")
    rows = dossiers.join(_first_ends(steps), on=ID, how="left")
    rows = rows.join(_in_order(steps, dossiers, cut_off).lazy(), on=ID, how="left")
    declared = [when(col(c) <= cut_off).then(c) for c in ("ended_at", "returned_at")]
    rows = rows.with_columns(
        received=col("received_at") >= starts,
        ended=when(col("in_order").is_null())
        .then(pl.coalesce(declared))
        .when("in_order")
        .then("ordered_end")
        .otherwise("first_end"),
    )
    rows = rows.filter(col("received") | col("ended").is_null() | (col("ended") >= starts))
    rows = _with_due(rows.join(facts, on="procedure", how="left"))
    rows = _with_upto(rows, "ended", "ended_upto")
    rows = _with_complaints(rows, scan, cut_off)
    late = col("ended").fill_null(cut_off) - col("due") > col("waited").fill_null(pl.duration())
    worked = (col("ended_upto") - col("received_upto")).fill_null(0) - col("waited_days").fill_null(0)
    rows = rows.with_columns(
        in_time=~col("unanswered").fill_null(False) & ~late.fill_null(False),
        worked=when(col("ended").is_not_null()).then(worked.clip(lower_bound=0)),
    )
    counted: pl.DataFrame = rows.group_by("unit", "procedure").agg(**_measures()).collect(engine="streaming")
    return counted


def _first_ends(steps: pl.LazyFrame) -> pl.LazyFrame:
    def at(*statuses: int) -> pl.Expr:
        return when(col("status").is_in(statuses)).then("at")

    moments = steps.select(ID, done=at(9), back=at(10), stopped=at(3, 8), ordered=col("status").is_in([5, 7]))
    first = moments.group_by(ID).agg(col("done", "back", "stopped").min(), in_order=col("ordered").any())
    return first.select(ID, "in_order", first_end=pl.coalesce("done", "back", "stopped"))


def _in_order(steps: pl.LazyFrame, dossiers: pl.LazyFrame, cut_off: dt.datetime) -> pl.DataFrame:
    """Of dossiers asked for a supplement or withdrawn: their end, their waiting, whether unanswered."""
    asked = steps.filter(col("status").is_in([5, 7])).select(ID).unique()
    theirs = steps.join(asked, on=ID, how="semi").join(dossiers.select(ID, "received_at"), on=ID)
    rows: pl.DataFrame = theirs.collect(engine="streaming")
    at, status = col("at"), col("status")
    withdrawn = (status == 7) & (at >= col("received_at"))
    ends = (
        rows.group_by(ID)
        .agg(
            col("received_at").min(),
            ended=pl.coalesce(
                at.filter(status == 9).min(),
                at.filter(status == 10).min(),
                at.filter(status.is_in([3, 8]) | withdrawn).min(),
            ),
            latest=at.max(),
            asked=at.filter(status == 5).max(),
            higher=at.filter(status > 5).max(),
            requests=(status == 5).sum(),
        )
        .with_columns(
            until=col("ended").fill_null(cut_off),
            unanswered=col("ended").is_null()
            & (col("asked") == col("latest"))
            & (col("higher") < col("asked")).fill_null(True)
            & (col("requests") > 1),
        )
    )
    moments = rows.group_by(ID, "at").agg(asked=(status == 5).any(), resumed=status.is_in([2, 4]).any())
    after = when("resumed").then("at").shift(-1).over(ID)
    moments = moments.sort(ID, "at").with_columns(resumed_at=after)
    moments = moments.with_columns(col("resumed_at").fill_null(strategy="backward").over(ID))
    spells = moments.filter("asked").group_by(ID, "resumed_at").agg(start=at.min()).join(ends, on=ID)
    stop = pl.min_horizontal(col("resumed_at").fill_null(col("until")), "until")
    open_ = spells.with_columns(stop=stop).filter(col("start") < col("stop")).lazy()
    open_ = _with_upto(open_, pl.max_horizontal("start", "received_at"), "before")
    open_ = _with_upto(open_, "stop", "after")
    waits = open_.group_by(ID).agg(
        waited=(col("stop") - col("start")).sum(),
        waited_days=(col("after") - col("before")).clip(lower_bound=0).sum(),
    )
    return ends.join(waits.collect(), on=ID, how="left").select(
        ID, "waited", "waited_days", "unanswered", ordered_end="ended"
    )


def _with_due(rows: pl.LazyFrame) -> pl.LazyFrame:
    unit, day = col("max_time_unit"), col("received_at").dt.truncate("1d")
    rows = _with_upto(rows, "received_at", "received_upto")
    undated = when(col("due_at").is_null())
    rows = _with_day(rows, undated.then(col("received_upto") + col("max_time")), "by_workdays")
    months = when(col("due_at").is_null() & (unit == "month")).then("max_time")
    due = (
        when(unit == "hour")
        .then(col("received_at") + pl.duration(hours="max_time"))
        .when(unit == "day")
        .then(day + pl.duration(days="max_time") + LAST_SECOND)
        .when(unit == "month")
        .then(day.dt.offset_by(pl.format("{}mo", months)) + LAST_SECOND)
        .when(unit == "workday")
        .then(col("by_workdays").cast(pl.Datetime("us")) + LAST_SECOND)
    )
    return rows.with_columns(due=pl.coalesce("due_at", due))


def _with_complaints(rows: pl.LazyFrame, scan: Scan, cut_off: dt.datetime) -> pl.LazyFrame:
    named = scan("petitions").filter(col("arrived_at") <= cut_off, col("dossier").is_not_null())
    named = named.select(code="dossier").unique().with_columns(petitioned=True)
    disliked = scan("ratings").filter(col("value") == -1).select("unit", code="dossier").unique()
    rows = rows.join(named, on="code", how="left")
    return rows.join(disliked.with_columns(disliked=True), on=["code", "unit"], how="left")


def _measures() -> dict[str, pl.Expr]:
    def is_(name: str) -> pl.Expr:
        return col(name).fill_null(False)

    received, paper = is_("received"), is_("paper_result")
    online, paid = received & (col("channel") == 2), col("paid_online").is_in([1, 2])
    owing = received & is_("fee") & ~((col("fee_lines") > 0) & (col("fees") == 0)).fill_null(False)
    reused = when(is_("filed_national")).then("files_digitised").otherwise("digitised_parts")
    kinds = {
        "received": received,
        "in_time": col("in_time"),
        "complained": is_("petitioned") | is_("disliked"),
        "finished": received & col("ended").is_not_null(),
        "online": online,
        "online_digital": online & (is_("result_code") | ~paper),
        "paid": received & paid,
        "charged": received & (col("fees") != 0),
        "owing": owing,
        "owing_paid": owing & paid,
        "paper": paper,
        "paper_file": paper & is_("result_file"),
        "digitised": (col("files") > 0) & (is_("result_file") | ~paper),
        "reused": received & reused,
        "from_store": received & is_("files_from_store"),
        "population": is_("vneid") | is_("files_from_store") | is_("population_data"),
        "copies": received & (col("procedure") == "2.000815") & is_("result_file"),
    }
    sums = {name: kind.fill_null(False).sum().cast(pl.Int64) for name, kind in kinds.items()}
    return {"handled": pl.len().cast(pl.Int64), "worked": col("worked").filter(received).sum()} | sums


def _figure(rows: pl.DataFrame, unit: str, numerator: pl.Expr, denominator: pl.Expr) -> pl.DataFrame:
    return rows.select(unit=unit, numerator=numerator, denominator=denominator)


def _of_dossiers(sums: pl.DataFrame) -> Figures:
    shares = {
        "2.1": (col("in_time"), "handled"),
        "2.2": (8 * col("worked"), "finished"),
        "3.3": (col("online_digital"), "received"),
        "3.6": (col("owing_paid"), "owing"),
        "4.1": (col("paper_file"), "paper"),
        "4.2": (col("digitised"), "handled"),
        "4.3": (col("reused"), "received"),
        "4.4": (col("from_store"), "received"),
        "4.5b": (col("population"), "handled"),
        "5.4": ((col("in_time") - col("complained")).clip(lower_bound=0), "handled"),
    }
    return {name: _figure(sums, "above", above, col(below)) for name, (above, below) in shares.items()}


def _synchronised(
    units: pl.DataFrame, sums: pl.DataFrame, reports: pl.DataFrame, period: Period
) -> pl.DataFrame:
    def declared(of: str, name: str) -> pl.DataFrame:
        return reports.filter(col("period") == of).select(code="unit", **{name: col("received")})

    rows = units.join(sums.select("received", code="above"), on="code", how="left")
    rows = rows.join(declared(str(period), "now"), on="code", how="left")
    rows = rows.join(declared(str(period.first.year - 1), "before"), on="code", how="left")
    rows = rows.with_columns(col("received", "now", "before").fill_null(0))
    parts = {"month": 12, "quarter": 4, "year": 1}[period.kind]
    larger = pl.max_horizontal("received", "now")
    estimate = (col("before") / parts + 0.5).floor().cast(pl.Int64)
    return _figure(rows, "code", col("received"), when(larger > 0).then(larger).otherwise(estimate))


def _of_authority(scan: Scan, tallies: pl.DataFrame, tree: pl.DataFrame, procedures: pl.DataFrame) -> Figures:
    both = ["above", "procedure"]
    applied = scan("services").filter(col("status").is_in(APPLIED)).select("unit", "procedure").collect()
    of_each = applied.join(
        tallies.select("unit", "procedure", "online"), on=["unit", "procedure"], how="left"
    )
    used = of_each.join(tree, on="unit").group_by("above")
    used_services = used.agg(numerator=(col("online") > 0).sum(), denominator=pl.len())
    offered = applied.join(tree, on="unit").select(both).unique().with_columns(offered=True)
    counts = tallies.join(tree, on="unit").group_by(both).agg(col("paid", "charged", "population").sum())
    rows = scan("authority").select("unit", "procedure").collect().join(tree, on="unit").select(both).unique()
    rows = rows.join(offered, on=both, how="left").join(counts, on=both, how="left")
    rows = rows.join(procedures.select("fee", "for_citizens", procedure="code"), on="procedure", how="left")

    def share(met: pl.Expr, of: pl.Expr) -> pl.DataFrame:
        of = of.fill_null(False)
        found = rows.group_by("above").agg(numerator=(met.fill_null(False) & of).sum(), denominator=of.sum())
        return found.rename({"above": "unit"})

    return {
        "3.1": share(col("offered"), col("procedure").is_not_null()),
        "3.2": used_services.rename({"above": "unit"}),
        "3.4": share(col("paid") > 0, col("fee")),
        "3.5": share(col("charged") > 0, col("fee")),
        "4.5a": share(col("population") > 0, col("for_citizens")),
    }


def _of_communes(units: pl.DataFrame, tallies: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    copies = tallies.group_by("unit").agg(col("copies").sum())
    communes = units.filter(col("kind") == "commune").select(unit="code").join(copies, on="unit", how="left")
    counted = communes.join(tree, on="unit").group_by("above")
    found = counted.agg(numerator=(col("copies") > 0).sum(), denominator=pl.len())
    return found.rename({"above": "unit"})


def _of_decisions(decisions: pl.DataFrame, period: Period, cut_off: dt.datetime) -> Figures:
    last = min(period.last, cut_off.date())
    rows = decisions.filter(col("decided_on").is_between(period.first, last)).lazy()
    rows = rows.with_columns(public=when(col("published_on") <= last).then("published_on"))
    rows = _with_upto(rows, col("effective_on") - DAY, "before")
    rows = _with_upto(rows, "decided_on", "since")
    rows = _with_day(rows, col("before") - 4, "decide_by")
    rows = _with_day(rows, col("since") + 5, "publish_by").with_columns(
        decided=(col("decided_on") <= col("decide_by")).fill_null(True),
        known=col("public").is_not_null() | (col("publish_by") <= last),
        published=(col("public") <= col("publish_by")).fill_null(False),
    )
    judged = rows.collect()

    def each_once(of: pl.DataFrame, met: str) -> pl.DataFrame:
        by_procedure = of.group_by("unit", "procedure").agg(col(met).all())
        return by_procedure.group_by("unit").agg(numerator=col(met).sum(), denominator=pl.len())

    return {"1.1": each_once(judged, "decided"), "1.2": each_once(judged.filter("known"), "published")}


def _owned(procedures: pl.DataFrame) -> pl.DataFrame:
    public = procedures.filter(col("status").is_in(["public", "public_amended"])).group_by("owner")
    found = public.agg(numerator=col("parts_complete").sum(), denominator=pl.len())
    return found.rename({"owner": "unit"})


def _of_petitions(
    petitions: pl.DataFrame, tree: pl.DataFrame, starts: dt.datetime, cut_off: dt.datetime
) -> Figures:
    moments = ("refused_at", "supplement_asked_at", "answered_at", "published_at")
    rows = petitions.filter(col("arrived_at") <= cut_off).lazy()
    rows = rows.with_columns(when(col(m) <= cut_off).then(m).alias(m) for m in moments)
    arrived = col("arrived_at") >= starts
    over_before = (col("refused_at") < starts).fill_null(False) | (col("answered_at") < starts).fill_null(
        False
    )
    rows = rows.with_columns(arrived=arrived).filter(arrived | ~over_before)
    rows = _with_upto(_with_upto(rows, "arrived_at", "since"), "answered_at", "answered")
    for name, number in (
        ("refuse_by", col("since") + 2),
        ("ask_by", col("since") + 5),
        ("answer_by", col("since") + 15),
        ("publish_by", col("answered") + 2),
    ):
        rows = _with_day(rows, number, name)
    today = cut_off.date()
    in_time = (
        when(col("refused_at").is_not_null())
        .then(col("refused_at").cast(pl.Date) <= col("refuse_by"))
        .when(col("answered_at").is_not_null())
        .then(
            (col("answered_at").cast(pl.Date) <= col("answer_by"))
            & (col("published_at").cast(pl.Date).fill_null(today) <= col("publish_by"))
        )
        .when(col("supplement_asked_at").is_not_null())
        .then(col("supplement_asked_at").cast(pl.Date) <= col("ask_by"))
        .otherwise(pl.lit(today) <= col("answer_by"))
    )
    liked = (col("dislikes").fill_null(0) <= col("likes").fill_null(0)) & ~col("reraised").fill_null(False)
    judged = rows.with_columns(in_time=in_time.fill_null(False)).collect().join(tree, on="unit")
    sums = judged.group_by("above").agg(
        col("in_time", "arrived").sum(),
        open=pl.len(),
        policy=(col("arrived") & (col("class") == "policy")).sum(),
        conduct=(col("arrived") & (col("class") == "conduct")).sum(),
        satisfied=(col("arrived") & col("in_time") & liked).sum(),
    )
    return {
        "5.1a": _figure(sums, "above", col("policy"), col("arrived")),
        "5.1b": _figure(sums, "above", col("conduct"), col("arrived")),
        "5.2": _figure(sums, "above", col("in_time"), col("open")),
        "5.3": _figure(sums, "above", col("satisfied"), col("arrived")),
    }


def _table(found: Figures, units: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for indicator, figure in found.items():
        # Departments have no figure of indicator 4.6.
        shown = units.filter(col("kind") != "department") if indicator == "4.6" else units
        of_units = shown.select(unit="code").join(figure, on="unit", how="left")
        numbers = col("numerator", "denominator").cast(pl.Int64).fill_null(0)
        parts.append(of_units.select("unit", numbers, indicator=pl.lit(indicator)))
    return pl.concat(parts).select("unit", "indicator", "numerator", "denominator")
