"""All rows of a report from the archive, and the numbers in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from phucvu.figures.table import LARGEST
from phucvu.portal.archive import Archive
from phucvu.portal.reports import CATALOGUE, label
from phucvu.portal.response_pages import read_page
from phucvu.problems import Fault, Problem


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
    fault: tuple[str, str] | None = "chưa lấy", "not fetched yet"
    for number, answer in enumerate(archive.answers(report), 1):
        if answer["fault"]:
            fault = answer["fault"]["vi"], answer["fault"]["en"]
            break
        body = archive.body(answer)
        if body is None:
            fault = "tệp đã giữ bị hỏng", "the file kept is damaged"
            break
        page = read_page(report, body)
        own = own or page.own
        rows += page.rows
        if page.has_next(number):
            fault = f"mới lấy {number} trang", f"only {number} pages fetched"
        elif page.total is not None and page.total != len(rows):
            fault = (
                f"Cổng báo có {page.total} dòng nhưng trả {len(rows)}",
                f"the portal speaks of {page.total} rows but gave {len(rows)}",
            )
        else:
            fault = None
    if fault:
        problems.append(Problem(*fault, file=place))
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
    return Problem(f"{shown} không phải số dùng được", f"{shown} is not a usable number", place, field=name)
