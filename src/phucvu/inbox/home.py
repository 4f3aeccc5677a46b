"""Where an installation keeps its things: the home of the records, and the operational database."""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.core.management import call_command

from phucvu import configuration
from phucvu.problems import Problem, UnusableError
from phucvu.records.places import check, keep_private
from phucvu.records.store import Store


def home() -> str:
    return configuration.current().home


def store() -> Store:
    return Store(home())


def database() -> dict[str, Any]:
    """Django's settings of the operational database.

    Raises UnusableError where there can be none: a wrong address, or SQLite beside records on s3://.
    """
    kept = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    if address := configuration.current().database_url:
        return _postgresql(address) | kept
    if "://" in home():
        raise UnusableError(
            Problem(
                f"hồ sơ để ở {home()} thì cần cơ sở dữ liệu PostgreSQL trong biến PHUCVU_DATABASE_URL",
                f"records at {home()} need a PostgreSQL database, named in the variable PHUCVU_DATABASE_URL",
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
                f"biến PHUCVU_DATABASE_URL: tùy chọn không dùng được hoặc ghi hai lần: {wrong}",
                f"the variable PHUCVU_DATABASE_URL: an option that is unknown or given twice: {wrong}",
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
            "biến PHUCVU_DATABASE_URL phải có dạng postgresql://user:password@host:port/name?sslmode=require",
            "the variable PHUCVU_DATABASE_URL must read postgresql://user:password@host:port/name?sslmode=require",
        )
    )


def open_home(folder: str | Path | None = None, settings: str = "phucvu.inbox.settings") -> Store:
    """Make a home ready for use by this process: its database made or brought up to date.

    ``folder`` is the home, if not the one that the environment names; ``settings`` are Django's, unless
    they are named already. Every use of the inbox outside the site begins with this. Raises UnusableError
    where the database cannot be had, or a setting is wrong.
    """
    if folder is not None:
        configuration.choose(home=str(folder))
    # Django takes the name of its settings from here alone.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
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
