"""Any JSON in any field is judged by itself: its neighbours are taken, kept, counted and shown."""

import datetime as dt
import json
import logging

import ibis
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from phucvu.accounts import personal
from phucvu.engine.figures import figures
from phucvu.figures.periods import Period
from phucvu.inbox.answers import NUMBERS, Code
from phucvu.intake import wire
from phucvu.intake.known import Known
from phucvu.intake.replay import replay
from phucvu.records import set_aside
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from .conftest import DOSSIER, STEP, UNITS

NOW = dt.datetime(2026, 9, 30, 12)
LARGEST_WHOLE = 2**63 - 1

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(LARGEST_WHOLE - 2, LARGEST_WHOLE + 2),
    st.integers(0, 400).map(lambda n: 10**n),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.text("0123456789/:-. ０１٣²đ", max_size=20),
    st.sampled_from(["\ud800", "a\udfff", "\0", "00010101", "21991231235959", "99991231", "H99", "5" * 5000]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["Gia", "IsDeleted", "NgayBoSung"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
DOSSIER_FIELDS = st.sampled_from([*wire.DossierSent.__struct_fields__, "GhiChu", "ChuHoSo", "DinhDanhCHS"])
STEP_FIELDS = st.sampled_from([*wire.StepSent.__struct_fields__, "NguoiXuLy"])
ODD_DOSSIERS = st.dictionaries(DOSSIER_FIELDS, VALUES, min_size=1, max_size=3).map(lambda odd: DOSSIER | odd)
ODD_STEPS = st.dictionaries(STEP_FIELDS, VALUES, min_size=1, max_size=2).map(lambda odd: STEP | odd)


def as_bytes(item):
    return item if isinstance(item, bytes) else json.dumps(item).encode()


def with_field(name, value):
    """A good dossier but for one field, whose value is JSON text."""
    rest = json.dumps(DOSSIER | {"MaHoSo": "BAD-1"})[:-1]
    return f'{rest}, "{name}": {value}}}'.encode()


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return Known.of(provided(tmp_path_factory.mktemp("known")))


def provided(home):
    held = Store(home)
    held.append("units", pl.DataFrame(UNITS, schema=["code", "name", "kind", "parent"], orient="row"))
    held.append("procedures", pl.DataFrame({"code": ["1.000001"], "name": ["Cấp phép thử"]}))
    return held


def read(known, items):
    return wire.dossiers([as_bytes(i) for i in items], known, sender="H99", now=NOW)


BAD = [
    ("overflow of fees", "DanhSachLePhi", f'[{{"Gia": {LARGEST_WHOLE}}}, {{"Gia": 1}}]', Code.NOT_ALLOWED),
    ("a sum of fees", "DanhSachLePhi", '[{"Gia": 999999999999999}, {"Gia": 1}]', Code.NOT_ALLOWED),
    ("a wide amount", "DanhSachLePhi", '[{"Gia": "５００００"}]', Code.NOT_ALLOWED),
    ("a long number for a code", "MaTTHC", "9" * 5000, Code.TOO_LONG),
    ("a number of 300 digits for a code", "MaTTHC", "1e300", Code.TOO_LONG),
    ("a long number for a date", "NgayTra", "9" * 4000, Code.TOO_LONG),
    ("a long number for a status", "TrangThaiHoSo", "9" * 5000, Code.TOO_LONG),
    ("a long number in a field not counted", "GhiChu", "9" * 5000, Code.TOO_LONG),
    ("a number without bound", "GhiChu", "1e999", Code.TOO_LONG),
    ("a long number deep inside", "DinhDanhCHS", f'[{{"SoDinhDanh": {"9" * 101}}}]', Code.TOO_LONG),
    ("half a character", "ChuHoSo", r'"\ud800"', Code.NOT_JSON),
    ("half a character in a code", "MaTTHC", r'"a\udfff"', Code.NOT_JSON),
    ("half a character in a name", "DinhDanhCHS", r'{"\ud800": 1}', Code.NOT_JSON),
    ("NUL", "ChuHoSo", r'"a\u0000b"', Code.NOT_ALLOWED),
    ("NUL in a code", "MaTTHC", r'"a\u0000b"', Code.NOT_ALLOWED),
    ("NUL in a name", "DinhDanhCHS", r'{"\u0000": 1}', Code.NOT_ALLOWED),
    ("a long text", "GhiChu", json.dumps("x" * 20_001), Code.TOO_LONG),
    ("a long list", "TaiLieuNop", json.dumps([{}] * 1_001), Code.TOO_LONG),
    ("a long list of codes", "DSKetNoiCSDL", json.dumps(["1"] * 1_001), Code.TOO_LONG),
    ("deep", "GhiChu", "[" * 33 + "]" * 33, Code.TOO_DEEP),
    ("before 1900", "NgayTra", '"18991231"', Code.NO_SUCH_DATE),
    ("after 2199", "NgayHenTra", '"22000101"', Code.NO_SUCH_DATE),
    ("a wide date", "NgayHenTra", '"２０２６０８１５"', Code.NO_SUCH_DATE),
    ("a wide date with a time", "NgayHenTra", '"１５/８/２０２６ ９:３０"', Code.NO_SUCH_DATE),
    ("an Arabic date", "NgayHenTra", '"١٥/٠٨/٢٠٢٦"', Code.NO_SUCH_DATE),
    ("a wide status", "TrangThaiHoSo", '"２"', Code.NOT_ALLOWED),
    ("a wide flag", "HoSoCoThanhPhanSoHoa", '"１"', Code.NOT_ALLOWED),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "code"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_what_is_beyond_a_limit_is_set_aside_by_itself(known, store, field, value, code):
    good = [DOSSIER | {"MaHoSo": f"GOOD-{n}"} for n in (1, 2)]
    found = read(known, [good[0], with_field(field, value), good[1]])
    assert found.frame["code"].to_list() == ["GOOD-1", "GOOD-2"]
    assert found.items.to_list() == [0, 2]
    assert NUMBERS[found.aside[1].problem.code] == code, found.aside[1].problem
    assert field in found.aside[1].problem.field or code == Code.NOT_JSON or code == Code.TOO_DEEP
    assert set_aside.add(store, found.aside.values()).taken == 1


def test_what_is_at_a_limit_is_taken(known):
    within = {
        "DanhSachLePhi": [{"Gia": 10**15 - 2}, {"Gia": 1}],
        "TaiLieuNop": [{}] * 1_000,
        "GhiChu": "x" * 20_000,
        "MaHoSo": "a" * 100,
        "NgayNopHoSo": "19000101",
        "NgayHenTra": "21991231",
        "DinhDanhCHS": [{"SoDinhDanh": 10**99}],
    }
    found = read(known, [DOSSIER | within])
    assert not found.aside
    assert found.frame["fees"].to_list() == [10**15 - 1]
    deep = json.loads("[" * 31 + "]" * 31)
    assert not read(known, [DOSSIER | {"GhiChu": deep}]).aside


def test_what_breaks_the_program_is_set_aside_by_itself(known, monkeypatch, caplog):
    def breaking(batch, sent):
        if any(one.MaHoSo == "BREAKS" for one in sent):
            raise ZeroDivisionError
        return unbroken(batch, sent)

    unbroken = wire._files
    monkeypatch.setattr(wire, "_files", breaking)
    codes = ["A", "B", "BREAKS", "C", "D"]
    with caplog.at_level(logging.ERROR):
        found = read(known, [DOSSIER | {"MaHoSo": code} for code in codes])
    assert found.frame["code"].to_list() == ["A", "B", "C", "D"]
    assert found.items.to_list() == [0, 1, 3, 4]
    assert list(found.aside) == [2]
    assert found.aside[2].problem.code == "item_unreadable"
    assert "BREAKS" in found.aside[2].problem.vi
    assert "ZeroDivisionError in breaking" in caplog.text


@given(st.lists(ODD_DOSSIERS, min_size=1, max_size=4))
@example([DOSSIER | {"DanhSachLePhi": [{"Gia": LARGEST_WHOLE}, {"Gia": 1}]}])
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_in_any_field_of_a_dossier_is_judged_alone(known, odd):
    items = [DOSSIER | {"MaHoSo": "FIRST"}, *odd, DOSSIER | {"MaHoSo": "LAST"}]
    found = read(known, items)
    assert {0, len(items) - 1} <= set(found.items)
    assert sorted([*found.items, *found.aside]) == list(range(len(items)))
    assert "item_unreadable" not in {a.problem.code for a in found.aside.values()}


@given(st.lists(ODD_STEPS, min_size=1, max_size=4))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_in_any_field_of_a_step_is_judged_alone(odd):
    items = [as_bytes(i) for i in (STEP | {"MaHoSo": "FIRST"}, *odd, STEP | {"MaHoSo": "LAST"})]
    found = wire.steps(items, sender="H99")
    assert {0, len(items) - 1} <= set(found.items)
    assert sorted([*found.items, *found.aside]) == list(range(len(items)))
    assert "item_unreadable" not in {a.problem.code for a in found.aside.values()}


@given(st.lists(ODD_DOSSIERS, min_size=20, max_size=40), st.lists(ODD_STEPS, min_size=10, max_size=20))
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_whatever_was_sent_is_kept_counted_replayed_and_shown(tmp_path_factory, dossiers, steps):
    store = provided(tmp_path_factory.mktemp("home"))
    known = Known.of(store)
    numbered = [one | {"MaHoSo": one["MaHoSo"] if n % 3 else f"D-{n}"} for n, one in enumerate(dossiers)]
    extreme = [with_field(field, value) for _name, field, value, _code in BAD]
    found = read(known, [DOSSIER | {"MaHoSo": "GOOD"}, *numbered, *extreme])
    told = wire.steps([as_bytes(one) for one in (STEP | {"MaHoSo": "GOOD"}, *steps)], sender="H99")
    store.append("dossiers", found.frame)
    store.append("steps", told.frame)
    set_aside.add(store, [*found.aside.values(), *told.aside.values()])
    replay(store)
    con = ibis.duckdb.connect()
    tables = {name: store.table(con, name) for name in TABLES}
    counted = figures(tables, load("qd766-2022"), Period.parse("2026-08"), NOW)
    held = store.table(con, "dossiers", payload=True).to_polars()
    con.disconnect()
    assert counted.filter(unit="H99", indicator="2.1")["denominator"][0] >= 1
    assert "GOOD" in held["code"]
    for row in held.iter_rows(named=True):
        shown = personal.Dossier(row["sender"], row["code"], row["unit"], json.loads(row["payload"]))
        for masked in personal.personal_of(shown).values():
            masked.text.encode()
