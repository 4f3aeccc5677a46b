"""Every fault has its words in both languages, with just the parameters that it is raised with."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import phucvu
from phucvu.problems import Both, Fault, catalogue

SOURCES = sorted(Path(phucvu.__file__).parent.rglob("*.py"))
PLACE = {"file", "row", "field", "dossier"}
MAKERS = ("Fault", "ProofError")
"""What takes a code and its parameters; proofs, which need the standard library alone, have their own."""


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Where faults are made: the place, and the call."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if not any(f"{name}(" in text for name in MAKERS):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                yield f"{path.name}:{node.lineno}", node


def codes(node: ast.expr) -> list[str]:
    """The codes that the first argument may be."""
    match node:
        case ast.Constant(value=str(code)):
            return [code]
        case ast.IfExp(body=body, orelse=other):
            return [*codes(body), *codes(other)]
        case ast.Attribute(attr="code"):
            return []  # passed on from where it was made
    raise AssertionError(f"a code is written where the fault is made: {ast.unparse(node)}")


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_every_fault_is_made_with_the_parameters_of_its_words():
    made = 0
    for place, call in calls():
        given = {keyword.arg for keyword in call.keywords} - PLACE
        for code in codes(call.args[0]):
            assert given == placeholders(catalogue()[code]["vi"]), (place, code)
            made += 1
        assert len(call.args) == 1, place
    assert made > 200


@pytest.mark.parametrize("code", catalogue())
def test_both_languages_say_a_fault_with_the_same_parameters(code: str):
    words = catalogue()[code]
    assert words.keys() == {"vi", "en"}
    assert placeholders(words["vi"]) == placeholders(words["en"])
    assert all(said and said == said.strip() for said in words.values())


def test_no_code_stands_twice():
    text = (Path(phucvu.__file__).parent / "faults.yaml").read_text(encoding="utf-8")
    assert len(re.findall(r"^\w+:", text, re.MULTILINE)) == len(catalogue())


def test_no_words_are_left_over():
    used = {code for _, call in calls() for code in codes(call.args[0])}
    assert set(catalogue()) == used


def test_the_words_of_each_language_take_what_is_said_in_it():
    inner = Fault("unit_unknown", name="Sở {Lạ}")
    fault = Fault("set_aside_before", reason=inner, file="a.csv", row=2, dossier="H1")
    assert fault.text("vi") == "a.csv, dòng 2: hồ sơ H1: không có đơn vị nào mang mã hoặc tên “Sở {Lạ}”"
    assert fault.text("en") == "a.csv, row 2: dossier H1: no unit has the code or name “Sở {Lạ}”"
    assert Fault("set_aside_before", reason=Both("một", "one")).en == "one"


def test_a_fault_moved_is_the_same_at_another_place():
    fault = Fault("unit_unknown", name="Sở Lạ", field="unit")
    moved = fault.at(file="a.csv", row=7)
    assert (moved.code, moved.parameters, moved.place("en")) == (
        "unit_unknown",
        {"name": "Sở Lạ"},
        "a.csv, row 7, column unit",
    )
    assert fault.place("en") == "column unit"
