"""The audit log: nothing of it can be changed unnoticed, and processes never fork it."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phucvu.accounts import audit
from phucvu.accounts.models import AuditEntry, AuditHead, User
from phucvu.inbox import sessions
from phucvu.inbox.answers import RefusedError
from phucvu.inbox.clock import now
from phucvu.inbox.models import Sender

from .. import starting
from ..signing import sign

FIELDS = ["number", "moment", "actor", "action", "object", "unit", "details", "previous", "hash"]

texts = st.text(max_size=40)
entries = st.lists(
    st.tuples(texts, texts, texts, st.dictionaries(texts, texts, max_size=2)), min_size=1, max_size=5
)


def write(*said: tuple[str, str, str, dict[str, str]]) -> None:
    with transaction.atomic():
        AuditEntry.objects.all().delete()
        AuditHead.objects.update(count=0, hash=audit.BEGINNING)
        for actor, action, thing, details in said:
            audit.append(actor, action, object=thing, unit="H21", said=details)


def write_some(count: int = 5) -> None:
    write(*[("quantri", f"việc {number}", "hồ sơ", {}) for number in range(1, count + 1)])


def broken(noted: tuple[int, str] | None = None) -> int | None:
    found = audit.verify(noted)
    return found.number if found else None


def test_an_entry_says_what_was_given() -> None:
    entry = audit.append(
        "canbo", "xem", object="HS-1", unit="H21", reason="đối chiếu", day=dt.date(2026, 1, 2)
    )
    entry.refresh_from_db()
    assert (entry.number, entry.actor, entry.action, entry.object, entry.unit) == (
        1, "canbo", "xem", "HS-1", "H21",
    )  # fmt: skip
    assert entry.said == {"reason": "đối chiếu", "day": "2026-01-02"}
    assert entry.previous == audit.BEGINNING
    assert audit.last() == (1, entry.hash)


def test_hash_is_what_the_documentation_says() -> None:
    """Somebody else's program must be able to check the export."""
    import hashlib

    write_some(2)
    previous = "0" * 64
    for line in audit.export():
        said: dict[str, Any] = json.loads(line)
        own = said.pop("hash")
        assert said.pop("zone") == "+07:00"
        assert said["previous"] == previous
        said["details"] = json.dumps(
            said["details"], ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(canonical.encode()).hexdigest()
        assert own == previous


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=entries)
def test_whatever_is_said_the_log_holds(said: list[tuple[str, str, str, dict[str, str]]]) -> None:
    write(*said)
    assert audit.verify() is None
    assert AuditEntry.objects.count() == len(said)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_any_field_is_found(data: st.DataObject) -> None:
    write_some()
    number = data.draw(st.integers(1, 5))
    field = data.draw(st.sampled_from(FIELDS))
    now = getattr(AuditEntry.objects.get(number=number), field)
    values: dict[type, st.SearchStrategy[Any]] = {
        int: st.integers(-5, 50),
        dt.datetime: st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1)),
        str: st.one_of(texts, st.just(now.upper() if isinstance(now, str) else "")),
    }
    other = data.draw(values[type(now)].filter(lambda value: value != now))
    if field == "number" and AuditEntry.objects.filter(number=other).exists():
        return
    AuditEntry.objects.filter(number=number).update(**{field: other})
    assert audit.verify() is not None


def test_an_entry_taken_out_is_missed() -> None:
    write_some()
    AuditEntry.objects.filter(number=3).delete()
    assert broken() == 3


@pytest.mark.parametrize("left", [0, 1, 4])
def test_a_cut_tail_is_missed(left: int) -> None:
    write_some()
    AuditEntry.objects.filter(number__gt=left).delete()
    assert broken() == left + 1


def test_two_entries_exchanged_are_found() -> None:
    write_some()
    AuditEntry.objects.filter(number=2).update(number=-1)
    AuditEntry.objects.filter(number=3).update(number=2)
    AuditEntry.objects.filter(number=-1).update(number=3)
    assert broken() == 2


def test_an_entry_put_in_at_the_end_is_found() -> None:
    write_some(2)
    last = AuditEntry.objects.get(number=2)
    forged = AuditEntry(
        number=3, moment=last.moment, actor="ai đó", action="x", details="{}", previous=last.hash
    )
    forged.hash = audit.hash_of(forged)
    forged.save(force_insert=True)
    assert broken() == 3


def test_a_head_row_changed_or_gone_is_found() -> None:
    write_some(2)
    AuditHead.objects.update(hash="f" * 64)
    assert broken() == 2
    AuditHead.objects.update(count=1)
    assert broken() is not None
    AuditHead.objects.all().delete()
    assert broken() == 1


def test_a_log_rewritten_as_a_whole_is_found_only_by_what_was_noted() -> None:
    write_some()
    noted = audit.last()
    write_some(6)
    assert broken() is None
    assert broken(noted) == 5
    write_some(3)
    assert broken(noted) == 4


def test_noted_hash_still_holds_when_the_log_has_grown() -> None:
    write_some()
    noted = audit.last()
    audit.append("quantri", "việc khác")
    assert audit.verify(noted) is None


def test_an_entry_falls_with_its_transaction() -> None:
    write_some(2)
    with transaction.atomic():
        audit.append("quantri", "việc bỏ dở")
        transaction.set_rollback(True)
    assert audit.last()[0] == 2
    assert audit.verify() is None


def test_odd_text_is_kept_as_far_as_databases_can() -> None:
    entry = audit.append("a\0b", "x" * 500, object="\ud800", note="\ud800\0")
    entry.refresh_from_db()
    assert entry.actor == "a\ufffdb"
    assert len(entry.action) == 50
    assert audit.verify() is None


WRITER = """
import time
from pathlib import Path
import django
django.setup()
from phucvu.accounts import audit
ready, begin, ended = (Path({folder!r}, name) for name in ("ready{n}", "begin", "ended{n}"))
ready.touch()
while not begin.exists():
    time.sleep(0.01)
for number in range(20):
    audit.append("người {n}", "việc", object=str(number))
ended.touch()
"""


def processes_write(environment: dict[str, str], folder: Path) -> None:
    """Three real processes write 20 entries each, beginning together."""
    inside = os.environ | {"DJANGO_SETTINGS_MODULE": "phucvu.web.settings"} | environment
    with (folder / "log").open("wb") as log:
        running = [starting.start(WRITER.format(n=n, folder=str(folder)), inside, log) for n in range(3)]
    while not all((folder / f"ready{n}").exists() for n in range(3)):
        assert not any(one.has_ended(0.01) for one in running), (folder / "log").read_text()
    (folder / "begin").touch()
    assert all(one.has_ended(60) for one in running)
    assert all((folder / f"ended{n}").exists() for n in range(3)), (folder / "log").read_text()


def test_processes_never_fork_the_chain(tmp_path: Path) -> None:
    """In the very database that this process uses."""
    processes_write({"PHUCVU_HOME": str(Path(django_settings.DATABASES["default"]["NAME"]).parent)}, tmp_path)
    assert audit.last()[0] == 60
    assert audit.verify() is None


@pytest.fixture(scope="module")
def database(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.mark.postgres
def test_processes_never_fork_the_chain_in_postgresql(tmp_path: Path, database: str) -> None:
    environment = {"PHUCVU_HOME": str(tmp_path), "PHUCVU_DATABASE_URL": database}
    inside = os.environ | {"DJANGO_SETTINGS_MODULE": "phucvu.web.settings"} | environment

    def run(code: str) -> str:
        opened = "from phucvu.inbox.home import open_home\nopen_home()\n"
        done = starting.python(opened + code, inside)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("")
    processes_write(environment, tmp_path)
    assert run("from phucvu.accounts import audit\nprint(audit.last()[0], audit.verify())") == "60 None\n"


def test_who_is_refused_is_written_down(account: Callable[..., User], client: Client) -> None:
    user = account("reader", "H21.17", name="canbo", two_step=False)
    sign(client, user)
    for path in ("/workspace/accounts", "/admin/", "/workspace/H22.01"):
        assert client.get(path).status_code == 403
    entries = list(AuditEntry.objects.filter(action="refused").order_by("number"))
    assert [(e.actor, e.object) for e in entries] == [
        ("canbo", "/workspace/accounts"),
        ("canbo", "/admin/"),
        ("canbo", "/workspace/H22.01"),
    ]
    assert entries[0].said == {"wanted": "manage accounts", "method": "GET", "address": "127.0.0.1"}


def test_a_sender_that_cannot_log_in_is_written_down() -> None:
    Sender.objects.create(name="gialai", unit="H21", secret=sessions.hashed("dung"), created_at=now())
    for name in ("gialai", "mat-khau-cua-ai"):
        with pytest.raises(RefusedError):
            sessions.log_in(name, "sai", "10.0.0.9")
    entries = AuditEntry.objects.filter(action="sender sign-in failed").order_by("number")
    assert [(e.object, e.unit, e.said) for e in entries] == [
        ("gialai", "H21", {"address": "10.0.0.9"}),
        ("?", "", {"address": "10.0.0.9"}),
    ]
