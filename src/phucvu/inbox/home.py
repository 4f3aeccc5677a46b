"""Where an installation keeps its things: the home of the records, and the operational database."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from phucvu import configuration
from phucvu.problems import Fault, UnusableError
from phucvu.records.places import check, keep_private
from phucvu.records.store import Store


def home() -> str:
    return configuration.current().home


def store() -> Store:
    """The records of the home; a process keeps what it has read of them."""
    return _store(home(), os.getpid())


@lru_cache(maxsize=2)
def _store(of: str, _process: int) -> Store:
    # Of the process too: what DuckDB has open does not outlive a fork.
    return Store(of)


def database() -> dict[str, Any]:
    """Django's settings of the operational database.

    Raises UnusableError where there can be none: a wrong address, or SQLite beside records on s3://.
    """
    kept = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    if address := configuration.current().database_url:
        return _postgresql(address) | kept
    if "://" in home():
        raise UnusableError(Fault("remote_home_needs_database", home=home()))
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

    libpq reads the address, with whatever options it knows; it checks their values when connecting.
    """
    # These modules are of no use without such an address.
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    from phucvu.inbox.postgresql.base import CONNECT, STATEMENT

    named = re.findall(r"[?&]([^=&]+)", address)
    wrong = not address.startswith(("postgresql://", "postgres://")) or "#" in address
    wrong = wrong or len(set(named)) < len(named) or not OF_THE_ADDRESS.isdisjoint(named)
    try:
        options: dict[str, Any] = {} if wrong else dict(conninfo_to_dict(address))
    except psycopg.ProgrammingError:
        options = {}
    port = options.pop("port", "")
    wrong = not re.fullmatch(r"[0-9]{0,5}", port) or int(port or 1) not in range(1, 65536)
    if wrong or not options.get("dbname"):
        # What libpq says of it may hold the password.
        raise UnusableError(Fault("database_address_wrong"))
    # What the address says comes last, and so counts.
    options["options"] = f"-c statement_timeout={STATEMENT}s {options.get('options', '')}".strip()
    return {
        "ENGINE": "phucvu.inbox.postgresql",
        "NAME": options.pop("dbname"),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": port,
        "OPTIONS": {"connect_timeout": CONNECT} | options,
    }


OF_THE_ADDRESS = {"dbname", "user", "password", "client_encoding"}
"""Options of libpq that stand elsewhere in the address, or are Django's."""


def open_home(folder: str | Path | None = None, settings: str = "phucvu.inbox.settings") -> Store:
    """Make a home ready for use by this process: its database made or brought up to date.

    ``folder`` is the home, if not the one that the environment names; ``settings`` are Django's, unless
    they are named already. Every use of the inbox outside the site begins with this. Raises UnusableError
    where the database cannot be had, or a setting is wrong.
    """
    if folder is not None:
        configuration.choose(home=str(folder))
    check(home())
    set_up(settings)
    try:
        connection: Any = django.db.connection
        with connection.unlimited() if connection.vendor == "postgresql" else nullcontext():
            call_command("migrate", interactive=False, verbosity=0)
    except django.db.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise UnusableError(Fault("database_not_opened", reason=reason)) from error
    return store()


def set_up(settings: str) -> None:
    """Load the models, and make the folder of the home where it is lacking; its database is not touched."""
    # Django takes the name of its settings from here alone.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    keep_private()
    if "://" not in home():
        Path(home()).mkdir(parents=True, exist_ok=True)
    django.setup()


PATIENCE = 2.0
"""Seconds between two tries to open the home; the database may have gone away for a while."""


def opened(settings: str = "phucvu.inbox.settings") -> Store:
    """The home, as soon as it can be opened; why it cannot is said once for each reason."""
    said = ""
    while True:
        try:
            return open_home(settings=settings)
        except UnusableError as error:
            if str(error) != said:
                said = str(error)
                print(said, file=sys.stderr, flush=True)
            time.sleep(PATIENCE)
