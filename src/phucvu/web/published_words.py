"""What the portal published, in words: on pages, in pictures and beside every own number."""

from __future__ import annotations

from collections.abc import Iterator

from phucvu.formats import change, day, points
from phucvu.published.daily_results import TOTAL, NotAlike, Place, Since
from phucvu.web import results
from phucvu.web.boards import Board, Standing
from phucvu.web.language import _, language
from phucvu.web.published_figures import PublishedFigure
from phucvu.web.sentences import called, kinds


def of_published(board: Board, standing: Standing) -> str:
    """What the portal published of a unit, in a sentence; empty where nothing is known."""
    total = standing.published.get(TOTAL)
    if total is None or total.place.score is None:
        return ""
    sentence = in_brief(total.place, kinds(standing.unit.kind) + _of(board, standing))
    for name in ("before", "month", "year"):
        if name in total.since:
            sentence += f"; {_change_since(total.since[name])}"
            break
    return sentence + "."


def beside_own(board: Board, standing: Standing) -> str:
    """What stands beside an own count; empty where what the site shows is itself what was published."""
    return of_published(board, standing) if results.source().counts else ""


def of_figure(found: PublishedFigure) -> str:
    """What the portal published of one indicator of a unit."""
    said = _("Cổng DVCQG, ngày %(day)s: %(figure)s, %(score)s điểm")
    score = "—" if found.score is None else points(found.score, language())
    return said % {"day": day(found.day), "figure": found.figure, "score": score}


def in_words(one: NotAlike) -> str:
    """What the portal changed in its formula, and from when."""
    said = _("Từ ngày %(day)s, điểm chỉ số %(indicator)s trên Cổng không còn theo cách tính trước (%(what)s)")
    return said % {"day": day(one.since), "indicator": one.indicator, "what": one.words[language()]}


def in_brief(place: Place, among: str = "") -> str:
    """A score and a place, and of which day; ``among`` says which units are ranked together."""
    if place.score is None:
        return ""
    sentence = _("Cổng DVCQG, ngày %(day)s: %(score)s điểm") % {
        "day": day(place.day),
        "score": points(place.score, language()),
    }
    if place.rank is None:
        return sentence
    said = _(", hạng %(rank)s/%(ranked)s %(among)s")
    return sentence + (said % {"rank": place.rank, "ranked": place.ranked, "among": among}).rstrip()


def _of(board: Board, standing: Standing) -> str:
    if standing.unit.kind == "province":
        return _(" cả nước")
    parent = board.units.get(standing.unit.parent)
    return _(" của %(parent)s") % {"parent": called(parent)} if parent else ""


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
