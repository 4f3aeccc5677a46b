"""The store: which version counts, what was known when, and that appending is done once."""

import datetime as dt
import hashlib
import json
import shutil
import time
from pathlib import Path

import ibis
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake.exceptions import CommitFailedError
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.formats.polars import PolarsSchema

from phucvu.records import delta, earlier, keys
from phucvu.records import store as store_module
from phucvu.records.store import Added, Store

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


def test_what_is_not_asked_for_is_not_opened(store):
    store.append("dossiers", frame(dossier()))
    store.append("units", frame({"code": "H21", "name": "Tỉnh Ví Dụ", "kind": "province"}))
    for file in Path(store.home, "records", "dossiers", "arrived").glob("*.parquet"):
        file.unlink()
    tables = store.tables(ibis.duckdb.connect())
    assert tables["units"].to_polars()["code"].to_list() == ["H21"]
    with pytest.raises(Exception, match="parquet"):
        tables["dossiers"].to_polars()


@pytest.mark.parametrize("compacted", [False, True])
def test_tables_of_a_home_have_the_columns_that_they_say(tmp_path, compacted):
    store, con = Store(tmp_path / "nhà của tỉnh's [1]"), ibis.duckdb.connect()
    store.append("dossiers", frame(dossier()))
    store.append("steps", frame({"sender": "H21", "code": "H21-1", "at": DAY, "status": 2}))
    store.append("units", frame({"code": "H21", "name": "Tỉnh Ví Dụ", "kind": "province"}))
    if compacted:
        store.compact(whole=True)
        store.append("steps", frame({"sender": "H21", "code": "H21-1", "at": DAY, "status": 4}))
    tables = store.tables(con)
    assert ("histories" in tables) == compacted
    for name, table in tables.items():
        read = con.con.sql(con.compile(table)).pl()
        assert dict(read.schema) == dict(PolarsSchema.from_ibis(table.schema())), name
    assert tables["dossiers"].count().execute() == 1


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


def test_few_commits_are_read_of_a_table_made_by_any_program(store, monkeypatch):
    """Its state is written down again and again."""
    step = {"sender": "H21", "code": "H21-1", "at": DAY, "status": 2}
    with monkeypatch.context() as before:
        before.setattr(delta, "PROPERTIES", {})
        store.append("steps", frame(step))
    for n in range(1, 21):
        store.append("steps", frame(step | {"at": DAY + dt.timedelta(hours=n)}))
    log = Path(store.home, "records", "steps", "_delta_log")
    [written] = log.glob("*.checkpoint.parquet")
    assert written.name.startswith(f"{19:020}.")
    assert read(store, "steps").height == 21


STAGES = {2: 1, 4: 2, 5: 2, 9: 3}
SAID = st.fixed_dictionaries(
    {"status": st.sampled_from(list(STAGES))},
    optional={"ended": st.integers(1, 2), "note": st.sampled_from("ab"), "files": st.integers(1, 3)},
)
VERSIONS = st.lists(
    st.tuples(st.integers(1, 2), SAID, st.sampled_from(["", "|", "compact"])), min_size=1, max_size=8
)


def version(code, said):
    """A version with a status, and as said an end, a note and a list of so many files."""
    payload = {"MaHoSo": code, "GhiChu": said.get("note", "")}
    if "files" in said:
        payload["TaiLieuNop"] = [{"TepDinhKemId": str(n)} for n in range(said["files"])]
    ended = DAY + dt.timedelta(days=said["ended"]) if "ended" in said else None
    row = dossier(code, payload=json.dumps(payload), status=said["status"], files=said.get("files", 0))
    return row | {"ended_at": ended}


def says_nothing_new(said, held):
    """The rule as it reads: each filled field the same, or missing where the held one has a value."""
    status, stood = said["status"], held["status"]
    return (
        (status == stood or STAGES[status] < STAGES[stood])
        and all(said.get(field) in (None, held.get(field)) for field in ("ended", "note"))
        and said.get("files", 0) <= held.get("files", 0)
    )


def append(store, rows):
    store.append("dossiers", frame(*rows).with_columns(pl.col("ended_at").cast(pl.Datetime("us"))))


@settings(max_examples=25, deadline=None)
@given(VERSIONS)
def test_any_history_gives_what_a_plain_reading_of_the_rule_gives(tmp_path_factory, history):
    """Of each: which dossier, what it says, and what follows: the same batch, a new one, compaction."""
    store = Store(tmp_path_factory.mktemp("home"))
    batch, held = [], {}
    for number, (which, said, then) in enumerate(history):
        code = f"H21-{which}"
        if not batch:
            row = frame(version(code, said)).with_columns(pl.col("ended_at").cast(pl.Datetime("us")))
            nothing_new = code in held and held[code] != said and says_nothing_new(said, held[code])
            assert store.older(row) == [nothing_new]
        batch.append(version(code, said))
        if code not in held or not says_nothing_new(said, held[code]):
            held[code] = said
        if then or number == len(history) - 1:
            append(store, batch)
            batch = []
        if then == "compact":
            store.compact(whole=True)
    columns = ["code", "status", "ended_at", "files", "payload"]
    rows = read(store, "dossiers", payload=True).select(columns).rows()
    wanted = [tuple(version(code, said)[c] for c in columns) for code, said in held.items()]
    assert sorted(rows, key=str) == sorted(wanted, key=str)


FULL = {"status": 10, "ended_at": DAY, "filed_at": DAY, "due_at": DAY, "channel": 2, "files": 2}
NOTES = {"GhiChu": "ghi", "ChuHoSo": "Người Thử", "TaiLieuNop": [{"Id": "1", "Ten": "a"}, {"Id": "2"}]}


@settings(max_examples=25, deadline=None)
@given(
    st.permutations([*FULL, *NOTES]),
    st.lists(st.integers(0, 10), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=8),
    st.randoms(use_true_random=False),
)
def test_versions_that_only_add_end_at_the_fullest_in_any_order(tmp_path_factory, order, cuts, again, random):
    """A life in which each version says all that the one before says, sent in any order, often again."""
    lives = []
    for cut in [*sorted(cuts), len(order)]:
        told = {name: FULL[name] for name in FULL if name in order[:cut]}
        payload = {name: NOTES[name] for name in NOTES if name in order[:cut]}
        lives.append(dossier(payload=json.dumps(payload), status=2) | told)
    sent = [(place, False) for place in range(4)] + again
    random.shuffle(sent)
    store = Store(tmp_path_factory.mktemp("home"))
    for place, compacted in sent:
        store.append("dossiers", frame(lives[place]))
        if compacted:
            store.compact(whole=True)
    columns = ["payload", *FULL]
    [row] = read(store, "dossiers", payload=True).select(columns).rows(named=True)
    assert row == {c: lives[-1][c] for c in columns}


RECEIVED = dossier(status=2, received_at=dt.datetime(2026, 8, 18), moment=dt.datetime(2026, 8, 18))
"""As sent first: with the wrong day of receipt."""


@pytest.mark.parametrize("compacted", [False, True])
@pytest.mark.parametrize("alike", [False, True])
def test_a_correction_that_moves_a_date_back_counts(store, compacted, alike):
    """Also where the payload's text is the same, as where a day is read otherwise than before."""
    mended = RECEIVED | dict.fromkeys(("received_at", "moment"), dt.datetime(2026, 8, 8))
    for row in (RECEIVED, mended if alike else mended | {"payload": '{"GhiChu":"sửa ngày"}'}):
        assert store.append("dossiers", frame(row)) == Added(1, 0)
        if compacted:
            store.compact(whole=True)
    assert read(store, "dossiers")["received_at"].to_list() == [dt.datetime(2026, 8, 8)]
    assert read(store, "dossiers", dt.datetime(2026, 1, 1)).is_empty()


def test_an_end_that_is_taken_back_counts_where_anything_new_is_said(store):
    ended = RECEIVED | {"status": 9, "ended_at": DAY, "payload": '{"GhiChu":"xong"}'}
    reopened = RECEIVED | {"status": 5, "payload": '{"GhiChu":"chưa xong"}'}
    for row in (RECEIVED, ended, reopened):
        store.append("dossiers", frame(row))
    rows = read(store, "dossiers")
    assert rows.select("status", "ended_at").rows() == [(5, None)]
    store.append("dossiers", frame(RECEIVED | {"status": 4}))
    assert read(store, "dossiers")["status"].to_list() == [4], "in process after a supplement was asked"


@pytest.mark.parametrize("compacted", [False, True])
def test_somebody_may_choose_the_version_that_counts(store, compacted):
    """It stands until something new arrives; what the sender says once more as before stays known."""
    received, ended = RECEIVED, RECEIVED | {"status": 9, "ended_at": DAY}
    for row in (received, ended, received):
        store.append("dossiers", frame(row), DAY)
    assert store.older(frame(received)) == [True]
    kept = store.history("H21", "H21-1")
    assert [one.counts for one in kept] == [False, True]
    later = DAY + dt.timedelta(days=1)
    assert store.choose("H21", "H21-1", kept[0].place, later)
    if compacted:
        store.compact(whole=True)
    assert read(store, "dossiers")["status"].to_list() == [2]
    assert read(store, "dossiers", as_of=DAY)["status"].to_list() == [9]
    assert not store.choose("H21", "H21-1", kept[0].place, later), "it counts already"
    assert store.rows("chosen").select("sender", "code", "version").rows() == [
        ("H21", "H21-1", kept[0].row["digest"])
    ]
    assert store.append("dossiers", frame(received)) == Added(0, 1)
    assert store.append("dossiers", frame(ended | {"payload": '{"GhiChu":"xong"}'})) == Added(1, 0)
    assert read(store, "dossiers")["status"].to_list() == [9]
    with pytest.raises(KeyError):
        store.choose("H21", "H21-1", 99, later)


def test_a_correction_may_be_taken_back_and_the_same_twice_is_nothing(store):
    other = RECEIVED | {"received_at": DAY}
    for row in (RECEIVED, other, RECEIVED):
        assert store.append("dossiers", frame(row)) == Added(1, 0)
    assert read(store, "dossiers")["received_at"].to_list() == [RECEIVED["received_at"]]
    assert store.append("dossiers", frame(RECEIVED, other, RECEIVED)) == Added(0, 3)
    assert store.versions("dossiers", "H21", "H21-1").height == 3


FILES = [{"TepDinhKemId": "1", "TenTepDinhKem": "đơn", "IsDeleted": False}, {"TepDinhKemId": "2"}]


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"ChuHoSo": ""}, False),
        ({"ChuHoSo": "Người Khác"}, True),
        ({"SoDienThoai": "0900000012"}, True),
        ({"TaiLieuNop": []}, False),
        ({"TaiLieuNop": FILES[1:]}, False),
        ({"TaiLieuNop": [FILES[1], {"TepDinhKemId": 1, "IsDeleted": "false"}]}, False),
        ({"TaiLieuNop": [*FILES, {"TepDinhKemId": "3"}]}, True),
        ({"TaiLieuNop": [{"TepDinhKemId": "1", "IsDeleted": True}]}, True),
        ({"TaiLieuNop": [{"TepDinhKemId": "1", "TenTepDinhKem": "bản vẽ"}]}, True),
        ({"NgayTiepNhan": "18/08/2026", "LoaiDoiTuong": "1"}, False),
        ({"_row": {"STT": "7"}}, False),
    ],
)
def test_personal_and_listed_values_are_compared_too(store, said, counts):
    held = {"ChuHoSo": "Người Thử", "NgayTiepNhan": "20260818", "LoaiDoiTuong": 1, "TaiLieuNop": FILES}
    store.append("dossiers", frame(RECEIVED | {"status": 4, "payload": json.dumps(held)}))
    arrives = frame(RECEIVED | {"payload": json.dumps(said)})
    assert store.append("dossiers", arrives) == Added(1, 0)
    assert read(store, "dossiers")["status"].to_list() == [2 if counts else 4]


def test_lists_too_long_to_compare_make_a_version_count(store):
    """Nothing that is sent holds up the others for long."""
    many = [[{"a": n, "b": m} for n in range(1000)] for m in (1, 2)]
    for status, listed in zip((4, 2), many, strict=True):
        row = RECEIVED | {"status": status, "payload": json.dumps({"TaiLieuNop": listed})}
        began = time.process_time()
        store.append("dossiers", frame(row))
        assert time.process_time() - began < 5
    assert read(store, "dossiers")["status"].to_list() == [2]


def test_versions_marked_by_the_rule_of_before_are_read_as_they_were_marked(store, monkeypatch):
    """Older homes ordered versions by their moments: what was late then stays so, what comes now counts."""
    later = RECEIVED | {"received_at": dt.datetime(2026, 8, 8)}
    store.append("dossiers", frame(RECEIVED))
    with monkeypatch.context() as patched:
        patched.setattr(
            "phucvu.records.store.outcomes", lambda arriving, *_: [earlier.Outcome.OLDER] * len(arriving)
        )
        store.append("dossiers", frame(later))
    assert read(store, "dossiers")["received_at"].to_list() == [RECEIVED["received_at"]]
    assert store.append("dossiers", frame(later)) == Added(1, 0)
    assert read(store, "dossiers")["received_at"].to_list() == [later["received_at"]]


def test_of_two_who_make_a_table_at_once_the_slower_one_goes_on(tmp_path, monkeypatch):
    create = delta.DeltaTable.create

    def beaten(*args, **options):
        create(*args, **options)
        raise CommitFailedError("Protocol changed since last commit")

    monkeypatch.setattr(delta.DeltaTable, "create", beaten)
    row = pl.DataFrame({"code": ["H99"], "name": ["Tỉnh Thử Nghiệm"], "kind": ["province"]})
    assert Store(tmp_path / "home").append("units", row) == Added(1, 0)


def test_a_dossier_has_the_same_number_however_it_is_reckoned(store):
    names = ["", "H21-1", "H21.17-261101-0001", "Đặng Thị Thử", "x" * 100, "\t"]
    rows = frame(*(dossier(name) | {"sender": sender} for name in names for sender in ("H21", "Sở")))
    marked = store._marked(store_module.DOSSIERS, store_module._typed(store_module.DOSSIERS, rows))
    assert store_module._dossier_ids(rows).to_list() == marked["dossier_id"].to_list()


@pytest.mark.parametrize("few", [0, 1000])
def test_looking_up_a_few_and_joining_many_give_the_same(store, few, monkeypatch):
    """Whatever is in the tail, in compacted files of several row groups, or known already."""
    monkeypatch.setattr(store_module, "FEW", few)
    codes = [f"H21-{n}" for n in range(40)]
    for status in (2, 4, 9):
        store.append("dossiers", frame(*(dossier(c, status=status, payload=f"[{status}]") for c in codes)))
        steps = [{"sender": "H21", "code": c, "at": DAY, "status": status} for c in codes]
        store.append("steps", frame(*steps))
        store.compact(whole=status == 4)
    new = [dossier(f"NEW-{n}", status=2) for n in range(3)]
    later = [dossier(c, status=10) for c in codes[:5]]
    known = [dossier(c, status=9, payload="[9]") for c in codes[5:9]]
    older = [dossier(c, status=3, payload="{}") for c in codes[9:12]]
    rows = frame(*new, *later, *known, *older)
    assert store.older(rows) == [False] * 12 + [True] * 3
    assert store.compare("dossiers", rows) == Added(11, 4, changed=8)
    steps = [{"sender": "H21", "code": c, "at": DAY, "status": s} for c in codes[:3] for s in (2, 5)]
    assert store.append("steps", frame(*steps)) == Added(3, 3)
    assert store.append("dossiers", rows) == Added(11, 4)
    assert store.append("dossiers", rows) == Added(0, 15)


def test_a_few_rows_of_a_file_of_many_row_groups_are_read(tmp_path):
    numbers = np.array([5, 3, 9, 3, 7, 1, 3, 8] * 10)
    path = str(tmp_path / "rows.parquet")
    pq.write_table(pa.table({"dossier_id": numbers, "place": range(80)}), path, row_group_size=7)
    rows = keys.Keys().rows(path, np.array([2, 3, 8]))
    assert rows.tolist() == [n for n in range(80) if numbers[n] in (3, 8)]
    for some in (rows, rows[-1:], rows[3:9]):
        assert keys.read(path, some, ["place"])["place"].to_pylist() == some.tolist()
    assert keys.Keys().rows(path, np.array([0, 2, 4])).tolist() == []


def test_what_is_kept_of_files_in_memory_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "MOST_BYTES", 30_000)
    held = keys.Keys()
    for n in range(8):
        path = str(tmp_path / f"{n}.parquet")
        pq.write_table(pa.table({"dossier_id": np.arange(n, n + 1000)}), path)
        assert held.rows(path, np.array([n + 10])).tolist() == [10]
        assert held._bytes <= 30_000
    assert len(held._held) == 2


def test_a_table_stays_open_for_who_appends_again(store, monkeypatch):
    opened = []
    real = delta._snapshot
    monkeypatch.setattr(delta, "_snapshot", lambda place: opened.append(place) or real(place))
    other = Store(store.home)
    store.append("dossiers", frame(dossier("a")), DAY)
    opened.clear()
    store.append("dossiers", frame(dossier("b")), DAY)
    assert opened == []
    # What others commit meanwhile is seen, and taken for known.
    assert other.append("dossiers", frame(dossier("c"), dossier("d")), DAY) == Added(2, 0)
    other.compact("dossiers", whole=True)
    opened.clear()
    assert store.append("dossiers", frame(dossier("c"), dossier("e")), DAY, mark=("move", 7)) == Added(1, 1)
    assert opened == []
    assert read(store, "dossiers").sort("sequence")["code"].to_list() == ["a", "b", "c", "d", "e"]
    assert other.marked("dossiers", ["move"]) == {"move": 7}


def test_a_table_put_back_meanwhile_is_opened_anew(store, tmp_path):
    store.append("dossiers", frame(dossier("a")), DAY)
    shutil.copytree(tmp_path / "home", tmp_path / "copy")
    # The log goes on in another way, to as many commits as this store knows of.
    Store(tmp_path / "copy").append("dossiers", frame(dossier("x")), DAY)
    store.append("dossiers", frame(dossier("b")), DAY)
    store.append("dossiers", frame(dossier("b")), DAY, mark=("move", 1))
    shutil.rmtree(tmp_path / "home")
    shutil.copytree(tmp_path / "copy", tmp_path / "home")
    assert store.append("dossiers", frame(dossier("b")), DAY) == Added(1, 0)
    assert read(store, "dossiers").sort("sequence")["code"].to_list() == ["a", "x", "b"]
