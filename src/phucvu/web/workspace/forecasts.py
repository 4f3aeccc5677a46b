"""What the workspace tells of the forecast of lateness: hours left, chances, and how good they were."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import polars as pl

from phucvu.figures.periods import Period
from phucvu.formats import day, percent, whole
from phucvu.inbox.home import home as home_folder
from phucvu.inbox.lists import forecasts_folder
from phucvu.steering import kept_forecast
from phucvu.steering.due_lists import Moment
from phucvu.steering.kept_forecast import KeptForecast
from phucvu.steering.working_time import WorkingTime
from phucvu.web.language import _, language
from phucvu.web.workspace import home


def kept() -> KeptForecast | None:
    """What this home forecasts with; None where nothing was learnt yet."""
    path = forecasts_folder(home_folder()) / "lateness.json"
    try:
        return _kept(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=2)
def _kept(path: Path, _changed: int) -> KeptForecast | None:
    return kept_forecast.read(path)


def moment(period: Period, cut_off: dt.datetime) -> Moment:
    """What a list is asked about, with the chance above which a dossier is at risk."""
    found = kept()
    risky = found.bounds.on_time if found and found.shown else None
    return Moment(period, cut_off, home.calendar(), risky)


def hours_left(rows: pl.DataFrame, at: Moment) -> list[int | None]:
    """The working hours from the cut-off to each dossier's deadline, begun ones counted whole."""
    last = rows["must_by"].max()
    if not isinstance(last, dt.datetime):
        return [None] * rows.height
    time = WorkingTime(at.calendar, at.today, max(last.date(), at.today))
    left = pl.Series(time.hours(rows["must_by"]) - time.hour(at.cut_off)).fill_nan(None)
    return left.clip(0).ceil().cast(pl.Int64).to_list()


def heading() -> str:
    """What the column of chances is called: what it is depends on whether the forecast is shown."""
    found = kept()
    return _("Khả năng quá hạn") if found is None or found.shown else _("Tỷ lệ quá hạn gần đây")


def chance_said(chance: float | None) -> str:
    """A chance as people read it: 37%."""
    return "" if chance is None else percent(round(chance, 2), language())


def sentence() -> str:
    """How the chances were made, and how good they were last month."""
    found = kept()
    if found is None:
        return _(
            "Chưa đủ hồ sơ đã qua ngày hẹn trả để dự báo: "
            "hồ sơ có nguy cơ là hồ sơ đến hạn trước hết ngày làm việc tới."
        )
    if not found.shown:
        words = _(
            "Dự báo chưa tốt hơn tỷ lệ quá hạn gần đây trong ba tháng liền, nên hiển thị tỷ lệ gần đây "
            "của thủ tục và đơn vị (tính ngày %(day)s). "
            "Hồ sơ có nguy cơ là hồ sơ đến hạn trước hết ngày làm việc tới."
        )
        return words % {"day": day(found.lateness.at.date())}
    month = found.months[-1]
    words = _(
        "Dự báo lập ngày %(day)s từ %(number)s hồ sơ tiếp nhận từ %(first)s, "
        "chỉ dùng những gì đã biết lúc đó. "
        "%(month)s: trong %(flagged)s lượt báo có nguy cơ, %(right)s lượt quá hạn."
    )
    return words % {
        "day": day(found.lateness.at.date()),
        "number": whole(found.dossiers, language()),
        "first": day(found.first.date()),
        "month": Period.parse(month.month).title(language()),
        "flagged": whole(month.flagged, language()),
        "right": whole(month.right, language()),
    }
