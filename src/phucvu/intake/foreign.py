"""Dossiers of units that their sender may not write for."""

from __future__ import annotations

from collections.abc import Collection

from phucvu.intake import wire
from phucvu.problems import Fault


def without_foreign(
    read: wire.Read, own: Collection[str], account: str
) -> tuple[wire.Read, dict[int, Fault]]:
    """The dossiers of the account's own units, and why the others are refused, by number."""
    foreign = [u for u in read.frame["unit"].unique() if u not in own]
    if not foreign:
        return read, {}
    bad = read.frame["unit"].is_in(foreign)
    rows = read.frame.filter(bad).select("code", "unit").iter_rows()
    refused = {
        number: Fault("unit_of_others", dossier=code, field="DonViXuLy", account=account, unit=meant)
        for number, (code, meant) in zip(read.items.filter(bad), rows, strict=True)
    }
    return wire.Read(read.frame.filter(~bad), read.items.filter(~bad), read.aside), refused
