"""Making the records again from the inbox alone."""

from __future__ import annotations

import itertools

from phucvu.inbox.models import Payload
from phucvu.inbox.moving import BROUGHT, read, write
from phucvu.inbox.watching import Registers
from phucvu.records.schema import INNER, TABLES
from phucvu.records.store import Store

AT_ONCE = 50


def replay(home: Store, fresh: Store) -> int:
    """Bring everything that the inbox ever kept into a home; how many payloads there were.

    A fresh home first gets the tables that do not come over the inbox, as ``home`` holds them; a table
    that it has rows of stays as it is. It then gives the same figures as ``home``, as far as these come
    from the inbox. Where the records have a payload already, nothing changes.
    """
    # The others come from files, and from people who mend names.
    for name in (name for name in TABLES | INNER if name not in BROUGHT):
        if fresh.rows(name).is_empty():
            fresh.append(name, home.rows(name))
    registers = Registers(fresh)
    payloads = 0
    rows = Payload.objects.select_related("sender", "body").order_by("id").iterator(chunk_size=AT_ONCE)
    while together := list(itertools.islice(rows, AT_ONCE)):
        batch, _ = read(registers, together)
        write(batch)
        payloads += len(together)
    return payloads
