"""Who may do what: roles, units below, and the second step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils import translation

from phucvu.accounts.models import User
from phucvu.accounts.permissions import MAY, TITLES, TWO_STEP, Action, Role, may, may_give

Make = Callable[..., User]


def test_what_each_role_may_do() -> None:
    """The table as offices read it; a change of it is a decision, so it stands here once more."""
    table = {role: [action.name for action in Action if role in MAY[action]] for role in Role}
    assert table == {
        Role.READER: ["OWN_SIGN_IN", "SEE_WORKSPACE"],
        Role.STAFF: [
            *("OWN_SIGN_IN", "SEE_WORKSPACE", "SEE_PERSONAL", "MEND", "CHOOSE_VERSION"),
            *("ANSWER", "WRITE_LETTERS"),
        ],
        Role.HEAD: [
            *("OWN_SIGN_IN", "SEE_WORKSPACE", "SEE_PERSONAL", "MEND", "CHOOSE_VERSION"),
            *("ANSWER", "ASSIGN", "SEE_HANDLERS", "WRITE_LETTERS"),
        ],
        Role.PUBLISHER: ["OWN_SIGN_IN", "SEE_WORKSPACE", "WRITE_LETTERS", "PUBLISH", "ANNOTATE"],
        Role.ADMINISTRATOR: [
            *("OWN_SIGN_IN", "SEE_WORKSPACE", "MEND", "ASSIGN"),
            *("ANNOTATE", "MANAGE_ACCOUNTS", "ADMIN_SITE"),
        ],
    }
    assert set(MAY) == set(Action)
    assert set(TITLES) == set(Role)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_in_ones_own_unit_and_below_and_nowhere_else(account: Make, role: Role, action: Action) -> None:
    user = account(role, "H21")
    allowed = role in MAY[action]
    for unit in (None, "H21", "H21.17", "H21.227"):
        assert may(user, action, unit) is allowed
    for unit in ("H22", "H22.01", "", "không có"):
        assert not may(user, action, unit)


def test_not_above_ones_own_unit(account: Make) -> None:
    user = account(Role.HEAD, "H21.17")
    assert may(user, Action.SEE_WORKSPACE, "H21.17")
    assert not may(user, Action.SEE_WORKSPACE, "H21")
    assert not may(user, Action.SEE_WORKSPACE, "H21.227")


@pytest.mark.parametrize("role", Role)
def test_nothing_before_two_step_sign_in_where_the_role_needs_it(account: Make, role: Role) -> None:
    user = account(role, two_step=False)
    assert may(user, Action.SEE_WORKSPACE) is (role not in TWO_STEP)
    assert may(user, Action.OWN_SIGN_IN)


def test_who_sees_personal_data_publishes_or_manages_needs_two_steps() -> None:
    assert {Role.STAFF, Role.HEAD, Role.PUBLISHER, Role.ADMINISTRATOR} == TWO_STEP


def test_strangers_and_closed_accounts_may_nothing(account: Make) -> None:
    closed = account(Role.ADMINISTRATOR)
    closed.is_active = False
    for action in Action:
        assert not may(AnonymousUser(), action)
        assert not may(closed, action)


def test_a_unit_that_is_gone_shows_nothing(account: Make) -> None:
    user = account(Role.READER)
    user.unit = "H99"
    assert not may(user, Action.SEE_WORKSPACE, "H99")


def test_roles_are_given_up_to_ones_own() -> None:
    assert may_give(Role.ADMINISTRATOR) == list(Role)
    assert may_give(Role.HEAD) == [Role.READER, Role.STAFF, Role.HEAD]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_action_has_its_words_on_the_page_of_roles(language: str) -> None:
    with translation.override(language):
        said = [render_to_string("accounts/action.html", {"action": action}).strip() for action in Action]
    assert all(said)
    assert len(set(said)) == len(Action)
