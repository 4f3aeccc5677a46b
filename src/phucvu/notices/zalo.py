"""Messages by a Zalo bot: sending them, and learning by a one-time code whose chat is whose."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.configuration import Configuration, secret
from phucvu.inbox.clock import now
from phucvu.notices.channels import Message, NotSentError
from phucvu.notices.models import ZaloChat
from phucvu.problems import Fault, UnusableError

TIMEOUT = httpx.Timeout(20, connect=10)
MOST_BYTES = 1 << 20
"""Bytes of an answer."""

LONGEST_TEXT = 2000
"""Letters of a message that Zalo takes."""

TOKEN_FILE = "PHUCVU_ZALO_TOKEN_FILE"

CODE_LASTS = dt.timedelta(minutes=15)
CODE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""The letters of a code; none is taken for another."""
CODE_LENGTH = 10


def check_settings(chosen: Configuration) -> None:
    """Raises UnusableError where notices are to go by a bot, and links in them would lead nowhere."""
    if _token(chosen) and not chosen.site_address:
        raise UnusableError(Fault("zalo_site_missing"))


def _token(chosen: Configuration) -> str:
    return secret(chosen.zalo_token, chosen.zalo_token_file, TOKEN_FILE)


class Bot:
    """The bot of the office: its channel, and what people write to it.

    The token stands in the address that is asked, so no address is ever told.
    """

    def __init__(self, chosen: Configuration) -> None:
        self._address = f"{chosen.zalo_address.rstrip('/')}/bot{_token(chosen)}"
        self._client = httpx.Client(timeout=TIMEOUT)

    def send(self, message: Message, handing_over: Callable[[], None]) -> None:
        """The text and the link; Zalo takes no picture or file that is not public."""
        said = f"{message.text}\n{message.link_words}: {message.link}"[:LONGEST_TEXT]
        handing_over()
        try:
            answer = self._asked("sendMessage", {"chat_id": message.to, "text": said})
        except httpx.ConnectError as error:
            raise NotSentError("ConnectError", for_all=True) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise NotSentError(type(error).__name__, unknown=True) from error
        if answer.get("ok") is not True:
            code = answer.get("error_code")
            raise NotSentError(f"Zalo {code}" if isinstance(code, int) else "Zalo")

    def read(self) -> bool:
        """Take the next thing that somebody wrote to the bot; whether it was a code that joined a chat."""
        try:
            found = self._asked("getUpdates", {"timeout": "1"}).get("result")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return False  # nobody wrote, or the bot's server is away: it is asked again
        message = found.get("message") if isinstance(found, dict) else None
        chat = message.get("chat") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not isinstance(chat, dict):
            return False
        where, text = chat.get("id"), message.get("text")
        alone = chat.get("chat_type") == "PRIVATE"
        return alone and isinstance(where, str) and isinstance(text, str) and join(text, where)

    def _asked(self, method: str, said: dict[str, str]) -> dict[str, Any]:
        """The answer. Raises httpx.HTTPError or ValueError where there is none that can be read."""
        chunks, size = [], 0
        with self._client.stream("POST", f"{self._address}/{method}", json=said) as answer:
            for chunk in answer.iter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > MOST_BYTES:
                    raise ValueError("an answer too long")
        try:
            return msgspec.json.decode(b"".join(chunks), type=dict[str, Any])
        except RecursionError as error:
            raise ValueError("an answer too deep") from error


def new_code(user: User) -> str:
    """A code by which somebody joins their chat with the bot, once, within ``CODE_LASTS``."""
    code = "".join(secrets.choice(CODE) for _ in range(CODE_LENGTH))
    said = {"code": _digest(code), "code_until": now() + CODE_LASTS}
    ZaloChat.objects.update_or_create(user=user, defaults=said)
    return code


def join(text: str, chat: str) -> bool:
    """Join a chat with the account whose code was written in it; whether there is one."""
    written = text.strip().upper()
    if len(written) != CODE_LENGTH or not 0 < len(chat) <= ZaloChat.LONGEST:
        return False
    with transaction.atomic():
        waiting = ZaloChat.objects.filter(code=_digest(written), code_until__gt=now(), user__is_active=True)
        row = waiting.select_related("user").first()
        if row is None or not waiting.filter(pk=row.pk).update(chat=chat, code=""):
            return False
        audit.append(row.user, "Zalo joined", object=row.user.username, unit=row.user.unit)
    return True


def chat_of(user: User) -> str:
    """Somebody's chat with the bot; empty where none was joined."""
    row = ZaloChat.objects.filter(user=user).first()
    return row.chat if row else ""


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()
