"""The lists that are ready made: which dossiers each holds, and when it is worth looking at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duckdb import ColumnExpression, ConstantExpression, Expression

from phucvu.engine.listing import Order, holds, lacks, population
from phucvu.formats import day
from phucvu.steering.due_lists import Moment, due_by, overdue, unfinished
from phucvu.web.language import _

BY_DEADLINE = Order("due")


@dataclass(frozen=True)
class Ready:
    """A list: its title, what it holds in a sentence, which dossiers, and how it is sorted at first.

    ``now`` says that it is about what is to be done at the moment, whatever the period; ``forecast`` that
    it shows the working hours left and the chance of being late.
    """

    name: str
    title: Callable[[Moment], str]
    said: Callable[[], str]
    condition: Callable[[Moment], Expression]
    order: Order = BY_DEADLINE
    now: bool = False
    forecast: bool = False


def _at_risk(at: Moment) -> Expression:
    """By the forecast; without one, by what is due by the end of the next working day."""
    if at.risky is None:
        return due_by(at.calendar.after(at.today, 1))
    return unfinished() & holds("on_time") & (ColumnExpression("chance") > ConstantExpression(at.risky))


READY = (
    Ready(
        "overdue",
        lambda at: _("Quá hạn, chưa xong"),
        lambda: _("Đã quá hạn mà chưa có kết quả: cần giải quyết trước."),
        lambda at: overdue(),
        Order("late", descending=True),
        now=True,
    ),
    Ready(
        "today",
        lambda at: _("Đến hạn hôm nay"),
        lambda: _("Chưa xong, còn trong hạn đến cuối ngày hôm nay."),
        lambda at: due_by(at.today),
        now=True,
        forecast=True,
    ),
    Ready(
        "week",
        lambda at: _("Đến hạn trong tuần, đến hết %(day)s") % {"day": day(at.end_of_week)},
        lambda: _("Chưa xong, còn trong hạn, ngày hẹn trả trong tuần làm việc này."),
        lambda at: due_by(at.end_of_week),
        now=True,
        forecast=True,
    ),
    Ready(
        "at-risk",
        lambda at: _("Có nguy cơ quá hạn"),
        lambda: _("Chưa xong, còn trong hạn; dự báo có khả năng quá hạn cao, hoặc sắp hết thời gian."),
        _at_risk,
        Order("chance", descending=True),
        now=True,
        forecast=True,
    ),
    Ready(
        "open",
        lambda at: _("Đang giải quyết, còn trong hạn"),
        lambda: _("Mọi hồ sơ chưa xong, còn trong hạn: số giờ làm việc còn lại và khả năng quá hạn."),
        lambda at: unfinished() & holds("on_time"),
        now=True,
        forecast=True,
    ),
    Ready(
        "waiting",
        lambda at: _("Chờ người dân bổ sung giấy tờ"),
        lambda: _(
            "Bước sau cùng là yêu cầu bổ sung giấy tờ, chưa có gì sau đó. Thời gian chờ không tính vào hạn."
        ),
        lambda at: unfinished() & holds("waiting"),
        Order("received"),
        now=True,
    ),
    Ready(
        "late",
        lambda at: _("Quá hạn trong kỳ, kể cả đã xong"),
        lambda: _("Những hồ sơ không đúng hạn của chỉ số 2.1."),
        lambda at: population("handled", at.period) & lacks("on_time"),
        Order("late", descending=True),
    ),
    Ready(
        "no-result-file",
        lambda at: _("Đã xong, không có tệp kết quả"),
        lambda: _("Đính kèm kết quả giải quyết điện tử rồi đồng bộ lại."),
        lambda at: (
            population("handled", at.period) & ColumnExpression("ended").isnotnull() & lacks("result_file")
        ),
        Order("ended"),
    ),
    Ready(
        "no-payment",
        lambda at: _("Nộp trực tuyến, có phí, không thanh toán trực tuyến"),
        lambda: _("Thủ tục có phí, không được miễn, nộp trực tuyến mà không thanh toán trực tuyến."),
        lambda at: (
            population("received", at.period)
            & holds("online", "fee_procedure", "not_fee_free")
            & lacks("paid_online")
        ),
        Order("received", descending=True),
    ),
    Ready(
        "no-file",
        lambda at: _("Không có tệp hồ sơ điện tử"),
        lambda: _("Không có tệp đính kèm thành phần hồ sơ nào còn hiệu lực, nên không được tính là số hóa."),
        lambda at: population("handled", at.period) & lacks("submitted_file"),
        Order("received", descending=True),
    ),
    Ready(
        "not-online",
        lambda at: _("Không nộp trực tuyến"),
        lambda: _("Tiếp nhận trong kỳ, nộp trực tiếp hoặc qua dịch vụ bưu chính công ích."),
        lambda at: population("received", at.period) & lacks("online"),
        Order("received", descending=True),
    ),
    Ready(
        "dissatisfied",
        lambda at: _("Bị phản ánh, hoặc đánh giá không hài lòng"),
        lambda: _("Có phản ánh, kiến nghị nêu tên hồ sơ, hoặc bị đánh giá không hài lòng."),
        lambda at: population("handled", at.period) & lacks("no_petition", "no_dislike"),
        Order("received", descending=True),
    ),
)

BY_NAME = {ready.name: ready for ready in READY}
