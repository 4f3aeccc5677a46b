"""The versions of a dossier: how they differ, nothing personal among it; and choosing the one that counts.

A version that says nothing new is kept as an earlier one and does not count (``phucvu.records.earlier``).
Where that is wrong, say since an end was really withdrawn, somebody of the unit says so here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.accounts.permissions import Action, may
from phucvu.accounts.personal import LONGEST_REASON, PERSONAL
from phucvu.inbox.clock import now
from phucvu.inbox.home import store
from phucvu.problems import Fault, UnusableError
from phucvu.records.earlier import COLUMNS, differing
from phucvu.records.schema import DOSSIERS
from phucvu.records.store import Kept
from phucvu.rules.model import Words

MOST_FIELDS = 20
LONGEST_FIELD = 50

LISTS = {
    "TaiLieuNop": Words(vi="tệp đính kèm thành phần hồ sơ", en="submitted files"),
    "DanhSachLePhi": Words(vi="thông tin phí, lệ phí", en="fees"),
    "DanhSachGiayToKetQua": Words(vi="giấy tờ kết quả", en="results"),
    "DanhSachHoSoBoSung": Words(vi="bổ sung giấy tờ", en="supplements"),
    "DSKetNoiCSDL": Words(vi="kết nối cơ sở dữ liệu", en="connected databases"),
    "DinhDanhCHS": Words(vi="định danh chủ hồ sơ", en="identity of the applicant"),
}


@dataclass(frozen=True)
class Difference:
    """What a column says in a version, and in the one that counts."""

    column: str
    title: Words
    here: Any
    counting: Any


@dataclass(frozen=True)
class Version:
    """A version of a dossier: its number and place in the order of arrival, and whether it counts.

    ``differences`` and ``fields`` are how it differs from the one that counts: in columns, which hold
    nothing personal, and by the titles of other fields.
    """

    number: int
    place: int
    arrived: dt.datetime
    counts: bool
    differences: tuple[Difference, ...]
    fields: tuple[Words, ...]

    @property
    def same(self) -> bool:
        """Whether it says just what the one that counts says."""
        return not self.differences and not self.fields


def versions(sender: str, code: str) -> list[Version]:
    """All versions of a dossier, in order of arrival."""
    history = store().history(sender, code)
    counting = next((kept.row for kept in history if kept.counts), None)
    return [_compared(number, kept, counting) for number, kept in enumerate(history, 1)]


def _compared(number: int, kept: Kept, counting: dict[str, Any] | None) -> Version:
    row, other = kept.row, counting or kept.row
    differences = tuple(
        Difference(name, Words(vi=DOSSIERS[name].vi, en=DOSSIERS[name].en), row[name], other[name])
        for name in COLUMNS
        if row[name] != other[name]
    )
    names = differing(row["payload"], other["payload"])[:MOST_FIELDS]
    return Version(number, kept.place, row["arrived"], kept.counts, differences, tuple(map(_title, names)))


def _title(field: str) -> Words:
    name = field.strip()[:LONGEST_FIELD] or "?"
    known = LISTS | {personal: words for personal, (_kind, words) in PERSONAL.items()}
    return known.get(field, Words(vi=name, en=name))


def choose(actor: User | str, unit: str, sender: str, code: str, number: int, reason: str) -> bool:
    """Let a version of a dossier of the unit count, by its number; False where it counts already.

    The audit log says who did it, and why, before anything changes. Raises PermissionDenied where the
    actor may not, UnusableError without a reason and where there is no such version.
    """
    if isinstance(actor, User) and not may(actor, Action.CHOOSE_VERSION, unit):
        raise PermissionDenied
    if not reason.strip():
        raise UnusableError(Fault("reason_to_choose_missing", field="reason"))
    found = next((one for one in versions(sender, code) if one.number == number), None)
    if found is None:
        raise UnusableError(
            Fault("version_unknown", field="version"),
        )
    if found.same:
        return False
    with transaction.atomic(durable=True):
        audit.append(
            actor,
            "version chosen",
            object=f"{sender}/{code}",
            unit=unit,
            version=number,
            arrived=found.arrived,
            reason=reason.strip()[:LONGEST_REASON],
        )
    return store().choose(sender, code, found.place, now())
