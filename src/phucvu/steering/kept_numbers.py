"""What was learnt, as a file: numbers in JSON, which reading cannot make do anything."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

LARGEST = 64 << 20
"""Bytes of a file that is read."""


def write_numbers(path: Path, said: dict[str, Any]) -> None:
    """Put the file in place at once; only its owner reads it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(said, file)
    unfinished.replace(path)


def read_numbers(path: Path, meaning: int) -> dict[str, Any] | None:
    """What a file holds; None where there is none, none that can be read, or one of another meaning."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
        return said if said["meaning"] == meaning else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
