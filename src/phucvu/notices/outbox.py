"""Sending what stands in the outbox: killed at any moment, it loses nothing and repeats nothing twice.

A row is noted as handed over just before the last byte that makes a server take it, and as sent once the
server has said so. Who is killed in between leaves a row that was handed over without an answer: it is sent
once more, under the same identity. The last byte follows its note at once, so a row handed over twice
without an answer has come, and is left.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from phucvu.accounts import units
from phucvu.configuration import Configuration
from phucvu.inbox.clock import now
from phucvu.inbox.relay.queueing import growing
from phucvu.notices.channels import Channel, NotSentError
from phucvu.notices.choosing import address_of
from phucvu.notices.deciding import decide
from phucvu.notices.digest import message_of
from phucvu.notices.models import Digest, Subscription
from phucvu.records.store import Store

log = logging.getLogger(__name__)

PATIENCE = dt.timedelta(days=1)
"""How long a digest is tried; one of yesterday says nothing that today's does not say better."""

KEPT = dt.timedelta(days=30)
"""How long settled rows stay, so that one can see what became of them."""

MOST_HANDED_OVER = 2
State = Digest.State


class Outbox:
    """Decides and sends as long as a process runs; ``work`` is called again and again."""

    def __init__(self, store: Store, chosen: Configuration, channels: Mapping[str, Channel]) -> None:
        self._store, self._chosen, self._channels = store, chosen, channels

    def work(self) -> None:
        """Decide what is to be decided, and try to send all that is due."""
        decide(self._store, now(), self._chosen.notices_at, self._channels.keys())
        Digest.objects.filter(settled_at__lt=now() - KEPT).delete()
        while self.send_next():
            pass

    def send_next(self) -> bool:
        """Send, settle or put off the digest that is due first; whether there was one."""
        moment = now()
        waiting = Digest.objects.filter(state=State.WAITING, due_at__lte=moment).select_related("user")
        digest = waiting.order_by("due_at", "pk").first()
        if digest is None:
            return False
        if reason := _settled_unsent(digest, moment):
            _settle(digest, reason)
        elif (channel := self._channels.get(digest.channel)) is None:
            _put_off(digest, NotSentError("this way is not set up", for_all=True))
        else:
            self._send(digest, channel)
        return True

    def _send(self, digest: Digest, channel: Channel) -> None:
        unit = units.every().get(digest.unit)
        message = message_of(digest, unit, address_of(digest.user, digest.channel), self._chosen.site_address)
        try:
            channel.send(message, lambda: _note_handing_over(digest))
        except NotSentError as error:
            _put_off(digest, error)
            return
        _settle(digest, State.SENT, error="")


def _settled_unsent(digest: Digest, moment: dt.datetime) -> State | None:
    """What becomes of a row that is not to be sent any more; None where it is."""
    if digest.handed_over >= MOST_HANDED_OVER:
        return State.UNSURE
    wanted = Subscription.objects.filter(user=digest.user, channel=digest.channel).exists()
    if not (wanted and digest.user.is_active and digest.user.unit == digest.unit):
        return State.DROPPED
    return State.GIVEN_UP if moment - digest.decided_at >= PATIENCE else None


def _note_handing_over(digest: Digest) -> None:
    Digest.objects.filter(pk=digest.pk).update(handed_over=F("handed_over") + 1)


def _settle(digest: Digest, state: State, **more: Any) -> None:
    Digest.objects.filter(pk=digest.pk).update(state=state, settled_at=now(), **more)
    if state == State.GIVEN_UP:
        log.warning("a digest was given up after a day: %s", digest.error)


def _put_off(digest: Digest, error: NotSentError) -> None:
    """Try it again later, and later each time; what others would fare no better with, they wait for too."""
    moment, failures = now(), digest.failures + 1
    later = moment + dt.timedelta(seconds=growing(failures))
    with transaction.atomic():
        own = Digest.objects.filter(pk=digest.pk)
        own.update(failures=failures, due_at=later, error=error.what[:200])
        if not error.unknown:  # the server did not take it, so what was noted before stands
            own.update(handed_over=digest.handed_over)
        if error.for_all:
            others = Digest.objects.filter(state=State.WAITING, channel=digest.channel, due_at__lt=later)
            others.update(due_at=later, error=error.what[:200])
    if failures == 1:
        log.warning("a digest was not sent and is tried again: %s", error.what)


def undelivered() -> str:
    """What /healthz says of the digests that were given up in the last day; nothing where none was."""
    recent = Digest.objects.filter(state=State.GIVEN_UP, settled_at__gte=now() - PATIENCE)
    last = recent.order_by("-settled_at").first()
    return f"{recent.count()} digests given up in the last day: {last.error}" if last else ""
