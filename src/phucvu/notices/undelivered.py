"""What the health of the site says of notices that nobody got; loaded by every process with the models."""

from __future__ import annotations

import datetime as dt

from phucvu.inbox.clock import now
from phucvu.notices.models import Digest, EditionMail, Outgoing

RECENT = dt.timedelta(days=1)


def undelivered() -> str:
    """What /healthz says of what was given up in the last day; nothing where nothing was."""
    said = []
    for called, model in (("digests", Digest), ("mails about editions", EditionMail)):
        recent = model.objects.filter(state=Outgoing.State.GIVEN_UP, settled_at__gte=now() - RECENT)
        if last := recent.order_by("-settled_at").first():
            said.append(f"{recent.count()} {called} given up in the last day: {last.error}")
    return "; ".join(said)
