"""`python -m phucvu.inbox PART`: one of the inbox's own processes, which the site starts for itself."""

from __future__ import annotations

import sys
import threading
import time

from phucvu.inbox.background import end_with_parent
from phucvu.inbox.home import open_home
from phucvu.problems import UnusableError
from phucvu.records.store import Store

PATIENCE = 2.0
"""Seconds between two tries to open the home; the database may have gone away for a while."""


def opened() -> Store:
    """The home, as soon as it can be opened; why it cannot is said once for each reason."""
    said = ""
    while True:
        try:
            return open_home()
        except UnusableError as error:
            if str(error) != said:
                said = str(error)
                print(said, file=sys.stderr, flush=True)
            time.sleep(PATIENCE)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    store = opened()
    # The models can only be loaded once Django knows its settings.
    from phucvu.inbox.running import run

    run(sys.argv[1], store)
