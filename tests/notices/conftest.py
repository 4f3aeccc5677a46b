from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command

from phucvu.accounts import audit
from phucvu.accounts.models import AuditEntry, AuditHead, User
from phucvu.inbox.clock import now
from phucvu.inbox.lists import Maker
from phucvu.notices.models import Digest, EditionMail, Follower, Subscription, ZaloChat
from phucvu.records.store import Store

from ..signing import made
from ..workspace import records
from .mail_server import MailServer, served


def fill(home: Path) -> Store:
    """The province of ``records`` in a home where every day is worked on, and the list of the month."""
    store = Store(home)
    records.fill(store, now())
    days = pl.date_range(now().date(), now().date() + pl.duration(days=2), eager=True)
    store.append("calendar", pl.DataFrame({"date": days}).with_columns(working=True))
    return store


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = fill(tmp_path_factory.mktemp("home"))
    call_command("migrate", interactive=False, verbosity=0)
    Maker(store).make_if_changed()
    return store


@pytest.fixture
def store(filled: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A home with a list, no accounts, nothing in the outbox."""
    monkeypatch.setenv("PHUCVU_HOME", filled.home)
    clear()
    AuditHead.objects.create(pk=1, count=0, hash=audit.BEGINNING)
    yield filled
    clear()
    AuditHead.objects.create(pk=1, count=0, hash=audit.BEGINNING)


def clear() -> None:
    for model in (EditionMail, Follower, Digest, Subscription, ZaloChat, User, AuditEntry, AuditHead):
        model.objects.all().delete()


@pytest.fixture
def person(store: Store) -> Callable[..., User]:
    """Makes somebody at a unit who wants the digest."""

    def make(name: str, unit: str = "H99.01", channel: str = "email", language: str = "vi") -> User:
        user = made(name, "staff", unit, two_step=False)
        Subscription.objects.create(user=user, channel=channel, language=language, chosen_at=now())
        return user

    return make


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with served() as server:
        yield server
