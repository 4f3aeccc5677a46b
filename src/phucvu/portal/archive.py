"""The portal's answers as they came: a folder for each pull, with a manifest.

``HOME/portal/<root>/<period>/<began>/`` holds ``<report>-<page>.json.gz`` and ``manifest.json``. An
answer is written before the manifest names it, and the manifest is replaced in one step, so that a
pull which is killed leaves only what it has whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from phucvu.figures.periods import Period
from phucvu.portal.response_pages import BadAnswerError
from phucvu.problems import Fault, UnusableError

NATION = "nation"
"""The folder of pulls without a root."""

PROCEDURES = "procedures"
"""The folder of pulls that are of one procedure each; below it one for each code."""

MANIFEST = "manifest.json"

RESUME_WITHIN = dt.timedelta(hours=24)
"""An unfinished pull older than this is left as it is: its figures and new ones would not belong
together."""


class Archive:
    """The answers of one pull.

    ``about`` is the manifest: root, period, procedure, address, began, catalogue (whether it was asked for),
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
            about = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            archive = cls(folder, {"procedure": None} | about)
            archive.check()
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise UnusableError(Fault("no_pulled_results", file=str(folder))) from error
        return archive

    def check(self) -> None:
        """Raises UnusableError, ValueError, TypeError or KeyError where the manifest lacks something."""
        Period.parse(self.about["period"])
        dt.datetime.fromisoformat(self.about["began"])
        _values(self.about, "root", "finished", "catalogue")
        for answer in self.about["answers"]:
            _values(answer, "report", "payload", "sha256", "file", "fault")
            int(answer["page"])
            if answer["fault"]:
                _values(answer["fault"], "vi", "en")

    @classmethod
    def begin(
        cls,
        home: Path,
        root: str | None,
        period: Period,
        address: str,
        now: dt.datetime,
        procedure: str | None = None,
    ) -> Archive:
        """The pull to go on with if one was left unfinished, else a new one."""
        of_root = Path(root or NATION, str(period))
        above = home / "portal" / (Path(PROCEDURES, procedure, of_root) if procedure else of_root)
        last = next(_pulls(above), None)
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
            "procedure": procedure,
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

    @property
    def procedure(self) -> str | None:
        """The code of the procedure that the results are of; None for those of all procedures."""
        code: str | None = self.about["procedure"]
        return code

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


class PullRunningError(UnusableError):
    """Another process pulls into the same home."""


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """A lock of the home: two pulls at once would be two requests at once."""
    (home / "portal").mkdir(parents=True, exist_ok=True)
    with (home / "portal" / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PullRunningError(Fault("pull_running")) from error
        yield


def _values(of: dict[str, Any], *names: str) -> list[Any]:
    return [of[name] for name in names]


def manifests(home: Path) -> list[Path]:
    """The folders of all pulls of a home, in the order in which those of a root and period began."""
    kept = home / "portal"
    found = [*kept.glob(f"*/*/*/{MANIFEST}"), *kept.glob(f"{PROCEDURES}/*/*/*/*/{MANIFEST}")]
    return sorted(manifest.parent for manifest in found)


def _pulls(above: Path) -> Iterator[Archive]:
    """The pulls of one root and period, newest first; without those that cannot be read."""
    for manifest in sorted(above.glob(f"*/{MANIFEST}"), reverse=True):
        with contextlib.suppress(UnusableError):  # ``daily_table.take_in`` names them
            yield Archive.open(manifest.parent)


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even when the power fails."""
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
