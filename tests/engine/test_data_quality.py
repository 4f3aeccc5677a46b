"""Each kind of doubtful record is found, named and explained."""

import datetime as dt

from phucvu.engine.data_quality import WORDS, findings
from phucvu.engine.left_out import left_out
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
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
