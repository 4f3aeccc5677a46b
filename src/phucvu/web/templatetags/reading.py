"""Filters that write numbers, days, words and names as people read them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from phucvu import formats
from phucvu.figures.periods import Period
from phucvu.rules.model import Words
from phucvu.web import period_chooser, procedure_counts, sentences
from phucvu.web.glossary import Term, terms
from phucvu.web.language import _, language

register = template.Library()

UNKNOWN = "—"


def points(value: Decimal | None) -> str:
    return UNKNOWN if value is None else formats.points(value, language())


def written(value: str | None) -> str:
    """Points that are kept as text."""
    return points(None if value is None else Decimal(value))


def short(value: Decimal | None) -> str:
    """Points without idle zeros: a maximum, 6 or 1,5."""
    return UNKNOWN if value is None else formats.decimal(value, language())


def whole(value: int | None) -> str:
    return UNKNOWN if value is None else formats.whole(value, language())


def rate(value: float | None) -> str:
    """A share as a percentage with its two decimals."""
    return UNKNOWN if value is None else formats.points(Decimal(str(value)) * 100, language()) + "%"


def percent(value: Decimal | None) -> str:
    """A percentage with its two decimals."""
    return UNKNOWN if value is None else formats.points(value, language()) + "%"


def target(value: Fraction | None) -> str:
    return UNKNOWN if value is None else formats.percent(value, language())


def change(value: Decimal | int | None) -> str:
    return "" if value is None else formats.change(value, language())


def moment(value: dt.datetime) -> str:
    """A day, with the time of day where it is not midnight."""
    day = formats.day(value)
    if value.time() == dt.time.min:
        return day
    return _("%(time)s ngày %(day)s") % {"time": f"{value:%H:%M}", "day": day}


def words(value: Words) -> str:
    return value[language()]


def title(value: Period) -> str:
    return value.title(language())


def day(value: dt.date) -> str:
    return formats.day(value)


def time(value: procedure_counts.Time | None) -> str:
    """An amount of time with one decimal and its unit."""
    return UNKNOWN if value is None else procedure_counts.time(value, language())


def period_link(place: Any, period: Period) -> str:
    """The address of the page shown, of another period."""
    return str(place.at(period))


class TermNode(template.Node):
    def __init__(self, code: str, inside: Any) -> None:
        self.term, self.inside = terms()[code], inside

    def render(self, context: Any) -> str:
        return _linked(self.term, mark_safe(self.inside.render(context)), context.get("keep", ""))


def term(parser: Any, token: Any) -> TermNode:
    """{% term "rank" %}hạng{% endterm %}: a word that leads to its place in the glossary.

    Raises KeyError, when the template is loaded, for what is no term.
    """
    _name, code = token.split_contents()
    inside = parser.parse(("endterm",))
    parser.delete_first_token()
    return TermNode(code.strip("\"'"), inside)


def term_link(said: str) -> str:
    """A label, which leads to the glossary where it is the name of a term."""
    return _term_link(said, language())


@lru_cache(maxsize=1000)
def _term_link(said: str, lang: str) -> str:
    wanted = said.casefold()
    term = next((term for term in terms().values() if term.name[lang].casefold() == wanted), None)
    return escape(said) if term is None else _linked(term, said)


def _linked(term: Term, said: str, query: str = "") -> str:
    link = f"{reverse('glossary')}{query}#{term.anchor}"
    return str(format_html('<a class="term" href="{}">{}</a>', link, said))


def bar(part: Any, of: Any) -> Any:
    """A bar as long as a part is of a whole; the number stands beside it, so it says nothing itself."""
    width = min(100.0, 100 * float(part) / float(of))
    return format_html(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="10"/><rect class="part" width="{}" height="10"/></svg>',
        f"{width:.1f}",
    )


for read in (points, written, short, whole, rate, percent, target, change, moment, words, title, day, time):
    register.filter(read.__name__, read)
register.filter("called", sentences.called)
register.filter("kinds", sentences.kinds)
register.filter("term_link", term_link, is_safe=True)
register.filter("within_year", period_chooser.within_year)
register.filter("brief", period_chooser.brief)
register.simple_tag(bar)
register.simple_tag(period_link)
register.tag(term)
