"""The table of what the portal published of a unit, beside its own count: its parts, changes and marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from phucvu.formats import change, day, points
from phucvu.published.daily_results import TOTAL, NotAlike, Since
from phucvu.web.boards import Board, Mark, Standing
from phucvu.web.language import _, language
from phucvu.web.page import to
from phucvu.web.published_marks import PublishedMark
from phucvu.web.sentences import called, kinds

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


def of_published(board: Board, standing: Standing) -> str:
    """What the portal published of a unit, in a sentence; empty where nothing is known."""
    total = standing.published.get(TOTAL)
    if total is None or total.place.score is None:
        return ""
    lang, place = language(), total.place
    sentence = _("Cổng DVCQG, ngày %(day)s: %(score)s điểm") % {
        "day": day(place.day),
        "score": points(total.place.score, lang),
    }
    if place.rank is not None:
        said = _(", hạng %(rank)s/%(ranked)s %(kinds)s%(of)s")
        sentence += said % {
            "rank": place.rank,
            "ranked": place.ranked,
            "kinds": kinds(standing.unit.kind),
            "of": _of(board, standing),
        }
    for name in ("before", "month", "year"):
        if name in total.since:
            sentence += f"; {_change_since(total.since[name])}"
            break
    return sentence + "."


def in_words(one: NotAlike) -> str:
    """What the portal changed in its formula, and from when."""
    said = _("Từ ngày %(day)s, điểm chỉ số %(indicator)s trên Cổng không còn theo cách tính trước (%(what)s)")
    return said % {"day": day(one.since), "indicator": one.indicator, "what": one.words[language()]}


def _of(board: Board, standing: Standing) -> str:
    if standing.unit.kind == "province":
        return _(" cả nước")
    parent = board.units.get(standing.unit.parent)
    return _(" của %(parent)s") % {"parent": called(parent)} if parent else ""


def _headings(since: Since) -> dict[str, str]:
    of = {"day": day(since.day)}
    return {
        "before": _("So với ngày %(day)s") % of,
        "month": _("So với tháng trước (%(day)s)") % of,
        "year": _("So với năm trước (%(day)s)") % of,
        "day": _("So với ngày đã chọn (%(day)s)") % of,
    }


def _change_since(since: Since) -> str:
    lang = language()
    parts = list(_sizes(since, lang))
    said = _("so với ngày %(day)s: %(changes)s") % {
        "day": day(since.day),
        "changes": ", ".join(parts) or _("chưa biết thay đổi"),
    }
    return said + (_(" (không cùng cách chấm)") if since.not_alike else "")


def _sizes(since: Since, lang: str) -> Iterator[str]:
    if since.score_change is not None:
        size = change(since.score_change, lang).replace(" ", "\u00a0")
        yield _("%(change)s điểm") % {"change": size} if since.score_change else _("điểm không đổi")
    if since.rank_change is not None:
        size = change(since.rank_change, lang).replace(" ", "\u00a0")
        yield _("%(change)s bậc") % {"change": size} if since.rank_change else _("hạng không đổi")
