"""`phucvu senders`: the accounts of systems that send dossiers over the API."""

from __future__ import annotations

import click

from phucvu.cli.home import home_option, open_site
from phucvu.cli.output import print_table
from phucvu.formats import moment, whole


@click.group()
def senders() -> None:
    """Tài khoản của các hệ thống gửi hồ sơ qua API. | Accounts of systems that send over the API."""


@senders.command("add")
@click.argument("name", metavar="TÊN")
@click.option("--unit", required=True, metavar="MÃ", help="Đơn vị mà tài khoản gửi thay. | Its unit.")
@home_option
def add(name: str, unit: str, home: str) -> None:
    """Lập tài khoản cho một đơn vị và các đơn vị trực thuộc; mật khẩu chỉ hiện một lần.

    Make an account for a unit and those below it; its secret is shown once.
    """
    store = open_site(home)
    from phucvu.accounts.audit import COMMAND_LINE, append
    from phucvu.inbox.senders import create

    secret = create(store, name, unit)
    append(COMMAND_LINE, "sender made", object=name, unit=unit)
    click.echo(f"Đã lập tài khoản {name} cho {unit}. Mật khẩu (chỉ hiện lần này):", err=True)
    click.echo(f"Made the account {name} for {unit}. Its secret (shown this once):", err=True)
    click.echo(secret)


@senders.command("list")
@home_option
def list_(home: str) -> None:
    """Các tài khoản, đã nhận bao nhiêu, lần gửi cuối. | The accounts, what came, and when last."""
    open_site(home)
    from phucvu.inbox.senders import every

    rows = [
        (
            sender.name,
            sender.unit,
            "mở | open" if sender.enabled else "đóng | closed",
            moment(sender.last_message_at) if sender.last_message_at else "",
            whole(sender.accepted, "vi"),
            whole(sender.set_aside, "vi"),
            whole(sender.refused, "vi"),
        )
        for sender in every()
    ]
    if not rows:
        click.echo("Chưa có tài khoản nào. | There are no accounts.")
        return
    columns = ("tài khoản", "đơn vị", "trạng thái", "lần gửi cuối", "đã nhận", "chờ xử lý", "từ chối")
    print_table(
        "Tài khoản gửi hồ sơ | Sending accounts", [(name, n > 3) for n, name in enumerate(columns)], rows
    )


@senders.command("close")
@click.argument("name", metavar="TÊN")
@home_option
def close(name: str, home: str) -> None:
    """Đóng một tài khoản và các phiên của nó, ngay lập tức. | Close an account and its sessions at once."""
    open_site(home)
    from phucvu.accounts.audit import COMMAND_LINE, append
    from phucvu.inbox.senders import disable

    disable(name)
    append(COMMAND_LINE, "sender closed", object=name)
    click.echo(f"Đã đóng tài khoản {name}. | Closed the account {name}.")
