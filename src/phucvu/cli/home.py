"""What the commands that work on a home folder have in common: its options, and its records."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from phucvu.figures.periods import VIETNAM, Period, now_in_vietnam
from phucvu.problems import Problem, UnusableError

home_option = click.option(
    "--home",
    envvar="PHUCVU_HOME",
    default="phucvu-data",
    show_default="PHUCVU_HOME, ./phucvu-data",
    metavar="THƯ_MỤC",
    help="Nơi giữ dữ liệu: thư mục hoặc s3://… | The home: a folder or s3://…",
)


class PeriodType(click.ParamType[Period]):
    """A period as ``Period.parse`` reads it."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        return value if isinstance(value, Period) else Period.parse(value)


class MomentType(click.ParamType[dt.datetime]):
    """An ISO time; without a zone it is Vietnam's."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError as error:
            said = param.opts[0] if param else ""
            problem = Problem(
                f"{said} {value!r} không phải thời điểm ISO, ví dụ 2026-10-10T08:00:00",
                f"{said} {value!r} is no ISO time such as 2026-10-10T08:00:00",
            )
            raise UnusableError(problem) from error
        if moment.tzinfo:
            moment = moment.astimezone(VIETNAM).replace(tzinfo=None)
        return moment


period_option = click.option(
    "--period",
    type=PeriodType(),
    required=True,
    metavar="KỲ",
    help="2026-08, 2026-Q3, 2026, 2026-08-01..2026-08-15. | The period.",
)
now_option = click.option(
    "--now",
    type=MomentType(),
    default=now_in_vietnam,
    show_default="bây giờ | now",
    metavar="LÚC",
    help="Cố định đồng hồ, giờ Việt Nam. | Fixes the clock, Vietnam's time.",
)
as_of_option = click.option(
    "--as-of",
    type=MomentType(),
    metavar="LÚC",
    help="Chỉ dùng dữ liệu đã nhận đến lúc ấy. | Only what had arrived by then.",
)
unit_option = click.option(
    "--unit", metavar="MÃ", help="Chỉ đơn vị này; mặc định mọi đơn vị. | Only this unit; else every unit."
)
regroup_option = click.option(
    "--regroup",
    is_flag=True,
    help="Gộp theo đơn vị kế thừa hiện nay. | Regroup history under today's successors.",
)
engine_option = click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    metavar="MÁY",
    help="duckdb, hoặc spark://máy:cổng. | duckdb, or spark://host:port.",
)
