"""The glossary: one file, the page and the docs made from it, and words that lead to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client

from phucvu.web.glossary import as_markdown, terms

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_docs_are_made_from_the_file() -> None:
    assert (DOCS / "glossary.md").read_text(encoding="utf-8") == as_markdown()


@pytest.mark.parametrize(("language", "lang"), [("", "vi"), ("/en", "en")])
def test_every_term_is_on_the_page(client: Client, language: str, lang: str) -> None:
    html = client.get(f"{language}/glossary").content.decode()
    for term in terms().values():
        assert f'<dt id="{term.anchor}"><dfn>{term.name[lang]}</dfn>' in html.replace("&#x27;", "'")
    assert len(client.get(f"{language}/glossary.json").json()["terms"]) == len(terms())


def test_words_of_the_pages_lead_to_it(client: Client) -> None:
    anchors = {term.anchor for term in terms().values()}
    linked = set()
    for page in ("/", "/units/H21", "/indicators/2.1", "/rules", "/rules/portal-2026", "/procedures"):
        html = client.get(page).content.decode()
        linked |= set(re.findall(r'href="/glossary(?:\?[^"#]*)?#([^"]+)"', html))
    assert linked <= anchors
    assert {"rank", "rate", "points-lost", "band", "numerator", "denominator", "cut-off"} <= linked


def test_a_word_that_is_no_term_is_refused() -> None:
    with pytest.raises(KeyError):
        Template('{% term "nonsense" %}x{% endterm %}').render(Context())
