"""`phucvu publication`: freezing periods as numbered editions, and checking them years later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phucvu.cli.home import home_option, open_site, period_option
from phucvu.cli.named_files import A_FILE
from phucvu.cli.output import print_table
from phucvu.cli.verify import read_file, read_key, read_note
from phucvu.figures.periods import Period
from phucvu.formats import moment
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    from phucvu.editions.models import Edition

number_argument = click.argument("number", type=int, metavar="SỐ")
destination_option = click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="TỆP", help="Ghi vào đâu. | Where to."
)


@click.group()
def publication() -> None:
    """Công bố kết quả một kỳ và kiểm chứng về sau. | Publishing a period's results, provable later."""


@publication.command("freeze")
@period_option
@click.option("--unit", metavar="MÃ", help="Đơn vị công bố. | The unit that publishes.")
@click.option("--reason", default="", metavar="CÂU", help="Lý do đính chính. | Why it corrects.")
@home_option
def freeze(period: Period, unit: str | None, reason: str, home: str) -> None:
    """Chốt kết quả một kỳ thành kỳ công bố có số. | Freeze the results of a period as a numbered edition."""
    store = open_site(home)
    from phucvu.accounts import audit, units
    from phucvu.editions import freezing

    if unit is None:
        roots = [one.code for one in units.every() if one.parent is None]
        if len(roots) != 1:
            raise UnusableError(Fault("publishing_unit_needed"))
        [unit] = roots
    elif unit not in units.every():
        raise UnusableError(Fault("unit_unknown", name=unit))
    made = freezing.freeze(store, period, audit.COMMAND_LINE, unit, reason)
    if made.number is None:
        click.echo("Đã chốt; chờ người thứ hai duyệt. | Frozen; waits for a second person.")
    else:
        said = f"Đã công bố kỳ {period}, số {made.number}. | Published {period} as edition {made.number}."
        click.echo(said)


@publication.command("list")
@home_option
def list_(home: str) -> None:
    """Mọi kỳ công bố. | Every edition."""
    open_site(home)
    from phucvu.editions.models import Edition

    rows = [
        (
            str(one.number or "—"),
            one.period,
            moment(one.frozen_at),
            one.unit,
            str(one.corrects or ""),
            one.reason,
            _state(one),
        )
        for one in Edition.objects.order_by("pk")
    ]
    if not rows:
        click.echo("Chưa công bố kỳ nào. | Nothing was published yet.")
        return
    columns = ("số", "kỳ", "chốt lúc", "đơn vị", "thay cho số", "lý do", "trạng thái")
    print_table("Kỳ công bố | Editions", [(c, n in (0, 4)) for n, c in enumerate(columns)], rows)


def _state(one: Edition) -> str:
    if one.refused:
        return "không duyệt | refused"
    return "chờ duyệt | waits" if one.number is None else "đã công bố | published"


@publication.command("verify")
@number_argument
@click.option(
    "--checkpoint",
    type=A_FILE,
    metavar="TỆP",
    help="Dấu xác nhận giữ ở nơi khác. | A checkpoint of the log that was kept elsewhere.",
)
@home_option
def verify(number: int, checkpoint: Path | None, home: str) -> None:
    """Đếm lại từ hồ sơ đúng như lúc công bố và kiểm tra chữ ký, sổ công bố, nhật ký.

    Recount from the records as they were, and check signatures, log and audit log.
    """
    store = open_site(home)
    from phucvu.editions import verification

    noted = None if checkpoint is None else read_note(checkpoint)
    found = verification.verify(store, number, noted)
    for fault in found:
        click.echo(str(fault), err=True)
    if found:
        raise SystemExit(1)
    said = f"Kỳ công bố số {number} đúng đến chữ số cuối. | Edition {number} agrees to the last digit."
    click.echo(said)


@publication.command("proof")
@number_argument
@click.option("--unit", required=True, metavar="MÃ", help="Đơn vị. | The unit.")
@click.option("--item", default="total", metavar="MÃ", help="Chỉ số, nhóm hoặc total. | What of it.")
@destination_option
@home_option
def proof(number: int, unit: str, item: str, out: Path, home: str) -> None:
    """Bằng chứng của một số liệu đã công bố, thành tệp kiểm tra được ở bất kỳ máy nào.

    The proof of one published value, as a file that any machine can check.
    """
    open_site(home)
    from phucvu.editions import verification
    from phucvu.editions.proving import Proofs

    out.write_text(str(Proofs(verification.edition(number)).of(unit, item)), encoding="utf-8")


@publication.command("export")
@number_argument
@destination_option
@home_option
def export(number: int, out: Path, home: str) -> None:
    """Dữ liệu mở của kỳ công bố: CSV, Parquet và mô tả, trong một tệp ZIP.

    The open data of an edition: CSV, Parquet and what describes them, in one ZIP.
    """
    open_site(home)
    from phucvu.editions import open_data, verification

    out.write_bytes(open_data.package(verification.edition(number)).zip)


@publication.command("key")
@click.option("--witness", is_flag=True, help="Khóa làm chứng cho nơi khác. | The one it witnesses with.")
@destination_option
@home_option
def key(witness: bool, out: Path, home: str) -> None:
    """Khóa công khai, để ai cũng kiểm tra được chữ ký. | The office's public key, for all to have."""
    open_site(home)
    from phucvu.editions.office_key import public_key, witness_key

    found = witness_key().public if witness else public_key()
    out.write_text(f"{found}\n", encoding="utf-8")
    click.echo(str(found))


@publication.command("log")
@destination_option
@home_option
def log(out: Path, home: str) -> None:
    """Ghi sổ công bố thành các tệp theo chuẩn tlog-tiles, để nơi khác giữ và làm chứng.

    Write the log as files (tlog-tiles), for others to keep and to witness.
    """
    open_site(home)
    from phucvu.editions import exporting

    for path, content in exporting.files():
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


@publication.command("witness")
@click.argument("checkpoint", type=A_FILE, metavar="TỆP")
@click.option("--key", required=True, metavar="KHÓA", help="Khóa của sổ ấy. | That log's key.")
@click.option(
    "--proof",
    "consistency",
    type=A_FILE,
    metavar="TỆP",
    help="Bằng chứng sổ chỉ được ghi thêm. | The proof that the log only grew.",
)
@destination_option
@home_option
def witness(checkpoint: Path, key: str, consistency: Path | None, out: Path, home: str) -> None:
    """Làm chứng cho sổ công bố của đơn vị khác: từ lần trước đến nay sổ chỉ được ghi thêm.

    Witness another office's log: since it was last seen it has only grown.
    """
    open_site(home)
    from phucvu.editions import witnessing
    from phucvu.proofs.note import decoded

    lines = [] if consistency is None else read_file(consistency).decode().split()
    try:
        hashes = [decoded(line) for line in lines]
    except ValueError as error:
        raise UnusableError(Fault("proof_unreadable", file=str(consistency))) from error
    out.write_text(str(witnessing.witness(read_note(checkpoint), read_key(key), hashes)), encoding="utf-8")


@publication.command("grown")
@click.option("--since", type=int, default=0, metavar="SỐ", help="Số dòng đã thấy. | The size seen before.")
@destination_option
@home_option
def grown(since: int, out: Path, home: str) -> None:
    """Bằng chứng sổ công bố chỉ được ghi thêm kể từ số dòng đã thấy, cho người làm chứng.

    The proof for a witness that the log has only grown since it was seen.
    """
    open_site(home)
    from phucvu.editions.witnessing import consistency_since
    from phucvu.proofs.note import encoded

    out.write_text("".join(f"{encoded(one)}\n" for one in consistency_since(since)), encoding="utf-8")


@publication.command("cosigned")
@click.argument("checkpoint", type=A_FILE, metavar="TỆP")
@click.option(
    "--key", "keys", multiple=True, required=True, metavar="KHÓA", help="Khóa làm chứng. | Its key."
)
@home_option
def cosigned(checkpoint: Path, keys: tuple[str, ...], home: str) -> None:
    """Giữ chữ ký của người làm chứng cùng sổ công bố. | Keep a witness's signature with the log."""
    open_site(home)
    from phucvu.editions.witnessing import add_cosignature

    new = add_cosignature(read_note(checkpoint), [read_key(key) for key in keys])
    click.echo(f"Thêm {new} chữ ký. | {new} signatures added.")
