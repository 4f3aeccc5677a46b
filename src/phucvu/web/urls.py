"""The addresses of the site.

A page's data stands at the page's own address with .json or .csv behind it; the front page's at
/index.json and /index.csv. Vietnamese pages stand at /, the English ones at the same addresses
under /en/. ?period=2026-Q3 asks for a period; without it the latest is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.urls import re_path

from phucvu.web import errors
from phucvu.web.pages import about, indicators, nation, rules, units
from phucvu.web.remembering import remembered


def page(route: str, view: Callable[..., Any], name: str) -> Any:
    """A page and the data behind it."""
    return re_path(rf"^{route}(?:\.(?P<form>json|csv))?$", remembered(view), name=name)


urlpatterns = [
    *i18n_patterns(
        re_path(r"^$", remembered(nation.show), name="nation"),
        re_path(r"^index\.(?P<form>json|csv)$", remembered(nation.show), name="nation-data"),
        re_path(
            r"^units/(?P<code>[^/]+)/lost(?P<narrow>-narrow)?\.svg$",
            remembered(units.lost_svg),
            name="lost-svg",
        ),
        page(r"units/(?P<code>[^/]+?)", units.show, "unit"),
        page("indicators", indicators.every, "indicators"),
        page(r"indicators/(?P<identity>[^/]+?)", indicators.show, "indicator"),
        page("rules", rules.every, "rules"),
        page(r"rules/(?P<name>[^/]+?)", rules.show, "rule-set"),
        page("about", about.show, "about"),
        prefix_default_language=False,
    ),
    re_path(r"^(?P<rest>.+)/$", errors.without_slash),
    re_path(r"^en$", errors.with_slash),
]

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.broken
