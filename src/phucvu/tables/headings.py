"""What the columns of the project's tables are called for people, and the words for their codes.

CSV and JSON keep the names and codes, for programs; a workbook is for people and says them in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from phucvu.formats import TIME_UNITS
from phucvu.tables.workbook import Column, Kind, Table, kind_of


class Heading(NamedTuple):
    vi: str
    en: str
    kind: Kind = "text"


HEADINGS: dict[str, Heading] = {
    "above": Heading("Thuộc", "Belongs to"),
    "address": Heading("Địa chỉ", "Address"),
    "applies_to": Heading("Áp dụng cho", "Applies to"),
    "average_days": Heading("Trung bình (ngày làm việc)", "Average (working days)", "number"),
    "average_hours": Heading("Trung bình (giờ làm việc)", "Average (working hours)", "number"),
    "band": Heading("Mức", "Band"),
    "advising_unit": Heading("Đơn vị tham mưu trình", "Advising unit"),
    "began": Heading("Từ", "From", "moment"),
    "broken": Heading("Hạn không giữ được", "Limits not kept"),
    "by": Heading("Đơn vị thực hiện", "Whose turn it is"),
    "code": Heading("Mã", "Code"),
    "counted": Heading("Đạt", "Counted", "yes"),
    "cut_off": Heading("Số liệu tính đến", "Figures as of", "moment"),
    "decide_by": Heading("Hạn theo chỉ số 1.1", "Limit of indicator 1.1", "day"),
    "decided_on": Heading("Ngày quyết định của bộ, ngành", "Ministry decided on", "day"),
    "decision": Heading("Quyết định của bộ, ngành", "The ministry's decision"),
    "denominator": Heading("Mẫu số", "Denominator", "whole"),
    "denominator_en": Heading("Mẫu số (tiếng Anh)", "Denominator (English)"),
    "derived": Heading("Suy ra từ số liệu công bố", "Derived from what is published", "yes"),
    "dossier": Heading("Mã hồ sơ", "Dossier"),
    "dossiers": Heading("Số hồ sơ", "Dossiers", "whole"),
    "due": Heading("Hạn", "Due", "moment"),
    "en": Heading("Nội dung (tiếng Anh)", "What (English)"),
    "ended": Heading("Ngày kết thúc xử lý", "End of processing", "moment"),
    "field": Heading("Trường", "Field"),
    "finding": Heading("Mã nội dung", "Finding"),
    "finished": Heading("Đã xử lý xong", "Finished", "whole"),
    "fully_online": Heading("Nộp toàn trình", "Filed fully online", "whole"),
    "fully_online_eligible": Heading("Đủ điều kiện toàn trình", "Can be fully online", "yes"),
    "group": Heading("Nhóm", "Group"),
    "handled": Heading("Xử lý trong kỳ", "Handled", "whole"),
    "id": Heading("Mã chỉ số", "Indicator"),
    "in_code": Heading("Tên trong dữ liệu", "Name in the data"),
    "indicator": Heading("Mã chỉ số", "Indicator"),
    "kind": Heading("Loại", "Kind"),
    "last_period": Heading("Kỳ cuối có kết quả", "Last period with a result"),
    "lost": Heading("Bị trừ", "Points lost", "points"),
    "max": Heading("Điểm tối đa", "Maximum", "points"),
    "mean_score_of_provinces": Heading("Điểm trung bình các tỉnh", "Mean of the provinces", "points"),
    "measured_in": Heading("Đơn vị tính", "Measured in"),
    "meaning": Heading("Nghĩa", "Meaning"),
    "meaning_en": Heading("Nghĩa (tiếng Anh)", "Meaning (English)"),
    "median_days": Heading("Trung vị (ngày làm việc)", "Median (working days)", "number"),
    "missing": Heading("Còn thiếu", "Missing"),
    "name": Heading("Tên", "Name"),
    "name_en": Heading("Tên (tiếng Anh)", "Name (English)"),
    "not_applicable": Heading("Khi không áp dụng", "Where it does not apply"),
    "numerator": Heading("Tử số", "Numerator", "whole"),
    "numerator_en": Heading("Tử số (tiếng Anh)", "Numerator (English)"),
    "offered": Heading("Cung cấp toàn trình", "Offered fully online", "yes"),
    "on_time": Heading("Đúng hạn", "On time", "whole"),
    "on_time_share": Heading("Tỷ lệ đúng hạn", "Share on time", "percent"),
    "origin": Heading("Nguồn gốc điểm", "Where the score comes from"),
    "note": Heading("Ghi chú", "Note"),
    "own_days": Heading("Ngày làm việc còn lại", "Working days left", "whole"),
    "own_decided_on": Heading("Ngày công bố", "Published on", "day"),
    "own_limit": Heading("Công bố trước hết ngày", "To be published by", "day"),
    "own_number": Heading("Quyết định công bố", "Publication decision"),
    "parent": Heading("Mã đơn vị cấp trên", "Unit above"),
    "part": Heading("Thành phần", "Part"),
    "period": Heading("Kỳ", "Period"),
    "predecessors": Heading("Đơn vị trước đó", "Predecessors"),
    "procedure": Heading("Mã thủ tục", "Procedure"),
    "publish_by": Heading("Hạn công khai (chỉ số 1.2)", "To be public by (1.2)", "day"),
    "published_on": Heading("Ngày công khai", "Public on", "day"),
    "rank": Heading("Hạng", "Rank", "whole"),
    "rank_from": Heading("Hạng chắc từ", "Rank, from", "whole"),
    "rank_to": Heading("Hạng chắc đến", "Rank, to", "whole"),
    "rank_change": Heading("Thay đổi hạng", "Change of rank", "whole"),
    "rank_change_year": Heading(
        "Thay đổi hạng so với cùng kỳ năm trước", "Change of rank on the year", "whole"
    ),
    "ranked": Heading("Số đơn vị xếp hạng", "Units ranked", "whole"),
    "not_alike": Heading("Không cùng cách chấm", "Not like with like"),
    "published_day": Heading("Cổng DVCQG, ngày", "National portal, as of", "day"),
    "published_numerator": Heading("Cổng DVCQG, tử số", "National portal, numerator", "whole"),
    "published_denominator": Heading("Cổng DVCQG, mẫu số", "National portal, denominator", "whole"),
    "published_score": Heading("Cổng DVCQG, điểm", "National portal, score", "points"),
    "published_rank": Heading("Cổng DVCQG, hạng", "National portal, rank", "whole"),
    "published_ranked": Heading("Cổng DVCQG, số đơn vị xếp hạng", "National portal, units ranked", "whole"),
    "day": Heading("Ngày", "Day", "day"),
    "unranked": Heading("Vì sao không xếp hạng", "Why there is no rank"),
    "percent": Heading("Tỷ lệ điểm đạt (%)", "Score in percent", "points"),
    "rate": Heading("Tỷ lệ", "Rate", "percent"),
    "reason_en": Heading("Lý do chưa đạt (tiếng Anh)", "Why it does not count"),
    "reason_vi": Heading("Lý do chưa đạt", "Why it does not count (Vietnamese)"),
    "received": Heading("Tiếp nhận trong kỳ", "Received", "whole"),
    "rules": Heading("Bộ quy tắc", "Rule set"),
    "scope": Heading("Phạm vi", "Scope"),
    "score": Heading("Điểm", "Score", "points"),
    "score_change": Heading("Thay đổi điểm", "Change of score", "points"),
    "score_change_year": Heading(
        "Thay đổi điểm so với cùng kỳ năm trước", "Change of score on the year", "points"
    ),
    "sender": Heading("Đơn vị gửi", "Sender"),
    "short": Heading("Viết tắt", "Short"),
    "source": Heading("Nguồn", "Source"),
    "source_en": Heading("Nguồn (tiếng Anh)", "Source (English)"),
    "sources": Heading("Căn cứ", "Source (Vietnamese)"),
    "sources_en": Heading("Căn cứ (tiếng Anh)", "Source"),
    "stage": Heading("Bước", "Stage"),
    "state": Heading("Cách có điểm", "How it is scored"),
    "submission_number": Heading("Số tờ trình", "Submission"),
    "submission_on": Heading("Ngày tờ trình", "Submitted on", "day"),
    "successor": Heading("Đơn vị kế thừa", "Successor"),
    "table": Heading("Bảng", "Table"),
    "target": Heading("Mục tiêu", "Target", "percent"),
    "term": Heading("Thuật ngữ", "Term"),
    "term_en": Heading("Thuật ngữ (tiếng Anh)", "Term (English)"),
    "average_time": Heading("Trung bình", "Average", "number"),
    "median_time": Heading("Trung vị", "Median", "number"),
    "block_changed": Heading("Khối xếp hạng đã khác", "Ranked among others", "yes"),
    "block_changed_year": Heading(
        "Khối xếp hạng đã khác so với năm trước", "Ranked among others the year before", "yes"
    ),
    "time_unit": Heading("Đơn vị thời gian", "Unit of time"),
    "title": Heading("Tên gọi", "Title"),
    "type": Heading("Kiểu", "Type"),
    "title_en": Heading("Tên gọi (tiếng Anh)", "Title (English)"),
    "unit": Heading("Mã đơn vị", "Unit"),
    "unit_name": Heading("Đơn vị", "Name of the unit"),
    "used": Heading("Đang dùng", "In use", "yes"),
    "valid_from": Heading("Từ ngày", "Since", "day"),
    "valid_to": Heading("Đến ngày", "Until", "day"),
    "value": Heading("Giá trị", "Value"),
    "vi": Heading("Nội dung", "What (Vietnamese)"),
    "working_days": Heading("Tổng số ngày làm việc", "Working days in all", "whole"),
    "zero_denominator": Heading("Khi mẫu số bằng 0", "Where the denominator is 0"),
}
"""By the name of a column: its heading in both languages, and what it holds."""

STATES = {
    "by_rule": Heading("theo quy tắc, không có số liệu", "by rule, without a figure"),
    "counted": Heading("tính từ số liệu", "counted"),
    "full": Heading("không phát sinh: đạt điểm tối đa", "nothing to count: full points"),
    "none": Heading("không phát sinh: 0 điểm", "nothing to count: 0 points"),
    "not_published": Heading("không công bố số liệu", "figure not published"),
    "published": Heading("theo kết quả công bố", "as published"),
    "zero": Heading("không phát sinh: tính là 0%", "nothing to count: taken as 0%"),
}

KINDS = {
    "ministry": Heading("bộ, cơ quan ngang bộ", "ministry"),
    "province": Heading("tỉnh, thành phố", "province"),
    "department": Heading("sở, ban, ngành", "department"),
    "district": Heading("huyện", "district"),
    "commune": Heading("xã, phường", "commune"),
    "branch": Heading("đơn vị trực thuộc", "branch"),
    "indicator": Heading("chỉ số", "indicator"),
    "procedure": Heading("thủ tục hành chính", "procedure"),
}

SAYS: dict[str, dict[str, Heading]] = {
    "state": STATES,
    "origin": STATES,
    "kind": KINDS,
    "applies_to": KINDS,
    "unranked": {
        "no_score": Heading("chưa có điểm", "no score"),
        "alone": Heading("không có đơn vị cùng loại để so sánh", "no like unit to be ranked with"),
        "nation": Heading("cả nước không xếp hạng", "the nation is ranked with nobody"),
    },
    "zero_denominator": {
        "full": Heading("đạt điểm tối đa", "full points"),
        "none": Heading("không có tỷ lệ, 0 điểm", "no rate, 0 points"),
        "zero": Heading("tính là tỷ lệ 0%, 0 điểm", "a rate of 0%, 0 points"),
    },
    "not_applicable": {
        "full": Heading("đạt điểm tối đa", "full points"),
        "none": Heading("0 điểm", "0 points"),
    },
    "type": {
        "string": Heading("chữ", "text"),
        "integer": Heading("số nguyên", "whole number"),
        "number": Heading("số thập phân", "decimal"),
    },
    "time_unit": {unit: Heading(words["vi"], words["en"]) for unit, words in TIME_UNITS.items()},
    "scope": {
        "own": Heading("số liệu của chính đơn vị", "the unit's own figures"),
        "province": Heading("số liệu chung của cả tỉnh (hoặc bộ)", "the province's (or ministry's) figures"),
    },
}
"""By the name of a column: what its codes mean."""


def heading(name: str, language: str) -> str:
    """What a column is called; a name that is not of this project's tables stands as it is."""
    known = HEADINGS.get(name)
    return name if known is None else str(getattr(known, language))


def said(name: str, value: Any, language: str) -> Any:
    """The value of a column in words, where it is a code; several in one cell each."""
    words = SAYS.get(name)
    if isinstance(value, list | tuple):
        return ", ".join(str(said(name, each, language)) for each in value)
    if words is None or not isinstance(value, str):
        return value
    if value in words:
        return getattr(words[value], language)
    parts = value.split()
    return ", ".join(getattr(words[p], language) for p in parts) if all(p in words for p in parts) else value


def of_rows(
    name: str, rows: Sequence[Mapping[str, Any]], language: str, others: Mapping[str, str] | None = None
) -> Table:
    """Rows of named values as a sheet; ``others`` names further columns, which hold points."""
    names = list(rows[0]) if rows else []
    columns = []
    for each in names:
        if each in HEADINGS:
            columns.append(Column(heading(each, language), HEADINGS[each].kind))
        else:
            columns.append(Column((others or {}).get(each, each), "points"))
    return Table(name, columns, ([said(n, row[n], language) for n in names] for row in rows))


def of_frame(name: str, frame: pl.DataFrame, language: str) -> Table:
    """A frame as a sheet; a column that this project does not know keeps its name."""
    columns = [
        Column(heading(n, language), HEADINGS[n].kind if n in HEADINGS else kind_of(dtype))
        for n, dtype in frame.schema.items()
    ]
    return Table(name, columns, _rows(frame, language))


def _rows(frame: pl.DataFrame, language: str) -> Iterator[Sequence[Any]]:
    names = frame.columns
    for row in frame.iter_rows():
        yield [said(name, value, language) for name, value in zip(names, row, strict=True)]
