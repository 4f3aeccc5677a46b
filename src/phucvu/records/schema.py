"""The tables of records: their columns, types and keys.

Names and meaning of the project's own tables are those that offices exchange as CSV; dossiers and
steps arrive in the synchronisation format and are kept with the columns that counting needs beside
the payload as it came. Times are Vietnam's, without a zone.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from phucvu.records.codes import AtPortal, ProcedureState, ServiceState

TIME = pl.Datetime("us")
"""A moment in Vietnam's time. A day's last moment is 23:59:59; elsewhere parts of a second are kept."""

LARGEST = 10**15 - 1
"""The largest count, and amount in đồng: thousands of them can still be added up."""


@dataclass(frozen=True)
class Column:
    name: str
    type: pl.DataType | type[pl.DataType]
    vi: str
    en: str
    required: bool = False
    values: tuple[str, ...] = ()
    """The only values the column may hold, as text."""


@dataclass(frozen=True)
class Table:
    """A table of records.

    Rows with the same ``key`` are versions of one thing; the last to arrive counts, of dossiers the last
    that is no earlier one (``phucvu.records.earlier``). Of a table of ``spans`` a row counts until a later
    one of the same code has a day in common with it.
    """

    name: str
    vi: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    @property
    def types(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        return {c.name: c.type for c in self.columns}

    @property
    def facts(self) -> bool:
        """Whether a row is all key: it has no later version, and saying it again adds nothing."""
        return set(self.key) == set(self.types) - {"payload"}

    @property
    def spans(self) -> bool:
        """Whether a row holds for a span of days, so that one code may have several."""
        return {"code", "valid_from", "valid_to"} <= set(self.types)

    @property
    def kept(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """What the store adds to every row of this table (see ``KEPT`` and ``DOSSIER_ID``)."""
        return KEPT | (DOSSIER_ID if {"sender", "code"} <= set(self.key) else {})


KINDS = ("ministry", "province", "department", "district", "commune", "branch")

UNITS = Table(
    "units",
    "cơ quan, đơn vị",
    ("code", "valid_from"),
    (
        Column("code", pl.String, "mã đơn vị", "unit code", required=True),
        Column("name", pl.String, "tên", "name", required=True),
        Column("kind", pl.String, "loại", "kind", required=True, values=KINDS),
        Column("parent", pl.String, "đơn vị cấp trên", "unit above"),
        Column("valid_from", pl.Date, "ngày đầu", "first day"),
        Column("valid_to", pl.Date, "ngày cuối", "last day"),
        Column("successor", pl.String, "đơn vị kế thừa", "successor"),
    ),
)

LONGEST_TIMES = {"hour": 87_600, "day": 3_650, "workday": 2_500, "month": 120}
"""The longest maximum time of a procedure, by its unit: about ten years. A longer one cannot be meant."""

PROCEDURES = Table(
    "procedures",
    "thủ tục hành chính",
    ("code",),
    (
        Column("code", pl.String, "mã TTHC", "procedure code", required=True),
        Column("name", pl.String, "tên", "name"),
        Column("field", pl.String, "lĩnh vực", "field"),
        Column("owner", pl.String, "đơn vị công bố", "owner"),
        Column("for_citizens", pl.Boolean, "đối tượng là công dân", "subjects include citizens"),
        Column("fee", pl.Boolean, "có phí, lệ phí", "fee procedure"),
        Column(
            "paper_result", pl.Boolean, "yêu cầu trả kết quả bằng văn bản, giấy tờ", "must return a paper"
        ),
        Column("max_time", pl.Int64, "thời hạn tối đa", "maximum time"),
        Column(
            "max_time_unit",
            pl.String,
            "đơn vị thời hạn",
            "unit of the maximum time",
            values=tuple(LONGEST_TIMES),
        ),
        Column(
            "status",
            pl.String,
            "tình trạng",
            "status",
            values=tuple(state.value for state in ProcedureState),
        ),
        Column("parts_complete", pl.Boolean, "đủ bảy bộ phận", "all seven parts"),
        Column("parts_missing", pl.String, "các bộ phận còn thiếu", "the parts that are missing"),
        Column("fully_online_eligible", pl.Boolean, "đủ điều kiện toàn trình", "can be fully online"),
        Column("configured_on", pl.Date, "ngày cấu hình trên hệ thống", "day set up in the dossier system"),
        Column("system", pl.String, "hệ thống xử lý", "unit in whose system it runs"),
    ),
)

PARTS = ("name", "steps", "manner", "documents", "time_limit", "subjects", "body")
"""The seven parts of a procedure that must be made public, as ``parts_missing`` names them."""

AUTHORITY = Table(
    "authority",
    "thẩm quyền giải quyết",
    ("unit", "procedure"),
    (
        Column("unit", pl.String, "đơn vị", "unit", required=True),
        Column("procedure", pl.String, "mã TTHC", "procedure", required=True),
    ),
)

SERVICES = Table(
    "services",
    "dịch vụ công trực tuyến",
    ("code",),
    (
        Column("code", pl.String, "mã dịch vụ", "service code", required=True),
        Column("procedure", pl.String, "mã TTHC", "procedure", required=True),
        Column("unit", pl.String, "đơn vị", "unit", required=True),
        Column("level", pl.String, "mức độ", "level", values=("partial", "full")),
        Column(
            "status",
            pl.String,
            "tình trạng",
            "status",
            values=tuple(state.value for state in ServiceState),
        ),
    ),
)

DECISIONS = Table(
    "decisions",
    "quyết định công bố",
    ("number", "procedure"),
    (
        Column("number", pl.String, "số quyết định", "number", required=True),
        Column("unit", pl.String, "đơn vị ban hành", "issuing unit", required=True),
        Column("kind", pl.String, "loại", "kind", values=("new", "amended", "abolished")),
        Column("decided_on", pl.Date, "ngày quyết định", "day of the decision", required=True),
        Column("effective_on", pl.Date, "ngày văn bản có hiệu lực", "day the legal basis takes effect"),
        Column("procedure", pl.String, "mã TTHC", "procedure", required=True),
        Column("published_on", pl.Date, "ngày công khai", "day made public"),
        Column("title", pl.String, "trích yếu", "title"),
        Column("ministry_decision", pl.String, "quyết định của bộ, ngành", "the ministry's decision"),
        Column("ministry_decided_on", pl.Date, "ngày quyết định của bộ, ngành", "day of that decision"),
        Column("in_national_database_on", pl.Date, "ngày vào CSDL quốc gia", "day in the national database"),
        Column("incoming_number", pl.String, "số văn bản đến", "number of the incoming document"),
        Column("incoming_on", pl.Date, "ngày văn bản đến", "day of the incoming document"),
        Column("submission_number", pl.String, "số tờ trình", "number of the submission"),
        Column("submission_on", pl.Date, "ngày tờ trình", "day of the submission"),
        Column("advising_unit", pl.String, "đơn vị tham mưu trình", "the unit that submits"),
        Column("taken_down_on", pl.Date, "ngày gỡ", "day taken down"),
        Column("note", pl.String, "ghi chú", "note"),
    ),
)

CATALOGUE = Table(
    "catalogue",
    "thủ tục hành chính đang hiển thị công khai",
    ("procedure", "unit"),
    (
        Column("procedure", pl.String, "mã TTHC", "procedure", required=True),
        Column("unit", pl.String, "đơn vị", "unit", required=True),
        Column("shown_on", pl.Date, "ngày ghi nhận", "day it was seen", required=True),
        Column("content_hash", pl.String, "mã băm nội dung", "hash of the content"),
    ),
)
"""What the public catalogue of procedures shows, to compare with what was decided."""

AMOUNT = pl.Decimal(12, 2)
"""A score in points, a share in percent, or a rank: with two decimals, exact."""

TARGETS = Table(
    "targets",
    "chỉ tiêu được giao",
    ("unit", "indicator", "period"),
    (
        Column("unit", pl.String, "đơn vị được giao", "unit", required=True),
        Column("indicator", pl.String, "chỉ số, nhóm chỉ số", "indicator, group or total", required=True),
        Column("period", pl.String, "kỳ", "period", required=True),
        Column("value", AMOUNT, "giá trị", "value", required=True),
        Column(
            "unit_of_value",
            pl.String,
            "đơn vị tính",
            "unit of the value",
            required=True,
            values=("percent", "points", "rank"),
        ),
        Column("assigned_by", pl.String, "văn bản giao", "document that assigns it"),
        Column("due_on", pl.Date, "thời hạn hoàn thành", "due on"),
    ),
)

OFFICERS = Table(
    "officers",
    "cán bộ xử lý hồ sơ",
    ("unit", "code"),
    (
        Column("unit", pl.String, "đơn vị", "unit", required=True),
        Column("code", pl.String, "mã cán bộ", "officer's code", required=True),
        Column("name", pl.String, "họ và tên", "name", required=True),
        Column("section", pl.String, "phòng, bộ phận", "section"),
    ),
)
"""Who handles dossiers: personal data, never public."""

REPORTS = Table(
    "reports",
    "số báo cáo trên Hệ thống báo cáo quốc gia",
    ("unit", "period"),
    (
        Column("unit", pl.String, "đơn vị", "unit", required=True),
        Column("period", pl.String, "kỳ", "period", required=True),
        Column("received", pl.Int64, "hồ sơ tiếp nhận", "dossiers received", required=True),
        Column("online", pl.Int64, "tiếp nhận trực tuyến", "received online"),
        Column("in_person", pl.Int64, "tiếp nhận trực tiếp", "received in person"),
        Column("postal", pl.Int64, "tiếp nhận qua bưu chính công ích", "received by post"),
        Column("carried_over", pl.Int64, "từ kỳ trước chuyển sang", "carried over"),
        Column("finished", pl.Int64, "đã giải quyết", "finished"),
        Column("finished_on_time", pl.Int64, "giải quyết trước hạn, đúng hạn", "finished on time"),
        Column("finished_late", pl.Int64, "giải quyết quá hạn", "finished late"),
        Column("open", pl.Int64, "đang giải quyết", "open"),
        Column("open_late", pl.Int64, "đang giải quyết, quá hạn", "open, late"),
    ),
)

PETITIONS = Table(
    "petitions",
    "phản ánh, kiến nghị",
    ("code",),
    (
        Column("code", pl.String, "mã", "code", required=True),
        Column("unit", pl.String, "đơn vị xử lý", "unit", required=True),
        Column("class", pl.String, "phân loại", "class", values=("policy", "conduct")),
        Column("arrived_at", TIME, "lúc đến đơn vị", "reached the unit at", required=True),
        Column("refused_at", TIME, "lúc từ chối", "refused at"),
        Column("supplement_asked_at", TIME, "lúc yêu cầu bổ sung giấy tờ", "supplement asked at"),
        Column("answered_at", TIME, "lúc trả lời", "answered at"),
        Column("published_at", TIME, "lúc công khai", "made public at"),
        Column("likes", pl.Int64, "lượt hài lòng", "likes"),
        Column("dislikes", pl.Int64, "lượt không hài lòng", "dislikes"),
        Column("reraised", pl.Boolean, "gửi lại", "raised again"),
        Column("dossier", pl.String, "mã hồ sơ", "dossier code"),
    ),
)

RATINGS = Table(
    "ratings",
    "đánh giá hài lòng",
    ("dossier", "unit"),
    (
        Column("dossier", pl.String, "mã hồ sơ", "dossier code", required=True),
        Column("unit", pl.String, "đơn vị", "unit", required=True),
        Column(
            "value", pl.Int8, "đánh giá (1 hoặc -1)", "rating (1 or -1)", required=True, values=("1", "-1")
        ),
    ),
)

CALENDAR = Table(
    "calendar",
    "lịch làm việc riêng",
    ("date",),
    (
        Column("date", pl.Date, "ngày", "day", required=True),
        Column("working", pl.Boolean, "làm việc", "working", required=True),
        Column("note", pl.String, "ghi chú", "note"),
    ),
)

DOSSIERS = Table(
    "dossiers",
    "hồ sơ",
    ("sender", "code"),
    (
        Column("sender", pl.String, "đơn vị gửi", "sending unit", required=True),
        Column("code", pl.String, "mã hồ sơ", "dossier code", required=True),
        Column("unit", pl.String, "đơn vị xử lý", "handling unit", required=True),
        Column("procedure", pl.String, "mã TTHC", "procedure", required=True),
        Column(
            "channel", pl.Int8, "hình thức nộp (1 trực tiếp, 2 trực tuyến, 3 bưu chính công ích)", "channel"
        ),
        Column("status", pl.Int8, "trạng thái", "status"),
        Column("filed_at", TIME, "lúc nộp", "filed at"),
        Column("received_at", TIME, "lúc tiếp nhận", "received at"),
        Column("due_at", TIME, "ngày hẹn trả (ngày không giờ: 23:59:59)", "due at (a bare day: 23:59:59)"),
        Column("ended_at", TIME, "lúc kết thúc xử lý", "end of processing as declared"),
        Column("returned_at", TIME, "lúc trả", "returned at"),
        Column("refused_at", TIME, "lúc từ chối", "refused at"),
        Column("digitised_parts", pl.Boolean, "có thành phần số hóa", "has digitised parts"),
        Column("vneid", pl.Boolean, "tài khoản đã xác thực VNeID", "VNeID-verified account"),
        Column("paid_online", pl.Int8, "thanh toán (1 Cổng QG, 2 cổng địa phương)", "paid online"),
        Column(
            "files", pl.Int32, "số tệp đính kèm thành phần hồ sơ còn hiệu lực", "submitted files not deleted"
        ),
        Column("files_reused", pl.Boolean, "có tệp tái sử dụng", "a file reuses digitised data"),
        Column("files_digitised", pl.Boolean, "có tệp được số hóa", "a submitted file was digitised"),
        Column("files_from_store", pl.Boolean, "có tệp từ kho quốc gia", "a file from the national store"),
        Column("fee_lines", pl.Int32, "số khoản phí, lệ phí", "fee lines"),
        Column("fees", pl.Int64, "tổng phí (đồng)", "sum of the fees, đồng"),
        Column("result_file", pl.Boolean, "có tệp kết quả", "a result with a file link"),
        Column("result_code", pl.Boolean, "có tệp và mã kết quả", "a result with code and file link"),
        Column("population_data", pl.Boolean, "dùng CSDL dân cư", "connected to the population database"),
        Column("filed_national", pl.Boolean, "nộp tại Cổng DVCQG", "filed at the national portal"),
        Column(
            "synchronised", pl.Boolean, "đã đồng bộ lên Cổng DVCQG", "synchronised to the national portal"
        ),
        Column("moment", TIME, "mốc của phiên bản", "the latest time that it tells of"),
        Column("payload", pl.String, "nội dung gửi", "the JSON as it came"),
    ),
)

MOMENTS = {
    "filed_at": "NgayNopHoSo",
    "received_at": "NgayTiepNhan",
    "due_at": "NgayHenTra",
    "ended_at": "NgayKetThucXuLy",
    "returned_at": "NgayTra",
    "refused_at": "NgayTuChoi",
}
"""The moments of a dossier, and the fields of a payload that tell them."""

STEPS = Table(
    "steps",
    "tiến độ xử lý",
    ("sender", "code", "at", "status"),
    (
        Column("sender", pl.String, "đơn vị gửi", "sending unit", required=True),
        Column("code", pl.String, "mã hồ sơ", "dossier code", required=True),
        Column("at", TIME, "thời điểm", "moment", required=True),
        Column("status", pl.Int8, "trạng thái", "status", required=True),
        Column("payload", pl.String, "nội dung gửi", "the JSON as it came"),
    ),
)

PORTAL_ANSWERS = Table(
    "portal_answers",
    "kết quả đồng bộ lên Cổng DVCQG",
    ("sender", "code"),
    (
        Column("sender", pl.String, "đơn vị gửi", "sending unit", required=True),
        Column("code", pl.String, "mã hồ sơ", "dossier code", required=True),
        Column("at", TIME, "thời điểm", "moment", required=True),
        Column(
            "outcome",
            pl.String,
            "kết quả",
            "outcome",
            required=True,
            values=tuple(outcome.value for outcome in AtPortal),
        ),
        Column("error_code", pl.String, "mã lỗi của Cổng", "the portal's code"),
        Column("message", pl.String, "lý do của Cổng", "the portal's words"),
    ),
)
"""What the national portal, or the axis before it, said of a dossier: the last word counts."""

OF_DOSSIERS = ("dossiers", "steps", "portal_answers")
"""The tables whose rows are about one dossier each; of the others an office has files."""

NOT_COUNTED = ("catalogue", "targets", "officers")
"""The tables that no figure is counted from."""

TABLES = {
    t.name: t
    for t in (
        UNITS,
        PROCEDURES,
        AUTHORITY,
        SERVICES,
        DECISIONS,
        CATALOGUE,
        TARGETS,
        OFFICERS,
        REPORTS,
        PETITIONS,
        RATINGS,
        CALENDAR,
        DOSSIERS,
        STEPS,
        PORTAL_ANSWERS,
    )
}

SET_ASIDE = Table(
    "set_aside",
    "dữ liệu chờ xử lý",
    ("id",),
    (
        Column("id", pl.String, "mã", "id", required=True),
        Column("source", pl.String, "dạng dữ liệu", "what the payload is", required=True),
        Column("sender", pl.String, "đơn vị gửi", "sending unit"),
        Column("file", pl.String, "tệp", "file"),
        Column("row", pl.Int64, "dòng", "row"),
        Column("field", pl.String, "cột", "field"),
        Column("value", pl.String, "giá trị không hiểu được", "the value that was not understood"),
        Column("kind", pl.String, "loại tên", "what the value names", values=("unit", "procedure")),
        Column("code", pl.String, "mã lỗi", "code of the fault"),
        Column("vi", pl.String, "lý do", "reason, in Vietnamese", required=True),
        Column("en", pl.String, "lý do (tiếng Anh)", "reason, in English", required=True),
        Column("payload", pl.String, "nội dung gửi", "the row as it came, JSON"),
        Column(
            "state", pl.String, "tình trạng", "state", required=True, values=("pending", "taken", "dismissed")
        ),
    ),
)

NAMES = Table(
    "names",
    "tên gọi khác",
    ("kind", "name"),
    (
        Column("kind", pl.String, "loại", "what is named", required=True, values=("unit", "procedure")),
        Column("name", pl.String, "tên như đã gửi", "the name as it came", required=True),
        Column("code", pl.String, "mã", "the code it means", required=True),
    ),
)

ROOT_NAMES = Table(
    "root_names",
    "tên gọi khác của một tỉnh hoặc bộ",
    ("root", "kind", "name"),
    (
        Column("root", pl.String, "tỉnh hoặc bộ", "province or ministry", required=True),
        *NAMES.columns,
    ),
)
"""What a name means in what units of one province or ministry send.

``NAMES`` are those that were said for all, before homes told provinces apart; nothing is added to them."""

CHOSEN = Table(
    "chosen",
    "phiên bản được chọn để tính",
    ("sender", "code", "version", "at"),
    (
        Column("sender", pl.String, "đơn vị gửi", "sending unit", required=True),
        Column("code", pl.String, "mã hồ sơ", "dossier code", required=True),
        Column("version", pl.Int64, "phiên bản", "digest of the version", required=True),
        Column("at", TIME, "lúc chọn", "chosen at", required=True),
    ),
)
"""Versions of dossiers that somebody chose to count. Who, and why, is in the audit log."""

OWN_ONLY = ("sender", "moment", "payload")
"""What a dossier as the national portal lists it does not have."""

PORTAL_DOSSIERS = Table(
    "portal_dossiers",
    "danh sách hồ sơ trên Cổng DVCQG",
    ("list_of", "taken_on", "code", "unit", "copy"),
    (
        Column("list_of", pl.String, "đơn vị của danh sách", "unit whose list it is", required=True),
        Column("taken_on", pl.Date, "ngày kết xuất danh sách", "day of the list", required=True),
        Column("copy", pl.Int32, "lần thứ mấy trong tệp", "how often the file had it so far", required=True),
        Column("tells", pl.String, "các cột có trong tệp", "the columns that the file has", required=True),
        *(column for column in DOSSIERS.columns if column.name not in OWN_ONLY),
    ),
)
"""Dossiers as a list from the national portal has them, kept apart from the own records (the ledger).

A file may list a dossier twice; files of one day are one list, so that a list can come in parts. ``unit``
and the rest are as in ``DOSSIERS``; of columns that are not among ``tells`` the list says nothing.
"""

INNER = {t.name: t for t in (SET_ASIDE, NAMES, ROOT_NAMES, CHOSEN, PORTAL_DOSSIERS)}
"""What the program keeps beside the records: rows set aside, what unknown names mean, versions chosen,
and what the portal lists."""

KEPT: dict[str, pl.DataType | type[pl.DataType]] = {
    "arrived": TIME,
    "sequence": pl.Int64,
}
"""What the store adds to every row: when it became known, and its place in the order of arrival."""

DOSSIER_ID: dict[str, pl.DataType | type[pl.DataType]] = {"dossier_id": pl.Int64}
"""A number that stands for (sender, code), in all tables of ``OF_DOSSIERS`` alike.

Grouping and joining by it takes a third of the time and half the memory of the two texts. It is the
lower half of md5(sender, unit separator, code), less 2^63; that two of 10 million dossiers share one
has a chance of 3 in a million.
"""
