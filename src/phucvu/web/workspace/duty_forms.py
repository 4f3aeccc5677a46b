"""What people send about assignments: dates and texts, each with a limit."""

from __future__ import annotations

from typing import Any

from django import forms

from phucvu.accounts.forms import Form
from phucvu.assignments.causes import CAUSES
from phucvu.assignments.models import LONGEST_TEXT, NUMBER
from phucvu.figures.periods import YEARS, Period
from phucvu.inbox.words import both
from phucvu.problems import UnusableError
from phucvu.steering.campaign_lines import OLD_SYSTEM

LONGEST_CAMPAIGN = 3 * 366
"""Days."""

LONGEST_CODES = 20_000
"""Letters of a list of dossiers."""


class Day(forms.DateField):
    def __init__(self, vi: str, en: str) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=both(vi, en), widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"])

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found is not None and found.year not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


def one_line(vi: str, en: str, longest: int, *, required: bool = True) -> forms.CharField:
    """A text of one line."""
    return forms.CharField(label=both(vi, en), max_length=longest, required=required)


def lines(vi: str, en: str, longest: int = LONGEST_TEXT, *, required: bool = True) -> forms.CharField:
    """A text of several lines."""
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=both(vi, en), max_length=longest, required=required, widget=widget)


class UnitForm(Form):
    """A form with a choice of units (``offered``: code and name) under the name ``unit``."""

    unit = forms.ChoiceField(label=both("Đơn vị", "Unit"))

    def __init__(self, offered: list[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["unit"].choices = offered  # type: ignore[attr-defined]


class AskForm(UnitForm):
    """Which late dossiers a unit is asked to explain."""

    due_on = Day("Giải trình trước hết ngày", "To be explained by")
    codes = lines(
        "Mã hồ sơ, mỗi dòng một mã (để trống: mọi hồ sơ quá hạn của kỳ)",
        "Dossier numbers, one a line (empty: all late dossiers of the period)",
        LONGEST_CODES,
        required=False,
    )
    note = lines("Ghi chú", "Note", 1000, required=False)


class ExplainForm(Form):
    """Why dossiers are late, and what is done."""

    request = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    cause = forms.ChoiceField(
        label=both("Nguyên nhân", "Cause"),
        choices=lambda: [(code, both(words.vi, words.en)) for code, words in CAUSES.items()],
    )
    text = lines("Giải trình thêm", "Further explanation", required=False)
    remedy = lines("Biện pháp khắc phục", "Remedy")
    done_by = Day("Khắc phục xong trước hết ngày", "Remedied by")


class ApologyForm(Form):
    """A letter of apology of one dossier."""

    request = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    code = one_line("Mã hồ sơ", "Dossier number", 100)
    number = one_line("Số văn bản xin lỗi (mẫu số 04)", "Number of the letter (form 04)", NUMBER)
    signed_on = Day("Ngày ký", "Signed on")
    new_due_on = Day("Ngày hẹn trả mới", "New day of the result")


class PeriodField(forms.CharField):
    """A period, written as everywhere: 2026-Q4."""

    def __init__(self) -> None:
        super().__init__(
            label=both("Kỳ (2026-12, 2026-Q4, 2026)", "Period (2026-12, 2026-Q4, 2026)"), max_length=21
        )

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        try:
            return str(Period.parse(found))
        except UnusableError as error:
            [fault] = error.faults
            raise forms.ValidationError(both(fault.vi, fault.en)) from error


class TargetForm(UnitForm):
    """A target of a unit: an indicator, group or the total (``measures``: code and name), and its value."""

    indicator = forms.ChoiceField(label=both("Chỉ số, nhóm chỉ số", "Indicator, group"))
    period = PeriodField()
    value = forms.DecimalField(
        label=both("Giá trị", "Value"), min_value=0, max_value=999_999, max_digits=8, decimal_places=2
    )
    unit_of_value = forms.ChoiceField(
        label=both("Đơn vị tính", "Unit of the value"),
        choices=[
            ("percent", both("phần trăm", "percent")),
            ("points", both("điểm", "points")),
            ("rank", both("thứ hạng", "rank")),
        ],
    )
    due_on = Day("Thời hạn hoàn thành", "Due on")
    document = one_line("Văn bản giao", "Document that assigns it", 300, required=False)

    def __init__(
        self, offered: list[tuple[str, str]], measures: list[tuple[str, str]], *given: Any, **named: Any
    ) -> None:
        super().__init__(offered, *given, **named)
        self.fields["indicator"].choices = measures  # type: ignore[attr-defined]

    def clean(self) -> Any:
        said = super().clean() or {}
        measure, kind, value = (said.get(name) for name in ("indicator", "unit_of_value", "value"))
        if kind == "rank" and measure and measure[0].isdigit():
            words = both("chỉ giao thứ hạng cho tổng điểm hoặc nhóm", "a rank is of the total or a group")
            self.add_error("unit_of_value", str(words))
        if kind in ("percent", "points") and value is not None and value > 100:
            self.add_error("value", str(both("không thể lớn hơn 100", "cannot be more than 100")))
        return said


class WithdrawForm(Form):
    """Which target is withdrawn (``offered``: sequence and name), and why."""

    target = forms.ChoiceField(label=both("Chỉ tiêu", "Target"))
    reason = one_line("Lý do thu hồi", "Reason", 300)

    def __init__(self, offered: list[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["target"].choices = offered  # type: ignore[attr-defined]


class SentForm(Form):
    """That a report was sent."""

    report = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    period = forms.CharField(max_length=22, widget=forms.HiddenInput)
    number = one_line("Số văn bản", "Number of the document", NUMBER)
    sent_on = Day("Ngày gửi", "Sent on")


class WantForm(Form):
    """A report that is wanted of the units just below."""

    name = one_line("Tên báo cáo", "Name of the report", 200)
    every = forms.ChoiceField(
        label=both("Định kỳ", "Every"),
        choices=[("month", both("hằng tháng", "month")), ("quarter", both("hằng quý", "quarter"))],
    )
    before_day = forms.IntegerField(
        label=both("Trước ngày (của tháng cuối kỳ)", "Before day (of the period's last month)"),
        min_value=2,
        max_value=31,
    )
    source = one_line("Văn bản quy định", "Document that asks for it", 300, required=False)


class DifficultyForm(Form):
    """A difficulty of a unit."""

    topic = one_line("Khó khăn, vướng mắc", "Difficulty", 200)
    text = lines("Nội dung", "What it is")
    proposal = lines("Kiến nghị, đề xuất", "Proposal", required=False)


class AnswerForm(Form):
    """The answer to a difficulty; without a text it is reported further up."""

    difficulty = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    answer = lines("Trả lời", "Answer", required=False)


class CampaignForm(Form):
    """A campaign of the unit and all below it, or of some (``offered``, ``measures``: code and name)."""

    name = one_line("Tên chiến dịch", "Name of the campaign", 200)
    units = forms.MultipleChoiceField(
        label=both("Đơn vị tham gia (không chọn: cả đơn vị)", "Units that take part (none: the whole unit)"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    measure = forms.ChoiceField(label=both("Chỉ số, nội dung", "Indicator or measure"))
    starts = Day("Từ ngày", "From")
    ends = Day("Đến hết ngày", "Until")
    target = forms.DecimalField(
        label=both("Mục tiêu (%, hoặc số hồ sơ còn lại)", "Target (%, or dossiers left)"),
        min_value=0,
        max_value=9_999_999,
        max_digits=9,
        decimal_places=2,
    )
    before = Day("Hồ sơ tiếp nhận đến hết ngày (chỉ cho hệ thống cũ)", "Received by (old system alone)")
    source = one_line("Văn bản", "Document", 300, required=False)

    def __init__(
        self, offered: list[tuple[str, str]], measures: list[tuple[str, str]], *given: Any, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self.fields["units"].choices = offered  # type: ignore[attr-defined]
        if not offered:
            del self.fields["units"]
        self.fields["measure"].choices = measures  # type: ignore[attr-defined]
        self.fields["before"].required = False

    def clean(self) -> Any:
        said = super().clean() or {}
        starts, ends, target = (said.get(name) for name in ("starts", "ends", "target"))
        if starts and ends and not 0 <= (ends - starts).days < LONGEST_CAMPAIGN:
            words = both(
                "phải sau ngày bắt đầu, nhiều nhất ba năm", "must follow the first day, within three years"
            )
            self.add_error("ends", str(words))
        if said.get("measure") != OLD_SYSTEM and target is not None and target > 100:
            self.add_error("target", str(both("không thể lớn hơn 100", "cannot be more than 100")))
        return said


class StopForm(Form):
    """Which campaign is stopped."""

    campaign = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
