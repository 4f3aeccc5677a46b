"""The bands of results are the rule set's: their bounds, words and colours."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from phucvu.problems import UnusableError
from phucvu.rules.loading import load
from phucvu.rules.model import RuleSet
from phucvu.web.bands import band, bands

DAY = dt.date(2026, 12, 31)


def own(tmp_path: Path, said: str) -> RuleSet:
    path = tmp_path / "rieng.yaml"
    path.write_text(f"name: rieng\nbased_on: portal-2026\n{said}\n", encoding="utf-8")
    return load(str(path)).at(DAY)


def named(score: str, rules: RuleSet) -> str | None:
    found = band(Decimal(score), Decimal(100), bands(rules))
    return found.name.vi if found else None


@pytest.mark.parametrize("name", ["portal-2026", "qd766-2022"])
def test_the_bounds_that_ship(name: str) -> None:
    rules = load(name).at(DAY)
    said = {
        score: named(score, rules) for score in ("90", "89.99", "80", "70", "69.99", "65.13", "50", "49.99")
    }
    assert said == {
        "90": "Xuất sắc",
        "89.99": "Tốt",
        "80": "Tốt",
        "70": "Khá",
        "69.99": "Trung bình",
        "65.13": "Trung bình",
        "50": "Trung bình",
        "49.99": "Yếu",
    }
    assert rules.bands is not None
    assert rules.sources[rules.bands.source].title.vi.startswith("Quan sát")


def test_an_office_sets_its_own(tmp_path: Path) -> None:
    said = (
        "bands: [{from: 2026-09-01, source: portal, value: {excellent: 95, good: 85, fair: 65, average: 40}}]"
    )
    rules = own(tmp_path, said)
    assert named("65.13", rules) == "Khá"
    before = load(str(tmp_path / "rieng.yaml")).at(dt.date(2026, 8, 31))
    assert named("65.13", before) == "Trung bình"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("{excellent: 90, good: 80, fair: 80, average: 50}", "giảm dần"),
        ("{excellent: 90, good: 80, fair: 70}", "thiếu mục này"),
    ],
)
def test_bounds_that_cannot_be_are_refused(tmp_path: Path, value: str, why: str) -> None:
    with pytest.raises(UnusableError, match=why):
        own(tmp_path, f"bands: [{{from: 2022-06-23, source: portal, value: {value}}}]")
    with pytest.raises(UnusableError, match="nguồn 'nobody'"):
        own(
            tmp_path,
            "bands: [{from: 2022-06-23, source: nobody, "
            "value: {excellent: 90, good: 80, fair: 70, average: 50}}]",
        )


def test_pages_say_the_bounds_with_their_source(client: Client) -> None:
    html = client.get("/about").content.decode()
    assert "từ 70 điểm" in html
    assert "Nguồn của các mức: Quan sát năm 2026" in html
    # Of the nation 66,23 (Gia Lai) is no longer said to be fair.
    assert (
        "Khá"
        not in re.findall(r'<span class="band">.*?</span>([^<]*)', client.get("/units/H21").content.decode())[
            0
        ]
    )


def test_pages_tell_the_annex_from_the_formula_text(client: Client) -> None:
    shown = client.get("/rules/qd766-2022").content.decode()
    assert re.search(r"Phụ lục; từ ngày [\d/]+: điểm tối đa, tỷ lệ đạt điểm tối đa\.", shown)
    assert "“Mô tả công thức tính chỉ số 766”" in shown
    assert "22 chỉ số thành phần trong 5 nhóm" in client.get("/indicators").content.decode()
