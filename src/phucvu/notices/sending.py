"""The process that decides and sends digests."""

from __future__ import annotations

from phucvu import configuration
from phucvu.inbox import jobs
from phucvu.inbox.running import again_and_again, alone
from phucvu.notices.mail import Mail
from phucvu.notices.outbox import Outbox
from phucvu.records.store import Store

LOOK_FOR_DIGESTS = 5.0
"""Seconds between two looks at whether there is something to decide or to send."""


def run(store: Store) -> None:
    """Decide and send until this process ends."""
    chosen = configuration.current()
    with alone("notices"):
        jobs.begin(["notices"])
        outbox = Outbox(store, chosen, {"email": Mail(chosen)})
        again_and_again("notices", outbox.work, LOOK_FOR_DIGESTS)
