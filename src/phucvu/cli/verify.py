"""`phucvu verify`: is a published value what an office signed? Without network, by the standard library."""

from __future__ import annotations

from pathlib import Path

import click

from phucvu.cli.named_files import A_FILE
from phucvu.problems import Fault, UnusableError
from phucvu.proofs.errors import ProofError
from phucvu.proofs.note import LARGEST, Note, PublicKey
from phucvu.proofs.proof import read_any


def read_file(path: Path) -> bytes:
    """A small file. Raises UnusableError where it is larger than any proof."""
    with path.open("rb") as content:
        data = content.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnusableError(Fault("proof_too_large", file=str(path), most=LARGEST))
    return data


def read_note(path: Path) -> Note:
    """A signed note. Raises UnusableError where the file holds none."""
    try:
        return Note.read(read_file(path).decode())
    except UnicodeDecodeError as error:
        raise UnusableError(Fault("proof_note_unreadable", file=str(path))) from error
    except ProofError as error:
        raise UnusableError(Fault(error.code, file=str(path), **error.parameters)) from error


def read_key(said: str) -> PublicKey:
    """A public key, or the one in a file of that name. Raises UnusableError where there is none."""
    try:
        text = read_file(Path(said)).decode() if len(said) < 200 and Path(said).is_file() else said
        return PublicKey.read(text)
    except (ProofError, UnicodeDecodeError) as error:
        raise UnusableError(Fault("proof_key_unusable")) from error


@click.command()
@click.argument("proof", metavar="BẰNG_CHỨNG")
@click.option("--key", required=True, metavar="KHÓA", help="Khóa của đơn vị, hoặc tệp. | The office's key.")
@click.option(
    "--checkpoint",
    type=A_FILE,
    metavar="TỆP",
    help="Dấu xác nhận, nếu bằng chứng không có chữ ký. | The signed checkpoint, where the proof has none.",
)
def verify(proof: str, key: str, checkpoint: Path | None) -> None:
    """Kiểm tra một số liệu đã công bố, không cần mạng: tệp, hoặc chữ trong mã QR của văn bản.

    Check a published value without network: a file, or the text of the QR code of a letter.
    """
    file = Path(proof)
    known = len(proof) < 200 and file.is_file()
    try:
        found = read_any(read_file(file) if known else proof.encode())
        if checkpoint is not None:
            found = found.under(read_note(checkpoint))
        found.checked([read_key(key)])
    except ProofError as error:
        raise UnusableError(Fault(error.code, file=str(file) if known else "", **error.parameters)) from error
    said = found.checkpoint
    click.echo(f"Đúng như đã công bố | As it was published: {found.entry.decode(errors='replace')}")
    click.echo(f"{said.origin}, {said.size} dòng | entries")
