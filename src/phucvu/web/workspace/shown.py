"""How every page of the workspace is shown: with the site's navigation, in its period and unit."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.shortcuts import render

from phucvu import configuration
from phucvu.accounts.permissions import Action, may
from phucvu.figures.periods import Period
from phucvu.web import results
from phucvu.web.boards import Board, board
from phucvu.web.language import language
from phucvu.web.workspace.abbreviations import spelled_out

FOLLOW_UP = (
    *("follow-up", "targets", "explanations", "reports"),
    *("difficulties", "campaigns", "handlers", "publication"),
)
"""The parts that «Theo dõi, đôn đốc» leads to."""


def rendered(request: Any, template: str, context: dict[str, Any], status: int = 200) -> Any:
    """The page; ``context`` says which unit's (``code``) and of which ``period``, if of any."""
    response = render(request, template, _navigation(request, context) | context, status=status)
    if language() == "vi":
        response.content = spelled_out(response.content.decode()).encode()
    return response


def _navigation(request: Any, context: dict[str, Any]) -> dict[str, Any]:
    """What the head of every page asks for: as on public pages, and «Thủ tục» of the unit shown."""
    known = results.periods()
    latest = board(known[0]) if known else None
    period = context.get("period")
    kept = {"period": str(period)} if period in known and period != known[0] else {}
    of_unit = {"within": context["code"]} if _has(latest, period, context["code"]) else {}
    path, query = request.path.removeprefix("/en"), request.GET.urlencode()
    query = f"?{query}" if query and request.method == "GET" else ""
    return {
        "relays": bool(configuration.current().relay_address),
        "writes_letters": may(request.user, Action.WRITE_LETTERS, context["code"]),
        "annotates": may(request.user, Action.ANNOTATE, context["code"]),
        "publishes": may(request.user, Action.PUBLISH, context["code"]),
        "has_procedures": bool(results.procedure_names()),
        "nation": latest is not None and latest.of_nation,
        "home": latest.only_root if latest else None,
        "keep": _query(kept),
        "period_kept": kept.get("period"),
        "procedures_query": _query(kept | of_unit),
        "place": SimpleNamespace(vi=path + query, en=f"/en{path}{query}"),
        "part": part_of(request.path),
        "follows_up": part_of(request.path) in FOLLOW_UP,
    }


def part_of(path: str) -> str:
    """Which part of the workspace an address is in, such as dossiers; empty for the front page."""
    parts = path.removeprefix("/en").split("/")
    return parts[3] if len(parts) > 3 else ""


def _has(latest: Board | None, period: Period | None, unit: str) -> bool:
    known = board(period) if period in results.periods() else latest
    return known is not None and unit in known.standings


def _query(said: dict[str, str]) -> str:
    return f"?{urlencode(said)}" if said else ""
