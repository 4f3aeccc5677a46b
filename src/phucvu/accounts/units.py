"""The units that accounts are bound to: those of the home's records."""

from __future__ import annotations

from functools import cache

from phucvu.accounts.settings import OIDC_READERS_OF
from phucvu.figures.units import Units
from phucvu.inbox.home import store
from phucvu.inbox.watching import Registers
from phucvu.problems import Problem, UnusableError


@cache
def _registers() -> Registers:
    return Registers(store())


def every() -> Units:
    """All units known, at most a second old."""
    return _registers().known().units


def below(code: str) -> frozenset[str]:
    """The codes of a unit and all below it, also by succession; none where there is no such unit."""
    return _registers().below(code)


def check_settings() -> None:
    """Raises UnusableError where a setting names a unit that is not known: people would be turned away."""
    if OIDC_READERS_OF and OIDC_READERS_OF not in every():
        raise UnusableError(
            Problem(
                f"biến PHUCVU_OIDC_READERS_OF: không có đơn vị mang mã {OIDC_READERS_OF!r}",
                f"the variable PHUCVU_OIDC_READERS_OF: there is no unit with the code {OIDC_READERS_OF!r}",
            )
        )
