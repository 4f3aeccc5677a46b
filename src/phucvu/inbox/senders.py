"""The accounts of sending systems, as an administrator makes and closes them.

Call ``phucvu.inbox.home.open_home`` first.
"""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction

from phucvu.inbox.clock import now
from phucvu.inbox.models import Sender, Session
from phucvu.inbox.sessions import NAME, hashed
from phucvu.problems import Fault, UnusableError
from phucvu.records.store import Store


def create(store: Store, name: str, unit: str) -> str:
    """Make an account for a unit; returns its secret, which is kept nowhere and cannot be shown again.

    Raises UnusableError if the name cannot be used or is taken, or there is no such unit.
    """
    if not NAME.fullmatch(name):
        raise UnusableError(Fault("account_name_unusable", name=name))
    if unit not in store.rows("units")["code"]:
        raise UnusableError(Fault("unit_code_unknown", unit=unit))
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            Sender.objects.create(name=name, unit=unit, secret=hashed(secret), created_at=now())
    except IntegrityError as error:
        raise UnusableError(Fault("account_name_taken", name=name)) from error
    return secret


def disable(name: str) -> None:
    """Close an account and its sessions, at once. Raises UnusableError if there is none of the name."""
    if not Sender.objects.filter(name=name).update(enabled=False):
        raise UnusableError(Fault("account_unknown", name=name))
    Session.objects.filter(sender__name=name).delete()


def every() -> list[Sender]:
    """All accounts by name, the closed ones too."""
    return list(Sender.objects.order_by("name"))
