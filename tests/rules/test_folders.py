"""A rule set may be a folder: its head, and a file for each group with its indicators."""

import shutil

import pytest
import yaml

from phucvu.problems import UnusableError
from phucvu.rules.loading import SETS, digest, load
from phucvu.rules.rule_files import HEAD


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SETS / "qd766-2022", tmp_path / "tinh-minh")


def refused(path):
    with pytest.raises(UnusableError) as error:
        load(str(path))
    return str(error.value)


def test_each_group_has_a_file_with_its_indicators_and_no_more():
    written = load("qd766-2022")
    files = [f for f in sorted((SETS / "qd766-2022").glob("*.yaml")) if f.name != HEAD]
    assert [f.stem for f in files] == [f"{g.number}-{g.id}" for g in written.groups]
    for file, group in zip(files, written.groups, strict=True):
        held = yaml.safe_load(file.read_text(encoding="utf-8"))["indicators"]
        assert [i["id"] for i in held] == [i.id for i in written.indicators if i.group == group.id]


def test_a_folder_and_one_file_of_the_same_are_the_same_rules(folder, tmp_path):
    """Also their digest, which counted results and lists carry."""
    whole = yaml.safe_load((folder / HEAD).read_text(encoding="utf-8")) | {"groups": [], "indicators": []}
    for file in sorted(folder.glob("[0-9]*.yaml")):
        group = yaml.safe_load(file.read_text(encoding="utf-8"))
        whole["indicators"] += [i | {"group": group["id"]} for i in group.pop("indicators")]
        whole["groups"].append(group)
    single = tmp_path / "mot-tep.yaml"
    single.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), encoding="utf-8")
    assert load(str(folder)) == load(str(single)) == load("qd766-2022")
    assert digest(load(str(folder))) == digest(load(str(single))) == digest(load("qd766-2022"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[on_time]",
            "[on_tyme]",
            "dòng 26, cột indicators.2.1.count.0.value.numerator.0: không",
        ),
        ("value: 20", "value: 21", "dòng 1, cột groups.progress: nhóm progress ghi 21 điểm"),
        ("id: progress", "id: 2", "dòng 1, cột id: cần các mục"),
        ('id: "2.2"', 'id: "2.1"', "dòng 31, cột indicators.1.id: '2.1' có hai lần"),
        ('id: "2.2"', 'id: "1.1"', "dòng 31, cột indicators.1.id: '1.1' có hai lần"),
        (
            'number: "2.2"',
            "group: online",
            "cột indicators.2.2.group: chỉ số trong tệp này thuộc nhóm progress",
        ),
    ],
)
def test_what_is_wrong_with_a_group_is_told_of_its_file(folder, old, new, said):
    path = folder / "2-progress.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert f"tinh-minh/2-progress.yaml, {said}" in refused(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source: users\n", "source: nobody\n", "dòng 41, cột bands.0.source: nguồn 'nobody' không có"),
        ("\nsources:", "\ngroups: []\nsources:", "cột groups: đặt trong tệp của từng nhóm"),
        ("name: qd766-2022", "name: [", "dòng 7: không phải YAML đúng"),
    ],
)
def test_what_is_wrong_with_the_head_is_told_of_its_file(folder, old, new, said):
    path = folder / HEAD
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert f"tinh-minh/{HEAD}, {said}" in refused(folder)


def test_a_folder_without_a_head_is_refused(folder):
    (folder / HEAD).unlink()
    assert f"tinh-minh/{HEAD}: không đọc được" in refused(folder)


def test_a_folder_can_build_on_another_set(tmp_path):
    folder = tmp_path / "tinh-minh"
    folder.mkdir()
    (folder / HEAD).write_text("name: tinh-minh\nbased_on: portal-2026\n", encoding="utf-8")
    change = "{from: 2026-09-01, value: 90%, source: qd766}"
    text = f'id: progress\nindicators:\n  - id: "2.1"\n    target: [{change}]\n'
    (folder / "2-progress.yaml").write_text(text, encoding="utf-8")
    changed = next(i for i in load(str(folder)).indicators if i.id == "2.1")
    assert [str(d.value) for d in changed.target] == ["1", "9/10"]
