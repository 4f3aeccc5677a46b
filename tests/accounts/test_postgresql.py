"""What PostgreSQL does otherwise: a link that several use at once, and rows older than a migration."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .. import starting

pytestmark = pytest.mark.postgres

LINK = """
import threading
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from django.test import Client, override_settings
from phucvu.accounts import audit, managing, passwords, units
from phucvu.accounts.models import AuditEntry, User
from phucvu.web.serve import gather_static_files

gather_static_files()
user = managing.create(audit.COMMAND_LINE, username="canbo", email="canbo@vidu.vn", role="staff", unit="H21")
link = managing.link(audit.COMMAND_LINE, user)
clients = [Client(headers={"host": "127.0.0.1"}) for _ in range(4)]
forms = [one.get(link).headers["location"] for one in clients]
together = threading.Barrier(len(clients))
valid = passwords.View.form_valid

def wait(view, form):
    together.wait(timeout=60)
    return valid(view, form)

passwords.View.form_valid = wait

def use(number):
    said = {f"password{n}": f"mat-khau-thu-{number}-2026" for n in (1, 2)}
    try:
        return clients[number].post(forms[number], said).status_code
    finally:
        connection.close()

with ThreadPoolExecutor(len(clients)) as pool:
    statuses = list(pool.map(use, range(len(clients))))
user.refresh_from_db()
say({
    "statuses": sorted(statuses),
    "is the winner's": user.check_password(f"mat-khau-thu-{statuses.index(302)}-2026"),
    "told": AuditEntry.objects.filter(action="password set by link").count(),
    "whole": audit.verify() is None,
})
"""

MIGRATION = """
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.db import connection
from phucvu.accounts import audit, managing

call_command("migrate", "accounts", "0001", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("ALTER TABLE socialaccount_socialaccount ALTER COLUMN uid TYPE varchar(191)")
user = managing.create(audit.COMMAND_LINE, username="cu", email="cu@vidu.vn", role="staff", unit="H21")
SocialAccount.objects.create(user=user, provider="office", uid="c" * 191)

def length():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT character_maximum_length FROM information_schema.columns"
            " WHERE table_name = 'socialaccount_socialaccount' AND column_name = 'uid'"
        )
        return cursor.fetchone()[0]

before = length()
call_command("migrate", verbosity=0)
new = managing.create(
    audit.COMMAND_LINE, username="moi", email="moi@vidu.vn", role="staff", unit="H21", subject="m" * 255
)
say({
    "lengths": [before, length()],
    "kept": managing.subject_of(user) == "c" * 191,
    "longest": len(managing.subject_of(new)),
})
"""


@pytest.fixture(scope="module")
def database(new_database: Callable[[], str]) -> str:
    return new_database()


def inside(code: str, home: Path, database: str) -> Any:
    """What a piece of Python says of the site over the database."""
    before = (
        "import json\nfrom phucvu.inbox.home import open_home\nfrom phucvu.records.store import Store\n"
        "import polars as pl\nstore = open_home()\nsay = lambda value: print(json.dumps(value))\n"
        "units = [('H21', 'UBND tỉnh Thử', 'province', None)]\n"
        "frame = pl.DataFrame(units, schema=['code', 'name', 'kind', 'parent'], orient='row')\n"
        "store.append('units', frame)\n"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "phucvu.web.settings",
        "PHUCVU_HOME": str(home),
        "PHUCVU_DATABASE_URL": database,
        "PHUCVU_HTTPS": "0",
        "PHUCVU_STATIC": str(home / "static"),
    }
    done = starting.python(before + code, environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_link_that_many_use_at_once_works_once(tmp_path: Path, database: str) -> None:
    assert inside(LINK, tmp_path, database) == {
        "statuses": [200, 200, 200, 302],
        "is the winner's": True,
        "told": 1,
        "whole": True,
    }


def test_rows_older_than_the_longer_number_stay(tmp_path: Path, database: str) -> None:
    assert inside(MIGRATION, tmp_path, database) == {"lengths": [191, 255], "kept": True, "longest": 255}
