"""Records of the wire format and the project's tables, made so that they count to given figures."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from phucvu.engine.calendar import Calendar
from phucvu.figures.periods import now_in_vietnam
from phucvu.figures.units import Units
from phucvu.problems import Fault, UnusableError
from phucvu.rules.loading import load
from phucvu.simulation.histories import Clock, Ints
from phucvu.simulation.petitions import make_petitions
from phucvu.simulation.plan import Plan, make_plan
from phucvu.simulation.services import Pair
from phucvu.simulation.simulated_catalogue import Catalogue
from phucvu.simulation.simulated_dossiers import Dossiers, make_dossiers
from phucvu.simulation.simulated_tables import make_tables, write_table
from phucvu.simulation.targets import CONTRADICTION, LEFT_OUT, Target
from phucvu.simulation.wire_writer import DOSSIERS, STEPS, Writer, dossier_codes

RULES = "portal-2026"

LIKED = 0.05
"""Of the dossiers on time, those rated +1."""

Progress = Callable[[int, int], None]
"""Told the dossiers written so far, and all of them."""


@dataclass(frozen=True)
class Summary:
    """What was written: rows by file name, how many units were made up, the indicators not imitated."""

    folder: Path
    rows: dict[str, int]
    made_up: int
    left_out: list[str]


def simulate(
    figures: pl.DataFrame,
    units: Units,
    out: Path,
    *,
    seed: int = 0,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Write records into the folder ``out`` whose figures by the rules of portal-2026 are the given ones.

    ``figures`` has the columns period (one only), unit, indicator, numerator, denominator (whole
    numbers); every unit named has exactly these figures for the period, counted at ``now`` (Vietnam's
    time without a zone; by default the present). Units come from ``units``, or from the form of their
    codes. What a province has beyond the units named under it goes to its communes without figures;
    where ``units`` knows none, communes are made up. The same seed gives the same records.
    Raises UnusableError with a problem for each figure that no records can have beside the others.
    """
    rules = load(RULES).at(dt.date.max)
    plan = make_plan(figures, units, rules, now or now_in_vietnam())
    out.mkdir(parents=True, exist_ok=True)
    total = sum(t.counts["handled"] for t in plan.targets.values())
    with Writer(
        out, lambda done: progress and progress(done, total), senders=len(set(plan.roots.values())) > 1
    ) as writer:
        petitions, ratings, filed_online = _write_dossiers(plan, writer, seed)
        rng = np.random.default_rng(seed)
        tables = make_tables(rng, plan, rules, Calendar(), filed_online)
    tables |= {"petitions": petitions, "ratings": ratings}
    for name, table in tables.items():
        write_table(table, out / f"{name}.csv")
    return Summary(
        folder=out,
        rows={DOSSIERS: writer.dossiers, STEPS: writer.steps}
        | {f"{name}.csv": table.height for name, table in tables.items()},
        made_up=plan.made_up,
        left_out=sorted(set(figures["indicator"]) & set(LEFT_OUT)),
    )


def without_contradictions(
    figures: pl.DataFrame, units: Units, make: Callable[[pl.DataFrame], Summary]
) -> tuple[Summary, list[Fault]]:
    """What ``make`` (``simulate``) makes without the figures that contradict others; each of those is named.

    What is left out may stand beside figures that then contradict nothing: they are made. Raises
    UnusableError where nothing would be left, or something else is wrong with the figures.
    """
    named: list[Fault] = []
    while True:
        try:
            return make(figures), named
        except UnusableError as error:
            found = [p for p in error.faults if p.code == CONTRADICTION]
            left = figures
            for one in found:
                left = _without(left, units, one)
            if len(found) < len(error.faults) or left.height in (0, figures.height):
                raise
            figures = left
            named += found


def _without(figures: pl.DataFrame, units: Units, one: Fault) -> pl.DataFrame:
    """The figures without the one named; where the unit has none, without those of the units below it."""
    unit = one.parameters["unit"]
    of = pl.col("indicator") == one.parameters["indicator"]
    wrong = of & (pl.col("unit") == unit)
    if figures.filter(wrong).is_empty():
        known = units.with_codes([unit, *figures["unit"].unique().sort()])
        wrong = of & pl.col("unit").is_in([u.code for u in known.below(unit)])
    return figures.filter(~wrong)


def _write_dossiers(plan: Plan, writer: Writer, seed: int) -> tuple[pl.DataFrame, pl.DataFrame, set[Pair]]:
    """Make and write the dossiers of every block; the petitions, the ratings, and what was filed online."""
    clock, calendar = Clock.of(plan.period, plan.cut_off), Calendar()
    petitions, ratings = [], []
    filed_online: set[Pair] = set()
    for unit, target in plan.targets.items():
        rng = np.random.default_rng([seed, zlib.crc32(unit.encode())])
        dossiers = make_dossiers(rng, clock, plan, unit)
        codes = dossier_codes(dossiers)
        complaints = _complaints(rng, dossiers, target)
        named = make_petitions(
            rng,
            calendar,
            plan.period,
            plan.cut_off,
            target,
            plan.offices[unit],
            _received(dossiers, codes, complaints),
        )
        petitions.append(named)
        ratings.append(_ratings(rng, dossiers, codes, complaints, named))
        filed_online |= _filed_online(dossiers, plan.catalogue)
        writer.write(rng, plan.roots[unit], dossiers, codes, plan.catalogue)
    return pl.concat(petitions), pl.concat(ratings), filed_online


def _complaints(rng: np.random.Generator, dossiers: Dossiers, target: Target) -> Ints:
    """Places of the dossiers with a complaint: as many as make 5.4 come out.

    They may be late or not: 5.4 takes off the late ones, and those with a complaint once more.
    """
    count = target.counts["on_time"] - target.counts["content"]
    order = rng.random(len(dossiers.late)) + ~dossiers.history.finished
    return np.argsort(order)[:count]


def _received(dossiers: Dossiers, codes: pl.Series, places: Ints) -> list[tuple[dt.datetime, str]]:
    epoch = dt.datetime(1970, 1, 1)
    return [
        (epoch + dt.timedelta(seconds=int(dossiers.history.received[place])), codes[int(place)])
        for place in places
    ]


def _ratings(
    rng: np.random.Generator,
    dossiers: Dossiers,
    codes: pl.Series,
    complaints: Ints,
    petitions: pl.DataFrame,
) -> pl.DataFrame:
    """−1 for every complaint that is no petition, and some ratings that change no figure."""
    chance = rng.random(len(dossiers))
    value = np.where(~dossiers.late & (chance < LIKED), 1, 0)
    value[complaints] = -1
    frame = pl.DataFrame(
        {
            "dossier": codes,
            "unit": np.array(dossiers.units)[dossiers.unit],
            "value": value.astype(np.int8),
        }
    )
    rated = frame.filter(pl.col("value") != 0)
    return rated.join(
        petitions.select("dossier").drop_nulls(), on="dossier", how="anti", maintain_order="left"
    )


def _filed_online(dossiers: Dossiers, catalogue: Catalogue) -> set[Pair]:
    here = dossiers.online & dossiers.received
    pairs = np.unique(np.stack([dossiers.unit[here], dossiers.procedure[here]]), axis=1)
    return {(dossiers.units[u], catalogue.codes[p]) for u, p in pairs.T.tolist()}
