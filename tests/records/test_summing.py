"""What steps say, summed up by compaction: never stale, never half there, and left where it does not fit."""

import datetime as dt
import shutil
from pathlib import Path

import ibis
import polars as pl
import pytest

from phucvu.records import histories
from phucvu.records import store as store_module
from phucvu.records.delta import DeltaFiles
from phucvu.records.mending import go_back, torn
from phucvu.records.store import Store

DAY = dt.datetime(2026, 3, 2, 8)
HOUR = dt.timedelta(hours=1)
COLUMNS = [c for c in histories.TYPES if c != "filed_only"]


def dossier(code="a", received_at=DAY, **said):
    row = {"sender": "H99", "code": code, "unit": "H99.01", "procedure": "1.000001", "status": 2}
    return pl.DataFrame([row | {"received_at": received_at} | said])


def steps(*statuses, code="a", start=DAY):
    at = [start + n * HOUR for n in range(len(statuses))]
    return pl.DataFrame({"sender": "H99", "code": code, "at": at, "status": statuses})


def sums(store, as_of=None):
    """What is summed up of each dossier, from the files where compaction did, else None."""
    con = ibis.duckdb.connect()
    tables = store.tables(con, as_of)
    if histories.NAME not in tables:
        return None
    rows = tables[histories.NAME].select("code", *COLUMNS).to_polars()
    con.disconnect()
    return {row.pop("code"): row for row in rows.to_dicts()}


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "home")
    made.append("dossiers", dossier(), DAY)
    made.append("steps", steps(2, 4, 9), DAY)
    return made


def test_nothing_is_summed_up_before_compaction(store):
    assert sums(store) is None
    store.compact()
    last = DAY + 2 * HOUR
    assert sums(store) == {
        "a": {
            "certain": True,
            **dict.fromkeys((*histories.MOMENTS, *histories.DECLARED)),
            "asked_at": None,
            "waits": None,
            "concerns_from": DAY,
            "concerns_until": last,
        }
    }


LATER, EARLIER = DAY + 9 * HOUR, DAY - HOUR


@pytest.mark.parametrize(
    ("statuses", "said", "certain", "over"),
    [
        ((2, 4, 9), {}, True, DAY + 2 * HOUR),
        ((2, 9, 10), {"ended_at": DAY}, True, DAY + HOUR),
        ((2, 4), {}, True, histories.NEVER_OVER),
        ((2, 3), {}, True, DAY + HOUR),
        ((), {"ended_at": LATER}, True, LATER),
        ((), {"ended_at": DAY, "returned_at": LATER}, True, DAY),
        ((), {"ended_at": LATER, "returned_at": DAY}, False, LATER),
        ((2, 10, 9), {}, False, DAY + 2 * HOUR),
        ((2, 8, 9), {}, False, DAY + 2 * HOUR),
        ((2, 8, 10), {}, False, DAY + 2 * HOUR),
        ((2, 9), {"ended_at": EARLIER}, False, DAY + HOUR),
        ((2, 4), {"returned_at": EARLIER}, False, histories.NEVER_OVER),
        ((2, 9), {"received_at": LATER}, False, LATER),
    ],
)
def test_moments_are_left_out_only_where_no_cut_off_asks_for_them(tmp_path, statuses, said, certain, over):
    store = Store(tmp_path / "home")
    store.append("dossiers", dossier(**said), DAY)
    store.append("steps", pl.concat([steps(2, code="b"), *([steps(*statuses)] if statuses else [])]))
    store.compact()
    found = sums(store)["a"]
    moments = [found[name] for name in (*histories.MOMENTS, *histories.DECLARED)]
    assert (found["certain"], any(moments), found["concerns_until"]) == (certain, not certain, over)


def test_waiting_is_told_by_spells_and_by_requests_that_stand_unanswered(store):
    at = {n: DAY + n * HOUR / 2 for n in range(9)}
    # Steps 2, 4 and 9 stand at the hours.
    for status, when in ((5, at[1]), (5, at[5]), (5, at[6]), (6, at[7])):
        store.append("steps", steps(status, start=when), DAY)
    store.compact()
    assert sums(store)["a"]["asked_at"] == at[1]
    told = sums(store)["a"]["waits"]
    assert sorted(told, key=lambda wait: (wait["again"], wait["since"])) == [
        {"since": at[1], "until": at[2], "again": False},
        {"since": at[5], "until": None, "again": False},
        {"since": at[5], "until": at[6], "again": True},
        {"since": at[6], "until": at[7], "again": True},
    ]


def test_a_withdrawal_stops_a_dossier_from_its_receipt_on(store):
    store.append("steps", steps(7, start=DAY - HOUR), DAY)
    store.compact()
    assert sums(store)["a"]["stopped"] is None
    store.append("steps", steps(7, 8, start=DAY + HOUR / 2), DAY)
    store.compact(whole=True)
    assert sums(store)["a"]["stopped"] == DAY + HOUR / 2


def test_what_arrives_later_is_summed_up_on_the_way(store):
    store.append("steps", steps(2, 9, code="early"), DAY)
    store.compact(whole=True)
    store.append("steps", steps(3, start=DAY + HOUR / 2), DAY)
    store.append("dossiers", dossier("early"), DAY)
    found = sums(store)
    assert found["a"]["stopped"] == DAY + HOUR / 2
    assert found["early"]["concerns_until"] == DAY + HOUR
    store.compact(whole=True)
    assert sums(store) == found


def test_many_steps_alone_are_reason_enough_to_sum_up_anew(store):
    store.compact()
    version = store._files("dossiers").snapshot().delta.version()
    store.compact()
    assert store._files("dossiers").snapshot().delta.version() == version
    store.append("steps", steps(10, start=DAY + 9 * HOUR), DAY)
    store.compact()
    assert store._files("dossiers").snapshot().delta.version() == version + 1


def test_versions_of_before_are_asked_without_sums(store):
    store.compact()
    store.append("steps", steps(3, start=DAY + HOUR / 2), DAY + 10 * HOUR)
    assert sums(store, DAY) is None
    assert sums(store, DAY + 10 * HOUR)["a"]["stopped"] == DAY + HOUR / 2


def test_sums_of_another_meaning_are_not_used_and_made_again(store, monkeypatch):
    store.compact()
    monkeypatch.setattr(histories, "MEANING", histories.MEANING + 1)
    assert sums(store) is None
    store.compact()
    assert sums(store)["a"]["concerns_until"] == DAY + 2 * HOUR


def test_a_program_of_before_finds_not_all_of_its_columns():
    before = {"first_step", "done", "returned", "stopped", "asked_at", "waits"}
    assert not before | {"concerns_from", "concerns_until"} <= set(histories.TYPES)


def test_sums_of_other_steps_are_not_used(store):
    store.compact()
    shutil.rmtree(f"{store.home}/records/steps")
    store.append("steps", steps(2, 4, 5, 4), DAY)
    assert sums(store) is None
    store.compact(whole=True)
    assert sums(store)["a"]["concerns_until"] == histories.NEVER_OVER


def test_files_that_an_older_program_rewrote_hold_no_sums(store):
    store.compact()
    files = store._files("dossiers")
    snapshot = files.snapshot()
    [path] = snapshot.uris(snapshot.current)
    pl.read_parquet(path).drop(histories.TYPES).write_parquet(path)
    assert sums(store) is None
    store.compact()
    assert sums(store)["a"]["concerns_until"] == DAY + 2 * HOUR


def test_steps_that_went_back_leave_no_sums_of_what_is_gone(store):
    store.append("steps", steps(3, start=DAY + HOUR / 2), DAY)
    store.compact()
    assert sums(store)["a"]["stopped"] == DAY + HOUR / 2
    log = [f for f in store._files("steps").snapshot().log if f.first > 3]
    for file in log:
        Path(f"{store.home}/records/steps/{file.path}").unlink()
    [table] = torn(store)
    go_back(store, table)
    # As many steps arrive as are gone: places in the order of arrival are given again.
    store.append("steps", steps(5, start=DAY + 9 * HOUR), DAY)
    assert sums(store) is None
    store.compact()
    assert sums(store)["a"]["stopped"] is None


@pytest.mark.parametrize("at", ["bring", "commit"])
def test_summing_up_that_breaks_off_leaves_all_as_it_was(store, monkeypatch, at):
    store.compact()
    before = sums(store)
    store.append("steps", steps(3, start=DAY + HOUR / 2), DAY)
    after = sums(store)
    working = getattr(DeltaFiles, at)

    def breaks_off(files, *given, **named):
        if files.place.endswith("dossiers"):
            if at == "bring":
                working(files, *given, **named)
            raise KeyboardInterrupt
        return working(files, *given, **named)

    with monkeypatch.context() as broken:
        broken.setattr(DeltaFiles, at, breaks_off)
        with pytest.raises(KeyboardInterrupt):
            store.compact()
    assert before != after == sums(store)
    store.compact()
    assert sums(store) == after


def test_many_dossiers_are_summed_up_some_at_a_time(store, tmp_path, monkeypatch):
    for n in range(10):
        store.append("dossiers", dossier(f"b{n}"), DAY)
        store.append("steps", steps(2, 5, 4, 9, code=f"b{n}", start=DAY + n * HOUR), DAY)
    other = Store(shutil.copytree(tmp_path / "home", tmp_path / "other"))
    store.compact()
    summed, sizes = store_module.summed, []

    def noted(con, *asked):
        rows = summed(con, *asked)
        sizes.append(rows.count().execute())
        return rows

    monkeypatch.setattr(store_module, "summed", noted)
    monkeypatch.setattr(store_module, "SUMMED_AT_ONCE", 20)
    other.compact()
    assert len(sizes) == 4
    assert sum(sizes) == 11 > max(sizes)
    assert sums(other) == sums(store)
