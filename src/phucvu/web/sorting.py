"""The heading of a column that a table can be sorted by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading, and the link that sorts by its column."""

    name: str
    link: str
    sorted: str
    """asc or desc where the table is sorted by it, else empty."""

    @property
    def aria(self) -> str:
        return {"asc": "ascending", "desc": "descending"}.get(self.sorted, "none")
