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
from phucvu.notices.channels import Channel, Message, NotSentError
from phucvu.notices.choosing import address_of
from phucvu.notices.deciding import decide
from phucvu.notices.digest import message_of
from phucvu.notices.edition_mails import decide_editions, is_wanted
from phucvu.notices.edition_mails import message_of as edition_message_of
from phucvu.notices.models import Digest, EditionMail, Outgoing, Subscription
from phucvu.records.store import Store

log = logging.getLogger(__name__)

Row = Digest | EditionMail

PATIENCE = dt.timedelta(days=1)
"""How long a row is tried; a digest of yesterday says nothing that today's does not say better."""

PATIENCE_OF_EDITIONS = dt.timedelta(days=3)
"""How long the mail about an edition is tried, which says the same tomorrow."""

KEPT = dt.timedelta(days=30)
"""How long settled rows stay, so that one can see what became of them."""

MOST_HANDED_OVER = 2
State = Outgoing.State


class Outbox:
    """Decides and sends as long as a process runs; ``work`` is called again and again."""

    def __init__(self, store: Store, chosen: Configuration, channels: Mapping[str, Channel]) -> None:
        self._store, self._chosen, self._channels = store, chosen, channels

    def work(self) -> None:
        """Decide what is to be decided, and try to send all that is due."""
        decide(self._store, now(), self._chosen.notices_at, self._channels.keys())
        decide_editions(now())
        for model in (Digest, EditionMail):
            model.objects.filter(settled_at__lt=now() - KEPT).delete()
        while self.send_next():
            pass

    def send_next(self) -> bool:
        """Send, settle or put off the row that is due first, digests before others; whether there was one."""
        moment = now()
        row = _due(moment)
        if row is None:
            return False
        if reason := _settled_unsent(row, moment):
            _settle(row, reason)
        elif (channel := self._channels.get(row.channel)) is None:
            _put_off(row, NotSentError("this way is not set up", for_all=True))
        else:
            self._send(row, channel)
        return True

    def _send(self, row: Row, channel: Channel) -> None:
        try:
            channel.send(self._message(row), lambda: _note_handing_over(row))
        except NotSentError as error:
            _put_off(row, error)
            return
        _settle(row, State.SENT, error="")

    def _message(self, row: Row) -> Message:
        site = self._chosen.site_address
        if isinstance(row, EditionMail):
            return edition_message_of(row, site)
        return message_of(row, units.every().get(row.unit), address_of(row.user, row.channel), site)


def _due(moment: dt.datetime) -> Row | None:
    for model, with_it in ((Digest, "user"), (EditionMail, "follower")):
        waiting = model.objects.filter(state=State.WAITING, due_at__lte=moment).select_related(with_it)
        row: Row | None = waiting.order_by("due_at", "pk").first()
        if row is not None:
            return row
    return None


def _settled_unsent(row: Row, moment: dt.datetime) -> State | None:
    """What becomes of a row that is not to be sent any more; None where it is."""
    if row.handed_over >= MOST_HANDED_OVER:
        return State.UNSURE
    if not (is_wanted(row) if isinstance(row, EditionMail) else _is_wanted(row)):
        return State.DROPPED
    patience = PATIENCE_OF_EDITIONS if isinstance(row, EditionMail) and row.edition else PATIENCE
    return State.GIVEN_UP if moment - row.decided_at >= patience else None


def _is_wanted(digest: Digest) -> bool:
    wanted = Subscription.objects.filter(user=digest.user, channel=digest.channel).exists()
    return wanted and bool(digest.user.is_active) and digest.user.unit == digest.unit


def _note_handing_over(row: Row) -> None:
    type(row).objects.filter(pk=row.pk).update(handed_over=F("handed_over") + 1)


def _settle(row: Row, state: State, **more: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(state=state, settled_at=now(), **more)
    if state == State.GIVEN_UP:
        log.warning("a %s was given up: %s", CALLED[type(row)], row.error)


def _put_off(row: Row, error: NotSentError) -> None:
    """Try it again later, and later each time; what others would fare no better with, they wait for too."""
    moment, failures = now(), row.failures + 1
    later = moment + dt.timedelta(seconds=growing(failures))
    with transaction.atomic():
        own = type(row).objects.filter(pk=row.pk)
        own.update(failures=failures, due_at=later, error=error.what[:200])
        if not error.unknown:  # the server did not take it, so what was noted before stands
            own.update(handed_over=row.handed_over)
        if error.for_all:
            for model in (Digest, EditionMail):
                others = model.objects.filter(state=State.WAITING, channel=row.channel, due_at__lt=later)
                others.update(due_at=later, error=error.what[:200])
    if failures == 1:
        log.warning("a %s was not sent and is tried again: %s", CALLED[type(row)], error.what)


CALLED: dict[type[Row], str] = {Digest: "digest", EditionMail: "mail about editions"}
