"""Serves the inbox without the site, through the door; the home is PHUCVU_HOME."""

import importlib
import multiprocessing
import os
import sys


def __getattr__(name):
    """The application is made in the workers only."""
    if name == "application":
        from django.core.wsgi import get_wsgi_application

        from phucvu.inbox.forking import be_child
        from phucvu.web.door import Door, Limits

        be_child("phucvu:site", os.getppid())

        globals()[name] = Door(get_wsgi_application(), Limits.chosen(), forwarded=False)
        return globals()[name]
    raise AttributeError(name)


def count_only(what):
    """``everything``, ``the month`` that runs, or ``nothing``."""
    from phucvu.inbox.counting import MonthCounter
    from phucvu.inbox.history import History
    from phucvu.inbox.lists import Maker

    if what != "everything":
        History.count_next = Maker.make_if_changed = lambda self: False
    if what == "nothing":
        MonthCounter.count_if_changed = lambda self: False


def main(port, workers, counts="everything"):
    from django.db import connections
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    from phucvu.inbox import background
    from phucvu.inbox.home import open_home, opened

    os.environ["DJANGO_SETTINGS_MODULE"] = "inbox_site_settings"
    open_home()
    connections.close_all()  # each process has its own
    count_only(counts)
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
        workers_kill_timeout=3,
        log_enabled=False,
    )
    # What is killed a hundred times need not rest a second each time.
    background.AFTER_DEATH = 0.1
    importlib.import_module("phucvu.inbox.urls")  # loaded once for all processes
    from phucvu.inbox.running import run

    with background.background(lambda part: run(part, opened())):
        server.serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
