from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings

from phucvu.accounts import audit
from phucvu.accounts.models import AuditEntry, AuditHead, User
from phucvu.engine.figures import figures_of_several
from phucvu.engine.sources import of_store
from phucvu.inbox.clock import now
from phucvu.inbox.counting import publish, running
from phucvu.inbox.lists import Maker
from phucvu.inbox.models import Counted
from phucvu.inbox.watching import Watch
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.web import results
from phucvu.web.serve import gather_static_files

from ..signing import made, sign
from . import records

PASSWORD = "mot-mat-khau-dai-2026"


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A home with the province of ``records``, counted, its lists made."""
    store = Store(tmp_path_factory.mktemp("home"))
    records.fill(store, now())
    call_command("migrate", interactive=False, verbosity=0)
    Counted.objects.all().delete()
    count(store)
    maker = Maker(store)
    while maker.make_if_changed():
        pass
    yield store
    Counted.objects.all().delete()


@pytest.fixture(scope="package")
def static(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = str(tmp_path_factory.mktemp("static"))
    with override_settings(STATIC_ROOT=place):
        gather_static_files()
    return place


@pytest.fixture(scope="package")
def shown(home: Store) -> results.Counted:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHUCVU_HOME", home.home)
        return results.Counted()


@pytest.fixture
def site(home: Store, static: str, shown: results.Counted, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site over the home."""
    monkeypatch.setenv("PHUCVU_HOME", home.home)
    # The browser's driver keeps an event loop in the thread of the tests.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    monkeypatch.setattr(results, "source", lambda: shown)
    with override_settings(STATIC_ROOT=static, SHOWS="counted"):
        yield


_COUNTED: dict[str, object] = {}
"""By home, the records that were counted last."""


def count_if_changed(store: Store) -> None:
    """What the inbox's process does: it counts where records have changed since."""
    if _COUNTED.get(store.home) != _seen(store) or not Counted.objects.exists():
        count(store)


def _seen(store: Store) -> object:
    return Watch(store, TABLES).now(), now().date(), rules_in_use()


def count(store: Store) -> None:
    """Count the running periods and the month before."""
    _COUNTED[store.home] = _seen(store)
    moment = now().replace(microsecond=0)
    month, *longer = running(moment.date())
    periods = [month, *longer, month.previous()]
    with of_store(store) as tables:
        found = figures_of_several(tables, rules_in_use(), periods, moment)
    for period in periods:
        publish(period, found.filter(period=str(period)), moment)


@pytest.fixture
def month() -> Any:
    return running(now().date())[0]


@pytest.fixture
def _afresh(site: None) -> None:
    User.objects.all().delete()
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    AuditHead.objects.create(pk=1, count=0, hash=audit.BEGINNING)
    cache.clear()


@pytest.fixture
def account(_afresh: None) -> Callable[..., User]:
    def make(role: str, unit: str, password: str = "", *, two_step: bool = True) -> User:
        return made(f"{role}.{unit.lower()}", role, unit, password=password, two_step=two_step)

    return make


@pytest.fixture
def client_of(account: Callable[..., User]) -> Callable[..., Client]:
    """A client signed in with a role at a unit."""

    def sign_in(role: str, unit: str, *, two_step: bool = True) -> Client:
        client = Client(headers={"host": "127.0.0.1"})
        sign(client, account(role, unit, two_step=two_step))
        return client

    return sign_in


@pytest.fixture
def address(site: None, address: str) -> str:
    return address
