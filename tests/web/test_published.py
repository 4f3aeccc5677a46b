"""What the portal published stands beside the own count, by day, and says where it is from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape

import polars as pl
import pytest
from django.test import Client

from phucvu.published import portal_2026
from phucvu.published.bundled_days import BundledDays
from phucvu.web import results

from .showing import TwoDays, over_time, result_of, with_communes

LATEST = "Cổng DVCQG, ngày 09/10/2026: 64,50 điểm, hạng 6/34 tỉnh, thành phố cả nước"


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    html = re.sub("</?abbr[^>]*>", "", response.content.decode())
    return unescape(html).replace("\u00a0", " ")


@pytest.fixture
def province(show: Callable[..., None]) -> None:
    """A home that counts one province, with two published days."""
    known = portal_2026()
    own = pl.col("unit").str.starts_with("H21")
    units = type(known.units)(u for u in known.units.rows if u.code.startswith("H21"))
    shown = result_of(known.figures.filter(own), units, "2026", known.groups.filter(own))
    show(shown, days=TwoDays(), counts=True)


@pytest.mark.usefixtures("province")
def test_a_province_alone_has_its_place_in_the_nation_from_the_portal(client: Client) -> None:
    html = html_of(client, "/")
    assert LATEST in html
    assert "so với ngày 09/09/2026: ▼ 1,00 điểm, ▼ 2 bậc (không cùng cách chấm)" in html
    assert "hạng 1/1<" not in html
    assert "hạng 1/1," not in html
    assert "Cả nước đạt" not in html
    for address in ("/embed/units/H21", "/compare?units=H21,H21.227"):
        assert LATEST in html_of(client, address)
    assert "hạng 6/34" in html_of(client, "/compare?units=H21,H21.227")
    english = html_of(client, "/en/units/H21")
    assert "National portal, 09/10/2026: 64.50 points, rank 6 of 34 provinces" in english


@pytest.mark.usefixtures("province")
def test_what_changed_the_formula_is_said_where_days_are_compared(client: Client) -> None:
    said = "Từ ngày 09/10/2026, điểm chỉ số 2.1 trên Cổng không còn theo cách tính trước (điểm tối đa 18,00)"
    for address in ("/units/H21", "/units/H21/days"):
        html = html_of(client, address)
        assert said in html
        assert "không cùng cách chấm" in html
    data = client.get("/units/H21/days.json").json()
    assert [one["indicator"] for one in data["formula_changes"]] == ["2.1"]
    assert data["formula_changes"][0]["cost"] == "-1.00"
    marked = {row["day"]: bool(row["not_alike"]) for row in data["days"]}
    assert marked == {"2026-09-09": False, "2026-10-09": True}


@pytest.mark.usefixtures("province")
def test_a_change_of_the_formula_is_marked_in_the_picture_by_day(client: Client) -> None:
    """In the total and in the indicator's group, with what changed in the text alternatives."""
    said = "Vạch đứt: Từ ngày 09/10/2026, điểm chỉ số 2.1 trên Cổng không còn theo cách tính trước"
    for narrow in ("", "-narrow"):
        drawn = html_of(client, f"/units/H21/by-day{narrow}.svg")
        assert drawn.count("stroke-dasharray") == 2
        assert said in drawn
    page = html_of(client, "/units/H21/days")
    assert said in re.findall(r'<picture>.*?alt="([^"]*)"', page, flags=re.S)[0]


def test_days_of_one_formula_have_no_mark(client: Client, show: Callable[..., None]) -> None:
    show(results.result(results.periods()[0]), days=BundledDays())
    assert "stroke-dasharray" not in html_of(client, "/units/H15/by-day.svg")
    assert "Vạch đứt" not in html_of(client, "/units/H15/days")


@pytest.mark.usefixtures("province")
def test_every_number_says_where_it_is_from(client: Client) -> None:
    html = html_of(client, "/units/H21.227")
    assert "hạng 4/135 xã, phường của Gia Lai" in html
    assert "Tự đếm (điểm)" in html
    assert "Chênh lệch (điểm)" in html
    record = client.get("/units/H21.json").json()["unit"]
    assert (record["published_day"], record["published_score"], record["published_rank"]) == (
        "2026-10-09",
        64.5,
        6,
    )
    assert record["groups"]["online"]["published_score"] == 8.0
    rows = list(csv.DictReader(io.StringIO(client.get("/units/H21.csv").content.decode("utf-8-sig"))))
    total = next(row for row in rows if (row["unit"], row["part"]) == ("H21", "total"))
    assert (total["published_day"], total["published_rank"], total["rank"]) == ("2026-10-09", "6", "")
    api = client.get("/api/v1/scores/totals?unit=H21").json()["items"][0]
    assert (api["published_rank"], api["published_ranked"], api["rank"]) == (6, 34, None)
    days = client.get("/api/v1/published?unit=H21").json()
    assert (days["count"], days["items"][0]["day"]) == (6, "2026-10-09")


@pytest.mark.usefixtures("province")
def test_a_ranking_has_the_portals_place_beside_the_own(client: Client) -> None:
    html = html_of(client, "/units/H21")
    assert "Cổng DVCQG: điểm, hạng" in html
    assert "hạng 4/135" in html
    sorted_by_group = html_of(client, "/units/H21?sort=online")
    assert '<span class="measure">Cổng DVCQG </span>8,00' in sorted_by_group


@pytest.mark.usefixtures("province")
def test_what_stands_for_a_page_elsewhere_has_the_portals_number_too(client: Client) -> None:
    """An embedded ranking, and the sentence and picture of a link."""
    embedded = html_of(client, "/embed/ranking/H21")
    assert "64,50, hạng 4/135" in embedded
    assert embedded.count("Cổng DVCQG: điểm, hạng") == 1  # of the departments nothing was published
    head = html_of(client, "/units/H21").partition("</head>")[0]
    assert LATEST in head
    english = html_of(client, "/en/units/H21").partition("</head>")[0]
    assert "rank 6 of 34 provinces of the country" in english


def test_each_indicator_has_the_portals_figure(client: Client, show: Callable[..., None]) -> None:
    days, shown = TwoDays(), with_communes(3)
    row = {"part": "2.1", "numerator": 1234, "denominator": 2000, "score": 17.25}
    own = days._rows.filter(pl.col("part") == "total", pl.col("unit") == "H21.227")
    days._rows = pl.concat(
        [days._rows, own.with_columns(pl.lit(v).alias(c) for c, v in row.items()).cast(own.schema)]
    )
    show(shown, days=days, counts=True)
    said = "Cổng DVCQG, ngày 09/10/2026: 1.234/2.000, 17,25 điểm"
    for address in ("/units/H21.227", "/indicators/2.1?within=H21"):
        assert html_of(client, address).count(said) == 1
    assert "1.234/2.000" in html_of(client, "/embed/indicators/2.1?within=H21")
    units = client.get("/indicators/2.1.json?within=H21").json()["units"]
    of_commune = next(one for one in units if one["unit"] == "H21.227")
    assert (of_commune["published_numerator"], of_commune["published_score"]) == (1234, 17.25)
    assert of_commune["numerator"] != 1234
    sheet = client.get("/units/H21.227.csv").content.decode("utf-8-sig")
    line = next(r for r in csv.DictReader(io.StringIO(sheet)) if r["part"] == "2.1")
    assert (line["published_day"], line["published_score"]) == ("2026-10-09", "17.25")
    show(shown, days=days)  # what is shown is itself what was published
    assert said not in html_of(client, "/units/H21.227")


def test_the_demonstration_has_real_days(client: Client, show: Callable[..., None]) -> None:
    show(results.result(results.periods()[0]), days=BundledDays())
    html = html_of(client, "/units/H15/days?since=2026-09-17")
    assert "Từng ngày công bố" in html
    assert "So với ngày đã chọn (17/09/2026)" in html
    assert "các cơ quan của tỉnh Đắk Lắk đọc mỗi sáng" in html
    assert "Tự đếm" not in html  # what is shown is what was published
    days = {row["day"] for row in client.get("/units/H15/days.json").json()["days"]}
    assert len(days) == 18 + 5
    assert client.get("/units/H15/by-day.svg").status_code == 200
    first = html_of(client, "/units/H20/days")
    assert "hạng 1/34 tỉnh, thành phố cả nước" in first
    sheet = client.get("/units/H15/days.csv").content.decode("utf-8-sig").splitlines()
    assert any(line.startswith("2026-09-17,H15,1.2,") and ",79,81,3.9," in line for line in sheet)


def test_without_results_the_next_step_is_said(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-08", "2026-09"))
    html = html_of(client, "/units/H21/days")
    assert "phucvu portal pull" in html
    assert client.get("/units/H21/by-day.svg").status_code == 404
    assert "Kết quả trên Cổng" not in html_of(client, "/units/H21")
    assert client.get("/units/H99/days").status_code == 404
    assert client.get("/units/H21/days?since=hôm qua").status_code == 400


def test_pages_are_made_anew_when_new_results_come(client: Client, show: Callable[..., None]) -> None:
    days = TwoDays()
    shown = with_communes(3)
    show(shown, days=days, counts=True)
    before = client.get("/api/v1/ranks")["ETag"]
    assert LATEST in html_of(client, "/units/H21")
    days._rows = days._rows.with_columns(rank=pl.col("rank") + 1)
    days.version = lambda: 8  # type: ignore[method-assign]
    assert LATEST.replace("hạng 6", "hạng 7") in html_of(client, "/units/H21")
    assert client.get("/api/v1/ranks")["ETag"] != before
