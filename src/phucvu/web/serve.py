"""Serving the site from this machine."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Literal

from django.core.management import call_command
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from phucvu import configuration
from phucvu.accounts.units import check_settings
from phucvu.configuration import LOCAL, Configuration
from phucvu.inbox.background import background
from phucvu.inbox.home import open_home
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
    ``ready`` is called once the port is known to be free and the database is open. Raises UnusableError
    where the port or the operational database cannot be had, a setting cannot be used or names a unit
    that is not known.
    """
    said = configuration.choose(home=str(home), shows=shows)
    if said.https is None and host in ("127.0.0.1", "localhost", "::1") and said.hosts == LOCAL:
        # Nobody else can ask for the site, so nothing crosses a network.
        configuration.choose(https=False)
    access.chosen()
    check_free(host, port)
    check(home)
    with scratch(home) as folder:
        told = configuration.choose(static=str(folder / "static"))
        open_home(home, SETTINGS)
        check_settings()
        upstream.check_settings(told)
        mail.check_settings(told)
        # Its models can only be loaded once Django knows its settings.
        from phucvu.inbox import pulling
        from phucvu.notices import zalo

        pulling.check(told)
        zalo.check_settings(told)
        gather_static_files()
        ready()
        # A process that has used Polars or Altair holds threads and locks, which a fork would break.
        multiprocessing.set_start_method("spawn", force=True)
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
        with background() if shows == "counted" else nullcontext():
            server.serve(target_loader=partial(application_of_worker, told, folder), wrap_loader=False)


def application_of_worker(told: Configuration, scratch: Path) -> Any:
    """The site as a worker loads it, with the settings and the folder for passing files of its parent.

    A worker leaves the terminal's group, so that Ctrl-C reaches only its parent, which stops it: a
    worker told twice at once can lock up. Should the parent be killed, it ends too: nobody would move
    what it takes, and the port would stay in use.
    """
    atexit.register(_end_at_once)
    os.setpgrp()
    threading.Thread(target=_end_with_parent, args=[os.getppid()], daemon=True).start()
    configuration.choose(**vars(told))
    tempfile.tempdir = str(scratch)
    from django.conf import settings

    from phucvu.web.wsgi import application

    return Door(
        application, Limits.chosen(), forwarded=bool(settings.SECURE_PROXY_SSL_HEADER), log=access.chosen()
    )


def _end_at_once() -> None:
    """End without taking Python apart.

    Granian's threads may still ask for Python when its loop has stopped; a thread that asks while Python is
    taken apart aborts the process, with a trace on the terminal.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


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
