"""Nasty values in every field of every kind of file: each row is taken as it was meant or set aside.

Quick by default; ``pytest tests/intake/test_fuzz.py --hypothesis-profile long`` looks for longer.
"""

import csv
import datetime as dt
import gzip
import itertools
import json
import unicodedata
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phucvu.intake import files, mappings
from phucvu.intake.files import import_file
from phucvu.intake.tables import KINDS
from phucvu.intake.values import moments
from phucvu.problems import UnusableError
from phucvu.records.schema import AMOUNT, TIME
from phucvu.records.store import Store
from phucvu.tables import reading

from .conftest import DOSSIER, STEP, UNITS
from .test_tables import ROWS
from .test_xes import LOG, MAPPING

EXAMPLES = max(3, settings.default.max_examples // 10)
FEW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

BLANK = ("", " ", "\t", "\u00a0")
NASTY = (
    *BLANK,
    *("\0", "a\0b", "\x1b[31m", "\u202e", "\u200b", "\ufeff", "\U0010ffff", "<b>&amp;", '"', "'; --", "\r\n"),
    *(
        "=1+1",
        "@SUM(A1)",
        "+84",
        "-5",
        "-0",
        "0x10",
        "1e3",
        "1e400",
        "NaN",
        "inf",
        "1.5",
        "1,5",
        "1 2",
        "true",
    ),
    *("9" * 15, "9" * 16, "9" * 400, str(2**63), str(-(2**63) - 1), "１２", "٣", "²", "Ⅷ", "1_000"),
    *("2026-02-31", "0000-00-00", "9999-12-31", "1899-12-31", "20261332080000", "２０２６-08-01"),
    *("2026-08-03T08:00:00+99:99", "24:00 03/08/2026", "03/08/26", "46000", "-1-1-1", "2026-08-03T23:59:60"),
    *("x" * 101, "x" * 25_000, unicodedata.normalize("NFD", "ệ") * 200, "[1]", "{}", "null", "None"),
)
MEANT = {
    pl.Boolean: {"true"},
    pl.Int64: {"9" * 15, "20261332080000", "46000"},
    pl.Int8: set(),
    pl.Date: set(),
    AMOUNT: {"46000", "1.5", "1,5"},
    TIME: set(),
}
"""By type, the nasty values that are sound all the same; anything else but a blank is set aside."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A store that knows the units; nothing is kept in it."""
    held = Store(tmp_path_factory.mktemp("home"))
    held.append("units", pl.DataFrame(UNITS, schema=["code", "name", "kind", "parent"], orient="row"))
    return held


def tried(store, path, **how):
    """What a dry run says; None where the file cannot be used, and nothing else may stop it."""
    problems = []
    try:
        return import_file(store, path, dry_run=True, **how)
    except UnusableError as error:
        problems += error.faults
    assert all(p.vi and p.en for p in problems)
    assert problems
    assert "\n" not in str(problems[0])
    return None


def all_rows_are_told(taken, number):
    assert taken.taken + taken.unchanged + taken.set_aside + taken.skipped == number
    assert all(p.vi and p.en for p in taken.problems)


def nasty_rows(kind):
    """The row of ``ROWS``, each of its fields once with each nasty value; the keys of the others differ."""
    heading, good = (
        next(csv.reader([ROWS[kind].split("\n")[0]])),
        next(csv.reader([ROWS[kind].split("\n")[1]])),
    )
    table = KINDS[kind]
    rows = []
    for n, (column, value) in enumerate(itertools.product(heading, NASTY)):
        row = dict(zip(heading, good, strict=True))
        for key in (key for key in table.key if key in heading):
            if key == "date":
                row[key] = (dt.date(1990, 1, 1) + dt.timedelta(days=n)).isoformat()
            elif key == "indicator":
                row[key] = "3.1"
            elif key == "period":
                row[key] = f"{1900 + n // 12}-{1 + n % 12:02}"
            else:
                row[key] = f"K{n}"
        rows.append((column, value, row | {column: value}))
    return heading, rows


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_table(home, tmp_path, kind):
    _, rows = nasty_rows(kind)
    path = tmp_path / f"{kind}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for _, _, row in rows))
    types = KINDS[kind].types
    taken = tried(home, path)
    all_rows_are_told(taken, len(rows))
    kept = []
    frame = pl.read_ndjson(path)
    aside = {p.row for p in taken.problems}
    kept = [(column, value) for n, (column, value, _row) in enumerate(rows, 1) if n not in aside]
    assert taken.set_aside == len(taken.problems) == len(rows) - len(kept)
    for column, value in kept:
        if types[column] != pl.String and value.strip():
            assert value in MEANT[types[column]], (column, value)
    assert frame.height == len(rows)


@pytest.mark.parametrize("kind", ["units", "petitions"])
@pytest.mark.usefixtures("in_process")
def test_the_other_formats_say_the_same(home, tmp_path, kind):
    heading, rows = nasty_rows(kind)
    # A spreadsheet holds no longer texts, and none of these characters.
    rows = [
        row
        for _, value, row in rows
        if len(value) < 20_000 and not set(value) & set("\0\x1b\r\ufeff\U0010ffff")
    ]
    (tmp_path / "a").mkdir()
    paths = [tmp_path / "a" / f"{kind}.{ending}" for ending in ("jsonl", "csv", "parquet", "xlsx")]
    paths[0].write_text("".join(json.dumps(row) + "\n" for row in rows))
    with paths[1].open("w", newline="") as file:
        writer = csv.DictWriter(file, heading)
        writer.writeheader()
        writer.writerows(rows)
    pl.DataFrame(rows).write_parquet(paths[2])
    with xlsxwriter.Workbook(paths[3], {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([dict(zip(heading, heading, strict=True)), *rows]):
            for place, name in enumerate(heading):
                sheet.write_string(number, place, row[name])
    outcomes = [tried(home, path) for path in paths]
    counts = {(t.taken, t.unchanged, t.set_aside) for t in outcomes}
    assert len(counts) == 1, counts


ODD = (None, True, 0, -1, 1.5, 1e300, 10**400, [], {}, ["x"], {"a": {"b": 1}}, [[[]]])
FIELDS = (
    *("MaHoSo", "MaTTHC", "TenTTHC", "KenhThucHien", "ChuHoSo", "NgayNopHoSo", "NgayTiepNhan", "NgayHenTra"),
    *("TrangThaiHoSo", "NgayTra", "NgayKetThucXuLy", "NgayTuChoi", "DonViXuLy", "HoSoCoThanhPhanSoHoa"),
    *("TaiKhoanDuocXacThucVoiVNeID", "DuocThanhToanTrucTuyen", "TaiLieuNop", "DanhSachLePhi"),
    *("DanhSachGiayToKetQua", "DanhSachHoSoBoSung", "DinhDanhCHS", "DSKetNoiCSDL", "La"),
)
LISTS = {
    "TaiLieuNop": ("IsDeleted", "DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG"),
    "DanhSachLePhi": ("Gia",),
    "DanhSachGiayToKetQua": ("DuongDanTepTinKetQua", "MaGiayToKetQua"),
    "DSKetNoiCSDL": ("MaCSDL",),
}


def test_every_field_of_dossiers_and_steps(home, tmp_path):
    lines = []
    for n, (field, value) in enumerate(itertools.product(FIELDS, (*NASTY, *ODD))):
        lines.append(DOSSIER | {"MaHoSo": f"D-{n}"} | {field: value})
    for (name, inner), value in itertools.product(LISTS.items(), (*NASTY, *ODD)):
        lines += [DOSSIER | {"MaHoSo": f"L-{len(lines)}"} | {name: [{field: value}]} for field in inner]
    for field, value in itertools.product(
        ("MaHoSo", "ThoiDiemXuLy", "TrangThai", "NguoiXuLy"), (*NASTY, *ODD)
    ):
        lines.append(STEP | {"MaHoSo": f"S-{len(lines)}"} | {field: value})
    texts = [json.dumps(line) for line in lines]
    texts += [t.replace('"D-1"', '"\\ud800"') for t in texts[:2]] + [
        "{",
        "[]",
        "1",
        "null",
        '"x"',
        "\x00",
        "{}",
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(texts))
    taken = tried(home, path, sender="H99")
    all_rows_are_told(taken, len(texts))
    assert taken.set_aside > len(NASTY)
    frame = taken.preview["dossiers"]
    assert frame["received_at"].dt.year().is_between(1900, 2199).all()


def test_every_column_of_an_export(home, tmp_path):
    own = mappings.built_in()
    headings = [listed[0] for listed in own.columns.values()]
    good = dict.fromkeys(headings, "") | {
        "Mã hồ sơ": "E", "Mã TTHC": "1.000001", "Đơn vị xử lý": "H99.01", "Ngày tiếp nhận": "03/08/2026",
        "Trạng thái": "Đang xử lý", "Hình thức nộp": "Trực tuyến", "Tên thủ tục": "Cấp phép thử",
    }  # fmt: skip
    rows = [
        good | {"Mã hồ sơ": f"E-{n}"} | {heading: value}
        for n, (heading, value) in enumerate(itertools.product(headings, NASTY))
    ]
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, headings)
        writer.writeheader()
        writer.writerows(rows)
    taken = tried(home, path)
    assert taken.kind == "export"
    all_rows_are_told(taken, len(rows))


def test_every_attribute_of_an_event_log(home, tmp_path):
    """What XML can hold goes through the reader; what it cannot is a file that cannot be used."""
    mapping = mappings.parse(
        "name: x\nkind: xes\nsender: H99\n"
        "columns: {code: 'case:concept:name', procedure: 'case:p', unit: 'case:u'}\n"
        "defaults: {procedure: '1.000001', unit: H99.01}\nevents: {otherwise: 4}\n", "x.yaml",
    )  # fmt: skip
    texts = [t for t in NASTY if t.strip() and not set(t) & set("\0\x1b\ufeff") and len(t) < 1000]
    event = '<event><string key="concept:name" value={}/><date key="time:timestamp" value={}/></event>'
    sound = quoteattr("2026-08-03T08:00:00Z")
    traces = [
        f'<trace><string key="concept:name" value={quoteattr(f"T{n}")}/>'
        f'<string key="p" value={quoteattr(text)}/>'
        f'<string key="u" value={quoteattr(text)}/>{event.format(quoteattr(text), sound)}</trace>'
        for n, text in enumerate(texts)
    ]
    path = tmp_path / "a.xes"
    path.write_text(f"<log>{''.join(traces)}</log>", encoding="utf-8")
    taken = tried(home, path, mapping=mapping)
    assert taken is None or taken.taken + taken.set_aside >= len(traces)
    path.write_text("<log><trace><string key='concept:name' value='\0'/></trace></log>")
    assert tried(home, path, mapping=mapping) is None


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(NASTY[:40])


@FEW
@given(st.sampled_from(sorted(KINDS)), st.lists(st.lists(CELLS, min_size=1, max_size=14), max_size=6))
def test_any_rows_under_a_sound_heading(home, tmp_path_factory, kind, rows):
    heading = ROWS[kind].split("\n")[0].split(",")
    path = tmp_path_factory.mktemp("any") / f"{kind}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([heading, *rows])
    taken = tried(home, path)
    if taken is not None:
        assert taken.taken + taken.unchanged + taken.set_aside <= len(rows)
        filled = [row for row in rows if any(reading.pl.Series([c]).str.strip_chars()[0] for c in row)]
        if all("\n" not in c and "\r" not in c for row in rows for c in row):
            all_rows_are_told(taken, len(filled))


@FEW
@given(
    st.sampled_from(["a.csv", "a.jsonl", "units.json", "a.txt", "a.jsonl.gz", "units.tsv"]),
    st.binary(max_size=300),
)
def test_any_bytes(home, tmp_path_factory, name, content):
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(content)
    taken = tried(home, path, sender="H99")
    assert taken is None or taken.taken == 0


START = '<date key="start" value="2026-08-03T08:00:00+07:00"/>'
EVENT = f'<event>{START.replace("start", "time:timestamp")}<int key="n" value="1"/></event>'
OTHER = EVENT.replace("1", "2")
OFFICE = '<string key="office" value="Xây"/><date key="end" value="2026-08-05T10:00:00+07:00"/>'
EVENT_LOG = LOG.format(
    traces=f'<trace><string key="concept:name" value="1"/>{OFFICE}{START}{EVENT}{OTHER}</trace>'
).encode()
OWN = mappings.parse(MAPPING.replace("end: 9", "otherwise: 4"), "x.yaml")
BROKEN = st.one_of(
    st.binary(min_size=1, max_size=2),
    st.sampled_from([bytes([n]) for n in b"<>&\"'/= \n09azZ:.-+"] + [b"<a/>"]),
)


def said_of(element):
    """Every attribute in an element, whatever it is called."""
    return {e.get("key"): e.get("value") for e in element if e.get("value") is not None}


@settings(parent=FEW, max_examples=10 * EXAMPLES)
@given(st.integers(0, len(EVENT_LOG)), st.sampled_from([0, 1, 1, 4, len(EVENT_LOG)]), st.just(b"") | BROKEN)
def test_any_bytes_within_an_event_log(home, tmp_path_factory, at, gone, new):
    """What is taken without a word is all that stands in the file."""
    content = EVENT_LOG[:at] + new + EVENT_LOG[at + gone :]
    path = tmp_path_factory.mktemp("log") / "a.xes"
    path.write_bytes(content)
    taken = tried(home, path, mapping=OWN)
    if taken is None or taken.set_aside or taken.notes:
        return
    [trace] = ElementTree.fromstring(content).findall("{*}trace")
    [dossier] = map(json.loads, taken.preview["dossiers"]["payload"])
    assert dossier["_row"] == said_of(trace)
    events = [said_of(e) for e in trace if e.get("value") is None]
    steps = map(json.loads, taken.preview["steps"]["payload"])
    assert [(s["ThoiDiemXuLy"], s.get("n")) for s in steps] == [
        (e["time:timestamp"], e.get("n")) for e in events
    ]


@FEW
@given(st.integers(0, 10**6), st.integers(0, 255), st.booleans())
def test_any_byte_of_a_packed_event_log(home, tmp_path_factory, at, byte, cut):
    packed = bytearray(gzip.compress(EVENT_LOG, mtime=0))
    place = at % len(packed)
    if cut:
        del packed[place:]
    else:
        packed[place] = byte
    path = tmp_path_factory.mktemp("log") / "a.xes.gz"
    path.write_bytes(packed)
    taken = tried(home, path, mapping=OWN)
    if taken is not None:
        all_rows_are_told(taken, 1 + 2)


@FEW
@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | CELLS, st.lists, max_leaves=4),
    st.data(),
)
def test_any_json_in_a_dossier(home, tmp_path_factory, value, data):
    field = data.draw(st.sampled_from(FIELDS))
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    path.write_text(
        json.dumps(DOSSIER | {field: value}) + "\n" + json.dumps(DOSSIER | {"MaHoSo": "D-2"}) + "\n"
    )
    taken = tried(home, path, sender="H99")
    all_rows_are_told(taken, 2)
    assert taken.taken >= 1


@pytest.mark.parametrize(
    "name", ["units.csv", "units.jsonl", "a.jsonl", "units.xlsx", "a.xlsx", "units.parquet", "a.xes"]
)
def test_a_file_that_vanishes_while_it_is_read(home, tmp_path, monkeypatch, name):
    path = tmp_path / name
    path.write_bytes(b'{"MaHoSo": "1"}')
    recognise = files.recognise

    def then_gone(source, mapping):
        kind = recognise(source, mapping)
        source.close()
        path.unlink()
        return kind

    monkeypatch.setattr(files, "recognise", then_gone)
    assert tried(home, path, sender="H99", mapping="mot-cua") is None


@pytest.mark.parametrize(
    "said", ["2026-08-03T23:59:60", "20260803235960", "03/08/2026 10:20:60", "2026-08-03 10:20:60"]
)
def test_a_second_that_is_not_there_is_not_taken_for_the_next_minute(said):
    read = moments(pl.Series([said]))
    assert (read.at[0], read.bad[0]) == (None, True)


def test_a_first_row_wider_than_its_heading_is_set_aside(home, tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("code,name,kind\nA,A,xã,thừa\nB,B,xã\n")
    taken = tried(home, path)
    assert (taken.taken, taken.set_aside) == (1, 1)
