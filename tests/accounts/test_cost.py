"""What strangers can make the machine do before they are signed in is little."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.core.cache import cache
from django.test import Client

from phucvu.accounts import hashing
from phucvu.accounts.doors import SMALL
from phucvu.accounts.models import User
from phucvu.accounts.permissions import Role

from .conftest import PASSWORD

Make = Callable[..., User]

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
FILE = b'--b\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n%s\r\n%s\r\n--b--\r\n'
BASE64 = b"Content-Transfer-Encoding: base64\r\n"

MOST = 32 << 20


def filled(unit: bytes, size: int) -> bytes:
    return (unit * (size // len(unit) + 1))[: size - 300]


BODIES = {
    "percent signs": (URLENCODED, lambda size: b"a=" + filled(b"%41", size)),
    "fields": (URLENCODED, lambda size: filled(b"a=1&", size)),
    "a file": (MULTIPART, lambda size: FILE % (b"", filled(b"x", size))),
    "lines": (MULTIPART, lambda size: FILE % (b"", filled(b"\r\n", size))),
    "base64": (MULTIPART, lambda size: FILE % (BASE64, filled(b"Q \n ", size))),
    "parts": (
        MULTIPART,
        lambda size: filled(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n', size),
    ),
}


MOST_TIMES = 12
"""So many times what showing the form costs may reading what is sent cost: on a usual machine 50 ms, of which
many parts take most."""


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("size", [SMALL, 2_400_000, MOST])
def test_reading_a_login_costs_little_more_than_showing_the_form(body: str, size: int) -> None:
    client = Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True)
    client.get("/accounts/login")  # with its cookie, so that the form is read for the token
    kind, make = BODIES[body]
    sent = make(size)
    shown, taken = [], []
    for _try in range(3):  # the least of three: what else the process does counts too
        cache.clear()
        began = time.process_time()
        client.get("/accounts/login")
        asked = time.process_time()
        answer = client.generic("POST", "/accounts/login", sent, content_type=kind)
        taken.append(time.process_time() - asked)
        shown.append(asked - began)
        assert answer.status_code in ((403, 400) if size <= SMALL else (413,))
    assert min(taken) < MOST_TIMES * min(shown)


def test_large_bodies_are_for_who_is_signed_in(
    account: Make, signed_in: Callable[[User], Client], client: Client
) -> None:
    sent = {"a": "x" * (2 * SMALL)}
    assert client.post("/workspace/accounts/add", sent).status_code == 413
    assert signed_in(account(Role.ADMINISTRATOR)).post("/workspace/accounts/add", sent).status_code == 400


def test_passwords_are_hashed_two_at_a_time(account: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twelve who sign in at once, two are hashed, two wait, and the others hear 503 meanwhile."""
    account(Role.READER, name="canbo", two_step=False, password=PASSWORD)
    now, most, lock, full = 0, 0, threading.Lock(), threading.Event()
    verify = Argon2PasswordHasher.verify

    def slowly(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        full.wait(timeout=120)
        with lock:
            now -= 1
        return bool(verify(self, password, encoded))

    monkeypatch.setattr(Argon2PasswordHasher, "verify", slowly)

    def sign_in(number: int) -> int:
        from django.db import connection

        client = Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR=f"10.0.0.{number}")
        try:
            answer = client.post("/accounts/login", {"login": "canbo", "password": PASSWORD})
            if answer.status_code == 503:
                assert "Đang có nhiều người đăng nhập" in answer.content.decode()
                assert answer.headers["Retry-After"] == "5"
            return int(answer.status_code)
        finally:
            connection.close()

    everybody = hashing.AT_ONCE + hashing.WAITING
    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(sign_in, number) for number in range(1, 13)]
        end = time.monotonic() + 60
        while sum(one.done() for one in asked) < 12 - everybody and time.monotonic() < end:
            time.sleep(0.01)
        told = sorted(one.result() for one in asked if one.done())
        full.set()
        answers = sorted(one.result() for one in asked)
    assert told == [503] * (12 - everybody)
    assert answers == [302] * everybody + [503] * (12 - everybody)
    assert most == hashing.AT_ONCE


def test_commands_wait_for_their_turn() -> None:
    with ThreadPoolExecutor(12) as pool:
        kept = list(pool.map(make_password, [PASSWORD] * 12))
    assert all(check_password(PASSWORD, one) for one in kept)
    assert kept[0].startswith("argon2$")
