"""What senders are answered: the codes, their words, and the envelope.

docs/intake.md explains every code; a test holds it to this table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from phucvu.records.set_aside import Aside


class Code(StrEnum):
    """``error_code``: of a call below 600, of one dossier or step from 600 on (403 is of both)."""

    TAKEN = "0"
    MALFORMED = "400"
    NOT_LOGGED_IN = "401"
    OTHER_UNIT = "403"
    NO_SUCH_SERVICE = "404"
    TOO_LARGE = "413"
    TOO_MANY_LOGINS = "429"
    NOT_KEPT = "503"
    MISSING = "601"
    WRONG_TYPE = "602"
    NO_SUCH_DATE = "603"
    NOT_ALLOWED = "604"
    UNKNOWN_UNIT = "605"
    UNKNOWN_PROCEDURE = "606"
    TOO_LONG = "607"
    TOO_DEEP = "608"
    NOT_JSON = "609"
    UNREADABLE = "610"


class RefusedError(Exception):
    """The whole of a call is refused; the message is Vietnamese, for the sender."""

    def __init__(self, code: Code, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(code)


@dataclass(frozen=True)
class ItemResult:
    """What became of one dossier or step of a call."""

    dossier: str
    code: Code = Code.TAKEN
    message: str = ""

    def as_json(self) -> dict[str, str]:
        return {"MaHoSo": self.dossier, "error_code": self.code, "message": self.message}


def envelope(code: Code, message: str, **more: Any) -> dict[str, Any]:
    return {"error_code": code, "message": message, **more}


def of_items(results: Sequence[ItemResult], what: str) -> dict[str, Any]:
    """The answer to a call that was kept; its code and message are those of the first bad item."""
    bad = [r for r in results if r.code != Code.TAKEN]
    taken = len(results) - len(bad)
    if bad:
        others = f"; và {len(bad) - 1} {what} khác không dùng được (xem result)" if len(bad) > 1 else ""
        message = f"{bad[0].message}{others}. Đã nhận {taken}/{len(results)} {what}."
        code = bad[0].code
    else:
        message, code = f"Đã nhận {taken} {what}.", Code.TAKEN
    return envelope(code, message, result=[r.as_json() for r in results])


SAID: tuple[tuple[str, Code], ...] = (
    (r"a required value is missing|which unit sent these", Code.MISSING),
    (r"not a possible date", Code.NO_SUCH_DATE),
    (r"must be a number|must be 0 or 1|not an amount|control character", Code.NOT_ALLOWED),
    (r"no unit has the code|units have the name", Code.UNKNOWN_UNIT),
    (r"no procedure has the code", Code.UNKNOWN_PROCEDURE),
    (r"far too long|longer than|more entries than", Code.TOO_LONG),
    (r"nested too deeply", Code.TOO_DEEP),
    (r"not UTF-8|not correct JSON", Code.NOT_JSON),
    (r"not a JSON object|wrong type|must be a list", Code.WRONG_TYPE),
    (r"the program cannot read this", Code.UNREADABLE),
)
"""By its words, which code a problem of ``phucvu.intake.wire`` has."""


def code_of(aside: Aside) -> Code:
    """The code of why a dossier or step could not be used."""
    return next((code for words, code in SAID if re.search(words, aside.problem.en)), Code.NOT_ALLOWED)
