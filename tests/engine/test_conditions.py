"""Rules that name what the engine does not know are refused in words; every shipped set can be counted."""

import datetime as dt

import pytest
import yaml

from phucvu.engine.conditions import CONDITIONS, check
from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.problems import UnusableError
from phucvu.rules.loading import load, names

AUGUST = Period.parse("2026-08")


def changed(tmp_path, count):
    """The portal's rules with another count for 2.1."""
    rules = {
        "name": "changed",
        "based_on": "portal-2026",
        "title": {"vi": "thử", "en": "test"},
        "summary": {"vi": "thử", "en": "test"},
        "indicators": [{"id": "2.1", "count": [{"from": "2022-06-23", "value": count, "source": "portal"}]}],
    }
    path = tmp_path / "changed.yaml"
    text = yaml.safe_dump(rules, allow_unicode=True).replace("'2022-06-23'", "2022-06-23")
    path.write_text(text, encoding="utf-8")
    return load(str(path))


@pytest.mark.parametrize("name", names())
def test_shipped_rules_can_be_counted(name):
    check(load(name).at(AUGUST.last))


def test_every_condition_says_what_it_is():
    for name, condition in CONDITIONS.items():
        assert condition.says.__doc__, name


@pytest.mark.parametrize(
    ("count", "words"),
    [
        ({"of": "dossiers", "population": "handled", "numerator": ["on_tyme"]}, "no condition 'on_tyme'"),
        ({"of": "dossiers", "population": "handled", "numerator": ["public"]}, "cannot be asked of dossiers"),
        ({"of": "dossiers", "population": "handled", "numerator": ["certified_copy"]}, "needs the parameter"),
        ({"of": "dossiers", "population": "open"}, "population must be received, handled"),
        ({"of": "procedures", "numerator": ["online"]}, "population must be received, handled"),
        ({"of": "petitions", "population": "open", "numerator": ["petition_on_time"]}, "needs the parameter"),
    ],
)
def test_rules_that_cannot_be_counted_are_refused(tmp_path, count, words):
    rules = changed(tmp_path, count)
    with pytest.raises(UnusableError, match=words) as refused:
        figures(from_frames({}), rules, AUGUST, dt.datetime(2026, 9, 1))
    assert "2.1" in str(refused.value)


def test_nothing_recorded_gives_no_figures():
    assert figures(from_frames({}), load("portal-2026"), AUGUST, dt.datetime(2026, 9, 1)).is_empty()
