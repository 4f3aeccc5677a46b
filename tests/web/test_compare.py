"""Units side by side, by a form that needs no scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from .showing import over_time
from .test_data import csv_of
from .test_pages import text_of


def test_the_same_numbers_as_on_the_units_pages(client: Client) -> None:
    rows = {row["part"]: row for row in csv_of(client, "/compare.csv?units=H21,H26,H21.17")}
    for code in ("H21", "H26", "H21.17"):
        unit = client.get(f"/units/{code}.json").json()
        assert float(rows["total"][code]) == unit["unit"]["score"]
        for component in unit["components"]:
            if component["max"]:
                assert float(rows[component["indicator"]][code]) == component["score"]
    shown = text_of(client.get("/compare?units=H21,H26").content.decode())
    assert "Gia Lai cao nhất (66,23 điểm), hơn Hà Nội (55,23) 11,00 điểm." in shown


def test_adding_and_removing_by_links(client: Client) -> None:
    html = client.get("/compare?units=H21&q=ha+noi").content.decode()
    assert 'href="/compare?units=H21,H26"' in html
    html = client.get("/compare?units=H21,H26").content.decode()
    assert 'href="/compare?units=H26"' in html
    assert 'name="units" value="H21,H26"' in html
    assert "Không có đơn vị nào như “zzz”." in client.get("/compare?units=H21&q=zzz").content.decode()
    assert "Gần hạng" in client.get("/compare?units=H21").content.decode()
    assert "Chọn những đơn vị" in client.get("/compare").content.decode()


@pytest.mark.parametrize(
    ("units", "status"),
    [
        ("H21,H99", 404),
        ("<script>", 404),
        ("H01,H05,H12,H13,H14,H15,H17,H18,H19", 404),
        ("H21,H21,,H21", 200),
        (",", 200),
    ],
)
def test_bad_lists_of_units(client: Client, units: str, status: int) -> None:
    response = client.get("/compare", {"units": units})
    assert response.status_code == status
    assert "<script" not in response.content.decode()


def test_over_time(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-08", "2026-09"))
    html = client.get("/compare?units=H21,H26").content.decode()
    assert "/compare/time.svg?units=H21,H26" in html
    assert client.get("/compare/time.svg?units=H21,H26").status_code == 200
    assert 'href="/compare?period=2026-08&amp;units=H21,H26"' in html
