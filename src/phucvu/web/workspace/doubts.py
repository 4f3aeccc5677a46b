"""What is doubtful in a unit's dossiers: each kind of finding, how many, and the list of them."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.urls import reverse

from phucvu.accounts import units
from phucvu.engine.listing import DOUBTS, doubted
from phucvu.figures.units import circle_of
from phucvu.web.language import _, language
from phucvu.web.workspace import files, home
from phucvu.web.workspace.dossiers import being_made
from phucvu.web.workspace.shown import rendered

SHOWN = 200
"""Findings of tables on the page; `phucvu findings` lists all."""


def show(request: Any, unit: str, form: str = "") -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    found = home.listing(period)
    if found is None:
        return being_made(request, unit, period)
    numbers = found.numbers(home.below(period, unit), [doubted(name, period) for name in DOUBTS])
    path = reverse("workspace-dossiers", args=[unit])
    kinds = [
        (words, number, f"{path}?doubt={name}&period={period}")
        for (name, words), number in zip(DOUBTS.items(), numbers, strict=True)
    ]
    if form:
        lang = language()
        columns = {_("Nội dung"): pl.String, _("Số lượng"): pl.Int64}
        rows = [(words[lang], number) for words, number, _link in sorted(kinds, key=lambda kind: -kind[1])]
        frame = pl.DataFrame(rows, schema=columns, orient="row")
        where = files.place_of(unit, period, found.cut_off)
        return files.answer(frame, form, f"{period}-{unit}-doubts", _("Dữ liệu cần rà soát"), where)
    in_tables = home.table_findings(unit, period)
    context = {
        "files": {
            kind: reverse("workspace-doubts-file", args=[unit, kind]) + f"?period={period}"
            for kind in ("xlsx", "csv")
        },
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "kinds": sorted(kinds, key=lambda kind: -kind[1]),
        "total": sum(numbers),
        "circles": [circle_of(*circle).text(language()) for circle in units.every().circles()],
        "left_out": home.left_out(unit),
        "of_tables": in_tables[:SHOWN],
        "of_tables_number": len(in_tables),
        "cut_off": found.cut_off,
    }
    return rendered(request, "workspace/doubts.html", context)
