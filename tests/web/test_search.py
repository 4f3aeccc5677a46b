"""Search: by any part of a name or code, with or without accents, in any order."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client

from phucvu.figures.units import Unit, Units
from phucvu.published import portal_2026
from phucvu.web import search

from .showing import Shown, over_time, procedures, reorganised, result_of


@pytest.fixture(autouse=True)
def _shown(show: Callable[..., None]) -> None:
    show(*over_time("2026-09"), table=procedures())


def keys(text: str) -> list[str]:
    return [entry.key for entry in search.found(text).hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Gia Lai", "H21"),
        ("gia lai", "H21"),
        ("GIALAI", "H21"),
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
    assert accents[0] == "1.000002" or "thử" in search.found("thử").hits[0].name.casefold()


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
    assert len(search.found("thủ tục số").hits) >= 5000
    started = time.process_time()
    assert keys("nghiem 3499")[0] == "H26.3499"
    assert keys("nghiem3499") == ["H26.3499"]
    assert keys("nghiam 3499") == ["H26.3499"]
    assert time.process_time() - started < 0.5  # some 10 ms each


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Sơ Tư pháp", "H21.16"),
        ("So Tu phap", "H21.16"),
        ("sở tư phấp", "H21.16"),
        ("sở tư phpá", "H21.16"),
        ("sở tư phá", "H21.16"),
        ("sở tư phápp", "H21.16"),
        ("dang ki viec thu", "1.000002"),
        ("đăng kí viêc thử", "1.000002"),
        ("gai lai", "H21"),
        ("chứng thực bản sao từ bản chính", "2.000815"),
        ("chứng thựv bản sap từ bản chính", "2.000815"),
        ("chứng thựv bản sap tù vản chính", None),
        ("sở tv phpá", None),
        ("H21.1y", None),
        ("2.000816", None),
    ],
)
def test_one_letter_off(text: str, first: str | None) -> None:
    assert next(iter(keys(text)), None) == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("sotuphap", "H21.16"),
        ("sở tưpháp", "H21.16"),
        ("sở   tư    pháp", "H21.16"),
        ("s ở tư ph áp", "H21.16"),
        ("Vâncanh", "H21.227"),
        ("chungthuc", "2.000815"),
        ("otuphap", None),
        ("lai", "H35"),
    ],
)
def test_spaces_missing_or_too_many(text: str, first: str | None) -> None:
    found = search.found(text).hits
    assert next((entry.key for entry in found), None) == first


def test_what_has_just_what_was_typed_is_not_mixed_with_what_is_alike() -> None:
    exact = search.found("van canh")
    assert ([entry.key for entry in exact.hits], exact.alike) == (["H21.227"], False)
    assert search.found("vam canh").alike


def test_synonyms_come_behind_what_has_the_words(show: Callable[..., None]) -> None:
    found = search.found("trễ hẹn")
    assert found.hits[0].key == "2.1"
    assert {"1.1", "5.2"} <= {entry.key for entry in found.hits}
    assert "1.3" not in {entry.key for entry in found.hits}, "holds the letters of other words"
    assert found.meanings == ["hồ sơ xử lý đúng hạn", "đúng hạn"]
    assert not found.alike
    assert keys("bình định")[0] == "H21", "a province that became part of another"
    assert keys("sở giao thông vận tải") == ["H21.18"]
    assert keys("sở giao thông vận tải gia lai") == ["H21.18"]
    both = [entry.key for entry in search.found("trực tuyến").hits]
    assert {"3.3", "3.6"} <= set(both)
    assert len(both) == len(set(both))


NAMED = {
    "1.000001": "Đăng ký khai sinh",
    "1.000002": "Đăng ký kết hôn",
    "1.000003": "Đăng ký biến động, cấp Giấy chứng nhận quyền sử dụng đất",
}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("khai sinh", ["1.000001"]),
        ("giấy khai sinh", ["1.000001"]),
        ("khaisinh", ["1.000001"]),
        ("đăng ký kết hon", ["1.000002"]),
        ("dang ky ket hom", ["1.000002"]),
        ("sổ đỏ", ["1.000003"]),
        ("hộ tịch", ["1.000001", "1.000002"]),
    ],
)
def test_procedures_by_the_words_that_people_use(
    monkeypatch: pytest.MonkeyPatch, text: str, codes: list[str]
) -> None:
    source = Shown(over_time("2026-09"), procedures())
    monkeypatch.setattr(source, "procedure_names", lambda: NAMED)
    monkeypatch.setattr(search.results, "source", lambda: source)
    assert [entry.key for entry in search.found(text).hits][: len(codes)] == codes


def test_terms_of_the_glossary_are_among_the_hits_with_what_they_mean(client: Client) -> None:
    assert keys("điểm bị trừ")[0] == "points lost"
    assert "points lost" in keys("điểm mất")
    assert "petition" in keys("PAKN")
    html = client.get("/search?q=trung+vị").content.decode()
    assert '<a href="/glossary#median">trung vị</a>' in html
    assert "một nửa số hồ sơ" in html
    english = client.get("/en/search.json?q=median").json()["found"]
    assert [(hit["kind"], hit["address"]) for hit in english] == [("term", "/en/glossary#median")]
    assert english[0]["meaning"]


def test_what_the_site_does_not_hold_is_said_so(client: Client, show: Callable[..., None]) -> None:
    before, after = reorganised()
    show(before, after, table=procedures())
    for text, named in {
        "Sơn La": "tỉnh Sơn La",
        "son la": "tỉnh Sơn La",
        "UBND tỉnh Sơn La": "tỉnh Sơn La",
        "H52": "tỉnh Sơn La",
        "H26.17": "H26.17",
        "Hà Nam": "Hà Nam (nay là Ninh Bình)",
        "Sở Tư pháp": "Sở Tư pháp",
        "Bộ Y tế": "Bộ Y tế",
        "9.999999": "thủ tục 9.999999",
        "giấy khai sinh": "thủ tục “đăng ký khai sinh”",
    }.items():
        html = client.get("/search", {"q": text}).content.decode()
        assert f"Trang này không bao gồm {named}; ở đây có số liệu của Thử Nghiệm." in html, text
        assert "Không tìm thấy gì" not in html
    data = client.get("/en/search.json?q=Sơn La").json()
    assert (data["count"], data["not_covered"]) == (0, ["tỉnh Sơn La"])
    assert "This site does not cover" in client.get("/en/search?q=Sơn La").content.decode()
    assert "Không tìm thấy gì" in client.get("/search?q=zzzz").content.decode()


def test_what_is_held_apart_may_not_be_held_together() -> None:
    assert search.found("Sở Tư pháp Hà Nội").elsewhere == ["Sở Tư pháp thành phố Hà Nội"]
    assert search.found("Hà Nội abcdef").elsewhere == []
