"""What a watched folder holds that was not taken: kept in the home, so that the site can tell of it.

Each folder has one small file under ``watched``, which the process that watches it writes anew when
something changes; so it tells of a file until that is gone or mended.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pyarrow.fs

from phucvu.problems import Fault
from phucvu.records.places import at_home, opened

FOLDER = "watched"


@dataclass(frozen=True)
class Notice:
    """A file or folder that lies in a watched folder and is not taken, and why: the fault's code and words.

    ``sender`` is the unit that the folder's files come from, where that was said; ``since`` is when this
    was first seen (Vietnam's time).
    """

    folder: str
    name: str
    code: str
    vi: str
    en: str
    sender: str | None
    since: dt.datetime


def save(home: str, folder: str, sender: str | None, found: Sequence[Fault], now: dt.datetime) -> None:
    """Tell of what lies in a folder, in place of what was told before; since when is kept."""
    with at_home(home):
        system, place = opened(home)
        mark = hashlib.sha256(folder.encode(errors="backslashreplace")).hexdigest()[:16]
        path = f"{place}/{FOLDER}/{mark}.json"
        before = {(n.name, n.code): n.since for n in _read(system, path)}
        if not found and not before:
            return
        notices = [
            Notice(folder, p.file, p.code, p.vi, p.en, sender, before.get((_readable(p.file), p.code), now))
            for p in found
        ]
        said = json.dumps([asdict(n) for n in notices], default=str, ensure_ascii=True)
        system.create_dir(f"{place}/{FOLDER}", recursive=True)
        with system.open_output_stream(path) as file:
            file.write(said.encode())


def load(home: str) -> list[Notice]:
    """What all watched folders hold that was not taken, the oldest first."""
    with at_home(home):
        system, place = opened(home)
        listed = system.get_file_info(pyarrow.fs.FileSelector(f"{place}/{FOLDER}", allow_not_found=True))
        found = [n for f in listed if f.extension == "json" for n in _read(system, f.path)]
        return sorted(found, key=lambda n: (n.since, n.folder, n.name))


def _read(system: pyarrow.fs.FileSystem, path: str) -> list[Notice]:
    """The notices in a file; none where it is not there, or is being written."""
    if system.get_file_info(path).type != pyarrow.fs.FileType.File:
        return []
    with system.open_input_stream(path) as file:
        try:
            said = json.loads(file.read())
        except ValueError:
            return []
    return [
        Notice(
            _readable(row["folder"]),
            _readable(row["name"]),
            row.get("code", ""),  # a file written before codes were kept has none
            row["vi"],
            row["en"],
            row["sender"],
            dt.datetime.fromisoformat(row["since"]),
        )
        for row in said
    ]


def _readable(name: str) -> str:
    """A name as a page can show it: a file system may hold names that are no text."""
    return name.encode(errors="backslashreplace").decode()
