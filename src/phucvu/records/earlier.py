"""Whether a version of a dossier is an earlier one: it says nothing that the version held does not say.

Nothing new is said where each value is the same, or missing where the other has one, and the status the
same or one that comes before (``STAGE``). Of a list each entry has to be found in the other's, by the same
rule. What is no value: nothing, an empty text, an empty list.

A version's typed columns are compared first; its payload, which holds the rest (names, files, results),
only where they do not decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

import msgspec

from phucvu.records.codes import Status
from phucvu.records.schema import MOMENTS

STAGE: dict[int, int] = {
    Status.FILED: 1,
    Status.RECEIVED: 2,
    Status.REFUSED: 3,
    Status.IN_PROCESS: 3,
    Status.SUPPLEMENT_ASKED: 3,
    Status.PAYMENT_ASKED: 3,
    Status.WITHDRAWN: 4,
    Status.STOPPED: 4,
    Status.DONE: 4,
    Status.RETURNED: 5,
}
"""How far a status has come: newly filed, received, in process, ended, returned.

Of two different ones at the same stage neither comes before the other.
"""

SAID = (
    "unit",
    "procedure",
    "channel",
    "filed_at",
    "received_at",
    "due_at",
    "ended_at",
    "returned_at",
    "refused_at",
    "digitised_parts",
    "vneid",
    "paid_online",
    "filed_national",
)
"""Columns that hold what one field says."""

GATHERED = (
    "files",
    "files_reused",
    "files_digitised",
    "files_from_store",
    "fee_lines",
    "fees",
    "result_file",
    "result_code",
    "population_data",
)
"""Columns gathered from lists; of no entries they are 0 or false, which says nothing."""

KNOWN_TO_PORTAL = "synchronised"
"""How a version came: it says more where it was synchronised and the other was not; never less."""

COLUMNS = ("status", *SAID, *GATHERED, KNOWN_TO_PORTAL)
LISTS_FROM, LISTS_TO = 1 + len(SAID), 1 + len(SAID) + len(GATHERED)
"""Where the columns of ``GATHERED`` stand among ``COLUMNS``."""

READ = frozenset(
    [
        "MaHoSo",
        "MaTTHC",
        "DonViXuLy",
        "KenhThucHien",
        "TrangThaiHoSo",
        *MOMENTS.values(),
        "NoiNopHoSo",
        "HoSoCoThanhPhanSoHoa",
        "TaiKhoanDuocXacThucVoiVNeID",
        "DuocThanhToanTrucTuyen",
        "_row",
    ]
)
"""Fields of a payload that the columns hold, however they are spelled; and the row of somebody's file that
a payload was made from, whose numbering differs from one file to the next."""

MOST_COMPARED = 100_000
"""So many values of two payloads are compared; beyond that a version is taken to say more."""

WORDS = {"true": "1", "false": "0"}


@dataclass(frozen=True)
class Version:
    """What a version says: ``columns`` are those of ``COLUMNS``; ``digest`` stands for all of it."""

    digest: int | None
    columns: tuple[Any, ...]
    payload: str | None

    def says_more_than(self, other: Version) -> bool:
        """Whether anything is said here that ``other`` does not say."""
        if columns_say_more(self.columns, other.columns):
            return True
        if self.payload == other.payload:
            # The same text read otherwise than before: the reading is what changed.
            gathered = _pairs(self.columns, other.columns, LISTS_FROM, LISTS_TO)
            return any(n is not None and n != h for n, h in gathered)
        try:
            return _payload_says_more(self._sent, other._sent)
        except (_TooManyError, RecursionError):
            return True

    @cached_property
    def _sent(self) -> dict[str, Any]:
        """The fields of the payload; what is no JSON object has one."""
        try:
            said = msgspec.json.decode(self.payload or "{}")
        except ValueError:
            said = self.payload
        return said if isinstance(said, dict) else {"": said}


def differing(payload: str | None, other: str | None) -> list[str]:
    """The fields of two payloads that say different things, but for those that the columns hold."""
    mine, its = (Version(None, (), text)._sent for text in (payload, other))
    names = dict.fromkeys([*mine, *its])
    return [n for n in names if n not in READ and _filled(mine.get(n)) != _filled(its.get(n))]


class Outcome(Enum):
    """What becomes of a version that arrives."""

    COUNTS = "counts"
    OLDER = "older"
    """Kept, and does not count."""
    OLDER_AGAIN = "older again"
    """An older one that was kept before."""
    KNOWN = "known"
    """It says just what is held, and was held before."""


def outcomes(arriving: Sequence[Version], counting: Version | None, known: set[int | None]) -> list[Outcome]:
    """What becomes of versions of one dossier, in order of arrival.

    ``counting`` is the version that counts so far, ``known`` has the digests of all that were ever held.
    One held before counts again where it says what the counting one does not: a correction may be taken
    back. Only where all of ``arriving`` was held before and ends in what counts already, it is the same
    sent twice, and changes nothing.
    """
    before, now, seen = set(known), counting, set(known)
    found = []
    for version in arriving:
        if now is not None and version.digest == now.digest:
            outcome = Outcome.KNOWN
        elif now is None or version.says_more_than(now):
            outcome = Outcome.COUNTS
        elif now.says_more_than(version):
            outcome = Outcome.OLDER_AGAIN if version.digest in seen else Outcome.OLDER
        else:
            outcome = Outcome.KNOWN if version.digest in seen else Outcome.COUNTS
        if outcome is Outcome.COUNTS:
            now = version
        seen.add(version.digest)
        found.append(outcome)
    assert now is not None
    if counting and now.digest == counting.digest and all(v.digest in before for v in arriving):
        return [Outcome.KNOWN if one is Outcome.COUNTS else one for one in found]
    return found


def columns_say_more(new: Sequence[Any], held: Sequence[Any]) -> bool:
    """Whether typed columns alone show that something new is said."""
    if status_says_more(new[0], held[0]):
        return True
    return any(n is not None and n != h for n, h in _pairs(new, held, 1, LISTS_FROM)) or any(
        (n or 0) > (h or 0) for n, h in _pairs(new, held, LISTS_FROM)
    )


def status_says_more(status: int | None, was: int | None) -> bool:
    """Whether a status alone shows that something new is said."""
    return status is not None and status != was and (was is None or _stage(status) >= _stage(was))


def _stage(status: int) -> int:
    return STAGE.get(status, len(STAGE) if status > 0 else 0)


def _pairs(new: Sequence[Any], held: Sequence[Any], start: int, stop: int | None = None) -> Any:
    return zip(new[start:stop], held[start:stop], strict=True)


def _payload_says_more(new: dict[str, Any], held: dict[str, Any]) -> bool:
    """Whether a payload says what another does not, but for what the columns hold."""
    compared = _Comparison()
    return any(
        value != held.get(field) and not compared.covers(_filled(held.get(field)), _filled(value))
        for field, value in new.items()
        if field not in READ
    )


class _TooManyError(Exception):
    """Two payloads with lists too long to compare."""


class _Comparison:
    """One comparison of two payloads, which does not take for ever."""

    def __init__(self) -> None:
        self._left = MOST_COMPARED

    def covers(self, held: Any, new: Any) -> bool:
        """Whether ``held`` says all that ``new`` says."""
        self._left -= 1
        if self._left < 0:
            raise _TooManyError
        if new is None:
            return True
        if isinstance(new, dict):
            return isinstance(held, dict) and all(self.covers(held.get(n), v) for n, v in new.items())
        if isinstance(new, list):
            entries = held if isinstance(held, list) else []
            return all(self._found(entries, place, entry) for place, entry in enumerate(new))
        return bool(held == new)

    def _found(self, entries: list[Any], place: int, entry: Any) -> bool:
        """Whether one of the entries covers this one; most often the one at the same place does."""
        near = entries[place : place + 1]
        return any(self.covers(held, entry) for part in (near, entries) for held in part)


def _filled(said: Any) -> Any:
    """What is filled of a value, in one form: a number, or a yes or no, is often sent as text."""
    if isinstance(said, dict):
        return {n: v for n, one in said.items() if (v := _filled(one)) is not None} or None
    if isinstance(said, list):
        return [v for one in said if (v := _filled(one)) is not None] or None
    text = "" if said is None else str(said).strip()
    return WORDS.get(text.casefold(), text) or None
