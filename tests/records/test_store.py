"""The store: which version counts, what was known when, and that appending is done once."""

import datetime as dt
import hashlib

import ibis
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phucvu.records.store import Added, Store

NEVER = dt.datetime(1, 1, 1)
DAY = dt.datetime(2026, 3, 2, 8)


def dossier(code="H21-1", moment=DAY, payload="{}", **more):
    return {
        "sender": "H21",
        "code": code,
        "unit": "H21.17",
        "procedure": "1.000001",
        "received_at": DAY,
        "moment": moment,
        "payload": payload,
        **more,
    }


def frame(*rows):
    return pl.DataFrame(rows, infer_schema_length=None)


def read(store, name, as_of=None, **more):
    return store.table(ibis.duckdb.connect(), name, as_of, **more).to_polars()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home")


def test_an_empty_store_has_every_table_with_its_types(store):
    assert read(store, "dossiers").height == 0
    assert read(store, "dossiers").schema["received_at"] == pl.Datetime("us")
    assert read(store, "steps").columns == [
        "sender",
        "code",
        "at",
        "status",
        "arrived",
        "sequence",
        "dossier_id",
    ]


@pytest.mark.parametrize("compacted", [False, True])
def test_a_later_version_replaces_and_an_earlier_one_arriving_late_does_not(store, compacted):
    def arrives(**row):
        added = store.append("dossiers", frame(dossier(**row)))
        if compacted:
            store.compact(whole=True)
        return added

    arrives(status=2)
    arrives(status=9, moment=DAY + dt.timedelta(days=3))
    arrives(status=4, moment=DAY + dt.timedelta(days=1))
    assert read(store, "dossiers")["status"].to_list() == [9]
    assert store.versions("dossiers", "H21", "H21-1")["status"].to_list() == [2, 9, 4]


@pytest.mark.parametrize("compacted", [False, True])
def test_the_same_again_changes_nothing(store, compacted):
    rows = frame(dossier(), dossier(payload='{"a":1}'), dossier(), dossier("H21-2"))
    assert store.append("dossiers", rows) == Added(3, 1)
    if compacted:
        store.compact(whole=True)
    assert store.append("dossiers", rows) == Added(0, 4)
    assert read(store, "dossiers", payload=True).sort("code")["payload"].to_list() == ['{"a":1}', "{}"]


def test_of_a_register_the_last_to_arrive_counts_even_if_it_is_what_stood_before(store):
    def unit(name):
        return frame({"code": "H21", "name": name, "kind": "province"})

    assert store.append("units", unit("cũ")) == Added(1, 0)
    assert store.append("units", unit("mới")) == Added(1, 0)
    assert store.append("units", unit("mới")) == Added(0, 1)
    assert store.append("units", unit("cũ")) == Added(1, 0)
    assert store.rows("units")["name"].to_list() == ["cũ"]


def test_a_step_said_twice_is_one_step(store):
    step = {"sender": "H21", "code": "H21-1", "at": DAY, "status": 2}
    assert store.append("steps", frame(step, step, {**step, "status": 4})) == Added(2, 1)
    assert store.append("steps", frame(step | {"payload": "said otherwise"})) == Added(0, 1)
    store.compact(whole=True)
    assert read(store, "steps")["status"].sort().to_list() == [2, 4]


def test_dossiers_of_two_senders_may_have_the_same_code(store):
    store.append("dossiers", frame(dossier(), dossier() | {"sender": "G09"}))
    both = read(store, "dossiers")
    assert both["sender"].sort().to_list() == ["G09", "H21"]
    assert both["dossier_id"].n_unique() == 2


def test_dossier_and_steps_share_a_number_that_never_changes(store):
    store.append("dossiers", frame(dossier()))
    store.append("steps", frame({"sender": "H21", "code": "H21-1", "at": DAY, "status": 2}))
    numbers = {read(store, name)["dossier_id"][0] for name in ("dossiers", "steps")}
    digest = hashlib.md5(b"H21\x1fH21-1").digest()
    assert numbers == {int.from_bytes(digest[8:], "little") - 2**63}


@pytest.mark.parametrize("when", ["never", "between", "after"])
def test_as_of_answers_from_what_was_known_then(store, when):
    first, second, third = (DAY + dt.timedelta(hours=h) for h in (1, 2, 3))
    store.append("dossiers", frame(dossier(status=2), dossier("H21-2", status=2)), first)
    store.append("steps", frame({"sender": "H21", "code": "H21-1", "at": DAY, "status": 2}), first)
    if when == "between":
        store.compact(whole=True)
    store.append("dossiers", frame(dossier(status=4, moment=DAY + dt.timedelta(days=1))), second)
    store.append("dossiers", frame(dossier("H21-3", status=1)), second)
    store.append("steps", frame({"sender": "H21", "code": "H21-1", "at": DAY, "status": 4}), second)
    store.append("dossiers", frame(dossier(status=9, moment=DAY + dt.timedelta(days=2))), third)
    if when == "after":
        store.compact(whole=True)

    def status(as_of):
        return dict(read(store, "dossiers", as_of).sort("code").select("code", "status").iter_rows())

    assert status(DAY) == {}
    assert status(first) == {"H21-1": 2, "H21-2": 2}
    assert status(second) == {"H21-1": 4, "H21-2": 2, "H21-3": 1}
    assert status(None) == status(third) == {"H21-1": 9, "H21-2": 2, "H21-3": 1}
    assert read(store, "steps", first)["status"].to_list() == [2]


def test_nothing_is_compared_once_all_is_compacted(store):
    store.append("dossiers", frame(dossier(), dossier("H21-2")))
    store.compact(whole=True)
    con = ibis.duckdb.connect()
    plan = con.compile(store.table(con, "dossiers"))
    assert "JOIN" not in plan
    assert "ROW_NUMBER" not in plan


def test_many_small_batches_are_packed_and_still_say_the_same(store):
    for n in range(27):
        store.append("dossiers", frame(dossier(f"H21-{n % 9}", DAY + dt.timedelta(hours=n), status=n % 10)))
        if n in (3, 24):
            store.compact(whole=True)
    before = read(store, "dossiers").sort("code").drop("arrived")
    store.compact()
    store.compact()
    assert read(store, "dossiers").sort("code").drop("arrived").equals(before)
    snapshot = store._files("dossiers").snapshot()
    assert len(snapshot.log) < 9
    assert sum(f.rows for f in snapshot.log) == 27


MOMENTS = st.one_of(st.none(), st.integers(0, 3).map(lambda h: DAY + dt.timedelta(hours=h)))
VERSIONS = st.lists(
    st.tuples(st.integers(1, 3), MOMENTS, st.integers(0, 2), st.sampled_from(["", "|", "compact"])),
    max_size=8,
)


@settings(max_examples=12, deadline=None)
@given(VERSIONS)
def test_any_history_gives_what_a_plain_reading_of_the_rule_gives(tmp_path_factory, history):
    """Rows are (which dossier, moment, payload, what follows: the same batch, a new one, compaction)."""
    store = Store(tmp_path_factory.mktemp("home"))
    batch, held = [], {}
    for number, (which, moment, payload, then) in enumerate(history):
        batch.append(dossier(f"H21-{which}", moment, str(payload)))
        versions = held.setdefault(f"H21-{which}", [])
        if (moment, str(payload)) not in versions:
            versions.append((moment, str(payload)))
        if then or number == len(history) - 1:
            store.append("dossiers", frame(*batch).with_columns(pl.col("moment").cast(pl.Datetime("us"))))
            batch = []
        if then == "compact":
            store.compact(whole=True)
    counting = {}
    for code, versions in held.items():
        best = versions[0]
        for version in versions[1:]:
            if (version[0] or NEVER) >= (best[0] or NEVER):
                best = version
        counting[code] = best
    rows = read(store, "dossiers", payload=True)
    assert {r["code"]: (r["moment"], r["payload"]) for r in rows.iter_rows(named=True)} == counting
