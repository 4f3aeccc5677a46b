"""Workbooks of long lists: made by a process of their own, behind a page that shows how far it is.

What is asked for stands in a file of the folder ``exports`` of the home, beside it what is made of it. Each
is made by a process that steps back for others; so many run at once, the others wait their turn. A process
that dies is started again by the page that waits for it. Files are deleted after a day.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET

from phucvu.accounts import audit
from phucvu.configuration import environment
from phucvu.engine.listing import Listing
from phucvu.inbox.home import home as home_folder
from phucvu.inbox.lists import exports_folder
from phucvu.tables.workbook import MOST_ROWS
from phucvu.web.language import _, language
from phucvu.web.page import XLSX
from phucvu.web.workspace import files, home
from phucvu.web.workspace.asked import Asked
from phucvu.web.workspace.ready import Moment
from phucvu.web.workspace.shown import rendered

BIG = 20_000
"""Rows above which a workbook is made this way; fewer are made while one waits, in some two seconds."""

AT_ONCE = 2
"""Workbooks made at the same time, of all who ask,"""
OF_ONE = 3
"""and those that one account may have asked for and not got yet."""

ATTEMPTS = 3
KEPT = 86_400
"""Seconds for which a file is kept."""

SOON = 2
"""Seconds after which the page looks again."""

NICE = 10
PROGRAM = f"""
import os, sys
from pathlib import Path
import django
os.nice({NICE})
django.setup()
from phucvu.web.workspace import exports
asked = Path(sys.argv[1])
exports.make(exports.Files(asked.parent, asked.stem))
"""
"""Django is set up before what depends on tables of the database is imported."""

TURN = 0.5
"""Seconds between two looks at whether it is one's turn."""


@dataclass(frozen=True)
class Job:
    """A workbook asked for: by whom, of which list, in which language; ``rows`` it will have about."""

    user: int
    unit: str
    language: str
    said: dict[str, str]
    cut_off: str
    name: str
    rows: int

    @property
    def id(self) -> str:
        """The same for the same list asked for again, so that it is made once."""
        told = asdict(self) | {"name": "", "rows": 0}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Files:
    """What stands in the folder for a job."""

    folder: Path
    id: str

    @property
    def asked(self) -> Path:
        return self.folder / f"{self.id}.json"

    @property
    def made(self) -> Path:
        return self.folder / f"{self.id}.xlsx"

    @property
    def written(self) -> Path:
        """How many rows are written so far; empty while it waits its turn."""
        return self.folder / f"{self.id}.rows"

    @property
    def tries(self) -> Path:
        """A line for each time it was begun."""
        return self.folder / f"{self.id}.tries"

    @property
    def lock(self) -> Path:
        return self.folder / f"{self.id}.lock"

    def job(self) -> Job | None:
        try:
            return Job(**json.loads(self.asked.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def rows(self) -> int | None:
        text = self.written.read_text(encoding="utf-8") if self.written.exists() else ""
        return int(text) if text else None

    def attempts(self) -> int:
        return len(self.tries.read_text(encoding="utf-8").splitlines()) if self.tries.exists() else 0


def folder() -> Path:
    return exports_folder(home_folder())


def note(user: Any, asked: Asked, form: str) -> None:
    """Who takes a list away as a file stands in the audit log before they have it."""
    audit.append(user, "list exported", object=files.name_of(asked, form), unit=asked.unit, asked=asked.said)


# Asking


def ask(request: Any, asked: Asked, found: Listing, rows: int) -> Any:
    """Have the workbook made, and lead to the page that waits for it."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(place)
    name = files.name_of(asked, "xlsx")
    said = asked.said | {"period": str(asked.period)}
    job = Job(request.user.pk, asked.unit, language(), said, str(found.cut_off), name, rows)
    its = Files(place, job.id)
    if its.job() is None:
        if _waiting(place, job.user) >= OF_ONE:
            return _refused(request, asked)
        note(request.user, asked, "xlsx")
        unfinished = its.asked.with_suffix(".asked")
        unfinished.write_text(json.dumps(asdict(job)), encoding="utf-8")
        unfinished.rename(its.asked)
        start(its)
    return HttpResponseRedirect(reverse("workspace-export", args=[asked.unit, job.id]))


def _refused(request: Any, asked: Asked) -> Any:
    known = home.tree(asked.period).units
    context = {"unit": known.get(asked.unit), "code": asked.unit, "period": asked.period, "most": OF_ONE}
    return rendered(request, "workspace/too_many_exports.html", context, status=429)


def _waiting(place: Path, user: int) -> int:
    """How many workbooks an account has asked for that are still to be made."""
    every = (Files(place, path.stem) for path in place.glob("*.json"))
    open_ = (its.job() for its in every if not its.made.exists() and its.attempts() <= ATTEMPTS)
    return sum(job is not None and job.user == user for job in open_)


def _sweep(place: Path) -> None:
    for path in place.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > KEPT:
                path.unlink()


def start(its: Files) -> None:
    """Begin to make a workbook, in a process of its own."""
    with its.tries.open("a", encoding="utf-8") as tries:
        tries.write("begun\n")
    told = environment(DJANGO_SETTINGS_MODULE="phucvu.web.settings")
    command = [sys.executable, "-c", PROGRAM, str(its.asked)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=told)
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves nothing behind


# The page


@require_GET  # type: ignore[untyped-decorator]
def show(request: Any, unit: str, job: str) -> Any:
    """How far the workbook is; renews itself until it is there."""
    its, asked = _own(request, unit, job)
    attempts, made = its.attempts(), its.made.exists()
    if not made and not _is_held(its.lock) and time.time() - its.tries.stat().st_mtime > SOON:
        attempts += 1
        if attempts <= ATTEMPTS:
            start(its)
    failed = not made and attempts > ATTEMPTS
    rows = its.rows()
    period = home.asked_period(asked.said["period"])
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "name": asked.name,
        "rows": rows,
        "all": max(asked.rows, rows or 0),
        "made": made,
        "failed": failed,
        "file": reverse("workspace-export-file", args=[unit, job]),
        "list": reverse("workspace-dossiers", args=[unit]) + _query(asked.said),
    }
    response = rendered(request, "workspace/export.html", context)
    if not made and not failed:
        response["Refresh"] = str(SOON)
    return response


@require_GET  # type: ignore[untyped-decorator]
def take(request: Any, unit: str, job: str) -> Any:
    """The workbook."""
    its, asked = _own(request, unit, job)
    try:
        file = its.made.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("Tệp này chưa lập xong.")) from error
    return FileResponse(file, content_type=XLSX, as_attachment=True, filename=asked.name)


def _own(request: Any, unit: str, job: str) -> tuple[Files, Job]:
    """A job of this account and unit; raises Http404 elsewhere."""
    its = Files(folder(), job)
    asked = its.job()
    if asked is None or asked.user != request.user.pk or asked.unit != unit:
        raise Http404(_("Không có tệp này, hoặc đã quá một ngày."))
    return its, asked


def _query(said: dict[str, str]) -> str:
    return f"?{urlencode(said)}"


# Making


def make(its: Files) -> None:
    """Make a workbook, when it is its turn; nothing where another process is making it."""
    asked = its.job()
    if asked is None:
        return
    with _held(its.lock) as mine:
        if not mine or its.made.exists():
            return
        with _turn(its.folder), translation.override(asked.language):
            _write(its, asked)


def _write(its: Files, job: Job) -> None:
    asked = Asked.of(SimpleNamespace(GET=job.said), job.unit)
    found = home.listing(asked.period)
    if found is None:
        raise FileNotFoundError(f"there is no listing of {asked.period}")
    at = Moment(asked.period, found.cut_off, home.calendar())

    def counted() -> Iterator[Any]:
        rows = 0
        for frame in files.frames(found, asked, at, MOST_ROWS):
            yield frame
            rows += frame.height
            its.written.write_text(str(rows), encoding="utf-8")

    unfinished = its.made.with_suffix(".part")
    with unfinished.open("wb") as file:
        files.write_xlsx(file, counted(), files.about(asked, at), asked.title(at))
    unfinished.rename(its.made)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Whether the lock is ours now; it goes with the process, however that ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _is_held(path: Path) -> bool:
    with _held(path) as mine:
        return not mine


@contextlib.contextmanager
def _turn(place: Path) -> Iterator[None]:
    """Wait until fewer than ``AT_ONCE`` others are being made."""
    while True:
        for number in range(AT_ONCE):
            with _held(place / f"turn-{number}.lock") as mine:
                if mine:
                    yield
                    return
        time.sleep(TURN)
