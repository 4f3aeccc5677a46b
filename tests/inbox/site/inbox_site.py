"""Serves the inbox without the site, through the door; the home is PHUCVU_HOME.

Its processes are forked where those of the site are started anew: loading the libraries takes longer than
most tests. That is safe as long as the process they are forked from only looks after them.
"""

import contextlib
import multiprocessing
import os
import runpy
import signal
import sys
import traceback
from pathlib import Path


def __getattr__(name):
    """The application is made in the workers only."""
    if name == "application":
        call_oneself("worker")
        from django.core.wsgi import get_wsgi_application

        from phucvu.web.door import Door, Limits

        globals()[name] = Door(get_wsgi_application(), Limits.chosen(), forwarded=False)
        return globals()[name]
    raise AttributeError(name)


def call_oneself(name):
    Path("/proc/self/comm").write_text(name)


class Forked:
    """One of the inbox's processes, in place of ``background.start``."""

    def __init__(self, part, told):
        ours, self._theirs = os.pipe()
        self._pid = os.fork()
        if self._pid:
            os.close(ours)
            return
        try:
            call_oneself(f"inbox:{part}")
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)  # what the server does when told is its own
            os.close(self._theirs)
            os.dup2(ours, 0)
            os.environ |= told
            sys.stdin = open(0)  # noqa: SIM115
            sys.argv = ["phucvu.inbox", part]
            runpy.run_module("phucvu.inbox", run_name="__main__", alter_sys=True)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)

    def wait(self):
        _, status = os.waitpid(self._pid, 0)
        os.close(self._theirs)
        return os.waitstatus_to_exitcode(status)

    def terminate(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)


def count_nothing():
    from phucvu.inbox.counting import MonthCounter
    from phucvu.inbox.history import History
    from phucvu.inbox.lists import Maker

    MonthCounter.count_if_changed = History.count_next = Maker.make_if_changed = lambda self: False


def main(port, workers, counts=True):
    from django.db import connections
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    from phucvu.inbox import background
    from phucvu.inbox.home import open_home

    os.environ["DJANGO_SETTINGS_MODULE"] = "inbox_site_settings"
    open_home()
    connections.close_all()  # each process has its own
    if not counts:
        count_nothing()
    multiprocessing.set_start_method("fork", force=True)
    server = Granian(
        "inbox_site:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        respawn_failed_workers=True,
        log_enabled=False,
    )
    background.start = Forked
    # What is killed a hundred times need not rest a second each time.
    background.AFTER_DEATH = 0.1
    with background.background():
        server.serve()
