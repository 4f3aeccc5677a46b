"""The access log says who asked what, and holds no queries and no secrets."""

from __future__ import annotations

import asyncio
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from phucvu.accounts import ACCOUNT
from phucvu.problems import UnusableError
from phucvu.web import access
from phucvu.web.door import Door, Limits, Message

from .test_door import SCOPE, nothing

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00 (\S+) (\S+) (\S+) (\S+) (\d{3}) (\d+) \d+\.\d{3}"
)


def site(environment: dict[str, Any], start: Any) -> Any:
    environment[ACCOUNT] = "can-bo"
    start("200 OK", [])
    return [b"abc"]


async def deaf(_message: Message) -> None:
    return


def asked(receive: Any = nothing, *, forwarded: bool = False, **other: Any) -> tuple[str, ...]:
    """The parts of the one line that a request leaves."""
    lines: list[str] = []
    door = Door(site, Limits(), forwarded=forwarded, log=lines.append)
    asyncio.run(door(SCOPE | other, receive, deaf))
    (one,) = lines
    found = LINE.fullmatch(one)
    assert found, one
    return found.groups()


def test_who_asked_what() -> None:
    assert asked(path="/workspace") == ("10.0.0.1", "can-bo", "GET", "/workspace", "200", "3")
    headers = [(b"x-forwarded-for", b"6.6.6.6, 192.0.2.7")]
    assert asked(forwarded=True, headers=headers)[0] == "192.0.2.7"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/search", "/search"),
        ("/hồ sơ", "/h%E1%BB%93%20s%C6%A1"),
        ("/a\n2026 b", "/a%0A2026%20b"),
        ("/accounts/password/1a-c3x-0123456789abcdef", "/accounts/password/***"),
        ("/en/accounts/password/1a-set-password", "/en/accounts/password/***"),
        ("/accounts/password/set", "/accounts/password/set"),
        ("/" + "x" * 900, "/" + "x" * 499),
    ],
)
def test_no_query_no_secret_no_line_of_ones_own(path: str, written: str) -> None:
    assert asked(path=path, query_string=b"q=Nguyen+Van+Thu")[3] == written


def test_what_is_refused_and_who_leaves_stand_there_too() -> None:
    body = [(b"content-length", b"100000000")]

    async def large() -> Message:
        return {"type": "http.request", "body": b"x" * (1 << 24), "more_body": True}

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert asked(large, headers=body, method="POST")[1:5] == ("-", "POST", "/h%E1%BB%93-s%C6%A1", "413")
    assert asked(gone, headers=body)[4] == "499"


def test_a_file_is_its_owners_and_goes_on_after_it_was_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "access.log"
    monkeypatch.setenv("PHUCVU_ACCESS_LOG", str(place))
    log = access.chosen()
    assert log
    log("one")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    place.rename(tmp_path / "access.log.1")
    log("two")
    assert [p.read_text() for p in (tmp_path / "access.log.1", place)] == ["one\n", "two\n"]


def test_standard_output_and_none(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.delenv("PHUCVU_ACCESS_LOG", raising=False)
    assert access.chosen() is None
    monkeypatch.setenv("PHUCVU_ACCESS_LOG", "-")
    log = access.chosen()
    assert log
    log("one")
    assert capsys.readouterr().out == "one\n"


def test_a_file_that_cannot_be_written_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUCVU_ACCESS_LOG", str(tmp_path / "khong-co" / "access.log"))
    with pytest.raises(UnusableError, match="PHUCVU_ACCESS_LOG"):
        access.chosen()
