"""`phucvu letter`: each kind from a home's own records, templates and fields of the office."""

from __future__ import annotations

import datetime as dt

import docx
import openpyxl
import pytest
from click.testing import CliRunner

from phucvu.cli.letter import KIND_NAMES
from phucvu.cli.program import program
from phucvu.letters.letter_kinds import KINDS
from phucvu.problems import UnusableError
from phucvu.records.store import Store

from ..workspace import records

NOW = "2026-08-20T10:00:00"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("home"))
    records.fill(store, dt.datetime.fromisoformat(NOW))
    return store.home


def write(home, out, kind, unit, *words):
    said = ["letter", kind, "--unit", unit, "--period", "2026-08", "--out", str(out), *words]
    CliRunner().invoke(
        program, [*said, "--home", home, "--now", NOW], catch_exceptions=False, standalone_mode=False
    )
    document = docx.Document(str(out))
    lines = [p.text for p in document.paragraphs]
    lines += [p.text for p in document.sections[0].first_page_footer.paragraphs if p.text]
    return "\n".join([*lines, *(c.text for t in document.tables for r in t.rows for c in r.cells)])


def test_the_command_offers_every_kind():
    assert set(KIND_NAMES) == set(KINDS)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_each_kind_is_written_from_the_own_count(home, tmp_path, kind):
    unit = "H99" if "province" in KINDS[kind].units else "H99.01"
    said = write(home, tmp_path / "van-ban.docx", kind, unit)
    if kind == "apology":  # to a citizen, of one dossier: no period, no count
        assert "THƯ XIN LỖI" in said
        return
    assert "tháng 8/2026" in said
    own = "theo số liệu đơn vị tự thống kê từ hồ sơ đến ngày 20/8/2026"
    listed = "số liệu tự thống kê từ hồ sơ, tính đến ngày 20/8/2026"
    assert (own if KINDS[kind].tells_results else listed) in said
    assert ("Số liệu tạm tính, chưa công bố." in said) == KINDS[kind].tells_results


def test_the_appendices_are_a_workbook_too(home, tmp_path):
    book = tmp_path / "phu-luc.xlsx"
    write(home, tmp_path / "ra.docx", "office-notice", "H99", "--excel", str(book))
    sheets = openpyxl.load_workbook(book, data_only=True)
    assert sheets.sheetnames == ["Chỉ số thành phần", "Đơn vị theo chỉ số", "Giải quyết hồ sơ", "Nguồn"]
    units = list(sheets["Đơn vị theo chỉ số"].iter_rows(values_only=True))
    assert [row[0] for row in units[1:]] == ["H99.01", "H99.201"]
    assert units[0][2].startswith("1.1 ")
    formulas = openpyxl.load_workbook(book)
    totals = [cell.value for cell in formulas["Đơn vị theo chỉ số"][2]][-2:]
    assert str(totals[0]).startswith("=SUM(C2:")
    assert (
        formulas["Chỉ số thành phần"]
        .cell(sheets["Chỉ số thành phần"].max_row, 3)
        .value.startswith("=SUBTOTAL(9,C2:")
    )
    for _, _, handled, on_time, late, rate in sheets["Giải quyết hồ sơ"].iter_rows(2, values_only=True):
        assert handled == on_time + late
        assert rate == pytest.approx(on_time / handled)
    own = tmp_path / "so.xlsx"
    write(home, tmp_path / "ra.docx", "department-notice", "H99.01", "--excel", str(own))
    assert openpyxl.load_workbook(own).sheetnames == ["Chỉ số thành phần", "Nguồn"]


def test_an_office_has_its_own_template_and_fields(home, tmp_path):
    template, fields, out = tmp_path / "mau.docx", tmp_path / "co-quan.yaml", tmp_path / "ra.docx"
    document = docx.Document()
    document.add_paragraph("{{ ten_co_quan }}, {{ ky }}; {{ ngay_thang }}")
    document.save(str(template))
    fields.write_text("ten_co_quan: Sở Thử Nghiệm\nngay_ky: 2026-09-04\n", encoding="utf-8")
    words = ("--template", str(template), "--fields", str(fields))
    said = write(home, out, "department-notice", "H99.01", *words)
    assert said == "Sở Thử Nghiệm, tháng 8/2026; ngày 04 tháng 9 năm 2026"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("ten_co_quann: x", "letter_field_unknown"),
        ("kinh_gui: x", "letter_fields_unreadable"),
        ("- x", "letter_fields_unreadable"),
        ("a: [", "letter_fields_unreadable"),
        ("a: &a [x]\nb: *a", "letter_fields_unreadable"),
        ("ngay_ky: ngày mai", "date_impossible"),
    ],
)
def test_fields_that_cannot_be_used_are_named(home, tmp_path, content, code):
    fields = tmp_path / "co-quan.yaml"
    fields.write_text(content, encoding="utf-8")
    with pytest.raises(UnusableError) as error:
        write(home, tmp_path / "ra.docx", "monthly-publication", "H99", "--fields", str(fields))
    assert [fault.code for fault in error.value.faults] == [code]
    assert not (tmp_path / "ra.docx").exists()


def test_a_file_that_cannot_be_written_is_one_line(home, tmp_path):
    with pytest.raises(UnusableError) as error:
        write(home, tmp_path / "khong-co" / "ra.docx", "monthly-publication", "H99")
    assert error.value.faults[0].code == "output_file_not_written"


def run(home, *words):
    said = CliRunner().invoke(
        program, ["letter-template", *words, "--home", home], catch_exceptions=False, standalone_mode=False
    )
    return said.output


@pytest.fixture
def _templates():
    yield
    from phucvu.accounts.models import LetterTemplate

    LetterTemplate.objects.all().delete()


@pytest.mark.usefixtures("_templates")
def test_an_office_keeps_its_template_and_letters_use_it(tmp_path):
    store = Store(tmp_path / "home")
    records.fill(store, dt.datetime.fromisoformat(NOW))
    (tmp_path / "home" / "phucvu.sqlite3").touch()  # the home keeps a site; its tables are those of the tests
    mine, back = tmp_path / "mau.docx", tmp_path / "ve.docx"
    document = docx.Document()
    document.add_paragraph("Mẫu của {{ ten_co_quan }}")
    document.save(str(mine))
    which = ("department-notice", "--unit", "H99.01")
    assert "Đang dùng mẫu kèm chương trình" in run(store.home, "list", *which)
    kept = run(store.home, "keep", *which, str(mine), "--period", "2026-08", "--now", NOW, "--note", "ngắn")
    assert "Đang dùng mẫu số 1" in kept
    assert "ngắn" in run(store.home, "list", *which)
    run(store.home, "get", *which, "--out", str(back))
    assert back.read_bytes() == mine.read_bytes()
    assert write(store.home, tmp_path / "ra.docx", which[0], "H99.01") == "Mẫu của Sở Thử Một"
    run(store.home, "back", *which, "0")
    run(store.home, "get", *which, "--out", str(back))
    assert back.read_bytes() != mine.read_bytes()
    assert "tháng 8/2026" in write(store.home, tmp_path / "ra.docx", which[0], "H99.01")
    with pytest.raises(UnusableError) as error:
        run(store.home, "get", *which, "--number", "9", "--out", str(back))
    assert error.value.faults[0].code == "template_no_such_version"
    document.add_paragraph("{{ ten_co_qua }}")
    document.save(str(mine))
    with pytest.raises(UnusableError) as error:
        run(store.home, "keep", *which, str(mine), "--period", "2026-08", "--now", NOW)
    assert error.value.faults[0].code == "template_field_unknown"


def test_a_late_dossier_is_asked_about_and_apologised_for(home, tmp_path):
    asked = write(home, tmp_path / "a.docx", "request-for-explanation", "H99")
    assert "Sở Thử Một" in asked
    assert "- H99.01-overdue" not in asked
    assert "H99.01-overdue" in asked
    one = write(home, tmp_path / "a.docx", "request-for-explanation", "H99", "--dossier", "H99.201-overdue")
    assert "Hồ sơ mã H99.201-overdue do Xã Thử Hai giải quyết bị quá hạn" in one
    assert "H99.01" not in one
    with pytest.raises(UnusableError) as error:
        write(home, tmp_path / "b.docx", "request-for-explanation", "H99", "--dossier", "H99.01-later")
    assert error.value.faults[0].code == "dossier_not_late"
    said = write(home, tmp_path / "c.docx", "apology", "H99.01")
    assert said.count("THƯ XIN LỖI") == 1, "only what is still open"
    assert not [secret for secret in records.SECRETS if secret in asked + one + said]
    done = write(home, tmp_path / "c.docx", "apology", "H99.01", "--dossier", "H99.01-done-late")
    assert "mới được giải quyết xong" in done
    assert "sẽ trả kết quả vào ngày" not in done
