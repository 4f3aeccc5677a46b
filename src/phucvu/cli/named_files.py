"""The files that commands are given, and those they write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""A file that is read."""

NEW_FILE = click.Path(dir_okay=False, path_type=Path)
"""A file that is written; one that stands there is written over."""


def out_option(what: str) -> Callable[[Any], Any]:
    """The option `--out` of a command that writes one file; ``what`` that file is, in both languages."""
    return click.option("--out", type=NEW_FILE, required=True, metavar="TỆP", help=what)
