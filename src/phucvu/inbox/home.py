"""Where an installation keeps its things: the home of the records, and the operational database."""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.core.management import call_command

from phucvu.problems import Problem, UnusableError
from phucvu.records.places import check, keep_private
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


@dataclass(frozen=True)
class Keep:
    """Days that payloads, versions of dossiers that do not count any more, and replaced files are kept.

    0 is for ever, but for files, which are kept a day at least.
    """

    payloads: int = 400
    versions: int = 1830
    files: int = 1

    @classmethod
    def chosen(cls) -> Self:
        """As the environment says. Raises UnusableError where it says no such number of days."""
        return cls(
            payloads=_days("PHUCVU_KEEP_PAYLOADS", cls.payloads, 0),
            versions=_days("PHUCVU_KEEP_VERSIONS", cls.versions, 0),
            files=_days("PHUCVU_KEEP_FILES", cls.files, 1),
        )


def _days(name: str, unset: int, least: int) -> int:
    said = os.environ.get(name) or str(unset)
    if not re.fullmatch(r"[0-9]{1,5}", said) or int(said) < least:
        raise UnusableError(
            Problem(
                f"biến {name} phải là số ngày từ {least} đến 99999, gặp “{said[:20]}”",
                f"the variable {name} must be a number of days from {least} to 99999, found “{said[:20]}”",
            )
        )
    return int(said)


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
    """Django's settings of a database at postgresql://user:password@host:port/name?option=value&….

    Everything is percent-decoded. Options are those of libpq, which checks their values when connecting.
    """
    # These modules are of no use without such an address.
    import psycopg

    from phucvu.inbox.postgresql.base import CONNECT, STATEMENT

    try:
        parts = urlsplit(address)
        port = parts.port
        said = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise _wrong_address() from None
    host = parts.netloc.rpartition("@")[2]
    host = host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]
    name = unquote(parts.path.strip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name or parts.fragment or port == 0:
        raise _wrong_address()
    options: dict[str, Any] = dict(said)
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    unknown = options.keys() - (known - {"dbname", "user", "password", "client_encoding"})
    if unknown or len(options) < len(said):
        wrong = ", ".join(sorted(unknown)) or ", ".join(sorted({n for n, _ in said}))
        raise UnusableError(
            Problem(
                f"biến {DATABASE}: tùy chọn không dùng được hoặc ghi hai lần: {wrong}",
                f"the variable {DATABASE}: an option that is unknown or given twice: {wrong}",
            )
        )
    host, given_port = options.pop("host", unquote(host)), options.pop("port", str(port or ""))
    if not re.fullmatch(r"[0-9]{0,5}", given_port) or int(given_port or 1) not in range(1, 65536):
        raise _wrong_address()
    # What the address says comes last, and so counts.
    options["options"] = f"-c statement_timeout={STATEMENT}s {options.get('options', '')}".strip()
    return {
        "ENGINE": "phucvu.inbox.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": given_port,
        "OPTIONS": {"connect_timeout": CONNECT} | options,
    }


def _wrong_address() -> UnusableError:
    return UnusableError(
        Problem(
            f"biến {DATABASE} phải có dạng postgresql://user:password@host:port/name?sslmode=require",
            f"the variable {DATABASE} must read postgresql://user:password@host:port/name?sslmode=require",
        )
    )


def open_home(folder: str | Path | None = None) -> Store:
    """Make a home ready for use by this process: its database made or brought up to date.

    ``folder`` is the home, if not the one that the environment names. Every use of the inbox outside
    the site begins with this. Raises UnusableError where the database cannot be had, or a setting is wrong.
    """
    if folder is not None:
        os.environ[HOME] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phucvu.inbox.settings")
    least_free()
    Keep.chosen()
    check(home())
    keep_private()
    if "://" not in home():
        Path(home()).mkdir(parents=True, exist_ok=True)
    django.setup()
    try:
        connection = django.db.connection
        with connection.unlimited() if connection.vendor == "postgresql" else nullcontext():
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
