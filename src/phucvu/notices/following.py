"""Following the editions by e-mail: who asks has to confirm by a link that only their mail holds.

Links carry a keyed digest, which nobody can make without the site's secret; nothing of them is kept. That
to confirm works once, until it was used or another was asked for, for two days; that to leave works for as
long as the address is kept, and deletes it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from phucvu.accounts.sealing import seal
from phucvu.editions import published
from phucvu.inbox.clock import now
from phucvu.notices.models import EditionMail, Follower
from phucvu.problems import Fault, UnusableError

CONFIRM_WITHIN = dt.timedelta(days=2)
"""What is not confirmed by then is deleted."""

MOST_WAITING = 2_000
"""So many may wait to be confirmed: else anybody could fill the outbox."""

LONGEST = 254
"""Letters of an address (RFC 5321)."""

PURPOSE = "followers of editions"


def checked(said: str) -> str:
    """The address that somebody gave. Raises UnusableError where it is none."""
    address = said.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise UnusableError(Fault("address_unusable")) from error
    if len(address) > LONGEST or not address.isascii():
        raise UnusableError(Fault("address_unusable"))
    return address


def known_by(address: str) -> str:
    """What an address is found by: the same however its letters are written."""
    return _digest("address", address.casefold())


def ask(address: str, language: str) -> None:
    """Let somebody be asked by mail whether they want to follow; who follows already is left in peace.

    Raises UnusableError where too many others wait to be asked.
    """
    moment = now()
    with transaction.atomic():
        if Follower.objects.filter(confirmed_at=None).count() >= MOST_WAITING:
            raise UnusableError(Fault("followers_waiting"))
        asked = {"sealed": seal(PURPOSE).encrypt(address.encode()).decode(), "asked_at": moment}
        one, new = Follower.objects.get_or_create(
            known_by=known_by(address), defaults={**asked, "language": language}
        )
        if one.confirmed_at is not None:
            return
        if not new:
            one.asked_at, one.language = moment, language
            one.save()
        EditionMail.objects.filter(follower=one, edition=None, state=EditionMail.State.WAITING).delete()
        EditionMail.objects.create(follower=one, decided_at=moment, due_at=moment)


def address_of(one: Follower) -> str:
    """Where a follower is reached; empty where the secret with which it was sealed is gone."""
    try:
        return seal(PURPOSE).decrypt(one.sealed.encode()).decode()
    except InvalidToken:
        return ""


def to_confirm(one: Follower) -> str:
    """The part of the link by which a follower confirms."""
    return f"{one.pk}.{_digest('confirm', one.known_by, one.asked_at.isoformat())}"


def to_leave(one: Follower) -> str:
    """The part of the link by which a follower leaves."""
    return f"{one.pk}.{_digest('leave', one.known_by, str(one.pk))}"


def confirmable(token: str) -> Follower | None:
    """Who would confirm by a link; None where it is not one, was used, or is too old."""
    one = _meant(token)
    if one is None or one.confirmed_at is not None or one.asked_at < now() - CONFIRM_WITHIN:
        return None
    return one if hmac.compare_digest(to_confirm(one).encode(), token.encode(errors="replace")) else None


def confirm(token: str) -> bool:
    """Let who has this link follow what is published from now on; whether the link worked."""
    with transaction.atomic():
        one = confirmable(token)
        if one is None:
            return False
        last = published.last_number()
        unused = Follower.objects.filter(pk=one.pk, confirmed_at=None)
        return bool(unused.update(confirmed_at=now(), told_until=last))


def leave(token: str) -> bool:
    """Delete the address of who has this link, and what waits to be sent there; whether the link worked."""
    one = _meant(token)
    if one is None or not hmac.compare_digest(to_leave(one).encode(), token.encode(errors="replace")):
        return False
    one.delete()
    return True


def _meant(token: str) -> Follower | None:
    number = token.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        return None
    found: Follower | None = Follower.objects.filter(pk=int(number)).first()
    return found


def _digest(*parts: str) -> str:
    said = "\0".join((PURPOSE, *parts)).encode(errors="surrogatepass")
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()
