"""`python -m phucvu.inbox PART`: one of the inbox's own processes, which the site starts for itself."""

from __future__ import annotations

import sys

from phucvu.inbox.home import open_home

if __name__ == "__main__":
    store = open_home()
    # The models can only be loaded once Django knows its settings.
    from phucvu.inbox.running import run

    run(sys.argv[1], store)
