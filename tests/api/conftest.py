from __future__ import annotations

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
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


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    """The site served from this process."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
