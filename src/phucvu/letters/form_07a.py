"""The report table 07a/BTP: dossiers with their online services, endings and payments, by unit or field.

What the records cannot tell is left empty and said under the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from phucvu.engine.tree import Tree
from phucvu.formats import some
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.report_table import NO_FIELD, Line, Numbers, ReportForm, known_sum

FORM_07A = ReportForm(
    name="07a",
    code="Biểu số 07a/BTP",
    title="TỔNG HỢP TÌNH HÌNH GIẢI QUYẾT HỒ SƠ",
    groups=(
        *((2, 9, "Tiếp nhận"), (10, 13, "Đã giải quyết"), (14, 16, "Đang giải quyết")),
        *((17, 17, "Không tiếp nhận"), (18, 19, "Chờ tiếp nhận")),
        *((20, 20, "Dừng xử lý"), (21, 21, "Rút hồ sơ"), (22, 24, "Thanh toán")),
    ),
    heads=(
        *("Tổng số", "Trực tiếp", "Toàn trình", "Một phần", "Trực tuyến khác"),
        *("Bưu chính công ích", "Phi địa giới", "Kỳ trước chuyển qua"),
        *("Tổng số", "Trước hạn và đúng hạn", "Trễ hạn có thư xin lỗi", "Trễ hạn không có thư xin lỗi"),
        *("Tổng số", "Chưa đến hạn", "Quá hạn", "Không tiếp nhận", "Trong hạn", "Quá hạn"),
        *("Dừng xử lý", "Rút hồ sơ", "Tổng số", "Trực tuyến", "Trực tiếp"),
    ),
    numbered={2: "(3)=(4)+(5)+(6)+(7)+(8)+(10)", 10: "(11)=(12)+(13)+(14)", 14: "(15)=(16)+(17)"},
    width=7.5,
    head_height=48,
    identities=((2, (3, 4, 5, 6, 7, 9)), (10, (11, 12, 13)), (14, (15, 16)), (2, (10, 14))),
)
"""Identities: (3)=(4)+(5)+(6)+(7)+(8)+(10), (11)=(12)+(13)+(14), (15)=(16)+(17), (3)=(11)+(15). Those of
column (9) are among those of the columns beside it."""

MOST_NAMED = 5

NOT_TOLD = (
    "Cột (9) để trống: dữ liệu không cho biết hồ sơ nộp phi địa giới hành chính; "
    "các hồ sơ này nằm trong cột (4) đến (8).",
    "Cột (13), (14) để trống nếu có hồ sơ giải quyết quá hạn: dữ liệu không cho biết đã có thư xin lỗi "
    "hay chưa; số quá hạn là (11) − (12).",
    "Cột (19), (20) để trống: dữ liệu không cho biết thời hạn tiếp nhận.",
    "Cột (23), (25) để trống: dữ liệu không cho biết hồ sơ đã nộp tiền trực tiếp hay chưa nộp. "
    "Cột (24) để trống nếu không hồ sơ nào ghi việc thanh toán.",
)
HOW_COUNTED = (
    "Cột (5), (6): hồ sơ nộp trực tuyến mà đơn vị đang áp dụng dịch vụ công trực tuyến toàn trình, "
    "một phần của thủ tục đó; cột (7): hồ sơ nộp trực tuyến khác.",
    "Hồ sơ dừng xử lý, rút, từ chối sau khi tiếp nhận nằm cả trong cột (11); "
    "cột (18) có thêm hồ sơ từ chối trước khi tiếp nhận nếu đã gửi vào dữ liệu.",
)
NOT_DECLARED = (
    "Cột (5), (6), (7), (9), (18) đến (25) để trống: số đã báo cáo không chia như vậy; "
    "cột (13), (14) để trống nếu có hồ sơ giải quyết quá hạn.",
)


def lines_by_unit(facts: LetterFacts, outcomes: pl.DataFrame) -> list[Line]:
    """Each unit directly below with all below it, and what counts for the unit itself.

    ``outcomes`` are those of ``phucvu.engine.dossier_outcomes``.
    """
    units, tree = facts.scores.units, Tree.of_period(facts.scores.units, facts.period)
    parts = {unit: tree.part(facts.unit.code, unit) for unit in outcomes["unit"].unique()}
    found = _together(outcomes, pl.col("unit").replace(parts))
    return [Line(units[row["key"]].name, _numbers(row)) for row in found]


def lines_by_field(outcomes: pl.DataFrame, fields: Mapping[str, str | None]) -> list[Line]:
    """Each field of procedures, from the fields by procedure."""
    known = {procedure: field for procedure, field in fields.items() if field}
    key = pl.col("procedure").replace_strict(known, default=NO_FIELD, return_dtype=pl.String)
    return [Line(row["key"], _numbers(row)) for row in _together(outcomes, key.fill_null(NO_FIELD))]


def notes(facts: LetterFacts, outcomes: pl.DataFrame) -> list[str]:
    """What is left empty, and how the rest is counted."""
    units = outcomes.filter(pl.col("online_unknown") > 0)["unit"].unique().sort()
    names = [facts.scores.units[unit].name for unit in units]
    without = (
        "Cột (5), (6), (7) để trống ở dòng có đơn vị mà dữ liệu chưa có dịch vụ công trực tuyến nào: "
        f"{some(names, MOST_NAMED)}."
    )
    return [*([without] if names else []), *NOT_TOLD, *HOW_COUNTED]


def declared(row: Mapping[str, Any]) -> Numbers:
    """The columns from a row of ``reports``."""
    in_time = known_sum(row["open"], -row["open_late"]) if row["open_late"] is not None else None
    return (
        *(known_sum(row["received"], row["carried_over"] or 0), row["in_person"], None, None, None),
        *(row["postal"], None, row["carried_over"]),
        *(row["finished"], row["finished_on_time"], *_apologies(row["finished_late"])),
        *(row["open"], in_time, row["open_late"]),
        *[None] * 8,
    )


def _together(outcomes: pl.DataFrame, key: pl.Expr) -> list[dict[str, Any]]:
    counts = pl.exclude("unit", "procedure").sum()
    return outcomes.group_by(key=key).agg(counts).sort("key").to_dicts()


def _numbers(row: Mapping[str, Any]) -> Numbers:
    levels = [row[f"online_{level}"] for level in ("full", "partial", "other")]
    online = sum(levels) + row["online_unknown"]
    received = row["in_person"] + online + row["post"] + row["carried_over"]
    finished, open_ = row["on_time"] + row["late"], row["open_in_time"] + row["open_late"]
    untold = received > 0 and row["payment_told"] == 0
    return (
        *(received, row["in_person"], *(levels if not row["online_unknown"] else [None] * 3)),
        *(row["post"], None, row["carried_over"]),
        *(finished, row["on_time"], *_apologies(row["late"])),
        *(open_, row["open_in_time"], row["open_late"]),
        *(row["refused"], None, None, row["stopped"], row["withdrawn"]),
        *(None, None if untold else row["paid_online"], None),
    )


def _apologies(late: int | None) -> tuple[int | None, int | None]:
    """How many late dossiers had a letter of apology and how many had none; where none is late, none."""
    return (0, 0) if late == 0 else (None, None)
