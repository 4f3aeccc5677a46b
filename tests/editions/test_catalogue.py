"""The catalogue of open data: the same statements as JSON-LD and as Turtle, each of them true."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from phucvu.editions import catalogue, open_data
from phucvu.editions.models import Edition
from phucvu.editions.turtle import PREFIXES, Iri, Text, Thing, as_json, as_turtle

SITE = "https://chiso.example.gov.vn"
Triple = tuple[str, str, str]


class Reader:
    """A reading of Turtle of its own: as much of the grammar as is written."""

    TOKEN = re.compile(
        r"""\s*(?:(<[^<>"{}|^`\\\x00-\x20]*>|<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-F]{4})*>)
        |("(?:[^"\\\n\r]|\\[tbnrf"'\\]|\\u[0-9A-F]{4})*")|(@[A-Za-z-]+)|(\^\^)|([\[\];,.])
        |([A-Za-z]+:[A-Za-z0-9_-]*|\ba\b))""",
        re.X,
    )

    def __init__(self, text: str) -> None:
        self.tokens, at = [], 0
        while text[at:].strip():
            found = self.TOKEN.match(text, at)
            assert found, text[at : at + 80]
            self.tokens.append(found.group().strip())
            at = found.end()
        self.at, self.blank, self.found = 0, 0, set[Triple]()
        self.prefixes: dict[str, str] = {}
        while self.at < len(self.tokens):
            self.statement()

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, token: str) -> None:
        assert self.next() == token, self.tokens[self.at - 5 : self.at + 5]

    def statement(self) -> None:
        if self.tokens[self.at] == "@prefix":
            self.next()
            name = self.next().removesuffix(":")
            self.prefixes[name] = self.next()[1:-1]
        else:
            self.predicates(self.term(self.next()))
        self.expect(".")

    def predicates(self, subject: str) -> None:
        while True:
            predicate = self.term(self.next())
            self.found.add((subject, predicate, self.object()))
            while self.tokens[self.at] == ",":
                self.next()
                self.found.add((subject, predicate, self.object()))
            if self.tokens[self.at] != ";":
                return
            self.next()

    def object(self) -> str:
        token = self.next()
        if token == "[":
            self.blank += 1
            name = f"_:{self.blank}"
            self.predicates(name)
            self.expect("]")
            return name
        if not token.startswith('"'):
            return self.term(token)
        text = json.loads(token)
        follows = self.tokens[self.at]
        if follows.startswith("@"):
            return f"{text}@{self.next()[1:]}"
        if follows == "^^":
            self.next()
            return f"{text}^^{self.term(self.next())}"
        return str(text)

    def term(self, token: str) -> str:
        if token == "a":
            return "rdf:type"
        if token.startswith("<"):
            return re.sub(r"\\u([0-9A-F]{4})", lambda m: chr(int(m[1], 16)), token[1:-1])
        name, _, local = token.partition(":")
        return self.prefixes[name] + local


def of_json(document: dict[str, Any]) -> set[Triple]:
    """The statements of JSON-LD, read by the rules of its context: prefixes and nothing else."""
    found, count = set[Triple](), 0

    def full(name: str) -> str:
        prefix, _, local = name.partition(":")
        return document["@context"][prefix] + local

    def thing(node: dict[str, Any]) -> str:
        nonlocal count
        if "@id" in node:
            subject = node["@id"]
        else:
            count += 1
            subject = f"_:{count}"
        for kind in node.get("@type", []):
            found.add((subject, "rdf:type", full(kind)))
        for name, values in node.items():
            if not name.startswith("@"):
                for value in values:
                    found.add((subject, full(name), said(value)))
        return str(subject)

    def said(value: dict[str, Any]) -> str:
        if "@value" not in value:
            return thing(value)
        more = f"@{value['@language']}" if "@language" in value else ""
        return value["@value"] + (f"^^{full(value['@type'])}" if "@type" in value else more)

    for node in document["@graph"]:
        thing(node)
    return found


@pytest.fixture
def found(edition: Edition) -> set[Triple]:
    """The statements about an edition and another one that corrects it."""
    open_data._package.cache_clear()
    catalogue._of_package.cache_clear()
    second = Edition.objects.get(number=1)
    second.pk, second.number, second.corrects, second.reason = None, 2, 1, 'bổ sung "hồ sơ"\nđến muộn \\ 50%'
    second.note = second.note.replace("/1\n", "/2\n", 1)
    second.save()
    things = catalogue.things([second, edition], f"{SITE}/")
    turtle, json_ld = Reader(as_turtle(things)).found, of_json(json.loads(as_json(things)))
    assert {t for t in turtle if not any("_:" in p for p in t)} == {
        t for t in json_ld if not any("_:" in p for p in t)
    }
    assert sorted(t[1:] for t in turtle if "_:" not in t[2]) == sorted(
        t[1:] for t in json_ld if "_:" not in t[2]
    )
    return turtle


def of(found: set[Triple], subject: str, name: str) -> set[str]:
    prefix, _, local = name.partition(":")
    return {o for s, p, o in found if (s, p) == (subject, PREFIXES[prefix] + local)}


def test_versions_follow_one_another(found: set[Triple], edition: Edition) -> None:
    period, first, second = (
        f"{SITE}/open-data#{edition.period}",
        *(f"{SITE}/editions/{n}" for n in (1, 2)),
    )
    assert of(found, f"{SITE}/open-data#catalogue", "dcat:dataset") == {period}
    assert of(found, period, "dcat:hasVersion") == {first, second}
    assert of(found, period, "dcat:hasCurrentVersion") == {second}
    assert of(found, second, "dcat:previousVersion") == of(found, second, "prov:wasRevisionOf") == {first}
    assert of(found, first, "dcterms:isReplacedBy") == {second}
    assert of(found, second, "dcterms:isReplacedBy") == of(found, first, "dcat:previousVersion") == set()
    assert of(found, second, "dcat:version") == {"2"}
    assert of(found, second, "adms:versionNotes") == {'bổ sung "hồ sơ"\nđến muộn \\ 50%@vi'}
    assert of(found, first, "dcat:isVersionOf") == {period}


def test_each_distribution_is_a_file_that_there_is(found: set[Triple], edition: Edition) -> None:
    packed = open_data.package(edition)
    given = of(found, f"{SITE}/editions/1", "dcat:distribution")
    assert len(given) == 13
    files = {}
    for one in given:
        [address], [size] = of(found, one, "dcat:downloadURL"), of(found, one, "dcat:byteSize")
        files[address] = int(size.partition("^^")[0])
        assert of(found, one, "dcterms:license") == {"https://creativecommons.org/licenses/by/4.0/"}
        [checksum] = of(found, one, "spdx:checksum")
        assert re.fullmatch(r"[0-9a-f]{64}\^\^.*hexBinary", *of(found, checksum, "spdx:checksumValue"))
    tables = {n: packed.size(n) for n in packed.names() if n.endswith((".csv", ".parquet"))}
    expected = {f"{SITE}/editions/1/data/{name}": size for name, size in tables.items()}
    assert files == expected | {f"{SITE}/editions/1/data.zip": len(packed.zip)}


def test_odd_letters_are_escaped() -> None:
    odd = 'a"b\\c\nd\te\x01f'
    one = Thing(["dcat:Dataset"], {"dcterms:title": [Text(odd), Iri("x:<a b>")]}, "https://a/<b>")
    [*triples] = Reader(as_turtle([one])).found
    assert {s for s, _p, _o in triples} == {"https://a/<b>"}
    assert {o for _s, _p, o in triples} == {PREFIXES["dcat"] + "Dataset", odd, "x:<a b>"}
    assert json.loads(as_json([one]))["@graph"][0]["dcterms:title"][0]["@value"] == odd


def test_nothing_published_is_an_empty_catalogue() -> None:
    [only] = catalogue.things([], SITE)
    assert only.said["dcat:dataset"] == []
    assert "dcat:dataset" not in as_turtle([only])
