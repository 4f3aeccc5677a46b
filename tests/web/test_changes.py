"""What changed, with its unit and since when; the ranks around a unit; shares of points in percent."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.test import Client

from phucvu.figures.periods import Period
from phucvu.rules.loading import load
from phucvu.scoring.result import Result
from phucvu.web.boards import Board, compared
from phucvu.web.neighbours import neighbours

from .showing import over_time, reorganised
from .test_pages import text_of

SVG = "{http://www.w3.org/2000/svg}"


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return str(response.content.decode())


def numbers(text: str) -> Decimal:
    return Decimal(text.replace("▲ ", "").replace("▼ ", "-").replace(",", "."))


def test_each_indicator_says_how_its_points_changed_and_since_when(
    client: Client, show: Callable[..., None]
) -> None:
    show(*over_time("2026-08", "2026-09"))
    html = html_of(client, "/units/H21.227")
    points = {
        period: {
            row["indicator"]: row["score"]
            for row in client.get(f"/units/H21.227.json?period={period}").json()["components"]
        }
        for period in ("2026-08", "2026-09")
    }
    table = html.partition('<table class="components')[2].partition("</table>")[0]
    assert "± (điểm)" in table
    rows = re.findall(r'<span class="id">([^<]+)</span> <a.*?</tr>', table, re.S)
    lines = dict(zip(rows, re.findall(r'<tr class="line">.*?</tr>', table, re.S), strict=True))
    changed = 0
    for indicator, line in lines.items():
        now, then = points["2026-09"].get(indicator), points["2026-08"].get(indicator)
        said = re.search(
            r'<td class="number moved[^>]*>([^<]*)(<span class="measure"> điểm</span>)?</td>', line
        )
        if said is None:
            continue
        if now is None or then is None:
            assert said[1] == ""
        elif round(now - then, 2) == 0:
            assert said[1] == "="
        else:
            changed += 1
            assert re.fullmatch(r"[▲▼] \d+,\d\d", said[1])
            assert said[2]
            assert numbers(said[1]) == round(Decimal(str(now)) - Decimal(str(then)), 2)
            assert f'title="tháng 8/2026: {then:.2f} điểm"'.replace(".", ",") in line
    assert changed > 5
    assert "± là số điểm tăng, giảm so với tháng 8/2026." in html
    assert "± (điểm)" not in html_of(client, "/units/H21.227?period=2026-08")


def test_every_change_on_a_page_has_its_measure(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09"))
    for page in ("/", "/units/H21", "/units/H21.227", "/indicators/2.1?within=H21"):
        html = html_of(client, page)
        for found in re.finditer(r"[▲▼]\s[\d.,]+", html):
            after = re.sub(r"<[^>]+>", "", html[found.end() : found.end() + 60]).strip()
            cell = html[html.rfind("<td", 0, found.start()) : found.start()]
            labelled = re.search(r'data-label="±[^"]*\((điểm phần trăm|ngày)\)', cell)
            assert re.match("điểm|bậc", after) or labelled, (
                page,
                html[found.start() - 80 : found.end() + 60],
            )
            if not after.startswith("bậc"):
                assert re.search(r",\d\d$", found[0]), (page, found[0])


@pytest.mark.parametrize(
    ("period", "cut_off", "before", "year_before"),
    [
        ("2026-10", "2026-11-05 08:00", "2026-09", "2025-10"),
        ("2026-10", "2026-10-10 08:30", "2026-09-01..2026-09-10", "2025-10-01..2025-10-10"),
        ("2026-03", "2026-03-31 08:30", "2026-02", "2025-03"),
        ("2026-Q4", "2026-11-15 08:30", "2026-07-01..2026-08-15", "2025-10-01..2025-11-15"),
        ("2028", "2028-02-29 08:30", "2027-01-01..2027-02-28", "2027-01-01..2027-02-28"),
        ("2026-01", "2026-01-07 08:30", "2025-12-01..2025-12-07", "2025-01-01..2025-01-07"),
        ("2026-08-05..2026-08-14", "2026-08-06 08:30", "2026-07-26..2026-07-27", "2025-08-05..2025-08-06"),
    ],
)
def test_a_running_period_is_compared_with_the_same_days(
    period: str, cut_off: str, before: str, year_before: str
) -> None:
    made = over_time("2026-09")[0]
    result = replace(made, period=Period.parse(period), cut_off=dt.datetime.fromisoformat(cut_off))
    assert [str(one) for one in compared(result)] == [before, year_before]


def running(*periods: str) -> list[Result]:
    """Results of which the year, counted on 10 October 2026, is not over."""
    return over_time(*periods)


def test_a_running_year_shows_no_change_against_a_whole_one_and_says_why(
    client: Client, show: Callable[..., None]
) -> None:
    show(*running("2025", "2026"))
    for page in ("/", "/units/H21", "/indicators/2.1?within=H21"):
        html = html_of(client, page)
        assert "▲" not in html
        assert "▼" not in html
        assert "Kỳ đang chạy chưa so với năm 2025: chưa có số liệu của cùng những ngày ấy." in text_of(html)
    unit = client.get("/units/H21.json").json()["unit"]
    assert unit["score_change"] is None
    assert unit["rank_change"] is None
    table = html_of(client, "/units/H21").partition('class="times"')[2]
    assert re.search(r"2026</strong> <span class=\"reason\">đang chạy", table)
    assert "2026 (đang chạy)" in client.get("/units/H21/time.svg").content.decode()
    assert "2025 (đang chạy)" not in client.get("/units/H21/time.svg").content.decode()


def test_a_running_year_is_compared_with_the_same_days_where_they_were_counted(
    client: Client, show: Callable[..., None]
) -> None:
    show(*running("2025", "2025-01-01..2025-10-10", "2026"))
    shown = text_of(html_of(client, "/units/H21?period=2026"))
    assert "So với cùng những ngày của kỳ trước (từ 01/01/2025 đến 10/10/2025): " in shown
    assert "Kỳ đang chạy chưa so với" not in shown
    now = client.get("/units/H21.json?period=2026").json()["unit"]
    then = client.get("/units/H21.json?period=2025-01-01..2025-10-10").json()["unit"]
    assert round(now["score"] - then["score"], 2) == now["score_change"]


def test_what_changed_most_stands_beside_the_answer(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-08", "2026-09"))
    html = html_of(client, "/units/H21")
    said = html.partition('id="changed"')[2].partition("</section>")[0]
    assert "So với tháng 8/2026" in said
    for name, sign in (("Tăng nhiều nhất", 1), ("Giảm nhiều nhất", -1)):
        listed = re.search(rf"<h3>{name}</h3>\n<ul.*?</ul>", said, re.S)
        assert listed
        changes = [numbers(one) for one in re.findall(r"[▲▼] \d+,\d\d", listed[0])]
        assert changes == sorted(changes, reverse=sign > 0)
        assert all(change * sign > 0 for change in changes)
        assert 1 <= len(changes) <= 3
    assert 'id="changed"' not in html_of(client, "/units/H21?period=2026-08")


def test_the_trend_is_a_small_picture_of_the_total(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-07", "2026-08", "2026-09"))
    assert 'src="/units/H21/trend.svg"' in html_of(client, "/units/H21")
    picture = ElementTree.fromstring(client.get("/units/H21/trend.svg").content)
    said = {element.text for element in picture.iter(f"{SVG}text")}
    scores = [
        client.get(f"/units/H21.json?period=2026-{m}").json()["unit"]["score"] for m in ("07", "08", "09")
    ]
    assert {f"{score:.2f}".replace(".", ",") for score in (min(scores), max(scores))} <= said
    assert {"07/2026", "09/2026"} <= said


def test_one_period_has_no_trend(client: Client) -> None:
    assert "trend.svg" not in html_of(client, "/units/H21")
    assert client.get("/units/H21/trend.svg").status_code == 404


def test_the_ranks_around_a_unit_and_the_points_between(client: Client) -> None:
    html = html_of(client, "/units/H21")  # 4th of 34
    near = html.partition('id="around"')[2].partition("</section>")[0]
    every = client.get("/index.json").json()["units"]
    places = [u["score"] for u in every]
    here = places.index(66.23)
    assert [int(r) for r in re.findall(r'class="number rank">(\d+)<', near)] == [2, 3, 4, 5, 6]
    above, below = places[here - 1] - 66.23, 66.23 - places[here + 1]
    assert f"Cách hạng trên {above:.2f} điểm. Hơn hạng dưới {below:.2f} điểm.".replace(".", ",", 0) in (
        near.replace(",", ".")
    )
    best = html_of(client, f"/units/{every[0]['unit']}")
    assert "Cách hạng trên" not in best
    assert "Hơn hạng dưới" in best


def test_equal_scores_are_no_rank_above() -> None:
    board = Board(over_time("2026-09")[0])
    for standing in board.provinces:
        around = neighbours(board, standing)
        assert around
        assert standing in around.rows
        assert around.to_above is None or around.to_above > 0
        assert (around.to_above is None) == (standing.total.rank == 1)


def test_a_unit_that_is_ranked_with_nobody_has_no_rank(client: Client, show: Callable[..., None]) -> None:
    show(*reorganised())
    for address in ("/", "/compare?units=H99,H99.101", "/embed/units/H99", "/units/H99/lost.svg"):
        assert "hạng 1/1" not in text_of(html_of(client, address)), address
    own = client.get("/units/H99.json").json()["unit"]
    assert (own["rank"], own["ranked"], own["unranked"]) == (None, 1, "alone")
    assert {(g["rank"], g["unranked"]) for g in own["groups"].values()} == {(None, "alone")}
    total = client.get("/api/v1/scores/totals?unit=H99").json()["items"][0]
    assert (total["rank"], total["unranked"]) == (None, "alone")
    assert "hạng 1/3" in text_of(html_of(client, "/units/H99.101"))


def test_groups_and_totals_are_given_in_percent_too(client: Client) -> None:
    unit = client.get("/units/H21.json").json()["unit"]
    html = html_of(client, "/units/H21")
    for mark in (unit, *unit["groups"].values()):
        percent = f"{100 * mark['score'] / mark['max']:.2f}%".replace(".", ",")
        assert f'<td class="number rate">{percent}</td>' in html
        assert f"hạng {mark['rank']}/{mark['ranked']}" in html
    online = unit["groups"]["online"]
    percent = f"{100 * online['score'] / online['max']:.2f}%".replace(".", ",")
    ranking = html_of(client, "/?sort=online")
    assert f'<td class="share">{percent}</td>' in ranking
    assert f'title="{percent}, hạng {online["rank"]}/{online["ranked"]}"' in ranking


def test_the_index_is_spoken_of_as_22_components_in_5_groups(client: Client) -> None:
    rules = load("portal-2026").at(dt.date(2026, 10, 1))
    assert (len(rules.components), len(rules.group_numbers)) == (22, 5)
    for page in ("/", "/indicators", "/rules/portal-2026", "/rules/qd766-2022"):
        assert "22 chỉ số thành phần trong 5 nhóm" in text_of(html_of(client, page)), page
