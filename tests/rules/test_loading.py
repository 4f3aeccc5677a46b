"""Rule sets are read whole, and a wrong file is refused with file, line, field and what was expected."""

import datetime as dt
import shutil
from fractions import Fraction

import pytest

from phucvu.problems import UnusableError
from phucvu.rules.loading import SETS, load, names
from phucvu.rules.rule_files import HEAD

DAY = dt.date(2026, 12, 31)


def refused(path):
    with pytest.raises(UnusableError) as error:
        load(str(path))
    return [str(p) for p in error.value.faults]


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "tinh-minh.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_both_rule_sets_are_complete():
    assert names() == ["portal-2026", "qd766-2022"]
    for name in names():
        rules = load(name).at(DAY)
        assert rules.max_points == 100
        assert {g.id: int(g.max_points) for g in rules.groups} == {
            "transparency": 18,
            "progress": 20,
            "online": 12,
            "payment": 10,
            "digitisation": 22,
            "satisfaction": 18,
        }
        assert [i.id for i in rules.indicators] == [
            *("1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6"),
            *("4.1", "4.2", "4.3", "4.4", "4.5a", "4.5b", "4.6", "5.1a", "5.1b", "5.2", "5.3", "5.4"),
        ]
        assert len({i.number for i in rules.indicators}) == 22


def test_where_the_portal_differs():
    written, portal = (load(n).at(DAY) for n in ("qd766-2022", "portal-2026"))
    assert (written["4.2"].target, portal["4.2"].target) == (Fraction(4, 5), Fraction(1))
    assert (written["3.3"].count.times, portal["3.3"].count.times) == ("1.4", None)
    assert (written["1.1"].scope, portal["1.1"].scope) == ("own", "province")
    assert portal["4.6"].by_rule
    assert not written["4.6"].by_rule


def test_there_are_no_rules_before_the_decision():
    assert load("portal-2026").at(dt.date(2022, 6, 22)).indicators == ()


def test_a_provinces_own_file_builds_on_another(file):
    path = file(
        """
name: gia-lai
based_on: portal-2026
title: {vi: Bộ chỉ số của tỉnh, en: The province's set}
sources:
  qd-tinh: {title: {vi: Quyết định của tỉnh, en: The province's decision}}
indicators:
  - id: "4.3"
    target: [{from: 2026-09-01, value: 50%, source: qd-tinh}]
"""
    )
    rules = load(str(path))
    assert rules.name == "gia-lai"
    assert rules.at(dt.date(2026, 8, 31))["4.3"].target == Fraction(4, 5)
    assert rules.at(dt.date(2026, 9, 30))["4.3"].target == Fraction(1, 2)
    assert rules.at(dt.date(2026, 9, 30))["4.3"].sources["target"] == "qd-tinh"


def test_the_path_of_a_base_is_relative_to_the_file_that_names_it(tmp_path, monkeypatch):
    (tmp_path / "tinh").mkdir()
    own, folder = tmp_path / "tinh" / "rieng.yaml", tmp_path / "tinh" / "thu"
    own.write_text("name: rieng\nbased_on: ../chung.yaml\n", encoding="utf-8")
    shutil.copytree(SETS / "qd766-2022", folder)
    (folder / HEAD).write_text("name: thu\nbased_on: ../rieng.yaml\n", encoding="utf-8")
    (tmp_path / "chung.yaml").write_text("name: chung\nbased_on: portal-2026\n", encoding="utf-8")
    for there in (tmp_path, tmp_path / "tinh"):
        monkeypatch.chdir(there)
        assert load(str(own)).name == "rieng"
        assert load(str(folder)).name == "thu"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'name: x\nbased_on: portal-2026\nindicators:\n  - id: "4.3"\n    targe: 80%\n',
            "tinh-minh.yaml, dòng 5, cột indicators.4.3.targe: mục lạ",
        ),
        (
            'name: x\nbased_on: portal-2026\nindicators:\n  - id: "4.3"\n'
            "    target: [{from: 2022-06-23, value: 120%, source: portal}]\n",
            "tinh-minh.yaml, dòng 5, cột indicators.4.3.target.0.value: cần tỷ lệ phần trăm",
        ),
        (
            'name: x\nbased_on: portal-2026\nindicators:\n  - id: "4.3"\n'
            "    zero_denominator: [{from: 2022-06-23, value: half, source: portal}]\n",
            "indicators.4.3.zero_denominator.0.value: giá trị 'half' không dùng được",
        ),
        (
            'name: x\nbased_on: portal-2026\nindicators:\n  - id: "4.3"\n'
            "    max_points: [{from: 2022-06-23, value: 3, source: portal}]\n",
            "nhóm digitisation ghi 22 điểm nhưng các chỉ số cộng lại là 23",
        ),
        (
            'name: x\nbased_on: portal-2026\nindicators:\n  - id: "4.3"\n'
            "    target: [{from: 2022-06-23, value: 70%, source: nguon-nao}]\n",
            "nguồn 'nguon-nao' không có trong sources",
        ),
        ("name: x\ntitle: [\n", "tinh-minh.yaml, dòng 3: không phải YAML đúng"),
        ("chỉ là chữ", "tệp phải là các mục"),
        ("name: x\nbased_on: khong-co\n", "không có bộ quy tắc 'khong-co'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(file, text, expected):
    lines = refused(file(text))
    assert any(expected in line for line in lines), lines
    assert all(" | " in line for line in lines)


def test_an_unknown_name_says_which_there_are():
    assert "portal-2026, qd766-2022" in refused("khong-co")[0]


def test_a_missing_file_and_a_file_that_is_not_text(tmp_path):
    assert "không đọc được" in refused(tmp_path / "nowhere.yaml")[0]
    other = tmp_path / "b.yaml"
    other.write_bytes(b"\xff\xfe\x00\xd8")
    assert "UTF-8" in refused(other)[0]
