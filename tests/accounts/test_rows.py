"""Rows found by a query that is worded once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client

from phucvu.accounts.models import User
from phucvu.accounts.permissions import Role
from phucvu.accounts.rows import row_by

Make = Callable[..., User]


def test_a_row_is_found_by_what_it_alone_has(account: Make) -> None:
    one, other = account(Role.READER, name="mot"), account(Role.STAFF, name="hai")
    assert row_by(User, id=one.pk) == one
    assert row_by(User, id=other.pk) == other
    assert row_by(User, username="hai", role=Role.STAFF) == other
    assert row_by(User, username="hai", role=Role.READER) is None
    assert row_by(User, id=0) is None
    assert row_by(User, id=None) is None


def test_who_asks_is_found_without_wording_a_query(
    account: Make, signed_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(account(Role.STAFF))
    client.get("/workspace/H22.01/doubts")  # refused: nothing else than who asks is looked for, and noted
    monkeypatch.setattr("phucvu.accounts.audit.append", lambda *_args, **_said: None)
    monkeypatch.setattr(SQLCompiler, "as_sql", lambda *_args, **_options: pytest.fail("worded anew"))
    assert client.get("/workspace/H22.01/doubts").status_code == 403


def test_a_session_that_has_run_out_is_none(account: Make, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(account(Role.STAFF))
    assert client.get("/accounts").status_code == 200
    row = Session.objects.get()
    row.expire_date = dt.datetime.now() - dt.timedelta(seconds=1)
    row.save()
    assert client.get("/accounts").headers["location"].startswith("/accounts/login")
