"""Monday's page of a unit: what is to be done this week, each number leading to its dossiers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from phucvu.accounts import audit
from phucvu.accounts.permissions import Action, may
from phucvu.assignments import explanations
from phucvu.engine.listing import Listing, Wish
from phucvu.engine.reasons import codes
from phucvu.figures.periods import Period
from phucvu.formats import whole
from phucvu.inbox.clock import now
from phucvu.rules.loading import rules_in_use
from phucvu.steering.due_lists import Moment
from phucvu.steering.fates import DECLARED_ONLY, Fate
from phucvu.web.language import _, language
from phucvu.web.sentences import called
from phucvu.web.workspace import dossiers, expected, files, forecasts, home, week_by_handler
from phucvu.web.workspace.points_at_stake import Line, account_of
from phucvu.web.workspace.ready_lists import BY_NAME, Ready
from phucvu.web.workspace.shown import rendered

LISTS = ("overdue", "today", "week", "at-risk", "waiting")
"""The lists that are the week's work, as columns of the table."""

MOST = 12
"""Rows of the table on the page, so that it fits one sheet; the file has all."""

MOST_MENDABLE = 6
"""Things to mend on the page, those of most points; the page of lost points has all."""


@dataclass(frozen=True)
class Entry:
    """Something to do: how many, and where they are."""

    name: str
    number: int
    link: str
    said: str = ""
    urgent: bool = False


@dataclass
class Row:
    """A procedure, unit or handler with the numbers of ``LISTS`` and where each leads, if anywhere."""

    code: str
    name: str
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LISTS, 0))
    links: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        """By list: its short name, the number, the link."""
        return [(short(name), self.numbers[name], self.links.get(name, "")) for name in LISTS]


def short(name: str) -> str:
    """What a list is called in the heading of a column."""
    return {
        "overdue": _("Quá hạn"),
        "today": _("Hôm nay"),
        "week": _("Trong tuần"),
        "at-risk": _("Có nguy cơ"),
        "waiting": _("Chờ bổ sung"),
    }[name]


def ways(request: Any, unit: str, within: Sequence[str]) -> dict[str, tuple[str, str]]:
    """What the work can be seen by: the words of the link, and the heading of the column."""
    found = {"procedure": (_("theo thủ tục"), _("Thủ tục"))}
    if len(within) > 1:
        found["unit"] = (_("theo đơn vị"), _("Đơn vị"))
    if may(request.user, Action.SEE_HANDLERS, unit):
        found["handler"] = (_("theo người xử lý"), _("Người xử lý"))
    return found


@dataclass(frozen=True)
class Week:
    """What the page says of a unit: also what `phucvu week` says."""

    name: str
    cut_off: dt.datetime
    sentence: str
    expected: str
    todo: list[Entry]
    mendable: list[Line]
    answers: list[Entry]
    rows: list[Row]


def week(unit: str, period: Period, found: Listing, by: str) -> Week:
    """The week of a unit by its listing, with the table by procedure, unit or handler."""
    at = forecasts.moment(period, found.cut_off)
    within = home.below(period, unit)
    numbers = found.numbers(within, [BY_NAME[name].condition(at) for name in LISTS])
    known = home.tree(period).units.get(unit)
    name = called(known) if known else unit
    return Week(
        name,
        found.cut_off,
        _sentence(name, dict(zip(LISTS, numbers, strict=True))),
        expected.sentence(expected.of_unit(unit, period, found), period),
        [_of_list(BY_NAME[name], at, unit, n) for name, n in zip(LISTS, numbers, strict=True)],
        _mendable(found, at, unit),
        [*_petitions(unit, at), *_to_explain(unit)],
        _rows(found, at, unit, by),
    )


def show(request: Any, unit: str, form: str = "") -> Any:
    """The page, or its table as a file."""
    period = home.asked_period("")
    can_be_by, by = ways(request, unit, home.below(period, unit)), request.GET.get("by", "procedure")
    if by == "handler" and by not in can_be_by:
        raise PermissionDenied
    if by not in can_be_by:
        raise Http404(_("Không có danh sách %(name)s.") % {"name": by})
    found = home.listing(period)
    if found is None:
        return dossiers.being_made(request, unit, period)
    if by == "handler":
        audit.append(request.user, "handlers shown", object="week", unit=unit, form=form)
    of = can_be_by[by][1]
    if form:
        where = files.place_of(unit, period, found.cut_off)
        name = f"{period}-{unit}-week"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit, by=by)
        rows = _rows(found, forecasts.moment(period, found.cut_off), unit, by)
        return files.answer(_frame(rows, of), form, name, _("Việc tuần này"), where)
    said, here = week(unit, period, found, by), reverse("workspace-week", args=[unit])
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "said": said,
        "mendable": said.mendable[:MOST_MENDABLE],
        "more_mendable": max(0, len(said.mendable) - MOST_MENDABLE),
        "losses": reverse("workspace-losses", args=[unit]),
        "rows": said.rows[:MOST],
        "of": of,
        "by": by,
        "views": [
            (words, here + (f"?by={way}" if way != "procedure" else ""), way == by)
            for way, (words, _heading) in can_be_by.items()
        ],
        "more": max(0, len(said.rows) - MOST),
        "headings": [short(name) for name in LISTS],
        "forecast_said": forecasts.sentence(),
        "files": {
            kind: reverse("workspace-week-file", args=[unit, kind]) + f"?by={by}" for kind in ("xlsx", "csv")
        },
    }
    return rendered(request, "workspace/week.html", context)


def _link(unit: str, at: Moment, **said: str) -> str:
    return f"{reverse('workspace-dossiers', args=[unit])}?{urlencode({**said, 'period': str(at.period)})}"


def _of_list(ready: Ready, at: Moment, unit: str, number: int) -> Entry:
    urgent = ready.name == "overdue" and number > 0
    return Entry(ready.title(at), number, _link(unit, at, list=ready.name), ready.said(), urgent)


def _sentence(name: str, numbers: dict[str, int]) -> str:
    lang = language()
    said = {key.replace("-", "_"): whole(number, lang) for key, number in numbers.items()} | {"unit": name}
    if not any(numbers[key] for key in ("overdue", "week", "at-risk")):
        return _("%(unit)s không có hồ sơ nào quá hạn, đến hạn trong tuần hoặc có nguy cơ quá hạn.") % said
    return (
        _(
            "%(unit)s có %(overdue)s hồ sơ quá hạn, %(today)s đến hạn hôm nay, %(week)s đến hạn trong tuần, "
            "%(at_risk)s có nguy cơ quá hạn."
        )
        % said
    )


# The table


def _rows(found: Listing, at: Moment, unit: str, by: str) -> list[Row]:
    """The procedures, units or handlers with something to do, the most overdue and soon due first."""
    conditions, within = {name: BY_NAME[name].condition(at) for name in LISTS}, home.below(at.period, unit)
    rows: dict[str, Row] = {}
    if by == "handler":
        counted = week_by_handler.work(found, conditions, within)
        rows = {code: Row(one.code, one.name, one.numbers) for code, one in counted.items()}
    else:
        names, parameter = home.procedure_names(), "procedure" if by == "procedure" else "in"
        known = home.tree(at.period).units
        for name, condition in conditions.items():
            for code, number in found.occurring(Wish(within, condition), by):  # type: ignore[arg-type]
                called_so = names.get(code) if by == "procedure" else known[code].short_name
                row = rows.setdefault(code, Row(code, called_so or ""))
                row.numbers[name] = number
        for row in rows.values():
            row.links = {name: _link(unit, at, list=name, **{parameter: row.code}) for name in LISTS}
    return sorted(rows.values(), key=lambda row: ([-row.numbers[name] for name in LISTS], row.code))


def _frame(rows: Sequence[Row], of: str) -> pl.DataFrame:
    schema: dict[str, Any] = {_("Mã"): pl.String, of: pl.String}
    schema |= {short(name): pl.Int64 for name in LISTS}
    cells = [(row.code, row.name, *row.numbers.values()) for row in rows]
    return pl.DataFrame(cells, schema=schema, orient="row")


# What is to be mended and answered


def _mendable(found: Listing, at: Moment, unit: str) -> list[Line]:
    """What the unit itself can still mend, by indicator and reason: the most points first."""
    whole_account = account_of(unit, at.period, found)
    if whole_account is None:
        return []
    lines = []
    for cost in whole_account.costs:
        for slice_ in cost.slices:
            loss = slice_.loss
            if loss.fate not in (Fate.NOW, Fate.UNTIL) or loss.who != ("unit",) or not loss.number:
                continue
            listed = set(loss.reasons) <= set(codes(cost.indicator))
            asked = {"fate": loss.fate.name.lower(), "who": "unit", "lacks": " ".join(loss.reasons)}
            link = _link(unit, at, indicator=cost.indicator.id, lost="1", **asked) if listed else ""
            if loss.reasons == (DECLARED_ONLY,):
                link = reverse("workspace-ledger", args=[unit]) + f"?period={at.period}"
            lines.append(Line(slice_, cost.indicator, link))
    return sorted(lines, key=lambda line: (-line.slice.points, -line.slice.loss.number, line.indicator.id))


def _petitions(unit: str, at: Moment) -> list[Entry]:
    """The petitions that wait for an answer."""
    of_petitions = [
        indicator
        for indicator in rules_in_use().at(at.period.last).indicators
        if not indicator.by_rule and indicator.count.of == "petitions"
    ]
    with home.tables() as tables:
        rows = tables["petitions"]
        waits = rows.answered_at.isnull() & rows.refused_at.isnull() & (rows.arrived_at <= now())
        mine = rows.unit.isin(sorted(home.below(at.period, unit)))
        number = int(rows.filter(waits & mine).count().to_pyarrow().as_py())
    link = _link(unit, at, indicator=of_petitions[0].id, lost="1") if of_petitions else ""
    said = _("Phản ánh, kiến nghị đã đến đơn vị, chưa trả lời.")
    return [Entry(_("Phản ánh, kiến nghị chưa trả lời"), number, link, said, number > 0)]


def _to_explain(unit: str) -> list[Entry]:
    """Late dossiers that the unit has been asked to explain."""
    waiting = explanations.waiting(unit)
    number, today = sum(one.dossiers for one in waiting), now().date()
    overdue = any(one.due_on < today for one in waiting)
    link = reverse("workspace-explanations", args=[unit])
    return [Entry(_("Hồ sơ quá hạn chưa giải trình"), number, link, "", overdue)]
