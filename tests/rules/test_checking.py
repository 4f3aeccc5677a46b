"""Rules that cannot be counted or scored are refused when they are read, with place and what is allowed."""

import pytest
import yaml

from phucvu.problems import UnusableError
from phucvu.rules.loading import load

HEAD = {"name": "changed", "based_on": "portal-2026", "title": {"vi": "thử", "en": "test"}}


def refused(path):
    with pytest.raises(UnusableError) as error:
        load(str(path))
    return "\n".join(str(p) for p in error.value.faults)


@pytest.fixture
def changed(tmp_path):
    """What is said against the portal's rules with another 2.1 (by default), or with text put behind."""

    def write(indicator=(), text="", identity="2.1"):
        path = tmp_path / "changed.yaml"
        items = {"indicators": [{"id": identity, **dict(indicator)}]} if indicator else {}
        path.write_text(yaml.safe_dump(HEAD | items, allow_unicode=True) + text, encoding="utf-8")
        return refused(path)

    return write


def dated(value, day="2022-06-23"):
    return [{"from": day, "value": value, "source": "portal"}]


DOSSIERS = {"of": "dossiers", "population": "handled", "numerator": ["on_time"]}
LIMITS = {"refused": 2, "supplement": 5, "answered": 15, "published": 2}
PETITIONS = {"of": "petitions", "population": "open", "numerator": ["petition_on_time"]}


@pytest.mark.parametrize(
    ("count", "place", "words"),
    [
        (
            DOSSIERS | {"numerator": ["on_tyme"]},
            "numerator.0",
            "no condition 'on_tyme'; for dossiers",
        ),
        (DOSSIERS | {"numerator": ["public"]}, "numerator.0", "cannot be asked of dossiers; there are"),
        (DOSSIERS | {"numerator": []}, "numerator", "needs a condition, else every rate is 100%"),
        (DOSSIERS | {"numerator": ["on_time", "on_time"]}, "numerator", "'on_time' stands twice"),
        (DOSSIERS | {"of": "dossier"}, "of", "no 'dossier'; there are: dossiers"),
        (DOSSIERS | {"numerator": ["certified_copy"]}, "procedures", "needs the parameter 'procedures'"),
        (DOSSIERS | {"procedures": ["1.0"]}, "procedures", "no condition uses the parameter 'procedures'"),
        (DOSSIERS | {"working_days": {"refused": 2}}, "working_days.refused", "no condition uses"),
        (
            DOSSIERS | {"population": "open"},
            "population",
            "must be received, handled; found 'open'",
        ),
        (DOSSIERS | {"of": "decisions"}, "population", "population must be left out"),
        ({"of": "procedures", "numerator": ["online"]}, "population", "population must be received, handled"),
        (DOSSIERS | {"taken_off": [["on_time"], []]}, "taken_off", "is in just one group of it"),
        (DOSSIERS | {"taken_off": [["online"]]}, "taken_off", "is in just one group of it"),
        (PETITIONS, "working_days.answered", "needs the parameter 'answered'"),
        (
            PETITIONS | {"working_days": LIMITS | {"answered": 0}},
            "working_days.answered",
            "expected 1 to 366",
        ),
        (PETITIONS | {"working_days": LIMITS | {"answered": 99999}}, "working_days.answered", "found 99999"),
        (
            DOSSIERS | {"of": "synchronised", "denominator": ["online"]},
            "denominator",
            "there is no denominator",
        ),
        (DOSSIERS | {"of": "processing_time"}, "numerator", "there is no numerator in counts"),
    ],
)
def test_a_count_that_makes_no_sense_is_refused(changed, count, place, words):
    said = changed({"count": dated(count)})
    assert f"cột indicators.2.1.count.0.value.{place}: " in said
    assert "changed.yaml, dòng " in said
    assert words in said


@pytest.mark.parametrize("times", ["2.1", "9.9", "2.2", "4.6", "3.3"])
def test_a_rate_is_multiplied_by_one_that_figures_alone_give(tmp_path, changed, times):
    """Not by itself, one unknown, an average, one given by rule, or one that is multiplied itself."""
    indicators = [
        {"id": "2.1", "count": dated(DOSSIERS | {"times": times})},
        {"id": "3.3", "count": dated(DOSSIERS | {"times": "1.4"})},
    ]
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump(HEAD | {"indicators": indicators}), encoding="utf-8")
    assert f"cannot be multiplied by the rate of '{times}'; there are: 1.1, 1.2" in refused(path)


@pytest.mark.parametrize(
    ("indicator", "words"),
    [
        ({"scope": []}, "the list must not be empty"),
        ({"scope": dated("whole")}, "expected one of: own, province"),
        ({"beside": True}, "followed beside the index, so it gives no points"),
        ({"beside": "yes"}, "expected true or false"),
        ({"max_points": dated(0)}, "gives no points, so it has no target"),
        ({"max_points": dated(float("nan"))}, "expected a number of points"),
        ({"target": dated("1e999999999%")}, "expected a percentage"),
        ({"target": dated("0%")}, "expected a percentage"),
        ({"target": dated("100%", "2022-13-01")}, "expected a day such as 2026-09-01"),
        ({"target": dated("100%", 20220623)}, "expected a day such as 2026-09-01"),
        ({"target": [*dated("100%"), *dated("90%")]}, "the days of from must rise and not repeat"),
        ({"target": dated("100%") * 2}, "the days of from must rise and not repeat"),
        ({"targets": dated("100%")}, "unknown field; there are: id, number, group"),
        (
            {"count": dated(DOSSIERS | {"of": "processing_time"})},
            "counts processing time",
        ),
    ],
)
def test_an_indicator_that_makes_no_sense_is_refused(changed, indicator, words):
    assert words in changed(indicator)


def test_an_indicator_that_begins_later_than_its_points_leaves_a_hole(tmp_path):
    path = tmp_path / "changed.yaml"
    new = load("qd766-2022").model_dump(mode="json", by_alias=True)["indicators"][4] | {"id": "2.9"}
    new["max_points"] = dated(2)
    new["target"] = dated("100%", "2026-07-01")
    groups = [{"id": "progress", "max_points": dated(22)}]
    path.write_text(yaml.safe_dump(HEAD | {"groups": groups, "indicators": [new]}), encoding="utf-8")
    assert "group progress states 22 points but its indicators sum to 20 (from 23/06/2022)" in refused(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bands: [{from: 2026-02-30, source: users, value: {}}]\n", "there is no day '2026-02-30'"),
        ("name: other\n", "key 'name' stands twice"),
        ("? [name]\n: other\n", "not correct YAML: found unhashable key"),
        ("sources: [qd766]\n", "cột sources: cần các mục"),
        ("groups: [{number: '1'}]\n", "cột groups.0.id: cần các mục"),
        ("indicators: [2.1]\n", "cột indicators.0.id: cần các mục"),
        ("indicators: [{id: '2.1'}, {id: '2.1'}]\n", "'2.1' stands twice"),
        (
            "groups: [{id: Progress, number: '2', name: {vi: a, en: a}, short: {vi: a, en: a}, "
            "max_points: [{from: 2022-06-23, value: 0, source: portal}]}]\n",
            "'Progress' stands twice",
        ),
        (
            "bands: [{from: 2026-09-01, source: qd766, "
            "value: {excellent: 9, good: 9, fair: 7, average: 5}}]\n",
            "the bounds must fall",
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(changed, text, words):
    assert words in changed(text=text)


def test_sets_based_on_each_other_are_refused_with_the_circle(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, base in (("a.yaml", "b.yaml"), ("b.yaml", "c.yaml"), ("c.yaml", "b.yaml")):
        (tmp_path / name).write_text(yaml.safe_dump(HEAD | {"based_on": base}), encoding="utf-8")
    said = refused(tmp_path / "a.yaml")
    assert "c.yaml: bộ quy tắc dựa trên chính nó: b.yaml → c.yaml → b.yaml" in said


def test_what_is_wrong_with_a_base_is_told_of_its_own_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(HEAD | {"bands": []}), encoding="utf-8")
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(HEAD | {"based_on": "base.yaml"}), encoding="utf-8")
    assert refused(tmp_path / "own.yaml").startswith("base.yaml, dòng 1, cột bands: ")
