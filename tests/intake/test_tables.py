"""The project's own tables from people's files."""

import datetime as dt

import polars as pl
import pytest
import xlsxwriter

from phucvu.figures.units import Unit, Units
from phucvu.intake.files import import_file, kind_of
from phucvu.problems import UnusableError
from phucvu.records import set_aside
from phucvu.records.schema import TABLES

UNITS = (
    "code,name,kind,parent,valid_from,valid_to,successor\n"
    "H97,UBND tỉnh Bịa,province,,,,\n"
    "H97.01,Sở Bịa,department,H97,2025-07-01,,\n"
)
ROWS = {
    "units": "code,name,kind,parent\nH97,UBND tỉnh Bịa,province,\n",
    "procedures": "code,name,fee,max_time,max_time_unit,status\n1.1,Thử,1,5,workday,public\n",
    "authority": "unit,procedure\nH99,1.1\n",
    "catalogue": "procedure,unit,shown_on,content_hash\n1.1,H99,2026-08-15,ab12\n",
    "targets": "unit,indicator,period,value,unit_of_value,due_on\nH99,3.1,2026,70.5,percent,2026-12-31\n",
    "officers": "unit,code,name,section\nH99,cb01,Cán bộ Thử,Một cửa\n",
    "services": "code,procedure,unit,level,status\nS1,1.1,H99,full,public\n",
    "decisions": "number,unit,kind,decided_on,effective_on,procedure,published_on\n"
    "1/QĐ,H99,new,2026-08-01,2026-09-01,1.1,\n",
    "reports": "unit,period,received\nH99,2026-08,1.234\n",
    "petitions": "code,unit,class,arrived_at,likes,reraised\nP1,H99,conduct,2026-08-01T08:00:00,2,0\n",
    "ratings": "dossier,unit,value\nD1,H99,-1\n",
    "calendar": "date,working,note\n2026-08-22,1,làm bù\n",
}


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("name", ["{}.csv", "so-lieu.csv"])
def test_each_table_is_known_by_its_name_or_columns(store, tmp_path, kind, name):
    path = written(tmp_path, name.format(kind), ROWS[kind])
    assert kind_of(path) == kind
    before = store.rows(kind).height
    taken = import_file(store, path)
    assert (taken.kind, taken.taken, taken.set_aside) == (kind, 1, 0)
    assert import_file(store, path).unchanged == 1
    held = store.rows(kind)
    assert held.height == before + 1
    assert dict(held.schema) == dict(TABLES[kind].types)


def test_the_four_formats_say_the_same(store, tmp_path):
    frame = pl.DataFrame({"code": ["H97"], "name": ["UBND tỉnh Bịa"], "kind": ["province"]})
    frame = frame.with_columns(valid_from=pl.lit(dt.date(2025, 7, 1)))
    frame.write_csv(tmp_path / "units.csv")
    frame.write_ndjson(tmp_path / "units.jsonl")
    frame.write_parquet(tmp_path / "units.parquet")
    book = xlsxwriter.Workbook(tmp_path / "units.xlsx")
    sheet = book.add_worksheet()
    sheet.merge_range("A1:D1", "DANH SÁCH ĐƠN VỊ")
    sheet.write_row("A3", frame.columns)
    sheet.write_row("A4", ["H97", "UBND tỉnh Bịa", "province"])
    sheet.write_datetime("D4", dt.datetime(2025, 7, 1), book.add_format({"num_format": "dd/mm/yyyy"}))
    book.close()
    first, *others = (f"units.{ending}" for ending in ("csv", "jsonl", "parquet", "xlsx"))
    assert import_file(store, tmp_path / first).taken == 1
    for name in others:
        assert import_file(store, tmp_path / name).unchanged == 1, name


def test_a_later_file_replaces_rows_of_the_same_key(store, tmp_path):
    import_file(store, written(tmp_path, "a-units.csv", UNITS))
    import_file(store, written(tmp_path, "b-units.csv", UNITS.replace("Sở Bịa", "Sở Đổi Tên")))
    names = dict(store.rows("units").select("code", "name").iter_rows())
    assert names["H97.01"] == "Sở Đổi Tên"


@pytest.mark.parametrize(
    ("kind", "row", "field"),
    [
        ("units", "H96,Tên,làng,", "kind"),
        ("units", ",Tên,province,", "code"),
        ("units", "H96,Tên,province,H96", "parent"),
        ("procedures", "1.1,Thử,có lẽ,5,workday,public", "fee"),
        ("procedures", "1.1,Thử,1,năm,workday,public", "max_time"),
        ("procedures", "1.1,Thử,1,5,,public", "max_time_unit"),
        ("procedures", "1.1,Thử,1,5,tuần,public", "max_time_unit"),
        ("procedures", "1.1,Thử,1,3000000,day,public", "max_time"),
        ("procedures", "1.1,Thử,1,3651,day,public", "max_time"),
        ("procedures", "1.1,Thử,1,2501,workday,public", "max_time"),
        ("procedures", "1.1,Thử,1,121,month,public", "max_time"),
        ("procedures", "1.1,Thử,1,87601,hour,public", "max_time"),
        ("procedures", "1.1,Thử,1,-5,day,public", "max_time"),
        ("procedures", "1.1,Thử,1,５,day,public", "max_time"),
        ("procedures", f"1.1,Thử,1,{'9' * 5000},day,public", "max_time"),
        ("decisions", "1/QĐ,H99,new,2026-02-31,,1.1,", "decided_on"),
        ("decisions", "1/QĐ,H99,new,0002-01-01,,1.1,", "decided_on"),
        ("decisions", "1/QĐ,H99,new,2026-08-01,9999-12-31,1.1,", "effective_on"),
        ("units", "H96,Tên,province,,1899-12-31,", "valid_from"),
        ("petitions", "P2,H99,conduct,9999-08-01T08:00:00,2,0", "arrived_at"),
        ("petitions", "P2,H99,conduct,2026-08-01T08:00:00,9223372036854775807,0", "likes"),
        ("reports", "H99,2026-08,9223372036854775807", "received"),
        ("reports", "H99,2026-08,１２", "received"),
        ("ratings", "D1,H99,１", "value"),
        ("calendar", "２０２６-08-22,1,", "date"),
        ("decisions", "1/QĐ,H99,new,,,1.1,", "decided_on"),
        ("targets", "H99,3.1,2026,mười,percent,", "value"),
        ("targets", "H99,3.1,2026,70.555,percent,", "value"),
        ("targets", "H99,tươi tốt,2026,70,percent,", "indicator"),
        ("targets", "H99,3.1,hè,70,percent,", "period"),
        ("targets", "H99,3.1,2026,70,bó,", "unit_of_value"),
        ("reports", "H99,tháng tám,5", "period"),
        ("reports", "H99,2026-08,-5", "received"),
        ("reports", "H99,2026-08,1.5", "received"),
        ("ratings", "D1,H99,2", "value"),
        ("calendar", "2026-08-32,1,", "date"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_good_ones_are_kept(store, tmp_path, kind, row, field):
    text = ROWS[kind] if field != "valid_from" else "code,name,kind,parent,valid_from\nH97,Tên,province,,\n"
    path = written(tmp_path, f"{kind}.csv", text + row + "\n")
    taken = import_file(store, path)
    assert (taken.taken, taken.set_aside) == (1, 1)
    problem = taken.problems[0]
    assert (problem.file, problem.row, problem.field) == (f"{kind}.csv", 3, field)
    assert set_aside.pending(store)["source"].to_list() == [kind]


def test_units_that_stand_above_each_other_are_set_aside(store, tmp_path):
    text = "code,name,kind,parent\nA,A,district,B\nB,B,district,C\nC,C,district,A\nD,D,commune,C\n"
    taken = import_file(store, written(tmp_path, "units.csv", text))
    assert taken.set_aside == 1
    parents = dict(store.rows("units").select("code", "parent").iter_rows())
    assert "A" not in parents
    assert parents["D"] == "C"


@pytest.mark.parametrize("link", ["parent", "successor"])
def test_a_circle_is_refused_with_its_way_also_over_units_held(store, tmp_path, link):
    head = f"code,name,kind,{link}\n"
    import_file(store, written(tmp_path, "a-units.csv", head + "A,A,district,B\nB,B,district,\n"))
    taken = import_file(store, written(tmp_path, "b-units.csv", head + "B,B,district,C\nC,C,district,A\n"))
    assert taken.set_aside == 1
    problem = taken.problems[0]
    assert (problem.file, problem.row, problem.field) == ("b-units.csv", 2, link)
    assert "B → C → A → B" in problem.vi
    assert "B → C → A → B" in problem.en
    assert not Units(Unit(*row) for row in store.rows("units").iter_rows()).circles()
    taken = import_file(store, written(tmp_path, "c-units.csv", head + "D,D,district,D\n"))
    assert "D → D" in taken.problems[0].vi


HEAD = "code,name,kind,parent,valid_from,valid_to\n"
STAYS = "P,P,province,,,\nD,D,district,P,,\n"
MOVED = "X,X,commune,D,,2025-06-30\nX,X,commune,P,2025-07-01,\n"


def spans(store):
    rows = store.rows("units").filter(code="X").sort("valid_from")
    return [tuple(map(str, row)) for row in rows.select("parent", "valid_from", "valid_to").iter_rows()]


def taken_from(store, tmp_path, rows):
    (tmp_path / "units.csv").unlink(missing_ok=True)
    return import_file(store, written(tmp_path, "units.csv", HEAD + rows))


def test_a_unit_that_moves_has_a_row_for_each_span_of_days(store, tmp_path):
    both = [("D", "None", "2025-06-30"), ("P", "2025-07-01", "None")]
    assert taken_from(store, tmp_path, STAYS + "X,X,commune,D,,\n").set_aside == 0
    assert taken_from(store, tmp_path, MOVED).taken == 2
    assert spans(store) == both
    again = taken_from(store, tmp_path, STAYS + MOVED)
    assert (again.taken, again.unchanged) == (0, 4)
    store.compact(whole=True)
    assert spans(store) == both
    # A later move alone, and a first day that is put right.
    assert taken_from(store, tmp_path, "X,X,commune,P,2025-08-01,2026-06-30\n").set_aside == 0
    assert taken_from(store, tmp_path, "X,X,commune,D,2026-07-01,\n").set_aside == 0
    assert spans(store) == [both[0], ("P", "2025-08-01", "2026-06-30"), ("D", "2026-07-01", "None")]


def test_rows_of_a_unit_that_share_days_are_refused_and_both_are_named(store, tmp_path):
    taken = taken_from(store, tmp_path, STAYS + MOVED.replace("2025-07-01", "2025-06-30"))
    assert [(p.row, p.field) for p in taken.problems] == [(4, "code"), (5, "code")]
    for problem in taken.problems:
        assert "dòng 4, đến 30/06/2025, thuộc D và dòng 5, từ 30/06/2025, thuộc P" in problem.vi
        assert "row 4, to 30/06/2025, under D and row 5, from 30/06/2025, under P" in problem.en
    assert spans(store) == []


@pytest.mark.parametrize(
    ("held", "row", "vi"),
    [
        ("X,X,commune,D,,\n", "X,X,commune,P,2025-07-01,\n", "(không ghi ngày, thuộc D)"),
        (MOVED, "X,X,commune,P,,\n", "(đến 30/06/2025, thuộc D)"),
        (MOVED, "X,X,commune,D,,\n", "(từ 01/07/2025, thuộc P)"),
    ],
)
def test_a_row_that_would_do_away_with_where_a_unit_was_is_set_aside(store, tmp_path, held, row, vi):
    taken_from(store, tmp_path, STAYS + held)
    before = spans(store)
    taken = taken_from(store, tmp_path, row)
    assert (taken.taken, taken.set_aside) == (0, 1)
    assert vi in taken.problems[0].vi
    assert "nhập cả hai dòng" in taken.problems[0].vi
    assert taken.problems[0].row == 2
    assert spans(store) == before


def test_units_that_stand_above_each_other_at_different_times_are_no_circle(store, tmp_path):
    rows = "A,A,district,B,,2025-06-30\nA,A,district,,2025-07-01,\n"
    rows += "B,B,district,,,2025-06-30\nB,B,district,A,2025-07-01,\n"
    assert taken_from(store, tmp_path, rows).set_aside == 0
    taken = taken_from(store, tmp_path, "A,A,district,B,2025-07-01,\n")
    assert "A → B → A" in taken.problems[0].vi


def test_rows_that_say_different_things_of_a_unit_are_set_aside(store, tmp_path):
    text = "code,name,kind\nX,Một,district\nY,Hai,district\nX,Ba,district\nZ,Bốn,district\nZ,Bốn,district\n"
    taken = import_file(store, written(tmp_path, "units.csv", text))
    assert [(p.row, p.field) for p in taken.problems] == [(2, "code"), (4, "code")]
    assert {"Y", "Z"} <= set(store.rows("units")["code"])
    assert "X" not in store.rows("units")["code"]


@pytest.mark.parametrize(
    "code",
    ["A/B", "A B", "A?b", "A#b", "A%2F", "..", ".", "-a", "A\\b", "A\x07", "H21.json", "accounts", "Dossiers",
     "Ａ２", "a" * 101],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["units", "procedures"])
def test_a_code_that_no_address_can_hold_is_set_aside(store, tmp_path, kind, code):
    rest = ",Tên,province" if kind == "units" else ",Tên,"
    heading = "code,name,kind\n" if kind == "units" else "code,name,status\n"
    taken = import_file(store, written(tmp_path, f"{kind}.csv", f"{heading}{code}{rest}\nH96{rest}\n"))
    assert (taken.taken, taken.set_aside) == (1, 1)
    assert taken.problems[0].field == "code"


@pytest.mark.parametrize(
    "code", ["1.004227.000.00.00.H21", "2.000815", "H21.17", "G09", "SYT-ĐN_2", "a" * 50]
)
def test_codes_in_use_are_taken(store, tmp_path, code):
    for kind, text in (
        ("units", f"code,name,kind\n{code},Tên,province\n"),
        ("procedures", f"code,name\n{code},Tên\n"),
    ):
        assert import_file(store, written(tmp_path, f"{kind}.csv", text)).set_aside == 0


def test_what_is_nothing_known_is_said_so(store, tmp_path):
    path = written(tmp_path, "la.csv", "a,b\n1,2\n")
    with pytest.raises(UnusableError):
        import_file(store, path)
    with pytest.raises(UnusableError, match="units"):
        import_file(store, path, kind="lạ")
    with pytest.raises(UnusableError):
        import_file(store, tmp_path / "không có.csv")


def test_columns_not_known_are_noted(store, tmp_path):
    taken = import_file(store, written(tmp_path, "units.csv", "code,name,kind,phone\nH97,Tên,province,0\n"))
    assert "phone" in taken.notes[0].vi
