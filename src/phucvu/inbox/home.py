"""Where an installation keeps its things: the home of the records, and the operational database."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.core.management import call_command

from phucvu.problems import Problem, UnusableError
from phucvu.records.store import Store

HOME = "PHUCVU_HOME"
"""The variable that names the folder (or s3:// address) of the records; ``./phucvu-data`` without it."""

DATABASE = "PHUCVU_DATABASE_URL"
"""The variable that names a PostgreSQL database: postgresql://user:password@host:port/name.

Without it the operational database is SQLite, ``phucvu.sqlite3`` in the home.
"""

LEAST_FREE = "PHUCVU_LEAST_FREE"
"""The variable that says how many megabytes must be free on the disks of the home and of scratch files."""


def home() -> str:
    return os.environ.get(HOME) or "phucvu-data"


def store() -> Store:
    return Store(home())


def least_free() -> int:
    """Bytes that must be free, else /healthz says so; 500 MB unless told otherwise.

    Raises UnusableError where the variable holds no whole number.
    """
    said = os.environ.get(LEAST_FREE) or "500"
    if not re.fullmatch(r"[0-9]{1,9}", said):
        raise UnusableError(
            Problem(
                f"biến {LEAST_FREE} phải là số nguyên (MB)",
                f"the variable {LEAST_FREE} must be a whole number (of MB)",
            )
        )
    return int(said) * 1_000_000


def database() -> dict[str, Any]:
    """Django's settings of the operational database.

    Raises UnusableError where there can be none: a wrong address, or SQLite beside records on s3://.
    """
    kept = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    address = os.environ.get(DATABASE)
    if address:
        return _postgresql(address) | kept
    if "://" in home():
        raise UnusableError(
            Problem(
                f"hồ sơ để ở {home()} thì cần cơ sở dữ liệu PostgreSQL trong biến {DATABASE}",
                f"records at {home()} need a PostgreSQL database, named in the variable {DATABASE}",
            )
        )
    return kept | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(home()).resolve() / "phucvu.sqlite3"),
        # In this mode FULL is what makes a commit survive a power cut.
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
        },
    }


def _postgresql(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise UnusableError(
            Problem(
                f"biến {DATABASE} phải có dạng postgresql://user:password@host:port/name",
                f"the variable {DATABASE} must read postgresql://user:password@host:port/name",
            )
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


def open_home(folder: str | Path | None = None) -> Store:
    """Make a home ready for use by this process: its database made or brought up to date.

    ``folder`` is the home, if not the one that the environment names. Every use of the inbox outside
    the site begins with this. Raises UnusableError where the database cannot be had, or a setting is wrong.
    """
    if folder is not None:
        os.environ[HOME] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phucvu.inbox.settings")
    least_free()
    if "://" not in home():
        Path(home()).mkdir(parents=True, exist_ok=True)
    django.setup()
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except django.db.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise UnusableError(
            Problem(
                f"không mở được cơ sở dữ liệu ({reason})",
                f"cannot open the operational database ({reason})",
            )
        ) from error
    return store()
