"""The codes that records hold: statuses and channels of dossiers, states of procedures and services."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Status(IntEnum):
    """Where a dossier or a step of it stands, as the synchronisation format numbers it."""

    FILED = 1
    RECEIVED = 2
    REFUSED = 3
    IN_PROCESS = 4
    SUPPLEMENT_ASKED = 5
    PAYMENT_ASKED = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


class Channel(IntEnum):
    """How a dossier was filed."""

    IN_PERSON = 1
    ONLINE = 2
    POST = 3


class ProcedureState(StrEnum):
    """Whether the national procedure database shows a procedure."""

    PUBLIC = "public"
    PUBLIC_AMENDED = "public_amended"
    ABOLISHED = "abolished"
    HIDDEN = "hidden"


PUBLIC = (ProcedureState.PUBLIC, ProcedureState.PUBLIC_AMENDED)


class ServiceState(StrEnum):
    """Whether an online service is offered."""

    PUBLIC = "public"
    STOPPING = "stopping"
    TESTING = "testing"
    STOPPED = "stopped"


APPLIED = (ServiceState.PUBLIC, ServiceState.STOPPING, ServiceState.TESTING)
"""The states of the services that a unit applies."""
