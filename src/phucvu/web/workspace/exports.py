"""Workbooks of long lists: made by a process of their own, behind a page that shows how far it is.

What is asked for is a task (``tasks``), what is made of it a file of the folder ``exports`` of the home.
Each is made by a process that steps back for others; so many run at once, the others wait their turn. A
process that dies is started again by the page that waits for it. Files are deleted after a day.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET

from phucvu.accounts import audit
from phucvu.engine.listing import Listing
from phucvu.inbox import tasks
from phucvu.inbox.clock import now
from phucvu.inbox.home import home as home_folder
from phucvu.inbox.lists import exports_folder
from phucvu.inbox.models import Task
from phucvu.tables.workbook import MOST_ROWS
from phucvu.web.language import _, language
from phucvu.web.page import XLSX
from phucvu.web.workspace import files, forecasts, home, working
from phucvu.web.workspace.list_query import ListQuery
from phucvu.web.workspace.shown import rendered
from phucvu.web.workspace.working import held, is_held

BIG = 20_000
"""Rows above which a workbook is made this way; fewer are made while one waits, in some two seconds."""

AT_ONCE = 2
"""Workbooks made at the same time, of all who ask,"""
OF_ONE = 3
"""and those that one account may have asked for and not got yet."""

ATTEMPTS = 3
KEPT = 86_400
"""Seconds for which a file is kept."""

SOON = dt.timedelta(seconds=2)
"""Time after which the page looks again."""

TURN = 0.5
"""Seconds between two looks at whether it is one's turn."""


def folder() -> Path:
    return exports_folder(home_folder())


def note(user: Any, asked: ListQuery, form: str) -> None:
    """Who takes a list away as a file stands in the audit log before they have it."""
    audit.append(user, "list exported", object=files.name_of(asked, form), unit=asked.unit, asked=asked.said)


# Asking


def ask(request: Any, asked: ListQuery, found: Listing, rows: int) -> Any:
    """Have the workbook made, and lead to the page that waits for it."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(place)
    said = asked.said | {"period": str(asked.period)}
    account, lang, cut_off = request.user.username, language(), str(found.cut_off)
    same = json.dumps([account, asked.unit, lang, said, cut_off], sort_keys=True)
    key = hashlib.sha256(same.encode()).hexdigest()[:32]
    if not _tasks(account).filter(key=key).exclude(state=tasks.CANCELLED).exists():
        if _tasks(account).filter(state__in=tasks.OPEN).count() >= OF_ONE:
            return _refused(request, asked)
        note(request.user, asked, "xlsx")
        name = files.name_of(asked, "xlsx")
        start(
            tasks.ask(
                tasks.EXPORT, account, asked.unit, total=rows, key=key, language=lang, said=said, name=name
            )
        )
    return HttpResponseRedirect(reverse("workspace-export", args=[asked.unit, key]))


def _tasks(account: str) -> QuerySet[Task]:
    """The workbooks that an account asked for and may still have."""
    since = now() - dt.timedelta(seconds=KEPT)
    return Task.objects.filter(kind=tasks.EXPORT, account=account, asked_at__gte=since)


def _refused(request: Any, asked: ListQuery) -> Any:
    known = home.tree(asked.period).units
    context = {"unit": known.get(asked.unit), "code": asked.unit, "period": asked.period, "most": OF_ONE}
    return rendered(request, "workspace/too_many_exports.html", context, status=429)


def sweep(place: Path) -> None:
    """Delete what is older than a day."""
    for path in place.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > KEPT:
                path.unlink()


def start(task: Task) -> None:
    """Begin to make a workbook, in a process of its own."""
    tasks.begin(task)
    working.start(task.pk)


# The page


@require_GET
def show(request: Any, unit: str, job: str) -> Any:
    """How far the workbook is; renews itself until it is there."""
    task = _own(request, unit, job)
    made, cancelled = _made(task).exists(), task.state == tasks.CANCELLED
    died = (
        not made
        and not cancelled
        and not is_held(_lock(task))
        and now() - (task.began_at or task.asked_at) > SOON
    )
    failed = died and task.attempts >= ATTEMPTS
    if failed:
        tasks.give_up(task)
    elif died:
        start(task)
    said = task.asked["said"]
    period = home.asked_period(said["period"])
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "name": task.asked["name"],
        "rows": task.done or None,
        "all": max(task.total, task.done),
        "made": made,
        "failed": failed,
        "cancelled": cancelled,
        "file": reverse("workspace-export-file", args=[unit, job]),
        "list": reverse("workspace-dossiers", args=[unit]) + _query(said),
    }
    response = rendered(request, "workspace/export.html", context)
    if not (made or failed or cancelled):
        response["Refresh"] = str(SOON.seconds)
    return response


@require_GET
def take(request: Any, unit: str, job: str) -> Any:
    """The workbook."""
    task = _own(request, unit, job)
    try:
        file = _made(task).open("rb")
    except FileNotFoundError as error:
        raise Http404(_("Tệp này chưa lập xong.")) from error
    return FileResponse(file, content_type=XLSX, as_attachment=True, filename=task.asked["name"])


def _own(request: Any, unit: str, key: str) -> Task:
    """What this account asked for in this unit; raises Http404 elsewhere."""
    task: Task | None = _tasks(request.user.username).filter(unit=unit, key=key).order_by("-pk").first()
    if task is None:
        raise Http404(_("Không có tệp này, hoặc đã quá một ngày."))
    return task


def _made(task: Task) -> Path:
    return folder() / f"{task.key}.xlsx"


def _lock(task: Task) -> Path:
    return folder() / f"{task.key}.lock"


def _query(said: dict[str, str]) -> str:
    return f"?{urlencode(said)}"


# Making


def make(task: Task) -> None:
    """Make a workbook that was begun, when it is its turn; nothing where another process is making it."""
    with held(_lock(task)) as mine:
        if not mine or _made(task).exists():
            return
        with (
            contextlib.suppress(tasks.CancelledError),
            tasks.running(task) as step,
            turn(folder(), step),
            translation.override(task.asked["language"]),
        ):
            _write(task, step)


def _write(task: Task, step: tasks.Step) -> None:
    asked = ListQuery.of(SimpleNamespace(GET=task.asked["said"]), task.unit)
    found = home.listing(asked.period)
    if found is None:
        raise FileNotFoundError(f"there is no listing of {asked.period}")
    at = forecasts.moment(asked.period, found.cut_off)

    def counted() -> Iterator[Any]:
        rows = 0
        for frame in files.frames(found, asked, at, MOST_ROWS):
            yield frame
            rows += frame.height
            step(rows)

    unfinished = _made(task).with_suffix(".part")
    try:
        with unfinished.open("wb") as file:
            files.write_xlsx(file, counted(), files.about(asked, at), asked.title(at))
        unfinished.rename(_made(task))
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def turn(place: Path, step: tasks.Step = lambda done: None) -> Iterator[None]:
    """Wait until fewer than ``AT_ONCE`` others are being made, or ``step`` says that it is cancelled."""
    while True:
        step(0)
        for number in range(AT_ONCE):
            with held(place / f"turn-{number}.lock") as mine:
                if mine:
                    yield
                    return
        time.sleep(TURN)
