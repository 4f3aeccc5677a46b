"""The terms of the site and of the code: one file, read by the glossary page and docs/glossary.md.

``python -m phucvu.web.glossary FILE`` writes the terms as a Markdown table.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from phucvu.records.schema import TABLES
from phucvu.rules.model import Words
from phucvu.rules.vocabulary import CONDITIONS

HERE = Path(__file__).parent

HEAD = """\
# Glossary · Thuật ngữ

Names in the code and on the site, with the official Vietnamese term of each. Made from
`src/phucvu/web/glossary.yaml` by `python -m phucvu.web.glossary docs/glossary.md`.

| in the code | classes | tiếng Việt | nghĩa | meaning |
|---|---|---|---|---|
"""

TABLES_HEAD = """
## Tables of the records · Bảng dữ liệu

What each table of `phucvu.records.schema` holds.

| table | tiếng Việt |
|---|---|
"""

CONDITIONS_HEAD = """
## Conditions of rule sets · Điều kiện của bộ quy tắc

The words of `src/phucvu/rules/vocabulary.yaml` that numerators and denominators are counted by.

| condition | asked of | needs | nghĩa | meaning |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Term:
    """``code`` is its name in the code, ``short`` what the site shortens it to, or empty.

    ``classes`` are those of the code that carry it, by module and name.
    """

    code: str
    name: Words
    meaning: Words
    short: str
    classes: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """Where it stands on the glossary page."""
        return self.code.replace(" ", "-")


@cache
def terms() -> dict[str, Term]:
    """Every term by its name in the code, as the file has them."""
    entries = yaml.safe_load((HERE / "glossary.yaml").read_text(encoding="utf-8"))
    return {
        entry["code"]: Term(
            entry["code"],
            Words(vi=entry["vi"], en=entry["en"]),
            Words(**entry["meaning"]),
            entry.get("short", ""),
            tuple(entry.get("classes", ())),
        )
        for entry in entries
    }


def as_markdown() -> str:
    """The terms as docs/glossary.md has them, and the words of records and rules beside them."""
    rows = [
        HEAD,
        *(
            f"| {term.code} | {', '.join(f'`{name}`' for name in term.classes)} "
            f"| {term.name.vi}{f' ({term.short})' if term.short else ''} "
            f"| {term.meaning.vi} | {term.meaning.en} |\n"
            for term in terms().values()
        ),
        TABLES_HEAD,
        *(f"| `{table.name}` | {table.vi} |\n" for table in TABLES.values()),
        CONDITIONS_HEAD,
        *(
            f"| `{name}` | {word.of} | {', '.join(word.needs)} | {word.meaning.vi} | {word.meaning.en} |\n"
            for name, word in CONDITIONS.items()
        ),
    ]
    return "".join(rows)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(as_markdown(), encoding="utf-8")
