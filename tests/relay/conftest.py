from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from django.core.management import call_command

from phucvu.configuration import Configuration
from phucvu.inbox.clock import now
from phucvu.inbox.models import Body, Payload, RelayAnswer, RelayItem, RelayState, Sender
from phucvu.inbox.relay import asking, passing_on, queueing, upstream
from phucvu.inbox.relay.passing_on import Relay
from phucvu.records.store import Store

from .stand_in import SECRET, USER, StandIn, served


@pytest.fixture(scope="package", autouse=True)
def _database() -> None:
    call_command("migrate", interactive=False, verbosity=0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty home, an empty queue."""

    def empty() -> None:
        for model in (RelayItem, RelayAnswer, RelayState, Body, Payload, Sender):
            model.objects.all().delete()

    passing_on.items_at_hand.cache_clear()
    empty()
    yield Store(tmp_path)
    empty()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of thousandths of a second."""
    monkeypatch.setattr(queueing, "SHORTEST_REST", 0.001)
    monkeypatch.setattr(queueing, "LONGEST_REST", 0.004)
    monkeypatch.setattr(passing_on, "REFUSED_REST", 0.002)
    monkeypatch.setattr(asking, "AFTER_TROUBLE", 0.001)
    monkeypatch.setattr(upstream, "TIMEOUT", httpx.Timeout(0.2))


@pytest.fixture
def portal() -> Iterator[StandIn]:
    with served(StandIn()) as portal:
        yield portal


@pytest.fixture
def relay(store: Store, portal: StandIn) -> Callable[..., Relay]:
    """Makes what passes on to the stand-in, with settings as given."""

    def make(**more: Any) -> Relay:
        chosen = Configuration(
            relay_address=portal.url, relay_user=USER, relay_secret=SECRET, relay_rate=1000, relay_batch=10
        )
        return Relay(store, replace(chosen, **more))

    return make


def kept(items: list[bytes], service: str = "DongBoHoSoMC", unit: str = "H21") -> Payload:
    """A payload as the inbox keeps it, to be passed on."""
    sender, _ = Sender.objects.get_or_create(
        name="gialai", defaults={"unit": "H21", "secret": "", "created_at": now()}
    )
    packed = msgspec.msgpack.encode(items)
    payload = Payload.objects.create(
        sender=sender,
        unit=unit,
        service=service,
        received_at=now(),
        digest=hashlib.sha256(packed).hexdigest(),
        items=len(items),
        size=len(packed),
        to_relay=True,
    )
    Body.objects.create(payload=payload, packed=zlib.compress(packed, 1))
    return payload


def dossier(code: str, version: int = 1, procedure: str = "1.000001") -> bytes:
    """An invented dossier, spaced as no encoder here would do it."""
    said = {"GhiChu": str(version), "MaHoSo": code, "MaTTHC": procedure, "ChuHoSo": "Người Thử"}
    said |= {"NgayTiepNhan": "20261102080000", "TrangThaiHoSo": "2", "DonViXuLy": "Sở Y tế"}
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def step(code: str, version: int = 1) -> bytes:
    return json.dumps({"MaHoSo": code, "NoiDungXuLy": str(version), "TrangThai": "4"}).encode()


def outcomes(store: Store) -> dict[tuple[str, str], tuple[str, str]]:
    """What the records say of each dossier: the outcome and the portal's words."""
    rows = store.rows("portal_answers")
    return {(r["sender"], r["code"]): (r["outcome"], r["message"] or "") for r in rows.to_dicts()}
