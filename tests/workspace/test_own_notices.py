"""The page where somebody chooses whether to get the daily digest, and sees what became of the last ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry, User
from phucvu.inbox.clock import now
from phucvu.notices import zalo
from phucvu.notices.models import Digest, Subscription

from .test_lists import body

SignIn = Callable[[str, str], Client]
PAGE = "/accounts/notices"


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_SMTP_HOST", "thu.vidu.vn")


@pytest.fixture(autouse=True)
def _nothing_chosen() -> Iterator[None]:
    yield
    Digest.objects.all().delete()
    Subscription.objects.all().delete()


def log() -> list[dict[str, str]]:
    return [entry.said for entry in AuditEntry.objects.filter(action="notices chosen").order_by("number")]


def test_it_is_off_until_chosen_and_can_be_put_off_again(client_of: SignIn, mail: None) -> None:
    client = client_of("reader", "H99.01")
    assert "Không nhận thông báo hằng ngày." in body(client, PAGE)
    assert not Subscription.objects.exists()
    for _ in range(2):
        assert client.post(PAGE, {"channel": "email"}).status_code == 302
    page = body(client, PAGE)
    assert "từ 07:00, về việc của đơn vị H99.01" in page
    assert 'value="email" checked' in page
    assert client.post(f"/en{PAGE}", {"channel": "email"}).status_code == 302
    assert Subscription.objects.get().language == "en"
    client.post(PAGE, {"channel": ""})
    assert not Subscription.objects.exists()
    assert [said["channel"] for said in log()] == ["email", "email", "off"]


def test_what_is_not_offered_cannot_be_chosen(client_of: SignIn, mail: None) -> None:
    client = client_of("reader", "H99.01")
    for channel in ("telegraph", "email\0", "x" * 5000):
        assert client.post(PAGE, {"channel": channel}).status_code == 400
    assert not Subscription.objects.exists()


def test_without_a_mail_server_nothing_can_be_chosen(client_of: SignIn) -> None:
    client = client_of("reader", "H99.01")
    assert "Cơ quan chưa thiết lập máy chủ thư" in body(client, PAGE)
    assert client.post(PAGE, {"channel": "email"}).status_code == 400


def test_zalo_is_offered_once_it_is_joined(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of("reader", "H99.01")
    assert "Zalo" not in body(client, PAGE)
    assert client.post(PAGE, {"join": "1", "channel": "zalo"}).status_code == 400
    monkeypatch.setenv("PHUCVU_ZALO_TOKEN", "766:bi-mat")
    assert client.post(PAGE, {"channel": "zalo"}).status_code == 400
    page = client.post(PAGE, {"join": "1"}).content.decode()
    found = re.search(r"Gửi mã ([A-Z0-9]{10}) cho bot Zalo của cơ quan trong 15 phút tới", page)
    assert found is not None
    assert zalo.join(found[1], "chat-1")
    assert client.post(PAGE, {"channel": "zalo"}).status_code == 302
    assert 'value="zalo" checked' in body(client, PAGE)


def test_what_became_of_the_last_ones_is_shown_to_oneself_alone(client_of: SignIn, mail: None) -> None:
    client, other = client_of("reader", "H99.01"), client_of("reader", "H99")
    user = User.objects.get(unit="H99.01")
    states = Digest.State
    for number, state in enumerate((*states, states.WAITING)):
        Digest.objects.create(
            user=user,
            day=now().date() - dt.timedelta(days=number),
            unit="H99.01",
            channel="email",
            language="vi",
            counts={},
            as_of=now(),
            decided_at=now(),
            due_at=now(),
            state=state,
            failures=number,
            error="SMTP 550" if state == states.GIVEN_UP else "",
        )
    page = body(client, PAGE)
    for said in (
        *("đang chờ gửi", "đã gửi", "không xác nhận", "không gửi được sau một ngày thử lại (SMTP 550)"),
        *("đổi đơn vị", "chưa gửi được, đang thử lại"),
    ):
        assert f"{said}</td>" in page
    assert "Những thông báo gần đây" not in body(other, PAGE)


def test_it_is_linked_from_ones_account(client_of: SignIn) -> None:
    assert f'href="{PAGE}"' in body(client_of("reader", "H99.01"), "/accounts")


def test_who_is_not_signed_in_is_sent_to_do_so(site: None) -> None:
    answer = Client(headers={"host": "127.0.0.1"}).get(PAGE)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login")
