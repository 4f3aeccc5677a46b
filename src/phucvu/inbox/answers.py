"""What senders are answered: the codes, their words, and the envelope.

docs/intake.md explains every code; a test holds it to this table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


NUMBERS = {
    "value_missing": Code.MISSING,
    "sender_of_steps_unknown": Code.MISSING,
    "wrong_type": Code.WRONG_TYPE,
    "not_a_json_object": Code.WRONG_TYPE,
    "not_a_list": Code.WRONG_TYPE,
    "date_impossible": Code.NO_SUCH_DATE,
    "number_outside": Code.NOT_ALLOWED,
    "not_0_or_1": Code.NOT_ALLOWED,
    "amount_impossible": Code.NOT_ALLOWED,
    "amount_too_large": Code.NOT_ALLOWED,
    "control_character": Code.NOT_ALLOWED,
    "nul_character": Code.NOT_ALLOWED,
    "unit_unknown": Code.UNKNOWN_UNIT,
    "unit_ambiguous": Code.UNKNOWN_UNIT,
    "unit_of_others": Code.OTHER_UNIT,
    "procedure_code_unknown": Code.UNKNOWN_PROCEDURE,
    "text_too_long": Code.TOO_LONG,
    "longer_than": Code.TOO_LONG,
    "number_too_long": Code.TOO_LONG,
    "list_too_long": Code.TOO_LONG,
    "nested_too_deeply": Code.TOO_DEEP,
    "not_json": Code.NOT_JSON,
    "not_utf8": Code.NOT_JSON,
    "item_unreadable": Code.UNREADABLE,
}
"""By code of the fault of a dossier or step, the ``error_code`` of its answer."""
