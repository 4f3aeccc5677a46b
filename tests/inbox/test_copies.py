"""Database and records copied one after the other, under load: what was acknowledged is there again."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from phucvu.records.store import Store

from .. import starting
from ..postgresql import DATABASES, database_of
from .clients import dossier
from .running import Site, inside, make_home
from .test_kill import Load, everything_once, the_same_figures_from_the_inbox_alone, wait_for_another

pytestmark = pytest.mark.site


def phucvu(*words: str, database: str | None = None) -> subprocess.CompletedProcess[str]:
    address = {"PHUCVU_DATABASE_URL": database} if database else {}
    return starting.phucvu(*words, env=os.environ | address)


class Running:
    """A site under load, whose database and records can be copied apart from each other."""

    def __init__(self, home: Path, new_database: Callable[[], str | None]) -> None:
        self.home, self.database, self.another_database = home, new_database(), new_database
        make_home(home)
        # By the command, which is noted in the audit log.
        words = ("senders", "add", "gialai", "--unit", "H21", "--home", str(home))
        secret = self.command(*words, database=self.database).strip()
        self.site = Site(home, self.database, workers=1, counts="the month")
        self.loads = [Load(n, self.site, secret) for n in range(2)]
        self.said_by_backup = ""
        self.in_copy: dict[str, list[str]] = {}
        """What was acknowledged before a copy, by the way it was made: that must be in it."""

    def send(self, batches: int) -> None:
        """Wait until so many batches more are acknowledged."""
        for _ in range(batches):
            wait_for_another(self.loads, self.site)

    def move(self) -> None:
        """Wait until more was moved into the records, and marked as moved (before the next move begins)."""
        log, end = self.home / "records/dossiers/_delta_log", time.monotonic() + 60
        enough = len(list(log.glob("*.json"))) + 3
        while len(list(log.glob("*.json"))) < enough:
            assert time.monotonic() < end, self.site.log
            self.send(1)

    @contextlib.contextmanager
    def under_load(self) -> Iterator[None]:
        self.site.start()
        for load in self.loads:
            load.start()
        try:
            yield
        finally:
            for load in self.loads:
                load.ended.set()
            for load in self.loads:
                load.join(60)
            self.site.stop()

    def acknowledged(self) -> list[str]:
        return [b for load in self.loads for b in list(load.acknowledged)]

    def copy_records(self, to: Path) -> None:
        """Table by table, each as one commit left it."""
        for table in (self.home / "records").iterdir():
            (to / "records" / table.name).mkdir(parents=True)
            shutil.copytree(table / "_delta_log", to / "records" / table.name / "_delta_log")
            shutil.copytree(table, to / "records" / table.name, dirs_exist_ok=True, ignore=_no_log)

    def copy_database(self, to: Path) -> None:
        to.mkdir(parents=True, exist_ok=True)
        if self.database is not None:
            self._dump(to / "database.sql")
            return
        held = sqlite3.connect(self.home / "phucvu.sqlite3")
        with contextlib.closing(held), contextlib.closing(sqlite3.connect(to / "phucvu.sqlite3")) as copy:
            held.backup(copy)

    def _dump(self, to: Path) -> None:
        assert self.database is not None
        subprocess.run(["pg_dump", "--file", str(to), "--dbname", self.database], check=True)

    def command(self, *words: str, database: str | None) -> str:
        """What `phucvu` prints."""
        done = phucvu(*words, database=database)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _no_log(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "_delta_log"]


class RecordsThenDatabase:
    name = "records_first"

    def take(self, running: Running, copy: Path) -> list[str]:
        """Make a copy; what must be in it."""
        running.move()
        running.copy_records(copy)
        running.move()
        before = running.acknowledged()
        running.copy_database(copy)
        return before

    def bring_back(self, running: Running, copy: Path, database: str | None) -> None:
        load_dump(copy, database)
        assert waiting_again(copy, database) > 0


class DatabaseThenRecords:
    name = "database_first"

    def take(self, running: Running, copy: Path) -> list[str]:
        before = running.acknowledged()
        running.copy_database(copy)
        running.send(5)
        running.copy_records(copy)
        return before

    def bring_back(self, running: Running, copy: Path, database: str | None) -> None:
        load_dump(copy, database)
        assert waiting_again(copy, database) == 0


class ByCommand:
    name = "by_command"

    def take(self, running: Running, copy: Path) -> list[str]:
        before = running.acknowledged()
        words = ("backup", str(copy.with_name("backup")), "--home", str(running.home))
        running.said_by_backup = running.command(*words, database=running.database)
        return before

    def bring_back(self, running: Running, copy: Path, database: str | None) -> None:
        said = running.command(
            "restore", str(copy.with_name("backup")), "--home", str(copy), database=database
        )
        assert said.startswith(running.said_by_backup)
        assert "the audit log is whole" in said


def load_dump(copy: Path, database: str | None) -> None:
    """SQLite's copy stands where it belongs already."""
    if database is not None:
        psql = ["psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", database, "--file"]
        subprocess.run([*psql, str(copy / "database.sql")], check=True, stdout=subprocess.DEVNULL)


Way = RecordsThenDatabase | DatabaseThenRecords | ByCommand
WAYS: tuple[Way, ...] = (RecordsThenDatabase(), DatabaseThenRecords(), ByCommand())


def repr_of(way: object) -> str:
    return type(way).__name__


@pytest.fixture(scope="module", params=DATABASES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A site that was copied in each of the ways, under load; then it was stopped."""
    running = Running(tmp_path_factory.mktemp("site") / "home", lambda: database_of(request))
    with running.under_load():
        running.send(5)
        for way in WAYS:
            running.in_copy[way.name] = way.take(running, copy_by(running, way))
    return running


def copy_by(running: Running, way: Way) -> Path:
    return running.home.with_name(way.name) / "copy"


def waiting_again(home: Path, database: str | None) -> int:
    code = "from phucvu.inbox.reconciling import reconcile\nsay(reconcile(store).again)"
    found: int = inside(home, code, database)
    return found


@pytest.mark.parametrize("way", WAYS, ids=repr_of)
def test_what_was_acknowledged_is_there_again_whichever_was_copied_first(
    tmp_path: Path, running: Running, way: Way
) -> None:
    copy = copy_by(running, way)
    database = running.another_database()
    way.bring_back(running, copy, database)
    site = Site(copy, database, workers=1, counts="nothing")
    site.start()
    try:
        site.wait_until_moved()
        # What comes now has the numbers of what the older database has forgotten.
        load = Load(9, site, running.loads[0].secret)
        load.start()
        for _ in range(5):
            wait_for_another([load], site)
        load.ended.set()
        load.join(60)
        site.wait_until_moved()
    finally:
        site.stop()
    everything_once(Store(copy), "dossiers", running.in_copy[way.name] + load.acknowledged)
    if not isinstance(way, DatabaseThenRecords):
        the_same_figures_from_the_inbox_alone(copy, tmp_path / "again", database)
    said = inside(
        copy,
        """
        from phucvu.inbox.models import Payload, Sender
        from phucvu.inbox.reconciling import reconcile
        found = reconcile(store)
        say([found.again, found.gone, found.payloads - Sender.objects.get().messages])
        """,
        database,
    )
    assert said == [0, 0, 0]


OF_RECORDS = """
    import shutil
    from phucvu.inbox import senders
    from phucvu.inbox.models import Body, Move, Payload, Sender
    from phucvu.inbox.moving import Mover
    from phucvu.inbox.reconciling import reconcile
    from phucvu.inbox.watching import Registers

    if not Sender.objects.exists():
        senders.create(store, "gialai", "H21")

    def kept(*bodies):
        import hashlib, json, msgspec, zlib
        from phucvu.inbox.clock import now
        for said in bodies:
            packed = msgspec.msgpack.encode([json.dumps(said).encode()])
            payload = Payload.objects.create(
                sender=Sender.objects.get(), unit="H21", service="DongBoHoSoMC", received_at=now(),
                digest=hashlib.sha256(packed).hexdigest(), items=1)
            Body.objects.create(payload=payload, packed=zlib.compress(packed))
    def moved():
        Mover(Registers(store)).move()
    def codes():
        return sorted(store.rows("dossiers")["code"])
    def sender():
        one = Sender.objects.get()
        return [one.messages, one.accepted, one.set_aside]
"""


def in_records(home: Path, code: str, database: str | None = None) -> Any:
    make_home(home)
    return inside(home, textwrap.dedent(OF_RECORDS) + textwrap.dedent(code), database)


def test_a_home_of_an_earlier_version_is_moved_again_once(tmp_path: Path) -> None:
    said = in_records(
        tmp_path,
        f"""
        kept({dossier("A")!r}, {dossier("B", NgayHenTra="hôm nay")!r})
        moved()
        before = [sender(), store.rows("set_aside").height]
        Payload.objects.update(move=None)
        Move.objects.all().delete()
        first = reconcile(store)
        moved()
        after = [sender(), store.rows("set_aside").height]
        say([first.again, before == after, reconcile(store).again, codes()])
        """,
    )
    assert said == [2, True, 0, ["A"]]


def test_each_table_is_checked_by_itself(tmp_path: Path) -> None:
    """A table copied before the others lacks what these have; rows that another brought count as well."""
    said = in_records(
        tmp_path,
        f"""
        mover = Mover(Registers(store))
        kept({dossier("A")!r}, {dossier("B", NgayHenTra="hôm nay")!r})
        mover.move()
        kept({dossier("C")!r})
        mover.move()
        # The same dossier once more: no row of it is new, and still it has to be there.
        shutil.copytree(f"{{store.home}}/records/dossiers", f"{{store.home}}/earlier")
        kept({dossier("C")!r})
        mover.move()
        found = [reconcile(store).again]
        shutil.rmtree(f"{{store.home}}/records/set_aside")
        found += [reconcile(store).again]
        moved()
        found += [store.rows("set_aside").height, reconcile(store).again]
        shutil.rmtree(f"{{store.home}}/records/dossiers")
        shutil.move(f"{{store.home}}/earlier", f"{{store.home}}/records/dossiers")
        found += [reconcile(store).again]
        moved()
        say([*found, reconcile(store).again, codes()])
        """,
    )
    # Whatever was moved since the first row was set aside is looked at again with it.
    assert said == [0, 4, 1, 0, 4, 0, ["A", "C"]]


def test_marks_outlive_compaction_and_what_is_not_kept_any_more_is_said(tmp_path: Path) -> None:
    said = in_records(
        tmp_path,
        f"""
        mover = Mover(Registers(store))
        for number in range(110):
            kept({dossier("A")!r} | {{"MaHoSo": f"A-{{number}}"}})
            mover.move()
        store.compact(whole=True)
        found = [reconcile(store).again]
        shutil.rmtree(f"{{store.home}}/records/dossiers")
        Body.objects.first().delete()
        checked = reconcile(store)
        moved()
        say([*found, checked.again, checked.gone, len(codes()), Payload.objects.filter(state=4).count()])
        """,
    )
    assert said == [0, 109, 1, 109, 0]


def test_a_table_copied_in_part_goes_back_to_its_latest_whole_commit(tmp_path: Path) -> None:
    home = tmp_path / "home"
    in_records(
        home,
        f"""
        mover = Mover(Registers(store))
        for number in range(4):
            kept({dossier("A")!r} | {{"MaHoSo": f"A-{{number}}"}})
            mover.move()
        """,
    )
    [*_, last] = sorted(
        (home / "records/dossiers/arrived").iterdir(), key=lambda path: path.stat().st_mtime_ns
    )
    last.unlink()  # copied before it was written, as the commit before the last but one was
    (home / "records/dossiers/_delta_log" / f"{3:020}.json").unlink()
    said = phucvu("inbox", "check", "--home", str(home))
    assert (said.returncode, len(said.stderr.strip().splitlines())) == (2, 1)
    assert "--mend" in said.stderr
    mended = phucvu("inbox", "check", "--mend", "--home", str(home))
    assert mended.returncode == 0, mended.stderr
    assert "dossiers: 4 → 2" in mended.stdout
    code = textwrap.dedent(OF_RECORDS) + "again = reconcile(store).again\nmoved()\nsay([again, codes()])"
    assert inside(home, code) == [2, [f"A-{n}" for n in range(4)]]
