"""Vietnamese headings and values of the project's own tables, as offices write them.

All are compared without accents, case and punctuation. The first of each list is the usual one: templates
are written with it.
"""

from __future__ import annotations

import re
from functools import cache

from phucvu.records.schema import PARTS, TABLES, Column, Table
from phucvu.tables import plain

HEADINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "units": {
        "code": ("Mã đơn vị", "Mã", "Mã cơ quan", "Mã định danh", "Mã định danh đơn vị",
                 "Mã cơ quan, đơn vị"),
        "name": ("Tên đơn vị", "Tên", "Tên cơ quan", "Tên cơ quan, đơn vị", "Đơn vị", "Cơ quan, đơn vị"),
        "kind": ("Loại đơn vị", "Loại", "Loại cơ quan", "Loại hình", "Cấp đơn vị", "Cấp"),
        "parent": ("Mã đơn vị cấp trên", "Đơn vị cấp trên", "Cấp trên", "Trực thuộc", "Cơ quan chủ quản",
                   "Mã cơ quan cấp trên", "Đơn vị chủ quản"),
        "valid_from": ("Hoạt động từ ngày", "Từ ngày", "Ngày đầu", "Ngày thành lập", "Hiệu lực từ",
                       "Ngày bắt đầu"),
        "valid_to": ("Hoạt động đến ngày", "Đến ngày", "Ngày cuối", "Ngày giải thể", "Hiệu lực đến",
                     "Ngày kết thúc"),
        "successor": ("Mã đơn vị kế thừa", "Đơn vị kế thừa", "Đơn vị tiếp nhận", "Sáp nhập vào"),
    },
    "procedures": {
        "code": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Mã số TTHC", "Mã số thủ tục",
                 "Mã TTHC quốc gia", "Mã", "MaTTHC"),
        "name": ("Tên TTHC", "Tên thủ tục", "Tên thủ tục hành chính", "Thủ tục", "Thủ tục hành chính", "Tên",
                 "TenTTHC"),
        "field": ("Lĩnh vực", "Tên lĩnh vực", "Lĩnh vực thực hiện"),
        "owner": ("Mã đơn vị công bố", "Đơn vị công bố", "Cơ quan công bố", "Cơ quan ban hành",
                  "Cơ quan ban hành quyết định", "Bộ, tỉnh công bố"),
        "for_citizens": ("Đối tượng là công dân", "Đối tượng công dân", "Công dân", "Đối tượng có công dân",
                         "Áp dụng cho công dân"),
        "fee": ("Có phí, lệ phí", "Phí, lệ phí", "Có phí", "Thu phí, lệ phí", "Thu phí"),
        "paper_result": ("Yêu cầu trả kết quả bằng văn bản, giấy tờ", "Phải trả giấy tờ", "Trả kết quả giấy",
                         "Kết quả bằng giấy", "Trả bản giấy"),
        "max_time": ("Thời hạn giải quyết tối đa", "Thời hạn giải quyết", "Thời hạn tối đa",
                     "Thời gian giải quyết", "Thời hạn"),
        "max_time_unit": ("Đơn vị thời hạn", "Đơn vị tính thời hạn", "Đơn vị tính", "Đơn vị thời gian"),
        "status": ("Tình trạng", "Trạng thái", "Tình trạng công khai", "Trạng thái công khai"),
        "parts_complete": ("Đủ bảy bộ phận tạo thành", "Đủ bảy bộ phận", "Đủ 7 bộ phận",
                           "Đủ 7 bộ phận tạo thành", "Đầy đủ nội dung"),
        "parts_missing": ("Bộ phận còn thiếu", "Các bộ phận còn thiếu", "Nội dung còn thiếu"),
        "fully_online_eligible": ("Đủ điều kiện cung cấp toàn trình", "Đủ điều kiện toàn trình",
                                  "Đủ điều kiện DVCTT toàn trình"),
        "configured_on": ("Ngày cấu hình trên hệ thống", "Ngày cấu hình", "Ngày thiết lập trên hệ thống"),
        "system": ("Mã đơn vị quản lý hệ thống xử lý", "Hệ thống xử lý", "Hệ thống của"),
    },
    "authority": {
        "unit": ("Mã đơn vị giải quyết", "Mã đơn vị", "Đơn vị", "Đơn vị giải quyết", "Cơ quan giải quyết",
                 "Cơ quan thực hiện", "Đơn vị thực hiện"),
        "procedure": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Mã số TTHC", "MaTTHC"),
    },
    "services": {
        "code": ("Mã dịch vụ công", "Mã dịch vụ", "Mã DVC", "Mã DVCTT", "Mã"),
        "procedure": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Mã số TTHC", "MaTTHC"),
        "unit": ("Mã đơn vị cung cấp", "Mã đơn vị", "Đơn vị", "Đơn vị cung cấp", "Cơ quan cung cấp",
                 "Đơn vị thực hiện", "Cơ quan thực hiện"),
        "level": ("Mức độ", "Mức độ cung cấp", "Mức độ dịch vụ", "Mức DVC", "Mức độ DVC"),
        "status": ("Tình trạng", "Trạng thái", "Tình trạng cung cấp"),
    },
    "decisions": {
        "number": ("Số quyết định", "Quyết định số", "Số QĐ", "Số, ký hiệu", "Số hiệu"),
        "unit": ("Mã đơn vị ban hành", "Đơn vị ban hành", "Cơ quan ban hành", "Mã đơn vị", "Đơn vị"),
        "kind": ("Loại công bố", "Loại", "Nội dung công bố", "Hình thức công bố"),
        "decided_on": ("Ngày quyết định", "Ngày ban hành", "Ngày ký", "Ngày ký quyết định",
                       "Ngày ban hành quyết định"),
        "effective_on": ("Ngày văn bản có hiệu lực", "Ngày có hiệu lực", "Ngày hiệu lực", "Hiệu lực từ ngày"),
        "procedure": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Mã số TTHC", "MaTTHC"),
        "published_on": ("Ngày công khai", "Ngày công khai TTHC", "Ngày công khai trên Cổng"),
        "title": ("Trích yếu", "Trích yếu nội dung", "Tên quyết định", "Về việc"),
        "ministry_decision": ("Quyết định của bộ, ngành", "Số quyết định của bộ, ngành",
                              "Quyết định công bố của bộ, ngành", "QĐ của bộ, ngành"),
        "ministry_decided_on": ("Ngày quyết định của bộ, ngành", "Ngày QĐ của bộ, ngành",
                                "Ngày bộ, ngành ban hành"),
        "in_national_database_on": ("Ngày có trên Cơ sở dữ liệu quốc gia về TTHC",
                                    "Ngày vào CSDL quốc gia về TTHC", "Ngày công khai trên CSDL quốc gia"),
        "incoming_number": ("Số văn bản đến", "Số đến", "Văn bản đến số"),
        "incoming_on": ("Ngày văn bản đến", "Ngày đến", "Ngày nhận văn bản"),
        "submission_number": ("Số tờ trình", "Tờ trình số", "Số văn bản trình"),
        "submission_on": ("Ngày tờ trình", "Ngày trình"),
        "advising_unit": ("Mã đơn vị tham mưu trình", "Đơn vị tham mưu trình", "Đơn vị tham mưu"),
        "taken_down_on": ("Ngày gỡ", "Ngày gỡ bỏ", "Ngày hủy công khai"),
        "note": ("Ghi chú",),
    },
    "catalogue": {
        "procedure": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Mã số TTHC", "MaTTHC"),
        "unit": ("Mã đơn vị", "Đơn vị", "Đơn vị giải quyết", "Cơ quan thực hiện", "Đơn vị thực hiện"),
        "shown_on": ("Ngày ghi nhận", "Ngày hiển thị", "Ngày xem"),
        "content_hash": ("Mã băm nội dung", "Mã kiểm tra nội dung", "Hash nội dung"),
    },
    "targets": {
        "unit": ("Mã đơn vị được giao", "Đơn vị được giao", "Mã đơn vị", "Đơn vị", "Đơn vị thực hiện"),
        "indicator": ("Chỉ số", "Chỉ số, nhóm chỉ số", "Mã chỉ số", "Nhóm chỉ số"),
        "period": ("Kỳ", "Kỳ đánh giá", "Kỳ thực hiện"),
        "value": ("Chỉ tiêu", "Giá trị", "Chỉ tiêu được giao", "Mục tiêu"),
        "unit_of_value": ("Đơn vị tính", "Đơn vị của chỉ tiêu"),
        "assigned_by": ("Văn bản giao", "Văn bản giao chỉ tiêu", "Quyết định giao", "Căn cứ giao"),
        "due_on": ("Thời hạn hoàn thành", "Hạn hoàn thành", "Thời hạn", "Thời gian hoàn thành"),
    },
    "officers": {
        "unit": ("Mã đơn vị", "Đơn vị", "Đơn vị công tác", "Cơ quan"),
        "code": ("Mã cán bộ", "Mã công chức", "Mã số cán bộ", "Tài khoản"),
        "name": ("Họ và tên", "Họ tên", "Họ tên cán bộ", "Tên cán bộ"),
        "section": ("Phòng, bộ phận", "Phòng", "Bộ phận", "Phòng chuyên môn"),
    },
    "reports": {
        "unit": ("Mã đơn vị báo cáo", "Mã đơn vị", "Đơn vị báo cáo", "Đơn vị", "Cơ quan báo cáo"),
        "period": ("Kỳ báo cáo", "Kỳ"),
        "received": ("Số hồ sơ tiếp nhận", "Hồ sơ tiếp nhận", "Tổng số tiếp nhận", "Số tiếp nhận",
                     "Tổng số hồ sơ tiếp nhận"),
        "online": ("Tiếp nhận trực tuyến", "Trực tuyến", "Số tiếp nhận trực tuyến"),
        "in_person": ("Tiếp nhận trực tiếp", "Trực tiếp", "Số tiếp nhận trực tiếp"),
        "postal": ("Tiếp nhận qua dịch vụ bưu chính", "Bưu chính công ích", "Dịch vụ bưu chính",
                   "Qua bưu chính"),
        "carried_over": ("Từ kỳ trước", "Từ kỳ trước chuyển sang", "Kỳ trước chuyển sang", "Tồn kỳ trước"),
        "finished": ("Đã giải quyết", "Số hồ sơ đã giải quyết", "Tổng số đã giải quyết"),
        "finished_on_time": ("Giải quyết trước hạn, đúng hạn", "Đã giải quyết đúng hạn",
                             "Giải quyết đúng hạn"),
        "finished_late": ("Giải quyết quá hạn", "Đã giải quyết quá hạn", "Giải quyết trễ hạn"),
        "open": ("Đang giải quyết", "Số hồ sơ đang giải quyết", "Tổng số đang giải quyết"),
        "open_late": ("Đang giải quyết quá hạn", "Đang xử lý quá hạn"),
    },
    "petitions": {
        "code": ("Mã phản ánh, kiến nghị", "Mã PAKN", "Mã phản ánh", "Mã kiến nghị", "Mã"),
        "unit": ("Mã đơn vị xử lý", "Đơn vị xử lý", "Mã đơn vị", "Đơn vị", "Cơ quan xử lý"),
        "class": ("Phân loại", "Loại phản ánh, kiến nghị", "Loại"),
        "arrived_at": ("Thời điểm đến đơn vị", "Lúc đến đơn vị", "Ngày đến đơn vị", "Ngày đến",
                       "Ngày tiếp nhận", "Thời điểm tiếp nhận"),
        "refused_at": ("Thời điểm từ chối", "Lúc từ chối", "Ngày từ chối"),
        "supplement_asked_at": ("Thời điểm yêu cầu bổ sung giấy tờ", "Thời điểm yêu cầu bổ sung",
                                "Lúc yêu cầu bổ sung", "Ngày yêu cầu bổ sung"),
        "answered_at": ("Thời điểm trả lời", "Lúc trả lời", "Ngày trả lời"),
        "published_at": ("Thời điểm công khai", "Lúc công khai", "Ngày công khai", "Ngày công khai trả lời"),
        "likes": ("Lượt hài lòng", "Số lượt hài lòng", "Hài lòng"),
        "dislikes": ("Lượt không hài lòng", "Số lượt không hài lòng", "Không hài lòng"),
        "reraised": ("Gửi lại", "Phản ánh lại", "Kiến nghị lại"),
        "dossier": ("Mã hồ sơ", "Số hồ sơ", "Hồ sơ"),
    },
    "ratings": {
        "dossier": ("Mã hồ sơ", "Số hồ sơ", "Hồ sơ"),
        "unit": ("Mã đơn vị", "Đơn vị", "Mã đơn vị xử lý", "Đơn vị xử lý", "Cơ quan"),
        "value": ("Đánh giá", "Mức đánh giá", "Kết quả đánh giá", "Mức độ hài lòng"),
    },
    "calendar": {
        "date": ("Ngày", "Ngày tháng"),
        "working": ("Làm việc", "Ngày làm việc", "Có làm việc", "Đi làm"),
        "note": ("Ghi chú", "Lý do", "Nội dung"),
    },
}  # fmt: skip
"""By table and column, the headings that are understood beside the column's own name."""

VALUES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "units": {
        "kind": {
            "ministry": ("bộ", "bộ, ngành", "cơ quan ngang bộ", "bộ, cơ quan ngang bộ", "cấp bộ"),
            "province": ("tỉnh", "tỉnh, thành phố", "thành phố trực thuộc trung ương", "cấp tỉnh",
                         "UBND tỉnh", "UBND cấp tỉnh", "tỉnh, thành phố trực thuộc trung ương"),
            "department": ("sở", "sở, ban, ngành", "ban", "ban, ngành", "sở, ngành", "cơ quan chuyên môn",
                           "cơ quan chuyên môn cấp tỉnh", "sở, ban, ngành cấp tỉnh"),
            "district": ("huyện", "quận", "thị xã", "thành phố thuộc tỉnh", "cấp huyện", "UBND huyện",
                         "UBND cấp huyện", "quận, huyện"),
            "commune": ("xã", "phường", "thị trấn", "đặc khu", "cấp xã", "xã, phường", "xã, phường, thị trấn",
                        "xã, phường, đặc khu", "UBND xã", "UBND phường", "UBND cấp xã"),
            "branch": ("đơn vị trực thuộc", "chi nhánh", "trực thuộc"),
        },
    },
    "procedures": {
        "max_time_unit": {
            "workday": ("ngày làm việc", "ngày LV"),
            "day": ("ngày", "ngày lịch", "ngày theo lịch"),
            "hour": ("giờ", "giờ làm việc"),
            "month": ("tháng",),
        },
        "status": {
            "public": ("công khai", "đã công khai", "đang công khai", "còn hiệu lực"),
            "public_amended": ("công khai, có sửa đổi", "công khai (sửa đổi, bổ sung)", "sửa đổi, bổ sung",
                               "đã công khai, có sửa đổi, bổ sung"),
            "abolished": ("bãi bỏ", "đã bãi bỏ", "hết hiệu lực"),
            "hidden": ("không công khai", "chưa công khai", "ẩn"),
        },
    },
    "services": {
        "level": {
            "full": ("toàn trình", "DVC toàn trình", "dịch vụ công trực tuyến toàn trình"),
            "partial": ("một phần", "DVC một phần", "dịch vụ công trực tuyến một phần"),
        },
        "status": {
            "public": ("công khai", "đang cung cấp", "đang hoạt động"),
            "stopping": ("đang dừng", "sắp dừng"),
            "testing": ("thử nghiệm", "đang thử nghiệm"),
            "stopped": ("đã dừng", "dừng", "dừng cung cấp", "ngừng cung cấp"),
        },
    },
    "decisions": {
        "kind": {
            "new": ("mới ban hành", "ban hành mới", "mới"),
            "amended": ("sửa đổi, bổ sung", "sửa đổi", "được sửa đổi, bổ sung", "thay thế"),
            "abolished": ("bãi bỏ", "bị bãi bỏ", "hủy bỏ"),
        },
    },
    "targets": {
        "unit_of_value": {
            "percent": ("phần trăm", "%", "tỷ lệ", "tỷ lệ phần trăm"),
            "points": ("điểm", "số điểm"),
            "rank": ("thứ hạng", "hạng", "xếp hạng"),
        },
    },
    "petitions": {
        "class": {
            "policy": ("quy định hành chính", "cơ chế, chính sách", "chính sách", "về quy định hành chính"),
            "conduct": ("hành vi hành chính", "hành vi", "thái độ", "về hành vi hành chính"),
        },
    },
    "ratings": {
        "value": {
            "1": ("hài lòng", "thích", "rất hài lòng"),
            "-1": ("không hài lòng", "không thích", "chưa hài lòng"),
        },
    },
}  # fmt: skip
"""By table and column, what closed values are called."""

PARTS_CALLED: dict[str, tuple[str, ...]] = {
    "name": ("tên thủ tục", "tên", "tên thủ tục hành chính", "tên TTHC"),
    "steps": ("trình tự thực hiện", "trình tự"),
    "manner": ("cách thức thực hiện", "cách thức"),
    "documents": ("thành phần, số lượng hồ sơ", "thành phần hồ sơ", "hồ sơ", "số lượng hồ sơ"),
    "time_limit": ("thời hạn giải quyết", "thời hạn"),
    "subjects": ("đối tượng thực hiện", "đối tượng"),
    "body": ("cơ quan thực hiện", "cơ quan giải quyết", "cơ quan"),
}
"""What the seven parts of a procedure are called."""

MEASURES: dict[str, tuple[str, ...]] = {
    "total": ("tổng điểm", "tổng", "tổng số điểm", "bộ chỉ số", "chung"),
    "transparency": ("công khai, minh bạch", "công khai minh bạch", "nhóm công khai, minh bạch"),
    "progress": ("tiến độ giải quyết", "tiến độ", "tiến độ, kết quả giải quyết", "kết quả giải quyết"),
    "online": ("dịch vụ công trực tuyến", "cung cấp dịch vụ trực tuyến", "dịch vụ trực tuyến"),
    "payment": ("thanh toán trực tuyến",),
    "digitisation": ("số hóa hồ sơ", "số hóa"),
    "satisfaction": ("mức độ hài lòng", "hài lòng"),
}
"""What a target is set for beside single indicators, and what it is called."""

YES, NO = "Có", "Không"

PERIOD = re.compile(
    r"(?:(?:tháng\s*)?(?P<month>\d{1,2})|qu[yý]\s*(?P<quarter>\d|i{1,3}|iv)|năm)\s*"
    r"(?:[/-]|năm)?\s*(?P<year>[0-9]{4})",
    re.IGNORECASE | re.ASCII,
)
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def column_of(table: Table, heading: str) -> Column | None:
    """The column that a heading names: by the column's own name, or as it is called in Vietnamese."""
    name = _columns(table.name).get(heading.strip().casefold()) or _columns(table.name).get(plain(heading))
    return table[name] if name else None


def heading_of(table: Table, column: Column) -> str:
    """The usual Vietnamese heading of a column."""
    return HEADINGS[table.name][column.name][0]


def called(table: str, column: str) -> dict[str, str]:
    """By value of a closed column, what it is usually called in Vietnamese."""
    return {value: words[0] for value, words in VALUES.get(table, {}).get(column, {}).items()}


def meaning(table: str, column: str, said: str) -> str:
    """The value that a word stands for; the word itself where nobody has said."""
    return _meanings(table, column).get(plain(said), said)


def period(said: str) -> str:
    """A period as offices write it («tháng 8/2026», «quý III/2026», «năm 2026»), in the form that is kept.

    >>> [period(t) for t in ("Tháng 08/2026", "quý III/2026", "Năm 2026", "8/2026", "2026-08", "hè")]
    ['2026-08', '2026-Q3', '2026', '2026-08', '2026-08', 'hè']
    """
    match = PERIOD.fullmatch(said.strip())
    if not match:
        return said
    if match["month"]:
        return f"{match['year']}-{int(match['month']):02}"
    if match["quarter"]:
        number = QUARTERS.get(match["quarter"].lower()) or match["quarter"]
        return f"{match['year']}-Q{number}"
    return match["year"]


def parts(said: str) -> str:
    """The parts of a procedure as they are kept, in their own order with spaces between; as said if unknown.

    >>> parts("Đối tượng thực hiện; Trình tự thực hiện"), parts("steps  body"), parts("lệ phí")
    ('steps subjects', 'steps body', 'lệ phí')
    """
    listed = re.split(r"[;\n]+", said) if re.search(r"[;\n]", said) else [said]
    known = {_parts().get(plain(part)) for part in listed}
    if None in known:
        known = {_parts().get(plain(part)) for part in said.split()}
    return said if None in known else " ".join(part for part in PARTS if part in known)


def measure(said: str) -> str:
    """What a target is set for, in the form that is kept: an indicator's number, a group, or the total.

    >>> [measure(t) for t in ("Chỉ số 3.1", "4.5A", "Thanh toán trực tuyến", "Tổng điểm", "điểm chuyên cần")]
    ['3.1', '4.5a', 'payment', 'total', 'điểm chuyên cần']
    """
    match = re.fullmatch(r"(?:chỉ số\s*)?(\d\.\d[ab]?)", said.strip(), re.IGNORECASE | re.ASCII)
    return match[1].lower() if match else _measures().get(plain(said), said)


@cache
def _measures() -> dict[str, str]:
    return {plain(word): name for name, called in MEASURES.items() for word in (name, *called)}


@cache
def _parts() -> dict[str, str]:
    return {plain(word): part for part, called in PARTS_CALLED.items() for word in (part, *called)}


@cache
def _columns(table: str) -> dict[str, str]:
    own = {column.name: column.name for column in TABLES[table].columns}
    return {plain(h): name for name, listed in HEADINGS[table].items() for h in listed} | own


@cache
def _meanings(table: str, column: str) -> dict[str, str]:
    found = VALUES.get(table, {}).get(column, {})
    return {plain(word): value for value, words in found.items() for word in words}
