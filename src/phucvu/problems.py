"""What is wrong with something people handed over: one line, in both languages, naming the place."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong, and where.

    ``file`` is the name people know it by; ``row`` counts the rows of the file from 1, title and
    heading rows included, as a spreadsheet shows them; ``field`` is the column or key.
    """

    vi: str
    en: str
    file: str = ""
    row: int | None = None
    field: str = ""

    def place(self, language: str) -> str:
        row, field = {"vi": ("dòng", "cột"), "en": ("row", "column")}[language]
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"{row} {self.row}")
        if self.field:
            parts.append(f"{field} {self.field}")
        return ", ".join(parts)

    def text(self, language: str) -> str:
        """The problem in one language, ``"vi"`` or ``"en"``."""
        place = self.place(language)
        words = self.vi if language == "vi" else self.en
        return f"{place}: {words}" if place else words

    def __str__(self) -> str:
        """Both languages on one line; the place is said once."""
        place = self.place("vi")
        words = f"{self.vi} | {self.en}"
        return f"{place}: {words}" if place else words


class UnusableError(Exception):
    """The whole of an input cannot be used; carries the problems found, at least one."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class UnavailableError(Exception):
    """What the program itself needs cannot be had, such as room on the disk: no fault of the input."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


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


def why(error: OSError) -> str:
    """Why the operating system refuses, in Vietnamese where that is known."""
    return REASONS.get(error.errno or 0) or error.strerror or " ".join(str(error).split())
