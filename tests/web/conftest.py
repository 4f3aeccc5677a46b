from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from django.test import Client, override_settings

from phucvu.scoring.result import Result
from phucvu.web import results
from phucvu.web.serve import gather_static_files

from .showing import Shown


@pytest.fixture(scope="session", autouse=True)
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The site of the demonstration, with its static files gathered."""
    with override_settings(SHOWS="published", STATIC_ROOT=str(tmp_path_factory.mktemp("static"))):
        gather_static_files()
        yield


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the site show other results for one test, with a table of procedures or without."""

    def replace(*shown: Result, table: pl.DataFrame | None = None, **further: Any) -> None:
        source = Shown(shown, table, **further)
        monkeypatch.setattr(results, "source", lambda: source)

    return replace
