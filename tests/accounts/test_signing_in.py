"""Signing in: names and addresses, limits, the second step, and what the log says of it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.db import connection
from django.test import Client

from phucvu.accounts import audit, managing, passwords, views
from phucvu.accounts.models import AuditEntry, Limit, User
from phucvu.accounts.permissions import TWO_STEP, Role

from ..signing import sign
from .conftest import PASSWORD

Make = Callable[..., User]


def log_in(client: Client, login: str, password: str = PASSWORD, path: str = "/accounts/login") -> str:
    """Where the client is sent; the page's text where it stays."""
    answer = client.post(path, {"login": login, "password": password})
    return answer.headers["location"] if answer.status_code == 302 else answer.content.decode()


def code_of(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def code(user: User) -> str:
    return code_of(decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"]))


def actions() -> list[str]:
    return [entry.action for entry in AuditEntry.objects.order_by("number") if entry.action != "account made"]


def is_signed_in(client: Client) -> bool:
    return client.get("/accounts").status_code == 200


@pytest.fixture
def others() -> Client:
    return Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR="10.0.0.9")


@pytest.mark.parametrize("login", ["canbo", "CANBO", "canbo@vidu.vn", " Canbo@Vidu.vn "])
def test_by_name_or_address(account: Make, client: Client, login: str) -> None:
    account(Role.STAFF, name="canbo", two_step=False, password=PASSWORD)
    assert log_in(client, login) == "/workspace"
    assert is_signed_in(client)
    entry = AuditEntry.objects.get(action="sign-in")
    assert (entry.actor, entry.unit) == ("canbo", "H21.17")
    assert entry.said == {"methods": ["password"], "address": "127.0.0.1"}
    assert client.post("/accounts/logout").headers["location"] == "/"
    assert not is_signed_in(client)
    assert actions() == ["sign-in", "sign-out"]


def test_goes_back_to_where_it_was_asked_for_but_never_elsewhere(account: Make, client: Client) -> None:
    account(Role.STAFF, name="canbo", two_step=False, password=PASSWORD)
    asked = client.get("/en/workspace/accounts?q=1").headers["location"]
    assert asked == "/en/accounts/login?next=%2Fen%2Fworkspace%2Faccounts%3Fq%3D1"
    assert log_in(client, "canbo", path=asked) == "/en/workspace/accounts?q=1"
    client.post("/accounts/logout")
    assert log_in(client, "canbo", path="/accounts/login?next=https://vidu.com/") == "/workspace"


def test_failures_are_told_of_without_what_was_typed(account: Make, client: Client) -> None:
    account(Role.STAFF, name="canbo", password=PASSWORD)
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in log_in(client, "canbo", "sai")
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in log_in(client, "mat-khau-cua-toi", "sai")
    assert [(e.actor, e.unit) for e in AuditEntry.objects.filter(action="sign-in failed")] == [
        ("canbo", "H21.17"),
        ("?", ""),
    ]
    assert "mat-khau-cua-toi" not in "".join(entry.details for entry in AuditEntry.objects.all())


def test_too_many_failures_close_the_door_for_a_while(account: Make, client: Client, others: Client) -> None:
    account(Role.STAFF, name="canbo", two_step=False, password=PASSWORD)
    for _attempt in range(10):
        log_in(client, "canbo", "sai")
    assert "Đã thử sai quá nhiều lần" in log_in(client, "canbo")
    assert "Đã thử sai quá nhiều lần" in log_in(client, "canbo@vidu.vn")
    assert actions()[-1] == "sign-in refused"
    assert not is_signed_in(client)
    # Nobody is locked out by what others try elsewhere.
    assert log_in(others, "canbo") == "/workspace"
    Limit.objects.all().delete()
    assert log_in(client, "canbo") == "/workspace"


def test_attempts_from_one_address_on_many_names_are_limited(client: Client) -> None:
    for number in range(10):
        log_in(client, f"ten{number}", "sai")
    assert "Đã thử sai quá nhiều lần" in log_in(client, "ten99", "sai")


def test_limits_survive_a_new_process_and_many_pages(account: Make, client: Client) -> None:
    """They are in the database, which every process reads and no number of pages pushes out."""
    account(Role.STAFF, name="canbo", password=PASSWORD)
    log_in(client, "canbo", "sai")
    assert Limit.objects.filter(cache_key__contains="login_failed").count() >= 2
    assert cache.get("nothing") is None


def test_a_closed_account_stays_out(account: Make, client: Client) -> None:
    user = account(Role.STAFF, name="canbo", two_step=False, password=PASSWORD)
    managing.close("quantri", user)
    right, wrong = log_in(client, "canbo"), log_in(client, "canbo", "sai")
    assert actions()[-2:] == ["sign-in refused", "sign-in failed"]
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in right
    # Nothing tells a closed account from a wrong password, not even how often it may be tried.
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
    assert token.sub("", right) == token.sub("", wrong)
    assert not is_signed_in(client)
    for _attempt in range(8):
        log_in(client, "canbo")
    assert "Đã thử sai quá nhiều lần" in log_in(client, "canbo")


def test_hours_of_trying_from_one_address_are_limited(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [time.time()]
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=lambda: clock[0], monotonic=time.monotonic))
    answers = []
    for number in range(105):
        clock[0] += 7
        answers.append(log_in(client, f"ten{number}", "sai"))
    assert "Đã thử sai quá nhiều lần" not in answers[50]
    assert "Đã thử sai quá nhiều lần" in answers[-1]


@pytest.mark.parametrize("path", ["/workspace/khong-co/x/y", "/accounts/khong-co", "/khong-co", "/admin/x/"])
def test_what_goes_wrong_is_kept_by_nobody(
    account: Make, client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    sign(client, account(Role.READER, name="canbo", two_step=False))
    answer = client.get(path)
    assert answer.status_code in {403, 404}
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_failure_of_the_program_is_kept_by_nobody(
    account: Make, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(client, account(Role.READER, name="canbo", two_step=False))
    client.raise_request_exception = False
    monkeypatch.setattr(views.units, "every", lambda: 1 / 0)
    answer = client.get("/accounts")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (500, "private, no-store")


def test_a_link_that_many_use_at_once_works_once(account: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """All have passed the check of the link before the first of them sets a password."""
    user = account(Role.STAFF, name="canbo", two_step=False)
    link = managing.link(audit.COMMAND_LINE, user)
    clients = [Client(headers={"host": "127.0.0.1"}) for _ in range(3)]
    forms = [one.get(link).headers["location"] for one in clients]
    together = threading.Barrier(len(clients))
    valid = passwords.View.form_valid

    def wait(view: Any, form: Any) -> Any:
        together.wait(timeout=120)
        return valid(view, form)

    monkeypatch.setattr(passwords.View, "form_valid", wait)

    def use(number: int) -> int:
        said = {f"password{n}": f"mat-khau-thu-{number}-2026" for n in (1, 2)}
        try:
            return int(clients[number].post(forms[number], said).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        statuses = list(pool.map(use, range(len(clients))))
    assert sorted(statuses) == [200, 200, 302]
    user.refresh_from_db()
    assert user.check_password(f"mat-khau-thu-{statuses.index(302)}-2026")
    assert actions().count("password set by link") == 1


def test_nobody_signs_up(client: Client) -> None:
    for path in ("/accounts/signup", "/accounts/signup/", "/accounts/password/reset", "/accounts/email"):
        assert client.get(path).status_code == 404


def test_the_second_step(account: Make, client: Client) -> None:
    user = account(Role.PUBLISHER, name="congbo", password=PASSWORD)
    assert log_in(client, "congbo", path="/accounts/login?next=/accounts") == "/accounts/two-step"
    assert not is_signed_in(client)
    wrong = client.post("/accounts/two-step", {"code": "000000"})
    assert "Mã không đúng" in wrong.content.decode()
    right = code(user)
    assert client.post("/accounts/two-step", {"code": right}).headers["location"] == "/accounts"
    assert is_signed_in(client)
    assert actions() == ["second step failed", "sign-in"]
    assert AuditEntry.objects.get(action="sign-in").said["methods"] == ["password", "totp"]
    # a code works once
    client.post("/accounts/logout")
    log_in(client, "congbo")
    assert "Mã không đúng" in client.post("/accounts/two-step", {"code": right}).content.decode()


def test_codes_are_not_guessed(account: Make, client: Client) -> None:
    user = account(Role.PUBLISHER, name="congbo", password=PASSWORD)
    log_in(client, "congbo")
    for _attempt in range(10):
        client.post("/accounts/two-step", {"code": "000000"})
    answer = client.post("/accounts/two-step", {"code": code(user)})
    assert "Đã thử sai quá nhiều lần" in answer.content.decode()


def test_a_recovery_code_works_once(account: Make, client: Client) -> None:
    user = account(Role.PUBLISHER, name="congbo", password=PASSWORD)
    kept = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).generate_codes()[0]
    log_in(client, "congbo")
    assert client.post("/accounts/two-step", {"code": kept}).status_code == 302
    client.post("/accounts/logout")
    log_in(client, "congbo")
    assert "Mã không đúng" in client.post("/accounts/two-step", {"code": kept}).content.decode()


@pytest.mark.parametrize("role", sorted(TWO_STEP))
def test_nothing_before_it_is_set_up(account: Make, client: Client, role: Role) -> None:
    user = account(role, "H21", name="moi", two_step=False, password=PASSWORD)
    log_in(client, "moi")
    for path in ("/workspace/accounts", "/admin/", "/workspace/dossiers/H21.17-261001-0001/personal"):
        assert client.get(path).headers["location"].startswith("/accounts/two-step/set-up?next=")
    # setting it up asks for the password once more
    asked = client.get("/accounts/two-step/set-up").headers["location"]
    assert asked.startswith("/accounts/confirm")
    assert "Mật khẩu không đúng" in client.post(asked, {"password": "sai"}).content.decode()
    assert client.post(asked, {"password": PASSWORD}).headers["location"] == "/accounts/two-step/set-up"
    client.get("/accounts/two-step/set-up")
    secret = client.session["mfa.totp.secret"]
    assert "Mã không đúng" in client.post("/accounts/two-step/set-up", {"code": "000000"}).content.decode()
    assert client.post("/accounts/two-step/set-up", {"code": code_of(secret)}).headers["location"] == (
        "/accounts/codes"
    )
    assert client.get("/accounts/codes.txt").content.decode().count("\n") >= 10
    assert "in trang này" in client.get("/accounts/codes").content.decode()
    status = client.get("/workspace/accounts").status_code
    assert status == (200 if role is Role.ADMINISTRATOR else 403)
    # it cannot be removed by who must have it
    assert "không bỏ được" in client.post("/accounts/two-step/remove").content.decode()
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_keys_are_sealed_in_the_database(account: Make) -> None:
    user = account(Role.PUBLISHER)
    for authenticator in Authenticator.objects.filter(user=user):
        for kept in authenticator.data.values():
            if isinstance(kept, str):
                assert kept.startswith("gAAAA")


def test_others_may_set_it_up_and_remove_it(account: Make, client: Client) -> None:
    user = account(Role.READER, name="canbo", password=PASSWORD)
    log_in(client, "canbo")
    client.post("/accounts/two-step", {"code": code(user)})
    client.post("/accounts/confirm", {"password": PASSWORD})
    assert client.post("/accounts/two-step/remove").status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    assert "two-step sign-in removed" in actions()


def test_a_session_of_one_step_is_not_lifted_by_another_sessions_second(
    account: Make, client: Client
) -> None:
    """Somebody signed in by password alone; elsewhere two-step sign-in is set up; the first stays out."""
    sign(client, account(Role.ADMINISTRATOR, "H21"), methods=("password",))
    assert (
        client.get("/workspace/accounts").headers["location"].startswith("/accounts/two-step/confirm?next=")
    )
    user = User.objects.get()
    answer = client.post("/accounts/two-step/confirm?next=/workspace/accounts", {"code": code(user)})
    assert answer.headers["location"] == "/workspace/accounts"
    assert client.get("/workspace/accounts").status_code == 200


def test_changing_the_password_ends_other_sessions(account: Make, client: Client, others: Client) -> None:
    account(Role.STAFF, name="canbo", two_step=False, password=PASSWORD)
    log_in(client, "canbo")
    log_in(others, "canbo")
    new = "mat-khau-khac-han-2026"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password", said | {"oldpassword": "sai"}).status_code == 200
    assert client.post("/accounts/password", said).status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(others)
    assert "password changed" in actions()


def test_a_changed_role_holds_at_once(account: Make, client: Client) -> None:
    user = account(Role.ADMINISTRATOR, "H21")
    sign(client, user)
    assert client.get("/workspace/accounts").status_code == 200
    managing.change("quantri", user, full_name="", email=user.email, role=Role.READER, unit="H21")
    assert client.get("/workspace/accounts").headers["location"].startswith("/accounts/login?next=")
    sign(client, user)
    assert client.get("/workspace/accounts").status_code == 403


def test_cookies_are_kept_from_scripts_and_other_sites(account: Make, client: Client) -> None:
    account(Role.STAFF, name="canbo", two_step=False, password=PASSWORD)
    log_in(client, "canbo")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_passwords_are_not_kept_in_the_page(account: Make, client: Client) -> None:
    account(Role.STAFF, name="canbo")
    assert "mot-mat-khau-sai" not in log_in(client, "canbo", "mot-mat-khau-sai")


def test_pages_in_english(account: Make, client: Client) -> None:
    account(Role.STAFF, name="canbo")
    assert "username and/or password you specified are not correct" in log_in(
        client, "canbo", "sai", path="/en/accounts/login"
    )
    assert "Sign in" in client.get("/en/accounts/login").content.decode()
