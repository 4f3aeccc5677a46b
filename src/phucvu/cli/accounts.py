"""`phucvu accounts` and `phucvu audit`: the first administrator, accounts from files, and whether the audit
log is whole."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import BinaryIO

import click

from phucvu.cli.home import home_option, open_site
from phucvu.cli.output import print_table, report
from phucvu.formats import moment
from phucvu.problems import Fault, UnusableError

NOTED = re.compile(r"(\d+):([0-9a-f]{64})")


@click.group()
def accounts() -> None:
    """Tài khoản của người dùng. | Accounts of people."""


@accounts.command("add")
@click.argument("name", metavar="TÊN")
@click.option("--unit", required=True, metavar="MÃ", help="Đơn vị. | The unit.")
@click.option("--email", required=True, metavar="ĐỊA_CHỈ", help="Thư điện tử. | E-mail address.")
@home_option
def add(name: str, unit: str, email: str, home: str) -> None:
    """Lập tài khoản quản trị viên của một đơn vị; người này lập các tài khoản khác trên trang web.

    Make an administrator of a unit, who makes all other accounts on the site.
    """
    open_site(home)
    from phucvu.accounts.managing import create_administrator

    path = create_administrator(name, unit, email)
    click.echo(
        f"Đã lập tài khoản {name}. Mở đường dẫn sau trên trang web để đặt mật khẩu (dùng một lần, 3 ngày):",
        err=True,
    )
    click.echo(
        f"Made the account {name}. Open this path of the site to set its password (once, 3 days):", err=True
    )
    click.echo(path)


@accounts.command("list")
@home_option
def list_(home: str) -> None:
    """Mọi tài khoản. | Every account."""
    open_site(home)
    from phucvu.accounts.models import User

    rows = [
        (
            user.username,
            user.unit,
            f"{user.title.vi} | {user.title.en}",
            "đang dùng | in use" if user.is_active else "đã đóng | closed",
            "có | yes" if user.has_two_step else "chưa | no",
            moment(user.last_login) if user.last_login else "",
        )
        for user in User.objects.order_by("unit", "username")
    ]
    if not rows:
        click.echo("Chưa có tài khoản nào. | There are no accounts.")
        return
    columns = ("tài khoản", "đơn vị", "vai trò", "trạng thái", "hai bước", "đăng nhập lần cuối")
    print_table("Tài khoản | Accounts", [(column, False) for column in columns], rows)


@accounts.command("reset-two-step")
@click.argument("name", metavar="TÊN")
@home_option
def reset_two_step(name: str, home: str) -> None:
    """Bỏ bước hai của một tài khoản đã mất cả điện thoại và mã dự phòng; mọi phiên của tài khoản kết thúc.

    Forget the second step of an account that lost both its phone and its recovery codes; its sessions end,
    and it sets up the second step anew at its next sign-in.
    """
    open_site(home)
    from phucvu.accounts.audit import COMMAND_LINE
    from phucvu.accounts.managing import forget_two_step
    from phucvu.accounts.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        raise UnusableError(Fault("user_unknown", name=name))
    forget_two_step(COMMAND_LINE, user)
    click.echo(
        f"Đã bỏ bước hai của {user.username}; lần đăng nhập sau phải đặt lại. | "
        f"Forgot the second step of {user.username}; it is set up anew at the next sign-in."
    )


@accounts.command("import")
@click.argument("file", metavar="TỆP", type=click.Path(path_type=Path))
@click.option(
    "--output",
    metavar="TỆP.xlsx",
    type=click.Path(path_type=Path, dir_okay=False),
    show_default="TỆP-links.xlsx",
    help="Tệp ghi liên kết đặt mật khẩu của từng người. | Where each person's link is written.",
)
@click.option(
    "--site",
    metavar="ĐỊA_CHỈ",
    default="",
    help="Địa chỉ trang web, đặt trước mỗi liên kết. | The site's address, put before each link.",
)
@click.option("--dry-run", is_flag=True, help="Chỉ xem lập được gì. | Only show what could be made.")
@home_option
def import_(file: Path, output: Path | None, site: str, dry_run: bool, home: str) -> int:
    """Lập tài khoản từ tệp Excel hoặc CSV; không gửi gì cho ai.

    Make accounts from an Excel or CSV file; nothing is sent to anybody.
    """
    open_site(home)
    from phucvu.accounts import bulk
    from phucvu.accounts.audit import COMMAND_LINE

    rows = bulk.read(file)
    if dry_run:
        problems = bulk.check(COMMAND_LINE, file.name, rows)
        good = len(rows) - len({problem.row for problem in problems})
        click.echo(f"Lập được {good} trong {len(rows)} tài khoản. | {good} of {len(rows)} could be made.")
        return report(problems)
    place = output or file.with_name(f"{file.stem}-links.xlsx")
    with _for_the_owner(place) as result:
        made, problems = bulk.make(COMMAND_LINE, file.name, rows)
        result.write(bulk.accounts_sheet(made, problems, lambda path: site.rstrip("/") + path))
    click.echo(
        f"Đã lập {len(made)} trong {len(rows)} tài khoản; liên kết đặt mật khẩu ở {place}. | "
        f"Made {len(made)} of {len(rows)} accounts; the links to set passwords are in {place}."
    )
    return report(problems)


def _for_the_owner(path: Path) -> BinaryIO:
    """A new file that only its owner reads. Raises UnusableError where there is one or none can be."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        there = isinstance(error, FileExistsError)
        no_room = Fault("output_not_written", file=str(path), why=error.strerror)
        raise UnusableError(Fault("output_exists", file=str(path)) if there else no_room) from error


@click.group()
def audit() -> None:
    """Nhật ký của những việc đã làm trên trang web. | The log of what was done on the site."""


@audit.command("verify")
@click.option(
    "--noted",
    metavar="SỐ:MÃ_BĂM",
    help="Số và mã băm đã ghi lại nơi khác. | A number and hash that were noted elsewhere.",
)
@home_option
def verify(noted: str | None, home: str) -> int:
    """Kiểm tra nhật ký có bị sửa, mất mục nào không; in số và mã băm cuối để ghi lại nơi khác.

    Check that the log was not altered; prints the last number and hash, to be noted elsewhere.
    """
    match = NOTED.fullmatch(noted) if noted else None
    if noted and not match:
        raise UnusableError(Fault("noted_unreadable", noted=noted))
    open_site(home)
    from phucvu.accounts.audit import last
    from phucvu.accounts.audit import verify as first_broken

    broken = first_broken((int(match[1]), match[2]) if match else None)
    if broken is not None:
        click.echo(str(broken.problem), err=True)
        return 1
    number, digest = last()
    click.echo(f"{number}:{digest}")
    return 0


@audit.command("export")
@home_option
def export(home: str) -> None:
    """Mỗi mục một dòng JSON. | Each entry as a line of JSON."""
    open_site(home)
    from phucvu.accounts.audit import export as lines

    for line in lines():
        click.echo(line)
