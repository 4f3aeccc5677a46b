"""The page for a leader: its sentence is made from the numbers that the other pages show; one A4."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html import unescape

import docx
import pytest
from django.test import Client

from phucvu.editions import published
from phucvu.editions.models import Edition
from phucvu.engine.reasons import codes
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.formats import points
from phucvu.inbox.models import Counted
from phucvu.published import portal_2026
from phucvu.published.daily_results import NotAlike, Place, Since
from phucvu.rules.loading import load
from phucvu.rules.model import Indicator, Words
from phucvu.steering.brief import (
    MENDABLE,
    MOST_CAUSES,
    MOST_DEEDS,
    MOST_TO_MEND,
    Brief,
    Cause,
    PortalPlace,
    ToMend,
)
from phucvu.steering.brief_words import Published, in_words
from phucvu.steering.changes import CAUSES
from phucvu.steering.fates import DEEDS, REASONS
from phucvu.steering.points_lost import as_decimal
from phucvu.web.boards import board
from phucvu.web.workspace import brief as page_of
from phucvu.web.workspace import home
from phucvu.web.workspace.points_at_stake import account_of

from .. import browsing
from .test_lists import body

SignIn = Callable[[str, str], Client]


def answer_of(page: str) -> str:
    return unescape(re.findall(r'<p class="answer">(.*?)</p>', page, re.S)[0])


def test_the_answer_says_points_rank_firmness_and_what_can_be_mended(
    client_of: SignIn, month: Period
) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99/brief")
    known, listing = board(month), home.listing(month)
    standing = known.standings["H99"]
    firm, total = known.firm(standing), standing.total
    assert listing is not None
    assert firm is not None
    account = account_of("H99", month, listing)
    assert account is not None
    mendable = sum(s.points for s in account.slices if s.loss.fate in MENDABLE)
    assert answer_of(page) == (
        f"Thử Nghiệm đạt {points(total.score, 'vi')}/100 điểm, hạng {total.rank}/{total.ranked}, "
        f"chắc từ {firm.low} đến {firm.high}; còn khắc phục được {points(as_decimal(mendable), 'vi')} điểm."
    )
    assert "Số liệu tạm tính, chưa công bố." in page
    assert f'<a href="/workspace/H99/brief?period={month}" aria-current="page">' in page


def test_the_largest_that_can_be_mended_come_first_with_who_and_until(client_of: SignIn) -> None:
    page = unescape(body(client_of("head", "H99"), "/workspace/H99/brief"))
    listed = page[page.index('<ol class="mendable">') : page.index("</ol>", page.index('class="mendable"'))]
    gains = [float(gain.replace(",", ".")) for gain in re.findall(r">\+([\d,]+)<", listed)]
    assert len(gains) == MOST_TO_MEND
    assert gains == sorted(gains, reverse=True)
    assert listed.count("Ai làm: <strong>") == listed.count("Thời hạn thực hiện: <strong>") == MOST_TO_MEND
    assert "<strong></strong>" not in listed


def test_the_page_can_be_taken_as_a_word_file(client_of: SignIn, month: Period) -> None:
    client = client_of("head", "H99")
    page = unescape(body(client, "/workspace/H99/brief"))
    assert f'href="/workspace/H99/brief.docx?period={month}"' in page
    file = client.get(f"/workspace/H99/brief.docx?period={month}")
    lines = [p.text for p in docx.Document(io.BytesIO(file.content)).paragraphs]
    assert answer_of(page) in lines
    assert client_of("head", "H99.01").get("/workspace/H99/brief.docx").status_code == 403


def test_english_other_periods_and_who_may_not(client_of: SignIn, month: Period) -> None:
    client = client_of("head", "H99.01")
    assert "of 100 points" in answer_of(body(client, "/en/workspace/H99.01/brief"))
    page = body(client, f"/workspace/H99.01/brief?period={month.previous()}")
    assert "Chưa có số liệu kỳ trước" in page
    assert client.get("/workspace/H99/brief").status_code == 403
    body(client, "/workspace/H99.01/brief?period=1999", 404)


def test_it_says_which_edition_it_shows(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client, said = client_of("head", "H99"), []
    for agrees in (True, False):
        monkeypatch.setattr(published, "shown", lambda *_, a=agrees: (Edition(number=7), a))
        said.append(body(client, "/workspace/H99/brief"))
    assert "Đúng như kỳ công bố số 7." in said[0]
    assert "Số liệu tạm tính, đã thay đổi sau kỳ công bố số 7." in said[1]


def test_a_home_without_results_says_so(client_of: SignIn) -> None:
    counted = list(Counted.objects.all())
    client = client_of("head", "H99")
    Counted.objects.all().delete()
    try:
        page = body(client, "/workspace/H99/brief")
    finally:
        Counted.objects.bulk_create(counted)
    assert "Chưa có kết quả" in answer_of(page)


LONGEST = max((unit.short_name for unit in portal_2026().units), key=len)


def _longest_to_mend(indicator: Indicator) -> ToMend:
    """With the longest deeds to ask of one body for an indicator's losses, four units, a moment."""
    found: dict[str, dict[str, None]] = {}
    for reason in codes(indicator):
        for case in REASONS[reason].cases:
            if case.deed:
                found.setdefault(case.who, {})[case.deed] = None
    of_each = [sorted(each, key=lambda deed: -len(DEEDS[deed].vi))[:MOST_DEEDS] for each in found.values()]
    deeds = max(of_each, key=lambda each: sum(len(DEEDS[deed].vi) for deed in each), default=[])
    moment = dt.datetime(2026, 12, 31, 23, 59)
    units = ("H99.01", "H99.02", "H99.03", "H99.04")
    return ToMend(indicator, ("unit", "root"), tuple(deeds), 123_456, indicator.max_points, moment, units)  # type: ignore[arg-type]


def longest(found: Brief) -> Brief:
    """The same brief with as much on it as there can be, of the longest real names."""
    rules = load("portal-2026").at(dt.date(2026, 11, 1))
    indicators = [i for i in rules.indicators if i.scored]
    units = [Unit(f"H99.0{n}", LONGEST, "department", "H99") for n in range(1, 5)]
    to_mend = sorted(
        map(_longest_to_mend, indicators), key=lambda each: -sum(len(DEEDS[deed].vi) for deed in each.deeds)
    )
    named = sorted(indicators, key=lambda each: -len(each.short.vi))
    cause = max(CAUSES, key=lambda each: len(CAUSES[each].vi))
    then, words = Place(dt.date(2026, 10, 10), Decimal("75.45"), 10, 34), Words(vi="đổi", en="changed")
    changed = NotAlike("2026", "2.2", then.day, then.day, words, {})
    return replace(
        found,
        unit=replace(found.unit, name=f"UBND {LONGEST}", kind="department"),
        units=Units(units),
        portal=PortalPlace(then, Since(found.period, then.day, Decimal(-1), -11, (changed,))),
        total=replace(found.total, since=found.period.previous(), score_change=1, rank_change=-1),
        causes=tuple(Cause(each, cause, each.max_points, "H99.01") for each in named[:MOST_CAUSES]),  # type: ignore[arg-type]
        to_mend=tuple(to_mend[:MOST_TO_MEND]),
    )


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.browser
def test_it_is_one_sheet_of_a4_with_the_longest_names(
    client_of: SignIn,
    windows: browsing.Windows,
    address: str,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def longest_words(found: Brief, _published: Published, language: str) -> object:
        return in_words(longest(found), Published(123), language)

    key = client_of("head", "H99").cookies["sessionid"].value
    page = windows.open(1280, java_script_enabled=False)
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    for form in ("plain", "longest"):
        if form == "longest":
            monkeypatch.setattr(page_of, "in_words", longest_words)
        page.goto(f"{language}/workspace/H99/brief")
        sheets = page.pdf(format="A4")
        assert sheets.count(b"/Type /Page\n") == 1, form
    assert LONGEST in page.content()
