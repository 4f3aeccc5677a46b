"""The ways a message can go: each a channel with one method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """What somebody is to read. ``identity`` is the same however often it is sent.

    ``picture`` is a PNG, ``workbook`` an Excel file called ``workbook_name``; both may be empty. ``leave`` is
    the address at which who gets such messages ends that, by a POST and without anything else (RFC 8058).
    """

    to: str
    identity: str
    subject: str
    text: str
    link: str
    link_words: str
    picture: bytes = b""
    workbook: bytes = b""
    workbook_name: str = ""
    leave: str = ""


class Channel(Protocol):
    def send(self, message: Message, handing_over: Callable[[], None]) -> None:
        """Send it; ``handing_over`` is called just before the last step, which cannot be taken back.

        Raises NotSentError where it did not go, or where nobody knows.
        """


class NotSentError(Exception):
    """``what`` says why without anything that was sent.

    ``unknown``: it may have gone all the same; ``for_all``: others would fare no better now.
    """

    def __init__(self, what: str, *, unknown: bool = False, for_all: bool = False) -> None:
        self.what, self.unknown, self.for_all = what, unknown, for_all
        super().__init__(what)
