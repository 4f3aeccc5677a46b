"""Fetching the published results of a unit and those below it, or of the provinces."""

from __future__ import annotations

import datetime as dt
import fcntl
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from phucvu.figures.periods import Period, now_in_vietnam
from phucvu.portal.archive import Archive
from phucvu.portal.client import PAUSE, TIMEOUT, Portal, RefusedError, portal_address
from phucvu.portal.published_results import Pulled, read
from phucvu.portal.reports import CATALOGUE, PROVINCES, REPORTS, RESULTS, label, path, payload
from phucvu.portal.response_pages import BadAnswerError, Page, read_page
from phucvu.problems import Both, Fault, UnusableError

Progress = Callable[[str, int, int], None]
"""Called after each answer with the report's name, how many answers there are, and how many are
expected so far (more become known with the first page of a report)."""


def pull(
    home: Path,
    period: Period,
    *,
    root: str | None = None,
    address: str | None = None,
    catalogue: bool = True,
    pause: float = PAUSE,
    timeout: float = TIMEOUT,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Pulled:
    """Fetch all reports of a period and read them.

    ``root`` is the code of a province, for it and the units below it; None for all provinces.
    ``address`` is the portal's, else the environment says it (see ``portal_address``). ``pause`` and
    ``timeout`` are seconds. ``catalogue`` False leaves out the procedures: they are the same for every
    root and period, and some sixty requests. The answers are kept under ``home``; a pull of the last
    24 hours that was interrupted, or got answers it could not use, goes on where it stopped.

    An answer that cannot be used is one problem of the result, and the rest is done. Raises
    UnusableError where nothing can be done: no address, an unknown root or period, another pull
    running, no service-results, or a refusal (403, 429), after which nothing more is asked.
    """
    address = portal_address(address)
    payload(RESULTS, period, None, 1)
    if root is not None and not re.fullmatch(r"[A-Z]\d+(\.\d+)*", root):
        raise UnusableError(Fault("portal_unit_wrong", root=root))
    with _alone(home):
        archive = Archive.begin(home, root, period, address, now or now_in_vietnam())
        archive.about["catalogue"] = catalogue
        with Portal(address, pause, timeout) as portal:
            _fetch(_Asker(archive, portal, period, progress))
        if not any(a["fault"] for a in archive.about["answers"]):
            archive.about["finished"] = now_in_vietnam().isoformat()
            archive.write()
        return read(archive.folder)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """A lock of the home: two pulls at once would be two requests at once."""
    (home / "portal").mkdir(parents=True, exist_ok=True)
    with (home / "portal" / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UnusableError(Fault("pull_running")) from error
        yield


class _Asker:
    """Asks for the pages that are not in the archive yet."""

    def __init__(self, archive: Archive, portal: Portal, period: Period, progress: Progress | None) -> None:
        self.archive = archive
        self.portal = portal
        self.period = period
        self.progress = progress
        self.done = 0
        self.expected = 1

    def pages(self, report: str, root: str | None) -> list[Page]:
        """All pages of a report up to the first that cannot be used."""
        found: list[Page] = []
        while (page := self._page(report, root, len(found) + 1)) is not None:
            found.append(page)
            more = page.has_next(len(found))
            if len(found) == 1 and more:
                self.expected += (page.pages or 2) - 1
            self.done += 1
            if self.progress:
                self.progress(report, self.done, max(self.done, self.expected))
            if not more:
                break
        return found

    def _page(self, report: str, root: str | None, number: int) -> Page | None:
        asked = payload(report, self.period, root, number)
        body = self.archive.usable(report, number, asked)
        if body is not None:
            return read_page(report, body)
        url = self.portal.address + path(report)
        try:
            answer = self.portal.ask(path(report), asked)
        except RefusedError as refusal:
            self.archive.keep(
                report, number, url, asked, refusal.status, refusal.body, refusal.fault, now_in_vietnam()
            )
            raise _refused(refusal, self.archive, report) from refusal
        page, fault = None, answer.fault
        if fault is None and answer.body is not None:
            try:
                page = read_page(report, answer.body)
            except BadAnswerError as error:
                fault = error
        self.archive.keep(report, number, url, asked, answer.status, answer.body, fault, now_in_vietnam())
        return page


def _fetch(asker: _Asker) -> None:
    archive = asker.archive
    reports = [r.name for r in REPORTS]
    asker.expected = 1 + len(reports) + (archive.root is not None) + bool(archive.about["catalogue"])
    provinces = asker.pages(PROVINCES, None)
    if not provinces:
        raise UnusableError(_fault(archive, PROVINCES))
    root_id = None
    if archive.root is not None:
        ids = {r.get("departmentCode"): r.get("departmentId") for p in provinces for r in p.rows}
        root_id = ids.get(archive.root)
        if not root_id:
            known = ", ".join(sorted(code for code in ids if code))
            raise UnusableError(Fault("portal_province_unknown", root=archive.root, known=known))
        if not asker.pages(RESULTS, root_id):
            raise UnusableError(_fault(archive, RESULTS))
    for report in reports:
        asker.pages(report, root_id)
    if archive.about["catalogue"]:
        asker.pages(CATALOGUE, None)


def _fault(archive: Archive, report: str) -> Fault:
    fault = archive.answers(report)[0]["fault"]
    reason = Both(fault["vi"], fault["en"])
    return Fault("portal_refuses", file=label(report, archive.root), reason=reason)


def _refused(refusal: RefusedError, archive: Archive, report: str) -> UnusableError:
    whole = sum(not a["fault"] for a in archive.about["answers"])
    reason = Both(refusal.fault.vi, refusal.fault.en)
    place = label(report, archive.root)
    return UnusableError(Fault("portal_refuses_for_now", file=place, reason=reason, kept=whole))
