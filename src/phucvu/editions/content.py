"""What an edition holds: counted from the records as they were at a moment, and read back."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phucvu.editions.deflated import inflated
from phucvu.editions.lines import Line, lines_of
from phucvu.editions.manifest import RecordsDigest
from phucvu.editions.records_digest import digests
from phucvu.engine.calendar import Calendar
from phucvu.engine.connections import connect
from phucvu.engine.figures import figures
from phucvu.engine.tree import units_of
from phucvu.figures.periods import Period
from phucvu.problems import Fault, UnusableError
from phucvu.proofs.errors import ProofError
from phucvu.proofs.tiles import unbundled
from phucvu.records.store import Store
from phucvu.rules.loading import read_written
from phucvu.rules.model import RuleSetFile
from phucvu.scoring.scores import score


@dataclass(frozen=True)
class Content:
    """What counting gave: the lines, and the digests of what was counted."""

    lines: list[Line]
    records: dict[str, RecordsDigest]
    working_days: str

    @staticmethod
    def entries(manifest: str, lines: bytes) -> list[bytes]:
        """The entries of an edition's tree, as it is kept. Raises UnusableError where it cannot be read."""
        try:
            return [manifest.encode(), *unbundled(inflated(lines, LARGEST))]
        except ProofError as error:
            raise UnusableError(Fault("edition_content_unreadable")) from error


LARGEST_RULES = 16 << 20
"""Bytes of the JSON of a rule set."""


def rules_of(kept: bytes) -> RuleSetFile:
    """The rule set that is kept with an edition. Raises UnusableError where it cannot be read."""
    try:
        return read_written(inflated(kept, LARGEST_RULES).decode())
    except UnicodeDecodeError as error:
        raise UnusableError(Fault("edition_content_unreadable")) from error


LARGEST = 256 << 20
"""Bytes of the lines of an edition: those of the nation take some 5 MB."""


def count(
    store: Store,
    period: Period,
    rules: RuleSetFile,
    as_of: dt.datetime,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Content:
    """All figures, scores and ranks of a period, of the records that had arrived at ``as_of``.

    ``as_of`` (Vietnam's time) is the clock of the count too. ``columns`` see ``digests``. Raises
    NotFoundError where what the records were at that moment has been deleted since.
    """
    con = connect()
    try:
        tables = store.tables(con, as_of)
        units = units_of(tables)
        scores = score(figures(tables, rules, period, as_of), rules, units, from_records=True)
        own = dict(tables["calendar"].select("date", "working").to_polars().iter_rows())
        records = digests(store, con, as_of, columns)
    finally:
        con.disconnect()
    return Content(list(lines_of(scores)), records, _working_days(period, Calendar(own)))


def _working_days(period: Period, calendar: Calendar) -> str:
    """The SHA-256 of the days worked from the year before the period to two months after it."""
    day, last = dt.date(period.first.year - 1, 1, 1), period.last + dt.timedelta(days=62)
    worked = hashlib.sha256()
    while day <= last:
        if calendar.is_working(day):
            worked.update(f"{day}\n".encode())
        day += dt.timedelta(days=1)
    return worked.hexdigest()
