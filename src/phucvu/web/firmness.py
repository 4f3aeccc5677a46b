"""How firm ranks are, in the words and the pictures of pages (see ``steering.firm_ranks``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse

from phucvu.charts.rank_intervals import Interval, rank_intervals
from phucvu.web.boards import Board, Standing
from phucvu.web.language import _
from phucvu.web.page import to
from phucvu.web.sentences import called, kinds

PLACES = ("rank_from", "rank_to")


def as_data(board: Board, standing: Standing, part: str = "total") -> dict[str, int | None]:
    """The places that a unit may have, as data; None where they are not known."""
    firm = board.firm(standing, part)
    return dict(zip(PLACES, (firm.low, firm.high) if firm else (None, None), strict=True))


def of_unit(board: Board, standing: Standing) -> str:
    """How firm a unit's rank is; empty where it has none."""
    firm, total = board.firm(standing), standing.total
    if firm is None or total.rank is None:
        return ""
    if firm.low == firm.high:
        return _("Hạng %(rank)s là chắc (độ tin cậy 95%%).") % {"rank": total.rank}
    said = _(
        "Hạng %(rank)s, chắc từ %(low)s đến %(high)s (độ tin cậy 95%%): chênh lệch điểm với %(count)s "
        "%(kinds)s chưa đủ lớn để nói bên nào hơn."
    ) % {
        "rank": total.rank,
        "low": firm.low,
        "high": firm.high,
        "count": len(firm.alike),
        "kinds": kinds(standing.unit.kind),
    }
    alone = board.ranked_with(standing).alone(standing.unit.code)
    if alone is None or alone == (firm.low, firm.high):
        return said
    return said + _(" Nếu chỉ xét riêng %(unit)s: từ %(low)s đến %(high)s.") % {
        "unit": called(standing.unit),
        "low": alone[0],
        "high": alone[1],
    }


def of_neighbours(board: Board, standing: Standing, shown: Sequence[Standing]) -> str:
    """Which of the units shown beside one cannot be told apart from it; empty where its rank is not known."""
    firm = board.firm(standing)
    others = [s for s in shown if s.unit.code != standing.unit.code]
    if firm is None or not others:
        return ""
    alike = [called(s.unit) for s in others if s.unit.code in firm.alike]
    if len(alike) == len(others):
        return _("Chưa phân biệt rõ được với đơn vị nào trong bảng này: chênh lệch còn trong mức ngẫu nhiên.")
    if not alike:
        return _("Khác biệt rõ với mọi đơn vị trong bảng này.")
    return _("Chưa phân biệt rõ được với %(names)s: chênh lệch còn trong mức ngẫu nhiên.") % {
        "names": ", ".join(alike)
    }


def of_block(board: Board, standings: Sequence[Standing], part: str = "total") -> str:
    """How far the ranks of a block hold, in a sentence; empty where nothing is known."""
    pairs = [(s, firm) for s in standings if (firm := board.firm(s, part)) is not None]
    if not pairs:
        return ""
    wide = sum(firm.high - firm.low + 1 for _s, firm in pairs) / len(pairs)
    sure = sum(firm.low == firm.high for _s, firm in pairs)
    return _(
        "Mỗi hạng chắc trong một khoảng, rộng bình quân %(wide)s bậc (độ tin cậy 95%% cho cả bảng); "
        "%(sure)s trong %(count)s đơn vị có hạng chắc hẳn."
    ) % {"wide": round(wide), "sure": sure, "count": len(pairs)}


@dataclass(frozen=True)
class Shown:
    """How firm the ranks of a block are: a sentence, and the addresses of its picture."""

    sentence: str
    chart: str
    narrow: str
    png: str


def shown(
    board: Board, standings: Sequence[Standing], view: str, *args: str, query: str = ""
) -> Shown | None:
    """None where nothing is known."""
    sentence = of_block(board, standings)
    if not sentence:
        return None
    chart = to(view, *args, board=board, query=query)
    narrow = to(view, *args, "-narrow", board=board, query=query)
    return Shown(sentence, chart, narrow, to(f"{view}-png", *args, board=board, query=query))


def picture(board: Board, standings: Sequence[Standing], title: str, narrow: str | None) -> Any:
    """The places that units may have, as an SVG of its own; raises Http404 where they are not known."""
    rows = [
        Interval(called(s.unit), s.total.rank, firm.low, firm.high)
        for s in standings
        if s.total.rank is not None and (firm := board.firm(s)) is not None
    ]
    if not rows:
        raise Http404(_("Chưa có hạng để vẽ."))
    text = rank_intervals(rows, title, of_block(board, standings), bool(narrow))
    return HttpResponse(text, content_type="image/svg+xml; charset=utf-8")
