"""The site's words in English: finding every Vietnamese text, and compiling its translations.

``python tools/messages.py`` brings locale/en/LC_MESSAGES/django.po up to date with the pages
and compiles it; what is new stands there untranslated, what is gone is dropped.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from ast import literal_eval
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SITE = Path(__file__).resolve().parents[1] / "src/phucvu/web"
PO = SITE / "locale/en/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")

TEXT = r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

IN_TEMPLATE = re.compile(rf"\bgettext\({TEXT}\)|\bngettext\({TEXT}, {TEXT}")


def found() -> Catalog:
    """Every text of the templates and the modules, with where it stands."""
    catalog = Catalog(
        locale="en",
        header_comment="# The site's words in English.",
        project="phucvu",
        creation_date=NO_DATE,  # so that the file changes only when a text does
        revision_date=NO_DATE,
        charset="utf-8",
        fuzzy=False,
    )
    for path in sorted(SITE.rglob("*.html")):
        source = templatize(path.read_text(encoding="utf-8"))
        for match in IN_TEMPLATE.finditer(source):
            alone, *plural = [group and literal_eval(group) for group in match.groups()]
            catalog.add(alone or tuple(plural), locations=[(_name(path), 0)])
    for path in sorted(SITE.rglob("*.py")):
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract("python", file):
                catalog.add(message, locations=[(_name(path), 0)])
    return catalog


def written() -> Catalog:
    """The translations as they stand in the .po file."""
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as a .mo file's bytes."""
    binary = io.BytesIO()
    write_mo(binary, catalog)
    return binary.getvalue()


def update() -> None:
    """Bring the .po file up to date with the pages, and compile it."""
    catalog = found()
    known: dict[Any, Any] = {message.id: message.string for message in written()} if PO.exists() else {}
    for message in catalog:
        if message.id:
            message.string = known.get(message.id, message.string)
    with PO.open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
    MO.write_bytes(compiled(catalog))


def _name(path: Path) -> str:
    return path.relative_to(SITE).as_posix()


if __name__ == "__main__":
    update()
