"""The office's key: what its editions and its log are signed with."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from phucvu import configuration
from phucvu.inbox.home import home
from phucvu.problems import Fault, UnusableError
from phucvu.proofs.errors import ProofError
from phucvu.proofs.note import Kind, PublicKey
from phucvu.proofs.signing import SigningKey

FILE = "edition.key"
LARGEST = 4096


def path() -> Path:
    """Where the key stands: PHUCVU_EDITION_KEY, else ``edition.key`` in the home.

    Raises UnusableError where the home is no folder and the setting is not set.
    """
    if given := configuration.current().edition_key:
        return Path(given)
    if "://" in home():
        raise UnusableError(Fault("edition_key_needs_a_file", home=home()))
    return Path(home()) / FILE


def office_key() -> SigningKey:
    """The key, made at first use under the name of PHUCVU_LOG_NAME.

    Raises UnusableError where its file cannot be read.
    """
    file = path()
    if not file.exists():
        _make(file, SigningKey.new(configuration.current().log_name))
    try:
        with file.open(encoding="utf-8") as content:
            return SigningKey.read(content.read(LARGEST))
    except (ProofError, UnicodeDecodeError) as error:
        raise UnusableError(Fault("edition_key_unreadable", file=str(file))) from error


def witness_key() -> SigningKey:
    """The key with which this office witnesses the logs of others: a name and kind of its own.

    Cosignatures do not say whose log they are of, so they need a key of their own.
    """
    own = office_key()
    file = path().with_name(f"witness-{path().name}")
    if not file.exists():
        _make(file, SigningKey.new(f"{own.name}/witness", Kind.COSIGNATURE))
    return SigningKey.read(file.read_text(encoding="utf-8"))


def _make(file: Path, key: SigningKey) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f"{file.name}.{os.getpid()}.unfinished")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(f"{key.secret}\n")
    # Of two processes that make one at once, the other's stands.
    with contextlib.suppress(FileExistsError):
        os.link(made, file)
    made.unlink()


def public_key() -> PublicKey:
    """What others check the office's signatures with."""
    return office_key().public
