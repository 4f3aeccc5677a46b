"""`phucvu backup` and `phucvu restore`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phucvu.cli.home import home_option, open_site
from phucvu.cli.inbox import say_checked
from phucvu.cli.output import progress_bar
from phucvu.formats import whole
from phucvu.problems import UnusableError

if TYPE_CHECKING:
    from phucvu.inbox.backup import Manifest

OWN_ALONE = 0o077
"""Backups and homes hold personal data: nobody but the service's own account reads them."""


@click.command()
@click.argument("folder", metavar="THƯ_MỤC", type=click.Path(path_type=Path))
@home_option
def backup(folder: Path, home: str) -> None:
    """Sao lưu hồ sơ, cơ sở dữ liệu và mọi tệp khác vào một thư mục trống, khi trang web vẫn chạy.

    Back up records, database and all other files into an empty folder, while the site runs.
    """
    os.umask(OWN_ALONE)
    from phucvu.inbox.backup import back_up

    with progress_bar("Sao lưu | Backing up") as told:
        manifest = back_up(home, folder, told)
    click.echo("Đã sao lưu và kiểm tra: | Backed up and checked:", err=True)
    _say(manifest)


@click.command()
@click.argument("folder", metavar="THƯ_MỤC", type=click.Path(exists=True, file_okay=False, path_type=Path))
@home_option
def restore(folder: Path, home: str) -> None:
    """Khôi phục một bản sao vào nơi giữ dữ liệu còn trống, rồi kiểm tra.

    Restore a backup into an empty home, and check it.
    """
    os.umask(OWN_ALONE)
    from phucvu.inbox.backup import restore as bring_back

    with progress_bar("Khôi phục | Restoring") as told:
        manifest = bring_back(folder, home, told)
    click.echo("Đã khôi phục và kiểm tra: | Restored and checked:", err=True)
    _say(manifest)
    store = open_site(home)
    from phucvu.accounts.audit import verify
    from phucvu.inbox.reconciling import reconcile

    number, _, digest = manifest.audit.partition(":")
    broken = verify((int(number), digest) if digest else None)
    if broken is not None:
        raise UnusableError(broken.problem)
    click.echo("nhật ký nguyên vẹn | the audit log is whole")
    say_checked(reconcile(store))


def _say(manifest: Manifest) -> None:
    for name, table in manifest.records.items():
        click.echo(f"{name}: {whole(table.rows, 'vi')} dòng | {whole(table.rows, 'en')} rows")
    payloads = whole(manifest.payloads, "vi"), whole(manifest.payloads, "en")
    click.echo(f"gói đã nhận: {payloads[0]} | messages received: {payloads[1]}")
    size = sum(file.size for file in manifest.files) / 1e6
    click.echo(f"{len(manifest.files)} tệp, {size:.1f} MB | {len(manifest.files)} files, {size:.1f} MB")
    click.echo(f"nhật ký | audit log: {manifest.audit or '0'}")
