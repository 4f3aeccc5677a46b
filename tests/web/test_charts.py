"""The pictures: well-formed, said in words, and right in the dark."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.test import Client

from phucvu.charts.lost_points import NARROW, WIDE, Loss, lost_points
from phucvu.charts.svg import IN_THE_DARK

SVG = "{http://www.w3.org/2000/svg}"
LOSSES = [
    Loss("1.1 TTHC công bố đúng hạn", Decimal("5.87"), Decimal(6)),
    Loss("<b> & “thử”", Decimal("0.34"), Decimal(4)),
]


@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture_says_what_it_shows(narrow: bool) -> None:
    text = lost_points(LOSSES, "Điểm mất & còn", "Một <câu>", "vi", narrow)
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Điểm mất & còn"  # type: ignore[union-attr]
    assert root.find(f"{SVG}desc").text == "Một <câu>"  # type: ignore[union-attr]
    assert int(root.get("width", "0")) == (NARROW if narrow else WIDE)
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert said == ["1.1 TTHC công bố đúng hạn", "<b> & “thử”", "5,87 / 6", "0,34 / 4"]


def test_every_colour_has_its_match_in_the_dark() -> None:
    root = ElementTree.fromstring(lost_points(LOSSES, "t", "d", "vi", False))
    fills = {element.get("fill") for element in root.iter()} - {None, "none"}
    assert fills == set(IN_THE_DARK)


def test_bars_are_as_long_as_the_points() -> None:
    root = ElementTree.fromstring(lost_points(LOSSES, "t", "d", "vi", True))
    widths = [
        float(element.get("d", "").split("h")[1].split("v")[0])
        for element in root.iter(f"{SVG}path")
        if element.get("fill") == "#9b1c1c"
    ]
    assert widths[1] / widths[0] == pytest.approx(0.34 / 5.87, rel=1e-3)


def test_no_losses_is_still_a_picture() -> None:
    ElementTree.fromstring(lost_points([], "t", "d", "en", False))


def test_the_picture_of_a_unit(client: Client) -> None:
    response = client.get("/units/H21/lost.svg")
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    text = response.content.decode()
    assert "Gia Lai đạt 66,23 điểm" in text
    assert "5,87 / 6" in text
    assert "Points lost by Gia Lai" in client.get("/en/units/H21/lost.svg").content.decode()
    assert 'width="350"' in client.get("/units/H21/lost-narrow.svg").content.decode()
