"""`python -m phucvu.notices`: the process that sends notices, which the site starts for itself."""

from __future__ import annotations

import threading

from phucvu.inbox.background import end_with_parent
from phucvu.inbox.home import opened

if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    store = opened("phucvu.web.settings")
    # The models can only be loaded once Django knows its settings.
    from phucvu.notices.sending import run

    run(store)
