"""Serving the site from this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import tempfile
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from phucvu.problems import Problem, UnusableError

THREADS = 4
"""Requests answered at a time."""

PATIENCE = 3
"""Seconds that a worker has to finish what it is doing when told to stop."""


def serve(port: int, host: str = "127.0.0.1", ready: Callable[[], None] = lambda: None) -> None:
    """Serve the site at http://host:port until SIGINT or SIGTERM; prints nothing itself.

    ``ready`` is called once the port is known to be free. Raises UnusableError where the port cannot be had.
    """
    _check_free(host, port)
    ready()
    with tempfile.TemporaryDirectory(prefix="phucvu-static-") as static:
        os.environ["PHUCVU_STATIC"] = static
        gather_static_files()
        # A process that has used Polars or Altair holds threads and locks, which a fork would break.
        multiprocessing.set_start_method("spawn", force=True)
        server = Granian(
            "phucvu.web.serve:application_of_worker",
            factory=True,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=THREADS,
            workers_kill_timeout=PATIENCE,
            log_enabled=False,
        )
        # A closed terminal means stop, as Ctrl-C does; Granian would take it as a wish to reload.
        server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
        server.serve()


def application_of_worker() -> Any:
    """The site as a worker loads it.

    A worker leaves the terminal's group, so that Ctrl-C reaches only its parent, which stops it: a
    worker told twice at once can lock up.
    """
    os.setpgrp()
    from phucvu.web.wsgi import application

    return application


def gather_static_files() -> None:
    """Put the static files into STATIC_ROOT under their hashed names."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)


def _check_free(host: str, port: int) -> None:
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(address[0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address[4])
    except (OSError, OverflowError) as error:
        raise UnusableError(
            Problem(
                f"không mở được cổng {port} của {host} ({error}); chọn cổng khác bằng --port",
                f"cannot open port {port} of {host} ({error}); choose another with --port",
            )
        ) from error
