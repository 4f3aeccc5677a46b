"""`phucvu brief`: one A4 as a Word file, from a home's own records."""

from __future__ import annotations

import datetime as dt
import re

import docx
import pytest
from click.testing import CliRunner

from phucvu.charts.group_bars import group_bars
from phucvu.charts.png import png
from phucvu.cli.program import program
from phucvu.letters.brief_document import brief_document
from phucvu.letters.pdf_making import office_program, to_pdf
from phucvu.problems import NotFoundError, UnusableError
from phucvu.records.store import Store
from phucvu.steering.brief_words import BriefText, CauseText, GroupText, MendText

from ..workspace import records

NOW = "2026-08-20T10:00:00"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("home"))
    records.fill(store, dt.datetime.fromisoformat(NOW))
    return store.home


def run(home, out, unit, *words):
    said = ["brief", "--unit", unit, "--period", "2026-08", "--out", str(out), "--home", home, "--now", NOW]
    return CliRunner().invoke(program, [*said, *words], catch_exceptions=False, standalone_mode=False)


def test_the_file_says_what_the_command_says(home, tmp_path):
    out = tmp_path / "tom-tat.docx"
    answer = run(home, out, "H99").output.strip()
    assert re.fullmatch(
        r"Thử Nghiệm đạt [\d,]+/100 điểm, hạng \d/2, chắc từ 1 đến 2.*; còn khắc phục được [\d,]+ điểm\.",
        answer,
    )
    document = docx.Document(str(out))
    lines = [p.text for p in document.paragraphs]
    assert answer in lines
    assert sum(line.startswith("Ai làm: ") for line in lines) == 3
    assert "Số liệu tạm tính, chưa công bố." in lines[-1]
    assert len(document.inline_shapes) == 1


def test_what_there_is_no_brief_of_is_refused(home, tmp_path):
    with pytest.raises(NotFoundError):
        run(home, tmp_path / "a.docx", "H00")
    with pytest.raises(UnusableError):
        run(home, tmp_path / "a.docx", "H99", "--engine", "spark://nowhere:7077")
    with pytest.raises(UnusableError):
        run(home, tmp_path / "no" / "a.docx", "H99")


LONG = "Sở Văn hóa, Thể thao và Du lịch"
NAME = "Thủ tục hành chính (TTHC) có giao dịch thanh toán trực tuyến"
DEED = "trả kết quả giải quyết điện tử, đính kèm vào hồ sơ đã xử lý xong rồi đồng bộ lại; " * 2
LONGEST = BriefText(
    f"{LONG}, từ 01/08/2026 đến 31/08/2026",
    f"{LONG} đạt 62,40/100 điểm, hạng 4/19, chắc từ 3 đến 7; giảm 0,80 điểm, tăng 2 bậc so với cả tháng "
    "9/2026 (kỳ này chưa kết thúc); còn khắc phục được 13,48 điểm.",
    "Cổng Dịch vụ công quốc gia công bố ngày 10/10/2026: 75,45 điểm, hạng 10/34, tăng 11 bậc so với "
    "10/09/2026. Giữa hai ngày, Cổng đã thay đổi cách tính chỉ số 2.2.",
    "",
    [CauseText("3.4", NAME, "có kỳ không có số liệu", "▲ 2,00", f"nhiều nhất ở {LONG}")] * 3,
    [
        MendText(
            "3.4",
            NAME,
            "4,00",
            "123.456 trường hợp",
            DEED[:-2],
            f"{LONG}, {LONG} và 2 nơi khác",
            "trước 31/12/2026 23:59",
        )
    ]
    * 3,
    [GroupText("Công khai, minh bạch", "15,56/20", "1,00", 500, 250, 250)] * 6,
    "Số liệu tính đến 22/11/2026 14:10; điểm tự tính từ hồ sơ các đơn vị đã đồng bộ. Số liệu tạm tính, đã "
    "thay đổi sau kỳ công bố số 123.",
)


@pytest.mark.skipif(office_program() is None, reason="needs LibreOffice")
def test_it_is_one_sheet_with_the_longest_names():
    sheets = to_pdf(brief_document(LONGEST, png(group_bars(LONGEST.groups), scale=2)))
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1


@pytest.mark.skipif(office_program() is None, reason="needs LibreOffice")
def test_a_pdf_is_made_where_the_file_is_called_so(home, tmp_path):
    run(home, tmp_path / "tom-tat.pdf", "H99.01")
    assert (tmp_path / "tom-tat.pdf").read_bytes().startswith(b"%PDF-")
