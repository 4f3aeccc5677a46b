"""How many dossiers of a period were received, finished and are open, as reports on procedures count them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Literal

from duckdb import ColumnExpression, ConstantExpression
from duckdb.sqltypes import DATE

from phucvu.engine.listing import Listing, Wish, population
from phucvu.figures.periods import Period
from phucvu.records.codes import Channel


@dataclass
class DossierCounts:
    """Dossiers that a period had to do with: what came in, what became of it by the cut-off.

    What was not filed online counts as filed in person or by post. Early is before the day that was
    promised, on time on that day or, without one, in time.
    """

    online: int = 0
    in_person_or_post: int = 0
    carried_over: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    open_in_time: int = 0
    open_late: int = 0

    @property
    def all(self) -> int:
        return self.online + self.in_person_or_post + self.carried_over

    @property
    def received(self) -> int:
        return self.online + self.in_person_or_post

    @property
    def finished(self) -> int:
        return self.early + self.on_time + self.late

    @property
    def open(self) -> int:
        return self.open_in_time + self.open_late

    def __add__(self, other: DossierCounts) -> DossierCounts:
        return DossierCounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def dossier_counts(
    listing: Listing, period: Period, within: Collection[str], by: Literal["unit", "procedure"]
) -> dict[str, DossierCounts]:
    """The counts of the dossiers of units (``Tree.below``), by the unit or the procedure of each."""
    ended, must_by = ColumnExpression("ended"), ColumnExpression("must_by")
    values = {
        "key": ColumnExpression(by),
        "online": ColumnExpression("channel") == ConstantExpression(Channel.ONLINE),
        "carried": ColumnExpression("received_at") < ConstantExpression(period.starts),
        "open": ended.isnull(),
        "in_time": ColumnExpression("on_time"),
        "early": ended.cast(DATE) < must_by.cast(DATE),
    }
    found: dict[str, DossierCounts] = defaultdict(DossierCounts)
    for row in listing.combinations(Wish(within, population("handled", period)), values):
        counts, number = found[row["key"]], row["number"]
        came = "carried_over" if row["carried"] else "online" if row["online"] else "in_person_or_post"
        if row["open"]:
            became = "open_in_time" if row["in_time"] else "open_late"
        else:
            became = ("early" if row["early"] else "on_time") if row["in_time"] else "late"
        for name in (came, became):
            setattr(counts, name, getattr(counts, name) + number)
    return dict(found)
