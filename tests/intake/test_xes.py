"""Event logs: the real municipal log, and small ones written here."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from phucvu.intake import event_logs, mappings
from phucvu.intake.files import import_file, kind_of
from phucvu.problems import UnusableError
from phucvu.records import set_aside
from phucvu.records.store import Added, Store

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def receipt(tmp_path_factory):
    """The real log, imported with its mapping: (what was taken, dossiers, steps)."""
    log = Path(__file__).resolve().parents[3] / "shared" / "data" / "receipt" / "receipt.xes.gz"
    if not log.is_file():
        pytest.skip("the receipt log (../shared/data/receipt) is not there")
    store = Store(tmp_path_factory.mktemp("receipt"))
    import_file(store, DATA / "receipt-units.csv", kind="units")
    mapping = mappings.parse((DATA / "receipt.yaml").read_text(), "receipt.yaml")
    mappings.save(store.home, mapping)
    taken = import_file(store, log, mapping="receipt")
    again = import_file(store, log, mapping="receipt")
    assert (again.taken, again.unchanged) == (0, taken.taken + taken.unchanged)
    return taken, store.rows("dossiers"), store.rows("steps")


@pytest.mark.shared
def test_every_case_of_the_real_log_is_a_dossier_and_every_event_a_step(receipt):
    taken, dossiers, steps = receipt
    assert taken.set_aside == 0
    assert dossiers.height == 1434
    ends = dossiers["ended_at"].is_not_null().sum()
    assert (steps["status"] == 9).sum() == ends
    assert taken.added["steps"] == Added(8577 + ends, 0)


@pytest.mark.shared
def test_channels_and_departments_of_the_real_log(receipt):
    _, dossiers, _ = receipt
    assert Counter(dossiers["channel"]) == {2: 1250, 1: 109 + 1, 3: 53 + 21}
    assert Counter(dossiers["unit"]) == {"X10.01": 1390, "X10.02": 29, "X10.03": 15}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("year", "received", "ended", "on_time"), [(2010, 329, 326, 212), (2011, 1094, 1002, 739)]
)
def test_volume_and_on_time_counts_of_the_real_log(receipt, year, received, ended, on_time):
    """Counted plainly: the end of processing is the first step with status 9 (rule 1)."""
    _, dossiers, steps = receipt
    done = {}
    for code, at, status in steps.select("code", "at", "status").iter_rows():
        if status == 9:
            done[code] = min(at, done.get(code, at))
    rows = dossiers.filter(pl.col("received_at").dt.year() == year).select("code", "due_at").rows()
    assert len(rows) == received
    assert sum(code in done for code, _ in rows) == ended
    assert sum(code in done and done[code] <= due for code, due in rows) == on_time


LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
  <global scope="trace">
    <string key="concept:name" value="UNKNOWN"/>
    <date key="end" value="1970-01-01T00:00:00.000+01:00"/>
  </global>
  {traces}
</log>
"""
TRACE = """<trace>
  <string key="concept:name" value="{code}"/><string key="office" value="{office}"/>
  <date key="start" value="2026-08-03T08:00:00+07:00"/>{end}
  <event>
    <string key="concept:name" value="nhận"/><date key="time:timestamp" value="2026-08-03T08:00:00+07:00"/>
  </event>
  <event>
    <string key="concept:name" value="ghi chú"/><date key="time:timestamp" value="2026-08-04T01:00:00Z"/>
  </event>
</trace>"""
MAPPING = """
name: thu
kind: xes
sender: H99
columns: {code: concept:name, unit: office, received_at: start, ended_at: end}
words: {unit: {Xây: H99.01}}
defaults: {procedure: "1.000001"}
events: {words: {nhận: 2}, end: 9}
"""


def written(tmp_path, *traces):
    path = tmp_path / "log.xes"
    path.write_text(LOG.format(traces="".join(traces)), encoding="utf-8")
    return path


def trace(code, office="Xây", end=None):
    ended = f'<date key="end" value="{end}"/>' if end else ""
    return TRACE.format(code=code, office=office, end=ended)


def test_a_small_log(store, tmp_path):
    path = written(tmp_path, trace("1", end="2026-08-05T10:00:00+07:00"), trace("2"), trace("3", "Lạ"))
    assert kind_of(path) == "xes"
    mapping = mappings.parse(MAPPING, "thu.yaml")
    mappings.save(store.home, mapping)
    with pytest.raises(UnusableError, match="mapping"):
        import_file(store, path)
    taken = import_file(store, path, mapping="thu")
    assert (taken.set_aside, taken.problems[0].row, taken.problems[0].field) == (1, 3, "office")
    dossiers = store.rows("dossiers").sort("code")
    at = dt.datetime(2026, 8, 3, 8)
    end = dt.datetime(2026, 8, 5, 10)
    columns = ["sender", "code", "unit", "status", "received_at", "ended_at"]
    assert dossiers.select(columns).rows() == [
        ("H99", "1", "H99.01", 9, at, end),
        ("H99", "2", "H99.01", 4, at, None),
    ], "the log's default for an absent end is no end"
    steps = store.rows("steps").sort("code", "at")
    assert steps.select("code", "at", "status").rows() == [
        ("1", at, 2),
        ("1", end, 9),
        ("2", at, 2),
        ("3", at, 2),
    ]
    assert set_aside.mend(store, "unit", "Lạ", "H99.02") == 1


def test_cases_without_events_are_noted(store, tmp_path):
    empty = '<trace><string key="concept:name" value="9"/></trace>'
    taken = import_file(
        store, written(tmp_path, trace("1"), empty), mapping=mappings.parse(MAPPING, "thu.yaml")
    )
    assert taken.added["dossiers"].taken == 1
    assert "1 vụ việc" in taken.notes[0].vi


@pytest.mark.parametrize(
    "text", ["", "không phải XML", "<log><trace", "<log></log>", LOG.format(traces="<trace/>"), "<a/>"]
)
def test_what_is_no_log_is_said_so(store, tmp_path, text):
    path = tmp_path / "log.xes"
    path.write_text(text)
    with pytest.raises(UnusableError):
        import_file(store, path, mapping=mappings.parse(MAPPING, "thu.yaml"))


def test_a_log_without_the_attributes_mapped_is_said_so(store, tmp_path):
    mapping = mappings.parse(MAPPING.replace("office", "phòng"), "thu.yaml")
    with pytest.raises(UnusableError, match="phòng"):
        import_file(store, written(tmp_path, trace("1")), mapping=mapping)


@pytest.mark.parametrize(
    "said", ["2026-02-31T08:00:00Z", "2g26-08-05T10:00:00Z", "0001-13-01", "2600-01-01T00:00:00Z"]
)
def test_a_moment_that_is_none_is_set_aside(store, tmp_path, said):
    """A case whose end cannot be read is not one without an end."""
    path = written(tmp_path, trace("1", end=said), trace("2"))
    taken = import_file(store, path, mapping=mappings.parse(MAPPING, "thu.yaml"))
    assert store.rows("dossiers")["code"].to_list() == ["2"]
    assert (taken.problems[0].row, taken.problems[0].field) == (1, "end")


def test_values_are_taken_as_they_were_written(store, tmp_path):
    more = '<string key="a" value="&amp;&#x1EC7;"/><int key="b" value="x"/><float key="c" value="1,50"/>'
    path = written(tmp_path, trace("Đ1").replace("<event>", f"{more}<event>", 1))
    path.write_bytes(path.read_text("utf-8").replace("UTF-8", "UTF-16", 1).encode("utf-16"))
    taken = import_file(store, path, mapping=mappings.parse(MAPPING, "thu.yaml"), dry_run=True)
    row = json.loads(taken.preview["dossiers"]["payload"][0])["_row"]
    assert row.items() >= {"concept:name": "Đ1", "a": "&ệ", "b": "x", "c": "1,50"}.items()


def test_a_case_that_says_no_code_is_set_aside_by_itself(store, tmp_path):
    nameless = trace("x").replace('key="concept:name" value="x"', 'key="d" value="x"')
    taken = import_file(
        store,
        written(tmp_path, nameless, trace("UNKNOWN"), trace("1")),
        mapping=mappings.parse(MAPPING, "thu.yaml"),
    )
    assert store.rows("dossiers")["code"].to_list() == ["1"]
    assert [p.row for p in taken.problems if p.field == "concept:name"] == [1, 2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<string key="office" value="Xây"/>', '<strkng key="office" value="Xây"/>', "strkng"),
        ('<string key="office" value', '<string key="office" valpue', "value"),
        ('<string key="office"', 'string key="office"', "chữ"),
        ("<event>", "<evenr/><event>", "evenr"),
        ("<event>", '<string key="office" value="Khác"/><event>', "office"),
        ("<event>", "<trace><event/></trace><event>", "trace"),
        ("<trace>", "<event/><trace>", "event"),
        ("<log", "<!DOCTYPE log [<!ENTITY a 'a'>]><log", "DOCTYPE"),
        ("UTF-8", "lạ", "XML"),
        ("UTF-8", "big5", "XML"),
    ],
)
def test_what_would_be_left_out_in_silence_is_said_with_its_line(store, tmp_path, old, new, said):
    path = written(tmp_path, trace("1"))
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(UnusableError, match=said) as error:
        import_file(store, path, mapping=mappings.parse(MAPPING, "thu.yaml"))
    assert error.value.faults[0].row


def test_a_log_too_large_to_be_held(store, tmp_path, monkeypatch):
    monkeypatch.setattr(event_logs, "LARGEST_WHOLE", 100)
    with pytest.raises(UnusableError, match="MB"):
        import_file(store, written(tmp_path, trace("1")), mapping=mappings.parse(MAPPING, "thu.yaml"))
