"""`python -m phucvu.assignments PART`: a process of the inbox that also asks by rule what is due."""

from __future__ import annotations

import sys
import threading

from phucvu.inbox.background import end_with_parent
from phucvu.inbox.home import opened

if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    store = opened("phucvu.web.settings")
    # The models can only be loaded once Django knows its settings.
    from phucvu.assignments.asking import LastMonth
    from phucvu.inbox.running import run

    run(sys.argv[1], store, {"asking": LastMonth().ask_if_due})
