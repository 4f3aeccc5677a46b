"""A list as a file: CSV in parts, or an Excel workbook written row by row."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl
from django.http import HttpResponse

from phucvu.accounts import units
from phucvu.engine.listing import Listing, reasons
from phucvu.engine.origin import NOTHING_SAID
from phucvu.engine.reasons import days_late
from phucvu.figures.periods import Period
from phucvu.formats import moment
from phucvu.inbox.clock import now
from phucvu.steering.due_lists import Moment
from phucvu.tables import workbook
from phucvu.tables.cells import harmless_frame
from phucvu.tables.headings import of_frame
from phucvu.web.language import _, language
from phucvu.web.page import BOM, XLSX
from phucvu.web.workspace import forecasts, home
from phucvu.web.workspace.dossier_words import at_portal, channels, origins, statuses
from phucvu.web.workspace.list_query import ListQuery


def about(asked: ListQuery, at: Moment) -> dict[str, str]:
    """Where the rows of a list come from."""
    known = home.tree(asked.period).units.get(asked.unit)
    said = {
        _("Danh sách"): asked.title(at),
        _("Đơn vị"): known.name if known else asked.unit,
        _("Kỳ"): asked.period.title(language()),
        _("Tính đến"): f"{at.cut_off:%d/%m/%Y %H:%M:%S}",
        _("Nguồn"): _("hồ sơ các đơn vị đã đồng bộ"),
        _("Quy tắc"): asked.rules.title[language()],
    }
    if filters := ", ".join(asked.filters()):
        said[_("Bộ lọc")] = filters
    return said


def name_of(asked: ListQuery, form: str) -> str:
    what = asked.said.get("list") or asked.said.get("indicator") or asked.said.get("doubt") or "dossiers"
    return f"phucvu-{asked.period}-{asked.unit}-{what}.{form}"


def frames(found: Listing, asked: ListQuery, at: Moment, most: int | None) -> Iterator[pl.DataFrame]:
    """The columns of a file, some thousand rows at a time; at least one frame, for the heading."""
    wish = asked.wish(at)
    known, names = home.tree(asked.period).units, home.procedure_names()
    unit_names = {u.code: u.short_name for u in known}
    some = False
    for frame in found.every(wish, asked.order, most or 1 << 62):
        some = True
        yield _file_columns(frame, asked, at, unit_names, names)
    if not some:
        yield _file_columns(found.page(wish, asked.order, 1), asked, at, unit_names, names)


def _file_columns(
    frame: pl.DataFrame, asked: ListQuery, at: Moment, units: dict[str, str], procedures: dict[str, str]
) -> pl.DataFrame:
    def named(column: str, names: dict[Any, str]) -> pl.Expr:
        return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)

    columns: dict[str, pl.Expr | pl.Series] = {
        _("Mã hồ sơ"): pl.col("code"),
        _("Đơn vị gửi"): pl.col("sender"),
        _("Mã đơn vị"): pl.col("unit"),
        _("Đơn vị"): named("unit", units),
        _("Mã thủ tục hành chính"): pl.col("procedure"),
        _("Thủ tục"): named("procedure", procedures),
        _("Hình thức nộp"): named("channel", channels()),
        _("Trạng thái"): named("status", statuses()),
        _("Nguồn hồ sơ"): named("origin", origins()),
        _("Cổng Dịch vụ công quốc gia"): pl.col("at_portal").replace_strict(
            at_portal(), default=NOTHING_SAID[language()], return_dtype=pl.String
        ),
        _("Ngày tiếp nhận"): pl.col("received_at"),
        _("Ngày hẹn trả"): pl.col("due"),
        _("Hạn tính cả thời gian chờ bổ sung giấy tờ"): pl.col("must_by"),
        _("Ngày kết thúc xử lý"): pl.col("ended"),
        _("Quá hạn (ngày)"): days_late(),
    }
    if asked.forecast:
        columns[_("Còn lại (giờ làm việc)")] = pl.Series(forecasts.hours_left(frame, at), dtype=pl.Int64)
        columns[forecasts.heading()] = pl.col("chance").cast(pl.Float64).round(2)
    if asked.indicator:
        columns[_("Lý do chưa đạt")] = reasons(frame, asked.indicator, language())
    return frame.select(**columns)


def csv_parts(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """The frames as one CSV with a heading, in UTF-8 with a byte order mark, so that Excel reads it."""
    for number, frame in enumerate(frames):
        text = harmless_frame(frame).write_csv(
            include_header=number == 0, datetime_format="%Y-%m-%d %H:%M:%S", line_terminator="\r\n"
        )
        yield ((BOM if number == 0 else "") + text).encode()


def write_xlsx(file: Any, frames: Iterable[pl.DataFrame], about: Mapping[str, str], title: str = "") -> None:
    """Write the frames, of the same columns, as one sheet, and ``about`` with their rows as another."""
    parts = iter(frames)
    first = next(parts)
    columns = of_frame("", first, language()).columns
    rows = (row for frame in itertools.chain([first], parts) for row in frame.iter_rows())
    workbook.write(file, title, [workbook.Table(_("Hồ sơ"), columns, rows)], about, language())


def answer(frame: pl.DataFrame, form: str, name: str, title: str, where: Mapping[str, str]) -> Any:
    """A short table of a page as a file; ``where`` says what it is of."""
    file = f"{name}.{form}"
    if form == "csv":
        content, kind = b"".join(csv_parts([frame])), "text/csv; charset=utf-8"
    else:
        book = io.BytesIO()
        write_xlsx(book, [frame], where, title)
        content, kind = book.getvalue(), XLSX
    headers = {"Content-Disposition": f'attachment; filename="phucvu-{file}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def place_of(unit: str, period: Period | None, cut_off: dt.datetime | None) -> dict[str, str]:
    """Of which unit and period a table is, as of when."""
    known = (home.tree(period).units if period else units.every()).get(unit)
    said = {_("Đơn vị"): known.name if known else unit}
    if period:
        said[_("Kỳ")] = period.title(language())
    return said | {_("Tính đến"): moment(cut_off or now()), _("Nguồn"): _("hồ sơ các đơn vị đã đồng bộ")}
