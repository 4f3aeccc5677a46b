"""Where a dossier came from, told by its number and by the way it arrived, and what the portal said of it.

A number ends in the day and a running number; of 6 or 7 digits that was given by a ministry's own system,
whose first two digits tell which (``rules/ministry-systems.yaml``). What runs in a ministry's system counts
for a unit that can neither see nor mend it there.
"""

from __future__ import annotations

import re

import ibis
import ibis.expr.types as ir

from phucvu.engine.reasons import REFUSED
from phucvu.records.codes import AtPortal
from phucvu.rules.loading import ministry_systems
from phucvu.rules.model import Words

MINISTRY, OWN_FILE, SENT = "ministry", "own_file", "sent"

WORDS = {
    MINISTRY: Words(vi="hệ thống của bộ, ngành", en="a ministry’s system"),
    OWN_FILE: Words(vi="tệp của đơn vị", en="the office’s own file"),
    SENT: Words(vi="API đồng bộ", en="the synchronisation API"),
}

SAID = {
    AtPortal.WAITING: Words(vi="đang chờ gửi", en="waits to be sent"),
    AtPortal.ACKNOWLEDGED: Words(vi="đã có trên Cổng", en="the portal has it"),
    AtPortal.UPDATE_REFUSED: Words(
        vi="đã có trên Cổng; bản cập nhật bị từ chối", en="the portal has it; a later version was refused"
    ),
    AtPortal.REFUSED: Words(vi="bị từ chối", en="refused"),
    AtPortal.ABSENT: Words(vi="đã tra cứu, Cổng không có hồ sơ", en="looked up: the portal does not have it"),
}
"""What the portal said last of a dossier,"""
NOTHING_SAID = Words(vi="chưa rõ", en="not known")
"""and where it said nothing."""

NUMBER = r"-[0-9]{6}-[0-9]{6,7}$"
"""How a number ends that a ministry's system gave: day, then 6 or 7 digits."""


def in_ministry_system(dossiers: ir.Table) -> ir.BooleanValue:
    """Whether a ministry's own system took each dossier in, told by its number."""
    return dossiers.code.re_search(NUMBER)


def origin(dossiers: ir.Table) -> ir.StringValue:
    """What ``origin_of`` says of each dossier."""
    from_file = (dossiers.synchronised == False).fill_null(False)  # noqa: E712
    return ibis.cases((in_ministry_system(dossiers), MINISTRY), (from_file, OWN_FILE), else_=SENT)


def why_missing(dossiers: ir.Table) -> dict[str, ir.BooleanValue]:
    """By reason code (``reasons.AT_PORTAL``), why the portal has none of the dossiers that it lacks: what it
    said, else where the dossier is."""
    unsaid, of_ministry = dossiers.at_portal.isnull(), in_ministry_system(dossiers)
    causes = {
        REFUSED: dossiers.at_portal == AtPortal.REFUSED,
        "waiting_for_portal": dossiers.at_portal == AtPortal.WAITING,
        "absent_at_portal": dossiers.at_portal == AtPortal.ABSENT,
        "in_ministry_system": unsaid & of_ministry,
        "own_file_only": unsaid & ~of_ministry,
    }
    return {code: cause.fill_null(False) for code, cause in causes.items()}


def origin_of(code: str, synchronised: bool | None) -> str:
    """A key of ``WORDS``; a dossier of which the way is not known counts as sent (1.4)."""
    if re.search(NUMBER, code):
        return MINISTRY
    return OWN_FILE if synchronised is False else SENT


def ministry_of(code: str) -> Words | None:
    """The ministry in whose system a dossier runs; None where it is none's, or not known whose.

    >>> ministry_of("H15.50.05.13-261008-150975").en
    'Ministry of Justice'
    >>> ministry_of("H15.50.05.13-261008-0975") is None
    True
    """
    if not re.search(NUMBER, code):
        return None
    return ministry_systems().get(code.rpartition("-")[2][:2])
