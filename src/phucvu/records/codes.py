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


class AtPortal(StrEnum):
    """What the national portal said last of a dossier; of one without a word of it nothing is known."""

    WAITING = "waiting"
    """To be passed on by this program; the portal never had it."""
    ACKNOWLEDGED = "acknowledged"
    UPDATE_REFUSED = "update_refused"
    """It has the dossier, and refused a later version."""
    REFUSED = "refused"
    ABSENT = "absent"
    """It was asked, and does not have it."""


HAS_IT = (AtPortal.ACKNOWLEDGED, AtPortal.UPDATE_REFUSED)
"""The portal has the dossier."""


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
