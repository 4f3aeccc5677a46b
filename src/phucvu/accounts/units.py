"""The units that accounts are bound to: those of the home's records."""

from __future__ import annotations

from collections.abc import Iterable

from phucvu import configuration
from phucvu.figures.units import Units
from phucvu.inbox.watching import registers
from phucvu.problems import Fault, UnusableError


def every() -> Units:
    """All units known, at most a second old."""
    return registers().known().units


def meant(said: str) -> str:
    """The code of a unit that was said in any case, or as a list offers it («H21.17 – Sở Y tế»); else what
    was said."""
    code = said.partition(BETWEEN)[0].strip()
    if code in every():
        return code
    return next((unit.code for unit in every() if unit.code.casefold() == code.casefold()), said)


def offered(codes: Iterable[str]) -> list[str]:
    """Units as a list offers them, each by code and name."""
    known = every()
    return sorted(f"{code}{BETWEEN}{known[code].name}" for code in codes if code in known)


BETWEEN = " – "


def below(code: str) -> frozenset[str]:
    """The codes of a unit and all below it, also by succession; none where there is no such unit."""
    return registers().below(code)


def check_settings() -> None:
    """Raises UnusableError where a setting names a unit that is not known: people would be turned away."""
    unit = configuration.current().oidc_readers_of
    if unit and unit not in every():
        raise UnusableError(Fault("readers_of_unknown_unit", unit=unit))
