"""Accounts from a file of rows: read, checked before anything is made, then made one by one.

Nothing is sent to anybody: each new account's link to set a password is handed back.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import transaction

from phucvu.accounts import audit, managing, units
from phucvu.accounts.models import User
from phucvu.accounts.permissions import TITLES, Action, Role, may, may_give
from phucvu.problems import Fault, UnusableError
from phucvu.rules.model import Words
from phucvu.tables.reading import ROW, plain, read_table

MOST = 2000
"""Rows of a file."""


@dataclass(frozen=True)
class Column:
    """A column of the file: what the program calls it, its heading, and other headings it is known by."""

    name: str
    title: Words
    others: tuple[str, ...]
    needed: bool
    about: Words
    example: str

    def fits(self, heading: str) -> bool:
        known = {plain(one) for one in (self.name, self.title.vi, self.title.en, *self.others)}
        return plain(heading) in known


def columns() -> tuple[Column, ...]:
    """The columns of a file of accounts, in the order in which a template has them."""
    roles = {language: ", ".join(title[language] for title in TITLES.values()) for language in ("vi", "en")}
    return (
        Column(
            "username",
            Words(vi="Tên đăng nhập", en="User name"),
            ("login", "tài khoản"),
            False,
            Words(
                vi="chữ thường không dấu, số, dấu chấm, gạch; để trống thì lấy phần trước @ của thư điện tử",
                en="lower-case letters without accents, digits, dots, dashes; if empty, the part before @",
            ),
            "nguyen.van.thu",
        ),
        Column(
            "email",
            Words(vi="Thư điện tử", en="E-mail"),
            ("e-mail address", "địa chỉ thư điện tử", "tên đăng nhập/e-mail"),
            True,
            Words(vi="mỗi người một địa chỉ", en="one address for each person"),
            "nguyen.van.thu@vidu.vn",
        ),
        Column(
            "full_name",
            Words(vi="Họ và tên", en="Full name"),
            ("họ tên", "name"),
            False,
            Words(vi="có dấu", en="with accents"),
            "Nguyễn Văn Thử",
        ),
        Column(
            "role",
            Words(vi="Vai trò", en="Role"),
            (),
            True,
            Words(vi=f"một trong: {roles['vi']}", en=f"one of: {roles['en']}"),
            "chuyên viên",
        ),
        Column(
            "unit",
            Words(vi="Đơn vị", en="Unit"),
            ("mã đơn vị", "unit code"),
            True,
            Words(vi="mã đơn vị, ví dụ H21.17", en="the unit's code, such as H21.17"),
            "H21.17",
        ),
    )


@dataclass(frozen=True)
class Row:
    """A row of the file as it will be taken: its number there, and what it says by column."""

    number: int
    said: dict[str, str]


@dataclass(frozen=True)
class Made:
    row: Row
    username: str
    link: str
    """The path of the page where the person sets the password."""


def read(path: Path) -> list[Row]:
    """The rows of a file. Raises UnusableError where it cannot be read, lacks a column or is too long."""
    known = columns()
    needed = [column for column in known if column.needed]

    def is_heading(cells: list[str]) -> bool:
        return all(any(column.fits(cell) for cell in cells if cell) for column in needed)

    sheet = read_table(path, is_heading, ", ".join(column.title.vi for column in needed))
    if sheet.set_aside:
        raise UnusableError(sheet.set_aside)
    if sheet.frame.height > MOST:
        raise UnusableError(Fault("rows_too_many", file=path.name, count=sheet.frame.height, most=MOST))
    heads = {
        column.name: next((head for head in sheet.frame.columns if column.fits(head)), None)
        for column in known
    }
    rows = []
    for cells in sheet.frame.iter_rows(named=True):
        said = {name: (cells[head] or "").strip() if head else "" for name, head in heads.items()}
        rows.append(Row(cells[ROW], _usable(said)))
    return rows


def check(by: User | str, file: str, rows: list[Row]) -> list[Fault]:
    """What keeps rows from being made, each by its row and column; nothing is made."""
    problems: list[Fault] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        problems += _problems(by, file, row)
        for name in ("username", "email"):
            first = seen.setdefault((name, row.said[name]), row.number)
            if row.said[name] and first != row.number:
                problems.append(
                    Fault(
                        "stands_before",
                        file=file,
                        row=row.number,
                        field=_title(name),
                        value=row.said[name],
                        first=first,
                    )
                )
    return problems


def make(by: User | str, file: str, rows: list[Row]) -> tuple[list[Made], list[Fault]]:
    """Make the accounts that can be made; the rows that cannot are named, and the rest is done."""
    made: list[Made] = []
    problems: list[Fault] = []
    for row in rows:
        if found := _problems(by, file, row):
            problems += found
            continue
        try:
            with transaction.atomic():
                user = managing.create(by, **row.said)
                made.append(Made(row, user.username, managing.link(by, user)))
        except UnusableError as error:
            problems += [_of_row(problem, file, row) for problem in error.faults]
    audit.append(by, "accounts imported", object=file, made=len(made), rows=len(rows))
    return made, problems


def accounts_sheet(made: list[Made], problems: list[Fault], whole: Callable[[str], str]) -> bytes:
    """A workbook of the accounts made, with their links, and of the rows that were not; ``whole`` makes an
    address of a path."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True, "bottom": 2})
        lines = [
            (
                one.row.number,
                one.username,
                *(one.row.said[name] for name in ("full_name", "email")),
                *((TITLES[Role(one.row.said["role"])].vi, one.row.said["unit"], whole(one.link))),
            )
            for one in made
        ]
        _sheet(book, bold, "Đã lập", RESULT, lines)
        _sheet(book, bold, "Chưa lập", ("Dòng", "Cột", "Vì sao"), [(p.row, p.field, p.vi) for p in problems])
    return file.getvalue()


RESULT = (
    "Dòng",
    "Tên đăng nhập",
    "Họ và tên",
    "Thư điện tử",
    "Vai trò",
    "Đơn vị",
    "Liên kết đặt mật khẩu (dùng một lần, trong 3 ngày)",
)


def _sheet(book: Any, bold: Any, name: str, heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
        longest = max((len(str(line[column])) for line in lines), default=0)
        sheet.set_column(column, column, min(80, max(longest, len(head)) + 2))
    for number, line in enumerate(lines, 1):
        for column, value in enumerate(line):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, value or "")
    sheet.freeze_panes(1, 0)


def _problems(by: User | str, file: str, row: Row) -> list[Fault]:
    problems = managing.check(**row.said)
    if not problems and not isinstance(by, str):
        if not may(by, Action.MANAGE_ACCOUNTS, row.said["unit"]):
            problems.append(Fault("not_your_unit", field="unit"))
        if Role(row.said["role"]) not in may_give(Role(by.role)):
            problems.append(Fault("above_your_role", field="role"))
    return [_of_row(problem, file, row) for problem in problems]


def _usable(said: dict[str, str]) -> dict[str, str]:
    """As ``managing`` takes it: a user name where there is none, the role and the unit by their codes."""
    name = said["username"] or re.sub(r"[^a-z0-9._-]", "", said["email"].lower().partition("@")[0])
    if "@" in name and not said["email"]:
        said = said | {"email": name}
    name = name.lower().partition("@")[0] if "@" in name else name.lower()
    return said | {
        "username": name,
        "email": said["email"].lower(),
        "role": role_meant(said["role"]),
        "unit": units.meant(said["unit"]),
    }


def role_meant(said: str) -> str:
    """The code of a role that is named in either language, or by its code; else what was said."""
    for role, title in TITLES.items():
        if plain(said) in {plain(one) for one in (role.value, title.vi, title.en)}:
            return role.value
    return said


def _of_row(problem: Fault, file: str, row: Row) -> Fault:
    return problem.at(file=file, row=row.number, field=_title(problem.field))


def _title(name: str) -> str:
    return next((column.title.vi for column in columns() if column.name == name), name)
