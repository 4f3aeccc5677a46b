from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from django.test import Client, override_settings

from phucvu.scoring.result import Result
from phucvu.web import results
from phucvu.web.serve import gather_static_files

from .showing import Shown

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ..browsing import Windows


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


@pytest.fixture
def open_page(windows: Windows, address: str) -> Iterator[Callable[..., Page]]:
    """Opens pages without scripts, one after the other; none may send for anything elsewhere, or fail."""
    from .. import browsing

    with ExitStack() as watching:

        def open_(path: str, width: int = 1280) -> Page:
            watching.close()
            page = windows.open(width, java_script_enabled=False)
            watching.enter_context(browsing.watched(page, address, refused="404"))
            page.goto(path)
            return page

        yield open_
