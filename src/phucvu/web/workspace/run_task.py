"""`python -m phucvu.web.workspace.run_task NUMBER`: the work of a task, stepping back for others."""

from __future__ import annotations

import os
import sys

import django

NICE = 10


def main(number: int) -> None:
    """Do the work of a task to its end."""
    # What depends on tables of the database can be loaded only where Django is set up.
    from phucvu.inbox import tasks
    from phucvu.inbox.models import Task
    from phucvu.web.workspace import aside, exports, letter_pdf, publishing

    task = Task.objects.get(pk=number)
    works = {
        tasks.EXPORT: exports.make,
        tasks.REPLAY: aside.take,
        tasks.FREEZE: publishing.make,
        tasks.LETTER: letter_pdf.make,
    }
    works[task.kind](task)


if __name__ == "__main__":
    os.nice(NICE)
    django.setup()
    main(int(sys.argv[1]))
