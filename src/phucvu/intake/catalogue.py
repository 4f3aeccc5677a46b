"""Dossiers whose procedure nobody knows. What comes from files is taken all the same and found doubtful;

a system that sends over HTTP is told at once and can correct it, so its dossier is set aside.
"""

from __future__ import annotations

from collections.abc import Sequence

from phucvu.intake import wire
from phucvu.intake.known import Known
from phucvu.problems import Fault
from phucvu.records.set_aside import Aside


def with_known_procedures(
    read: wire.Read, known: Known, items: Sequence[bytes], sender: str | None
) -> wire.Read:
    """What was read of ``items``, less the dossiers of procedures that the catalogue does not have.

    These are set aside. Where no catalogue is held yet, no procedure is strange.
    """
    strange = [p for p in read.frame["procedure"].unique() if p not in known.procedures]
    if not strange or not known.procedures:
        return read
    bad = read.frame["procedure"].is_in(strange)
    rows = read.frame.filter(bad).select("code", "procedure").iter_rows()
    asides = {
        number: Aside(
            wire.DOSSIER,
            Fault("procedure_code_unknown", dossier=code, field="MaTTHC", procedure=procedure),
            items[number].decode(),
            sender,
            procedure,
            "procedure",
        )
        for number, (code, procedure) in zip(read.items.filter(bad), rows, strict=True)
    }
    return wire.Read(read.frame.filter(~bad), read.items.filter(~bad), read.aside | asides)
