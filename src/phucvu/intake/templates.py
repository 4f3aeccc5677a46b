"""Workbooks to be filled in, one for each kind of file: what is written there imports without a change.

The first sheet has nothing but the heading, so that no example is ever taken for a record; the second says
in both languages what each column means, with an invented example.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from phucvu.intake import mappings, portal_lists, words
from phucvu.intake.tables import KINDS
from phucvu.problems import Fault, UnusableError
from phucvu.records.schema import AMOUNT, PORTAL_DOSSIERS, TIME, Column, Table

EXPORT = "export"
OFFERED = (*KINDS, EXPORT, portal_lists.KIND)
"""The kinds that have a template. Event logs and the synchronisation format come from systems."""

OF_DOSSIERS = {EXPORT: "hồ sơ", portal_lists.KIND: PORTAL_DOSSIERS.vi}
"""The kinds whose columns are those of an export, and what they are called."""

ROWS = 10_000
"""So many rows below the heading have formats and pick lists."""

GUIDE = "Hướng dẫn"
TEXTS = {"strings_to_formulas": False, "strings_to_urls": False}

EXAMPLES: dict[str, dict[str, str]] = {
    "units": {"code": "H99.01", "name": "Sở Ví Dụ", "kind": "sở, ban, ngành", "parent": "H99",
              "valid_from": "01/07/2025"},
    "procedures": {"code": "1.000001", "name": "Cấp phép thử", "field": "Thử nghiệm", "owner": "H99",
                   "for_citizens": "Có", "fee": "Có", "paper_result": "Không", "max_time": "5",
                   "max_time_unit": "ngày làm việc", "status": "công khai", "parts_complete": "Không",
                   "parts_missing": "trình tự thực hiện; đối tượng thực hiện",
                   "fully_online_eligible": "Có", "configured_on": "05/08/2026", "system": "H99"},
    "authority": {"unit": "H99.01", "procedure": "1.000001"},
    "services": {"code": "DV-1", "procedure": "1.000001", "unit": "H99.01", "level": "toàn trình",
                 "status": "công khai"},
    "decisions": {"number": "1/QĐ-UBND", "unit": "H99", "kind": "mới ban hành", "decided_on": "01/08/2026",
                  "effective_on": "15/08/2026", "procedure": "1.000001", "published_on": "03/08/2026",
                  "title": "Công bố thủ tục hành chính lĩnh vực thử nghiệm",
                  "ministry_decision": "2/QĐ-BVD", "ministry_decided_on": "28/07/2026",
                  "in_national_database_on": "30/07/2026", "submission_number": "3/TTr-SVD",
                  "submission_on": "31/07/2026", "advising_unit": "H99.01"},
    "catalogue": {"procedure": "1.000001", "unit": "H99", "shown_on": "15/08/2026"},
    "targets": {"unit": "H99.01", "indicator": "3.1", "period": "2026", "value": "70,5",
                "unit_of_value": "phần trăm", "assigned_by": "4/QĐ-UBND", "due_on": "31/12/2026"},
    "officers": {"unit": "H99.01", "code": "cb01", "name": "Cán bộ Thử", "section": "Bộ phận Một cửa"},
    "reports": {"unit": "H99.01", "period": "2026-08", "received": "120", "online": "90",
                "in_person": "30", "postal": "0", "carried_over": "5", "finished": "115",
                "finished_on_time": "110", "finished_late": "5", "open": "10", "open_late": "1"},
    "petitions": {"code": "PA-1", "unit": "H99.01", "class": "hành vi hành chính",
                  "arrived_at": "03/08/2026 08:15", "answered_at": "05/08/2026 16:00", "likes": "1",
                  "dislikes": "0", "reraised": "Không"},
    "ratings": {"dossier": "H99.01-260801-0001", "unit": "H99.01", "value": "hài lòng"},
    "calendar": {"date": "22/08/2026", "working": "Có", "note": "làm bù"},
    EXPORT: {"code": "H99.01-260801-0001", "procedure": "1.000001", "procedure_name": "Cấp phép thử",
             "unit": "H99.01", "channel": "Trực tuyến", "status": "Đang xử lý",
             "filed_at": "03/08/2026 08:00", "received_at": "03/08/2026 08:15", "due_at": "17/08/2026",
             "fees": "50000", "paid_online": "Có"},
}  # fmt: skip
"""Invented rows, by kind and column; columns left out are empty in the example."""
EXAMPLES[portal_lists.KIND] = EXAMPLES[EXPORT]

FORMATS: dict[Any, tuple[str, str, str]] = {
    pl.String: ("@", "chữ", "text"),
    pl.Date: ("dd/mm/yyyy", "ngày, như 15/08/2026", "a day, such as 15/08/2026"),
    TIME: ("dd/mm/yyyy hh:mm", "ngày giờ, như 15/08/2026 09:30", "a moment, such as 15/08/2026 09:30"),
    pl.Boolean: ("@", "Có hoặc Không", "Có (yes) or Không (no)"),
    pl.Int64: ("0", "số nguyên", "a whole number"),
    AMOUNT: ("0.00", "số, như 70,5", "a number, such as 70.5"),
    pl.Int8: ("@", "chọn trong danh sách", "one of the list"),
}
"""By type of a column: how cells are shown, and what is written in them."""


@dataclass(frozen=True)
class TemplateColumn:
    """A column of a template: its heading, what it means, and what may stand in it."""

    name: str
    heading: str
    vi: str
    en: str
    required: bool
    form: str
    """How a workbook shows its cells."""
    said_vi: str
    said_en: str
    choices: tuple[str, ...] = ()


def columns(kind: str) -> list[TemplateColumn]:
    """The columns of a kind's template. Raises UnusableError where the kind has none."""
    if kind in OF_DOSSIERS:
        return _of_export()
    if kind not in KINDS:
        listed = ", ".join(OFFERED)
        problem = Fault("template_unknown", kind=kind, listed=listed)
        raise UnusableError(problem)
    return [_of_table(KINDS[kind], column) for column in KINDS[kind].columns]


def write(kind: str, file: Any) -> None:
    """Write the template of a kind as a workbook into ``file``, a path or something to write to.

    Raises UnusableError where the kind has no template, or the file cannot be written.
    """
    asked = columns(kind)
    try:
        with xlsxwriter.Workbook(file, TEXTS) as book:
            _to_fill_in(book, kind, asked)
            _guide(book, kind, asked)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        problem = Fault("file_not_written", file=str(file), error=error)
        raise UnusableError(problem) from error


def title(kind: str) -> str:
    """What a kind is called in Vietnamese."""
    return OF_DOSSIERS[kind] if kind in OF_DOSSIERS else KINDS[kind].vi


def _of_table(table: Table, column: Column) -> TemplateColumn:
    form, vi, en = FORMATS[column.type]
    choices: tuple[str, ...] = tuple(words.called(table.name, column.name).values())
    if column.type == pl.Boolean:
        choices = (words.YES, words.NO)
    elif choices:
        called = words.called(table.name, column.name)
        vi = "; ".join(choices)
        en = "; ".join(f"{word} ({value})" for value, word in called.items())
    heading = words.heading_of(table, column)
    return TemplateColumn(column.name, heading, column.vi, column.en, column.required, form, vi, en, choices)


OF_EXPORT: dict[str, tuple[str, str]] = {
    "code": ("mã hồ sơ", "dossier code"),
    "procedure": ("mã TTHC; bỏ trống thì cần tên thủ tục", "procedure code; its name where it is left out"),
    "procedure_name": ("tên thủ tục", "name of the procedure"),
    "unit": ("mã hoặc tên đơn vị xử lý", "code or name of the handling unit"),
    "channel": ("hình thức nộp", "channel"),
    "status": ("trạng thái hồ sơ", "status"),
    "filed_at": ("lúc nộp", "filed at"),
    "received_at": ("lúc tiếp nhận", "received at"),
    "due_at": ("ngày hẹn trả; không có giờ là hết ngày", "due at; a bare day runs to its end"),
    "ended_at": ("lúc kết thúc xử lý", "end of processing"),
    "returned_at": ("lúc trả kết quả", "returned at"),
    "refused_at": ("lúc từ chối", "refused at"),
    "vneid": ("tài khoản đã xác thực VNeID", "VNeID-verified account"),
    "digitised_parts": ("có thành phần hồ sơ số hóa", "has digitised parts"),
    "paid_online": ("đã thanh toán trực tuyến", "paid online"),
    "fees": ("phí, lệ phí, đồng", "fees, đồng"),
    "result_file": ("liên kết tệp kết quả", "link to the result"),
    "result_code": ("mã giấy tờ kết quả", "code of the result"),
}
NEEDED_OF_EXPORT = ("code", "unit", "received_at")
TIMES_OF_EXPORT = ("filed_at", "received_at", "due_at", "ended_at", "returned_at", "refused_at")


def _of_export() -> list[TemplateColumn]:
    own = mappings.built_in()
    asked = []
    for field, headings in own.columns.items():
        form, said_vi, said_en = FORMATS[TIME if field in TIMES_OF_EXPORT else pl.String]
        choices = tuple({code: word for word, code in reversed(own.words.get(field, {}).items())}.values())[
            ::-1
        ]
        if choices:
            said_vi = said_en = "; ".join(choices)
        vi, en = OF_EXPORT[field]
        required = field in NEEDED_OF_EXPORT
        asked.append(TemplateColumn(field, headings[0], vi, en, required, form, said_vi, said_en, choices))
    return asked


def _to_fill_in(book: Any, kind: str, asked: list[TemplateColumn]) -> None:
    sheet = book.add_worksheet(title(kind)[:31].replace("/", " ").capitalize())
    bold = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
    needed, other = (
        book.add_format({**bold, "bg_color": "#FFE9C7"}),
        book.add_format({**bold, "bg_color": "#E8EEF4"}),
    )
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 0)
    _on_one_page(sheet)
    for place, column in enumerate(asked):
        width = max(14, min(40, len(column.heading) + 6))
        sheet.set_column(place, place, width, book.add_format({"num_format": column.form}))
        sheet.write_string(0, place, _marked(column), needed if column.required else other)
        if not column.choices:
            continue
        sheet.data_validation(
            1, place, ROWS, place,
            {
                "validate": "list",
                "source": _listed(column, place),
                "ignore_blank": True,
                "error_title": "Giá trị khác",
                "error_message": f"Chọn một giá trị trong danh sách của cột {column.heading}."[:255],
            },
        )  # fmt: skip


CHOICES = "Danh sách"
"""The sheet of pick lists: within a cell's rule they could hold no comma, and 255 letters at most."""


def _listed(column: TemplateColumn, place: int) -> str:
    """Where the sheet of choices holds those of a column."""
    letter = xlsxwriter.utility.xl_col_to_name(place)
    return f"='{CHOICES}'!${letter}$2:${letter}${len(column.choices) + 1}"


def _guide(book: Any, kind: str, asked: list[TemplateColumn]) -> None:
    sheet = book.add_worksheet(GUIDE)
    _on_one_page(sheet)
    bold, wrap = (
        book.add_format({"bold": True, "text_wrap": True}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    lines = (
        f"Mẫu: {title(kind)} (loại tệp: {kind}). Điền vào trang tính thứ nhất, mỗi dòng một mục; "
        "không đổi dòng tiêu đề. Cột có dấu (*) là bắt buộc. Thí dụ dưới đây là bịa và không được nhập.",
        f"A template for {kind}. Fill in the first sheet, one entry a row, and leave its heading as it is. "
        "Columns marked (*) are required. The example below is invented and is not imported.",
    )
    for number, line in enumerate(lines):
        sheet.merge_range(number, 0, number, 6, line, wrap)
        sheet.set_row(number, 32)
    heads = (
        "Cột",
        "Tên trong tệp CSV | Name",
        "Ý nghĩa",
        "Meaning",
        "Điền gì",
        "What to write",
        "Thí dụ | Example",
    )
    for place, (head, width) in enumerate(zip(heads, (30, 20, 34, 34, 40, 40, 26), strict=True)):
        sheet.set_column(place, place, width, wrap)
        sheet.write_string(3, place, head, bold)
    sheet.freeze_panes(4, 0)
    for number, column in enumerate(asked, 4):
        example = EXAMPLES[kind].get(column.name, "")
        said = (_marked(column), column.name, column.vi, column.en, column.said_vi, column.said_en, example)
        for place, text in enumerate(said):
            sheet.write_string(number, place, text, wrap)
    long = [(place, column) for place, column in enumerate(asked) if column.choices]
    if long:
        choices = book.add_worksheet(CHOICES)
        for place, column in long:
            choices.write_string(0, place, f"Chọn cho cột {column.heading}", bold)
            choices.set_column(place, place, 30)
            for number, choice in enumerate(column.choices, 1):
                choices.write_string(number, place, choice)


def _on_one_page(sheet: Any) -> None:
    """Printed, all columns stand side by side."""
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _marked(column: TemplateColumn) -> str:
    return f"{column.heading} (*)" if column.required else column.heading


def is_template_path(path: Path) -> bool:
    """Whether a template can be written under this name."""
    return path.suffix.lower() == ".xlsx"
