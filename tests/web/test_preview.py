"""Where a link is shared: what the head of every page says of it, and the picture that stands for it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client, override_settings
from PIL import Image

from phucvu.charts.card import HEIGHT, WIDTH

from .showing import over_time, procedures, reorganised

PAGES = {
    "/": "Cả nước đạt",
    "/units/H21": "Gia Lai đạt",
    "/units/H21.227": "Xã Vân Canh đạt",
    "/indicators": "chỉ số thành phần trong",
    "/indicators/2.1": "Bình quân",
    "/indicators/3.5?within=H21": "cao nhất là",
    "/procedures": "thủ tục hành chính có hồ sơ trong kỳ",
    "/procedures/1.000001": "hồ sơ",
    "/compare?units=H21,H26": "cao nhất",
    "/compare": "Chọn những đơn vị",
    "/rules": "Cách tính từng chỉ số",
    "/rules/portal-2026": "chỉ số thành phần trong",
    "/glossary": "Những chữ dùng",
    "/about": "Quyết định số 766/QĐ-TTg",
    "/editions": "ai cũng kiểm chứng được",
    "/editions/follow": "Mỗi kỳ công bố một thư",
    "/open-data": "CSV và Parquet",
    "/verify": "Quyết định số 766/QĐ-TTg",
    "/search?q=gia+lai": "Quyết định số 766/QĐ-TTg",
}


@pytest.fixture(autouse=True)
def _shown(show: Callable[..., None]) -> None:
    show(*over_time("2026-08", "2026-09"), table=procedures())


def tags(client: Client, address: str) -> dict[str, str]:
    head = client.get(address).content.decode().partition("</head>")[0]
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', head)
    assert len(dict(found)) == len(found)
    return {name: unescape(said) for name, said in found}


def picture(client: Client, address: str) -> Image.Image:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert len(response.content) < 300_000
    return Image.open(io.BytesIO(response.content))


@pytest.mark.parametrize(("address", "said"), PAGES.items())
def test_every_page_says_what_a_link_to_it_shows(client: Client, address: str, said: str) -> None:
    found = tags(client, address)
    assert said in found["og:description"]
    assert found["og:description"] == found["description"] == found["twitter:description"]
    assert found["og:title"] == found["twitter:title"]
    assert found["og:type"] == "website"
    assert found["twitter:card"] == "summary_large_image"
    assert (found["og:locale"], found["og:locale:alternate"]) == ("vi_VN", "en_US")
    assert found["og:url"].startswith(f"http://127.0.0.1{address.partition('?')[0]}?period=2026-09")
    assert found["og:image"] == found["twitter:image"]
    assert not re.search(r"<|None|%\(", "".join(found.values()))
    english = tags(client, "/en" + address)
    assert (english["og:locale"], english["og:locale:alternate"]) == ("en_US", "vi_VN")
    assert english["og:description"] != found["og:description"]
    assert "/en/" in english["og:image"]


def test_the_api_says_so_too(client: Client) -> None:
    for language in ("", "/en"):
        found = tags(client, f"{language}/api/docs")
        assert found["og:url"] == f"http://127.0.0.1{language}/api/docs"
        assert "API" in found["og:title"]
        assert found["og:description"]
        assert found["og:image"] == f"http://127.0.0.1{language}/index.png"


@pytest.mark.parametrize("address", PAGES)
def test_the_picture_of_every_page_can_be_fetched(client: Client, address: str) -> None:
    found = tags(client, address)
    image = picture(client, found["og:image"].removeprefix("http://127.0.0.1"))
    assert image.size == (WIDTH, HEIGHT)
    assert image.size == (int(found["og:image:width"]), int(found["og:image:height"]))
    assert len(image.convert("RGB").getcolors(WIDTH * HEIGHT) or []) > 20, "something is written on it"


def test_pictures_differ_by_page_period_and_language(client: Client) -> None:
    pictures = ("/units/H21.png", "/units/H26.png", "/units/H21.png?period=2026-08", "/en/units/H21.png")
    assert len({client.get(address).content for address in pictures}) == len(pictures)
    assert client.get("/index.png").content == client.get("/index.png?period=2026-09").content
    assert client.get("/units/H99.png").status_code == 404


def test_addresses_are_of_the_name_and_the_scheme_that_the_page_was_asked_by() -> None:
    proxy = {"host": "chiso.example.gov.vn", "x-forwarded-proto": "https"}
    with override_settings(
        ALLOWED_HOSTS=["chiso.example.gov.vn"], SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")
    ):
        found = tags(Client(headers=proxy), "/units/H21")
    assert found["og:url"] == "https://chiso.example.gov.vn/units/H21?period=2026-09"
    assert found["og:image"] == "https://chiso.example.gov.vn/units/H21.png?period=2026-09"


def test_a_unit_without_a_result_in_the_period(client: Client, show: Callable[..., None]) -> None:
    show(*reorganised())
    found = tags(client, "/units/H99.31.1")
    assert found["og:title"] == "Xã Một, tháng 7/2025"
    assert found["og:description"] == "Xã Một không có kết quả trong tháng 7/2025."
    assert picture(client, "/units/H99.31.1.png").size == (WIDTH, HEIGHT)


def test_what_is_written_on_a_picture_is_no_markup(client: Client) -> None:
    assert picture(client, "/compare.png?units=").size == (WIDTH, HEIGHT)
    assert client.get("/compare.png?units=<b>&period=2026-09").status_code == 404
