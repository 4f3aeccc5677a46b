"""Who is counted: the dossiers and the petitions of a period."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from phucvu.engine.given import cut_off, starts


def received(dossiers: ir.Table) -> ir.BooleanValue:
    """Dossiers received in the period, up to the cut-off."""
    return dossiers.received_at.between(starts(), cut_off())


def filed(dossiers: ir.Table) -> ir.BooleanValue:
    """Dossiers received in the period, and those without a date of receipt that were filed in it."""
    return ibis.coalesce(dossiers.received_at, dossiers.filed_at).between(starts(), cut_off())


def handled(dossiers: ir.Table) -> ir.BooleanValue:
    """Dossiers received in the period (``received``), or earlier and not finished before it began.

    Judged on the end of processing before any waiting time is taken off.
    """
    unfinished = dossiers.end.isnull() | (dossiers.end >= starts())
    return dossiers.received | ((dossiers.received_at < starts()) & unfinished)


def arrived(petitions: ir.Table) -> ir.BooleanValue:
    """Petitions that arrived in the period, up to the cut-off."""
    return petitions.arrived_at.between(starts(), cut_off())


def open_(petitions: ir.Table) -> ir.BooleanValue:
    """Petitions that arrived in the period, or earlier and neither refused nor answered before it began."""
    refused = (petitions.refused_at < starts()).fill_null(False)
    answered = (petitions.answered_at < starts()).fill_null(False)
    return arrived(petitions) | ((petitions.arrived_at < starts()) & ~refused & ~answered)
