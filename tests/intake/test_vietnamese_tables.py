"""The project's own tables with the headings and values that offices write."""

import datetime as dt
import unicodedata

import pytest
import xlsxwriter

from phucvu.intake import words
from phucvu.intake.files import import_file, kind_of
from phucvu.intake.tables import KINDS
from phucvu.records.schema import TABLES
from phucvu.tables import apart, plain

from .test_tables import ROWS, written


def in_vietnamese(kind):
    """The file of ``ROWS`` with usual Vietnamese headings."""
    heading, rows = ROWS[kind].split("\n", 1)
    table = KINDS[kind]
    named = (words.heading_of(table, table[name]) for name in heading.split(","))
    return ",".join(f'"{h}"' for h in named) + "\n" + rows


@pytest.mark.parametrize("kind", ROWS)
def test_each_table_is_known_by_its_vietnamese_headings(store, tmp_path, kind):
    path = written(tmp_path, "so-lieu.csv", in_vietnamese(kind))
    assert kind_of(path) == kind
    taken = import_file(store, path)
    assert (taken.kind, taken.taken, taken.set_aside) == (kind, 1, 0)
    assert import_file(store, written(tmp_path, f"{kind}.csv", ROWS[kind])).unchanged == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_has_headings_and_each_names_one_column(kind):
    table = TABLES[kind]
    assert set(words.HEADINGS[kind]) == set(table.types)
    every = [plain(h) for listed in words.HEADINGS[kind].values() for h in listed]
    assert len(set(every)) == len(every)
    for column in table.columns:
        for heading in (*words.HEADINGS[kind][column.name], column.name, f" {column.name.upper()} "):
            assert words.column_of(table, heading) == column


@pytest.mark.parametrize("kind", KINDS)
def test_every_closed_value_has_words_and_each_word_one_value(kind):
    for column in TABLES[kind].columns:
        assert set(words.called(kind, column.name)) == set(column.values)
        said = [
            plain(w) for listed in words.VALUES.get(kind, {}).get(column.name, {}).values() for w in listed
        ]
        assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("tỉnh", "province"),
        ("Sở", "department"),
        ("sở, ban, ngành", "department"),
        ("Xã", "commune"),
        ("PHƯỜNG", "commune"),
        ("bộ", "ministry"),
        ("Bộ, ngành", "ministry"),
        ("đặc khu", "commune"),
        (unicodedata.normalize("NFD", "tỉnh"), "province"),
    ],
)
def test_kinds_of_units(store, tmp_path, said, kind):
    text = f'Mã đơn vị,Tên đơn vị,Loại đơn vị,Từ ngày\nH97,Tên,"{said}",01/07/2025\n'
    taken = import_file(store, written(tmp_path, "a.csv", text))
    assert (taken.kind, taken.taken, taken.set_aside) == ("units", 1, 0)
    held = store.rows("units").filter(code="H97")
    assert held.select("kind", "valid_from").row(0) == (kind, dt.date(2025, 7, 1))


def test_values_of_procedures(store, tmp_path):
    text = (
        "Mã TTHC,Tên thủ tục,Có phí,Đối tượng công dân,Thời hạn giải quyết,Đơn vị tính,Tình trạng\n"
        "1.1,Thử,Có,không,5,Ngày làm việc,Công khai\n"
        f"1.2,Thử,{unicodedata.normalize('NFD', 'Không')},x,3,tháng,"
        "Bãi bỏ\n1.3,Thử,khong,co,,,không công khai\n"
    )
    taken = import_file(store, written(tmp_path, "a.csv", text))
    assert (taken.kind, taken.taken, taken.set_aside) == ("procedures", 3, 0)
    held = store.rows("procedures").filter(name="Thử").sort("code")
    assert held.select("code", "fee", "for_citizens", "max_time", "max_time_unit", "status").rows() == [
        ("1.1", True, False, 5, "workday", "public"),
        ("1.2", False, True, 3, "month", "abolished"),
        ("1.3", False, True, None, None, "hidden"),
    ]


@pytest.mark.parametrize(
    ("said", "period"), [("Tháng 8/2026", "2026-08"), ("quý III/2026", "2026-Q3"), ("năm 2026", "2026")]
)
def test_periods_of_reports(store, tmp_path, said, period):
    text = f"Đơn vị,Kỳ báo cáo,Số hồ sơ tiếp nhận\nH99,{said},1.234\n"
    assert import_file(store, written(tmp_path, "a.csv", text)).taken == 1
    assert store.rows("reports").select("unit", "period", "received").rows() == [("H99", period, 1234)]


def test_a_word_not_known_is_set_aside_and_says_what_is(store, tmp_path):
    text = "Mã đơn vị,Tên đơn vị,Loại đơn vị\nH97,Tên,làng\n"
    taken = import_file(store, written(tmp_path, "a.csv", text))
    assert (taken.taken, taken.set_aside) == (0, 1)
    assert "“làng”" in taken.problems[0].vi
    assert "province (“tỉnh”)" in taken.problems[0].vi


def test_an_export_with_a_unit_and_a_procedure_stays_an_export(tmp_path):
    text = "Mã hồ sơ,Mã TTHC,Đơn vị,Ngày tiếp nhận,Trạng thái\nD-1,1.000001,H99.01,03/08/2026,Đang xử lý\n"
    assert kind_of(written(tmp_path, "a.csv", text)) == "export"
    assert kind_of(written(tmp_path, "b.csv", in_vietnamese("petitions"))) == "petitions"


def test_the_columns_own_name_comes_first(store, tmp_path):
    text = "code,Mã,name,kind,_4\nH97,9,Tên,province,\n"
    taken = import_file(store, written(tmp_path, "units.csv", text))
    assert (taken.taken, taken.set_aside) == (1, 0)
    assert [n.vi for n in taken.notes] == ["cột không dùng: Mã"]


TWICE = {
    "units": "code,name,kind\nX,Một,district\nX,Hai,district\n",
    "procedures": "code,name\n1.1,Một\n1.1,Hai\n",
    "services": "code,procedure,unit,level\nS,1.1,H99,full\nS,1.1,H99,partial\n",
    "decisions": "number,unit,procedure,decided_on\n1/QĐ,H99,1.1,2026-08-01\n1/QĐ,H99,1.1,2026-08-02\n",
    "reports": "unit,period,received\nH99,2026-08,1\nH99,tháng 8/2026,2\n",
    "petitions": "code,unit,arrived_at\nP,H99,2026-08-01\nP,H99,2026-08-02\n",
    "ratings": "dossier,unit,value\nD,H99,1\nD,H99,-1\n",
    "calendar": "date,working\n2026-08-22,1\n22/08/2026,0\n",
}


@pytest.mark.parametrize("kind", TWICE)
def test_what_a_file_says_twice_differently_is_refused_naming_both_rows(store, tmp_path, kind):
    heading, first, second, _ = TWICE[kind].split("\n")
    before = store.rows(kind).height
    path = written(tmp_path, "a.csv", f"{heading}\n{first}\n{first}\n{second}\n")
    taken = import_file(store, path, kind=kind)
    assert (taken.taken, taken.set_aside) == (0, 3)
    # Of units it is said of which days the rows are, of two at a time.
    named = (
        {2: "dòng 2,", 3: "dòng 3,", 4: "dòng 4,"}
        if kind == "units"
        else dict.fromkeys((2, 3, 4), "dòng 2, 3, 4")
    )
    assert {p.row for p in taken.problems} == {2, 3, 4}
    assert all(named[p.row] in p.vi for p in taken.problems)
    assert store.rows(kind).height == before
    alike = import_file(store, written(tmp_path, "b.csv", f"{heading}\n{first}\n{first}\n"), kind=kind)
    assert (alike.taken, alike.set_aside) == (1, 0)
    assert store.rows(kind).height == before + 1


def test_spans_of_a_unit_do_not_contradict_each_other(store, tmp_path):
    text = (
        "code,name,kind,valid_from,valid_to\nX,Cũ,district,2020-01-01,2025-06-30\nX,Mới,commune,2025-07-01,\n"
    )
    assert import_file(store, written(tmp_path, "units.csv", text)).set_aside == 0


@pytest.mark.usefixtures("in_process")
def test_a_workbook_of_a_table_is_read_once(store, tmp_path, monkeypatch):
    read = []
    frames = apart.frames
    monkeypatch.setattr(apart, "frames", lambda *a: read.append(a[1].name) or frames(*a))
    for name, heading in (
        ("a.xlsx", ["Mã đơn vị", "Tên", "Loại"]),
        ("b.xlsx", ["Mã hồ sơ", "Đơn vị", "Trạng thái"]),
    ):
        book = xlsxwriter.Workbook(tmp_path / name)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, heading)
        sheet.write_row(1, 0, ["H97", "H99.01", "xã"])
        book.close()
        import_file(store, tmp_path / name)
    assert read == ["a.xlsx", "b.xlsx"]


def test_columns_that_offices_fill_in_words(store, tmp_path):
    heading = "Mã TTHC,Tên TTHC,Đủ bảy bộ phận tạo thành,Bộ phận còn thiếu"
    lines = ('1.1,Một,Không,"Đối tượng thực hiện; Trình tự thực hiện"', "1.2,Hai,Có,trình tự", "1.3,Ba,,phép")
    taken = import_file(store, written(tmp_path, "procedures.csv", "\n".join([heading, *lines]) + "\n"))
    assert [(p.row, p.field) for p in taken.problems] == [(3, "parts_missing"), (4, "parts_missing")]
    assert "trình tự thực hiện" in taken.problems[1].vi
    assert store.rows("procedures").filter(code="1.1")["parts_missing"].to_list() == ["steps subjects"]

    heading = "Đơn vị,Nhóm chỉ số,Kỳ,Chỉ tiêu,Đơn vị tính,Thời hạn"
    lines = ('H99,Thanh toán trực tuyến,quý IV/2026,"70,5%",%,30/12/2026', "H99,Tổng điểm,năm 2026,3,hạng,")
    taken = import_file(store, written(tmp_path, "chi-tieu.csv", "\n".join([heading, *lines]) + "\n"))
    assert (taken.kind, taken.taken, taken.set_aside) == ("targets", 2, 0)
    held = store.rows("targets").sort("indicator").select("indicator", "period", "value", "unit_of_value")
    assert [tuple(map(str, row)) for row in held.rows()] == [
        ("payment", "2026-Q4", "70.50", "percent"),
        ("total", "2026", "3.00", "rank"),
    ]
