"""The key that sessions, links and kept secrets are signed and sealed with."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from phucvu import configuration
from phucvu.inbox.home import home
from phucvu.problems import Fault, UnusableError


def secret_key() -> str:
    """The key of this installation: PHUCVU_SECRET_KEY, else ``secret.key`` in the home, made at first use.

    Raises UnusableError where the home is not a folder and the variable is not set.
    """
    if given := configuration.current().secret_key:
        return given
    if "://" in home():
        raise UnusableError(Fault("remote_home_needs_key", home=home()))
    path = Path(home()) / "secret.key"
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
    # Of two processes that start at once, one makes the key and the other uses it.
    with contextlib.suppress(FileExistsError):
        os.link(made, path)
    made.unlink()
