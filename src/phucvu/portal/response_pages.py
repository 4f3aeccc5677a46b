"""One answer of the portal: its envelope, its rows, and how many pages there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from phucvu.portal.reports import CATALOGUE, PAGE_SIZE, PROVINCES, REPORTS, RESULTS

WHERE = {r.name: (r.own, r.others) for r in REPORTS} | {
    RESULTS: ("overview", "evaluation"),
    PROVINCES: ("overview", "evaluation"),
    CATALOGUE: ("", "items"),
}


class BadAnswerError(Exception):
    """An answer that cannot be used, with the reason in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        self.vi, self.en = vi, en
        super().__init__(en)


@dataclass(frozen=True)
class Page:
    """A page of a report: the row of the unit asked about, and the rows of this page.

    ``pages`` and ``total`` (rows) are what the portal says of the whole; None where it says nothing.
    """

    own: dict[str, Any]
    rows: list[dict[str, Any]]
    pages: int | None
    total: int | None

    def has_next(self, number: int) -> bool:
        """Whether to ask for the page after this one, the ``number``-th.

        The tree reports say nothing of pages and give all rows at once; should they begin to give
        pages, a full one is followed by another.
        """
        if self.pages is not None:
            return number < self.pages and bool(self.rows)
        return len(self.rows) == PAGE_SIZE


def read_page(report: str, content: bytes) -> Page:
    """The page in the body of an answer; raises BadAnswerError."""
    try:
        envelope = json.loads(content)
    except (ValueError, RecursionError) as error:
        start = content[:60].decode(errors="replace")
        raise BadAnswerError(
            f"câu trả lời không phải JSON: {start!r}", f"the answer is not JSON: {start!r}"
        ) from error
    if not isinstance(envelope, dict) or envelope.get("code") != "OK":
        code, message = (
            (envelope.get("code"), envelope.get("message")) if isinstance(envelope, dict) else (None, None)
        )
        raise BadAnswerError(
            f"Cổng trả lời mã {code!r}: {message!r}", f"the portal answers with code {code!r}: {message!r}"
        )
    own_key, rows_key = WHERE[report]
    data = envelope.get("data")
    rows = data.get(rows_key) if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise BadAnswerError(
            f"câu trả lời không có danh sách data.{rows_key}", f"the answer has no list data.{rows_key}"
        )
    own, paging = data.get(own_key), data.get("pagination")
    paging = paging if isinstance(paging, dict) else {}
    return Page(
        own if isinstance(own, dict) else {}, rows, _count(paging, "totalPages"), _count(paging, "total")
    )


def _count(paging: dict[str, Any], name: str) -> int | None:
    value = paging.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
