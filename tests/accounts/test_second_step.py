"""Who needs a second step to sign in gets nothing of any address without it."""

from __future__ import annotations

import pytest
from django.test import Client

from phucvu.accounts.permissions import TWO_STEP, Action, Role

from ..signing import sign
from .test_routes import RULED, Make, Places, sent_to

SET_UP = "/accounts/two-step/set-up"
SECOND_STEP = "/accounts/two-step/confirm"


@pytest.mark.parametrize("role", sorted(TWO_STEP))
def test_nothing_without_the_second_step(account: Make, client: Client, role: Role) -> None:
    bare, user = account(role, "H21.17", name="moi", two_step=False), account(role, "H21.17")
    places = Places(account)
    for who, methods, place in (
        (bare, ("password",), SET_UP),
        (bare, ("password", "mfa"), SET_UP),
        (user, ("password",), SECOND_STEP),
    ):
        sign(client, who, methods)
        for route, pattern, rule in RULED:
            for _where, path in places.of(route, pattern, rule):
                if rule.action is not Action.OWN_SIGN_IN:
                    assert sent_to(client.get(path), place), path
                    assert sent_to(client.post(path), place), path
