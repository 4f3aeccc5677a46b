"""What becomes of each way of losing (``fates.yaml``): its fate, who can act, and by which deed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BeforeValidator, StrictBool, StrictInt

from phucvu.engine import reasons as reason_codes
from phucvu.rules.model import Indicator, Strict, Text, Words


class Fate(IntEnum):
    """From the best to the worst: a record that lacks several conditions has the worst fate of them."""

    NOW = 0
    """Mendable now: the deed can be done today."""
    UNTIL = 1
    """Mendable until a named moment."""
    TO_COME = 2
    """The record is still open and can meet the condition while it is handled; there is no deed for today."""
    GONE = 3
    """Lost for good."""


def _fate(value: object) -> object:
    return Fate[value.upper()] if isinstance(value, str) and value.upper() in Fate.__members__ else value


FATES = {
    Fate.NOW: Words(vi="khắc phục được ngay", en="mendable now"),
    Fate.UNTIL: Words(vi="khắc phục được đến hạn", en="mendable until a day"),
    Fate.TO_COME: Words(vi="đang xử lý, còn trong kỳ", en="still being handled or in the period"),
    Fate.GONE: Words(vi="không khắc phục được nữa", en="lost for good"),
}

Who = Literal["unit", "root", "vendor", "ministry"]
"""Who can act: the record’s unit, its province or ministry, who runs the systems, a ministry’s system."""

Situation = Literal[
    "running",
    "open",
    "without_result",
    "waits_within_time",
    "channel_unknown",
    "filed_online",
    "fee_free",
    "has_file",
    "limit_ahead",
    "mendable_dossier",
    "open_dossier",
]
"""What a case can ask of a period or record (``phucvu.steering.situations``)."""

Moment = Literal["limit", "period_end"]
"""The record's own limit, or the end of the period; never later than the latter."""


class Deed(Words):
    """What can be done, in both languages; ``minutes`` are of one action, for an office to replace.

    ``alone`` says that it is enough by itself: nobody else must act, no check may find nothing to mend.
    """

    minutes: StrictInt
    alone: StrictBool


class Case(Strict):
    when: tuple[Situation, ...] = ()
    fate: Annotated[Fate, BeforeValidator(_fate)]
    who: Who
    deed: Text | None = None
    moment: Moment | None = None


class Reason(Strict):
    """``cases``: the first whose situations all hold is the one. ``next`` makes the next records good."""

    note: Text
    next: Text | None = None
    cases: tuple[Case, ...]

    def case(self, holds: Callable[[str], bool]) -> Case:
        return next(case for case in self.cases if all(map(holds, case.when)))


class FateTable(Strict):
    """The file as it stands."""

    who: dict[Who, Words]
    deeds: dict[str, Deed]
    reasons: dict[str, Reason]


TABLE = FateTable.model_validate(
    yaml.load(Path(__file__).with_name("fates.yaml").read_bytes(), Loader=yaml.CSafeLoader)
)
WHO, DEEDS, REASONS = TABLE.who, TABLE.deeds, TABLE.reasons

DECLARED_ONLY, NO_BASE, NOT_LISTED = "declared_only", "no_base", "not_listed"
NOT_APPLICABLE, OTHER_RATE = "not_applicable", "other_rate"
"""What points are lost on beside records: the reasons that the engine has no code for,"""
WORDS = {
    DECLARED_ONLY: Words(vi="đã khai báo, không có hồ sơ", en="declared, no dossier held"),
    NO_BASE: Words(vi="kỳ này không có số liệu", en="nothing counted in the period"),
    NOT_LISTED: Words(
        vi="số liệu mới hơn danh sách hồ sơ", en="the figure is newer than the list of dossiers"
    ),
    NOT_APPLICABLE: Words(vi="không áp dụng", en="does not apply"),
    OTHER_RATE: Words(vi="nhân với tỷ lệ của chỉ số khác", en="multiplied by another indicator’s rate"),
}
"""and their words."""

ASK_MINISTRY = "ask_ministry"


def cases_of(reason: str, *, of_ministry: bool) -> tuple[Case, ...]:
    """The cases of a reason; of what runs in a ministry's system only that system can mend anything."""
    found = REASONS[reason].cases
    if not of_ministry:
        return found
    theirs = {"who": "ministry", "deed": ASK_MINISTRY}
    return tuple(case if case.fate is Fate.GONE else case.model_copy(update=theirs) for case in found)


def worst(cases: Iterable[Case]) -> Fate:
    return max(case.fate for case in cases)


def words(reason: str, indicator: Indicator) -> Words:
    """What a reason is called."""
    return WORDS.get(reason) or reason_codes.words(reason, indicator)
