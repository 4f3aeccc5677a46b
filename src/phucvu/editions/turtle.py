"""Statements about things (RDF) as JSON-LD and as Turtle: the same ones, in the same order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "adms": "http://www.w3.org/ns/adms#",
}


@dataclass(frozen=True)
class Iri:
    """A thing by its address."""

    address: str


@dataclass(frozen=True)
class Text:
    """A text in a language, or a value of a type such as ``xsd:date``; not both."""

    text: str
    language: str = ""
    type: str = ""


@dataclass(frozen=True)
class Thing:
    """What is said of a thing: its kinds such as ``dcat:Dataset``, and values by property.

    ``address`` is empty for a thing that is only spoken of within another.
    """

    kinds: Sequence[str]
    said: Mapping[str, Sequence[Value]]
    address: str = ""


Value = Iri | Text | Thing


def as_json(things: Sequence[Thing]) -> str:
    """The things as JSON-LD."""
    document = {"@context": PREFIXES, "@graph": [_of_thing(thing) for thing in things]}
    return f"{json.dumps(document, ensure_ascii=False, indent=1)}\n"


def _of_thing(thing: Thing) -> dict[str, Any]:
    identity = {"@id": thing.address} if thing.address else {}
    said = {name: [_of_value(value) for value in values] for name, values in thing.said.items() if values}
    return identity | {"@type": list(thing.kinds)} | said


def _of_value(value: Value) -> dict[str, Any]:
    match value:
        case Iri(address):
            return {"@id": address}
        case Text(text, language, type_):
            more = {"@language": language} if language else {"@type": type_} if type_ else {}
            return {"@value": text} | more
        case Thing():
            return _of_thing(value)


def as_turtle(things: Sequence[Thing]) -> str:
    """The things as Turtle."""
    prefixes = "".join(f"@prefix {name}: <{address}> .\n" for name, address in PREFIXES.items())
    return prefixes + "".join(f"\n{_iri(thing.address)} {_said(thing, 1)} .\n" for thing in things)


def _said(thing: Thing, depth: int) -> str:
    lines = [f"a {', '.join(thing.kinds)}", *_lines(thing, depth)]
    return f" ;\n{'  ' * depth}".join(lines)


def _lines(thing: Thing, depth: int) -> Iterator[str]:
    for name, values in thing.said.items():
        if values:
            yield f"{name} {', '.join(_written(value, depth + 1) for value in values)}"


def _written(value: Value, depth: int) -> str:
    match value:
        case Iri(address):
            return _iri(address)
        case Text(text, language, type_):
            return _quoted(text) + (f"@{language}" if language else f"^^{type_}" if type_ else "")
        case Thing():
            return f"[ {_said(value, depth)} ]"


def _iri(address: str) -> str:
    """An address between angle brackets; what may not stand there is escaped."""
    escaped = (f"\\u{ord(c):04X}" if c <= " " or c in '<>"{}|^`\\' else c for c in address)
    return f"<{''.join(escaped)}>"


ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _quoted(text: str) -> str:
    return f'"{"".join(ESCAPES.get(c) or (f"{chr(92)}u{ord(c):04X}" if c < " " else c) for c in text)}"'
