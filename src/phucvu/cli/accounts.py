"""`phucvu accounts` and `phucvu audit`: the first administrator, and whether the audit log is whole."""

from __future__ import annotations

import re

import click

from phucvu.cli.home import home_option, open_site
from phucvu.cli.output import print_table
from phucvu.formats import moment
from phucvu.problems import Problem, UnusableError

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
        raise UnusableError(
            Problem(
                f"--noted {noted!r} phải có dạng SỐ:MÃ_BĂM như lệnh này in ra",
                f"--noted {noted!r} must read NUMBER:HASH as this command prints it",
            )
        )
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
