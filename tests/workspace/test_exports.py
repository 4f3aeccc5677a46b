"""Workbooks of long lists: made by a process of their own, for who asked for them."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.inbox import tasks
from phucvu.inbox.models import Task
from phucvu.records.store import Store
from phucvu.web.workspace import exports, working

SignIn = Callable[[str, str], Client]


@pytest.fixture
def begun(home: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Task]:
    """What was begun; nothing is made until the test does."""
    begun: list[Task] = []

    def start(number: int) -> None:
        begun.append(Task.objects.get(pk=number))

    Task.objects.all().delete()
    monkeypatch.setattr(working, "start", start)
    monkeypatch.setattr(exports, "BIG", 5)
    monkeypatch.setattr(exports, "folder", lambda: tmp_path / "exports")
    return begun


def asked(client: Client, query: str = "?sort=code") -> str:
    answer = client.get(f"/workspace/H99/dossiers.xlsx{query}")
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def rows_of(answer: Any) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)]


def test_a_long_list_is_made_behind_a_page_that_leads_to_it(client_of: SignIn, begun: list[Task]) -> None:
    client = client_of("head", "H99")
    page = asked(client)
    waiting = client.get(page)
    assert "Đang chờ đến lượt" in waiting.content.decode()
    assert waiting.headers["Refresh"]
    assert client.get(f"{page}/file").status_code == 404
    Task.objects.update(done=7)
    # Other tests add dossiers to the home.
    [(written, every)] = re.findall(r"Đã ghi (\d+) trên (\d+) dòng", client.get(page).content.decode())
    assert written == "7"
    exports.make(begun[0])
    done = client.get(page)
    assert "Refresh" not in done.headers
    assert f'href="{page}/file"' in done.content.decode()
    file = client.get(f"{page}/file")
    assert "-H99-dossiers.xlsx" in file.headers["Content-Disposition"]
    codes = rows_of(file)
    assert len(codes) == int(every) >= 18
    assert codes == sorted(codes)


def test_the_same_again_is_not_made_again_and_is_told_once(client_of: SignIn, begun: list[Task]) -> None:
    client = client_of("head", "H99")
    assert asked(client) == asked(client)
    assert len(begun) == 1
    [entry] = AuditEntry.objects.filter(action="list exported")
    assert entry.object.endswith("-H99-dossiers.xlsx")
    assert asked(client, "?sort=late") != asked(client)


def test_it_is_for_who_asked_alone(client_of: SignIn, begun: list[Task]) -> None:
    page = asked(client_of("head", "H99"))
    exports.make(begun[0])
    other = client_of("reader", "H99")
    assert other.get(page).status_code == 404
    assert other.get(f"{page}/file").status_code == 404
    assert client_of("head", "H98").get(f"{page}/file").status_code == 403


def test_one_account_has_few_at_once(client_of: SignIn, begun: list[Task]) -> None:
    client = client_of("head", "H99")
    for sort in ("code", "late", "due"):
        asked(client, f"?sort={sort}")
    refused = client.get("/workspace/H99/dossiers.xlsx?sort=ended")
    assert refused.status_code == 429
    assert "nhiều nhất 3 tệp" in refused.content.decode()
    exports.make(begun[0])
    asked(client, "?sort=ended")


def test_who_waits_starts_it_again_but_not_for_ever(
    client_of: SignIn, begun: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("head", "H99")
    page = asked(client)
    monkeypatch.setattr(exports, "SOON", dt.timedelta(-1))
    with working.held(exports._lock(begun[0])):
        client.get(page)
        assert len(begun) == 1, "it lives"
    for _ in range(5):
        last = client.get(page)
    assert len(begun) == exports.ATTEMPTS
    assert "Không lập được tệp" in last.content.decode()
    assert "Refresh" not in last.headers


def test_a_cancelled_one_is_not_made_and_says_so(client_of: SignIn, begun: list[Task]) -> None:
    client = client_of("head", "H99")
    page = asked(client)
    assert tasks.cancel(Task.objects.filter(pk=begun[0].pk)) == 1
    exports.make(begun[0])
    answer = client.get(page)
    assert "Việc lập tệp đã bị hủy" in answer.content.decode()
    assert "Refresh" not in answer.headers
    assert client.get(f"{page}/file").status_code == 404
    assert asked(client) == page, "asked for again it is made"
    assert len(begun) == 2
    exports.make(begun[1])
    assert client.get(f"{page}/file").status_code == 200


def test_one_cancelled_halfway_stops_at_its_next_rows(
    client_of: SignIn, begun: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(client_of("head", "H99"))
    given = exports.files.frames
    read: list[int] = []

    def one_by_one(*words: Any) -> Any:
        for frame in given(*words):
            for row in frame.iter_slices(1):
                read.append(len(read))
                if len(read) == 3:
                    tasks.cancel(Task.objects.filter(pk=begun[0].pk))
                yield row

    monkeypatch.setattr(exports.files, "frames", one_by_one)
    exports.make(begun[0])
    assert read == [0, 1, 2]
    assert Task.objects.get().state == tasks.CANCELLED
    assert [path.suffix for path in exports.folder().iterdir() if path.suffix != ".lock"] == []


def test_one_that_fails_says_by_what(
    client_of: SignIn, begun: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(client_of("head", "H99"))
    monkeypatch.setattr(exports.home, "listing", lambda period: None)
    with pytest.raises(FileNotFoundError):
        exports.make(begun[0])
    task = Task.objects.get()
    assert (task.state, task.error) == (tasks.FAILED, "FileNotFoundError")
    assert task.ended_at >= task.began_at >= task.asked_at


def test_only_so_many_are_made_at_once(tmp_path: Path) -> None:
    with working.held(tmp_path / "turn-0.lock") as one, exports.turn(tmp_path):
        assert one
        assert working.is_held(tmp_path / "turn-1.lock"), "the second place is taken"


def test_files_are_deleted_after_a_day(
    client_of: SignIn, begun: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("head", "H99")
    page = asked(client)
    exports.make(begun[0])
    monkeypatch.setattr(exports, "KEPT", -1)
    asked(client, "?sort=late")
    assert client.get(page).status_code == 404


def test_a_process_of_its_own_makes_it(
    client_of: SignIn, home: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BIG", 3)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "phucvu.web.settings")
    database = Path(home.home, "phucvu.sqlite3")
    if not database.exists():
        database.symlink_to(settings.DATABASES["default"]["NAME"])
    client = client_of("head", "H99")
    page = asked(client, "?list=late")
    deadline = time.monotonic() + 60
    while client.get(f"{page}/file").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(rows_of(client.get(f"{page}/file"))) == 4
