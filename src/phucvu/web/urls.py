"""The addresses of the site.

A page's data stands at the page's own address with .json, .csv or .xlsx behind it, and the picture that
stands for it where it is shared with .png; the front page's at /index.json and so on. What other sites may
include in a frame stands under /embed/. Vietnamese pages stand at /, the English ones at the same addresses
under /en/. ?period=2026-Q3 asks for a period; without it the latest is shown.
Every address says whom it is for (see accounts.doors).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path

from phucvu.accounts import urls as accounts
from phucvu.accounts.doors import PUBLIC, under
from phucvu.web import errors
from phucvu.web.api import urls as api
from phucvu.web.drawing import as_png
from phucvu.web.pages import (
    about,
    compare,
    days,
    discovery,
    editions,
    embeds,
    feed,
    follow,
    front,
    glossary,
    indicators,
    nation,
    open_data,
    procedure_index,
    procedures,
    rules,
    searching,
    units,
)
from phucvu.web.remembering import remembered
from phucvu.web.workspace import urls as workspace


def page(route: str, view: Callable[..., Any], name: str) -> Any:
    """A page, the data behind it, and the picture that stands for it where it is shared."""
    return re_path(rf"^{route}(?:\.(?P<form>json|csv|xlsx|png))?$", remembered(view), name=name)


def fresh(route: str, view: Callable[..., Any], name: str) -> Any:
    """A page that is made anew whenever it is asked for, and the data behind it."""
    return re_path(rf"^{route}(?:\.(?P<form>json|csv|xlsx|png))?$", view, name=name)


LINE = r"editions/(?P<number>[^/]+)/units/(?P<code>[^/]+)/(?P<item>[^/]+)"
"""What was published of a unit: an indicator, a group or its total."""

NARROW = "(?P<narrow>-narrow)?"


def picture(route: str, view: Callable[..., Any], name: str, widths: str = NARROW) -> list[Any]:
    """A picture of a page, for a desk and, with -narrow, for a phone; and the same to take away as PNG."""
    return [
        re_path(rf"^{route}{widths}\.svg$", remembered(view), name=name),
        re_path(rf"^{route}\.png$", remembered(as_png(view)), name=f"{name}-png"),
    ]


shown_to_all = [
    path("", include("phucvu.inbox.urls")),
    *i18n_patterns(
        re_path(r"^$", remembered(front.show), name="nation"),
        re_path(r"^index\.(?P<form>json|csv|xlsx|png)$", remembered(front.show), name="nation-data"),
        *picture("time", nation.time_svg, "nation-time"),
        *picture("ranks", nation.ranks_svg, "nation-ranks"),
        *picture("map", nation.map_svg, "nation-map", widths=""),
        *picture(r"units/(?P<code>[^/]+)/map", units.map_svg, "unit-map", widths=""),
        *picture(r"units/(?P<code>[^/]+)/lost", units.lost_svg, "lost-svg"),
        *picture(r"units/(?P<code>[^/]+)/ranks", units.ranks_svg, "unit-ranks"),
        *picture(r"units/(?P<code>[^/]+)/time", units.time_svg, "unit-time"),
        *picture(r"units/(?P<code>[^/]+)/trend", units.trend_svg, "unit-trend", widths=""),
        *picture(r"indicators/(?P<identity>[^/]+)/time", indicators.time_svg, "indicator-time"),
        *picture("compare/time", compare.time_svg, "compare-time"),
        *picture(r"units/(?P<code>[^/]+)/by-day", days.by_day_svg, "unit-by-day"),
        *picture(r"units/(?P<code>[^/]+)/added", days.added_svg, "unit-added"),
        page(r"units/(?P<code>[^/]+?)", units.show, "unit"),
        page(r"units/(?P<code>[^/]+?)/days", days.show, "unit-days"),
        page("indicators", indicators.every, "indicators"),
        page(r"indicators/(?P<identity>[^/]+?)", indicators.show, "indicator"),
        page("procedures", procedures.every, "procedures"),
        page(r"procedures/(?P<code>[^/]+?)", procedures.show, "procedure"),
        page(r"procedures/(?P<code>[^/]+?)/index", procedure_index.show, "procedure-index"),
        page("compare", compare.show, "compare"),
        re_path(r"^search(?:\.(?P<form>json|csv|xlsx))?$", searching.show, name="search"),
        page("rules", rules.every, "rules"),
        page(r"rules/(?P<name>[^/]+?)", rules.show, "rule-set"),
        page("glossary", glossary.show, "glossary"),
        page("about", about.show, "about"),
        path("editions/follow", follow.ask, name="follow"),
        re_path(
            r"^editions/follow/confirm/(?P<token>[0-9a-f.]{1,100})$", follow.confirm, name="follow-confirm"
        ),
        re_path(r"^editions/follow/leave/(?P<token>[0-9a-f.]{1,100})$", follow.leave, name="follow-leave"),
        re_path(r"^editions\.atom$", remembered(feed.show), name="feed"),
        fresh("editions", editions.every, "editions"),
        fresh(r"editions/(?P<number>[^/]+?)", editions.show, "edition"),
        re_path(rf"^{LINE}\.tlog-proof$", editions.proof_file, name="edition-proof"),
        re_path(rf"^{LINE}\.svg$", editions.qr, name="edition-qr"),
        fresh(r"editions/(?P<number>[^/]+)/units/(?P<code>[^/]+?)", editions.unit, "edition-unit"),
        re_path(r"^editions/(?P<number>[^/]+)/data\.zip$", open_data.archive, name="edition-zip"),
        re_path(r"^editions/(?P<number>[^/]+)/data/(?P<name>[^/]+)$", open_data.file, name="edition-file"),
        fresh("open-data", open_data.show, "open-data"),
        re_path(r"^open-data\.(?P<syntax>jsonld|ttl)$", remembered(open_data.catalogue), name="catalogue"),
        path("verify", editions.verify, name="verify"),
        re_path(r"^verify/(?P<text>[A-Z2-7]{1,8000})$", editions.verify, name="verify-text"),
        re_path(r"^VERIFY/(?P<text>[A-Z2-7]{1,8000})$", editions.verify, name="verify-qr"),
        re_path(r"^log/(?P<path>.{1,100})$", editions.log_file, name="log"),
        re_path(r"^embed/units/(?P<code>[^/]+)$", remembered(embeds.unit), name="embed-unit"),
        re_path(r"^embed/ranking(?:/(?P<code>[^/]+))?$", remembered(embeds.ranking), name="embed-ranking"),
        re_path(
            r"^embed/indicators/(?P<identity>[^/]+)$", remembered(embeds.indicator), name="embed-indicator"
        ),
        path("embed/indicators", remembered(embeds.every_indicator), name="embed-indicators"),
        path("embed/procedures", remembered(embeds.most_asked), name="embed-procedures"),
        re_path(r"^embed/procedures/(?P<code>[^/]+)$", remembered(embeds.procedure), name="embed-procedure"),
        re_path(r"^embed/compare$", remembered(embeds.units_compared), name="embed-compare"),
        prefix_default_language=False,
    ),
    path("robots.txt", discovery.robots, name="robots"),
    path("sitemap.xml", remembered(discovery.sitemap), name="sitemap"),
]

urlpatterns = [
    *under(PUBLIC, shown_to_all),
    *accounts.outside,
    *api.outside,
    *i18n_patterns(
        *accounts.in_languages, *workspace.in_languages, *api.in_languages, prefix_default_language=False
    ),
    *under(
        PUBLIC,
        [re_path(r"^(?P<rest>.+)/$", errors.without_slash), re_path(r"^en$", errors.with_slash)],
    ),
]

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.broken
