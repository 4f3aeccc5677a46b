"""Sessions of people: from which device and address, since when, last used; and how they end.

A session is a row of Django's; allauth's ``UserSession`` beside it says whose it is and where it is used.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.accounts.rows import row_by
from phucvu.inbox.clock import now
from phucvu.rules.model import Words

OFTEN = dt.timedelta(minutes=1)
"""A page asked for sooner after the one before is not written down: most pages cost no writing."""

BROWSERS = (
    ("Zalo", "Zalo"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""What a browser's own description holds, and what people call it; the first that fits counts."""


@dataclass(frozen=True)
class Session:
    number: int
    device: Words
    address: str
    since: dt.datetime
    last: dt.datetime
    current: bool
    """Whether it is the one that asks."""


def used(request: Any) -> bool:
    """Write down that the session of a request is used; False where it lay idle too long and is ended."""
    user, moment = request.user, now()
    row = row_by(UserSession, session_key=request.session.session_key, user_id=user.pk)
    if row is None:
        return _began(request, moment)
    idle = moment - row.last_seen_at
    if idle > dt.timedelta(minutes=settings.IDLE_MINUTES):
        audit.append(user, "session ended", object=user.username, unit=user.unit, reason="idle")
        row.delete()
        request.session.flush()
        request.user = AnonymousUser()
        return False
    if idle >= OFTEN:
        row.last_seen_at, row.ip, row.user_agent = moment, _address(request), _agent(request)
        row.save(update_fields=["last_seen_at", "ip", "user_agent"])
    return True


def every(user: User, current: str = "") -> list[Session]:
    """The sessions of an account, the last used first; ``current`` is the key of the one that asks."""
    rows = sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.last_seen_at, reverse=True)
    return [
        Session(
            number=row.pk,
            device=device(row.user_agent),
            address="" if row.ip == NOWHERE else row.ip,
            since=row.created_at,
            last=row.last_seen_at,
            current=row.session_key == current,
        )
        for row in rows
    ]


def end(by: User | str, user: User, *, number: int | None = None, but: str = "") -> int:
    """End one session of an account, or all of them but that of the key ``but``; how many there were."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=but)
    ended = list(rows if number is None else rows.filter(pk=number))
    for row in ended:
        row.end()
    if ended:
        audit.append(by, "session ended", object=user.username, unit=user.unit, sessions=len(ended))
    return len(ended)


def forget_old() -> None:
    """Drop what is known of sessions that have run out."""
    UserSession.objects.filter(
        last_seen_at__lt=now() - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    ).delete()


def device(agent: str) -> Words:
    """A browser's description of itself in words: «Chrome trên Windows»."""
    browser = next((name for part, name in BROWSERS if part in agent), None)
    system = next((name for part, name in SYSTEMS if part in agent), None)
    vi, en = browser or "trình duyệt khác", browser or "another browser"
    return Words(vi=f"{vi} trên {system}", en=f"{en} on {system}") if system else Words(vi=vi, en=en)


NOWHERE = "0.0.0.0"
"""What the table holds where a request has no address."""


def _began(request: Any, moment: dt.datetime) -> bool:
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": request.user,
            "ip": _address(request),
            "user_agent": _agent(request),
            "created_at": moment,
            "last_seen_at": moment,
        },
    )
    return True


def _address(request: Any) -> str:
    return get_client_ip(request) or NOWHERE


def _agent(request: Any) -> str:
    longest: int = UserSession._meta.get_field("user_agent").max_length
    said: str = request.META.get("HTTP_USER_AGENT", "")
    return said[:longest].replace("\0", "")
