"""Periods: choosing one, and what a unit, an indicator and the nation did over time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from xml.etree import ElementTree

import openpyxl
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from PIL import Image

from phucvu.figures.periods import Period
from phucvu.web import history, results
from phucvu.web.drawing import as_png, noting
from phucvu.web.period_chooser import brief, chooser

from .showing import TwoDays, over_time, procedures, reorganised
from .test_pages import text_of

MONTHS = [f"2025-{month:02}" for month in range(7, 13)] + [f"2026-{month:02}" for month in range(1, 10)]


def html_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def test_any_period_can_be_chosen_without_scripts(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09", "2026-Q3", "2026"))
    html = html_of(client, "/units/H21?period=2026-09")
    for period in ("2025-09", "2026-08", "2026-Q3", "2026"):
        assert f'href="/units/H21?period={period}"' in html
        assert client.get(f"/units/H21?period={period}").status_code == 200
    shown = text_of(html)
    assert "‹ tháng 8/2026" in shown
    assert "cùng kỳ năm trước" in shown
    assert "tháng 10/2026 ›" not in shown


def test_the_chooser_keeps_what_else_was_asked(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-08", "2026-09"))
    html = html_of(client, "/indicators/2.1?within=H21&order=asc")
    assert 'href="/indicators/2.1?period=2026-08&amp;within=H21&amp;order=asc"' in html


def test_neighbours_of_a_period() -> None:
    known = [Period.parse(text) for text in ("2026", "2026-Q3", "2026-Q2", "2026-09", "2025-Q3")]
    shown = chooser(known, Period.parse("2026-Q3"))
    assert str(shown.before) == "2026-Q2"
    assert shown.after is None
    assert str(shown.year_before) == "2025-Q3"
    assert [year.year for year in shown.years] == [2026, 2025]
    assert chooser(known, Period.parse("2026-Q2")).after == Period.parse("2026-Q3")
    assert brief(Period.parse("2026-Q3")) == "III/2026"


def test_changes_since_the_period_before_and_the_year_before(
    client: Client, show: Callable[..., None]
) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09"))
    shown = text_of(html_of(client, "/units/H21"))
    then = {p: client.get(f"/units/H21.json?period={p}").json()["unit"] for p in ("2025-09", "2026-08")}
    now = client.get("/units/H21.json").json()["unit"]
    assert round(now["score"] - then["2025-09"]["score"], 2) == now["score_change_year"]
    assert then["2025-09"]["rank"] - now["rank"] == now["rank_change_year"]
    assert round(now["score"] - then["2026-08"]["score"], 2) == now["score_change"]
    assert "So với tháng 8/2026: " in shown
    assert "So với cùng kỳ năm trước (tháng 9/2025): " in shown


def test_a_unit_over_time_has_a_picture_and_the_table_under_it(
    client: Client, show: Callable[..., None]
) -> None:
    show(*over_time(*MONTHS))
    html = html_of(client, "/units/H21")
    table = re.search(r'<table class="times">.*?</table>', html, re.S)
    assert table
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", table[0], re.S)
    assert len(rows) == 13  # with the same month of the year before
    scores = [s.removesuffix("</td>") for s in re.findall(r'data-label="Tổng điểm">([^<]+</td>)', table[0])]
    known = [client.get(f"/units/H21.json?period={p}").json()["unit"]["score"] for p in MONTHS[-13:]]
    assert [float(s.replace(",", ".")) for s in scores] == known[::-1]
    data = client.get("/units/H21.json").json()["over_time"]
    assert [(then["period"], then["total"]) for then in data] == list(zip(MONTHS[-13:], known, strict=True))
    picture = ElementTree.fromstring(client.get("/units/H21/time.svg").content)
    said = {element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Tổng điểm", "09/2025", "09/2026"} <= said
    assert picture.find("{http://www.w3.org/2000/svg}desc").text.startswith("Từ 09/2025 đến 09/2026.")  # type: ignore[union-attr]
    assert 'width="350"' in client.get("/units/H21/time-narrow.svg").content.decode()


def test_one_period_alone_has_no_picture_over_time(client: Client) -> None:
    assert 'id="time"' not in html_of(client, "/units/H21")


def test_an_indicator_over_time(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09"))
    html = html_of(client, "/indicators/2.1?within=H21")
    assert 'id="time"' in html
    assert "± kỳ trước" in html
    assert "± năm trước" in html
    units = [row["unit"] for row in client.get("/indicators/2.1.json?within=H21").json()["units"]]
    spread = history.of_indicator("2.1", units, Period.parse("2026-09"))[-1]
    rates = [
        row["rate"]
        for row in client.get("/indicators/2.1.json?within=H21").json()["units"]
        if row["rate"] is not None
    ]
    assert spread.units == len(rates)
    assert spread.mean == pytest.approx(sum(rates) / len(rates))
    assert (spread.highest, spread.lowest) == (max(rates), min(rates))
    assert client.get("/indicators/2.1/time.svg?within=H21").status_code == 200


def test_the_nation_over_time(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-08", "2026-09"))
    html = html_of(client, "/")
    nation = {
        p: client.get(f"/index.json?period={p}").json()["nation"]["total"] for p in ("2026-08", "2026-09")
    }
    for score in nation.values():
        assert f'data-label="Bình quân">{score:.2f}'.replace(".", ",") in html
    assert client.get("/time.svg").status_code == 200


def test_a_unit_says_what_came_before_and_after_it(client: Client, show: Callable[..., None]) -> None:
    show(*reorganised())
    new = text_of(html_of(client, "/units/H99.101"))
    assert "Đơn vị hoạt động từ ngày 01/07/2025. Trước đó là: Xã Một , Xã Hai ." in new
    old = html_of(client, "/units/H99.31.1")
    assert "Xã Một không có kết quả trong tháng 7/2025." in old
    assert "Đơn vị hoạt động đến hết ngày 30/06/2025." in old
    assert 'Việc nay thuộc <a href="/units/H99.101">Xã Ba</a>' in old
    assert 'href="/units/H99.31.1?period=2025-06"' in old
    assert "Xã Một đạt" in html_of(client, "/units/H99.31.1?period=2025-06")
    data = client.get("/units/H99.101.json").json()["unit"]
    assert data["valid_from"] == "2025-07-01"
    assert data["predecessors"] == ["H99.31.1", "H99.31.2"]
    gone = client.get("/units/H99.31.2.json").json()["unit"]
    assert (gone["successor"], gone["last_period"]) == ("H99.101", "2025-06")
    assert client.get("/units/H99.31.9").status_code == 404


def test_a_unit_that_moved_is_shown_where_it_was_in_the_period(
    client: Client, show: Callable[..., None]
) -> None:
    show(*reorganised())
    for period, parent, below in (
        ("2025-06", "H99.31", ["H99.103", "H99.31.1", "H99.31.2"]),
        ("2025-07", "H99", ["H99.101", "H99.102", "H99.103"]),
    ):
        at = f"?period={period}"
        own = client.get(f"/units/H99.103.json{at}").json()["unit"]
        assert (own["parent"], own["ranked"]) == (parent, 3)
        assert [row["parent"] for row in own["rows"]] == ["H99.31", "H99"]
        over = client.get(f"/units/{parent}.json{at}").json()
        assert sorted(u["unit"] for u in over["below"]) == below
        answer = client.get(f"/api/v1/units/H99.103{at}").json()
        assert answer["above"][0]["code"] == parent
        assert [u["code"] for u in client.get(f"/api/v1/units{at}&parent={parent}").json()["items"]] == below
        ranks = client.get(f"/api/v1/ranks{at}&parent={parent}&kind=commune").json()["items"]
        assert sorted(u["unit"] for u in ranks) == below
        assert "H99.103" in client.get(f"/units/{parent}.csv{at}").content.decode()
    now = client.get("/units/H99.103.json").json()["unit"]
    assert (now["rank_change"], now["block_changed"]) == (None, True)
    assert client.get("/api/v1/ranks?parent=H99&kind=commune").json()["items"][0]["rank_change"] is None
    html = text_of(html_of(client, "/units/H99.103"))
    assert "So với tháng 6/2025: điểm không đổi, hạng không so được vì khối xếp hạng đã khác." in html
    assert "Đến hết ngày 30/06/2025 thuộc Huyện Cũ . Từ ngày 01/07/2025 thuộc Thử Nghiệm ." in html


def test_the_rank_of_a_unit_says_where_its_block_changed(client: Client, show: Callable[..., None]) -> None:
    """A place among three communes of a district is none among three of the province."""
    show(*reorganised())
    ranks = re.findall(r'data-label="Hạng">(.*?)</td>', html_of(client, "/units/H99.103"))
    assert ranks == ['1/3 <span class="reason">khối xếp hạng khác kỳ trước</span>', "1/3"]
    assert "khối xếp hạng khác" not in html_of(client, "/units/H99")


def test_history_can_be_shown_for_the_units_of_today(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    source = results.Given(reorganised(), regrouped=reorganised(regroup=True))
    monkeypatch.setattr(results, "source", lambda: source)
    then = html_of(client, "/units/H99.103")
    assert 'href="/units/H99.103?regroup=1#time"' in then
    html = html_of(client, "/units/H99.103?regroup=1")
    assert "Các kỳ trước được tính lại theo đơn vị hiện nay" in html
    assert "khối xếp hạng khác" not in html
    assert 'href="/units/H99.103#time"' in html
    own = client.get("/units/H99.103.json?regroup=1").json()["unit"]
    assert (own["rank_change"], own["block_changed"]) == (0, False)
    assert 'href="/indicators?regroup=1"' in html, "links stay under the units of today"
    assert "regroup=1" in re.findall(r'<img src="([^"]+)"', html)[0]
    early = client.get("/units/H99.json?regroup=1&period=2025-06").json()
    assert sorted(u["unit"] for u in early["below"]) == ["H99.101", "H99.102", "H99.103"]
    assert client.get("/units/H99.101?regroup=1&period=2025-06").status_code == 200
    assert "Xã Ba" in html_of(client, "/compare?units=H99.101,H99.102&regroup=1")
    assert 'name="regroup" value="1"' in html_of(client, "/compare?units=H99.101,H99.102&regroup=1")
    assert "regroup=1" in html_of(client, "/indicators/2.1?within=H99")


def test_nothing_is_offered_where_units_have_stayed(client: Client, show: Callable[..., None]) -> None:
    show(*reorganised())
    assert "regroup" not in html_of(client, "/units/H99.103")


def test_the_front_page_of_one_province_is_its_own(client: Client, show: Callable[..., None]) -> None:
    show(*reorganised())
    html = html_of(client, "/")
    assert "<h1>Tỉnh Thử Nghiệm</h1>" in html
    assert "Cả nước" not in text_of(html)
    assert client.get("/index.json").json()["unit"]["unit"] == "H99"
    assert "trên 100" not in text_of(html_of(client, "/indicators/2.1"))
    assert "Xã Ba" in html_of(client, "/indicators/2.1")  # not the province alone


def test_a_page_renews_itself_only_when_asked_and_only_while_its_period_runs(
    client: Client, show: Callable[..., None]
) -> None:
    show(*over_time("2026-09", "2026-10"), table=procedures())
    with override_settings(SHOWS="counted"):
        running = client.get("/units/H21?period=2026-10")  # counted on 10 October
        assert "Refresh" not in running
        assert "Tự làm mới mỗi phút" in running.content.decode()
        live = client.get("/units/H21?period=2026-10&live=1")
        assert live["Refresh"] == "60"
        assert 'href="/units/H21?period=2026-10">Dừng' in live.content.decode()
        assert "Refresh" not in client.get("/units/H21?period=2026-09&live=1")


def test_a_merger_is_noted_on_chart_page_picture_and_exports(
    client: Client, show: Callable[..., None]
) -> None:
    show(*reorganised())
    said = "1. Sáp nhập (01/07/2025): Xã Một, Xã Hai sáp nhập thành Xã Ba."
    page = client.get("/units/H99").content.decode()
    assert f"<li>{said}</li>" in page
    assert 'class="reason">ghi chú 1</span>' in page
    drawn = client.get("/units/H99/time.svg").content.decode()
    assert said in drawn
    assert "stroke-dasharray" in drawn
    signs = [one for one in ElementTree.fromstring(drawn).iter(f"{SVG}text") if one.text == "1"]
    assert len(signs) == 7  # one in each panel
    [noted] = client.get("/units/H99.json").json()["annotations"]
    assert (noted["kind"], noted["since"]) == ("merger", "2025-07-01")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/units/H99.xlsx").content))
    assert any(said in str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    plain = noting(HttpResponse(drawn), []), noting(HttpResponse(drawn), [said])
    sizes = [
        Image.open(io.BytesIO(as_png(lambda _request, one=one: one)(_asked()).content)).size for one in plain
    ]
    assert sizes[1][1] > sizes[0][1]  # what is noted stands under the picture
    assert client.get("/units/H99/time.png").status_code == 200


SVG = "{http://www.w3.org/2000/svg}"


def _asked() -> HttpRequest:
    request = HttpRequest()
    request.META["SERVER_NAME"], request.META["SERVER_PORT"] = "127.0.0.1", "80"
    return request


def test_the_portals_new_formula_is_noted_where_its_scores_are_drawn(
    client: Client, show: Callable[..., None]
) -> None:
    shown = over_time("2026-08", "2026-09")
    show(*shown, days=TwoDays("2026-09"))
    said = "1. Cổng đổi công thức (09/10/2026): "
    assert said in client.get("/units/H21").content.decode()
    assert "The portal changed its formula" in client.get("/en/").content.decode()
    show(*shown, days=TwoDays("2026-09"), counts=True)
    assert said not in client.get("/units/H21").content.decode()
    show(*shown, days=TwoDays("2026-08"))
    assert said not in client.get("/units/H21").content.decode(), "the first period has none before it"
