"""What allauth says, in Vietnamese: up to date, and still said by allauth."""

from __future__ import annotations

import io
import re
from pathlib import Path

import allauth
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import phucvu.accounts
from phucvu.accounts.words import ACTIONS

PO = Path(phucvu.accounts.__file__).parent / "locale/vi/LC_MESSAGES/django.po"


def test_compiled_catalogue_is_up_to_date() -> None:
    with PO.open("rb") as file:
        catalog = read_po(file, locale="vi")
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    assert PO.with_suffix(".mo").read_bytes() == compiled.getvalue()
    assert all(message.string for message in catalog)


def test_allauth_still_says_it() -> None:
    root = Path(allauth.__file__).parent
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for kind in ("*.py", "*.txt")
        for path in root.rglob(kind)
        if "tests" not in path.parts
    )
    with PO.open("rb") as file:
        unsaid = [m.id for m in read_po(file, locale="vi") if m.id and str(m.id) not in sources]
    assert not unsaid


def test_every_action_of_the_log_has_its_words() -> None:
    """Written by audit.append, note_failure, and the helpers that are given an action's name."""
    source = Path(phucvu.accounts.__file__).parents[1]
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("accounts", "web", "cli")
        for path in (source / package).rglob("*.py")
        if path.name != "words.py"
    )
    written = re.findall(r'audit\.append\(\s*[^"()]+(?:\([^()]*\))?[^"()]*,\s*"([^"]+)"', code)
    assert len(written) > 5
    assert not set(written) - set(ACTIONS)
    assert not [action for action in ACTIONS if f'"{action}"' not in code]
