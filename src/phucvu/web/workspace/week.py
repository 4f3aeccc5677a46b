"""Monday's page of a unit: what is to be done this week, each number leading to its dossiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.urls import reverse

from phucvu.assignments import explanations
from phucvu.engine.listing import Listing, Wish
from phucvu.formats import whole
from phucvu.inbox.clock import now
from phucvu.rules.loading import rules_in_use
from phucvu.steering.advice import completable
from phucvu.steering.due_lists import Moment, mendable_indicators
from phucvu.web.language import _, language
from phucvu.web.sentences import called
from phucvu.web.workspace import dossiers, files, forecasts, home
from phucvu.web.workspace.ready_lists import BY_NAME, Ready
from phucvu.web.workspace.shown import rendered

LISTS = ("overdue", "today", "week", "at-risk", "waiting")
"""The lists that are the week's work, as columns of the table of procedures."""

MOST = 12
"""Procedures shown on the page, so that it fits one sheet; the file has all."""


@dataclass(frozen=True)
class Entry:
    """Something to do: how many, and where they are."""

    name: str
    number: int
    link: str
    said: str = ""
    urgent: bool = False


@dataclass
class OfProcedure:
    """A procedure with the numbers of ``LISTS`` and where each leads."""

    code: str
    name: str
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LISTS, 0))
    links: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        """By list: its short name, the number, the link."""
        return [(short(name), self.numbers[name], self.links[name]) for name in LISTS]


def short(name: str) -> str:
    """What a list is called in the heading of a column."""
    return {
        "overdue": _("Quá hạn"),
        "today": _("Hôm nay"),
        "week": _("Trong tuần"),
        "at-risk": _("Có nguy cơ"),
        "waiting": _("Chờ bổ sung"),
    }[name]


def show(request: Any, unit: str, form: str = "") -> Any:
    """The page, or its table of procedures as a file."""
    period = home.asked_period("")
    found = home.listing(period)
    if found is None:
        return dossiers.being_made(request, unit, period)
    at = forecasts.moment(period, found.cut_off)
    within = home.below(period, unit)
    procedures = _procedures(found, at, unit, within)
    if form:
        where = files.place_of(unit, period, found.cut_off)
        return files.answer(_frame(procedures), form, f"{period}-{unit}-week", _("Việc tuần này"), where)
    numbers = found.numbers(within, [BY_NAME[name].condition(at) for name in LISTS])
    todo = [_of_list(BY_NAME[name], at, unit, n) for name, n in zip(LISTS, numbers, strict=True)]
    known = home.tree(period).units.get(unit)
    mendable = _mendable(found, at, unit, within)
    context = {
        "unit": known,
        "code": unit,
        "period": period,
        "cut_off": found.cut_off,
        "sentence": _sentence(called(known) if known else unit, dict(zip(LISTS, numbers, strict=True))),
        "todo": todo,
        "mendable": mendable,
        "answers": [*_petitions(unit, at), *_to_explain(unit)],
        "procedures": procedures[:MOST],
        "more": max(0, len(procedures) - MOST),
        "headings": [short(name) for name in LISTS],
        "forecast_said": forecasts.sentence(),
        "files": {kind: reverse("workspace-week-file", args=[unit, kind]) for kind in ("xlsx", "csv")},
    }
    return rendered(request, "workspace/week.html", context)


def _link(unit: str, at: Moment, said: str) -> str:
    return f"{reverse('workspace-dossiers', args=[unit])}?{said}&period={at.period}"


def _of_list(ready: Ready, at: Moment, unit: str, number: int) -> Entry:
    urgent = ready.name == "overdue" and number > 0
    return Entry(ready.title(at), number, _link(unit, at, f"list={ready.name}"), ready.said(), urgent)


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


def _procedures(found: Listing, at: Moment, unit: str, within: Sequence[str]) -> list[OfProcedure]:
    """The procedures with something to do, the most overdue and soon due first."""
    names = home.procedure_names()
    rows: dict[str, OfProcedure] = {}
    for name in LISTS:
        wish = Wish(within, BY_NAME[name].condition(at))
        for code, number in found.occurring(wish, "procedure"):
            row = rows.setdefault(code, OfProcedure(code, names.get(code) or ""))
            row.numbers[name] = number
    for row in rows.values():
        row.links = {name: _link(unit, at, f"list={name}&procedure={row.code}") for name in LISTS}
    return sorted(rows.values(), key=lambda row: ([-row.numbers[name] for name in LISTS], row.code))


def _frame(procedures: Sequence[OfProcedure]) -> pl.DataFrame:
    schema: dict[str, Any] = {_("Mã thủ tục hành chính"): pl.String, _("Thủ tục"): pl.String}
    schema |= {short(name): pl.Int64 for name in LISTS}
    rows = [(row.code, row.name, *row.numbers.values()) for row in procedures]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _mendable(found: Listing, at: Moment, unit: str, within: Sequence[str]) -> list[Entry]:
    """By indicator: the finished dossiers that the unit can still complete; they lead to them by reason."""
    asked = mendable_indicators(rules_in_use().at(at.period.last))
    numbers = found.numbers(within, [completable(indicator, at.period) for indicator in asked])
    return [
        Entry(
            f"{indicator.id} {indicator.short[language()]}",
            number,
            _link(unit, at, f"indicator={indicator.id}&lost=1&mend=1&by=reason"),
        )
        for indicator, number in zip(asked, numbers, strict=True)
        if number
    ]


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
    link = _link(unit, at, f"indicator={of_petitions[0].id}&lost=1") if of_petitions else ""
    said = _("Phản ánh, kiến nghị đã đến đơn vị, chưa trả lời.")
    return [Entry(_("Phản ánh, kiến nghị chưa trả lời"), number, link, said, number > 0)]


def _to_explain(unit: str) -> list[Entry]:
    """Late dossiers that the unit has been asked to explain."""
    waiting = explanations.waiting(unit)
    number, today = sum(one.dossiers for one in waiting), now().date()
    overdue = any(one.due_on < today for one in waiting)
    link = reverse("workspace-explanations", args=[unit])
    return [Entry(_("Hồ sơ quá hạn chưa giải trình"), number, link, "", overdue)]
