"""Where a dossier came from: told by its number and by the way it arrived.

A number ends in the day and a running number; of 6 or 7 digits that was given by a ministry's own system,
whose first two digits tell which (``rules/ministry-systems.yaml``). What runs in a ministry's system counts
for a unit that can neither see nor mend it there.
"""

from __future__ import annotations

import re

import ibis.expr.types as ir

from phucvu.rules.loading import ministry_systems
from phucvu.rules.model import Words

MINISTRY, OWN_FILE, SENT = "ministry", "own_file", "sent"

WORDS = {
    MINISTRY: Words(vi="hệ thống của bộ, ngành", en="a ministry’s system"),
    OWN_FILE: Words(vi="tệp của đơn vị", en="the office’s own file"),
    SENT: Words(vi="API đồng bộ", en="the synchronisation API"),
}

NUMBER = r"-[0-9]{6}-[0-9]{6,7}$"
"""How a number ends that a ministry's system gave: day, then 6 or 7 digits."""


def in_ministry_system(dossiers: ir.Table) -> ir.BooleanValue:
    """Whether a ministry's own system took each dossier in, told by its number."""
    return dossiers.code.re_search(NUMBER)


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
