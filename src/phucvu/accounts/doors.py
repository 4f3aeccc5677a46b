"""The rule of every address: whom it is for.

Each view of the site is wrapped in ``public`` or ``requires``, or stands among patterns under one of
them; the wrapped view says so in its attribute ``rule``. A test goes through all addresses and fails
where one has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.http import urlencode

from phucvu.accounts import ACCOUNT, OIDC, audit, sessions, units
from phucvu.accounts.permissions import TWO_STEP, Action, lacks_two_step, may

View = Callable[..., Any]
UnitOf = Callable[..., str | None]


@dataclass(frozen=True)
class Rule:
    """Whom an address is for: everybody where ``action`` is None, else those who may do it.

    ``unit`` is the part of the address that names the unit concerned, or a function of the request and
    all parts that finds its code; None where it is about one's own.
    """

    action: Action | None
    unit: str | UnitOf | None = None


PUBLIC = Rule(None)


def public(view: View) -> View:
    """The view, for everybody: it asks no account of the site."""
    return _under_rule(view, PUBLIC)


def requires(action: Action, unit: str | UnitOf | None = None) -> Callable[[View], View]:
    """The view, for those who may do something there.

    Others are sent to sign in, or to the second step of it; who may not do it gets status 403; where
    there is no such unit, it is 404 for those who might. What is answered is not kept by anybody.
    """
    return lambda view: _under_rule(view, Rule(action, unit))


def under(rule: Rule, patterns: Iterable[Any]) -> list[Any]:
    """The same patterns, each view of them under the rule; those included by them too."""
    found = list(patterns)
    for pattern in _leaves(found):
        pattern.callback = _under_rule(pattern.callback, rule)
    return found


def rules(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, URLPattern, Rule | None]]:
    """Every address below the patterns as it is written, with its rule; None where it has none."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from rules(pattern.url_patterns, route)
        else:
            yield route, pattern, getattr(pattern.callback, "rule", None)


PRIVATE = re.compile(r"/(en/)?(workspace|accounts|admin|oidc)(/|$)")
"""Addresses that are not public, whatever is answered there."""


def kept_by_nobody(get_response: View) -> View:
    """Middleware: what stands at a private address, or goes wrong for who may be signed in, is not kept."""

    def middleware(request: Any) -> Any:
        response = get_response(request)
        wrong = response.status_code >= 400 and settings.SESSION_COOKIE_NAME in request.COOKIES
        if wrong or PRIVATE.match(request.path):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware


SMALL = 64 << 10
"""Bytes that somebody who is not signed in may send to a page: a form takes some hundred."""

TAKEN_AS_IT_IS = "/api/"
"""Addresses where programs send, which no form is read at."""


def small_before_sign_in(get_response: View) -> View:
    """Middleware: reading a form costs processor time by its size, so strangers send small ones."""

    def middleware(request: Any) -> Any:
        size = request.META.get("CONTENT_LENGTH") or "0"
        large = not size.isdigit() or int(size) > SMALL
        if large and not request.path.startswith(TAKEN_AS_IT_IS) and not request.user.is_authenticated:
            text = "Nội dung gửi quá lớn.\nThe body is too large.\n"
            return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware


def _leaves(patterns: Iterable[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns)
        else:
            yield pattern


def _under_rule(view: View, rule: Rule) -> View:
    @wraps(view)
    def answer(request: Any, *args: Any, **parts: Any) -> Any:
        if rule.action is None:
            return view(request, *args, **parts)
        try:
            if turned_away := _turned_away(request, rule, parts):
                return turned_away
            response = view(request, *args, **parts)
        except PermissionDenied:
            _note_refusal(request, rule.action)
            raise
        response.headers["Cache-Control"] = "private, no-store"
        return response

    answer.rule = rule  # type: ignore[attr-defined]
    return answer


def _turned_away(request: Any, rule: Rule, parts: dict[str, Any]) -> Any:
    """Where to go first; None for who may come in. Raises PermissionDenied for who may never."""
    user, action = request.user, rule.action
    assert action is not None
    if not user.is_authenticated:
        return _via("account_login", request)
    request.META[ACCOUNT] = user.username
    if not sessions.used(request):
        return _via("account_login", request, idle="1")
    user.second_step_elsewhere = _took_second_step_elsewhere(request)
    if action is Action.OWN_SIGN_IN:
        return None
    if lacks_two_step(user):
        return _via("mfa_activate_totp", request)
    if user.role in TWO_STEP and not (user.second_step_elsewhere or _took_second_step(request)):
        return _via("mfa_reauthenticate", request)
    if not may(user, action):
        raise PermissionDenied
    if rule.unit is not None:
        unit = parts[rule.unit] if isinstance(rule.unit, str) else rule.unit(request, **parts)
        if unit is None or unit not in units.every():
            raise Http404
        if not may(user, action, unit):
            raise PermissionDenied
    return None


def _note_refusal(request: Any, action: Action) -> None:
    user = request.user
    audit.append(
        user,
        "refused",
        object=request.path,
        unit=user.unit,
        wanted=action.value,
        method=request.method,
        address=get_client_ip(request) or "",
    )


def _took_second_step(request: Any) -> bool:
    """Whether this very session has; another one may have set it up since this one began."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def _took_second_step_elsewhere(request: Any) -> bool:
    """Whether the session began at the office's server, and that one asks for the second step itself."""
    records = get_authentication_records(request, request.user)
    return settings.OIDC_TWO_STEP and any(record.get("provider") == OIDC for record in records)


def _via(name: str, request: Any, **more: str) -> Any:
    after = urlencode({"next": request.get_full_path()} | more)
    return HttpResponseRedirect(f"{reverse(name)}?{after}")
