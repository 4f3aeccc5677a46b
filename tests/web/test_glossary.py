"""The glossary: one file, the page and the docs made from it, and words that lead to it."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client

import phucvu
from phucvu.web.glossary import as_markdown, terms

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_docs_are_made_from_the_file() -> None:
    assert (DOCS / "glossary.md").read_text(encoding="utf-8") == as_markdown()


TECHNICAL = {
    *("rules.model.Strict", "rules.model.Words", "rules.rule_files.StrictLoader"),
    *("rules.vocabulary.Thing", "rules.vocabulary.Vocabulary"),
    *("scoring.formula_watch.Explanation", "scoring.formula_watch.FormulaChange"),
    *(
        "scoring.formula_watch.Spanning",
        "published.daily_results.NotAlike",
        "portal.archive.PullRunningError",
    ),
    *("published.daily_results.NoDays", "published.daily_results.Place", "published.daily_results.Since"),
    *("portal.archive.Archive", "portal.client.Answer", "portal.client.RefusedError"),
    *("portal.report_rows.Rows", "portal.reports.Report", "portal.reports.Share"),
    *("portal.response_pages.BadAnswerError", "portal.response_pages.Page"),
    *("charts.map_sheets.Part", "charts.map_sheets.Tile", "charts.over_time.Panel", "charts.regions.Region"),
    *("simulation.histories.Clock", "simulation.online.Online", "simulation.plan.Plan"),
    *("simulation.simulator.Summary", "simulation.sizes.Demand", "simulation.sizes.Sizes"),
    "simulation.wire_writer.Writer",
}
"""Classes that no official term stands for."""


def test_classes_carry_official_terms_or_none_stands_for_them() -> None:
    tied = {name for term in terms().values() for name in term.classes}
    root = Path(phucvu.__file__).parent
    defined = {
        f"{path.relative_to(root).with_suffix('').as_posix().replace('/', '.')}.{node.name}"
        for package in ("rules", "figures", "scoring", "published", "portal", "charts", "simulation")
        for path in (root / package).glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }
    elsewhere = {name for name in tied if name.startswith("engine.")}
    assert (tied - elsewhere) | TECHNICAL == defined
    assert not tied & TECHNICAL
    for name in elsewhere:
        module, _, class_name = name.rpartition(".")
        assert hasattr(import_module(f"phucvu.{module}"), class_name)


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
