"""What is shown of a page where a link to it is shared: a title, a sentence and a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from phucvu.charts.card import card
from phucvu.charts.map_sheets import Part
from phucvu.formats import points
from phucvu.scoring.result import Result
from phucvu.web.boards import Board, Standing
from phucvu.web.language import _, language
from phucvu.web.published_words import beside_own
from phucvu.web.templatetags.reading import moment


@dataclass(frozen=True)
class Preview:
    """What a page is called and what it says, in a sentence.

    ``score`` and ``place`` are of the unit that the page is of, or empty. A page that is not ``dated`` is
    the same in every period. One that is not ``pictured`` has no picture of its own. ``beside`` draws the
    small map of a page that has one.
    """

    title: str
    answer: str
    score: str = ""
    place: str = ""
    dated: bool = True
    pictured: bool = True
    beside: Callable[[], Part | None] | None = None


OF_SITE = Preview("", "", dated=False)
"""The preview of a page that says nothing of its own: the name of the site and what it is."""


def picture(preview: Preview, result: Result) -> bytes:
    """The picture of a page, as PNG."""
    return card(
        site_name(),
        preview.title or site_name(),
        preview.score,
        preview.place,
        preview.answer or site_said(),
        notes(result) if preview.dated else [],
        preview.beside() if preview.beside else None,
    )


def of_standing(
    board: Board,
    title: str,
    answer: str,
    standing: Standing,
    beside: Callable[[], Part | None] | None = None,
) -> Preview:
    """The preview of a unit's page, with its score, its rank, and what the portal published of it."""
    answer = " ".join(filter(None, (answer, beside_own(board, standing))))
    total = standing.total
    score = "" if total.score is None else _("%(score)s điểm") % {"score": points(total.score, language())}
    place = ""
    if score and total.rank is not None:
        place = _("hạng %(rank)s/%(ranked)s") % {"rank": total.rank, "ranked": total.ranked}
    return Preview(title, answer, score, place, beside=beside)


def head(request: Any, title: str, said: str, address: str, picture: str = "") -> dict[str, str]:
    """What the head of a page says of it where links are shared; addresses have the site's name in them.

    Without an own ``picture`` the front page's stands for a page.
    """
    locale, other = ("en_US", "vi_VN") if language() == "en" else ("vi_VN", "en_US")
    return {
        "title": title or site_name(),
        "said": said or site_said(),
        "address": request.build_absolute_uri(address),
        "picture": request.build_absolute_uri(picture or f"{reverse('nation')}index.png"),
        "locale": locale,
        "other": other,
    }


def site_name() -> str:
    return _("Bộ chỉ số phục vụ người dân, doanh nghiệp")


def site_said() -> str:
    """What the site is, for pages that have nothing to say in a period."""
    return _(
        "Trang này cho mọi người thấy các cơ quan nhà nước phục vụ người dân, doanh nghiệp tốt đến đâu theo "
        "Bộ chỉ số của Quyết định số 766/QĐ-TTg, và vì sao mỗi nơi đạt hay bị trừ từng điểm."
    )


def notes(result: Result) -> list[str]:
    """Of which period figures are, as of when, and from which source."""
    lang = language()
    title = result.period.title(lang)
    as_of = _("Số liệu tính đến %(moment)s.") % {"moment": moment(result.cut_off)}
    return [f"{title[:1].upper()}{title[1:]}. {as_of}", f"{_('Nguồn')}: {result.source[lang]}."]
