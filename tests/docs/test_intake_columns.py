"""docs/intake.md names every column of every table, with its heading and closed values, and no other."""

import re
from pathlib import Path

from phucvu.intake import words
from phucvu.intake.tables import KINDS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `(\w+)` · [^\n]*\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S))


def test_every_table_has_its_section():
    assert set(SECTIONS) == set(KINDS)


def test_every_column_is_documented():
    for kind, table in KINDS.items():
        rows = re.findall(r"^\| `(\w+)`(\*?) \| ([^|]+) \| [^|]+ \|([^|]*)\|$", SECTIONS[kind], re.M)
        expected = [
            (c.name, "*" if c.required else "", words.heading_of(table, c), words.called(kind, c.name))
            for c in table.columns
        ]
        found = [
            (n, star, heading, dict(re.findall(r"`([^`]+)` «([^»]+)»", said)))
            for n, star, heading, said in rows
        ]
        assert found == expected, kind
