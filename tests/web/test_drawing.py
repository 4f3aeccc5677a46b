"""Each picture of a page can be taken away as PNG, with its title, period, moment and source on it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from PIL import Image

from phucvu.charts import png
from phucvu.charts.png import WIDEST, size_of, wrapped
from phucvu.web import drawing

from .showing import over_time, with_communes

PICTURES = {
    "/": ["/map.png", "/ranks.png", "/time.png"],
    "/units/H21": [
        *(f"/units/H21/{name}.png" for name in ("lost", "map", "time", "trend")),
        *(f"/units/H21/ranks.png?kind={kind}" for kind in ("commune", "department")),
    ],
    "/indicators/2.1?within=H21": ["/indicators/2.1/time.png?within=H21"],
    "/compare?units=H21,H26": ["/compare/time.png?units=H21,H26"],
}


@pytest.fixture(autouse=True)
def _shown(show: Callable[..., None]) -> None:
    show(*over_time("2026-07", "2026-08", "2026-09"))


@pytest.mark.parametrize(("page", "pictures"), PICTURES.items())
def test_a_page_offers_each_of_its_pictures(client: Client, page: str, pictures: list[str]) -> None:
    html = client.get(page).content.decode()
    links = re.findall(r'<a href="([^"]+)" download>Tải ảnh \(PNG\)</a>', html)
    assert sorted(map(unescape, links)) == sorted(pictures)
    assert html.count("<img ") == len([p for p in pictures if "/map." not in p])  # maps stand in the page
    for address in pictures:
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (200, "image/png")
        svg = client.get(address.replace(".png", ".svg")).content.decode()
        with Image.open(io.BytesIO(response.content)) as image:
            assert image.format == "PNG"
            assert image.width >= 2 * size_of(svg)[0]
            assert image.height > 2 * size_of(svg)[1]
            assert image.convert("RGB").getpixel((1, 1)) == (0xFB, 0xF9, 0xF4), "paper, not see-through"


def test_title_period_moment_and_source_stand_in_the_picture(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(png, "png", lambda svg, scale: drawn.append(svg) or b"")
    client.get("/units/H21/lost.png?period=2026-08")
    client.get("/en/units/H21/time.png?period=2026-08")
    said, english = (" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)) for svg in drawn)
    assert said.startswith("Các chỉ số bị trừ điểm của Gia Lai ")
    assert "Tháng 8/2026. Số liệu tính đến 08:30 ngày 10/10/2026." in said
    assert "Nguồn: Cổng Dịch vụ công quốc gia" in said
    assert "August 2026. Data as of 08:30 on 10/10/2026." in english
    assert "Source: " in english


def test_a_period_and_a_language_have_pictures_of_their_own(client: Client) -> None:
    addresses = ("/units/H21/lost.png", "/units/H21/lost.png?period=2026-08", "/en/units/H21/lost.png")
    assert len({client.get(address).content for address in addresses}) == len(addresses)


def test_no_picture_of_what_is_not_there(client: Client, show: Callable[..., None]) -> None:
    assert client.get("/units/H99/lost.png").status_code == 404
    show(with_communes(3))
    assert client.get("/units/H21/trend.png").status_code == 404
    assert "/time.png" not in client.get("/units/H21").content.decode()


def test_a_picture_is_drawn_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get("/units/H26/lost.png").content
    monkeypatch.delattr(drawing, "sheet")
    assert client.get("/units/H26/lost.png").content == first


def test_lines_are_no_wider_than_they_may() -> None:
    text = "Cổng Dịch vụ công quốc gia, kết quả đánh giá năm 2026 " * 5
    found = list(wrapped(text, 40, 3))
    assert len(found) == 3
    assert max(map(len, found)) <= 40
    assert found[-1].endswith("…")
    assert list(wrapped("x" * 500, 40, 2)) == ["x" * 40]
    assert WIDEST["bold"] > WIDEST["normal"]
