"""The words that rule sets count with (``vocabulary.yaml``): things, populations, parameters, conditions."""

from __future__ import annotations

from pathlib import Path

import yaml

from phucvu.rules.model import Source, Strict, Words

FILE = Path(__file__).parent / "vocabulary.yaml"

PROCEDURES = "procedures"
"""The parameter that is a list of codes; the others are limits of ``working_days``."""


class Thing(Strict):
    """Something that can be counted: which populations and conditions a count of it can name.

    ``asks`` says of what the conditions can be, ``conditions`` in which lists they stand, and ``optional``
    that the population is left out where no condition is of dossiers.
    """

    meaning: Words
    populations: tuple[str, ...] = ()
    optional: bool = False
    asks: tuple[str, ...]
    conditions: tuple[str, ...]


class Condition(Strict):
    """What it is asked of, and its words: of a record that meets it, and of one that does not.

    ``needs`` names the parameters of a count without which the condition says nothing.
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
