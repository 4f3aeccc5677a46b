"""`phucvu inbox`: what came over the API, brought in once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from phucvu.cli.home import home_option, open_site
from phucvu.formats import whole
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    from phucvu.inbox.reconciling import Checked
    from phucvu.records.mending import Torn


@click.group()
def inbox() -> None:
    """Những gì các hệ thống đã gửi qua API. | What systems sent over the API."""


@inbox.command("replay")
@click.option("--to", required=True, metavar="THƯ_MỤC", help="Nơi giữ dữ liệu mới. | The fresh home.")
@home_option
def replay(to: str, home: str) -> None:
    """Dựng lại hồ sơ từ mọi gói đã nhận, vào một nơi khác; số liệu phải như cũ.

    Bring everything that was ever received into a fresh home; its figures must be the same.
    """
    from phucvu.records.places import check

    check(to)
    held = open_site(home)
    from phucvu.accounts.audit import COMMAND_LINE
    from phucvu.inbox import tasks
    from phucvu.inbox.models import Payload
    from phucvu.inbox.replaying import replay as bring
    from phucvu.records.store import Store

    task = tasks.ask(tasks.REBUILD, COMMAND_LINE, "", total=Payload.objects.count())
    tasks.begin(task)
    with tasks.running(task) as step:
        messages = bring(held, Store(to), step)
    click.echo(f"Đã đưa lại {whole(messages, 'vi')} gói vào {to}.")
    click.echo(f"Brought {whole(messages, 'en')} messages into {to}.")


@inbox.command("use")
@click.argument("code", metavar="MÃ_HỒ_SƠ")
@click.option("--sender", metavar="MÃ", help="Đơn vị gửi, khi nhiều nơi cùng mã. | The sending unit.")
@click.option("--version", type=int, metavar="SỐ", help="Tính theo phiên bản này. | Count this version.")
@click.option("--reason", default="", metavar="LÝ_DO", help="Vì sao; ghi vào nhật ký. | Why.")
@home_option
def use(code: str, sender: str | None, version: int | None, reason: str, home: str) -> None:
    """Xem các phiên bản của một hồ sơ; với --version, tính theo phiên bản đã chọn.

    List the versions of a dossier; with --version count the one chosen.
    """
    open_site(home)
    from phucvu.accounts import audit, personal, versions

    found = personal.dossiers(code, sender)
    if len(found) != 1:
        senders = ", ".join(dossier.sender for dossier in found)
        none = Fault("dossier_not_held", named=code)
        raise UnusableError(Fault("dossier_of_several", named=code, senders=senders) if found else none)
    [dossier] = found
    if version is not None:
        changed = versions.choose(audit.COMMAND_LINE, dossier.unit, dossier.sender, code, version, reason)
        if not changed:
            said = f"Phiên bản {version} đang được tính rồi. | Version {version} counts already."
            click.echo(said, err=True)
    for one in versions.versions(dossier.sender, code):
        differs = [d.column for d in one.differences] + [words.en for words in one.fields]
        said = "counts" if one.counts else "differs: " + ", ".join(differs) if differs else "the same"
        click.echo(f"{one.number}\t{one.arrived:%Y-%m-%d %H:%M:%S}\t{said}")


@inbox.command("check")
@click.option(
    "--mend",
    is_flag=True,
    help="Đưa bảng chép dở về lần ghi gần nhất còn đủ tệp. "
    "| Take tables copied in part back to their latest whole commit.",
)
@home_option
def check(home: str, mend: bool) -> None:
    """Xem hồ sơ có đủ những gì đã chuyển vào chưa; gói nào thiếu sẽ được chuyển lại khi trang web chạy.

    Check that the records hold all that was moved into them; what they lack is moved again by the site.
    """
    store = open_site(home)
    from phucvu.inbox.reconciling import reconcile
    from phucvu.records.mending import go_back, torn

    found = torn(store)
    beyond = [table for table in found if not mend or table.whole is None]
    if beyond:
        raise UnusableError(_problem(table, home) for table in beyond)
    for table in found:
        go_back(store, table)
        click.echo(f"{table.name}: {table.last} → {table.whole}")
    say_checked(reconcile(store))


def _problem(table: Torn, home: str) -> Fault:
    place = f"{home}/records/{table.name}"
    if table.whole is None:
        return Fault("no_commit_whole", file=place)
    return Fault("commits_torn", file=place, whole=table.whole)


def say_checked(checked: Checked) -> None:
    """What became of the check, in one line of each language."""
    click.echo(
        f"{whole(checked.payloads, 'vi')} gói đã nhận; {whole(checked.again, 'vi')} gói đợi chuyển lại"
        f" vào hồ sơ; {whole(checked.gone, 'vi')} gói thiếu mà nội dung không còn giữ."
    )
    click.echo(
        f"{whole(checked.payloads, 'en')} messages received; {whole(checked.again, 'en')} wait to be moved"
        f" into the records again; {whole(checked.gone, 'en')} are lacking and no longer kept."
    )
