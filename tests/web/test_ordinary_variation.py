"""Movement within ordinary variation is not called progress, on the pages and in their pictures."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from django.test import Client

from phucvu.published import portal_2026

from .showing import over_time, result_of
from .test_pages import text_of

MONTHS = [f"2025-{month:02}" for month in range(7, 13)] + [f"2026-{month:02}" for month in range(1, 10)]
SAID = "Tổng điểm còn trong mức dao động thường qua các kỳ"
DOTTED = 'stroke-dasharray="2,3"'


@pytest.fixture(scope="module")
def months():
    return over_time(*MONTHS)


@pytest.fixture(scope="module")
def fallen(months):
    """The same months, in the last of which Gia Lai has nothing on time."""
    published = portal_2026()
    own = (pl.col("unit") == "H21") & (pl.col("indicator") == "2.1")
    figures = published.figures.with_columns(
        period=pl.lit(MONTHS[-1]),
        numerator=pl.when(own).then(pl.col("numerator") // 10).otherwise("numerator"),
    )
    groups = published.groups.with_columns(period=pl.lit(MONTHS[-1]))
    return [*months[:-1], result_of(figures, published.units, MONTHS[-1], groups)]


def test_a_total_that_varies_as_usual_is_said_so(client: Client, show: Callable[..., None], months) -> None:
    show(*months)
    address = f"/units/H21?period={MONTHS[-1]}"
    shown = text_of(client.get(address).content.decode())
    assert SAID in shown
    assert "Kỳ gần nhất trong mức dao động thường: Tổng điểm" in shown
    assert DOTTED in client.get(f"/units/H21/time.svg?period={MONTHS[-1]}").content.decode()


def test_a_fall_out_of_the_ordinary_is_said_and_marked(
    client: Client, show: Callable[..., None], fallen
) -> None:
    show(*fallen)
    period = f"period={MONTHS[-1]}"
    shown = text_of(client.get(f"/units/H21?{period}").content.decode())
    assert SAID not in shown
    assert "Tổng điểm: kỳ gần nhất thấp hơn mức dao động thường." in shown
    picture = client.get(f"/units/H21/time.svg?{period}").content.decode()
    assert 'fill="#9b1c1c"' in picture
    of_indicator = text_of(client.get(f"/indicators/2.1?{period}").content.decode())
    assert "Thấp nhất: kỳ gần nhất thấp hơn mức dao động thường." in of_indicator
    english = text_of(client.get(f"/en/indicators/2.1?{period}").content.decode())
    assert "the latest period is below ordinary variation" in english


def test_few_periods_tell_nothing_of_variation(client: Client, show: Callable[..., None], months) -> None:
    show(*months[-8:])
    html = client.get(f"/units/H21?period={MONTHS[-1]}").content.decode()
    assert "dao động thường" not in text_of(html)
    assert DOTTED not in client.get(f"/units/H21/time.svg?period={MONTHS[-1]}").content.decode()


def test_days_are_charted_by_what_each_added(client: Client) -> None:
    """Offices of Đắk Lắk read its cumulative figures on 18 mornings."""
    shown = text_of(client.get("/units/H15/days").content.decode())
    usual = "1.4, 4.1, 4.2, 4.3, 4.4, 4.5b, 5.2, 5.3"
    assert f"Phần tăng thêm của ngày gần nhất trong mức dao động thường: {usual}." in shown
    picture = client.get("/units/H15/added.svg").content.decode()
    assert DOTTED in picture
    assert client.get("/units/H15/added-narrow.svg").status_code == 200
    assert client.get("/units/H21/added.svg").status_code == 404
    assert "Phần tăng thêm" not in text_of(client.get("/units/H21/days").content.decode())
    english = text_of(client.get("/en/units/H15/days").content.decode())
    assert "What the latest day added is within ordinary variation" in english
