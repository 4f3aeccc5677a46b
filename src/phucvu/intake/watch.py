"""Watching a folder, for offices whose system can only export files.

The folder is looked through every few seconds rather than watched through the operating system: on a
network share the system of this machine is not told of what other machines write, and a look at one
folder costs next to nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from phucvu.figures.periods import now_in_vietnam
from phucvu.intake import mappings, notices
from phucvu.intake.files import KINDS, import_file
from phucvu.intake.mappings import Mapping
from phucvu.intake.taking import Taken
from phucvu.problems import Fault, UnavailableError, UnusableError
from phucvu.records.store import Store

WORKING = "dang-nhan"
"""Where a file lies while it is imported: whoever exports again under its name makes another file."""

TAKEN = "da-nhan"
REFUSED = "loi"
REASONS = ".loi.txt"
"""The ending of the text beside a file that says what is wrong with it."""

DIARY = "nhat-ky.jsonl"
"""In the folder of files taken: one line for each, by which the same content is known again."""

EVERY = 2.0
"""Seconds between looks."""

SETTLED = 5.0
"""A file whose size and time have not changed for so many seconds is complete."""

AGAIN = 60.0
"""Seconds until a file is tried again whose import failed for no fault of its own."""

UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
"""Endings of files that another program is still writing; so are names that begin with «.» or «~»."""

MOST_TOLD = 50

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handled:
    """What became of a file.

    ``outcome``: taken (something of it could be used), known (the same content was taken before), or
    refused (nothing could be used). ``taken`` is what the import says, where there was one;
    ``problems`` what is wrong with the file; ``moved_to`` where it lies now.
    """

    name: str
    outcome: Literal["taken", "known", "refused"]
    taken: Taken | None
    problems: list[Fault]
    moved_to: Path


def watch(
    store: Store,
    folder: Path,
    *,
    once: bool = False,
    kind: str | None = None,
    sender: str | None = None,
    mapping: Mapping | str | None = None,
    every: float = EVERY,
    settled: float = SETTLED,
) -> Iterator[Handled]:
    """Import the files that appear in a folder, oldest first, and yield what became of each.

    It goes on without end; with ``once`` it ends when all files that were there are handled. A file is
    imported (see ``import_file`` for ``kind``, ``sender`` and ``mapping``) when its size and time have
    not changed for ``settled`` seconds, and ends in the folder ``da-nhan`` inside, or in ``loi`` if
    nothing of it could be used; what is wrong is said in a text beside it. Content that was taken
    whole before in the same way is only moved. What cannot be taken at all, such as a folder inside or a
    file without permission to read it, is told once in the log; and like what was refused, on the site,
    as long as it lies there (``notices``). A process that is killed leaves the file in
    ``dang-nhan``, and the next one begins with it again: importing twice changes nothing.

    Raises UnusableError where folder, kind or mapping are wrong. An import that fails for another
    reason than the file (a full disk, say) raises with ``once``; otherwise it is logged, and tried
    again after a minute.
    """
    office = _Office(store, folder, kind, sender, mapping)
    seen: dict[Path, _Seen] = {}
    told: set[Fault] = set()
    noticed: list[Fault] | None = None
    while True:
        found = [*_passed_over(folder)]
        for problem in found:
            if problem not in told:
                log.warning("%s", problem)
                told.add(problem)
        noticed = office.notice([*found, *_refused(folder)], noticed)
        files = [*_files(folder / WORKING), *_files(folder)]
        if once and not files:
            return
        seen = {path: _seen(look, seen.get(path)) for path, look in files}
        for path, file in list(seen.items()):
            now = time.monotonic()
            if now < max(file.since + settled, file.not_before):
                continue
            try:
                working = office.claim(path)
                seen[working] = file
                handled = office.handle(working, file.look)
            except UnavailableError as error:
                if once:
                    raise
                log.warning("%s: %s", path.name, error)
                file.not_before = now + AGAIN
                continue
            except Exception:
                if once:
                    raise
                log.exception("%s could not be imported", path.name)
                file.not_before = now + AGAIN
                continue
            if handled:
                yield handled
        time.sleep(every)


Look = tuple[int, int, int]
"""What changes when a file does: inode, size and time of change."""


@dataclass
class _Seen:
    """A file as it looked when it last changed; times are of the monotonic clock."""

    look: Look
    since: float
    not_before: float = 0.0


def _seen(look: Look, before: _Seen | None) -> _Seen:
    return before if before and before.look == look else _Seen(look, time.monotonic())


def _files(folder: Path) -> list[tuple[Path, Look]]:
    """The complete or growing files of a folder, oldest first: of two exports the later counts."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith((".", "~")) or path.name.lower().endswith(UNFINISHED):
            continue
        look = _look(path)
        if look and path.is_file() and os.access(path, os.R_OK):
            found.append((path, look))
    return sorted(found, key=lambda f: (f[1][2], f[0].name))


def _passed_over(folder: Path) -> Iterator[Fault]:
    """What lies in the folder and is not taken, though somebody may think so."""
    for path in sorted(folder.iterdir()):
        if path.name in (WORKING, TAKEN, REFUSED) or path.name.startswith((".", "~")):
            continue
        name = str(path)
        if path.is_dir():
            yield Fault("folders_not_read", file=name)
        elif path.is_file() and not os.access(path, os.R_OK):
            yield Fault("file_not_permitted", file=name)
        elif path.exists() and not path.is_file():
            yield Fault("not_a_file", file=name)


def _refused(folder: Path) -> Iterator[Fault]:
    """Files that could not be used and lie there still, unless one of that name was taken since."""
    for path in sorted(_inside(folder / REFUSED)):
        look, taken = _look(path), _look(folder / TAKEN / path.name)
        if path.name.endswith(REASONS) or look is None or (taken and taken[2] > look[2]):
            continue
        # The reasons may quote what the file says of persons: they are for who may read the folder.
        reasons = f"{path.name}{REASONS}"
        yield Fault("file_refused", file=path.name, reasons=reasons, folder=REFUSED)


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _look(path: Path) -> Look | None:
    try:
        now = path.stat()
    except OSError:
        return None  # gone meanwhile
    return now.st_ino, now.st_size, now.st_mtime_ns


class _Office:
    """Imports the files of one folder in one way."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        kind: str | None,
        sender: str | None,
        mapping: Mapping | str | None,
    ) -> None:
        if not folder.is_dir():
            raise UnusableError(Fault("folder_missing", file=str(folder)))
        if kind is not None and kind not in KINDS:
            listed = ", ".join(KINDS)
            raise UnusableError(Fault("kind_unknown", kind=kind, listed=listed))
        if isinstance(mapping, str):
            mapping = mappings.load(store.home, mapping)
        self.store = store
        self.folder = folder
        self.how: dict[str, Any] = {"kind": kind, "sender": sender, "mapping": mapping}
        self.way = json.dumps([store.home, *(str(v) for v in self.how.values())])
        self.known = {
            line["content"]
            for line in _diary(folder / TAKEN / DIARY)
            if line["way"] == self.way and not line["set_aside"]
        }

    def notice(self, found: list[Fault], before: list[Fault] | None) -> list[Fault]:
        """Let the site tell of what is not taken, where that is not what was told before."""
        if found == before:
            return found
        listed = [p.at(file=Path(p.file).name) for p in found]
        try:
            notices.save(self.store.home, str(self.folder.absolute()), self.how["sender"], listed, self.now())
        except UnavailableError as error:
            log.warning("%s", error)
            return before or []
        return found

    @staticmethod
    def now() -> dt.datetime:
        return now_in_vietnam().replace(microsecond=0)

    def claim(self, path: Path) -> Path:
        """Take a file out of the hands of others."""
        if path.parent.name == WORKING:
            return path
        return path.rename(self._free(WORKING, path.name))

    def handle(self, path: Path, look: Look) -> Handled | None:
        """Import a file that was claimed and move it on; None if somebody is still writing it."""
        content = _digest(path)
        if content in self.known:
            return Handled(path.name, "known", None, [], self._move(path, TAKEN, []))
        taken = None
        try:
            taken = import_file(self.store, path, **self.how)
            problems = taken.problems
        except UnusableError as error:
            problems = error.faults
        if _look(path) != look:
            return None
        if taken and (taken.taken or taken.unchanged):
            self._note(path.name, content, taken)
            return Handled(path.name, "taken", taken, problems, self._move(path, TAKEN, problems))
        problems = problems or [Fault("no_usable_row", file=path.name)]
        return Handled(path.name, "refused", taken, problems, self._move(path, REFUSED, problems))

    def _note(self, name: str, content: str, taken: Taken) -> None:
        """Write down that this content was taken, so that it lasts, before the file is moved."""
        line = {
            "at": now_in_vietnam().isoformat(),
            "file": name,
            "taken": taken.taken,
            "unchanged": taken.unchanged,
            "set_aside": taken.set_aside,
            "content": content,
            "way": self.way,
        }
        diary = self.folder / TAKEN / DIARY
        diary.parent.mkdir(exist_ok=True)
        with diary.open("ab") as file:
            # Begin on a line of its own: a killed process may have left half a line.
            file.write(b"\n" + json.dumps(line, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        if not taken.set_aside:
            self.known.add(content)

    def _move(self, path: Path, where: str, problems: list[Fault]) -> Path:
        """Move a file, after the text of its problems."""
        target = self._free(where, path.name)
        if problems:
            # The byte-order mark makes old editors on Windows show Vietnamese.
            said = target.with_name(target.name + REASONS)
            said.write_text(_said(path.name, where, problems), encoding="utf-8-sig")
        return path.rename(target)

    def _free(self, where: str, name: str) -> Path:
        """The path in a folder for a file of this name; where it is taken, with a number."""
        (self.folder / where).mkdir(exist_ok=True)
        target, number = self.folder / where / name, 1
        while target.exists():
            number += 1
            target = target.with_name(f"{Path(name).stem} ({number}){Path(name).suffix}")
        return target


def _said(name: str, where: str, problems: list[Fault]) -> str:
    first = "không nhận được gì" if where == REFUSED else "đã nhận, trừ những dòng sau"
    lines = [f"{name}: {first}", "", *(p.text("vi") for p in problems[:MOST_TOLD])]
    if len(problems) > MOST_TOLD:
        lines.append(f"… và {len(problems) - MOST_TOLD} lỗi nữa")
    return "\n".join(lines) + "\n"


def _diary(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue  # empty, or left unfinished by a killed process
        if isinstance(found, dict) and {"content", "way", "set_aside"} <= found.keys():
            yield found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
