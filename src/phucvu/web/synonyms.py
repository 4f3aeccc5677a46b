"""What people call things otherwise than the pages do, and what there is in Vietnam: search.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from phucvu.figures.units import Unit
from phucvu.published import portal_2026
from phucvu.tables import plain

FILE = Path(__file__).parent / "search.yaml"

UNIT = re.compile(r"[GH]\d\d(\.\d+)*", re.IGNORECASE)
PROCEDURE = re.compile(r"\d\.\d{6}")
"""The national codes, of which everybody has the form."""


@dataclass(frozen=True)
class Synonym:
    """Other ``words`` (without accents) for what is called ``means``."""

    words: tuple[str, ...]
    means: tuple[str, ...]
    procedure: bool


@cache
def synonyms() -> list[Synonym]:
    known = _known()
    return [
        *(_synonym(entry, procedure=True) for entry in known["procedures"]),
        *(_synonym(entry, procedure=False) for entry in known["words"]),
        *(Synonym((plain(name),), (now,), procedure=False) for name, now in known["former"].items()),
    ]


@dataclass(frozen=True)
class Place:
    """What there is in Vietnam: how it is called in a sentence (``said``), and what finds it."""

    said: str
    found_by: str
    procedure: bool = False


def meant(text: str) -> Iterator[str]:
    """The text with what some words of it mean in their place.

    >>> list(meant("So do Gia Lai"))
    ['giấy chứng nhận quyền sử dụng đất gia lai']
    """
    asked = plain(text)
    for synonym in synonyms():
        if words := _said(asked, synonym.words):
            for meaning in synonym.means:
                if plain(meaning) not in asked:
                    yield _without(asked, words, meaning)


def places(text: str) -> list[Place]:
    """The provinces, departments and ministries of Vietnam, and the procedures, that a text names.

    >>> [place.said for place in places("so tu phap tinh son la")]
    ['Sở Tư pháp', 'tỉnh Sơn La']
    """
    code = text.strip().upper()
    if PROCEDURE.fullmatch(code):
        return [Place(code, code, procedure=True)]
    if UNIT.fullmatch(code):
        return [Place(_provinces_by_code().get(code, code), code)]
    asked = plain(text)
    found = []
    for name, place in _names().items():
        if f" {name} " in f" {asked} ":
            found.append(place)
            asked = _without(asked, name, "|")
    procedures = [(s.means[0], s.words) for s in synonyms() if s.procedure]
    named = [name for name, words in procedures if _said(asked, (*words, plain(name)))]
    return found + [Place(f"“{name}”", name, procedure=True) for name in named]


@cache
def _names() -> dict[str, Place]:
    """What provinces and bodies are called, without accents and the longest first."""
    known = _known()
    names = {plain(name): Place(name, name) for name in known["bodies"]}
    names |= {plain(unit.plain_name): Place(_province(unit), unit.plain_name) for unit in _provinces()}
    names |= {plain(name): Place(f"{name} (nay là {now})", now) for name, now in known["former"].items()}
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


@cache
def _provinces_by_code() -> dict[str, str]:
    return {unit.code: _province(unit) for unit in _provinces()}


def _provinces() -> list[Unit]:
    return [unit for unit in portal_2026().units if unit.kind == "province"]


def _province(unit: Unit) -> str:
    """tỉnh Sơn La, thành phố Huế."""
    name = unit.short_name
    return name[:1].lower() + name[1:]


@cache
def _known() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def _synonym(entry: dict[str, list[str]], *, procedure: bool) -> Synonym:
    words = sorted(map(plain, entry["words"]), key=len, reverse=True)
    return Synonym(tuple(words), tuple(entry["means"]), procedure)


def _said(asked: str, words: tuple[str, ...]) -> str:
    """The first of ``words`` that stands in what is asked as words of its own; empty for none."""
    return next((one for one in words if f" {one} " in f" {asked} "), "")


def _without(asked: str, words: str, instead: str) -> str:
    return " ".join(f" {asked} ".replace(f" {words} ", f" {instead} ").split())
