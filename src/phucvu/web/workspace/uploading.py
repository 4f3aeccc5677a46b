"""Looking into an uploaded file, and taking it, beside the answer: so that a large one may take its time."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import connection

from phucvu.accounts import audit, units
from phucvu.accounts.permissions import Role
from phucvu.inbox.clock import now
from phucvu.inbox.home import store
from phucvu.inbox.models import Upload
from phucvu.intake.files import import_file
from phucvu.intake.policy import Policy
from phucvu.intake.taking import Taken
from phucvu.problems import Fault, UnavailableError, UnusableError

log = logging.getLogger(__name__)

MOST = 30 << 20
"""Bytes of a file. The whole body may have 32 MB, as those of the inbox."""

PATIENCE = 2.0
"""Seconds that an answer waits for the work; afterwards it shows how far that is."""

DEAD = dt.timedelta(seconds=60)
"""After so long without a sign of life the work has ended with its process, and may be begun again."""

KEPT = dt.timedelta(days=1)
"""An upload that nobody confirms is forgotten after so long."""

SAYS_EVERY = 1.0
SAYS_ALIVE_EVERY = 10.0
"""Seconds between two notes of how far the work is, and of its being alive."""

LOOKING, SEEN, TAKING, TAKEN, UNUSABLE = (
    Upload.State.LOOKING,
    Upload.State.SEEN,
    Upload.State.TAKING,
    Upload.State.TAKEN,
    Upload.State.UNUSABLE,
)
LISTED, SHOWN = 20, 3
LONGEST_NAME = 120


def receive(user: Any, unit: str, name: str, content: bytes, kind: str) -> Upload:
    """Keep a file for its account and begin to look into it. Raises UnusableError where it cannot be."""
    name = PurePosixPath(name.replace("\\", "/").replace("\0", "")).name[-LONGEST_NAME:]
    if not content or not name.strip("."):
        raise UnusableError(Fault("file_empty"))
    if len(content) > MOST:
        raise too_large()
    moment = now()
    Upload.objects.filter(at__lt=moment - KEPT).delete()
    upload: Upload = Upload.objects.create(
        key=secrets.token_hex(16),
        account=user.username,
        unit=unit,
        name=name,
        kind=kind,
        at=moment,
        alive_at=moment,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
    )
    _begin(upload, user, dry_run=True)
    return upload


def too_large() -> UnusableError:
    most = MOST >> 20
    return UnusableError(Fault("upload_too_large", most=most))


def confirm(upload: Upload, user: Any) -> None:
    """Take a file that was looked into; a second time changes nothing."""
    mine = Upload.objects.filter(pk=upload.pk)
    stopped = mine.filter(state=TAKING, alive_at__lt=now() - DEAD)
    if not (mine.filter(state=SEEN) | stopped).update(state=TAKING, alive_at=now(), done=0):
        return
    audit.append(
        user, "file imported", object=upload.name, unit=upload.unit, sha256=upload.digest, size=upload.size
    )
    _begin(upload, user, dry_run=False)


def discard(upload: Upload) -> None:
    """Forget a file, unless it is being taken."""
    Upload.objects.filter(pk=upload.pk).exclude(state=TAKING).delete()


def look_again(upload: Upload, user: Any) -> None:
    """Look into a file again whose process has ended."""
    dead = Upload.objects.filter(pk=upload.pk, state=LOOKING, alive_at__lt=now() - DEAD)
    if dead.update(alive_at=now(), done=0):
        _begin(upload, user, dry_run=True)


def has_stopped(upload: Upload) -> bool:
    """Whether the process that worked on it has ended halfway."""
    return upload.state in (LOOKING, TAKING) and upload.alive_at < now() - DEAD


def policy_of(user: Any, unit: str) -> Policy:
    """What the account may bring for a unit."""
    known = units.every()
    roots = [u.code for u in known if known.get(u.parent) is None]
    own = None if roots == [unit] else units.below(unit)
    return Policy(unit, own, registers=user.role == Role.ADMINISTRATOR)


def _begin(upload: Upload, user: Any, *, dry_run: bool) -> None:
    policy = policy_of(user, upload.unit)
    thread = threading.Thread(
        target=_work, args=[upload.pk, user, policy], kwargs={"dry_run": dry_run}, daemon=True
    )
    thread.start()
    thread.join(PATIENCE)


def _work(pk: int, user: Any, policy: Policy, *, dry_run: bool) -> None:
    """Look into a file or take it, and write down what came of it."""
    try:
        upload = Upload.objects.get(pk=pk)
        try:
            with _alive(pk):
                taken = _imported(upload, policy, dry_run=dry_run)
            state, said = (SEEN if dry_run else TAKEN), of_taken(taken)
        except UnusableError as error:
            state, said = UNUSABLE, {"problems": [_words(p) for p in error.faults[:LISTED]]}
        except UnavailableError as error:
            # No fault of the file: one that was looked into may be confirmed again.
            state = UNUSABLE if dry_run else SEEN
            said = upload.said | {"problems": [_words(error.faults[0])]}
        except Exception:
            log.exception("an upload could not be read")
            problem = Fault("program_fails_on_file")
            state, said = UNUSABLE, {"problems": [_words(problem)]}
        content = {"content": b""} if state in (TAKEN, UNUSABLE) else {}
        if not dry_run:
            numbers = {name: said.get(name, 0) for name in ("added", "set_aside", "refused")}
            action = "file import done" if state == TAKEN else "file import failed"
            audit.append(user, action, object=upload.name, unit=upload.unit, sha256=upload.digest, **numbers)
        Upload.objects.filter(pk=pk).update(state=state, said=said, done=upload.size, **content)
    finally:
        connection.close()


@contextlib.contextmanager
def _alive(pk: int) -> Iterator[None]:
    """Say every few seconds that somebody works on the upload."""
    ended = threading.Event()

    def say() -> None:
        try:
            while not ended.wait(SAYS_ALIVE_EVERY):
                Upload.objects.filter(pk=pk).update(alive_at=now())
        finally:
            connection.close()

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _imported(upload: Upload, policy: Policy, *, dry_run: bool) -> Taken:
    with tempfile.TemporaryDirectory(prefix="phucvu-upload-") as folder:
        path = Path(folder) / upload.name
        try:
            path.write_bytes(bytes(upload.content))
        except (OSError, ValueError) as error:
            problem = Fault("file_name_unusable", file=upload.name)
            raise UnusableError(problem) from error
        return import_file(
            store(),
            path,
            kind=upload.kind or None,
            sender=upload.unit,
            dry_run=dry_run,
            progress=_teller(upload.pk),
            policy=policy,
        )


def _teller(pk: int) -> Callable[[int, int], None]:
    """Notes how much of a file is read, at most once a second."""
    last = time.monotonic()

    def tell(done: int, _: int) -> None:
        nonlocal last
        if time.monotonic() - last > SAYS_EVERY:
            last = time.monotonic()
            Upload.objects.filter(pk=pk).update(done=done)

    return tell


def of_taken(taken: Taken) -> dict[str, Any]:
    """What a page says of an import, or of what one would take."""
    return {
        "kind": taken.kind,
        "because": _words(taken.because) if taken.because else None,
        "columns": list(taken.columns.items()),
        "added": {name: [a.taken - a.changed, a.changed, a.unchanged] for name, a in taken.added.items()},
        "set_aside": taken.set_aside,
        "refused": taken.refused,
        "skipped": taken.skipped,
        "problems": [_words(p) for p in taken.problems[:LISTED]],
        "more": max(0, taken.set_aside + taken.refused - LISTED),
        "notes": [_words(p) for p in taken.notes],
        "first": {name: _first(frame.head(SHOWN)) for name, frame in taken.preview.items() if frame.height},
    }


def _first(frame: Any) -> list[list[str]]:
    """The first rows as they are understood: by column, what they say."""
    said = [c for c in frame.columns if c != "payload" and frame[c].null_count() < frame.height]
    return [[c, *("" if v is None else str(v) for v in frame[c])] for c in said]


def _words(problem: Fault) -> dict[str, str]:
    return {language: problem.text(language) for language in ("vi", "en")}
