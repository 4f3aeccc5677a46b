"""Which cause explains what a dossier adds to the difference of an indicator.

A dossier has one cause for each indicator that it changes: the first of these rules that fits. So the causes
add up to the difference, whatever else the two sides say otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from phucvu.engine.counts import Measure, measures
from phucvu.engine.listing import column_of
from phucvu.ledger import contributions
from phucvu.ledger.causes import Cause
from phucvu.ledger.pairing import COMPARED, PortalList
from phucvu.records.codes import AtPortal
from phucvu.records.histories import ID
from phucvu.rules.model import Indicator

TIMELY = ("on_time", "finished")
"""Conditions that follow from deadline, status and steps."""

MINISTRY = r"-\d{6,7}$"
"""How the number of a dossier ends that a ministry's own system took in; a province's has four digits."""


@dataclass(frozen=True)
class Attribution:
    """The pairs as ``contributions.judged`` gives them, for a unit and those below it."""

    pairs: pl.DataFrame
    units: Collection[str]
    portal: PortalList | None

    def of(self, indicator: Indicator) -> pl.DataFrame:
        """The dossiers that change an indicator: their columns, numerator, denominator, cause, what differs.

        ``numerator`` and ``denominator`` are the portal's less the own. ``differs`` lists the columns of
        which the two sides tell otherwise.
        """
        parts = {p: self._part(p, indicator, "portal") - self._part(p, indicator, "own") for p in PARTS}
        rows = self.pairs.with_columns(indicator=pl.lit(indicator.id), thing=pl.lit(None, pl.String), **parts)
        return self._with_cause(_changing(rows), indicator)

    def moved(self, indicator: Indicator, things: dict[str, pl.Expr]) -> pl.DataFrame:
        """As ``of``, with a row for each thing that a dossier counts for on one side more than on the other.

        ``things`` says on each side which thing it counts for, to be found in the column ``thing``.
        """
        signs = {"own": -1, "portal": 1}
        rows = pl.concat(
            self.pairs.select(
                ID, thing=things[side], **{p: self._part(p, indicator, side) * sign for p in PARTS}
            )
            for side, sign in signs.items()
        )
        rows = _changing(rows.drop_nulls("thing").group_by(ID, "thing").agg(pl.col(PARTS).sum()))
        rows = rows.join(self.pairs, on=ID, how="left").with_columns(indicator=pl.lit(indicator.id))
        return self._with_cause(rows, indicator)

    def _with_cause(self, rows: pl.DataFrame, indicator: Indicator) -> pl.DataFrame:
        return rows.with_columns(cause=self._cause(measures(indicator)), differs=_differs())

    def _part(self, name: str, indicator: Indicator, side: str) -> pl.Expr:
        """What a dossier adds to a side's numerator or denominator, where it is of one of the units there."""
        what: pl.Expr = getattr(contributions, name)(indicator, side)
        return pl.when(self._within(side)).then(what.fill_null(0)).otherwise(0)

    def _within(self, side: str) -> pl.Expr:
        return pl.col(f"{side}_unit").is_in(list(self.units)).fill_null(False)

    def _cause(self, measured: Sequence[Measure]) -> pl.Expr:
        own, there = (pl.col(f"{side}_code").is_not_null() for side in ("own", "portal"))
        ministry = pl.coalesce("own_code", "portal_code").str.contains(MINISTRY)
        twice = pl.max_horizontal("own_again", "portal_again").fill_null(0) > 0
        answer = pl.col("own_at_portal").fill_null("")
        populations = {str(m.count.population) for m in measured}
        received = _changed("received_at")
        cases: Iterable[tuple[pl.Expr, Cause]] = (
            (own & ~there & twice, Cause.TWICE),
            (own & ~there & (answer == AtPortal.REFUSED.value), Cause.REFUSED),
            (own & ~there & (answer == AtPortal.ABSENT.value), Cause.UNKNOWN_THERE),
            (own & ~there & ~pl.col("own_synchronised"), Cause.NOT_SENT),
            (own & ~there & ministry, Cause.MINISTRY),
            (own & ~there & self._beyond_list(), Cause.CUT_OFF),
            (own & ~there, Cause.UNKNOWN_THERE),
            (there & ~own & twice, Cause.TWICE),
            (there & ~own & ministry, Cause.MINISTRY),
            (there & ~own, Cause.UNKNOWN_HERE),
            (self._within("own") != self._within("portal"), Cause.OTHER_UNIT),
            (answer == AtPortal.UPDATE_REFUSED.value, Cause.REFUSED),
            (_flags(populations) & received, Cause.CUT_OFF),
            (_flags(populations), Cause.OTHER_STATUS),
            (_flags(_columns(measured, TIMELY)) & _fact("due"), Cause.OTHER_DEADLINE),
            (_flags(_columns(measured, TIMELY)), Cause.OTHER_STATUS),
            (_flags(_columns(measured)), Cause.OTHER_MARKS),
            (_changed("unit"), Cause.OTHER_UNIT),
            (_fact("end"), Cause.OTHER_STATUS),
        )
        found = pl.lit(Cause.OTHER_MARKS.value)
        for holds, cause in reversed([*cases]):
            found = pl.when(holds).then(pl.lit(cause.value)).otherwise(found)
        return found

    def _beyond_list(self) -> pl.Expr:
        """Received before the first day that the list has, or after it was taken."""
        if self.portal is None:
            return pl.lit(False)
        day = pl.coalesce("own_received_at", "own_filed_at").dt.date()
        first = self.portal.first or dt.date.min
        return (day < first) | (day > self.portal.taken_on)


PARTS = ("numerator", "denominator")


def _changing(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.any_horizontal(pl.col(PARTS) != 0))


def _changed(name: str) -> pl.Expr:
    own, there = pl.col(f"own_{name}"), pl.col(f"portal_{name}")
    return own.ne_missing(there)


def _fact(name: str) -> pl.Expr:
    own, there = (pl.col(side).struct.field(name) for side in ("own", "portal"))
    return own.ne_missing(there)


def _flags(names: Iterable[str]) -> pl.Expr:
    """Whether the sides differ in any of the booleans of what they are."""

    def flag(side: str, name: str) -> pl.Expr:
        return pl.col(side).struct.field(name).fill_null(False)

    return reduce(or_, (flag("own", n) != flag("portal", n) for n in names), pl.lit(False))


def _columns(measured: Sequence[Measure], only: Collection[str] | None = None) -> set[str]:
    return {column_of(c, m.count) for m in measured for c in m.conditions if only is None or c in only}


def _differs() -> pl.Expr:
    both = pl.col("own_code").is_not_null() & pl.col("portal_code").is_not_null()
    named = [pl.when(both & _changed(name)).then(pl.lit(name)) for name in COMPARED]
    return pl.concat_list(named).list.drop_nulls()
