"""Finding a unit, procedure, indicator or term by any part of its name or code, with or without accents.

What has all the words typed comes first, then what has words of the same meaning (see synonyms.py). Only
where there is neither, spaces and one letter off are overlooked.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Literal, NamedTuple, get_args

from phucvu.figures.units import Units
from phucvu.rules.model import RuleSet
from phucvu.tables import plain
from phucvu.web import results
from phucvu.web.glossary import Term, terms
from phucvu.web.language import _, language
from phucvu.web.sentences import called
from phucvu.web.spelling import Vocabulary
from phucvu.web.synonyms import Place, meant, places

Kind = Literal["unit", "indicator", "procedure", "term"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LONGEST = 100
"""Letters of a query that are looked at."""

FEWEST_JOINED = 4
"""Letters from which on a query is compared with names without their spaces."""

HOLDS = 5
"""The closeness from which on names merely hold the letters of a query."""

WORDS_FOR_ANOTHER = 4
"""So many words more, one more of them may be one letter off."""

ORDER = {
    "province": 0,
    "ministry": 1,
    "indicator": 2,
    "department": 3,
    "district": 4,
    "commune": 5,
    "branch": 6,
    "term": 7,
}
"""Among equally good hits, the fewer there are of a kind the likelier it is meant; procedures last."""


@dataclass(frozen=True)
class Entry:
    """Something that can be found: ``key`` is its code, ``sort`` its kind, of units the kind of unit.

    ``above`` is the unit it belongs to, ``meaning`` what a term means, or empty. The rest are what queries
    are compared with: its names and code without accents (``bare``, and its first name ``called``) and with
    (``spelled``).
    """

    kind: Kind
    key: str
    name: str
    sort: str
    above: str
    called: str
    bare: str
    spelled: str
    meaning: str = ""


@dataclass(frozen=True)
class Found:
    """The hits of a query, the likeliest first.

    ``alike`` says that none has just what was typed; ``meanings`` are the words of the same meaning that
    found some of them; ``elsewhere`` is what the query names and Vietnam has, but not this site.
    """

    hits: list[Entry]
    alike: bool = False
    meanings: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


class Hit(NamedTuple):
    """An entry that has all the words, how close it is (0 the closest), whether it is spelled otherwise."""

    closeness: int
    misspelled: bool
    entry: Entry

    @property
    def loose(self) -> bool:
        """Whether it merely holds the letters, or only sounds so further in."""
        return self.closeness >= HOLDS or (self.misspelled and self.closeness > 2)


def found(text: str, kinds: Collection[str] = KINDS) -> Found:
    """What a query finds; every word of it must be in the name or the code.

    First what has just this code, or just this name; then names that begin so; then those in which
    each word begins a word; last those that merely hold the letters. Where the query has accents,
    names spelled like it come before those that only sound so. What has other words of the same
    meaning comes before names that merely hold the letters, or sound so further in.
    """
    text = text[:LONGEST]
    index = _entries(language())
    exact = index.exact(text, kinds)
    hits = {hit.entry.key: hit.entry for hit in exact if not hit.loose}
    meanings = []
    for meaning in meant(text):
        whole = set(plain(meaning).split())
        with_it = (hit.entry for hit in index.exact(meaning, kinds))
        further = {entry.key: entry for entry in with_it if whole <= set(entry.bare.split())}
        if further.keys() - hits.keys():
            meanings.append(meaning)
            hits |= further
    hits |= {hit.entry.key: hit.entry for hit in exact}
    if hits:
        return Found(list(hits.values()), meanings=meanings)
    if elsewhere := _elsewhere(index, text):
        return Found([], elsewhere=elsewhere)
    words = plain(text).split()
    return Found(index.joined(words, kinds) or index.near(words, kinds), alike=True)


def _elsewhere(index: Index, text: str) -> list[str]:
    """What a text names that is not held here: each by itself, or else all of it as one."""
    named = places(text)
    missing = [_told(place) for place in named if not index.exact(place.found_by, KINDS)]
    return missing or ([" ".join(map(_told, named))] if len(named) > 1 else [])


def _told(place: Place) -> str:
    return _("thủ tục %(name)s") % {"name": place.said} if place.procedure else place.said


class Index:
    """Everything there is to find, the likeliest first."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = sorted(entries, key=_likelihood)
        self._words = Vocabulary(entry.bare.replace("|", " ").split() for entry in self.entries)
        self._joined = [_joined(entry) for entry in self.entries]

    def exact(self, text: str, kinds: Collection[str]) -> list[Hit]:
        """What has every word of a text, the closest first."""
        words, spelled, code = plain(text).split(), _spelled(text), text.strip().casefold()
        if not words:
            return []
        numbers = self._words.holding(words[0])
        for word in set(words[1:]) if numbers else ():
            numbers &= self._words.holding(word)
        hits = []
        for entry in self._of(sorted(numbers), kinds):
            misspelled = spelled not in entry.spelled
            hits.append(Hit(_closeness(entry, words, code, misspelled), misspelled, entry))
        return sorted(hits, key=itemgetter(0, 1))  # of equals, those likelier stay first

    def joined(self, words: Sequence[str], kinds: Collection[str]) -> list[Entry]:
        """What has the words one after the other, wherever the spaces between them are."""
        letters = "".join(words)
        if len(letters) < FEWEST_JOINED:
            return []
        numbers = (number for number, joined in enumerate(self._joined) if letters in joined)
        hits = (entry for entry in self._of(numbers, kinds) if _begins_a_word(entry, letters))
        return sorted(hits, key=lambda entry: not _joined(entry).startswith(letters))

    def near(self, words: Sequence[str], kinds: Collection[str]) -> list[Entry]:
        """What has every word, a few of them one letter off: one, and one more for each four words."""
        most = 1 + len(words) // WORDS_FOR_ANOTHER
        off: Counter[int] = Counter()
        numbers: set[int] | None = None
        for word in set(words):
            right = self._words.holding(word)
            wrong = self._words.near(word) - right
            numbers = right | wrong if numbers is None else numbers & (right | wrong)
            off.update(wrong)
            if not numbers:
                return []
        within = sorted(
            (off[number], len(self.entries[number].bare), number)
            for number in numbers or ()
            if off[number] <= most
        )
        return list(self._of((number for _off, _length, number in within), kinds))

    def _of(self, numbers: Iterable[int], kinds: Collection[str]) -> Iterator[Entry]:
        return (entry for entry in map(self.entries.__getitem__, numbers) if entry.kind in kinds)


def _closeness(entry: Entry, words: list[str], code: str, misspelled: bool) -> int:
    """From 0, the best. Terms come behind the rest, but for those called or spelled just so."""
    if entry.key.casefold() == code:
        return 0
    bare = entry.bare
    asked = " ".join(words)
    if entry.called == asked or (entry.kind == "term" and f"| {asked} |" in bare):
        return 1
    if entry.kind == "term" and (misspelled or not entry.called.startswith(asked)):
        return HOLDS + 1
    if entry.called.startswith(asked):
        return 2
    if f" {asked}" in bare:
        return 3
    return 4 if all(f" {word}" in bare for word in words) else HOLDS


def _likelihood(entry: Entry) -> tuple[int, int, str]:
    return ORDER.get(entry.sort, 9), len(entry.name), entry.key


def _joined(entry: Entry) -> str:
    return entry.bare.replace(" ", "").replace("|", "")


def _begins_a_word(entry: Entry, letters: str) -> bool:
    words = entry.bare.replace("|", " ").split()
    return any("".join(words[place:]).startswith(letters) for place in range(len(words)))


def _spelled(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _entries(lang: str) -> Index:
    return _index(results.source(), tuple(results.versions().items()), lang)


@lru_cache(maxsize=2)
def _index(of: results.Source, versions: tuple[tuple[object, int], ...], lang: str) -> Index:
    """Everything there is to find, made once for each state of the data and language."""
    latest = results.result(results.periods()[0]).scores if versions else None
    if latest is None:
        return Index([])
    rules = next(iter(latest.rules.values()))
    procedures = of.procedure_names().items()
    return Index(
        [
            *_units(latest.units),
            *_indicators(rules, lang),
            *(_entry("procedure", code, name or code, "procedure") for code, name in procedures),
            *(_term(term, lang) for term in terms().values()),
        ]
    )


def _units(units: Units) -> Iterator[Entry]:
    for unit in units:
        parent = units.get(unit.parent)
        yield _entry("unit", unit.code, called(unit), unit.kind, called(parent) if parent else "", unit.name)


def _indicators(rules: RuleSet, lang: str) -> Iterator[Entry]:
    for indicator in rules.indicators:
        further = f"{indicator.short[lang]} {indicator.short.vi}"
        yield _entry("indicator", indicator.id, indicator.name[lang], "indicator", further=further)


def _term(term: Term, lang: str) -> Entry:
    further = f"{term.short} | {term.name.en if lang == 'vi' else term.name.vi}"
    return _entry("term", term.code, term.name[lang], "term", further=further, meaning=term.meaning[lang])


def _entry(
    kind: Kind, key: str, name: str, sort: str, above: str = "", further: str = "", meaning: str = ""
) -> Entry:
    """``further`` are other names by which it is found, with | between them."""
    bare = plain(name)
    return Entry(
        kind,
        key,
        name,
        sort,
        above,
        called=bare,
        bare=" | ".join(["", bare, *map(plain, further.split("|")), plain(above), plain(key), ""]),
        spelled=_spelled(f"{name} {further} {key}"),
        meaning=meaning,
    )
