"""Choosing whether to get the daily digest and by which channel; each choice stands in the audit log."""

from __future__ import annotations

from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.configuration import Configuration
from phucvu.inbox.clock import now
from phucvu.notices.models import Subscription

OFF = ""
"""What is chosen by who wants none."""


def offered(chosen: Configuration) -> list[str]:
    """The channels that are set up."""
    return ["email"] if chosen.smtp_host else []


def choose(user: User, channel: str, language: str) -> None:
    """Let somebody get the digest by a channel, in a language; ``OFF`` for none."""
    with transaction.atomic():
        before = Subscription.objects.filter(user=user).first()
        if channel == OFF:
            Subscription.objects.filter(user=user).delete()
        else:
            wanted = {"channel": channel, "language": language, "chosen_at": now()}
            Subscription.objects.update_or_create(user=user, defaults=wanted)
        said = (before.channel, before.language) if before else (OFF, language)
        if said != (channel, language):
            how = {"channel": channel or "off", "language": language}
            audit.append(user, "notices chosen", object=user.username, unit=user.unit, **how)
