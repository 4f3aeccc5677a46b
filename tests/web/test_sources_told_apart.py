"""The Annex, the formula text and what was observed are told apart wherever a page shows a rule."""

from __future__ import annotations

import pytest
from django.test import Client

from .test_data import csv_of
from .test_pages import text_of

OF_THE_ANNEX = "của Thủ tướng Chính phủ, Phụ lục; từ ngày 23/06/2022: điểm tối đa, tỷ lệ đạt điểm tối đa."
OF_THE_TEXT = "“Mô tả công thức tính chỉ số 766”, tài liệu mô tả cách tính"
OBSERVED = "Quan sát: kết quả"


@pytest.mark.parametrize("page", ["/rules/portal-2026", "/indicators/3.6", "/units/H21"])
def test_a_page_names_the_source_of_each_value(client: Client, page: str) -> None:
    html = client.get(page).content.decode()
    said = text_of(html).replace("Thủ tướng Chính phủ , ", "Thủ tướng Chính phủ, ")
    assert OF_THE_ANNEX in said
    assert OF_THE_TEXT in said
    assert OBSERVED in said
    assert "đối chiếu ngày 10/10/2026; từ ngày 23/06/2022: cách đếm." in said


def test_the_tables_of_the_rules_do_so_too(client: Client) -> None:
    rows = {row["id"]: row for row in csv_of(client, "/rules/portal-2026.csv")}
    assert "Phụ lục: điểm tối đa, tỷ lệ đạt điểm tối đa" in rows["3.6"]["sources"]
    assert "đối chiếu ngày 10/10/2026: cách đếm" in rows["3.6"]["sources"]
    assert "Annex: max points, target rate" in rows["3.6"]["sources_en"]
    assert "Quan sát" not in rows["2.1"]["sources"]
    api = client.get("/api/v1/rules/portal-2026").json()
    first = next(one for one in api["indicators"] if one["id"] == "3.6")
    assert (first["sources"]["max_points"], first["sources"]["count"]) == ("qd766", "portal")


def test_the_glossary_says_what_each_is(client: Client) -> None:
    said = text_of(client.get("/glossary").content.decode())
    for term in ("Phụ lục của Quyết định số 766/QĐ-TTg", "đơn vị vận hành Cổng", "quan sát"):
        assert term in said
