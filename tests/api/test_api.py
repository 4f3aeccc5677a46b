"""The data API answers with the results that the pages show."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from phucvu.published import portal_2026
from phucvu.web import results
from phucvu.web.boards import board

API = "/api/v1"
LISTS = ["units", "figures", "scores/components", "scores/groups", "scores/totals", "ranks"]


def asked(client: Client, address: str, status: int = 200) -> Any:
    answer = client.get(API + address if not address.startswith(API) else address)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_figures_are_the_published_ones(client: Client) -> None:
    expected = portal_2026().figures.select("unit", "indicator", "numerator", "denominator").rows()
    pages = [asked(client, f"/figures?limit=1000&period=2026&page={page}") for page in (1, 2)]
    rows = [row for page in pages for row in page["items"]]
    got = [tuple(row[k] for k in ("unit", "indicator", "numerator", "denominator")) for row in rows]
    assert set(expected) <= set(got)
    assert pages[0]["count"] == len(got) == len(set(got))
    assert {row["period"] for row in rows} == {"2026"}


def test_scores_ranks_and_totals_of_gia_lai(client: Client) -> None:
    [total] = asked(client, "/scores/totals?unit=H21")["items"]
    assert (total["score"], total["rank"], total["ranked"]) == (66.23, 4, 34)
    groups = asked(client, "/scores/groups?unit=H21")["items"]
    assert round(sum(g["score"] for g in groups), 2) == 66.23
    ranks = asked(client, "/ranks")
    assert [r["rank"] for r in ranks["items"]][:4] == [1, 2, 3, 4]
    assert ranks["items"][3]["unit"] == "H21"
    assert {r["kind"] for r in ranks["items"]} == {"province"}
    communes = asked(client, "/ranks?parent=H21&kind=commune&part=progress")["items"]
    scores = [r["score"] for r in communes]
    assert scores == sorted(scores, reverse=True)
    assert {r["kind"] for r in communes} == {"commune"}
    components = asked(client, "/scores/components?unit=H21&group=progress")["items"]
    shown = {row["indicator"]: row for row in board(results.periods()[0]).components("H21")}
    assert all(
        c["score"] == (s := shown[c["indicator"]]["score"]) or c["score"] == float(s) for c in components
    )


def test_the_nation_has_a_row_of_scores_and_is_no_unit(client: Client) -> None:
    [total] = asked(client, "/scores/totals?unit=VN")["items"]
    assert (total["kind"], total["parent"], total["rank"], total["ranked"]) == ("nation", None, None, 0)
    provinces = [t["score"] for t in asked(client, "/scores/totals?kind=province&limit=100")["items"]]
    assert total["score"] == round(sum(provinces) / len(provinces), 2)
    groups = asked(client, "/scores/groups?unit=VN")["items"]
    assert {g["origin"] for g in groups} == {"mean"}
    assert len(groups) == 6
    codes = [u["code"] for u in asked(client, "/units?limit=1000")["items"]]
    assert "VN" not in codes
    asked(client, "/units/VN", 404)


@pytest.mark.parametrize("path", LISTS)
def test_pages_have_everything_once_and_csv_has_it_all(client: Client, path: str) -> None:
    address: str | None = f"/{path}?limit=37"
    seen: list[Any] = []
    while address:
        page = asked(client, address)
        seen += page["items"]
        address = page["next"]
    assert len(seen) == page["count"] > 0
    assert len({json.dumps(row, sort_keys=True) for row in seen}) == len(seen)
    by_query = client.get(f"{API}/{path}?format=csv")
    by_header = client.get(f"{API}/{path}", headers={"accept": "text/csv"})
    assert by_query.content == by_header.content
    rows = rows_of_csv(by_query.content)
    assert len(rows) == len(seen)
    for row, item in zip(rows, seen, strict=True):
        for name, value in item.items():
            if isinstance(value, str) or value is None:
                assert row[name] == (value or "")
            elif isinstance(value, int | float):
                assert float(row[name]) == value


def test_units(client: Client) -> None:
    found = asked(client, "/units?q=gia lai&kind=province")["items"]
    assert [unit["code"] for unit in found] == ["H21"]
    assert asked(client, "/units?q=nowhere")["items"] == []
    assert [u["code"] for u in asked(client, "/units?q=sở y tế&under=H21")["items"]] == ["H21.19"]
    unit = asked(client, "/units/H21.19")
    assert [above["code"] for above in unit["above"]] == ["H21"]
    province = asked(client, "/units/H21")
    assert {u["parent"] for u in province["below"]} == {"H21"}
    under = asked(client, "/units?under=H21&limit=1000")["items"]
    assert {u["code"] for u in under} == {"H21", *(u["code"] for u in province["below"])}


def test_rules_and_periods(client: Client) -> None:
    assert [p["period"] for p in asked(client, "/periods")["items"]] == ["2026"]
    assert {r["name"]: r["used"] for r in asked(client, "/rules")["items"]} == {
        "portal-2026": True,
        "qd766-2022": False,
    }
    found = asked(client, "/rules/portal-2026")
    assert found["max"] == 100
    assert sum(i["max"] for i in found["indicators"]) == 100
    [late] = [i for i in found["indicators"] if i["id"] == "2.1"]
    assert late["max"] == 20
    assert late["target"] == 1
    assert asked(client, "/rules/qd766-2022?day=2023-05-01")["day"] == "2023-05-01"


@pytest.mark.parametrize("path", [*LISTS, "periods", "rules", "rules/portal-2026", "units/H21"])
def test_what_has_not_changed_is_not_sent_again(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(f"{API}/{path}")
    tag = first.headers["ETag"]
    again = client.get(f"{API}/{path}", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    as_csv = client.get(f"{API}/{path}?format=csv", headers={"if-none-match": tag})
    assert as_csv.status_code == 200
    source = results.Given([results.result(results.periods()[0])])
    monkeypatch.setattr(results, "source", lambda: source)
    changed = client.get(f"{API}/{path}", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_no_result_yet(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    source = results.Given([])
    monkeypatch.setattr(results, "source", lambda: source)
    assert asked(client, "/periods") == {"count": 0, "items": []}
    assert asked(client, "/rules")["count"] == 2
    assert asked(client, "/figures", 404)["en"] == "there is no result yet"
    assert client.get(f"{API}/periods?format=csv").status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "field", "words"),
    [
        ("/figures?period=1999", 404, "period", "no result of the period 1999; there are: 2026"),
        ("/figures?period=abc", 422, "period", "unknown period 'abc'"),
        ("/figures?unit=H00", 404, "unit", "there is no unit H00"),
        ("/figures?under=H00", 404, "under", "there is no unit H00"),
        ("/figures?indicator=9.9", 404, "indicator", "there is no 9.9; there are: 1.1"),
        ("/scores/groups?group=x", 404, "group", "there are: transparency"),
        ("/ranks?part=x", 404, "part", "there are: total"),
        ("/ranks?parent=H00", 404, "parent", "there is no unit H00"),
        ("/units?kind=village", 422, "kind", "must be one of"),
        ("/units/H00", 404, "code", "there is no unit H00"),
        ("/rules/none", 404, "name", "there is no none"),
        ("/rules/portal-2026?day=2026-13-01", 422, "day", "must be a date"),
        ("/figures?limit=0", 422, "limit", "must be at least 1"),
        ("/figures?limit=1001", 422, "limit", "must be at most 1000"),
        ("/figures?page=x", 422, "page", "must be a whole number"),
        ("/figures?page=999", 404, "page", "no page 999; the last is"),
        ("/units?q=" + "x" * 200, 422, "q", "longer than 100 letters"),
        ("/nothing", 404, None, "no such address"),
        ("", 404, None, "no such address"),
    ],
)
def test_mistakes_are_said_in_one_line(
    client: Client, address: str, status: int, field: str | None, words: str
) -> None:
    answer = client.get(API + address)
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = json.loads(answer.content)
    assert (answer.status_code, said["status"], said["field"]) == (status, status, field)
    assert words in said["en"]
    assert said["vi"] == said["detail"] != said["en"]
    assert "\n" not in said["vi"] + said["en"]


def test_nothing_can_be_written(client: Client) -> None:
    for path in LISTS:
        assert client.post(f"{API}/{path}", {}).status_code == 405
        assert client.delete(f"{API}/{path}").status_code == 405


def test_others_pages_may_read_it(client: Client) -> None:
    answer = client.get(f"{API}/periods")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "sessionid" not in answer.cookies
    assert "Accept" in answer.headers["Vary"]
    assert urlsplit(asked(client, "/units?limit=1")["next"]).path == f"{API}/units"
