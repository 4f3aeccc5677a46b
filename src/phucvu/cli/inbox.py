"""`phucvu inbox`: what came over the API, brought in once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from phucvu.cli.home import home_option, open_site
from phucvu.formats import whole

if TYPE_CHECKING:
    from phucvu.inbox.reconciling import Checked


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
    from phucvu.inbox.replaying import replay as bring
    from phucvu.records.store import Store

    messages = bring(held, Store(to))
    click.echo(f"Đã đưa lại {whole(messages, 'vi')} gói vào {to}.")
    click.echo(f"Brought {whole(messages, 'en')} messages into {to}.")


@inbox.command("check")
@home_option
def check(home: str) -> None:
    """Xem hồ sơ có đủ những gì đã chuyển vào chưa; gói nào thiếu sẽ được chuyển lại khi trang web chạy.

    Check that the records hold all that was moved into them; what they lack is moved again by the site.
    """
    store = open_site(home)
    from phucvu.inbox.reconciling import reconcile

    say_checked(reconcile(store))


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
