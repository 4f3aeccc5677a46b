"""Accounts of senders, and where the operational database is."""

from __future__ import annotations

from pathlib import Path

import pytest

from phucvu.inbox import home
from phucvu.problems import UnusableError

from .running import inside, make_home


def test_accounts_are_made_listed_and_closed(tmp_path: Path) -> None:
    make_home(tmp_path)
    said = inside(
        tmp_path,
        """
        from phucvu.inbox import senders
        from phucvu.inbox.models import Sender
        from phucvu.problems import UnusableError

        def refused(work, *words):
            try:
                work(*words)
            except UnusableError as error:
                return str(error)

        secret = senders.create(store, "gia-lai.1", "H21")
        bad = [
            refused(senders.create, store, "gia-lai.1", "H21"),
            refused(senders.create, store, "so-y-te", "H99"),
            refused(senders.create, store, "có dấu", "H21"),
            refused(senders.disable, "khong-co"),
        ]
        senders.disable("gia-lai.1")
        say([
            len(secret) > 30,
            [(s.name, s.unit, s.enabled) for s in senders.every()],
            secret in str(list(Sender.objects.values())),
            bad,
        ])
        """,
    )
    assert said[:3] == [True, [["gia-lai.1", "H21", False]], False]
    assert all(" | " in line and "\n" not in line for line in said[3])


def test_the_database_is_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHUCVU_HOME", "/nowhere")
    monkeypatch.delenv("PHUCVU_DATABASE_URL", raising=False)
    assert home.database()["NAME"] == "/nowhere/phucvu.sqlite3"
    monkeypatch.setenv("PHUCVU_DATABASE_URL", "postgresql://ng%C6%B0%E1%BB%9Di:m%40t@db.example:5433/phucvu")
    said = home.database()
    assert (said["HOST"], said["PORT"], said["NAME"]) == ("db.example", "5433", "phucvu")
    assert (said["USER"], said["PASSWORD"]) == ("người", "m@t")


def test_the_address_of_the_database_is_taken_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_HOME", "/nowhere")
    query = "sslmode=require&options=-c%20search_path%3Dphucvu&connect_timeout=7"
    monkeypatch.setenv(
        "PHUCVU_DATABASE_URL", f"postgresql://a%3Ab:p%2Fq%3F@[::1]:5433/ph%C3%BAc%20v%E1%BB%A5?{query}"
    )
    said = home.database()
    assert (said["HOST"], said["PORT"], said["NAME"]) == ("::1", "5433", "phúc vụ")
    assert (said["USER"], said["PASSWORD"]) == ("a:b", "p/q?")
    assert said["OPTIONS"]["sslmode"] == "require"
    assert said["OPTIONS"]["connect_timeout"] == "7"
    assert said["OPTIONS"]["options"].endswith(" -c search_path=phucvu")
    monkeypatch.setenv("PHUCVU_DATABASE_URL", "postgresql:///phucvu?host=/run/PostgreSQL")
    assert home.database()["HOST"] == "/run/PostgreSQL"
    monkeypatch.setenv("PHUCVU_DATABASE_URL", "postgresql://%2Frun%2FPostgreSQL/phucvu")
    assert home.database()["HOST"] == "/run/PostgreSQL"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://db:port/phucvu",
        "postgresql://db:99999/phucvu",
        "postgresql://db:0/phucvu",
        "postgresql://db/phucvu?port=x",
        "postgresql://[db/phucvu",
        "postgresql://u:p#w@db/phucvu",
        "postgresql://db/phucvu?sslmod=require",
        "postgresql://db/phucvu?sslmode=require&sslmode=disable",
        "postgresql://db/phucvu?sslmode",
        "postgresql://db/phucvu?user=other",
    ],
)
def test_an_address_with_something_wrong_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("PHUCVU_HOME", "/nowhere")
    monkeypatch.setenv("PHUCVU_DATABASE_URL", address)
    with pytest.raises(UnusableError, match="PHUCVU_DATABASE_URL") as refused:
        home.database()
    assert "\n" not in str(refused.value)
    assert "p#w" not in str(refused.value)


@pytest.mark.parametrize(
    ("place", "address"), [("s3://phucvu/home", None), ("/nowhere", "mysql://db/phucvu"), ("/nowhere", "db")]
)
def test_where_there_can_be_no_database_it_is_said(
    monkeypatch: pytest.MonkeyPatch, place: str, address: str | None
) -> None:
    monkeypatch.setenv("PHUCVU_HOME", place)
    monkeypatch.setenv("PHUCVU_DATABASE_URL", address or "")
    with pytest.raises(UnusableError, match="PHUCVU_DATABASE_URL"):
        home.database()
