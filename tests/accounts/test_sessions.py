"""Sessions are seen and ended by their owners and administrators, and end by themselves when unused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from phucvu.accounts import ACCOUNT, audit, managing, sessions
from phucvu.accounts.models import AuditEntry, User
from phucvu.accounts.permissions import Role
from phucvu.inbox.clock import now

from ..signing import sign
from .conftest import PASSWORD

Make = Callable[..., User]

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1"


def come(user: User, agent: str = WINDOWS, address: str = "10.0.0.9") -> Client:
    """A browser of its own, signed in, that has asked for a page."""
    client = Client(headers={"host": "127.0.0.1", "user-agent": agent}, REMOTE_ADDR=address)
    sign(client, user)
    assert inside(client)
    return client


def inside(client: Client) -> bool:
    return client.get("/accounts").status_code == 200


def unused_for(user: User, minutes: float) -> None:
    UserSession.objects.filter(user=user).update(last_seen_at=now() - dt.timedelta(minutes=minutes))


def test_who_is_signed_in_where(account: Make) -> None:
    user = account(Role.STAFF)
    here = come(user)
    come(user, IPHONE, "10.0.0.10")
    page = here.get("/accounts/sessions").content.decode()
    for said in ("Chrome trên Windows", "10.0.0.9", "Safari trên iPhone", "10.0.0.10", "phiên này"):
        assert said in page
    assert "Safari on iPhone" in here.get("/en/accounts/sessions").content.decode()


def test_one_is_ended_and_all_others(account: Make) -> None:
    user = account(Role.STAFF)
    here, there, elsewhere, last = (come(user) for _ in range(4))
    key = there.session.session_key
    number = UserSession.objects.get(session_key=key).pk
    assert here.post("/accounts/sessions", {"session": str(number)}).status_code == 302
    assert not Session.objects.filter(session_key=key).exists()
    assert [inside(one) for one in (here, there, elsewhere, last)] == [True, False, True, True]
    assert here.get("/accounts").wsgi_request.META[ACCOUNT] == user.username
    here.post("/accounts/sessions")
    assert [inside(one) for one in (here, elsewhere, last)] == [True, False, False]
    entries = AuditEntry.objects.filter(action="session ended").order_by("number")
    assert [entry.said["sessions"] for entry in entries] == [1, 2]
    assert here.post("/accounts/sessions", {"session": "x"}).status_code == 404


def test_nobody_ends_those_of_others(account: Make) -> None:
    mine, other = come(account(Role.STAFF, name="mot")), come(account(Role.STAFF, name="hai"))
    number = UserSession.objects.get(session_key=other.session.session_key).pk
    mine.post("/accounts/sessions", {"session": str(number)})
    assert inside(other)


def test_an_administrator_ends_somebodys(account: Make) -> None:
    user = account(Role.STAFF)
    there, elsewhere = come(user, IPHONE), come(user)
    admin = come(account(Role.ADMINISTRATOR, "H21"))
    assert "Safari trên iPhone" in admin.get(f"/workspace/accounts/{user.pk}").content.decode()
    number = UserSession.objects.get(session_key=there.session.session_key).pk
    path = f"/workspace/accounts/{user.pk}/sessions"
    assert admin.post(path, {"session": str(number)}).status_code == 302
    assert [inside(there), inside(elsewhere)] == [False, True]
    admin.post(path)
    assert not inside(elsewhere)
    above = account(Role.ADMINISTRATOR, "H21", name="khac")
    assert (
        come(account(Role.ADMINISTRATOR)).post(f"/workspace/accounts/{above.pk}/sessions").status_code == 403
    )


def change(user: User, **other: str) -> None:
    said = {"full_name": "", "email": user.email, "role": user.role, "unit": user.unit} | other
    managing.change(audit.COMMAND_LINE, user, **said)


ENDING: dict[str, Callable[[User], object]] = {
    "closed": lambda user: managing.close(audit.COMMAND_LINE, user),
    "closed and reopened": lambda user: [
        f(audit.COMMAND_LINE, user) for f in (managing.close, managing.reopen)
    ],
    "role": lambda user: change(user, role=Role.READER),
    "unit": lambda user: change(user, unit="H21"),
    "second step": lambda user: managing.forget_two_step(audit.COMMAND_LINE, user),
}


@pytest.mark.parametrize("what", ENDING)
def test_what_an_administrator_changes_ends_sessions(account: Make, what: str) -> None:
    user = account(Role.STAFF)
    client = come(user)
    ENDING[what](user)
    assert not inside(client)
    assert not UserSession.objects.exists()


def test_another_name_ends_none(account: Make) -> None:
    user = account(Role.STAFF)
    client = come(user)
    change(user, full_name="Người Thử")
    assert inside(client)


def test_a_password_set_by_link_ends_sessions(account: Make, client: Client) -> None:
    user = account(Role.STAFF)
    there = come(user)
    place = client.get(managing.link(audit.COMMAND_LINE, user)).headers["location"]
    new = {f"password{number}": "mat-khau-khac-han-2026" for number in (1, 2)}
    assert client.post(place, new).status_code == 302
    assert not inside(there)
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("role", Role)
def test_an_unused_session_ends(account: Make, role: Role) -> None:
    user = account(role)
    client = come(user)
    unused_for(user, settings.IDLE_MINUTES - 1)
    assert inside(client)
    unused_for(user, settings.IDLE_MINUTES + 1)
    answer = client.get("/accounts/sessions")
    assert answer.headers["location"] == "/accounts/login?next=%2Faccounts%2Fsessions&idle=1"
    assert "lâu không dùng" in client.get(answer.headers["location"]).content.decode()
    assert not inside(client)
    assert AuditEntry.objects.get(action="session ended").said == {"reason": "idle"}
    assert not Session.objects.filter(session_key=client.session.session_key).exists()


def test_the_page_right_after_signing_in_is_not_needed(account: Make, client: Client) -> None:
    account(Role.READER, name="canbo", two_step=False, password=PASSWORD)
    client.post("/accounts/login", {"login": "canbo", "password": PASSWORD})
    assert [row.address for row in sessions.every(User.objects.get())] == ["127.0.0.1"]


def test_an_address_that_is_none_is_left_empty(account: Make) -> None:
    user = account(Role.STAFF)
    come(user, address="khong-ro")
    assert [row.address for row in sessions.every(user)] == [""]


def test_pages_in_quick_succession_are_not_written_down(account: Make) -> None:
    user = account(Role.STAFF)
    client = come(user)
    unused_for(user, 0.5)
    before = UserSession.objects.get().last_seen_at
    assert inside(client)
    assert UserSession.objects.get().last_seen_at == before
    unused_for(user, 2)
    assert inside(client)
    assert UserSession.objects.get().last_seen_at > before


def test_what_has_run_out_is_forgotten(account: Make) -> None:
    user = account(Role.STAFF)
    come(user)
    unused_for(user, 11 * 60)
    sessions.forget_old()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "vi"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge trên Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/120 Chrome/114 Safari/537", "Cốc Cốc trên Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile Safari/537.36", "Chrome trên Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox trên Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari trên macOS"),
        ("curl/8.0", "trình duyệt khác"),
        ("", "trình duyệt khác"),
    ],
)
def test_devices_in_words(agent: str, vi: str) -> None:
    assert sessions.device(agent).vi == vi
