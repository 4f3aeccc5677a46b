"""What a record is for an indicator: is it in the denominator, is it in the numerator, and what it lacks.

The same few rules serve Ibis expressions over the records, DuckDB expressions over a listing and Polars
expressions over a page of one, so that counts, lists and the page of a dossier cannot differ. What a
record lacks is told by reason codes (see ``phucvu.engine.reasons``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add, and_, or_
from typing import Any, Generic, TypeVar

import ibis
import ibis.expr.types as ir
import polars as pl
from duckdb import Expression

from phucvu.engine.conditions import CONDITIONS
from phucvu.rules.model import Count, Indicator

OF_DOSSIERS = ("dossiers", "processing_time", "synchronised")
"""What an indicator counts (``Count.of``) where the records behind its figure are dossiers,"""

OF_OTHER_RECORDS = ("decisions", "owned_procedures", "petitions")
"""and where nothing is asked of dossiers at all."""

Truth = TypeVar("Truth", ir.BooleanValue, Expression, pl.Expr)


def all_of(conditions: Iterable[Truth], yes: Truth) -> Truth:
    """Whether all hold; ``yes`` is what is always true."""
    return reduce(and_, conditions, yes)


def any_of(conditions: Iterable[Truth], yes: Truth) -> Truth:
    """Whether any holds."""
    return reduce(or_, conditions, ~yes)


@dataclass(frozen=True)
class Verdict(Generic[Truth]):
    """Expressions over records: ``looked_at`` (in the denominator) and, of those, what each lacks.

    ``population`` tells which are looked at whatever they meet, ``required`` by condition which meet those
    of the denominator. ``lacks`` is by reason code; ``groups`` tells for each group of conditions that is
    taken off by itself (``Count.groups``) which records lack any of it. ``yes`` is what is always true.
    """

    population: Truth
    required: dict[str, Truth]
    lacks: dict[str, Truth]
    groups: tuple[Truth, ...]
    yes: Truth

    @property
    def looked_at(self) -> Truth:
        """Whether a record is in the denominator."""
        return all_of(self.required.values(), self.population)

    @property
    def lost(self) -> Truth:
        """Whether a record looked at is not in the numerator."""
        return any_of(self.lacks.values(), self.yes)

    @property
    def counted(self) -> Truth:
        """Whether a record looked at is in the numerator."""
        return ~self.lost

    def taken_off(self, whole: Any) -> Any:
        """How many times the numerator is less for a record looked at, as the type ``whole``."""
        return reduce(add, (group.cast(whole) for group in self.groups))


def verdict(
    count: Count, meets: Callable[[str], Truth], yes: Truth, population: Truth | None = None
) -> Verdict[Truth]:
    """The verdict of an indicator whose conditions are all asked of the record itself.

    ``meets`` says which records meet a condition, ``population`` which are looked at at all.
    """
    lacks = {condition: ~meets(condition) for condition in count.numerator}
    return Verdict(
        population=yes if population is None else population,
        required={condition: meets(condition) for condition in count.denominator},
        lacks=lacks,
        groups=tuple(any_of((lacks[condition] for condition in group), yes) for group in count.groups),
        yes=yes,
    )


def asked_of_dossiers(count: Count) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The conditions of numerator and denominator that dossiers have to meet; the latter's are in both."""
    kinds = ("dossier",) if count.of == "procedures" else ("dossier", "procedure")
    above, below = (
        tuple(c for c in names if CONDITIONS[c].of in kinds) for names in (count.numerator, count.denominator)
    )
    return (*below, *above), below


YES = ibis.literal(True)


def of_records(rows: ir.Table, indicator: Indicator) -> Verdict[ir.BooleanValue]:
    """The verdict of dossiers, decisions, petitions or procedures owned, by their own columns."""
    count = indicator.count
    population = None if count.population is None else rows[count.population]
    return verdict(count, lambda condition: CONDITIONS[condition](rows, count), YES, population)
