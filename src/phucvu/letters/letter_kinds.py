"""The kinds of letter, and the context of each: every field that its template may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from phucvu.figures.periods import Period
from phucvu.letters.implementation_plan import implementation_plan, implementation_plan_fields
from phucvu.letters.late_letters import apology, request_fields, request_for_explanation
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_numbers import heading_day, period_words, short_day
from phucvu.letters.office_fields import Fields, Signer, defaults, in_sentence, signing_day
from phucvu.letters.quarterly_report import quarterly_report, quarterly_report_fields
from phucvu.letters.remedy_order import remedy_order, remedy_order_fields
from phucvu.letters.result_letters import department_notice, monthly_publication, office_notice
from phucvu.problems import Fault, NotFoundError, UnusableError


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter: its name, the kinds of unit that send it, its template, what it says.

    ``symbol`` and ``signer`` make the fields of the office (``office_fields.defaults``), of which ``own`` are
    other in this kind.
    """

    name: str
    units: tuple[str, ...]
    template: str
    symbol: str
    signer: Signer
    context: Callable[[LetterFacts, Mapping[str, Any]], dict[str, Any]]
    own: Callable[[LetterFacts], Fields] = lambda _facts: {}
    tells_results: bool = True
    """Whether results of the index stand in it, so that it says whether an edition proves them."""


KINDS = {
    "monthly-publication": LetterKind(
        "Công văn công khai kết quả hằng tháng",
        ("province",),
        "monthly-publication",
        "",
        "office",
        monthly_publication,
    ),
    "department-notice": LetterKind(
        "Thông báo kết quả của sở, ban, ngành",
        ("department",),
        "department-notice",
        "TB",
        "head",
        department_notice,
    ),
    "office-notice": LetterKind(
        "Thông báo của Văn phòng UBND cấp tỉnh", ("province",), "office-notice", "TB", "office", office_notice
    ),
    "remedy-order": LetterKind(
        "Công văn chỉ đạo khắc phục",
        ("province",),
        "remedy-order",
        "",
        "head",
        remedy_order,
        remedy_order_fields,
    ),
    "quarterly-report": LetterKind(
        "Báo cáo quý, báo cáo đột xuất",
        ("province", "department", "commune"),
        "quarterly-report",
        "BC",
        "committee",
        quarterly_report,
        quarterly_report_fields,
    ),
    "implementation-plan": LetterKind(
        "Kế hoạch triển khai thực hiện",
        ("province", "department", "district", "commune"),
        "implementation-plan",
        "KH",
        "committee",
        implementation_plan,
        implementation_plan_fields,
    ),
    "request-for-explanation": LetterKind(
        "Đề nghị giải trình hồ sơ quá hạn",
        ("province", "department", "district", "commune"),
        "request-for-explanation",
        "",
        "office",
        request_for_explanation,
        request_fields,
        tells_results=False,
    ),
    "apology": LetterKind(
        "Thư xin lỗi và hẹn lại ngày trả kết quả",
        ("province", "department", "district", "commune"),
        "apology",
        "",
        "head",
        apology,
        lambda _facts: {"noi_nhan": ["Như trên"]},
        tells_results=False,
    ),
}
"""Every kind that the program writes, by the name that commands and addresses use."""


def context_of(kind: LetterKind, facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a letter. Raises UnusableError where the unit cannot send it, or nothing is known."""
    if facts.unit.kind not in kind.units:
        raise UnusableError(Fault("letter_wrong_kind", kind=facts.unit.kind))
    if not facts.portal and not facts.own:
        raise NotFoundError(Fault("letter_nothing", unit=facts.unit.code, period=facts.period))
    signed = signing_day(fields["ngay_ky"])
    common = {
        **fields,
        "ngay_ky": short_day(signed) if signed else "",
        "ngay_thang": heading_day(signed, facts.now),
        "don_vi": in_sentence(facts.unit),
        "tinh": in_sentence(facts.root),
        "ky": period_words(facts.period),
        "ky_sau": _next(facts.period),
        "nguon_tu_thong_ke": f"số liệu tự thống kê từ hồ sơ, tính đến ngày {short_day(facts.day)}",
    }
    return common | kind.context(facts, fields)


def fields_of(kind: LetterKind, facts: LetterFacts) -> Fields:
    """What the office says of itself unless it says otherwise."""
    return defaults(facts.unit, facts.root, facts.now, kind.symbol, kind.signer) | kind.own(facts)


def _next(period: Period) -> str:
    """The period after; a run of days has none that everybody knows."""
    if period.kind == "days":
        return "thời gian tới"
    count = {"month": 1, "quarter": 3, "year": 12}[period.kind]
    return period_words(Period.months(period.first.year, period.first.month + count, count))
