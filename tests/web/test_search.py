"""Search: by any part of a name or code, with or without accents, in any order."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client

from phucvu.figures.units import Unit, Units
from phucvu.published import portal_2026
from phucvu.web import search

from .showing import Shown, over_time, procedures, result_of


@pytest.fixture(autouse=True)
def _shown(show: Callable[..., None]) -> None:
    show(*over_time("2026-09"), table=procedures())


def keys(text: str) -> list[str]:
    return [entry.key for entry in search.found(text)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Gia Lai", "H21"),
        ("gia lai", "H21"),
        ("GIALAI", None),
        ("lai gia", "H21"),
        ("Hà Nội", "H26"),
        ("ha noi", "H26"),
        ("Đồng Tháp", "H20"),
        ("dong thap", "H20"),
        ("đong thap", "H20"),
        ("đắk lắk", "H15"),
        ("dak lak", "H15"),
        ("van canh", "H21.227"),
        ("canh vân", "H21.227"),
        ("H21.17", "H21.17"),
        ("h21.17", "H21.17"),
        ("2.000815", "2.000815"),
        ("000815", "2.000815"),
        ("chung thuc", "2.000815"),
        ("sao từ bản chính", "2.000815"),
        ("2.1", "2.1"),
        ("hài lòng về xử lý PAKN", "5.3"),
        ("nothing like it", None),
        ("", None),
        ("   ", None),
        ("%_'\"<script>", None),
    ],
)
def test_first_hit(text: str, first: str | None) -> None:
    assert next(iter(keys(text)), None) == first


def test_order() -> None:
    found = keys("hà")
    assert found.index("H26") < found.index("H27") < found.index("H24")  # Hà Nội, Hà Tĩnh, then Hải Phòng
    assert found.index("H24") < found.index("H56")  # begins so, before what holds it further in: Thanh Hóa
    accents = keys("thử")
    assert accents[0] == "1.000002" or "thử" in search.found("thử")[0].name.casefold()


def test_a_name_spelled_alike_comes_before_one_that_sounds_alike(show: Callable[..., None]) -> None:
    published = portal_2026()
    units = Units(
        [
            *published.units,
            Unit("H21.901", "UBND xã Ba", "commune", "H21"),
            Unit("H21.902", "UBND xã Bà", "commune", "H21"),
        ]
    )
    show(result_of(published.figures, units, "2026", published.groups))
    assert keys("xã bà")[:2] == ["H21.902", "H21.901"]
    assert keys("xa ba")[:2] == ["H21.901", "H21.902"]


def test_page_and_data(client: Client) -> None:
    html = client.get("/search?q=van+canh").content.decode()
    assert '<a href="/units/H21.227">Xã Vân Canh</a>' in html
    assert 'value="van canh"' in html
    assert "xã, phường · Gia Lai · H21.227" in html
    data = client.get("/search.json?q=van+canh").json()
    assert data["count"] == 1
    assert data["found"][0]["address"] == "/units/H21.227"
    assert "Không tìm thấy gì" in client.get("/search?q=zzz").content.decode()
    assert client.get("/search?q=" + "x" * 5000).status_code == 200
    assert "&lt;b&gt;" in client.get("/search?q=<b>").content.decode()
    english = client.get("/en/search.json?q=on+time").json()["found"]
    assert "5.2" in [hit["code"] for hit in english]


def test_the_box_is_on_every_page_and_keeps_the_period(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-08", "2026-09"))
    for page in ("/", "/units/H21", "/about", "/rules", "/glossary", "/compare"):
        html = client.get(page + "?period=2026-08").content.decode()
        assert '<form class="search" role="search" action="/search" method="get">' in html
        assert '<input type="hidden" name="period" value="2026-08">' in html
    assert (
        'href="/units/H21?period=2026-08"' in client.get("/search?q=gia+lai&period=2026-08").content.decode()
    )


def test_quick_among_3500_units_and_5000_procedures(monkeypatch: pytest.MonkeyPatch) -> None:
    published = portal_2026()
    units = Units(
        [
            *published.units,
            *(Unit(f"H26.{i}", f"UBND xã Thử Nghiệm {i}", "commune", "H26") for i in range(3500)),
        ]
    )
    source = Shown([result_of(published.figures, units, "2026", published.groups)], procedures())
    monkeypatch.setattr(
        source, "procedure_names", lambda: {f"9.{i:06}": f"Thủ tục số {i}" for i in range(5000)}
    )
    monkeypatch.setattr(search.results, "source", lambda: source)
    assert len(search.found("thủ tục số")) >= 5000
    started = time.perf_counter()
    assert keys("nghiem 3499")[0] == "H26.3499"
    assert time.perf_counter() - started < 0.5  # some 10 ms where nothing else runs
