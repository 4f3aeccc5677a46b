"""The engine gives a meaning to each word of the rules' vocabulary."""

import datetime as dt

from phucvu.engine import populations
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.counts import COUNTS
from phucvu.engine.features import LIMITS
from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load
from phucvu.rules.vocabulary import THINGS, VOCABULARY

AUGUST = Period.parse("2026-08")


def test_engine_and_vocabulary_name_the_same_words():
    assert list(CONDITIONS) == list(VOCABULARY.conditions)
    assert sorted(COUNTS) == sorted(THINGS)
    named = {name for thing in THINGS.values() for name in thing.populations}
    known = {name.rstrip("_") for name in vars(populations) if defined_there(name)}
    assert named == set(VOCABULARY.populations) == known
    limits = {limit for limit, _, _ in LIMITS} | {"ministry", "province", "procedures"}
    needed = {need for condition in CONDITIONS.values() for need in condition.needs}
    assert needed == set(VOCABULARY.parameters) == limits


def defined_there(name):
    """Whether a name of the module of populations is one of its functions."""
    return getattr(vars(populations)[name], "__module__", "") == populations.__name__


def test_the_vocabulary_says_what_it_is_and_from_where():
    asked = {of for thing in THINGS.values() for of in thing.asks}
    for name, condition in VOCABULARY.conditions.items():
        assert condition.of in asked, name
        assert condition.source in VOCABULARY.sources, name
    written = load("qd766-2022").sources
    assert {name: written[name] for name in VOCABULARY.sources} == VOCABULARY.sources


def test_nothing_recorded_gives_no_figures():
    assert figures(from_frames({}), load("portal-2026"), AUGUST, dt.datetime(2026, 9, 1)).is_empty()
