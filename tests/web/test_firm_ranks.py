"""How firm ranks are, on every page and in every form where ranks stand: the same places everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from django.test import Client

from phucvu.published import scored_2026
from phucvu.rules.loading import load
from phucvu.steering.firm_ranks import firm_ranks, ranked_units
from phucvu.steering.other_rules import scored_by

from .showing import with_communes
from .test_pages import text_of

PROVINCES = ("province", None)


@pytest.fixture(scope="module")
def firm():
    return firm_ranks(scored_2026().scores, "2026", PROVINCES)


def page_of(client: Client, address: str) -> str:
    return text_of(client.get(address).content.decode())


def test_a_unit_says_how_firm_its_rank_is(client: Client, firm) -> None:
    own = firm["H21"]
    shown = page_of(client, "/units/H21")
    assert f"Hạng 4, chắc từ {own.low} đến {own.high} (độ tin cậy 95%)" in shown
    assert f"với {len(own.alike)} tỉnh, thành phố chưa đủ lớn để nói bên nào hơn" in shown
    found = scored_2026().scores
    ranked = ranked_units(found, "2026", PROVINCES)
    alone = {code: ranked.alone(code) for code in firm}
    narrower = next(code for code, one in firm.items() if alone[code] != (one.low, one.high))
    low, high = alone[narrower]
    assert re.search(
        rf"Nếu chỉ xét riêng [^:]+: từ {low} đến {high}\.", page_of(client, f"/units/{narrower}")
    )
    english = page_of(client, "/en/units/H21")
    assert f"Rank 4, firm from {own.low} to {own.high} (at 95% confidence)" in english


def test_neighbours_that_cannot_be_told_apart_are_said_so(client: Client, firm) -> None:
    assert {"H19", "H24", "H53", "H49"} <= set(firm["H21"].alike)
    said = "Chưa phân biệt rõ được với đơn vị nào trong bảng này"
    assert said in page_of(client, "/units/H21")
    assert "H21.20" not in firm_ranks(scored_2026().scores, "2026", ("department", "H21"))["H21.26"].alike
    assert "Khác biệt rõ với mọi đơn vị trong bảng này." in page_of(client, "/units/H21.20")


def test_the_ranking_has_the_places_by_each_rank(client: Client, firm) -> None:
    html = client.get("/").content.decode()
    for one in firm.values():
        said = f'title="chắc từ {one.low} đến {one.high}">{one.low}–{one.high}</span>'
        assert said in html or one.low == one.high
    by_group = firm_ranks(scored_2026().scores, "2026", PROVINCES, "payment")["H21"]
    html = client.get("/?sort=payment").content.decode()
    assert f'title="chắc từ {by_group.low} đến {by_group.high}"' in html


def test_data_and_api_have_the_same_places(client: Client, firm) -> None:
    places = {code: (one.low, one.high) for code, one in firm.items()}
    units = client.get("/index.json").json()["units"]
    assert {u["unit"]: (u["rank_from"], u["rank_to"]) for u in units if u["kind"] == "province"} == places
    own = client.get("/units/H21.json").json()["unit"]
    assert (own["rank_from"], own["rank_to"]) == places["H21"]
    for route in ("scores/totals?unit=H21", "ranks?kind=province"):
        rows = client.get(f"/api/v1/{route}").json()["items"]
        [row] = [row for row in rows if row["unit"] == "H21"]
        assert (row["rank_from"], row["rank_to"]) == places["H21"]
    by_group = firm_ranks(scored_2026().scores, "2026", PROVINCES, "payment")["H21"]
    [row] = client.get("/api/v1/scores/groups?unit=H21&group=payment").json()["items"]
    assert (row["rank_from"], row["rank_to"]) == (by_group.low, by_group.high) != places["H21"]
    [nation] = client.get("/api/v1/scores/groups?unit=VN&group=payment").json()["items"]
    assert (nation["rank_from"], nation["rank_to"]) == (None, None)
    [nation] = client.get("/api/v1/scores/totals?unit=VN").json()["items"]
    assert (nation["rank_from"], nation["rank_to"]) == (None, None)


@pytest.mark.parametrize(
    "address", ["/ranks.svg", "/ranks-narrow.svg", "/units/H21/ranks.svg?kind=department"]
)
def test_the_picture_has_a_row_for_each_unit(client: Client, address: str) -> None:
    root = ElementTree.fromstring(client.get(address).content)
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert sum(text[:1].isdigit() and ". " in text for text in texts) == (14 if "H21" in address else 34)
    assert root.get("width") == ("350" if "narrow" in address else "800")
    assert client.get(address.replace("-narrow.svg", ".png").replace(".svg", ".png")).status_code == 200


def test_there_is_no_picture_of_units_that_there_are_not(client: Client) -> None:
    assert client.get("/units/H21/ranks.svg?kind=ministry").status_code == 404
    assert client.get("/units/H21.17/ranks.svg").status_code == 404


def test_a_full_province_of_communes(client: Client, show: Callable[..., None]) -> None:
    show(with_communes(149))
    html = client.get("/units/H21").content.decode()
    assert "/units/H21/ranks.svg?kind=commune" in html
    assert client.get("/units/H21/ranks-narrow.svg?kind=commune").status_code == 200


def test_the_rank_by_the_other_rules_stands_beside_the_own(client: Client) -> None:
    by_law = scored_by(scored_2026().scores, "2026", load("qd766-2022")).totals
    total = by_law.filter(unit="H21.17").row(0, named=True)
    score = f"{total['score']:.2f}".replace(".", ",")
    said = f"theo bộ quy tắc qd766-2022: {score} điểm, hạng {total['rank']}/{total['ranked']}."
    shown = page_of(client, "/units/H21.17")
    assert said in shown
    assert "đếm khác ở 3.6, 4.1, 4.3, 4.4" in shown
    [data] = client.get("/units/H21.17.json").json()["by_other_rules"]
    assert (data["rules"], data["score"], data["rank"]) == (
        "qd766-2022",
        float(total["score"]),
        total["rank"],
    )
    [data] = client.get("/units/H21.json").json()["by_other_rules"]
    assert (data["score"], data["rank"], data["missing"]) == (None, None, ["4.6"])
    assert "qd766-2022" not in page_of(client, "/units/H21")
