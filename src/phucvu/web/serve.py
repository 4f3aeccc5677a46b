"""Serving the site from this machine."""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.core.management import call_command
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from phucvu import configuration
from phucvu.accounts.units import check_settings
from phucvu.configuration import LOCAL, Configuration
from phucvu.inbox.background import background
from phucvu.inbox.forking import apart, be_child
from phucvu.inbox.home import open_home, opened, set_up
from phucvu.inbox.relay import upstream
from phucvu.notices import mail
from phucvu.problems import Fault, UnusableError
from phucvu.records.places import check, scratch
from phucvu.web import access
from phucvu.web.door import Door, Limits

SETTINGS = "phucvu.web.settings"
"""Django's settings of the site."""

LONGEST_HEADERS = 64 << 10
"""Bytes of the first line and the headers of a request."""

PATIENCE = 3
"""Seconds that a worker has to finish what it is doing when told to stop."""


def serve(
    home: str | Path,
    port: int,
    host: str = "127.0.0.1",
    *,
    shows: Literal["counted", "published"] = "counted",
    workers: int = 1,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve the site of a home at http://host:port until SIGINT or SIGTERM; prints nothing itself.

    What it shows is counted from the home's records, as they arrive, or published (see settings.SHOWS).
    ``ready`` is called, in a process of its own, once the port is known to be free and the database is
    open. Raises UnusableError where the port or the operational database cannot be had, a setting cannot
    be used or names a unit that is not known.
    """
    said = configuration.choose(home=str(home), shows=shows)
    if said.https is None and host in ("127.0.0.1", "localhost", "::1") and said.hosts == LOCAL:
        # Nobody else can ask for the site, so nothing crosses a network.
        configuration.choose(https=False)
    access.chosen()
    check_free(host, port)
    apart(partial(check, home))
    with scratch(home) as folder:
        told = configuration.choose(static=str(folder / "static"))
        with loaded():
            apart(partial(_prepare, told, ready))
            multiprocessing.set_start_method("fork", force=True)
            server = Granian(
                "phucvu.web.serve:application_of_worker",
                address=host,
                port=port,
                interface=Interfaces.ASGI,
                http=HTTPModes.http1,
                http1_settings=HTTP1Settings(
                    header_read_timeout=1000 * told.header_seconds, max_buffer_size=LONGEST_HEADERS
                ),
                websockets=False,
                workers=workers,
                respawn_failed_workers=True,
                workers_kill_timeout=PATIENCE,
                log_enabled=False,
            )
            server.on_startup(lambda: _stop_once(server))
            with background(run_part) if shows == "counted" else nullcontext():
                server.serve(target_loader=partial(application_of_worker, os.getpid()), wrap_loader=False)


@contextmanager
def loaded() -> Iterator[None]:
    """All that the site's processes need is loaded, and nothing of it used, so that they can be forked."""
    set_up(SETTINGS)
    for name in (settings.ROOT_URLCONF, *LOADED):
        importlib.import_module(name)
    gc.freeze()  # what stays is not looked through for rubbish, and so not copied, in each process
    try:
        yield
    finally:
        gc.unfreeze()


LOADED = (
    "phucvu.assignments.asking",
    "phucvu.inbox.pulling",
    "phucvu.inbox.running",
    "phucvu.notices.sending",
)
"""Modules beside those of the addresses; their models can only be loaded once Django knows its settings."""


def _prepare(told: Configuration, ready: Callable[[], None]) -> None:
    """All that is done before the first request. Raises UnusableError where a setting cannot be used."""
    from phucvu.inbox import pulling
    from phucvu.notices import zalo

    open_home(settings=SETTINGS)
    check_settings()
    for module in (upstream, mail, zalo):
        module.check_settings(told)
    pulling.check(told)
    gather_static_files()
    ready()


def run_part(part: str) -> None:
    """Run one of the inbox's own processes, with what packages above the inbox have it do besides."""
    store = opened(SETTINGS)
    from phucvu.assignments.asking import LastMonth
    from phucvu.inbox import running
    from phucvu.notices import sending

    if part == "notices":
        sending.run(store)
    else:
        running.run(part, store, {"asking": LastMonth().ask_if_due} if part == "history" else {})


def application_of_worker(parent: int) -> Any:
    """The site as a worker has it.

    A worker leaves the terminal's group, so that Ctrl-C reaches only its parent, which stops it: a
    worker told twice at once can lock up.
    """
    os.setpgrp()
    be_child("phucvu:site", parent)
    from phucvu.web.wsgi import application

    return Door(
        application, Limits.chosen(), forwarded=bool(settings.SECURE_PROXY_SSL_HEADER), log=access.chosen()
    )


def _stop_once(server: Any) -> None:
    """Let the first signal stop the server and the others do nothing.

    Granian's own handler takes a lock that is its own: told twice at once it waits for itself for ever.
    A closed terminal means stop, as Ctrl-C does; Granian would take it as a wish to reload.
    """
    told = False

    def stop(number: int, frame: Any) -> None:
        nonlocal told
        if not told:
            told = True
            server.signal_handler_interrupt()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def gather_static_files() -> None:
    """Put the static files into STATIC_ROOT under their hashed names."""
    call_command("collectstatic", interactive=False, verbosity=0)


def check_free(host: str, port: int) -> None:
    """Raises UnusableError where nobody could listen there."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(address[0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address[4])
    except (OSError, OverflowError) as error:
        raise UnusableError(Fault("port_not_opened", port=port, host=host, why=error)) from error
