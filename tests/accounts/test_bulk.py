"""Accounts from a file: by the command's function and by the page, bad rows named and the rest done."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from phucvu.accounts import audit, bulk
from phucvu.accounts.models import AuditEntry, User
from phucvu.accounts.permissions import Role
from phucvu.problems import UnusableError

Make = Callable[..., User]
SignIn = Callable[[User], Client]

VI = "Tên đăng nhập,Thư điện tử,Họ tên,Vai trò,Mã đơn vị"
EN = "user name,E-MAIL,full name,role,unit"
GOOD = "canbo,canbo@vidu.vn,Người Thử,chuyên viên,h21.17"


def file(folder: Path, *lines: str) -> Path:
    path = folder / "tai-khoan.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def make(by: User | str, path: Path) -> tuple[list[str], list[tuple[int | None, str]]]:
    made, problems = bulk.make(by, path.name, bulk.read(path))
    assert {problem.file for problem in problems} <= {path.name}
    return [one.username for one in made], [(problem.row, problem.field) for problem in problems]


@pytest.mark.parametrize("heading", [VI, EN, VI.upper(), VI + ",Ghi chú"])
def test_headings_in_both_languages(tmp_path: Path, heading: str) -> None:
    assert make(audit.COMMAND_LINE, file(tmp_path, "Danh sách tài khoản", heading, GOOD)) == (["canbo"], [])
    user = User.objects.get()
    assert (user.email, user.full_name, user.role, user.unit) == (
        "canbo@vidu.vn", "Người Thử", "staff", "H21.17",
    )  # fmt: skip
    assert not user.has_usable_password()
    last = AuditEntry.objects.order_by("-number")[0]
    assert (last.action, last.said) == ("accounts imported", {"made": 1, "rows": 1})


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("Thủ trưởng đơn vị", "head"),
        ("HEAD OF UNIT", "head"),
        ("người xem", "reader"),
        ("quan tri vien", "administrator"),
        ("staff", "staff"),
    ],
)
def test_roles_by_their_names(said: str, role: str) -> None:
    assert bulk.role_meant(said) == role


def test_a_name_is_taken_from_the_address(tmp_path: Path) -> None:
    path = file(tmp_path, "E-mail,Họ và tên,Vai trò,Đơn vị", "Nguyen.Thu@vidu.vn,Thử,staff,H21.17 – Sở Y tế")
    assert make(audit.COMMAND_LINE, path) == (["nguyen.thu"], [])


def test_bad_rows_are_named_and_the_rest_is_done(tmp_path: Path, account: Make) -> None:
    account(Role.STAFF, name="da-co")
    path = file(
        tmp_path,
        VI,
        GOOD,
        "da-co,khac@vidu.vn,,chuyên viên,H21.17",
        "x2,khong-phai-thu,,chuyên viên,H21.17",
        "x3,x3@vidu.vn,,vua,H21.17",
        "x4,x4@vidu.vn,,chuyên viên,H99",
        "Có Dấu,x5@vidu.vn,,chuyên viên,H21.17",
        "x6,CANBO@vidu.vn,,chuyên viên,H21.17",
        "x7,x7@vidu.vn,,người xem,H21",
    )
    found = [
        (3, "Tên đăng nhập"),
        (4, "Thư điện tử"),
        (5, "Vai trò"),
        (6, "Đơn vị"),
        (7, "Tên đăng nhập"),
        (8, "Thư điện tử"),
    ]
    checked = bulk.check(audit.COMMAND_LINE, path.name, bulk.read(path))
    assert [(problem.row, problem.field) for problem in checked] == found
    assert User.objects.count() == 1
    assert make(audit.COMMAND_LINE, path) == (["canbo", "x7"], found)


def test_nothing_above_oneself_or_elsewhere(tmp_path: Path, account: Make) -> None:
    by = account(Role.ADMINISTRATOR, "H21.17")
    path = file(tmp_path, VI, GOOD, "x1,x1@vidu.vn,,staff,H21", "x2,x2@vidu.vn,,staff,H22.01")
    assert make(by, path) == (["canbo"], [(3, "Đơn vị"), (4, "Đơn vị")])


@pytest.mark.parametrize("lines", [(), ("a,b,c", "1,2,3"), ("Thư điện tử,Đơn vị", "a@vidu.vn,H21")])
def test_files_that_are_none(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(UnusableError):
        bulk.read(file(tmp_path, *lines))


def test_too_many_rows(tmp_path: Path) -> None:
    rows = [f"x{n},x{n}@vidu.vn,,staff,H21" for n in range(bulk.MOST + 1)]
    with pytest.raises(UnusableError, match="2001"):
        bulk.read(file(tmp_path, VI, *rows))


def send(client: Client, *lines: str) -> Any:
    sent = SimpleUploadedFile("tai-khoan.csv", "\n".join(lines).encode())
    return client.post("/workspace/accounts/import", {"file": sent})


def test_the_page_shows_first_and_makes_then(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    assert "Điền gì" in client.get("/workspace/accounts/import").content.decode()
    page = send(client, VI, GOOD, "x1,x1@vidu.vn,,vua,H21.17").content.decode()
    assert "1 trong 2 dòng" in page
    assert "tai-khoan.csv, dòng 3, cột Vai trò: không có vai trò này" in page
    assert User.objects.count() == 1
    answer = client.post("/workspace/accounts/import", {"make": "1"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    sheets = pl.read_excel(io.BytesIO(answer.content), sheet_id=0)
    (line,) = sheets["Đã lập"].rows(named=True)
    assert line["Tên đăng nhập"] == "canbo"
    link = line["Liên kết đặt mật khẩu (dùng một lần, trong 3 ngày)"]
    assert link.startswith("http://127.0.0.1/accounts/password/")
    assert client.get(link).status_code == 302
    assert sheets["Chưa lập"].row(0) == (3, "Vai trò", "không có vai trò này")
    # once
    assert client.post("/workspace/accounts/import", {"make": "1"}).status_code == 302
    assert User.objects.count() == 2


def test_the_page_says_what_is_no_file_of_accounts(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    answer = send(client, "a,b", "1,2")
    assert answer.status_code == 400
    assert "tai-khoan.csv: không thấy dòng tiêu đề" in answer.content.decode()
    assert client.post("/workspace/accounts/import").status_code == 400


def test_forms_take_units_as_the_list_offers_them(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    assert 'value="H21.17 – Sở Y tế"' in client.get("/workspace/accounts/add").content.decode()
    for number, unit in enumerate(("H21.17 – Sở Y tế", "h21.17", "H21.17")):
        name = f"canbo{number}"
        said = {"username": name, "email": f"{name}@vidu.vn", "role": "staff", "unit": unit}
        assert client.post("/workspace/accounts/add", said).status_code == 200
        assert User.objects.get(username=name).unit == "H21.17"
