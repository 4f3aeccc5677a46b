"""The words of counting in rule sets (``vocabulary.yaml``): things, populations, parameters, conditions."""

from __future__ import annotations

from pathlib import Path

import yaml

from phucvu.rules.model import Source, Strict, Words

FILE = Path(__file__).parent / "vocabulary.yaml"

PROCEDURES = "procedures"
"""The parameter that is a list of codes; the others are limits of ``working_days``."""


class Thing(Strict):
    """Something that can be counted, with the populations and conditions that a count of it can name.

    ``asks`` names the kinds of conditions, ``conditions`` the lists that may hold them. ``optional`` allows
    a count without a population where no condition is about dossiers.
    """

    meaning: Words
    populations: tuple[str, ...] = ()
    optional: bool = False
    asks: tuple[str, ...]
    conditions: tuple[str, ...]


class Condition(Strict):
    """A condition of records: the kind of record (``of``), and the words for meeting it or not (``lost``).

    ``needs`` names the parameters that a count must give for it.
    """

    of: str
    met: Words
    lost: Words
    meaning: Words
    source: str
    needs: tuple[str, ...] = ()


class Vocabulary(Strict):
    """The file as it stands."""

    sources: dict[str, Source]
    things: dict[str, Thing]
    populations: dict[str, Words]
    parameters: dict[str, Words]
    conditions: dict[str, Condition]


VOCABULARY = Vocabulary.model_validate(yaml.load(FILE.read_bytes(), Loader=yaml.CSafeLoader))
CONDITIONS = VOCABULARY.conditions
THINGS = VOCABULARY.things


def conditions_for(thing: Thing) -> list[str]:
    """The conditions that can be asked of a thing, in order of name."""
    return sorted(name for name, condition in CONDITIONS.items() if condition.of in thing.asks)
