"""Procedures: how many dossiers each had, how long they took and how many were on time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils.translation import ngettext

from phucvu import formats
from phucvu.figures.units import Unit
from phucvu.web import procedure_counts, results
from phucvu.web.boards import Board
from phucvu.web.embedding import embed
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.preview import Preview
from phucvu.web.procedure_counts import Counts
from phucvu.web.procedure_scores import scores_of
from phucvu.web.published_words import in_brief
from phucvu.web.ranking import asked_order
from phucvu.web.sentences import called, of_all, of_procedure
from phucvu.web.sorting import Heading

A_PAGE = 100
"""Procedures on a page; the data behind it have them all."""

KEYS: dict[str, Callable[[Counts], Any]] = {
    "received": lambda counts: counts.received,
    "finished": lambda counts: counts.finished,
    "on_time": lambda counts: counts.on_time_share,
    "average_days": lambda counts: counts.average_days,
    "median_days": lambda counts: counts.median_days,
}


@dataclass(frozen=True)
class Column(Heading):
    """A column that can be sorted by."""

    key: str


def every(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    unit = asked_unit(request, board)
    found = listed(board, unit)
    names = results.procedure_names()
    key, order = _asked_sort(request)
    rows = in_order(found or [], key, order)
    number, pages = _asked_page(request, len(rows))
    query = f"within={unit.code}" if unit and request.GET.get("within") else ""
    sorting = "&".join(filter(None, [query, f"sort={key}&order={order}"]))
    shown = rows[(number - 1) * A_PAGE : number * A_PAGE]
    context = {
        "counted": found is not None,
        "unit": unit,
        "sentence": of_procedures(rows),
        "embed": embed(request, "embed-procedures", title=_("Thủ tục hành chính"), height=640, query=query),
        "headings": _headings(board, key, order, "procedures", (), query),
        "rows": [
            (row, names.get(row.procedure, ""), to("procedure", row.procedure, board=board, query=query))
            for row in shown
        ],
        "number": number,
        "pages": pages,
        "before": to("procedures", board=board, query=f"{sorting}&page={number - 1}") if number > 1 else "",
        "after": to("procedures", board=board, query=f"{sorting}&page={number + 1}")
        if number < pages
        else "",
    }
    data = [procedure_counts.as_data(row, names.get(row.procedure, "")) for row in rows]
    preview = Preview(_("Thủ tục hành chính"), of_procedures(rows))
    about = {"unit": unit.code if unit else None, "procedures": data}
    return respond(request, Page("procedures.html", context, about, data, board, preview), form)


def listed(board: Board, unit: Unit | None) -> list[Counts] | None:
    """Every procedure of a unit, or of all units together; None where procedures are not counted."""
    table = procedure_counts.counted(board.result.period)
    if table is None:
        return None
    return (
        procedure_counts.over(table, _roots(board))
        if unit is None
        else procedure_counts.of_unit(table, unit.code)
    )


def of_procedures(rows: Collection[Counts]) -> str:
    """How many procedures had dossiers, and how many dossiers."""
    said: str = ngettext(
        "%(count)s thủ tục hành chính có hồ sơ trong kỳ, %(dossiers)s hồ sơ tiếp nhận.",
        "%(count)s thủ tục hành chính có hồ sơ trong kỳ, %(dossiers)s hồ sơ tiếp nhận.",
        len(rows),
    )
    return said % {
        "count": formats.whole(len(rows), language()),
        "dossiers": formats.whole(sum(row.received for row in rows), language()),
    }


@dataclass(frozen=True)
class One:
    """A procedure in the unit asked for: its dossiers there (``whole``) and in the others ``by_unit``.

    ``query`` asks for the same unit again.
    """

    code: str
    name: str
    unit: Unit | None
    whole: Counts | None
    by_unit: dict[str, Counts]
    said: str
    query: str


def one(request: Any, board: Board, code: str) -> One:
    """The procedure that an address asks for; raises Http404 where it is not known."""
    names = results.procedure_names()
    table = procedure_counts.counted(board.result.period)
    own = None if table is None else table.filter(pl.col("procedure") == code)
    by_unit = {} if own is None else procedure_counts.by_unit(own)
    if code not in names and not by_unit:
        raise Http404(_("Không có thủ tục %(code)s.") % {"code": code[:60]})
    unit = asked_unit(request, board)
    if unit is not None:
        whole = by_unit.get(unit.code)
    else:
        whole = next(iter(procedure_counts.over(own, _roots(board))), None) if own is not None else None
    said = _("Kỳ này không có hồ sơ nào của thủ tục này.")
    if whole:
        said = of_procedure(whole, called(unit) if unit else of_all(board))
    query = f"within={unit.code}" if unit and request.GET.get("within") else ""
    return One(code, names.get(code, ""), unit, whole, by_unit, said, query)


def show(request: Any, code: str, form: str | None = None) -> Any:
    board = asked_board(request)
    found = one(request, board, code)
    name, unit, whole, by_unit, query = found.name, found.unit, found.whole, found.by_unit, found.query
    below = [
        by_unit[s.unit.code]
        for block in board.blocks(unit.code if unit else None)
        for s in block.standings
        if s.unit.code in by_unit
    ]
    key, order = _asked_sort(request)
    below = in_order(below, key, order)
    context = {
        "code": code,
        "name": name,
        "unit": unit,
        "counts": whole,
        "sentence": found.said,
        "embed": embed(request, "embed-procedure", code, title=name or code, height=200, query=query),
        "headings": _headings(board, key, order, "procedure", (code,), query),
        "rows": [(board.units[row.unit], row, _further(board, code, row.unit, by_unit)) for row in below],
        "list": to("procedures", board=board, query=query),
        "up": _up(board, code, unit),
        **_index(board, found),
    }
    data = {
        "procedure": code,
        "name": name,
        "unit": unit.code if unit else None,
        "counts": whole and procedure_counts.as_data(whole, name),
        "below": _table(board, name, below),
    }
    rows = _table(board, name, [*([whole] if whole else []), *below])
    preview = Preview(name or code, found.said)
    return respond(request, Page("procedure.html", context, data, rows, board, preview), form)


def _index(board: Board, found: One) -> dict[str, Any]:
    """What the page of a procedure shows of its index: that of the unit, and where the others are."""
    scores = scores_of(board, found.code)
    unit = found.unit.code if found.unit else ""
    total = scores.total(unit)
    return {
        "scores": scores,
        "lines": list(scores.lines(board, unit)),
        "asked_again": f"phucvu portal pull --period {board.period} --procedure {found.code}",
        "published_total": in_brief(total) if total else "",
        "counts": results.source().counts,
        "of_units": to("procedure-index", found.code, board=board, query=found.query),
    }


def _table(board: Board, name: str, rows: Iterable[Counts]) -> list[dict[str, Any]]:
    return [
        {"unit": row.unit, "unit_name": board.units[row.unit].name if row.unit else ""}
        | procedure_counts.as_data(row, name)
        for row in rows
    ]


def in_order(rows: Iterable[Counts], key: str, order: str) -> list[Counts]:
    """Rows by a key, those without a value last."""
    sign = 1 if order == "asc" else -1

    def place(row: Counts) -> tuple[bool, Any, str, str]:
        value = KEYS[key](row)
        return value is None, 0 if value is None else sign * value, row.procedure, row.unit

    return sorted(rows, key=place)


def asked_unit(request: Any, board: Board) -> Unit | None:
    """The unit asked for, or the one under which all others stand; None for all where there are several."""
    asked = request.GET.get("within")
    if asked and asked not in board.units:
        reason = _("Không có kết quả của đơn vị %(code)s trong kỳ này.")
        raise Http404(reason % {"code": asked[:60]})
    if asked:
        return board.units[asked]
    return board.only_root.unit if board.only_root else None


def _roots(board: Board) -> list[str]:
    return [s.unit.code for block in board.blocks(None) for s in block.standings]


def _asked_sort(request: Any) -> tuple[str, str]:
    key = request.GET.get("sort", "received")
    if key not in KEYS:
        reason = _("Không sắp xếp được theo %(name)s=%(value)s; có thể dùng: %(allowed)s.")
        raise BadRequest(reason % {"name": "sort", "value": key[:60], "allowed": ", ".join(KEYS)})
    return key, asked_order(request)


def _asked_page(request: Any, rows: int) -> tuple[int, int]:
    pages = max(1, -(-rows // A_PAGE))
    asked = request.GET.get("page", "1")
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= pages:
        reason = _("Không có trang %(page)s; có từ 1 đến %(pages)s.")
        raise Http404(reason % {"page": asked[:20], "pages": pages})
    return int(asked), pages


def _headings(
    board: Board, key: str, order: str, view: str, args: tuple[str, ...], query: str
) -> list[Column]:
    names = {
        "received": _("Tiếp nhận"),
        "finished": _("Xong"),
        "on_time": _("Đúng hạn"),
        "average_days": _("Bình quân"),
        "median_days": _("Trung vị"),
    }
    found = []
    for name, said in names.items():
        here = order if name == key else ""
        turned = "asc" if here == "desc" else "desc"
        link = to(
            view, *args, board=board, query="&".join(filter(None, [query, f"sort={name}&order={turned}"]))
        )
        found.append(Column(said, link, here, name))
    return found


def _further(board: Board, code: str, unit: str, by_unit: dict[str, Counts]) -> str:
    """Where a unit's own units are shown; empty where none of them has the procedure."""
    below = (s.unit.code for block in board.blocks(unit) for s in block.standings)
    return (
        to("procedure", code, board=board, query=f"within={unit}") if any(u in by_unit for u in below) else ""
    )


def _up(board: Board, code: str, unit: Unit | None) -> list[tuple[str, str]]:
    """The same procedure at the units above, the highest first."""
    if unit is None:
        return []
    above = [u for u in reversed(board.units.above(unit.code)[1:]) if u.code in board.standings]
    links = [(called(u), to("procedure", code, board=board, query=f"within={u.code}")) for u in above]
    return links if board.only_root else [(of_all(board), to("procedure", code, board=board)), *links]
