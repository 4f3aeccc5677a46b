"""Who is counted: the dossiers and the petitions of a period."""

from __future__ import annotations

import datetime as dt

import ibis.expr.types as ir

from phucvu.figures.periods import Period


def received(dossiers: ir.Table, period: Period, cut_off: dt.datetime) -> ir.BooleanValue:
    """Dossiers received in the period, up to the cut-off."""
    return dossiers.received_at.between(period.starts, cut_off)


def handled(dossiers: ir.Table, period: Period) -> ir.BooleanValue:
    """Dossiers received in the period (``received``), or earlier and not finished before it began.

    Judged on the end of processing before any waiting time is taken off.
    """
    unfinished = dossiers.end.isnull() | (dossiers.end >= period.starts)
    return dossiers.received | ((dossiers.received_at < period.starts) & unfinished)


def arrived(petitions: ir.Table, period: Period, cut_off: dt.datetime) -> ir.BooleanValue:
    """Petitions that arrived in the period, up to the cut-off."""
    return petitions.arrived_at.between(period.starts, cut_off)


def open_(petitions: ir.Table, period: Period, cut_off: dt.datetime) -> ir.BooleanValue:
    """Petitions that arrived in the period, or earlier and neither refused nor answered before it began."""
    refused = (petitions.refused_at < period.starts).fill_null(False)
    answered = (petitions.answered_at < period.starts).fill_null(False)
    return arrived(petitions, period, cut_off) | (
        (petitions.arrived_at < period.starts) & ~refused & ~answered
    )
