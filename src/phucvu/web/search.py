"""Finding a unit, procedure or indicator by any part of its name or code, with or without accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from phucvu.figures.units import Units
from phucvu.rules.model import RuleSet
from phucvu.tables import plain
from phucvu.web import results
from phucvu.web.language import language
from phucvu.web.sentences import called

Kind = Literal["unit", "indicator", "procedure"]

LONGEST = 100
"""Letters of a query that are looked at."""

ORDER = {
    "province": 0,
    "ministry": 1,
    "indicator": 2,
    "department": 3,
    "district": 4,
    "commune": 5,
    "branch": 6,
}
"""Among equally good hits, the fewer there are of a kind the likelier it is meant; procedures last."""


@dataclass(frozen=True)
class Entry:
    """Something that can be found: ``key`` is its code, ``sort`` its kind, of units the kind of unit.

    ``above`` is the unit it belongs to, or empty. The rest are what queries are compared with: its
    names and code without accents (``bare``, and its first name ``called``) and with (``spelled``).
    """

    kind: Kind
    key: str
    name: str
    sort: str
    above: str
    called: str
    bare: str
    spelled: str


def found(text: str, kinds: Collection[str] = ("unit", "indicator", "procedure")) -> list[Entry]:
    """What a query finds, the likeliest first; every word of it must be in the name or the code.

    First what has just this code, or just this name; then names that begin so; then those in which
    each word begins a word; last those that merely hold the letters. Where the query has accents,
    names spelled like it come before those that only sound so.
    """
    text = text[:LONGEST]
    words, spelled = plain(text).split(), _spelled(text)
    code = text.strip().casefold()
    if not words:
        return []
    hits = []
    for entry in _entries(language()):
        if entry.kind in kinds:
            closeness = _closeness(entry, words, code)
            if closeness is not None:
                misspelled = spelled not in entry.spelled
                order = (closeness, misspelled, ORDER.get(entry.sort, 9), len(entry.name), entry.key)
                hits.append((order, entry))
    return [entry for _order, entry in sorted(hits, key=lambda hit: hit[0])]


def _closeness(entry: Entry, words: list[str], code: str) -> int | None:
    """From 0, the best; None where a word is not there."""
    if entry.key.casefold() == code:
        return 0
    bare = entry.bare
    if any(word not in bare for word in words):
        return None
    asked = " ".join(words)
    if entry.called == asked:
        return 1
    if entry.called.startswith(asked):
        return 2
    if f" {asked}" in bare:
        return 3
    return 4 if all(f" {word}" in bare for word in words) else 5


def _spelled(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _entries(lang: str) -> list[Entry]:
    return _index(results.source(), tuple(results.versions().items()), lang)


@lru_cache(maxsize=2)
def _index(of: results.Source, versions: tuple[tuple[object, int], ...], lang: str) -> list[Entry]:
    """Everything there is to find, once for each state of the data and language."""
    latest = results.result(results.periods()[0]).scores if versions else None
    if latest is None:
        return []
    rules = next(iter(latest.rules.values()))
    return [
        *_units(latest.units),
        *_indicators(rules, lang),
        *(
            _entry("procedure", code, name or code, "procedure")
            for code, name in of.procedure_names().items()
        ),
    ]


def _units(units: Units) -> Iterator[Entry]:
    for unit in units:
        parent = units.get(unit.parent)
        yield _entry("unit", unit.code, called(unit), unit.kind, called(parent) if parent else "", unit.name)


def _indicators(rules: RuleSet, lang: str) -> Iterator[Entry]:
    for indicator in rules.indicators:
        further = f"{indicator.short[lang]} {indicator.short.vi}"
        yield _entry("indicator", indicator.id, indicator.name[lang], "indicator", further=further)


def _entry(kind: Kind, key: str, name: str, sort: str, above: str = "", further: str = "") -> Entry:
    """``further`` are other names by which it is found."""
    bare = plain(name)
    return Entry(
        kind,
        key,
        name,
        sort,
        above,
        called=bare,
        bare=" | ".join(["", bare, plain(further), plain(above), plain(key)]),
        spelled=_spelled(f"{name} {further} {key}"),
    )
