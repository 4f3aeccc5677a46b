"""Behind every page: the same numbers as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client

from phucvu.web import boards, results
from phucvu.web.templatetags.reading import points

PAGES = ["/index", "/units/H21", "/units/H21.20", "/indicators", "/indicators/2.1", "/rules"]
PAGES += ["/rules/portal-2026", "/about", "/indicators/3.1"]


def csv_of(client: Client, address: str) -> list[dict[str, str]]:
    text = client.get(address).content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("page", PAGES)
def test_types_and_origin(client: Client, language: str, page: str) -> None:
    json = client.get(f"{language}{page}.json")
    assert json.status_code == 200
    assert json["Content-Type"] == "application/json; charset=utf-8"
    data = json.json()
    assert data["period"] == "2026"
    assert data["cut_off"] == "2026-10-10T00:00:00"
    assert data["source"]["vi"].startswith("Cổng Dịch vụ công quốc gia")
    table = client.get(f"{language}{page}.csv")
    assert table.status_code == 200
    assert table["Content-Type"] == "text/csv; charset=utf-8"
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert table["Content-Disposition"] == (
        f'attachment; filename="phucvu-2026-{page.strip("/").replace("/", "-")}.csv"'
    )
    assert json.content == client.get(f"{page}.json").content  # the same in both languages


def test_front_page_shows_what_its_data_say(client: Client) -> None:
    html = client.get("/").content.decode()
    records = client.get("/index.json").json()["units"]
    nation, *rows = csv_of(client, "/index.csv")
    assert (nation["unit"], nation["rank"]) == ("VN", "")
    board = boards.board(results.periods()[0])
    assert [r["unit"] for r in records] == [r["unit"] for r in rows]
    for record, row in zip(records, rows, strict=True):
        standing = board.standings[record["unit"]]
        assert float(row["score"]) == record["score"] == float(standing.total.score or 0)
        assert int(row["rank"]) == record["rank"] == standing.total.rank
        shown = re.search(rf'<th scope="row"><a href="/units/{record["unit"]}">.*?</tr>', html, re.S)
        assert shown
        cells = re.findall(r'data-label="[^"]+">([^<]+)</td>', shown[0])
        scores = [record["score"], *(group["score"] for group in record["groups"].values())]
        assert cells == [points(s) for s in scores]
        assert [float(row[g]) for g in record["groups"]] == scores[1:]


@pytest.mark.parametrize("code", ["H21", "H21.20", "H15"])
def test_unit_page_shows_what_its_data_say(client: Client, code: str) -> None:
    html = client.get(f"/units/{code}").content.decode()
    data = client.get(f"/units/{code}.json").json()
    rows = [row for row in csv_of(client, f"/units/{code}.csv") if row["unit"] == code]
    by_part = {row["part"]: row for row in rows}
    for component in data["components"]:
        row = by_part[component["indicator"]]
        assert number(row["numerator"]) == component["numerator"]
        assert number(row["denominator"]) == component["denominator"]
        assert number(row["rate"]) == component["rate"]
        assert number(row["score"]) == component["score"]
        assert row["state"] == component["state"]
        line = re.search(
            rf'<span class="id">{re.escape(component["indicator"])}</span> <a.*?</tr>', html, re.S
        )
        assert line
        if component["max"]:
            assert f">{points(component['score'])}</td>" in line[0]
    total = by_part["total"]
    assert number(total["score"]) == data["unit"]["score"]
    assert number(total["lost"]) == data["unit"]["lost"]
    assert {row["part"] for row in rows if row["state"] == "not_published"} <= {
        "3.1",
        "3.2",
        "3.3",
        "5.2",
        "5.3",
        "5.4",
    }
    below = {(r["unit"]) for r in csv_of(client, f"/units/{code}.csv")} - {code}
    assert below == {record["unit"] for record in data["below"]}


def test_points_lost_add_up(client: Client) -> None:
    data = client.get("/units/H21.json").json()
    lost = sum(group["lost"] for group in data["unit"]["groups"].values())
    assert round(lost, 2) == data["unit"]["lost"]


def test_indicator_page_shows_what_its_data_say(client: Client) -> None:
    html = client.get("/indicators/2.1").content.decode()
    records = client.get("/indicators/2.1.json").json()["units"]
    rows = csv_of(client, "/indicators/2.1.csv")
    assert len(records) == len(rows) == 34
    assert [r["rate"] for r in records] == sorted((r["rate"] for r in records), reverse=True)
    for record, row in zip(records, rows, strict=True):
        assert number(row["numerator"]) == record["numerator"]
        assert f">{points(record['score'])}</td>" in html
    lowest_first = client.get("/indicators/2.1.json?order=asc").json()["units"]
    assert [r["unit"] for r in lowest_first] == [r["unit"] for r in reversed(records)]
    within = client.get("/indicators/2.1.json?within=H21").json()["units"]
    assert {r["parent"] for r in within} == {"H21"}


def number(text: str) -> Any:
    return None if text == "" else float(text)
