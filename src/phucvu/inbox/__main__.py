"""`python -m phucvu.inbox PART`: one of the inbox's own processes, which the site starts for itself."""

from __future__ import annotations

import sys
import threading

from phucvu.inbox.background import end_with_parent
from phucvu.inbox.home import opened

if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    store = opened()
    # The models can only be loaded once Django knows its settings.
    from phucvu.inbox.running import run

    run(sys.argv[1], store)
