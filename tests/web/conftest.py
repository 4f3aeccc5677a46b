from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import polars as pl
import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client, override_settings

from phucvu.scoring.results import Result
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

    def replace(*shown: Result, table: pl.DataFrame | None = None) -> None:
        source = Shown(shown, table)
        monkeypatch.setattr(results, "source", lambda: source)

    return replace


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    """The site served from this process, so that a test can choose what it shows."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
