"""Maps: a tile for each unit, or the true map that the office puts into its home."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from phucvu.charts.map_sheets import COLOURS
from phucvu.charts.regions import Region, drawn, read_regions
from phucvu.problems import UnusableError
from phucvu.web import maps
from phucvu.web.boards import Board

from .showing import with_communes

SQUARE = [[[108.0, 14.0], [108.5, 14.0], [108.5, 14.5], [108.0, 14.5], [108.0, 14.0]]]
SVG = "{http://www.w3.org/2000/svg}"


def feature(code: Any, coordinates: Any = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def file_of(folder: Path, *features: Any) -> Path:
    path = folder / maps.FILE
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, show: Callable[..., None]) -> Path:
    show(with_communes(3))
    monkeypatch.setattr(maps, "home", lambda: str(tmp_path))
    return tmp_path


def test_tiles_stand_in_the_order_of_the_alphabet(client: Client, home: Path) -> None:
    html = client.get("/units/H21").content.decode()
    names = re.findall(r'<a class="tile step-\d" href="[^"]+"><span class="name">([^<]+)</span>', html)
    communes = [name for name in names if name.startswith("Xã")]
    assert "Xã Thử Nghiệm Số 0" in communes
    assert communes.index("Xã Canh Vinh") < communes.index("Xã Cát Tiến") < communes.index("Xã Đề Gi")
    assert communes.index("Xã Đăk Song") < communes.index("Xã Đề Gi") < communes.index("Xã Hòa Hội")


def test_a_true_map_takes_the_place_of_tiles(client: Client, home: Path) -> None:
    east = [[[x + 0.5, y] for x, y in SQUARE[0]]]
    file_of(home, feature("H21.500"), feature("H21.501", [east], "MultiPolygon"), feature("H99.1"))
    html = client.get("/units/H21").content.decode()
    found = re.search(r'<svg class="regions".*?</svg>', html, re.S)
    assert found
    assert " style=" not in found[0]
    root = ElementTree.fromstring(found[0])
    assert root.get("aria-labelledby") == "map-title"
    links = root.findall("a")
    assert [link.get("href") for link in links] == ["/units/H21.500", "/units/H21.501"]
    assert re.fullmatch(r"Xã Thử Nghiệm Số 0: \d+,\d\d, (Khá|Tốt)", links[0].get("aria-label", ""))
    assert re.fullmatch(r"step-[1-5]", links[0].get("class", ""))
    west_path, east_path = (link.find("path").get("d", "") for link in links)  # type: ignore[union-attr]
    assert max(xs(west_path)) == min(xs(east_path))
    assert '<span class="name">Xã Thử Nghiệm Số 0' not in html  # the block is drawn, its tiles are gone
    assert '<span class="name">Sở Y tế' in html  # another block keeps its own


def test_colours_tell_34_provinces_apart_and_the_legend_says_of_which_scores(client: Client) -> None:
    html = client.get("/").content.decode()
    tiles = re.findall(r'<a class="tile step-(\d)"[^>]*>.*?<span class="score">([\d,]+)</span>', html)
    assert len(tiles) == 34
    by_step: dict[str, list[str]] = {}
    for step, score in tiles:
        by_step.setdefault(step, []).append(score)
    assert sorted(by_step) == ["1", "2", "3", "4", "5"]
    assert all(6 <= len(scores) <= 7 for scores in by_step.values())
    legend = re.findall(
        r'step-(\d)" aria-hidden="true"></span><span class="bounds">([\d,]+) đến ([\d,]+) điểm</span> '
        r'<span class="count">(\d+) đơn vị',
        html,
    )
    assert [entry[0] for entry in legend] == ["5", "4", "3", "2", "1"]
    for step, lowest, highest, count in legend:
        scores = by_step[step]
        assert (min(scores), max(scores), len(scores)) == (lowest, highest, int(count))


def test_equal_scores_have_the_same_colour() -> None:
    board = Board(with_communes(0))
    standings = list(board.provinces)
    alike = [replace(s, total=replace(s.total, score=Decimal(50))) for s in standings[:20]]
    steps = maps.steps_of([*alike, *standings[20:]])
    assert len({steps[s.unit.code] for s in alike}) == 1
    assert maps.steps_of([]) == {}
    assert maps.legend([]) == []


def test_tiles_without_a_place_are_for_a_desk_alone(client: Client, home: Path) -> None:
    html = client.get("/units/H21").content.decode()
    assert '<section class="maps desk"' in html


def test_beside_a_true_map_tiles_are_for_a_desk_alone_too(client: Client, home: Path) -> None:
    file_of(home, feature("H21.500"))
    html = client.get("/units/H21").content.decode()
    assert '<section class="maps"' in html
    assert '<ul class="grid desk">' in html


def said_in(svg: str) -> list[str]:
    """The texts of a picture, top to bottom."""
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def painted(svg: str) -> list[str | None]:
    return [shape.get("fill") for shape in ElementTree.fromstring(svg).iter(f"{SVG}rect")]


def test_the_map_of_tiles_can_be_taken_away_with_its_names_scores_and_legend(client: Client) -> None:
    svg = client.get("/map.svg").content.decode()
    said = said_in(svg)
    html = client.get("/").content.decode()
    bounds = re.findall(r'class="bounds">([^<]+)</span> <span class="count">([^<]+)</span>', html)
    assert said[:5] == [f"{scores}: {count}" for scores, count in bounds]
    tiles = re.findall(
        r'<a class="tile step-(\d)"[^>]*><span class="name">([^<]+)</span> <span class="score">', html
    )
    fills = painted(svg)
    assert [fills[5 + n] for n in range(len(tiles))] == [COLOURS[int(step)] for step, _name in tiles]
    for _step, name in tiles:
        assert name in " ".join(said)
    assert {"QĐ. Hoàng Sa", "QĐ. Trường Sa"} <= set(said)
    assert said.count("66,23") == 1
    english = said_in(client.get("/en/map.svg").content.decode())
    assert re.fullmatch(r"\d+\.\d\d to \d+\.\d\d points: \d units", english[0])


def test_the_map_of_a_unit_has_the_tiles_of_each_block(client: Client, home: Path) -> None:
    said = said_in(client.get("/units/H21/map.svg").content.decode())
    assert "Sở, ban, ngành" in said
    assert "Xã, phường" in said
    assert "Sở Y tế" in said
    assert client.get("/units/H21.227/map.png").status_code == 404


def test_a_true_map_can_be_taken_away_in_its_colours(client: Client, home: Path) -> None:
    file_of(home, feature("H21.500"))
    svg = client.get("/units/H21/map.svg").content.decode()
    root = ElementTree.fromstring(svg)
    classes = [link.get("class", "") for link in root.iter(f"{SVG}a")]
    assert classes
    assert f".{classes[0]}{{fill:{COLOURS[int(classes[0][-1])]}}}" in svg
    with Image.open(io.BytesIO(client.get("/units/H21/map.png").content)) as image:
        colours = {colour for _count, colour in image.convert("RGB").getcolors(1 << 24) or []}
    assert ImageColor.getrgb(COLOURS[int(classes[0][-1])]) in colours
    assert "Sở Y tế" in said_in(svg)


def test_pictures_of_maps_have_the_colours_of_the_pages() -> None:
    css = (Path(maps.__file__).parent / "static/phucvu/site.css").read_text(encoding="utf-8")
    for step, colour in enumerate(COLOURS[1:], 1):
        assert re.search(rf"--step-{step}: (\S+);", css)[1] == colour  # type: ignore[index]
    assert COLOURS[0] == re.search(r"--band-0: (\S+);", css)[1]  # type: ignore[index]


def test_where_a_page_with_a_map_is_shared_its_picture_has_the_map(client: Client, home: Path) -> None:
    def colours(address: str) -> set[Any]:
        with Image.open(io.BytesIO(client.get(address).content)) as image:
            return {colour for _count, colour in image.convert("RGB").getcolors(1 << 24) or []}

    steps = {ImageColor.getrgb(colour) for colour in COLOURS[1:]}
    assert steps <= colours("/index.png")
    assert not steps & colours("/units/H21.227.png")
    file_of(home, feature("H21.500"))
    assert steps & colours("/units/H21.png")


def xs(path: str) -> list[int]:
    return [int(x) for x in re.findall(r"[ML](-?\d+) ", path)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "map.geojson: không phải GeoJSON kiểu FeatureCollection"),
        ("[]", "map.geojson: không phải GeoJSON kiểu FeatureCollection"),
        ('{"type": "FeatureCollection", "features": 3}', "map.geojson: không phải GeoJSON"),
        (
            json.dumps({"type": "FeatureCollection", "features": [feature(None)]}),
            "dòng 1, cột properties.code",
        ),
        (json.dumps({"type": "FeatureCollection", "features": [7]}), "thiếu mã đơn vị"),
        (
            json.dumps(
                {"type": "FeatureCollection", "features": [feature("H21.500", [[[450000, 1550000]]])]}
            ),
            "cần WGS 84, không phải VN-2000 theo mét",
        ),
        (
            json.dumps({"type": "FeatureCollection", "features": [feature("H21.500", [1], "Point")]}),
            "cần Polygon hoặc MultiPolygon, gặp Point",
        ),
        (
            json.dumps(
                {"type": "FeatureCollection", "features": [feature("a", [[["x", 1]]]), feature("b", 7)]}
            ),
            "tọa độ không đọc được (và 1 chỗ khác)",
        ),
    ],
)
def test_a_bad_file_gets_one_line_and_the_tiles_stay(
    client: Client, home: Path, text: str, said: str
) -> None:
    (home / maps.FILE).write_text(text, encoding="utf-8")
    html = client.get("/units/H21").content.decode()
    assert said in html
    assert '<span class="name">Xã Thử Nghiệm Số 0' in html


def test_what_can_be_used_of_a_file_is(tmp_path: Path) -> None:
    outlines, problems = read_regions(file_of(tmp_path, feature("H1"), feature("H2", 3), feature("H1")))
    assert {code: len(rings) for code, rings in outlines.items()} == {"H1": 2}
    assert [(p.row, p.field) for p in problems] == [(2, "geometry.coordinates")]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnusableError):
        read_regions(tmp_path / "none.geojson")


points = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(st.lists(points, min_size=3), min_size=1, max_size=4))
def test_any_outline_is_drawn_within_its_frame(rings: list[list[tuple[float, float]]]) -> None:
    text = drawn({"a": rings}, {"a": Region("band-1", '<"&', "/x?a=1&b=2")}, "t", "d")
    root = ElementTree.fromstring(text)
    left, top, width, height = (int(n) for n in root.get("viewBox", "").split())
    path = root.find("a/path")
    assert path is not None
    for x, y in re.findall(r"[ML](-?\d+) (-?\d+)", path.get("d", "")):
        assert left <= int(x) <= left + width
        assert top <= int(y) <= top + height
