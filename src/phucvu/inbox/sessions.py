"""Logging in, and who a session belongs to."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db.models import F
from django.dispatch import Signal

from phucvu.inbox.answers import Code, RefusedError
from phucvu.inbox.clock import now
from phucvu.inbox.models import FailedLogin, Sender, Session

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,98}")
"""What an account can be called."""

LASTS = dt.timedelta(hours=8)

LONGEST_TOKEN = 100
"""Letters; a session's token has 43."""

MOST_FAILURES = 5
PAUSE = dt.timedelta(minutes=5)
"""After so many wrong logins in a row by one name from one address, that pair has to wait this long."""


class SecretHasher(PBKDF2PasswordHasher):
    """Secrets are drawn by the program (256 bits), so guessing is hopeless without slow hashing too;

    and systems that log in before every call must not wait.
    """

    iterations = 10_000


HASHER = SecretHasher()
NOBODY = HASHER.encode(secrets.token_urlsafe(32), HASHER.salt())
"""What an unknown name's secret is compared with, so that it takes as long as a wrong one."""


login_failed = Signal()
"""Somebody could not log in: sent by the sender meant (None where nobody has the name), with ``address``."""


def hashed(secret: str) -> str:
    encoded: str = HASHER.encode(secret, HASHER.salt())
    return encoded


def log_in(name: str, secret: str, address: str) -> str:
    """The token of a new session. Raises RefusedError where name and secret do not go together."""
    moment = now()
    if not NAME.fullmatch(name):
        raise _wrong()
    failed = FailedLogin.objects.filter(name=name, address=address[:50], until__gt=moment)
    if failed.filter(failures__gte=MOST_FAILURES).exists():
        minutes = int(PAUSE.total_seconds() // 60)
        raise RefusedError(
            Code.TOO_MANY_LOGINS, f"Đăng nhập sai quá nhiều lần; hãy thử lại sau {minutes} phút"
        )
    sender = Sender.objects.filter(name=name, enabled=True).first()
    if not HASHER.verify(secret, sender.secret if sender else NOBODY) or sender is None:
        _note_failure(name, address[:50], moment)
        login_failed.send(sender or Sender.objects.filter(name=name).first(), address=address)
        raise _wrong()
    failed.delete()
    Session.objects.filter(expires_at__lt=moment).delete()
    token = secrets.token_urlsafe(32)
    Session.objects.create(digest=_digest(token), sender=sender, expires_at=moment + LASTS)
    return token


def sender_of(*tokens: str) -> Sender:
    """The sender who logged in, by the first of the tokens that is a session's.

    Raises RefusedError where each is unknown, over, or closed.
    """
    for token in tokens:
        if not 0 < len(token) <= LONGEST_TOKEN:
            continue
        session = (
            Session.objects.select_related("sender")
            .filter(digest=_digest(token), expires_at__gt=now(), sender__enabled=True)
            .first()
        )
        if session is not None:
            sender: Sender = session.sender
            return sender
    raise RefusedError(Code.NOT_LOGGED_IN, "Phiên làm việc không đúng hoặc đã hết hạn; hãy đăng nhập lại")


def _wrong() -> RefusedError:
    return RefusedError(Code.NOT_LOGGED_IN, "Tên đăng nhập hoặc mật khẩu không đúng")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _note_failure(name: str, address: str, moment: dt.datetime) -> None:
    FailedLogin.objects.filter(until__lt=moment).delete()
    row, _ = FailedLogin.objects.get_or_create(name=name, address=address, defaults={"until": moment + PAUSE})
    FailedLogin.objects.filter(pk=row.pk).update(failures=F("failures") + 1, until=moment + PAUSE)
