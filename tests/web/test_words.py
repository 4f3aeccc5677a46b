"""The English of the site: nothing missing, nothing stale, placeholders kept."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tools import messages


def texts(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def entries() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for message in messages.written():
        if message.id:
            yield texts(message.id), texts(message.string)


def test_every_text_of_the_pages_is_in_the_catalogue() -> None:
    found = {texts(m.id) for m in messages.found() if m.id}
    assert found == {ids for ids, _strings in entries()}


def test_every_text_is_translated_with_its_placeholders() -> None:
    for ids, strings in entries():
        assert len(ids) == len(strings), ids
        for original, translated in zip(ids, strings, strict=True):
            assert translated.strip(), original
            placeholders = re.findall(r"%\(\w+\)s", original)
            assert sorted(placeholders) == sorted(re.findall(r"%\(\w+\)s", translated)), original


def test_compiled_catalogue_is_up_to_date() -> None:
    # Where they differ, showing where takes a minute, and nobody can read it.
    up_to_date = messages.MO.read_bytes() == messages.compiled(messages.written())
    assert up_to_date, "python tools/messages.py"
    with messages.MO.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Cả nước") == "The nation"


@pytest.mark.parametrize("page", ["/en/", "/en/units/H21", "/en/rules/portal-2026", "/en/about", "/en/nope"])
def test_english_pages_have_no_vietnamese_text_of_the_site(client: Client, page: str) -> None:
    html = client.get(page).content.decode()
    left = [
        text
        for ids, _strings in entries()
        for text in ids
        if "%" not in text and len(text) > 6 and re.search(rf">\s*{re.escape(text)}\s*<", html)
    ]
    assert not left
