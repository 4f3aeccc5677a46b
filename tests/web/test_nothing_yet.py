"""A home without units or dossiers says so on every page, with the next command, and shows no score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from phucvu.inbox import counting
from phucvu.records.store import Store
from phucvu.web import results

PAGES = ["/", "/en/", "/units/H99", "/indicators", "/indicators/2.1", "/procedures", "/compare", "/about"]
PAGES += ["/units/H99/days", "/procedures/1.000001", "/procedures/1.000001/index"]
PAGES += ["/search?q=a", "/rules", "/rules/portal-2026", "/glossary", "/embed/ranking", "/?period=2026"]
DATA = [
    "/index.json",
    "/units/H99.csv",
    "/indicators.xlsx",
    "/time.svg",
    "/index.png",
    "/api/v1/scores/totals",
]


@pytest.fixture(scope="module", autouse=True)
def _database() -> None:
    """Pages of what was counted ask for editions."""
    call_command("migrate", interactive=False, verbosity=0)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the site show a home that holds some tables, of which some periods were counted."""

    def make(*tables: str, counted: tuple[str, ...] = ()) -> None:
        store = Store(tmp_path)
        if "units" in tables:
            store.append("units", pl.DataFrame({"code": ["H99"], "name": ["Tỉnh Thử"], "kind": ["province"]}))
        if "dossiers" in tables:
            store.append("dossiers", pl.DataFrame({"sender": ["H99"], "code": ["1"], "unit": ["H99"]}))
        monkeypatch.setenv("PHUCVU_HOME", str(tmp_path))
        monkeypatch.setattr(counting, "versions", lambda: dict.fromkeys(counted, 1))
        source = results.Counted()
        monkeypatch.setattr(results, "source", lambda: source)

    return make


@pytest.mark.parametrize(
    ("tables", "title", "command"),
    [
        ((), "Chưa có đơn vị nào", "phucvu import units.csv procedures.csv"),
        (("units",), "Chưa có hồ sơ nào", "phucvu import dossiers.jsonl"),
    ],
)
def test_every_page_says_what_is_lacking_and_what_to_do(
    client: Client, home: Callable[..., None], tables: tuple[str, ...], title: str, command: str
) -> None:
    home(*tables, counted=("2026-11", "2026"))  # counted of nothing, as a version before did
    with override_settings(SHOWS="counted"):
        for page in PAGES:
            response = client.get(page)
            text = response.content.decode()
            assert response.status_code == 200, page
            assert command in text, page
            assert page.startswith("/en/") or f"<h1>{title}</h1>" in text
            assert "điểm</" not in text
            assert response["Cache-Control"] == "no-store"
        for address in DATA:
            response = client.get(address)
            assert response.status_code == 503, address
            assert "chưa" in response.content.decode().casefold()


def test_while_it_counts_for_the_first_time(client: Client, home: Callable[..., None]) -> None:
    home("units", "dossiers")
    with override_settings(SHOWS="counted"):
        for page in PAGES:
            response = client.get(page)
            assert response.status_code == 503, page
            assert response["Retry-After"] == response["Refresh"] == "5"
        text = client.get("/indicators?period=2026").content.decode()
        assert "<h1>Đang đếm</h1>" in text
        assert 'href="/indicators?period=2026">Tải lại trang' in text
        assert "<h1>Counting</h1>" in client.get("/en/").content.decode()
        assert client.get("/api/v1/figures")["Retry-After"] == "5"
        assert client.get("/embed/ranking")["Content-Security-Policy"].endswith("frame-ancestors *")


def test_a_running_period_that_is_not_counted_yet_beside_others_that_are(
    client: Client, home: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    home("units", "dossiers", counted=("2026-10",))
    monkeypatch.setattr(results, "now", lambda: dt.datetime(2026, 11, 21, 9))
    with override_settings(SHOWS="counted"):
        for period in ("2026-11", "2026-Q4", "2026"):
            for address in (f"/indicators?period={period}", f"/units/H99.json?period={period}"):
                response = client.get(address)
                assert (response.status_code, response["Retry-After"]) == (503, "5"), address
            assert "<h1>Đang đếm</h1>" in client.get(f"/?period={period}").content.decode()
            answer = client.get(f"/api/v1/scores/totals?period={period}")
            assert answer.status_code == 503
            assert "đang được đếm" in answer.content.decode()
        assert client.get("/indicators?period=2026-09").status_code == 404
        assert client.get("/api/v1/scores/totals?period=2026-09").status_code == 404


def test_once_it_holds_dossiers_it_is_looked_at_no_more(home: Callable[..., None]) -> None:
    home("units", counted=("2026",))
    assert results.lacks() is results.Lack.DOSSIERS
    assert results.periods() == []
    home("dossiers", counted=("2026",))
    assert results.lacks() is None
    assert [str(period) for period in results.periods()] == ["2026"]
