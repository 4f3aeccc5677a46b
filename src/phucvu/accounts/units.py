"""The units that accounts are bound to: those of the home's records."""

from __future__ import annotations

from functools import cache

from phucvu.figures.units import Units
from phucvu.inbox.home import store
from phucvu.inbox.watching import Registers


@cache
def _registers() -> Registers:
    return Registers(store())


def every() -> Units:
    """All units known, at most a second old."""
    return _registers().known().units


def below(code: str) -> frozenset[str]:
    """The codes of a unit and all below it, also by succession; none where there is no such unit."""
    return _registers().below(code)
