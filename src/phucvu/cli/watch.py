"""`phucvu watch`: a folder into which an office's system exports."""

from __future__ import annotations

from pathlib import Path

import click

from phucvu.cli.home import home_option

OUTCOMES = {
    "taken": "đã lấy | taken",
    "known": "đã có | known",
    "refused": "không dùng được | cannot be used",
}


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="THƯ_MỤC")
@click.option("--once", is_flag=True, help="Lấy những gì đang có rồi dừng. | Take what is there and end.")
@click.option(
    "--kind", metavar="LOẠI", help="Loại tệp, nếu không tự nhận được. | Kind of file, if not told by itself."
)
@click.option("--sender", metavar="MÃ", help="Đơn vị gửi. | The sending unit.")
@click.option("--mapping", metavar="TÊN", help="Ánh xạ cột. | Column mapping.")
@home_option
def watch(
    folder: Path, once: bool, kind: str | None, sender: str | None, mapping: str | None, home: str
) -> int:
    """Theo dõi một thư mục, nhập tệp mới rồi chuyển sang da-nhan hoặc loi. | Import files as they arrive."""
    from phucvu.intake.watch import watch as arrivals
    from phucvu.records.store import Store

    status = 0
    for handled in arrivals(Store(home), folder, once=once, kind=kind, sender=sender, mapping=mapping):
        click.echo(f"{handled.name}: {OUTCOMES[handled.outcome]} → {handled.moved_to}")
        if handled.outcome == "refused":
            status = 2
        elif handled.taken is not None and handled.taken.set_aside:
            status = max(status, 1)
    return status
