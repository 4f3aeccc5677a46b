"""Reader of event logs in XES: strict, since what it would leave out silently would be missed by nobody."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from phucvu.problems import Fault, UnusableError
from phucvu.tables.reading import LARGEST_WHOLE, reading, too_large

FLAT = frozenset(("string", "date", "int", "float", "boolean", "id"))
NESTED = frozenset(("list", "container"))
ATTRIBUTES = FLAT | NESTED
WITHIN = {
    "": frozenset(("log",)),
    "log": ATTRIBUTES | {"extension", "global", "classifier", "trace"},
    "global": ATTRIBUTES,
    "trace": ATTRIBUTES | {"event"},
    "event": ATTRIBUTES,
    "values": ATTRIBUTES,
    **dict.fromkeys(FLAT, ATTRIBUTES),
    **dict.fromkeys(NESTED, ATTRIBUTES | {"values"}),
}
"""The elements of XES, and which may stand in which."""

PIECE = 1 << 20
"""Bytes that are read at a time."""

Attributes = dict[str, str]


@dataclass
class Case:
    """A trace: its own attributes as text by key, and those of each of its events."""

    said: Attributes = field(default_factory=dict)
    events: list[Attributes] = field(default_factory=list)


@dataclass
class Log:
    """What a log holds. ``absent`` is, by key, the value that stands for none in its cases.

    Attributes of attributes, lists and containers are left out: a mapping cannot name them.
    """

    cases: list[Case] = field(default_factory=list)
    absent: Attributes = field(default_factory=dict)


def read(path: Path) -> Log:
    """The log of a file, also one packed by gzip.

    Raises UnusableError with the line where it is not readable XML or not XES, and if it is larger than
    ``LARGEST_WHOLE`` bytes unpacked: it is held in memory.
    """
    taken = _Reader(path.name)
    try:
        with reading(path), gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            size = 0
            while piece := file.read(PIECE):
                size += len(piece)
                if size > LARGEST_WHOLE:
                    raise too_large(path.name, LARGEST_WHOLE)
                taken.parser.Parse(piece)
            taken.parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two: encodings not known
        row = taken.parser.CurrentLineNumber
        problem = Fault("not_xml", file=path.name, row=row)
        raise UnusableError(problem) from error
    if not any(case.events for case in taken.log.cases):
        raise UnusableError(Fault("not_xes", file=path.name))
    return taken.log


class _Reader:
    def __init__(self, name: str) -> None:
        self.log = Log()
        self._name = name
        self._open = [""]
        self._defaults: Attributes = {}  # of the open global
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _begin(self, name: str, said: Attributes) -> None:
        tag, parent = name.rpartition(" ")[2], self._open[-1]
        if tag not in WITHIN.get(parent, ()):
            raise self._broken(Fault("xes_tag_misplaced", tag=tag[:50]))
        self._open.append(tag)
        if tag in ATTRIBUTES:
            self._attribute(tag, parent, said)
        elif tag == "trace":
            self.log.cases.append(Case())
        elif tag == "event":
            self.log.cases[-1].events.append({})
        elif tag == "global":
            self._defaults = self.log.absent if said.get("scope") == "trace" else {}

    def _attribute(self, tag: str, parent: str, said: Attributes) -> None:
        key, value = said.get("key"), said.get("value")
        if tag in NESTED and key is not None:
            return
        if key is None or value is None:
            raise self._broken(Fault("xes_attribute_incomplete"))
        match parent:
            case "trace":
                into = self.log.cases[-1].said
            case "event":
                into = self.log.cases[-1].events[-1]
            case "global":
                into = self._defaults
            case _:
                return
        if into.setdefault(key, value) != value:
            raise self._broken(Fault("xes_value_twice", key=key[:50]))

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if not text.isspace():
            raise self._broken(Fault("xes_text_outside"))

    def _doctype(self, *_: object) -> None:
        raise self._broken(Fault("xes_doctype"))

    def _broken(self, reason: Fault) -> UnusableError:
        row = self.parser.CurrentLineNumber
        return UnusableError(Fault("xes_unsound", file=self._name, row=row, reason=reason))
