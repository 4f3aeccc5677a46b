"""Every address of the site has a rule, and keeps it: tried with every role, in every language of asking."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import RoutePattern
from django.utils import translation

from phucvu.accounts.doors import Rule, rules
from phucvu.accounts.models import User
from phucvu.accounts.permissions import MAY, Role

from ..signing import sign
from .conftest import ASIDE

Make = Callable[..., User]

PARTS = {
    "code": "H21",
    "unit": "H21.17",
    "identity": "2.1",
    "name": "portal-2026",
    "form": "csv",
    "table": "overview",
    "service": "DongBoHoSoMC",
    "rest": "about",
    "narrow": "-narrow",
    "uidb36": "1",
    "key": "khong-dung",
    "kind": "export",
    "provider_id": "office",
    "number": "1",
    "object_id": "1",
    "app_label": "accounts",
    "content_type_id": "1",
    "url": "accounts",
    "sender": "H21",
    "job": "0" * 32,
    "item": "total",
    "text": "A",
    "syntax": "ttl",
    "token": "1.0",
    "path": "checkpoint",
}
"""What stands in an address for each of its parts; a part that is not here fails the test."""

OTHER_PARTS = {
    "api-none": {"rest": "/khong-co"},
    "workspace-dossier": {"code": "H21.17-261001-0001"},
    "workspace-choose-version": {"code": "H21.17-261001-0001"},
    "workspace-set-aside-one": {"identity": ASIDE.id},
    "workspace-dismiss": {"identity": ASIDE.id},
    "workspace-bring-back": {"identity": ASIDE.id},
    "workspace-brief-file": {"form": "docx"},
    "workspace-letter": {"kind": "department-notice", "form": "docx"},
    "workspace-letter-pdf": {"kind": "department-notice"},
    "workspace-letter-template": {"kind": "department-notice", "number": "0"},
    **{f"workspace-letter-templates{what}": {"kind": "department-notice"} for what in ("", "-keep", "-back")},
}
"""By the address's name: what stands in it instead, so that something is there in one's own unit."""

OF_WHO_ASKED = {
    *("workspace-export", "workspace-export-file"),
    *("workspace-letter-made", "workspace-letter-pdf-file", "workspace-letter-page"),
}
"""Addresses of what one account asked for: there is nothing there for any other, of the unit or not."""

SIGN_IN = "/accounts/login"

EVERY = list(rules(get_resolver().url_patterns))
RULED = [(route, pattern, rule) for route, pattern, rule in EVERY if rule and rule.action]


def names(pattern: URLPattern) -> list[str]:
    inner: Any = pattern.pattern
    return list(inner.converters or inner.regex.groupindex)


def address(route: str, pattern: URLPattern, **parts: str) -> str:
    """An address as somebody would ask for it."""
    known = PARTS | OTHER_PARTS.get(pattern.name, {}) | parts
    if isinstance(pattern.pattern, RoutePattern):
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(known[part[1]]), route)
    if pattern.name is None:
        return "/" + re.sub(r"[$^]|\(\?P<(\w+)>.*?\)", lambda part: known.get(part[1], ""), route)
    space = "admin:" if route.startswith("admin/") else ""
    with translation.override("vi"):
        return str(reverse(space + pattern.name, kwargs={name: known[name] for name in names(pattern)}))


def sent_to(answer: Any, place: str) -> bool:
    return answer.status_code == 302 and answer.headers["location"].startswith(place + "?next=")


def written_by_nobody(pattern: URLPattern) -> bool:
    """Django's own addresses to add and delete rows, closed to administrators too."""
    return str(pattern.name).endswith(("_add", "_delete", "autocomplete"))


def test_every_address_has_a_rule() -> None:
    assert [route for route, _pattern, rule in EVERY if rule is None] == []
    assert len(RULED) > 40


def test_every_part_of_an_address_is_tried() -> None:
    missing = {name for _route, pattern, _rule in EVERY for name in names(pattern)} - set(PARTS)
    assert not missing, "say in PARTS what these parts are to be tried with"


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    wrong = []
    for route, pattern, _rule in RULED:
        path = address(route, pattern)
        answers = [client.get(path), client.post(path)]
        if not all(sent_to(answer, SIGN_IN) for answer in answers):
            wrong.append(path)
        if not route.startswith("admin/") and not sent_to(client.get("/en" + path), "/en" + SIGN_IN):
            wrong.append("/en" + path)
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_what_the_rule_says(account: Make, client: Client, role: Role) -> None:
    sign(client, account(role, "H21.17"))
    places = Places(account)
    wrong = []
    for route, pattern, rule in RULED:
        for where, path in places.of(route, pattern, rule):
            allowed = role in MAY[rule.action]
            status = client.get(path).status_code
            if not allowed or where == "other":
                right = {status, client.post(path).status_code} == {403}
            elif written_by_nobody(pattern):
                right = status == 403
            elif where == "none":
                right = {status, client.post(path).status_code} == {404}
            else:
                right = (
                    status
                    not in (403, *([404] if where == "own" and pattern.name not in OF_WHO_ASKED else []))
                    and status < 500
                )
            if not right:
                wrong.append((path, where, status))
    assert wrong == []


class Places:
    """The addresses that a rule is tried with: of one's own unit, of another, and of none that there is."""

    def __init__(self, account: Make) -> None:
        own = account(Role.STAFF, "H21.17", name="duoi")
        other = account(Role.STAFF, "H22.01", name="noi-khac")
        self.found = {
            "unit_of_dossier": {
                "own": {"code": "H21.17-261001-0001"},
                "other": {"code": "H22.01-261001-0001"},
                "none": {"code": "KHONG-CO"},
            },
            "unit_of_account": {
                "own": {"number": str(own.pk)},
                "other": {"number": str(other.pk)},
                "none": {"number": "999999"},
            },
        }
        """By the function that finds the unit; another function needs its own here."""

    def of(self, route: str, pattern: Any, rule: Rule) -> Iterator[tuple[str, str]]:
        if rule.unit is None:
            tried: dict[str, dict[str, str]] = {"": {}}
        elif isinstance(rule.unit, str):
            tried = {"own": {rule.unit: "H21.17"}, "other": {rule.unit: "H22.01"}, "none": {rule.unit: "H99"}}
        else:
            tried = self.found[rule.unit.__name__]
        for where, parts in tried.items():
            yield where, address(route, pattern, **parts)


PUBLIC = [
    pytest.param(route, pattern, id=route or "/")
    for route, pattern, rule in EVERY
    if rule == Rule(None)
    and pattern.name
    and not str(pattern.name).startswith(("account", "mfa", "social", "openid"))
]


@pytest.mark.parametrize(("route", "pattern"), PUBLIC)
def test_public_pages_are_the_same_for_everybody(
    account: Make, client: Client, route: str, pattern: Any
) -> None:
    """Nothing of a session is in them, so that any cache may keep them."""
    path = address(route, pattern)
    before = client.get(path)
    assert before.status_code < 500
    sign(client, account(Role.ADMINISTRATOR, "H21"))
    after = client.get(path)
    for answer in (before, after):
        assert "cookie" not in answer.headers.get("Vary", "").lower()
        assert not answer.cookies
    assert before.getvalue() == after.getvalue()
