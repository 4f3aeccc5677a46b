"""Several processes on one home: writers beside readers, and compaction that is killed."""

import datetime as dt
import multiprocessing
import os
import signal
import time

import ibis
import polars as pl
import pytest

from phucvu.records.store import Store

# Forked from one that has loaded the libraries and has not begun to use them.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
DAY = dt.datetime(2026, 3, 2, 8)
BATCH = 50


def batch(number, writer=0):
    """A batch of which readers must see all or nothing: all its dossiers have its number as status."""
    codes = [f"H99-{writer}-{n}" for n in range(BATCH)]
    return pl.DataFrame(
        {
            "sender": "H99",
            "code": codes,
            "unit": "H99.01",
            "procedure": "1.000001",
            "status": number,
            "moment": DAY + dt.timedelta(hours=number),
        }
    )


def steps(number):
    """Steps that every writer sends as well."""
    at = [DAY + dt.timedelta(minutes=n) for n in range(number * 5, number * 5 + 10)]
    return pl.DataFrame({"sender": "H99", "code": "H99-0-0", "at": at, "status": 4})


def write(home, writer, batches):
    store = Store(home)
    for number in range(batches):
        store.append("dossiers", batch(number, writer))
        store.append("steps", steps(number))


def compact_always(home, count):
    store = Store(home)
    for _ in range(count):
        store.compact(whole=True)


def read(home, name="dossiers", as_of=None):
    con = ibis.duckdb.connect()
    frame = Store(home).table(con, name, as_of).to_polars()
    con.disconnect()
    return frame


def test_two_writers_two_compacters_and_a_reader(tmp_path):
    home, batches = str(tmp_path / "home"), 8
    writers = [PROCESSES.Process(target=write, args=(home, w, batches)) for w in range(2)]
    compacters = [PROCESSES.Process(target=compact_always, args=(home, 4)) for _ in range(2)]
    for process in [*writers, *compacters]:
        process.start()
    last = {}
    while any(p.is_alive() for p in writers):
        frame = read(home)
        for writer in range(2):
            own = frame.filter(pl.col("code").str.starts_with(f"H99-{writer}-"))
            if own.height:
                assert own.height == BATCH, "no half of a batch"
                assert own["status"].n_unique() == 1, "no half of a batch"
                assert own["status"][0] >= last.get(writer, 0), "never back"
                last[writer] = own["status"][0]
    for process in [*writers, *compacters]:
        process.join(60)
        assert process.exitcode == 0
    for _ in range(2):
        frame = read(home)
        assert frame.height == 2 * BATCH
        assert set(frame["status"]) == {batches - 1}
        held = read(home, "steps")
        assert held.height == held.unique(["code", "at", "status"]).height == (batches + 1) * 5
        log = Store(home)._files("dossiers").snapshot().log
        assert sum(f.rows for f in log) == 2 * batches * BATCH, "nothing twice in the log either"
        Store(home).compact(whole=True)


@pytest.mark.parametrize("wait", [0.0, 0.03, 0.08, 0.2])
def test_compaction_killed_at_any_time_loses_nothing(tmp_path, wait):
    home = str(tmp_path / "home")
    store = Store(home)
    for number in range(4):
        store.append("dossiers", batch(number))
    store.append("steps", steps(0))
    before = read(home).sort("code")
    started = PROCESSES.Event()
    process = PROCESSES.Process(target=_compact_and_tell, args=(home, started))
    process.start()
    assert started.wait(120)
    time.sleep(wait)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert read(home).sort("code").equals(before)
    store.append("dossiers", batch(4))
    store.compact(whole=True)
    assert set(read(home)["status"]) == {4}
    assert read(home, "steps").height == 10


def _compact_and_tell(home, started):
    store = Store(home)
    started.set()
    store.compact(whole=True)


def test_what_a_reader_has_open_stays_readable_while_files_are_rewritten(tmp_path):
    store = Store(tmp_path / "home")
    store.append("dossiers", batch(1))
    con = ibis.duckdb.connect()
    table = store.table(con, "dossiers")
    store.append("dossiers", batch(2))
    store.compact(whole=True)
    store.append("dossiers", batch(3))
    store.compact(whole=True)
    assert set(table.to_polars()["status"]) == {1}


def test_files_that_a_killed_process_left_are_swept_after_a_day(tmp_path):
    store = Store(tmp_path / "home")
    store.append("dossiers", batch(1))
    folder = tmp_path / "home" / "records" / "dossiers" / "current"
    folder.mkdir()
    old, new = folder / "left.parquet", folder / "under-way.parquet"
    for path in (old, new):
        batch(1).write_parquet(path)
    day_ago = time.time() - 25 * 3600
    os.utime(old, (day_ago, day_ago))
    store.compact(whole=True)
    assert not old.exists()
    assert new.exists()
    assert read(store.home).height == BATCH
