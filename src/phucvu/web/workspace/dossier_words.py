"""Words of the workspace that are not on other pages: statuses, channels, how late."""

from __future__ import annotations

import datetime as dt
from typing import Any

from phucvu.engine.calendar import Calendar
from phucvu.engine.origin import SAID, WORDS
from phucvu.figures.periods import END_OF_DAY
from phucvu.formats import day, moment, whole
from phucvu.records.codes import Channel, Status
from phucvu.web.language import _, language


def statuses() -> dict[int, str]:
    """What the status codes of the synchronisation format mean."""
    return {
        Status.FILED: _("mới đăng ký"),
        Status.RECEIVED: _("được tiếp nhận"),
        Status.REFUSED: _("không được tiếp nhận"),
        Status.IN_PROCESS: _("đang xử lý"),
        Status.SUPPLEMENT_ASKED: _("yêu cầu bổ sung giấy tờ"),
        Status.PAYMENT_ASKED: _("yêu cầu thực hiện nghĩa vụ tài chính"),
        Status.WITHDRAWN: _("công dân yêu cầu rút hồ sơ"),
        Status.STOPPED: _("dừng xử lý"),
        Status.DONE: _("đã xử lý xong"),
        Status.RETURNED: _("đã trả kết quả"),
    }


def channels() -> dict[int, str]:
    return {
        Channel.IN_PERSON: _("trực tiếp"),
        Channel.ONLINE: _("trực tuyến"),
        Channel.POST: _("bưu chính công ích"),
    }


def origins() -> dict[str, str]:
    return {origin: words[language()] for origin, words in WORDS.items()}


def at_portal() -> dict[str, str]:
    """What the national portal said of a dossier; where it said nothing see ``NOTHING_SAID``."""
    return {outcome.value: words[language()] for outcome, words in SAID.items()}


def days_left(row: dict[str, Any], calendar: Calendar, today: dt.date) -> str:
    """How a dossier that is on time stands with its deadline, in a few words; empty where it has none."""
    if row["must_by"] is None:
        return ""
    if row["ended"] is not None:
        return _("đúng hạn")
    left = calendar.worked_until(today, row["must_by"].date())
    if row["must_by"].date() == today:
        return _("đến hạn hôm nay")
    return _("còn %(days)s ngày làm việc") % {"days": whole(left, language())}


def dated(at: dt.datetime | None) -> str:
    """A moment in few letters; the day alone where it means the whole of it; nothing for none.

    >>> dated(dt.datetime(2026, 10, 9, 23, 59, 59)), dated(dt.datetime(2026, 10, 9, 14, 5)), dated(None)
    ('09/10/2026', '09/10/2026 14:05', '')
    """
    if at is None:
        return ""
    return day(at) if at.time().replace(microsecond=0) in (dt.time(), END_OF_DAY) else moment(at)
