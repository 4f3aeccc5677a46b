"""Making the records again from the inbox alone."""

from __future__ import annotations

from typing import Any

from phucvu.inbox import tasks
from phucvu.inbox.models import Payload
from phucvu.inbox.moving import BROUGHT, first_fitting, read, write
from phucvu.inbox.watching import Registers
from phucvu.records.schema import INNER, TABLES
from phucvu.records.store import Store


def replay(home: Store, fresh: Store, step: tasks.Step = lambda done: None) -> int:
    """Bring everything that the inbox ever kept into a home; how many payloads there were.

    A fresh home first gets the tables that do not come over the inbox, as ``home`` holds them; a table
    that it has rows of stays as it is. It then gives the same figures as ``home``, as far as these come
    from the inbox. Where the records have a payload already, nothing changes.
    ``step`` is told after each batch how many there were.
    """
    # The others come from files, and from people who mend names.
    for name in (name for name in TABLES | INNER if name not in BROUGHT):
        if fresh.rows(name).is_empty():
            fresh.append(name, home.rows(name))
    registers = Registers(fresh)
    payloads = 0
    choices = home.rows("chosen").sort("at").rows(named=True)
    last = 0
    while together := first_fitting(Payload.objects.filter(pk__gt=last, body__isnull=False)):
        last = together[-1].pk
        payloads += len(together)
        # What somebody chose stands between what came before and what came after it.
        while choices and together and choices[0]["at"] <= together[-1].received_at:
            choice = choices.pop(0)
            write(read(registers, [p for p in together if p.received_at < choice["at"]])[0])
            together = [p for p in together if p.received_at >= choice["at"]]
            _choose(home, fresh, choice)
        write(read(registers, together)[0])
        step(payloads)
    for choice in choices:
        _choose(home, fresh, choice)
    return payloads


def _choose(home: Store, fresh: Store, choice: dict[str, Any]) -> None:
    """Let a version count that was chosen; nothing where the home does not keep it any more."""
    held = home.history(choice["sender"], choice["code"])
    row = next((kept.row for kept in held if kept.row["digest"] == choice["version"]), None)
    if row is not None:
        fresh.choose_again(row)
