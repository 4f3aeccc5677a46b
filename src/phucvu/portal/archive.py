"""The portal's answers as they came: a folder for each pull, with a manifest.

``HOME/portal/<root>/<period>/<began>/`` holds ``<report>-<page>.json.gz`` and ``manifest.json``. An
answer is written before the manifest names it, and the manifest is replaced in one step, so that a
pull which is killed leaves only what it has whole.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from phucvu.figures.periods import Period
from phucvu.portal.response_pages import BadAnswerError
from phucvu.problems import Fault, UnusableError

NATION = "nation"
"""The folder of pulls without a root."""

MANIFEST = "manifest.json"

RESUME_WITHIN = dt.timedelta(hours=24)
"""An unfinished pull older than this is left as it is: its figures and new ones would not belong
together."""


class Archive:
    """The answers of one pull.

    ``about`` is the manifest: root, period, address, began, catalogue (whether it was asked for),
    finished (or null) and the list answers, each with report, page, url, payload, status, fetched_at,
    sha256 (of the body), file, and fault where it cannot be used.
    """

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self.folder = folder
        self.about = about

    @classmethod
    def open(cls, folder: Path) -> Archive:
        """A pull made before. Raises UnusableError if the folder is none."""
        try:
            return cls(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise UnusableError(Fault("no_pulled_results", file=str(folder))) from error

    @classmethod
    def begin(cls, home: Path, root: str | None, period: Period, address: str, now: dt.datetime) -> Archive:
        """The pull to go on with if one was left unfinished, else a new one."""
        above = home / "portal" / (root or NATION) / str(period)
        last = next(iter(_pulls(above)), None)
        if last and not last.about["finished"] and last.about["address"] == address:
            age = now - last.began
            if dt.timedelta(0) <= age < RESUME_WITHIN:
                return last
        name = f"{now:%Y%m%dT%H%M%S}"
        while (above / name).exists():
            name += "+"
        (above / name).mkdir(parents=True)
        about: dict[str, Any] = {
            "root": root,
            "period": str(period),
            "address": address,
            "began": now.isoformat(),
            "catalogue": True,
            "finished": None,
            "answers": [],
        }
        archive = cls(above / name, about)
        archive.write()
        return archive

    @property
    def began(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.about["began"])

    @property
    def root(self) -> str | None:
        root: str | None = self.about["root"]
        return root

    def answers(self, report: str) -> list[dict[str, Any]]:
        """What the manifest says of a report's answers, by page."""
        found = [a for a in self.about["answers"] if a["report"] == report]
        return sorted(found, key=lambda a: int(a["page"]))

    def body(self, answer: dict[str, Any]) -> bytes | None:
        """The body of an answer as it came; None if it is not there whole."""
        try:
            content = gzip.decompress((self.folder / answer["file"]).read_bytes())
        except (OSError, EOFError, TypeError):
            return None
        return content if hashlib.sha256(content).hexdigest() == answer["sha256"] else None

    def usable(self, report: str, page: int, payload: dict[str, Any]) -> bytes | None:
        """The body of an answer that need not be asked for again."""
        for answer in self.answers(report):
            if answer["page"] == page and answer["payload"] == payload and not answer["fault"]:
                return self.body(answer)
        return None

    def keep(
        self,
        report: str,
        page: int,
        url: str,
        payload: dict[str, Any],
        status: int | None,
        body: bytes | None,
        fault: BadAnswerError | None,
        now: dt.datetime,
    ) -> None:
        """Write down an answer; status and body are None where none came."""
        file = None
        if body is not None:
            file = f"{report}-{page}.json.gz"
            _replace(self.folder / file, gzip.compress(body, mtime=0))
        others = [a for a in self.about["answers"] if (a["report"], a["page"]) != (report, page)]
        self.about["answers"] = [
            *others,
            {
                "report": report,
                "page": page,
                "url": url,
                "payload": payload,
                "status": status,
                "fetched_at": now.isoformat(),
                "sha256": hashlib.sha256(body).hexdigest() if body is not None else None,
                "file": file,
                "fault": {"vi": fault.vi, "en": fault.en} if fault else None,
            },
        ]
        self.write()

    def write(self) -> None:
        text = json.dumps(self.about, ensure_ascii=False, indent=1)
        _replace(self.folder / MANIFEST, text.encode())


def newest(home: Path) -> dict[tuple[str | None, Period], Path]:
    """The folder of the newest finished pull of each root (None: the nation) and period."""
    found: dict[tuple[str | None, Period], Path] = {}
    for above in sorted((home / "portal").glob("*/*")):
        for archive in _pulls(above):
            if archive.about["finished"]:
                found[archive.root, Period.parse(archive.about["period"])] = archive.folder
                break
    return found


def _pulls(above: Path) -> list[Archive]:
    """The pulls of one root and period, newest first."""
    return [Archive.open(m.parent) for m in sorted(above.glob(f"*/{MANIFEST}"), reverse=True)]


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even when the power fails."""
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
