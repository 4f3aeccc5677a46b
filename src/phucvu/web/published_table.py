"""The table of what the portal published of a unit, beside its own count: its parts, changes and marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from phucvu.formats import day
from phucvu.published.daily_results import TOTAL, Since
from phucvu.web.boards import Board, Mark, Standing
from phucvu.web.language import _, language
from phucvu.web.page import to
from phucvu.web.published_marks import PublishedMark
from phucvu.web.published_words import in_words, of_published

ORDER = ("before", "month", "year", "day")


@dataclass(frozen=True)
class Compared:
    """A column of changes: since which day, and whether the two days are not like with like."""

    name: str
    heading: str
    not_alike: bool


@dataclass(frozen=True)
class Row:
    """A part: what was published of it, the own count where there is one, and its changes by column."""

    part: str
    name: str
    mark: PublishedMark
    own: Mark | None
    changes: list[tuple[Compared, Since | None]]

    @property
    def apart(self) -> Decimal | None:
        """The own count less what was published, in points."""
        if self.own is None or self.own.score is None or self.mark.place.score is None:
            return None
        return self.own.score - self.mark.place.score


@dataclass(frozen=True)
class PublishedTable:
    """Everything that a page shows of it."""

    sentence: str
    columns: Sequence[Compared]
    rows: Sequence[Row]
    counted: bool
    marks: Sequence[str]
    """What the portal changed in its formula between the days compared, in words."""
    days: str
    """The address of the page of all days."""


def published_table(board: Board, standing: Standing, counted: bool) -> PublishedTable | None:
    """The table of a unit; None where nothing was published. ``counted``: the own count stands beside it."""
    known = standing.published
    if TOTAL not in known:
        return None
    total = known[TOTAL]
    # Where the day before is also that of a month before, it is said once.
    by_day = {total.since[name].day: name for name in reversed(ORDER) if name in total.since}
    columns = [
        Compared(name, _headings(total.since[name])[name], bool(total.since[name].not_alike))
        for name in ORDER
        if name in by_day.values()
    ]
    parts = [(TOTAL, _("Tổng điểm"))]
    parts += [(group.id, group.name[language()]) for group in board.rules.groups]
    rows = [
        Row(
            part,
            name,
            known[part],
            standing.mark(part) if counted else None,
            [(column, known[part].since.get(column.name)) for column in columns],
        )
        for part, name in parts
        if part in known
    ]
    noted = dict.fromkeys(n for since in total.since.values() for n in map(in_words, since.not_alike))
    days = to("unit-days", standing.unit.code, board=board)
    return PublishedTable(of_published(board, standing), columns, rows, counted, list(noted), days)


def _headings(since: Since) -> dict[str, str]:
    of = {"day": day(since.day)}
    return {
        "before": _("So với ngày %(day)s") % of,
        "month": _("So với tháng trước (%(day)s)") % of,
        "year": _("So với năm trước (%(day)s)") % of,
        "day": _("So với ngày đã chọn (%(day)s)") % of,
    }
