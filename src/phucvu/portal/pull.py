"""Fetching the published results of a unit and those below it, or of the provinces."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from phucvu.figures.periods import Period, now_in_vietnam
from phucvu.portal.archive import Archive, alone
from phucvu.portal.client import PAUSE, TIMEOUT, Portal, RefusedError, portal_address
from phucvu.portal.daily_table import take_in
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
    procedure: str | None = None,
    address: str | None = None,
    catalogue: bool = True,
    pause: float = PAUSE,
    timeout: float = TIMEOUT,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Pulled:
    """Fetch all reports of a period, read them, and put them into the home's table of days.

    ``root`` is the code of a province, for it and the units below it; None for all provinces. ``procedure``
    is the code of the one procedure whose results are asked for, by the portal's own filter.
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
    if procedure is not None and not re.fullmatch(r"[0-9][0-9.]{0,29}", procedure):
        raise UnusableError(Fault("portal_procedure_wrong", procedure=procedure))
    moment = now or now_in_vietnam()
    with alone(home):
        archive = Archive.begin(home, root, period, address, moment, procedure)
        archive.about["catalogue"] = catalogue and procedure is None
        with Portal(address, pause, timeout) as portal:
            _fetch(_Asker(archive, portal, period, progress))
        if not any(a["fault"] for a in archive.about["answers"]):
            archive.about["finished"] = now_in_vietnam().isoformat()
            archive.write()
        pulled = read(archive.folder)
        return replace(pulled, problems=[*pulled.problems, *take_in(home, moment)])


class _Asker:
    """Asks for the pages that are not in the archive yet."""

    def __init__(self, archive: Archive, portal: Portal, period: Period, progress: Progress | None) -> None:
        self.archive = archive
        self.portal = portal
        self.period = period
        self.progress = progress
        self.done = 0
        self.expected = 1

    def pages(self, report: str, root: str | None, formality: str | None = None) -> list[Page]:
        """All pages of a report up to the first that cannot be used."""
        found: list[Page] = []
        while (page := self._page(report, root, len(found) + 1, formality)) is not None:
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

    def _page(self, report: str, root: str | None, number: int, formality: str | None) -> Page | None:
        asked = payload(report, self.period, root, number, formality)
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
    formality = None if archive.procedure is None else _formality(asker, archive.procedure)
    provinces = asker.pages(PROVINCES, None, formality)
    if not provinces:
        raise UnusableError(_fault(archive, PROVINCES))
    root_id = None
    if archive.root is not None:
        ids = {r.get("departmentCode"): r.get("departmentId") for p in provinces for r in p.rows}
        root_id = ids.get(archive.root)
        if not root_id:
            known = ", ".join(sorted(code for code in ids if code))
            raise UnusableError(Fault("portal_province_unknown", root=archive.root, known=known))
        if not asker.pages(RESULTS, root_id, formality):
            raise UnusableError(_fault(archive, RESULTS))
    for report in reports:
        asker.pages(report, root_id, formality)
    if archive.about["catalogue"]:
        asker.pages(CATALOGUE, None)


def _formality(asker: _Asker, procedure: str) -> str:
    """The portal's id of a procedure, which its catalogue says."""
    for page in asker.pages(CATALOGUE, None, procedure):
        for row in page.rows:
            if row.get("code") == procedure and row.get("id"):
                return str(row["id"])
    if any(answer["fault"] for answer in asker.archive.answers(CATALOGUE)):
        raise UnusableError(_fault(asker.archive, CATALOGUE))
    raise UnusableError(Fault("portal_procedure_unknown", procedure=procedure))


def _fault(archive: Archive, report: str) -> Fault:
    fault = archive.answers(report)[0]["fault"]
    reason = Both(fault["vi"], fault["en"])
    return Fault("portal_refuses", file=label(report, archive.root), reason=reason)


def _refused(refusal: RefusedError, archive: Archive, report: str) -> UnusableError:
    whole = sum(not a["fault"] for a in archive.about["answers"])
    reason = Both(refusal.fault.vi, refusal.fault.en)
    place = label(report, archive.root)
    return UnusableError(Fault("portal_refuses_for_now", file=place, reason=reason, kept=whole))
