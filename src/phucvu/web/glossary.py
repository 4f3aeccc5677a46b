"""The terms of the site and of the code: one file, read by the glossary page and docs/glossary.md.

``python -m phucvu.web.glossary FILE`` writes the terms as a Markdown table.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from phucvu.rules.model import Words

HERE = Path(__file__).parent

HEAD = """\
# Glossary · Thuật ngữ

Names in the code and on the site, with the official Vietnamese term of each. Made from
`src/phucvu/web/glossary.yaml` by `python -m phucvu.web.glossary docs/glossary.md`.

| in the code | tiếng Việt | nghĩa | meaning |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Term:
    """``code`` is its name in the code, ``short`` what the site shortens it to, or empty."""

    code: str
    name: Words
    meaning: Words
    short: str

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
        )
        for entry in entries
    }


def as_markdown() -> str:
    """The terms as docs/glossary.md has them."""
    rows = (
        f"| {term.code} | {term.name.vi}{f' ({term.short})' if term.short else ''} "
        f"| {term.meaning.vi} | {term.meaning.en} |\n"
        for term in terms().values()
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(as_markdown(), encoding="utf-8")
