"""What the site says where its database does not answer."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from phucvu.web import results


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Client:
    def broken() -> None:
        raise OperationalError("the server does not answer")

    monkeypatch.setattr(results, "source", broken)
    return Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "words"), [("/", "Cơ sở dữ liệu chưa trả lời"), ("/en/", "The database does not answer")]
)
def test_pages_say_so_plainly(away: Client, path: str, words: str) -> None:
    answer = away.get(path)
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    assert words in answer.content.decode()
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("path", ["/index.json", "/api/v1/periods"])
def test_programs_get_json(away: Client, path: str) -> None:
    answer = away.get(path)
    assert answer.status_code == 503
    assert set(answer.json()) == {"error"}
