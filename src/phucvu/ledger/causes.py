"""Why a figure of the national portal differs from the own one: the causes and their words."""

from __future__ import annotations

from enum import StrEnum

from phucvu.rules.model import Words


class Cause(StrEnum):
    """In the order in which pages list them. A dossier has one for each indicator that it changes."""

    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNKNOWN_THERE = "unknown_there"
    UNKNOWN_HERE = "unknown_here"
    MINISTRY = "ministry"
    TWICE = "twice"
    OTHER_UNIT = "other_unit"
    CUT_OFF = "cut_off"
    OTHER_DEADLINE = "other_deadline"
    OTHER_STATUS = "other_status"
    OTHER_MARKS = "other_marks"
    UNEXPLAINED = "unexplained"

    @property
    def words(self) -> Words:
        return WORDS[self]


WORDS = {
    Cause.NOT_SENT: Words(vi="chưa gửi lên Cổng Dịch vụ công quốc gia", en="not sent to the national portal"),
    Cause.REFUSED: Words(vi="Cổng từ chối", en="refused by the portal"),
    Cause.UNKNOWN_THERE: Words(
        vi="đã gửi nhưng Cổng không có trong danh sách", en="sent, but not in the portal's list"
    ),
    Cause.UNKNOWN_HERE: Words(vi="Cổng có, hệ thống này không có", en="on the portal, not held here"),
    Cause.MINISTRY: Words(vi="thuộc hệ thống của bộ, ngành", en="in a ministry's own system"),
    Cause.TWICE: Words(vi="ghi nhận hai lần", en="counted twice"),
    Cause.OTHER_UNIT: Words(vi="đơn vị xử lý khác nhau", en="another unit"),
    Cause.CUT_OFF: Words(
        vi="khác kỳ do thời điểm tiếp nhận hoặc thời điểm chốt số liệu",
        en="another period, by the day of receipt or of the list",
    ),
    Cause.OTHER_DEADLINE: Words(vi="ngày hẹn trả khác nhau", en="another deadline"),
    Cause.OTHER_STATUS: Words(vi="trạng thái xử lý khác nhau", en="another status"),
    Cause.OTHER_MARKS: Words(
        vi="thông tin hồ sơ khác nhau (số hóa, thanh toán, hình thức nộp…)",
        en="other marks (digitised, paid, channel…)",
    ),
    Cause.UNEXPLAINED: Words(vi="chưa giải thích được", en="not explained"),
}
