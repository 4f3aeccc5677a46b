"""What allauth and Django's admin site say, in Vietnamese: up to date, and still said by them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import phucvu.accounts
from phucvu.accounts.words import ACTIONS

PO = Path(phucvu.accounts.__file__).parent / "locale/vi/LC_MESSAGES/django.po"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_compiled_catalogue_is_up_to_date(language: str) -> None:
    po = PO.parents[2] / language / "LC_MESSAGES/django.po"
    with po.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    assert po.with_suffix(".mo").read_bytes() == compiled.getvalue()
    assert all(message.string for message in catalog)


def test_allauth_and_the_admin_site_still_say_it() -> None:
    allauth_root, admin = Path(allauth.__file__).parent, Path(django.__file__).parent / "contrib/admin"
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for root, kind in (
            (allauth_root, "*.py"),
            (allauth_root, "*.txt"),
            (admin, "*.html"),
            (admin, "*.py"),
            (admin.parent / "auth", "*.py"),
        )
        for path in root.rglob(kind)
        if "tests" not in path.parts
    )
    with PO.open("rb") as file:
        unsaid = [m.id for m in read_po(file, locale="vi") if m.id and first(m.id) not in sources]
    assert not unsaid


def first(said: object) -> str:
    """The text itself, or its singular."""
    return str(said[0] if isinstance(said, tuple) else said)


def test_every_action_of_the_log_has_its_words() -> None:
    """Written by audit.append, note_failure, and the helpers that are given an action's name."""
    source = Path(phucvu.accounts.__file__).parents[1]
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("accounts", "assignments", "editions", "notices", "web", "cli")
        for path in (source / package).rglob("*.py")
        if path.name != "words.py"
    )
    written = re.findall(r'audit\.append\(\s*[^"()]+(?:\([^()]*\))?[^"()]*,\s*"([^"]+)"', code)
    assert len(written) > 5
    assert not set(written) - set(ACTIONS)
    assert not [action for action in ACTIONS if f'"{action}"' not in code]
