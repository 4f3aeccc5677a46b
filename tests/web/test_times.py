"""2.2 is a time, not a share: days, the shortest first, no bar, on every page that shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import polars as pl
import pytest
from django.test import Client

from phucvu.published import portal_2026
from phucvu.scoring.result import Result

from .showing import result_of

HOURS = {"H21.17": (16, 1), "H21.227": (2_080, 6), "H21.203": (0, 4)}
"""16, 346.67 and 0 working hours a dossier: 2, 43.33 and 0 days."""


def result(period: str, times: int) -> Result:
    published = portal_2026()
    like = published.figures.filter(unit="H21", indicator="2.1").drop("period")
    rows = [
        like.with_columns(
            unit=pl.lit(unit),
            indicator=pl.lit("2.2"),
            numerator=pl.lit(hours * times, pl.Int64),
            denominator=pl.lit(dossiers, pl.Int64),
        )
        for unit, (hours, dossiers) in HOURS.items()
    ]
    figures = [f.with_columns(period=pl.lit(period)) for f in (published.figures, *rows)]
    columns = published.figures.columns
    return result_of(pl.concat([f.select(columns) for f in figures]), published.units, period)


@pytest.fixture(autouse=True)
def _shown(show: Callable[..., None]) -> None:
    show(result("2026-09", 1), result("2026-08", 2))


def cells(page: str, kind: str) -> list[str]:
    return re.findall(rf'<td class="number {kind}"[^>]*>([^<]*)</td>', page)


def test_the_shortest_is_first_and_all_are_days(client: Client) -> None:
    page = client.get("/indicators/2.2?within=H21").content.decode()
    communes = page[page.index('id="commune"') :]
    assert [rate for rate in cells(communes, "rate") if rate != "—"] == [
        "0,00 ngày làm việc",
        "43,33 ngày làm việc",
    ]
    assert "2.080 giờ/6" in communes
    assert "Nhanh nhất là" in communes
    assert "%" not in "".join(cells(page, "rate"))
    assert 'class="bar"' not in page


def test_a_change_is_in_days(client: Client) -> None:
    page = client.get("/indicators/2.2?within=H21").content.decode()
    assert "▼ 43,34" in cells(page, "moved")  # 43,33 after 86,67


def test_a_unit_shows_days(client: Client) -> None:
    page = client.get("/units/H21.227").content.decode()
    assert "43,33 ngày" in page
    assert "34.666" not in page


def test_english(client: Client) -> None:
    assert "43.33 working days" in client.get("/en/indicators/2.2?within=H21").content.decode()


def test_the_embedded_list_too(client: Client) -> None:
    page = client.get("/embed/indicators/2.2?within=H21").content.decode()
    assert "43,33 ngày" in page
    assert page.index("0,00 ngày") < page.index("43,33 ngày")


def test_the_data_keep_the_exact_figure(client: Client) -> None:
    data = json.loads(client.get("/indicators/2.2.json?within=H21").content)
    row = next(row for row in data["units"] if row["unit"] == "H21.227")
    assert (row["numerator"], row["denominator"]) == (2_080, 6)
