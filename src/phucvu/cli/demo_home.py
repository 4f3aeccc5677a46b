"""What makes a home of simulated records one to look at: counted periods, and accounts to sign in with.

The accounts are for a demonstration on one's own machine: anybody who can read the folder can use them.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phucvu.problems import Fault, UnusableError
from phucvu.rules.model import Words

if TYPE_CHECKING:
    from phucvu.records.store import Store

ACCOUNTS = (
    ("xem", "reader", Words(vi="người xem", en="reader"), False),
    ("chuyen-vien", "staff", Words(vi="công chức xử lý hồ sơ của xã", en="clerk of a commune"), True),
    ("thu-truong", "head", Words(vi="Chủ tịch UBND cấp xã", en="head of a commune"), True),
    ("chu-tich", "head", Words(vi="Chủ tịch UBND tỉnh", en="provincial chair"), False),
    ("quan-tri", "administrator", Words(vi="quản trị viên", en="administrator"), False),
)
"""Name, role, who that is, and whether the account is of the commune; the others are of the province."""

KEY = "two-step-key.txt"
"""The file of the demonstration that holds the key of two-step sign-in."""

COUNTED_FIRST = 7
"""Periods counted before the site opens: those that run, and the latest that are over."""


@dataclass(frozen=True)
class Shown:
    """An account of the demonstration, as it is printed."""

    name: str
    password: str
    who: Words
    unit: str


def count_first(store: Store, progress: Callable[[int, int], None]) -> None:
    """Count the running month and some more periods; the site's own processes go on with the others."""
    from phucvu.inbox.counting import MonthCounter
    from phucvu.inbox.history import History

    MonthCounter(store).count_if_changed()
    history = History(store)
    for done in range(COUNTED_FIRST):
        progress(done, COUNTED_FIRST)
        if not history.count_next():
            break


def make_accounts(folder: Path, province: str, commune: str) -> list[Shown]:
    """Accounts with passwords made at random for this run; two-step sign-in is set up as people do it.

    All but the reader have it, with one key, which is kept in the folder for ``code_now``.
    """
    from allauth.mfa.totp.internal.auth import TOTP

    from phucvu.accounts import audit, managing
    from phucvu.accounts.permissions import Role

    key = base64.b32encode(secrets.token_bytes(20)).decode()
    file = folder / KEY
    file.touch(mode=0o600)
    file.write_text(key + "\n", encoding="ascii")
    shown = []
    for name, role, who, of_commune in ACCOUNTS:
        unit = commune if of_commune else province
        user = managing.create(
            audit.COMMAND_LINE, username=name, email=f"{name}@vidu.vn", role=role, unit=unit, full_name=who.vi
        )
        password = f"trinh-dien-{secrets.token_hex(5)}"
        user.set_password(password)
        user.save()
        if user.role != Role.READER:
            TOTP.activate(user, key)
        shown.append(Shown(name, password, who, unit))
    return shown


def code_now(folder: Path) -> str:
    """The one-time code of this half minute. Raises UnusableError where no demonstration left its key."""
    import hmac
    import struct
    import time

    file = folder / KEY
    if not file.exists():
        raise UnusableError(Fault("demo_without_accounts", file=str(folder)))
    key = base64.b32decode(file.read_text(encoding="ascii").strip())
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")  # RFC 6238
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
