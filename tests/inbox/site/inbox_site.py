"""Serves the inbox without the site, through the door: python inbox_site.py PORT WORKERS.

The home is PHUCVU_HOME.
"""

import multiprocessing
import os
import sys


def __getattr__(name):
    """The application is made in the workers only."""
    if name == "application":
        from django.core.wsgi import get_wsgi_application

        from phucvu.web.door import Door, Limits

        globals()[name] = Door(get_wsgi_application(), Limits.chosen(), forwarded=False)
        return globals()[name]
    raise AttributeError(name)


def main(port, workers):
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    from phucvu.inbox import background
    from phucvu.inbox.home import open_home

    os.environ["DJANGO_SETTINGS_MODULE"] = "inbox_site_settings"
    open_home()
    multiprocessing.set_start_method("spawn", force=True)
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
    # What is killed a hundred times need not rest a second each time.
    background.AFTER_DEATH = 0.1
    with background.background():
        server.serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
