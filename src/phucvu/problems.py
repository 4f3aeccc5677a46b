"""What is wrong with something people handed over: a code with parameters, and the place.

The words of every code, Vietnamese and English, stand in ``faults.yaml``. Programs decide by codes; only
people read the words.
"""

from __future__ import annotations

import dataclasses
import errno
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, NamedTuple, Self

import yaml


class Both(NamedTuple):
    """A parameter that differs between the languages."""

    vi: str
    en: str


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """By code, the words in each language; ``{name}`` is a parameter."""
    text = (resources.files("phucvu") / "faults.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


@dataclasses.dataclass(frozen=True, init=False)
class Fault:
    """One thing wrong, and where.

    ``file`` is the name people know it by; ``row`` counts the rows of the file from 1, title and
    heading rows included, as a spreadsheet shows them; ``field`` is the column or key. ``dossier`` is the
    code of the dossier that is meant, where that is known.

    >>> str(Fault("value_missing", file="units.csv", row=3, field="name"))
    'units.csv, dòng 3, cột name: thiếu giá trị bắt buộc | a required value is missing'
    """

    code: str
    file: str
    row: int | None
    field: str
    dossier: str
    parameters: dict[str, Any] = dataclasses.field(hash=False)

    def __init__(
        self,
        code: str,
        *,
        file: str = "",
        row: int | None = None,
        field: str = "",
        dossier: str = "",
        **parameters: Any,
    ) -> None:
        said = {"code": code, "file": file, "row": row, "field": field, "dossier": dossier}
        self.__dict__.update(said, parameters=parameters)

    def at(self, **place: Any) -> Self:
        """The same fault at another place: ``file``, ``row``, ``field`` or ``dossier``."""
        moved = object.__new__(type(self))
        moved.__dict__.update(self.__dict__, **place)
        return moved

    @property
    def vi(self) -> str:
        return self._words("vi", "hồ sơ")

    @property
    def en(self) -> str:
        return self._words("en", "dossier")

    def _words(self, language: str, dossier: str) -> str:
        said = {
            name: getattr(value, language) if isinstance(value, Fault | Both) else value
            for name, value in self.parameters.items()
        }
        words = catalogue()[self.code][language].format(**said)
        return f"{dossier} {self.dossier}: {words}" if self.dossier else words

    def place(self, language: str) -> str:
        row, column = {"vi": ("dòng", "cột"), "en": ("row", "column")}[language]
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"{row} {self.row}")
        if self.field:
            parts.append(f"{column} {self.field}")
        return ", ".join(parts)

    def text(self, language: str) -> str:
        """The fault in one language, ``"vi"`` or ``"en"``."""
        place = self.place(language)
        words = self.vi if language == "vi" else self.en
        return f"{place}: {words}" if place else words

    def __str__(self) -> str:
        """Both languages on one line; the place is said once."""
        place = self.place("vi")
        words = f"{self.vi} | {self.en}"
        return f"{place}: {words}" if place else words


class FaultError(Exception):
    """Something cannot be done; carries the faults found, at least one."""

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults = [faults] if isinstance(faults, Fault) else list(faults)
        super().__init__(self.faults)  # which another process can hand on

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class UnusableError(FaultError):
    """The whole of an input cannot be used."""


class NotFoundError(UnusableError):
    """What is asked for is not there: a page of the site says so with the status 404."""


class UnavailableError(FaultError):
    """What the program itself needs cannot be had, such as room on the disk: no fault of the input.

    The same may go well later.
    """


REASONS = {
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không được phép",
    errno.EISDIR: "đây là thư mục, không phải tệp",
    errno.ENOTDIR: "đây là tệp, không phải thư mục",
    errno.EEXIST: "đã có sẵn",
    errno.ENOSPC: "đĩa đã đầy",
    errno.EROFS: "nơi này chỉ đọc được",
    errno.ENAMETOOLONG: "tên quá dài",
}


def why(error: OSError) -> Both:
    """Why the operating system refuses, in Vietnamese where that is known."""
    en = error.strerror or " ".join(str(error).split())
    return Both(REASONS.get(error.errno or 0, en), en)
