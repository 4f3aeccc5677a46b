"""Who may ask for the site by which name."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from phucvu.inbox import health
from phucvu.web.security import RefusedNames


@pytest.fixture(autouse=True)
def _only_its_public_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(health, "state", lambda: {"database": "ok"})
    monkeypatch.setattr(health.Inbox, "collect", lambda self: [])
    with override_settings(ALLOWED_HOSTS=["chiso.example.gov.vn"]):
        yield


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8766", "localhost", "localhost:80", "[::1]:8766"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_the_machine_itself_can_ask_how_the_site_does(host: str, address: str, path: str) -> None:
    client = Client(headers={"host": host}, REMOTE_ADDR=address)
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 405
    assert client.get("/about").status_code == 400  # nothing else


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1", "x-forwarded-for": "10.0.0.1"},
        {"host": "127.0.0.1", "x-real-ip": "10.0.0.1"},
        {"host": "127.0.0.1", "forwarded": "for=10.0.0.1"},
        {"host": "other.example"},
        {"host": "127.0.0.1.example"},
        {"host": ""},
    ],
)
def test_who_comes_by_a_proxy_or_by_another_name_is_not_the_machine(headers: dict[str, str]) -> None:
    assert Client(headers=headers, REMOTE_ADDR="127.0.0.1").get("/healthz").status_code == 400


def test_who_comes_from_elsewhere_is_not_the_machine() -> None:
    client = Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR="10.0.0.1")
    assert client.get("/healthz").status_code == 400
    client = Client(headers={"host": "chiso.example.gov.vn"}, REMOTE_ADDR="10.0.0.1")
    assert client.get("/healthz").status_code == 200


def test_a_refused_name_is_logged_once_on_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []

    class Heard(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(self.format(record))

    logger, handler = logging.getLogger("django.security.DisallowedHost"), Heard()
    for names in (one for one in logger.filters if isinstance(one, RefusedNames)):
        monkeypatch.setattr(names, "_told", set())  # other tests of this process had names refused too
    logger.addHandler(handler)
    try:
        for _ in range(3):
            assert Client(headers={"host": "new.example"}).get("/about").status_code == 400
        for n in range(300):
            Client(headers={"host": f"n{n}.example"}).get("/about")
    finally:
        logger.removeHandler(handler)
    (line,) = [text for text in said if "new.example" in text]
    assert "PHUCVU_HOSTS" in line
    assert not [text for text in said if "\n" in text]
    assert len(said) <= 101
