"""Each kind of doubtful record is found, named and explained."""

import datetime as dt

import ibis
import polars as pl

from phucvu.engine.data_quality import WORDS, findings
from phucvu.engine.handlers import unknown_handlers
from phucvu.engine.left_out import COLUMNS, left_out
from phucvu.engine.sources import from_frames, of_store
from phucvu.engine.table_findings import table_findings
from phucvu.engine.tree import units_of
from phucvu.figures.periods import Period
from phucvu.records.histories import ID
from phucvu.records.store import Store
from phucvu.rules.loading import load

from . import worked

PROVINCE = {
    "units": [
        {"code": "H99", "name": "Tỉnh Thí Dụ", "kind": "province"},
        {"code": "H99.201", "name": "Xã Một", "kind": "commune", "parent": "H99"},
    ],
    "procedures": [
        {"code": "1.000001", "max_time": "5", "max_time_unit": "day"},
        {"code": "1.000002", "fee": "true", "max_time": "5", "max_time_unit": "day"},
        {"code": "1.000003"},
        {"code": "1.000004", "max_time": "3000000", "max_time_unit": "day"},
    ],
    "reports": [{"unit": "H99", "period": "2026-Q3", "received": "10"}],
}
FINE = {
    "sender": "H99",
    "unit": "H99.201",
    "procedure": "1.000001",
    "received_at": "2026-08-03 08:00",
    "ended_at": "2026-08-05 08:00",
    "result_file": "true",
}
DOUBTFUL = {
    "no_deadline": {"procedure": "1.000003"},
    "impossible_time": {"procedure": "1.000004", "due_at": "2026-08-10"},
    "end_before_receipt": {"ended_at": "2026-08-02 08:00"},
    "due_before_receipt": {"due_at": "2026-08-01"},
    "unknown_unit": {"unit": "H99.999"},
    "unknown_procedure": {"procedure": "9.999999", "due_at": "2026-08-10"},
    "no_fee_line": {"procedure": "1.000002"},
    "no_result_file": {"result_file": "false"},
    "future_step": {},
}


def found(dossiers, period="2026-08", steps=(), **options):
    rows = PROVINCE | {"dossiers": dossiers, "steps": list(steps)}
    tables = from_frames({name: worked.frame(name, part) for name, part in rows.items()})
    now = dt.datetime(2026, 9, 1, 8)
    return findings(tables, load("portal-2026"), Period.parse(period), now, **options)


def test_each_kind_is_found_once():
    dossiers = [FINE | changes | {"code": name} for name, changes in DOUBTFUL.items()]
    later = {"sender": "H99", "code": "future_step", "at": "2027-01-01 08:00", "status": "9"}
    seen = {"sender": "H99", "code": "future_step", "at": "2026-08-05 08:00", "status": "9"}
    rows = found([FINE | {"code": "fine"}, *dossiers], steps=[later, seen])
    unreported = {("unknown_unit", "not_reported")}  # nobody can have declared for a unit that is not known
    assert set(rows.select("dossier", "finding").rows()) == {(n, n) for n in DOUBTFUL} | unreported
    assert set(rows["vi"]) == {WORDS[n].vi for n in (*DOUBTFUL, "not_reported")}
    values = {row["finding"]: row["value"] for row in rows.iter_rows(named=True)}
    assert values["unknown_unit"] == "H99.999"
    assert values["future_step"].startswith("2027-01-01 08:00")


def test_due_at_the_end_of_the_day_of_receipt_is_not_before_it():
    bare = FINE | {"code": "bare", "due_at": "2026-08-03 00:00:00"}
    assert "due_before_receipt" not in found([bare])["finding"].to_list()


def test_received_in_a_month_that_nobody_declared():
    july = FINE | {"code": "july", "received_at": "2026-06-30 08:00", "ended_at": "2026-07-02 08:00"}
    assert found([july], "2026-07").is_empty()  # received before the period: looked at in its own
    assert found([july | {"ended_at": "2026-06-30 09:00"}], "2026-06")["finding"].to_list() == [
        "not_reported"
    ]


def reported(reports: list[tuple[str, str, str]], unit: str) -> bool:
    communes = [{"code": f"H99.20{n}", "kind": "commune", "parent": "H99"} for n in (1, 2)]
    rows = PROVINCE | {
        "units": [PROVINCE["units"][0], *({"name": "Xã"} | commune for commune in communes)],
        "reports": [{"unit": u, "period": p, "received": n} for u, p, n in reports],
        "dossiers": [FINE | {"code": "HS-1", "unit": unit}],
    }
    tables = from_frames({name: worked.frame(name, part) for name, part in rows.items()})
    wrong = findings(tables, load("portal-2026"), Period.parse("2026-08"), dt.datetime(2026, 9, 1, 8))
    return "not_reported" not in wrong["finding"].to_list()


def test_what_was_declared_is_added_up_as_in_1_4():
    both = [("H99.201", "2026-08", "4"), ("H99.202", "2026-08", "0")]
    assert reported(both, "H99"), "the communes' numbers are the province's"
    assert not reported(both[:1], "H99"), "one of them is missing"
    assert reported(both, "H99.201")
    assert not reported(both, "H99.202"), "its own number is none, whatever the sum"
    quarter = [(u, f"2026-{m}", "4") for u in ("H99.201",) for m in ("07", "08", "09")]
    assert reported([*quarter, ("H99.202", "2026-Q3", "5")], "H99"), "months of one and a quarter of another"
    assert not reported([*quarter[1:], ("H99.202", "2026-Q3", "5")], "H99")


def test_of_a_unit_and_by_page():
    dossiers = [FINE | {"code": f"HS-{n}", "result_file": "false"} for n in range(5)]
    dossiers.append(FINE | {"code": "other", "unit": "H99", "result_file": "false"})
    assert len(found(dossiers)) == 6
    assert len(found(dossiers, unit="H99")) == 6
    assert len(found(dossiers, unit="H99.201")) == 5
    assert found(dossiers, unit="H99.201", limit=2, offset=4)["dossier"].to_list() == ["HS-4"]


def test_what_counting_leaves_out_is_named():
    huge = str(10**15)
    petition = {"unit": "H99.201", "arrived_at": "2026-08-03"}
    rows = PROVINCE | {
        "reports": [
            {"unit": "H99", "period": "2026-08", "received": "-4"},
            {"unit": "H99", "period": "hè", "received": "4"},
            {"unit": "H99", "period": "2026-07", "received": "4"},
        ],
        "petitions": [
            petition | {"code": "P-1", "likes": huge},
            petition | {"code": "P-2", "dislikes": "-1"},
            petition | {"code": "P-3", "likes": "3"},
        ],
    }
    tables = from_frames({name: worked.frame(name, part) for name, part in rows.items()})
    every = left_out(tables)
    assert every.select("unit", "dossier", "finding", "value").rows() == [
        ("H99", "hè", "impossible_period", "hè"),
        ("H99", "2026-08", "impossible_report", "hồ sơ tiếp nhận: -4"),
        ("H99.201", "P-1", "impossible_likes", f"lượt hài lòng: {huge}"),
        ("H99.201", "P-2", "impossible_likes", "lượt không hài lòng: -1"),
    ]
    assert set(left_out(tables, {"H99.201"})["dossier"]) == {"P-1", "P-2"}
    doubtful = findings(tables, load("portal-2026"), Period.parse("2026-08"), dt.datetime(2026, 9, 1))
    assert every.schema == doubtful.schema


OF_TABLES = {
    "procedures": [
        {"code": "1.000001", "owner": "H99", "parts_complete": "true", "parts_missing": "steps"},
        {"code": "1.000002", "owner": "H99", "parts_complete": "false", "parts_missing": "steps"},
    ],
    "decisions": [
        {"number": "1", "procedure": "1.000001", "kind": "new", "published_on": "2026-07-02"},
        {"number": "2", "procedure": "1.000002", "kind": "new", "published_on": "2026-07-02"},
        {"number": "3", "procedure": "1.000002", "kind": "abolished", "decided_on": "2026-08-01",
         "published_on": "2026-08-02", "taken_down_on": "2026-08-05", "effective_on": "2026-08-03"},
        {"number": "4", "procedure": "1.000004", "kind": "new"},
        {"number": "5", "procedure": "1.000005", "kind": "new", "published_on": "2026-07-02",
         "ministry_decision": "9/QĐ"},
        {"number": "6", "procedure": "1.000005", "kind": "amended", "published_on": "2026-07-02",
         "ministry_decision": "9/QĐ", "incoming_number": "7", "effective_on": "2027-01-01"},
    ],
    "catalogue": [
        {"procedure": "1.000001", "unit": "H99", "content_hash": "a"},
        {"procedure": "1.000001", "unit": "H99.201", "content_hash": "b"},
        {"procedure": "1.000002", "unit": "H99", "content_hash": "c"},
        {"procedure": "1.000003", "unit": "H99"},
        {"procedure": "1.000005", "unit": "H99"},
    ],
    "targets": [
        {"unit": "H99.999", "indicator": "3.1", "period": "2026", "due_on": "2026-12-31"},
        {"unit": "H99", "indicator": "9.9", "period": "2026", "due_on": "2026-09-01"},
        {"unit": "H99.201", "indicator": "payment", "period": "2026", "due_on": "2026-08-31"},
    ],
    "reports": [
        {"unit": "H99", "period": "2026-08", "received": "9", "carried_over": "1", "finished": "8",
         "open": "1"},
        {"unit": "H99", "period": "2026-07", "received": "9", "finished": "8", "open": "1"},
    ],
}  # fmt: skip


def of_tables(**options):
    rows = {name: [dict(row) for row in part] for name, part in (PROVINCE | OF_TABLES).items()}
    for row in rows["decisions"]:
        row.setdefault("unit", "H99")
        row.setdefault("decided_on", "2026-07-01")
    for row in rows["catalogue"]:
        row["shown_on"] = "2026-08-30"
    for row in rows["targets"]:
        row |= {"value": "70", "unit_of_value": "percent"}
    tables = from_frames({name: worked.frame(name, part) for name, part in rows.items()})
    rules, period = load("portal-2026").at(dt.date(2026, 8, 31)), Period.parse("2026-08")
    return table_findings(tables, units_of(tables), rules, period, dt.date(2026, 9, 1), **options)


def test_each_kind_of_doubt_in_the_tables_is_found_once():
    every = of_tables(handlers={"H99.201": 3})
    assert every.select("unit", "dossier", "finding", "value").rows() == [
        ("H99", "1.000004", "decided_not_shown", "4"),
        ("H99", "5, 1.000005", "decision_not_in_database", "9/QĐ"),
        ("H99", "4, 1.000004", "decision_not_public", "2026-07-01"),
        ("H99", "1.000001", "parts_contradict", "steps"),
        ("H99", "2026-08", "report_received_carried", "received: 10 ≠ 9"),
        ("H99", "1.000002", "shown_abolished", "3"),
        ("H99", "1.000003", "shown_not_decided", None),
        ("H99", "3, 1.000002", "taken_down_late", "2026-08-05"),
        ("H99", "9.9, 2026", "target_measure_unknown", "9.9"),
        ("H99.201", "2026-08", "handler_unknown", "3"),
        ("H99.201", "1.000001", "shown_otherwise", "b"),
        ("H99.201", "payment, 2026", "target_due", "2026-08-31"),
        ("H99.999", "3.1, 2026", "target_unit_unknown", "H99.999"),
    ]
    assert every.schema == dict(COLUMNS)
    assert set(of_tables(of_units={"H99.201"})["finding"]) == {"shown_otherwise", "target_due"}
    assert "target_unit_unknown" in set(of_tables(of_units={"H99", "H99.201"})["finding"])


def test_unknown_handlers_are_counted_and_not_named():
    dossiers = [FINE | {"code": "HS-1"}, FINE | {"code": "HS-2", "unit": "H99"}]
    officers = [{"unit": "H99", "code": "cb01", "name": "Cán bộ Thử"}]
    rows = PROVINCE | {"dossiers": dossiers, "officers": officers}
    tables = from_frames({name: worked.frame(name, part) for name, part in rows.items()})
    ids = dict(tables["dossiers"].select("code", ID).to_polars().rows())
    august = dt.datetime(2026, 8, 3, 9)
    sent = [
        ("HS-1", august, '{"NguoiXuLy": "CÁN BỘ THỬ"}'),
        ("HS-1", august, '{"NguoiXuLy": "CB01"}'),
        ("HS-1", august, '{"NguoiXuLy" : "Ng\\u01b0\\u1eddi L\\u1ea1"}'),
        ("HS-2", august, '{"nguoixuly":"Người \\"Lạ\\""}'),
        ("HS-2", august, '{"TrangThai": "2"}'),
        ("HS-2", august.replace(month=7), '{"NguoiXuLy": "Người Lạ"}'),
    ]
    frame = pl.DataFrame([(ids[c], at, p) for c, at, p in sent], schema=[ID, "at", "payload"], orient="row")
    steps = ibis.memtable(frame)
    period, now = Period.parse("2026-08"), dt.datetime(2026, 9, 1)
    assert unknown_handlers(steps, tables, period, now) == {"H99.201": 1, "H99": 1}
    assert unknown_handlers(steps, tables | from_frames({}), period, now) == {}


def test_handlers_are_read_from_what_was_sent(tmp_path):
    store, at = Store(tmp_path), dt.datetime(2026, 8, 3, 9)
    store.append("officers", pl.DataFrame([{"unit": "H99", "code": "cb01", "name": "Cán bộ Thử"}]))
    dossier = {"sender": "H99", "code": "HS-1"}
    store.append("dossiers", pl.DataFrame([dossier | {"unit": "H99.201", "received_at": at}]))
    sent = [(at, "Cán bộ Thử"), (at.replace(hour=10), "Người Lạ")]
    steps = [
        dossier | {"at": at, "status": 2, "payload": f'{{"NguoiXuLy": "{handler}"}}'} for at, handler in sent
    ]
    store.append("steps", pl.DataFrame(steps))
    with of_store(store) as tables:
        with_payload = store.table(tables["steps"].get_backend(), "steps", payload=True)
        found = unknown_handlers(with_payload, tables, Period.parse("2026-08"), dt.datetime(2026, 9, 1))
    assert found == {"H99.201": 1}
