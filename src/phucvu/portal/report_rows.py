"""All rows of a report from the archive, and the numbers in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from phucvu.figures.table import LARGEST
from phucvu.portal.archive import Archive
from phucvu.portal.reports import CATALOGUE, label
from phucvu.portal.response_pages import BadAnswerError, read_page
from phucvu.problems import Both, Fault


@dataclass(frozen=True)
class Rows:
    """A report: the row of the unit asked about, and the others, each once.

    ``whole`` says whether every page could be used.
    """

    own: dict[str, Any]
    others: list[dict[str, Any]]
    whole: bool


def all_rows(archive: Archive, report: str, problems: list[Fault]) -> Rows | None:
    """The rows of all pages; None where not even the first can be used.

    Adds at most one problem: the first page that is missing or cannot be used, or rows that are fewer
    than the portal says.
    """
    place = label(report, archive.root)
    own: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    fault: Fault | None = Fault("report_not_fetched", file=place)
    for number, answer in enumerate(archive.answers(report), 1):
        if answer["fault"]:
            reason = Both(answer["fault"]["vi"], answer["fault"]["en"])
            fault = Fault("portal_refuses", file=place, reason=reason)
            break
        body = archive.body(answer)
        if body is None:
            fault = Fault("kept_file_damaged", file=place)
            break
        try:
            page = read_page(report, body)
        except BadAnswerError as error:
            fault = Fault("portal_refuses", file=place, reason=Both(error.vi, error.en))
            break
        own = own or page.own
        rows += page.rows
        if page.has_next(number):
            fault = Fault("pages_missing", file=place, count=number)
        elif page.total is not None and page.total != len(rows):
            fault = Fault("rows_missing", file=place, total=page.total, count=len(rows))
        else:
            fault = None
    if fault:
        problems.append(fault)
    if not rows and not own and fault:
        return None
    identity = "id" if report == CATALOGUE else "departmentId"
    once = {str(row.get(identity)): row for row in reversed(rows)}
    return Rows(own, list(reversed(once.values())), whole=fault is None)


def number(place: str, row: dict[str, Any], name: str, problems: list[Fault]) -> float | None:
    """A number or null of a row; anything else is a problem and counts as null."""
    value = row.get(name)
    if value is None or _is_number(value):
        return value
    problems.append(_unusable(place, name, value))
    return None


def whole(place: str, row: dict[str, Any], name: str, problems: list[Fault], field: str = "") -> int | None:
    """A count or null of a row; anything else is a problem and counts as null.

    ``field`` is what problems call the field, if not by its name.
    """
    value = row.get(name)
    if value is None:
        return None
    if _is_number(value) and value == int(value) and 0 <= value <= LARGEST:
        return int(value)
    problems.append(_unusable(place, field or name, value))
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _unusable(place: str, name: str, value: Any) -> Fault:
    shown = repr(value)[:60]
    return Fault("not_a_usable_number", file=place, field=name, value=shown)
