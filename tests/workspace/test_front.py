"""The front page of a unit: where points are lost, what to do first, the units below."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from phucvu.figures.periods import Period
from phucvu.steering.fates import DEEDS, Fate
from phucvu.web import results
from phucvu.web.boards import board
from phucvu.web.workspace import home, unit
from phucvu.web.workspace.abbreviations import SPELLED, spelled_out
from phucvu.web.workspace.points_at_stake import account_of
from phucvu.web.workspace.to_do import MENDABLE, ToDo

from .test_lists import body, rows_of

SignIn = Callable[[str, str], Client]


def test_to_ones_own_unit(client_of: SignIn) -> None:
    answer = client_of("reader", "H99.201").get("/workspace")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/workspace/H99.201"


def test_lost_points_are_those_of_the_result(client_of: SignIn, month: Period) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    table = page[page.index('<table class="losses">') : page.index("</table>")]
    shown = re.findall(
        r'<span class="id">([\d.a-z]+)</span>.*?<td class="number lost"[^>]*>([\d,]+)<', table, re.S
    )
    rows = [row for row in board(month).components("H99") if row["lost"]]
    expected = {row["indicator"]: f"{row['lost']:.2f}".replace(".", ",") for row in rows}
    assert dict(shown) == expected
    lost = [float(text.replace(",", ".")) for _, text in shown]
    assert lost == sorted(lost, reverse=True)
    total = board(month).standings["H99"].total
    assert f"đang bị trừ {total.lost:.2f}".replace(".", ",") in page


def test_what_can_be_had_back_comes_first(client_of: SignIn) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    first = page[page.index('<ol class="first">') : page.index("</ol>", page.index('<ol class="first">'))]
    assert re.findall(r"indicator=([\d.a-z]+)&", first)
    assert "indicator=2.1&" not in first, "what was late stays late"


def test_units_below_with_what_is_overdue(client_of: SignIn) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    table = page[page.index('<table class="below">') :]
    assert re.findall(r'href="/workspace/(H99\.\d+)/dossiers\?list=overdue[^"]*">(\d+)<', table) == [
        ("H99.01", "1"),
        ("H99.201", "1"),
    ]
    assert '<table class="below">' not in body(client_of("head", "H99.01"), "/workspace/H99.01")


def test_a_period_without_a_result(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    for period in ("2019", "x", "2026-11-01..2026-11-02"):
        body(client, f"/workspace/H99?period={period}", 404)
        body(client, f"/workspace/H99/dossiers?period={period}", 404)
    before = body(client, "/workspace/H99")
    assert "Chưa có kết quả" not in before


def test_before_anything_is_counted(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    source = results.Given([])
    monkeypatch.setattr(results, "source", lambda: source)
    page = body(client_of("head", "H99"), "/workspace/H99")
    assert "Chưa có kết quả" in page
    assert "Quá hạn, chưa xong" in page


def test_the_answer_first_then_what_the_unit_can_mend_then_others_then_what_is_due(client_of: SignIn) -> None:
    page = body(client_of("head", "H99.01"), "/workspace/H99.01")
    order = ['class="answer"', 'id="first"', 'id="others"', 'id="now"', 'id="lost"', 'id="lists"']
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    others = page[page.index('id="others"') : page.index('id="now"')]
    assert "Đơn vị vận hành hệ thống thông tin: " in others
    assert "truyền đúng thông tin đã có thật trong hệ thống" in others
    first = page[page.index('id="first"') : page.index('id="others"')]
    assert "truyền đúng thông tin" not in first


@pytest.mark.parametrize(("code", "at_root"), [("H99", True), ("H99.01", False)])
def test_what_others_must_do_is_never_first(
    client_of: SignIn, month: Period, code: str, at_root: bool
) -> None:
    page = body(client_of("head", code), f"/workspace/{code}")
    answer = page[page.index('<p class="answer">') :]
    answer = answer[: answer.index("</p>")]
    [(worst, lost)] = re.findall(r"nhiều nhất ở (.*) \(([\d,]+) điểm", answer)
    todo = of(code, month, at_root)
    assert not [task for task in todo.own if not set(task.who) <= ({"unit", "root"} if at_root else {"unit"})]
    own = [task.points for task in todo.own if task.indicator.short.vi == worst]
    assert f"{sum(own):.2f}".replace(".", ",") == lost
    assert "đang bị trừ" in answer


def of(code: str, month: Period, at_root: bool) -> ToDo:
    account = account_of(code, month, home.listing(month))  # type: ignore[arg-type]
    assert account is not None
    return ToDo.of(account, at_root, month)


def test_abbreviations_are_spelled_out_at_their_first_use(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    for place in ("", "/dossiers/H99/H99.01-done", "/dossiers?indicator=3.4"):
        page = body(client, f"/workspace/H99{place}")
        text = re.sub(r"<(title|option|caption)[^>]*>[^<]*|<[^>]*>", " ", page[page.index("<main") :])
        for short, whole in SPELLED.items():
            if short in text:
                first = text[: text.index(short) + len(short) + 1]
                assert f"{whole} ({short})".casefold() in first.casefold(), (place, short)
    assert "thủ tục hành chính (" not in body(client, "/en/workspace/H99")


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("<h1>5.2 PAKN xử lý đúng hạn</h1>", "<h1>5.2 Phản ánh, kiến nghị (PAKN) xử lý đúng hạn</h1>"),
        ("<b>1.1</b> <a>TTHC công bố</a>", "<b>1.1</b> <a>Thủ tục hành chính (TTHC) công bố</a>"),
        ("<p><b>3</b> TTHC</p>", "<p><b>3</b> thủ tục hành chính (TTHC)</p>"),
        ("<p>Xem <a>TTHC</a></p>", "<p>Xem <a>thủ tục hành chính (TTHC)</a></p>"),
        ("<p>MaTTHC, TTHC</p>", "<p>MaTTHC, thủ tục hành chính (TTHC)</p>"),
        ("<q>Mã TTHC sai</q> TTHC", "<q>Mã TTHC sai</q> thủ tục hành chính (TTHC)"),
    ],
)
def test_what_begins_with_an_abbreviation_begins_with_a_capital(text: str, spelled: str) -> None:
    assert spelled_out(f"<main>{text}</main>") == f"<main>{spelled}</main>"


def test_many_units_below_are_folded_away_on_a_phone(
    client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, few = client_of("head", "H99"), unit._below
    folded = r'<details class="fold"><summary>Xem cả (\d+) đơn vị</summary>\s*<table class="below">'
    assert not re.search(folded, body(client, "/workspace/H99"))
    monkeypatch.setattr(unit, "_below", lambda *given: few(*given) * 15)
    found = re.search(folded, body(client, "/workspace/H99"))
    assert found
    assert int(found[1]) > 20


def test_gains_are_in_order_and_within_what_is_lost(client_of: SignIn, month: Period) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    first = page[page.index('<ol class="first">') : page.index("</ol>", page.index('<ol class="first">'))]
    found = re.findall(r"indicator=([\d.a-z]+)&.*?<strong>([\d,]+) điểm", first, re.S)
    gains = [float(gain.replace(",", ".")) for _, gain in found]
    assert gains == sorted(gains, reverse=True)
    lost = {row["indicator"]: row["lost"] for row in board(month).components("H99")}
    assert all(0 < gain <= float(lost[indicator]) for (indicator, _), gain in zip(found, gains, strict=True))


def test_only_finished_dossiers_are_to_be_completed(client_of: SignIn) -> None:
    client = client_of("head", "H99.01")
    page = body(client, "/workspace/H99.01")
    links = re.findall(r'href="([^"]+fate=now[^"]*)"', page)
    assert links
    for link in links:
        rows = rows_of(client, link.replace("&amp;", "&").replace("/dossiers?", "/dossiers.csv?"))
        assert {row["Mã hồ sơ"] for row in rows} == {"H99.01-done-bare"}
        assert f"({len(rows)} mục)" in page


@pytest.mark.parametrize("code", ["H99", "H99.01", "H99.201"])
def test_the_numbers_of_what_to_do_are_those_of_the_lists(client_of: SignIn, code: str) -> None:
    client = client_of("head", code)
    page = body(client, f"/workspace/{code}")
    section = page[page.index('id="first"') : page.index('id="others"')]
    found = re.findall(r'<li><a href="([^"]+)">[^<]*</a>:[^<]*?\(([\d.]+) mục\)', section)
    assert len(found) > 3
    for link, number in found:
        address = link.replace("&amp;", "&").replace("/dossiers?", "/dossiers.csv?")
        assert len(rows_of(client, address)) == int(number), link


def test_a_province_mends_what_it_owns_and_a_commune_does_not(site: None, month: Period) -> None:
    """3.1 asks to offer procedures online: that falls to the province."""
    for code, at_root in (("H99", True), ("H99.201", False)):
        todo = of(code, month, at_root)
        mine = {task.indicator.id for task in todo.own if "root" in task.who}
        theirs = {task.indicator.id for task in todo.others if "root" in task.who}
        assert ("3.1" in mine, "3.1" in theirs) == (at_root, not at_root)
        assert not any(task.fate is Fate.TO_COME for task in todo.first)
        assert {task.fate for task in todo.first} <= set(MENDABLE)


WORDS = ("mỗi nơi một", "DuocLayTuKhoDMQG", "DSKetNoiCSDL", "lấy lại", "gửi lại hồ sơ, ghi")


def test_nothing_invites_to_dress_figures() -> None:
    said = " ".join(deed.vi for deed in DEEDS.values())
    assert not [word for word in WORDS if word in said]


@pytest.mark.parametrize(
    "place",
    ["", "/dossiers", "/dossiers?indicator=3.4", "/doubts", "/set-aside", "/dossiers/H99/H99.01-done"],
)
def test_navigation_is_the_same_on_every_page(client_of: SignIn, place: str) -> None:
    client = client_of("head", "H99.01")
    page = body(client, f"/workspace/H99.01{place}")
    menu = page[page.index('<nav id="menu"') : page.index("</nav>")]
    assert re.findall(r">([^<>]+)</a>", menu)[1:6] == [
        *("Chỉ số", "Thủ tục", "So sánh", "Cách tính", "Thuật ngữ")
    ]
    assert re.search(r'href="/procedures\?([^"]+&amp;)?within=H99.01"', menu)
    assert f'href="/en/workspace/H99.01{place}"' in menu
    parts = page[page.index('<nav class="parts"') :]
    parts = parts[: parts.index("</nav>")]
    assert re.findall(r">([^<>]+)</a>", parts) == [
        *("Tổng quan", "Tóm tắt", "Việc tuần này", "Hồ sơ", "Dữ liệu cần rà soát", "Dữ liệu chờ xử lý"),
        "Đối chiếu số liệu",
        "Theo dõi, đôn đốc",
        "Văn bản",
    ]
    assert parts.count("aria-current") == 1


@pytest.mark.parametrize(
    "place",
    ["", "/dossiers?list=late&q=H99", "/dossiers?indicator=3.4", "/doubts", "/dossiers/H99/H99.01-done"],
)
def test_one_choice_of_the_period_everywhere(client_of: SignIn, month: Period, place: str) -> None:
    page = body(client_of("head", "H99.01"), f"/workspace/H99.01{place}")
    form = page[page.index('<form class="filters one"') :]
    form = form[: form.index("</form>")]
    assert f'<option value="{month}" selected>' in form
    assert str(month.previous()) in form
    if "q=" in place:
        assert '<input type="hidden" name="list" value="late">' in form
        assert '<input type="hidden" name="q" value="H99">' in form


@pytest.mark.parametrize(
    ("lack", "said"),
    [(results.Lack.DOSSIERS, "phucvu import dossiers.jsonl"), (results.Lack.COUNT, "được đếm lần đầu")],
)
def test_what_a_home_lacks_is_said_with_the_next_command(
    client_of: SignIn, monkeypatch: pytest.MonkeyPatch, lack: results.Lack, said: str
) -> None:
    source = results.Given([])
    monkeypatch.setattr(source, "lacks", lambda: lack)
    monkeypatch.setattr(results, "source", lambda: source)
    page = body(client_of("head", "H99"), "/workspace/H99")
    assert said in page
    assert "Chưa có kết quả" in page
