"""Choosing whether to get the daily digest and by which channel; each choice stands in the audit log."""

from __future__ import annotations

from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.configuration import Configuration
from phucvu.inbox.clock import now
from phucvu.notices.models import Subscription
from phucvu.notices.zalo import chat_of

OFF = ""
"""What is chosen by who wants none."""


def set_up(chosen: Configuration) -> list[str]:
    """The channels that this installation has."""
    has = {"email": chosen.smtp_host, "zalo": chosen.zalo_token or chosen.zalo_token_file}
    return [name for name, there in has.items() if there]


def address_of(user: User, channel: str) -> str:
    """Where somebody is reached by a channel; empty where they are not."""
    return user.email if channel == "email" else chat_of(user)


def offered(user: User, chosen: Configuration) -> list[str]:
    """The channels by which somebody can be reached."""
    return [name for name in set_up(chosen) if address_of(user, name)]


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
