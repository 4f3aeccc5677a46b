"""What takes longer than a request: seen and cancelled in the admin site, and really stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.inbox import tasks
from phucvu.inbox.models import Task
from phucvu.intake import replay as replaying
from phucvu.intake import waiting
from phucvu.problems import Fault
from phucvu.records import set_aside
from phucvu.records.set_aside import Aside
from phucvu.records.store import Store
from phucvu.web.workspace import aside, working

SignIn = Callable[[str, str], Client]
PAGE = "/workspace/H99/set-aside"


@pytest.fixture
def some_aside(home: Store) -> Iterator[int]:
    """Rows that no replay can take; how many wait with them."""
    Task.objects.all().delete()
    why = Fault("unit_unknown", name="Sở Nào")
    rows = [Aside("wire:dossier", why, f'{{"MaHoSo": "CHO-{n}"}}', "H99", "Sở Nào", "unit") for n in range(6)]
    set_aside.add(home, rows)
    yield waiting.count(home)
    left = set_aside.pending(home)
    set_aside.mark_taken(home, left.filter(left["payload"].str.contains("CHO-")))


@pytest.mark.usefixtures("home")
def test_a_task_is_told_of_step_by_step() -> None:
    task = tasks.ask(tasks.REPLAY, "nguoi-lam", "H99", total=10)
    assert (task.state, task.began_at) == (tasks.WAITING, None)
    tasks.begin(task)
    with tasks.running(task) as step:
        step(4)
        task.refresh_from_db()
        assert (task.state, task.done) == (tasks.RUNNING, 4)
    task.refresh_from_db()
    assert (task.state, task.error) == (tasks.DONE, "")
    assert task.ended_at >= task.began_at >= task.asked_at


@pytest.mark.usefixtures("home")
def test_a_cancelled_task_does_not_begin_and_one_that_ended_is_not_cancelled() -> None:
    task = tasks.ask(tasks.REPLAY, "nguoi-lam", "H99")
    assert tasks.cancel(Task.objects.filter(pk=task.pk)) == 1
    with pytest.raises(tasks.CancelledError):
        tasks.begin(task)
    done = tasks.ask(tasks.REPLAY, "nguoi-lam", "H99")
    tasks.begin(done)
    with tasks.running(done):
        pass
    assert tasks.cancel(Task.objects.filter(pk=done.pk)) == 0


def test_an_administrator_cancels_a_replay_and_it_stops_at_its_next_part(
    client_of: SignIn, home: Store, some_aside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = client_of("administrator", "H99")
    given = replaying._tried
    tried: list[int] = []

    def one(*words: object, **named: object) -> object:
        tried.append(len(tried))
        if len(tried) == 2:
            task = Task.objects.get(state=tasks.RUNNING)
            page = admin.get("/admin/inbox/task/").content.decode()
            assert "nhận lại dữ liệu chờ xử lý" in page
            assert "đang chạy" in page
            assert f"1/{some_aside}" in page
            said = {"action": "cancel", "_selected_action": [task.pk]}
            answer = admin.post("/admin/inbox/task/", said, follow=True)
            assert "Đã hủy 1 việc" in answer.content.decode()
        return given(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(replaying, "_tried", one)
    monkeypatch.setattr(replaying, "PART", 1)
    admin.post(f"{PAGE}/replay")
    assert tried == [0, 1]
    task = Task.objects.get()
    assert (task.state, task.done, task.total) == (tasks.CANCELLED, 1, some_aside)
    assert AuditEntry.objects.filter(action="task cancelled").latest("number").object == f"replay {task.pk}"
    assert "đã hủy" in admin.get("/admin/inbox/task/").content.decode()


def test_others_do_not_cancel(client_of: SignIn) -> None:
    task = tasks.ask(tasks.REPLAY, "nguoi-lam", "H99")
    said = {"action": "cancel", "_selected_action": [task.pk]}
    assert client_of("head", "H99").post("/admin/inbox/task/", said).status_code in (302, 403)
    task.refresh_from_db()
    assert task.state == tasks.WAITING


def test_much_of_it_is_tried_again_by_a_process_of_its_own(
    client_of: SignIn, home: Store, some_aside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "BIG", 1)
    begun: list[int] = []
    monkeypatch.setattr(working, "start", begun.append)
    client = client_of("administrator", "H99")
    assert client.post(f"{PAGE}/replay").status_code == 302
    client.post(f"{PAGE}/replay")
    [number] = begun
    Task.objects.update(done=3)
    page = client.get(PAGE)
    assert f"đã thử 3 trên {some_aside} dòng" in page.content.decode()
    assert page.headers["Refresh"]
    aside.take(Task.objects.get(pk=number))
    page = client.get(PAGE)
    assert "đã thử" not in page.content.decode()
    assert "Refresh" not in page.headers
    assert Task.objects.get().state == tasks.DONE


def test_one_whose_process_died_is_not_waited_for(
    client_of: SignIn, some_aside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = tasks.ask(tasks.REPLAY, "nguoi-lam", "H99")
    tasks.begin(task)
    monkeypatch.setattr(aside, "BEGINS", -aside.BEGINS)
    assert "Refresh" not in client_of("administrator", "H99").get(PAGE).headers
    task.refresh_from_db()
    assert (task.state, task.error) == (tasks.FAILED, "killed")


def test_the_process_does_its_task(
    client_of: SignIn, home: Store, some_aside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Path(home.home, "phucvu.sqlite3")
    if not database.exists():
        database.symlink_to(settings.DATABASES["default"]["NAME"])
    monkeypatch.setattr(aside, "BIG", 1)
    client_of("administrator", "H99").post(f"{PAGE}/replay")
    deadline = time.monotonic() + 100
    while (task := Task.objects.get()).state == tasks.RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert (task.state, task.error) == (tasks.DONE, "")
