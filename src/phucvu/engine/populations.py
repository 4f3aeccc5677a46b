"""Who is counted: the dossiers and the petitions of a period.

Of dossiers, by moments up to the cut-off: of later ones there are no rows. Their moments may be Ibis
expressions, or DuckDB expressions over a listing.
"""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from phucvu.engine.evaluation import cut_off, starts


def received(received_at: Any, begins: Any) -> Any:
    """Dossiers received in the period that begins then."""
    return received_at >= begins


def filed(counts_from: Any, begins: Any) -> Any:
    """Dossiers received in the period, and those without a date of receipt that were filed in it.

    ``counts_from`` is when a dossier was received, or else filed.
    """
    return counts_from >= begins


def handled(received_at: Any, ended: Any, begins: Any) -> Any:
    """Dossiers received in the period, or earlier and not finished before it began.

    Judged on the end of processing before any waiting time is taken off.
    """
    unfinished = ended.isnull() | (ended >= begins)
    return received(received_at, begins) | ((received_at < begins) & unfinished)


def arrived(petitions: ir.Table) -> ir.BooleanValue:
    """Petitions that arrived in the period, up to the cut-off."""
    return petitions.arrived_at.between(starts(), cut_off())


def open_(petitions: ir.Table) -> ir.BooleanValue:
    """Petitions that arrived in the period, or earlier and neither refused nor answered before it began."""
    refused = (petitions.refused_at < starts()).fill_null(False)
    answered = (petitions.answered_at < starts()).fill_null(False)
    return arrived(petitions) | ((petitions.arrived_at < starts()) & ~refused & ~answered)
