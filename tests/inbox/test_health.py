"""What /healthz and /metrics say."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .clients import SecondStyle, dossier
from .conftest import Running
from .running import PARTS, Site, inside, make_home, make_senders

pytestmark = pytest.mark.site

COUNTS = "everything"

KEYS = ("status", "database", "inbox", "counting", "history", "disk", "records")
WELL = dict.fromkeys(KEYS, "ok")


def said_once(site: Site, is_awaited: Callable[[int, dict[str, str]], bool]) -> dict[str, str]:
    """What /healthz says once it says what is awaited."""
    end = time.monotonic() + 60
    while True:
        status, body = site.get("/healthz")
        said: dict[str, str] = json.loads(body)
        assert (status == 200) == (said["status"] == "ok")
        if is_awaited(status, said):
            return said
        assert time.monotonic() < end, f"{said}\n{site.log}"
        time.sleep(0.2)


def all_is_well(site: Site) -> dict[str, str]:
    return said_once(site, lambda status, _: status == 200)


@contextlib.contextmanager
def broken_site(home: Path, *, counts: str = "nothing") -> Iterator[Site]:
    """A site that a test may break."""
    make_home(home)
    site = Site(home, workers=1, counts=counts)
    site.start()
    try:
        yield site
    finally:
        site.stop()


def test_metrics_count_what_became_of_each_item(running: Running) -> None:
    def outcomes() -> dict[str, int]:
        running.site.wait_until_moved()
        said = running.site.metric("phucvu_inbox_items_total")
        return {
            o: int(said[f'{{outcome="{o}",sender="soyte"}}']) for o in ("accepted", "set_aside", "refused")
        }

    before = outcomes()
    items = [
        dossier("M-1"),
        dossier("M-2", NgayHenTra="hôm nay"),
        dossier("M-3", DonViXuLy="H21"),
        dossier("M-4"),
    ]
    running.second("soyte").send("DongBoHoSoMC", items)
    after = outcomes()
    assert {o: after[o] - before[o] for o in after} == {"accepted": 2, "set_aside": 1, "refused": 1}
    assert 0 <= running.site.metric("phucvu_sender_last_message_seconds")['{sender="soyte"}'] < 60
    running.site.wait_until_counted()
    lags = running.site.metric("phucvu_inbox_lag_seconds")
    assert [lag for period, lag in lags.items() if lag > 0]
    assert running.site.metric("phucvu_inbox_stuck_messages") == {"": 0}


def test_a_sender_silent_for_longer_than_usual_is_flagged(running: Running) -> None:
    assert running.site.metric("phucvu_sender_silent")['{sender="quiet"}'] == 0
    inside(
        running.site.home,
        """
        import datetime as dt
        from phucvu.inbox.clock import now
        from phucvu.inbox.models import Sender
        gaps = {f"{now().date() - dt.timedelta(days=d)}": 300 for d in (30, 31, 32)}
        Sender.objects.filter(name="quiet").update(gaps=gaps, last_message_at=now() - dt.timedelta(days=30))
        """,
    )
    assert running.site.metric("phucvu_sender_silent")['{sender="quiet"}'] == 1


def test_health_says_whether_payloads_are_kept_and_moved(running: Running) -> None:
    assert all_is_well(running.site) == WELL
    inside(
        running.site.home,
        """
        import datetime as dt
        from phucvu.inbox.clock import now
        from phucvu.inbox.models import Body, Payload, Sender
        payload = Payload.objects.create(
            sender=Sender.objects.get(name="quiet"), unit="H21", service="DongBoHoSoMC",
            received_at=now() - dt.timedelta(hours=1), digest="not that of the body", items=1,
        )
        Body.objects.create(payload=payload, packed=b"")
        """,
    )
    running.site.wait_until_moved()  # it cannot be read; it is left out, and the others go on
    assert running.site.metric("phucvu_inbox_stuck_messages") == {"": 1}
    assert running.second("soyte").send("DongBoHoSoMC", [dossier("AFTER-1")])["error_code"] == "0"
    running.site.wait_until_moved()
    assert running.store.versions("dossiers", "H21.17", "AFTER-1").height == 1
    inside(
        running.site.home, "from phucvu.inbox.models import Payload\nPayload.objects.filter(state=3).delete()"
    )


def test_counting_that_fails_is_told_with_its_kind_and_since_when(tmp_path: Path) -> None:
    with broken_site(tmp_path, counts="everything") as site:
        secret = make_senders(site.home, gialai="H21")["gialai"]
        assert all_is_well(site) == WELL
        # Counting needs this table, moving does not.
        broken = site.home / "records" / "calendar" / "_delta_log" / f"{0:020}.json"
        broken.parent.mkdir(parents=True)
        broken.write_text("no commit\n")
        SecondStyle(site.url, "gialai", secret).send("DongBoHoSoMC", [dossier("C-1")])
        site.wait_until_moved()
        said = said_once(site, lambda _, said: said["counting"] != "ok")
        assert said["counting"].startswith("counting failing since 20")
        assert said["inbox"] == said["database"] == "ok"
        assert site.metric("phucvu_failing")['{what="counting"}'] == 1
        since = said["counting"]
        said = said_once(site, lambda _, said: said["history"] != "ok")
        assert said["counting"] == since  # since the first time, not the last
        shutil.rmtree(broken.parent.parent)
        assert all_is_well(site) == WELL
        assert set(site.metric("phucvu_failing").values()) == {0}


def stop_between_writes(processes: list[int], home: Path) -> None:
    """Stop processes for a while; one that stops as it writes would keep everybody from writing."""
    end = time.monotonic() + 60
    while True:
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        database = sqlite3.connect(home / "phucvu.sqlite3", timeout=0)
        with contextlib.closing(database), contextlib.suppress(sqlite3.OperationalError):
            database.execute("BEGIN IMMEDIATE")
            return
        assert time.monotonic() < end
        for pid in processes:
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.05)


def test_processes_that_do_not_run_are_told(tmp_path: Path) -> None:
    with broken_site(tmp_path) as site:
        assert all_is_well(site) == WELL
        stopped = site.started(PARTS)
        assert len(stopped) == 2
        stop_between_writes(stopped, site.home)
        long_ago = "now() - dt.timedelta(seconds=31)"
        code = (
            "import datetime as dt\nfrom phucvu.inbox.clock import now\nfrom phucvu.inbox.models import Job\n"
        )
        inside(site.home, f"{code}Job.objects.update(alive_at={long_ago})")
        said = said_once(site, lambda status, _: status == 503)
        assert all(said[part].startswith("not running since 20") for part in ("inbox", "counting", "history"))
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        assert all_is_well(site) == WELL


def test_too_little_room_on_the_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_LEAST_FREE", "999999999")
    with broken_site(tmp_path) as site:
        said = said_once(site, lambda _, said: said["inbox"] == "ok")
        assert said["status"] == "failing"
        assert said["disk"].startswith("only ")
        assert site.metric("phucvu_failing")['{what="disk"}'] == 1
        assert site.metric("phucvu_disk_free_bytes")[""] > 0
    monkeypatch.setenv("PHUCVU_LEAST_FREE", "a lot")
    with pytest.raises(AssertionError, match="PHUCVU_LEAST_FREE phải là số nguyên"):
        inside(tmp_path, "say(1)")


def test_records_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    """Asked by a process that modes of files bind, even if root's."""
    make_home(tmp_path)
    bound = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    script = """if True:
        from pathlib import Path
        from phucvu.inbox.home import home, open_home
        open_home()
        from phucvu.inbox.health import state
        closed = Path(home()) / "records" / "units" / "_delta_log"
        for mode in (0o700, 0o500, 0o700):
            closed.chmod(mode)
            print(state()["records"])
    """
    environment = os.environ | {
        "PHUCVU_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "phucvu.inbox.settings",
    }
    command = [*bound, sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["ok", "cannot write to records/units/_delta_log", "ok"]
