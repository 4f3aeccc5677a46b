"""Each page of the workspace where nothing was ever taken in, and where a province stands alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import polars as pl
import pytest
from django.test import Client, override_settings
from django.urls import get_resolver

from phucvu.accounts.doors import rules
from phucvu.inbox.clock import now
from phucvu.inbox.models import Counted
from phucvu.records.store import Store
from phucvu.web import results

from . import records
from .conftest import count

ALONE = "H97"

SignIn = Callable[[str, str], Client]

PAGES = sorted(
    route
    for route, _pattern, rule in rules(get_resolver().url_patterns)
    if rule and re.fullmatch(r"workspace/<[^>]*unit>[\w/-]*", route)
)


def alone(store: Store) -> None:
    """A province that handles its dossiers itself, without a unit below it."""
    store.append(
        "units", pl.DataFrame([(ALONE, "UBND tỉnh Một Mình", "province")], schema=COLUMNS, orient="row")
    )
    rows = [row | {"unit": ALONE} for row in records.dossiers(now()) if row["unit"] == "H99.01"]
    records.append_dossiers(store, rows)
    count(store)


def empty(store: Store) -> None:
    """Nothing but who there is: no dossier, no procedure, nothing counted."""
    units = [(ALONE, "UBND tỉnh Chưa Gửi Gì", "province")]
    store.append("units", pl.DataFrame(units, schema=COLUMNS, orient="row"))


COLUMNS = ["code", "name", "kind"]


@pytest.fixture(scope="module", params=[empty, alone], ids=["empty", "alone"])
def other(
    request: pytest.FixtureRequest, home: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """The home; what was counted of the others comes back."""
    counted = list(Counted.objects.all())
    Counted.objects.all().delete()
    store = Store(tmp_path_factory.mktemp("other"))
    request.param(store)
    yield store
    Counted.objects.all().delete()
    Counted.objects.bulk_create(counted)


def test_each_page_has_something_to_say(
    other: Store, static: str, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUCVU_HOME", other.home)
    monkeypatch.setattr(results, "source", results.Counted)
    client = client_of("head", ALONE)
    said = {}
    with override_settings(STATIC_ROOT=static, SHOWS="counted"):
        for route in PAGES:
            path = "/" + re.sub(r"<[^>]*>", ALONE, route)
            said[path] = client.get(path).status_code
    wrong = {path: status for path, status in said.items() if status not in (200, 302, 403, 405)}
    assert not wrong
    assert sum(status == 200 for status in said.values()) > 15
