"""What tests share."""

from __future__ import annotations

import gc
import os
import resource
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from unittest import mock
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
import pytest
from django.core.wsgi import get_wsgi_application
from hypothesis import settings

from phucvu import configuration

from . import postgresql, translated

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from .browsing import Windows

MEMORY = 8 << 30
"""Bytes of data a process of the tests may take, and each that it starts, four times what it fills (its
threads' stacks count whole): what would take all of the machine's memory becomes a MemoryError, or an end, in
the test it happens in."""
resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))

# Expressions are made of very many small objects, few of them rubbish: looked for at Python's usual pace, it
# takes a seventh of the time.
gc.set_threshold(50_000, 20, 50)

# How long an example takes says more about who else uses the machine than about the code.
settings.register_profile("shared machine", deadline=None)
settings.register_profile("long", deadline=None, max_examples=5000)
settings.load_profile("shared machine")

# Modules with tables of the operational database can only be imported where Django is set up; the
# database of these tests stands in a folder of its own.
os.environ["DJANGO_SETTINGS_MODULE"] = "phucvu.web.settings"
HOME = tempfile.TemporaryDirectory(prefix="phucvu-tests-")
with mock.patch.dict(os.environ, PHUCVU_HOME=HOME.name, PHUCVU_HTTPS="0"):
    django.setup()
# No test in this process cuts the power: a commit that waits for no disk takes a hundredth of the time. The
# processes that tests start and kill wait as they always do.
django.db.connections["default"].settings_dict["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


# Before other processes are started.
translated.share()

# Spark answers a few small questions here: compiling for long work takes longer than what it saves.
os.environ.setdefault("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


@pytest.fixture(autouse=True)
def _settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test chooses in place of the environment's settings holds for it alone."""
    monkeypatch.setattr(configuration, "_instead", {})


SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder of really published figures, which lies beside the checkout."""
    folder = SHARED / "data" / "official"
    if not folder.is_dir():
        pytest.skip("the published figures (../shared/data/official) are not there")
    return folder


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    """Makes empty databases, all on one PostgreSQL server; their addresses."""
    with postgresql.server() as server:
        yield server.new_database


@pytest.fixture(params=postgresql.DATABASES)
def database(request: pytest.FixtureRequest) -> str | None:
    """An operational database with nothing in it: None is SQLite, in a home."""
    return postgresql.database_of(request)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def _server() -> Iterator[WSGIServer]:
    server = make_server("127.0.0.1", 0, lambda *_: [], Server, Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(_server: WSGIServer) -> str:
    """The site served from this process, so that a test can choose what it shows."""
    _server.set_app(get_wsgi_application())
    return address_of(_server)


def address_of(server: WSGIServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from .browsing import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def windows(browser: Browser, _server: WSGIServer) -> Windows:
    from .browsing import Windows

    return Windows(browser, address_of(_server))


SLOW = ("kill", "spark", "demo", "site", "postgres", "browser")
"""The marks of tests that take long; see CONTRIBUTING.md. So do those that Hypothesis marks itself."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with such tests are begun first, so that at the end no process waits for another."""
    slow = {
        item.path for item in items if any(item.get_closest_marker(mark) for mark in (*SLOW, "hypothesis"))
    }
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and need not be looked through for rubbish."""
    gc.freeze()


def pytest_unconfigure() -> None:
    gc.unfreeze()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything must be there (PHUCVU_NOTHING_SKIPPED), a skipped test is a failure."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("PHUCVU_NOTHING_SKIPPED") and skipped and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and here none may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
