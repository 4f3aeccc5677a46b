"""A list by procedure, by unit or by reason: how many of each, and the list of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.urls import reverse

from phucvu.engine.listing import Listing, Wish
from phucvu.steering.due_lists import Moment
from phucvu.web.language import _
from phucvu.web.workspace import home
from phucvu.web.workspace.list_query import ListQuery

PARAMETER = {"procedure": "procedure", "unit": "in", "reason": "reason"}
"""By what a list is grouped: the parameter that narrows it to one of the groups."""


@dataclass(frozen=True)
class Group:
    """So many dossiers (or other records) of one kind; ``link`` is their list."""

    code: str
    name: str
    number: int
    link: str


def titles() -> dict[str, str]:
    return {"procedure": _("theo thủ tục"), "unit": _("theo đơn vị"), "reason": _("theo lý do")}


def choices(asked: ListQuery, ways: Collection[str]) -> list[tuple[str, str, bool]]:
    """The ways to see a list: their names, addresses, and whether it is seen that way.

    ``ways`` are those of ``PARAMETER`` that the list can be seen by.
    """
    path = reverse("workspace-dossiers", args=[asked.unit])
    each = _("từng hồ sơ") if asked.of_dossiers else _("từng mục")
    found = [(each, path + asked.query(by=None), not asked.by)]
    for by, title in titles().items():
        if by in ways:
            found.append((title, path + asked.query(by=by), asked.by == by))
    return found


def of_dossiers(found: Listing, asked: ListQuery, at: Moment) -> list[Group]:
    """The groups of a list of dossiers, the largest first."""
    wish = asked.wish(at)
    if asked.by == "reason":
        return _by_reason(found, asked, wish)
    numbers = found.occurring(wish, "procedure" if asked.by == "procedure" else "unit")
    return [_group(asked, code, number) for code, number in numbers]


def of_others(frame: pl.DataFrame, asked: ListQuery) -> list[Group]:
    """The groups of a list of other records; one with several reasons is in several."""
    column = "reasons" if asked.by == "reason" else asked.by
    if asked.by == "reason":
        frame = frame.explode(column)
    counts = frame.filter(pl.col(column).fill_null("") != "").group_by(column).len()
    return [
        _group(asked, code, number)
        for code, number in counts.sort("len", column, descending=[True, False]).rows()
    ]


def ways_of(frame: pl.DataFrame, reason: str) -> list[str]:
    """The ways to see a list of other records: by what some of them have."""
    columns = {"procedure": "procedure", "unit": "unit", "reason": reason}
    return [by for by, c in columns.items() if frame[c].fill_null("").ne("").any()]


def _by_reason(found: Listing, asked: ListQuery, wish: Wish) -> list[Group]:
    """How many lack each condition; one dossier may lack several."""
    groups = []
    for code in asked.reasons:
        lacking = Wish(
            wish.within,
            wish.condition & asked.lacking(code),
            wish.procedure,
            wish.status,
            wish.channel,
            wish.like,
        )
        if number := found.number(lacking):
            groups.append(_group(asked, code, number))
    return sorted(groups, key=lambda group: -group.number)


def _group(asked: ListQuery, code: str | None, number: int) -> Group:
    code = code or ""
    known = home.tree(asked.period).units.get(code) if asked.by == "unit" else None
    names: dict[str, Any] = {
        "procedure": home.procedure_names().get(code) or "",
        "unit": known.short_name if known else "",
        "reason": asked.reasons.get(code, code),
    }
    link = reverse("workspace-dossiers", args=[asked.unit]) + asked.query(
        by=None, **{PARAMETER[asked.by]: code}
    )
    return Group("" if asked.by == "reason" else code, names[asked.by], number, link)


def frame(groups: list[Group], asked: ListQuery) -> pl.DataFrame:
    """The groups as the columns of a file."""
    of = {"procedure": _("Thủ tục"), "unit": _("Đơn vị"), "reason": _("Lý do chưa đạt")}[asked.by]
    columns: dict[str, Any] = {} if asked.by == "reason" else {_("Mã"): [group.code for group in groups]}
    columns |= {of: [group.name for group in groups]}
    columns |= {_("Số lượng"): [group.number for group in groups]}
    kinds = {name: pl.Int64 if name == _("Số lượng") else pl.String for name in columns}
    return pl.DataFrame(columns, schema=kinds)
