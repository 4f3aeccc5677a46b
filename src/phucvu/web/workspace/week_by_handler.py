"""The week's work by who handles it. Personal data: for those who may see handlers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from duckdb import ColumnExpression, Expression

from phucvu.engine.listing import YES, Listing, Wish
from phucvu.engine.verdict import any_of
from phucvu.inbox.home import home as home_folder
from phucvu.inbox.home import store
from phucvu.steering.lateness_by_handler import with_handlers
from phucvu.web.language import _, language
from phucvu.web.latest import Latest
from phucvu.web.workspace import home

_KEPT: Latest[dict[str, Work]] = Latest(8)


@dataclass(frozen=True)
class Work:
    """What one officer has to do: by list, the number of dossiers."""

    code: str
    name: str
    numbers: dict[str, int] = field(default_factory=dict)


def work(found: Listing, lists: Mapping[str, Expression], within: Sequence[str]) -> dict[str, Work]:
    """By unit and officer's code, the dossiers of each list; those of nobody known are one.

    Nobody is left out for having few: this says what is to be done, not how well somebody works.
    """
    key = home_folder(), tuple(within), language()
    return _KEPT.get(key, found.path, lambda: _counted(found, lists, within))


def _counted(found: Listing, lists: Mapping[str, Expression], within: Sequence[str]) -> dict[str, Work]:
    each = {"sender": "sender", "dossier": "code", "unit": "unit"}
    asked = {name: ColumnExpression(column) for name, column in each.items()} | dict(lists)
    rows = found.combinations(Wish(within, any_of(lists.values(), YES)), asked)
    if not rows:
        return {}
    with home.tables() as tables:
        steps = store().table(tables["steps"].get_backend(), "steps", payload=True)
        handled = with_handlers(tables, steps, pl.DataFrame(rows), found.cut_off)
    known = home.tree(found.period).units
    sums = [pl.col(name).fill_null(False).sum() for name in lists]
    result = {}
    for row in (
        handled.with_columns(unit=pl.when(pl.col("name").is_not_null()).then("unit"))
        .group_by("unit", "section", "code", "name")
        .agg(sums)
        .iter_rows(named=True)
    ):
        numbers = {name: int(row[name]) for name in lists}
        if row["name"] is None:
            result[""] = Work("", _("chưa rõ người xử lý"), numbers)
            continue
        office = known[row["unit"]].short_name if row["unit"] in known else row["unit"]
        place = ", ".join(part for part in (row["section"], office) if part)
        result[f"{row['unit']} {row['code']}"] = Work(row["code"], f"{row['name']} ({place})", numbers)
    return result
