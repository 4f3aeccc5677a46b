"""Administrators make, change and close accounts of their unit and those below, and no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.test import Client

from phucvu.accounts import audit, managing
from phucvu.accounts.models import AuditEntry, User
from phucvu.accounts.permissions import Role
from phucvu.problems import UnusableError

from ..signing import sign
from .conftest import PASSWORD

Make = Callable[..., User]
SignIn = Callable[[User], Client]


def said(**other: str) -> dict[str, str]:
    return {"username": "canbo", "email": "canbo@vidu.vn", "role": "staff", "unit": "H21.17"} | other


def latest() -> AuditEntry:
    return AuditEntry.objects.order_by("-number")[0]


def test_a_new_account_is_told_of_in_the_log(account: Make) -> None:
    by = account(Role.ADMINISTRATOR, "H21")
    user = managing.create(by, **said(full_name="Người Thử", subject="sub-1"))
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    assert managing.subject_of(user) == "sub-1"
    entry = latest()
    assert (entry.actor, entry.action, entry.object, entry.unit) == (
        by.username, "account made", "canbo", "H21.17",
    )  # fmt: skip
    assert entry.said["after"]["role"] == "staff"


def test_a_change_says_what_was_before(account: Make) -> None:
    by, user = account(Role.ADMINISTRATOR, "H21"), account(Role.STAFF)
    managing.change(by, user, full_name="", email=user.email, role=Role.HEAD, unit="H21.227")
    user.refresh_from_db()
    assert (user.role, user.unit) == ("head", "H21.227")
    assert latest().said == {
        "before": {"role": "staff", "unit": "H21.17"},
        "after": {"role": "head", "unit": "H21.227"},
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "Có Dấu"}, "username"),
        ({"username": "a"}, "username"),
        ({"username": "da-co"}, "username"),
        ({"email": "không phải"}, "email"),
        ({"email": "DA-CO@vidu.vn"}, "email"),
        ({"role": "king"}, "role"),
        ({"unit": "H99"}, "unit"),
        ({"subject": "sub-9"}, "subject"),
        ({"subject": "s" * 256}, "subject"),
        ({"full_name": "x" * 101}, "full_name"),
    ],
)
def test_what_cannot_be_used_is_named(account: Make, wrong: dict[str, str], field: str) -> None:
    taken = account(Role.READER, name="da-co")
    managing.change(
        audit.COMMAND_LINE, taken, full_name="", email=taken.email, role="reader", unit="H21", subject="sub-9"
    )
    before = (User.objects.count(), audit.last())
    with pytest.raises(UnusableError) as error:
        managing.create(audit.COMMAND_LINE, **said(**wrong))
    assert [problem.field for problem in error.value.faults] == [field]
    assert (User.objects.count(), audit.last()) == before


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(UnusableError) as error:
        managing.create(audit.COMMAND_LINE, username="", email="", role="", unit="")
    assert {problem.field for problem in error.value.faults} == {"username", "email", "role", "unit"}


def test_two_who_give_the_same_name_at_once(account: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    account(Role.READER, name="canbo")
    before = audit.last()
    monkeypatch.setattr(managing, "_problems", lambda user, said: [])
    monkeypatch.setattr(managing.User.objects, "filter", lambda **_: User.objects.none())
    with pytest.raises(UnusableError):
        managing.create(audit.COMMAND_LINE, **said())
    assert audit.last() == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_make_accounts(account: Make, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        managing.create(account(role, "H21"), **said())


def test_not_for_units_beside_or_above(account: Make) -> None:
    by = account(Role.ADMINISTRATOR, "H21.17")
    for unit in ("H21", "H21.227", "H22.01"):
        with pytest.raises(PermissionDenied):
            managing.create(by, **said(unit=unit))


def test_nobody_is_moved_out_of_reach_or_fetched_from_elsewhere(account: Make) -> None:
    by = account(Role.ADMINISTRATOR, "H21.17")
    own, other = account(Role.STAFF, "H21.17"), account(Role.STAFF, "H22.01")
    for user, unit in ((own, "H22.01"), (own, "H21"), (other, "H21.17"), (other, "H22.01")):
        with pytest.raises(PermissionDenied):
            managing.change(by, user, full_name="", email=user.email, role="staff", unit=unit)
    for act in (managing.close, managing.reopen, managing.link, managing.forget_two_step):
        with pytest.raises(PermissionDenied):
            act(by, other)


def test_nobody_changes_ones_own_account(account: Make) -> None:
    by = account(Role.ADMINISTRATOR, "H21")
    for act in (managing.close, managing.link, managing.forget_two_step):
        with pytest.raises(PermissionDenied):
            act(by, by)


def test_closing_signs_out_at_once(account: Make, client: Client) -> None:
    by, user = account(Role.ADMINISTRATOR, "H21"), account(Role.STAFF)
    sign(client, user)
    assert client.get("/accounts").status_code == 200
    managing.close(by, user)
    assert client.get("/accounts").headers["location"].startswith("/accounts/login")
    managing.reopen(by, user)
    assert [entry.action for entry in AuditEntry.objects.order_by("-number")[:2]] == [
        "account reopened",
        "account closed",
    ]


def test_a_lost_device_is_forgotten_and_must_be_set_up_again(account: Make, client: Client) -> None:
    by, user = account(Role.ADMINISTRATOR, "H21"), account(Role.PUBLISHER)
    sign(client, user)
    managing.forget_two_step(by, user)
    assert client.get("/workspace/accounts").headers["location"].startswith("/accounts/two-step/set-up")


def test_the_first_administrator_comes_from_a_command(client: Client) -> None:
    link = managing.create_administrator("quantri", "H21", "quantri@vidu.vn")
    form = client.get(link, follow=True)
    path = form.request["PATH_INFO"]
    done = client.post(path, {"password1": PASSWORD, "password2": PASSWORD})
    assert done.headers["location"] == "/accounts/password/set"
    assert User.objects.get(username="quantri").check_password(PASSWORD)
    assert User.objects.get(username="quantri").password.startswith("argon2$")
    assert "không dùng được" in client.get(link).content.decode()
    with pytest.raises(UnusableError):
        managing.create_administrator("khac", "H99", "khac@vidu.vn")


@pytest.mark.parametrize(
    "password", ["ngan1", "1234567890123", "password123", "quantri@vidu.vn", "quantri.vidu"]
)
def test_weak_passwords_are_refused(client: Client, password: str) -> None:
    path = client.get(
        managing.create_administrator("quantri", "H21", "quantri@vidu.vn"), follow=True
    ).request["PATH_INFO"]
    answer = client.post(path, {"password1": password, "password2": password})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_pages_of_accounts(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    account(Role.STAFF, "H21.17", name="duoi")
    account(Role.STAFF, "H22.01", name="noi-khac")
    page = client.get("/workspace/accounts").content.decode()
    assert "duoi" in page
    assert "noi-khac" not in page
    found = client.get("/workspace/accounts?q=DUOI").content.decode()
    assert "duoi" in found
    assert found.count('href="/workspace/accounts/') == 2  # the one found, and the link to add one

    made = client.post("/workspace/accounts/add", said(full_name="Người Mới"))
    assert "http://127.0.0.1/accounts/password/" in made.content.decode()
    user = User.objects.get(username="canbo")
    page = f"/workspace/accounts/{user.pk}"
    assert "Người Mới" in client.get(page).content.decode()
    changed = client.post(page, said(role="head", email="moi@vidu.vn"))
    assert (changed.status_code, changed.headers["location"]) == (302, page)
    user.refresh_from_db()
    assert (user.role, user.email, user.username) == ("head", "moi@vidu.vn", "canbo")
    assert client.post(f"{page}/close").status_code == 302
    assert "Tài khoản này đã đóng" in client.get(page).content.decode()
    assert client.post(f"{page}/reopen").status_code == 302
    assert client.post(f"{page}/forget-two-step").status_code == 302
    assert "/accounts/password/" in client.post(f"{page}/link").content.decode()
    assert client.get(f"{page}/link").status_code == 405


def test_a_wrong_form_says_what_is_wrong_beside_the_field(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    answer = client.post("/workspace/accounts/add", said(unit="H99", email="x"))
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "không có đơn vị mang mã" in text
    assert "địa chỉ thư điện tử không dùng được" in text
    assert 'value="canbo"' in text
    english = client.post("/en/workspace/accounts/add", said(unit="H99")).content.decode()
    assert "there is no unit with the code" in english
    user = account(Role.STAFF)
    answer = client.post(f"/workspace/accounts/{user.pk}", said(unit="H99"))
    assert answer.status_code == 400
    assert "không có đơn vị mang mã" in answer.content.decode()


def test_giving_another_unit_by_a_forged_form_is_refused(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21.17"))
    assert client.post("/workspace/accounts/add", said(unit="H22.01")).status_code == 403
    own: Any = User.objects.get(username="administrator.h21.17")
    forged = said(role="administrator", unit="H21.17")
    assert client.post(f"/workspace/accounts/{own.pk}", forged).status_code == 403
    assert client.get(f"/workspace/accounts/{own.pk}").status_code == 200
    assert client.get("/workspace/accounts/999999").status_code == 404


GUARDED = {"add": "add", "change": "{}", "link": "{}/link", "second step": "{}/forget-two-step"}


@pytest.mark.parametrize("what", GUARDED)
def test_the_own_password_is_asked_for_and_then_it_goes_on(account: Make, client: Client, what: str) -> None:
    by, user = account(Role.ADMINISTRATOR, "H21", password=PASSWORD), account(Role.STAFF)
    sign(client, by, confirmed=False)
    path = "/workspace/accounts/" + GUARDED[what].format(user.pk)
    sent = said(role="head") if what == "add" else said(role="head", email=user.email)
    before = AuditEntry.objects.count()
    asked = client.post(path, sent)
    assert asked.headers["location"].startswith("/accounts/confirm?next=")
    assert AuditEntry.objects.count() == before
    place = asked.headers["location"]
    assert "Mật khẩu không đúng" in client.post(place, {"password": "sai"}).content.decode()
    assert latest().action == "sign-in failed"
    done = client.post(place, {"password": PASSWORD})
    own = [entry.action for entry in AuditEntry.objects.filter(actor=by.username).order_by("number")]
    assert own[own.index("sign-in failed") + 1] == "confirmed"
    assert len(own) > own.index("confirmed") + 1
    if what in ("add", "link"):
        assert "/accounts/password/" in done.content.decode()
    user.refresh_from_db()
    assert what != "change" or user.role == "head"
    assert what != "second step" or not user.has_two_step
    # within some minutes it is not asked for again
    assert client.post(f"/workspace/accounts/{user.pk}/link").status_code == 200


def test_looking_and_closing_ask_for_no_password(account: Make, client: Client) -> None:
    by, user = account(Role.ADMINISTRATOR, "H21", password=PASSWORD), account(Role.STAFF)
    sign(client, by, confirmed=False)
    for path in ("/workspace/accounts", "/workspace/accounts/add", f"/workspace/accounts/{user.pk}"):
        assert client.get(path).status_code == 200
    client.post(f"/workspace/accounts/{user.pk}/close")
    user.refresh_from_db()
    assert not user.is_active
