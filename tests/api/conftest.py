from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from phucvu.published import scored_2026
from phucvu.web import results
from phucvu.web.serve import gather_static_files


@pytest.fixture(scope="package")
def static(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = str(tmp_path_factory.mktemp("static"))
    with override_settings(STATIC_ROOT=place):
        gather_static_files()
    return place


@pytest.fixture(scope="package")
def shown() -> results.Given:
    return results.Given([scored_2026()])


@pytest.fixture(autouse=True)
def _site(static: str, shown: results.Given, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site of the demonstration, with its static files gathered."""
    monkeypatch.setattr(results, "source", lambda: shown)
    with override_settings(SHOWS="published", STATIC_ROOT=static):
        yield


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1"})
