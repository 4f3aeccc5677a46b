"""The ledger of a unit: the portal's figures, the own and the declared ones, and why they differ."""

from __future__ import annotations

import io
from typing import Any

import polars as pl
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu.accounts import audit
from phucvu.engine.identities import WORDS as IDENTITIES
from phucvu.engine.identities import broken_identities
from phucvu.figures.periods import Period
from phucvu.formats import day
from phucvu.inbox.clock import now
from phucvu.inbox.home import home as home_folder
from phucvu.inbox.home import store
from phucvu.ledger.balance import PARTS, Ledger, ledger
from phucvu.ledger.causes import Cause
from phucvu.ledger.pairing import LIST
from phucvu.ledger.published_figures import published_figures
from phucvu.ledger.resending import to_send_again
from phucvu.ledger.sheets import differing, sheets
from phucvu.published.daily_results import HomeDays
from phucvu.rules.loading import rules_in_use
from phucvu.tables import workbook
from phucvu.web.language import _, language
from phucvu.web.latest import Latest
from phucvu.web.page import XLSX
from phucvu.web.workspace import files, home
from phucvu.web.workspace.shown import rendered

SHOWN = 200
"""Dossiers of a cause on the page; all are in the workbook."""

_KEPT: Latest[tuple[Ledger, Any, pl.DataFrame]] = Latest(8)


def _reconciled(unit: str, period: Period) -> tuple[Ledger, Any, pl.DataFrame]:
    """The ledger, the day of the portal's figures, and the declared numbers that do not add up.

    One that was made within the same minute is shown again.
    """
    minute = now().replace(second=0, microsecond=0)
    return _KEPT.get((home_folder(), unit, period), minute, lambda: _made(unit, period))


def _made(unit: str, period: Period) -> tuple[Ledger, Any, pl.DataFrame]:
    published = published_figures(HomeDays(home_folder()), period, unit)
    with home.tables() as tables:
        con = tables["dossiers"].get_backend()
        held = {**tables, LIST: store().table(con, LIST)}
        found = ledger(held, rules_in_use(), period, now(), unit, published.figures)
        reports = tables["reports"].filter(tables["reports"].unit.isin(home.below(period, unit)))
        declared = reports.to_polars().filter(period=str(period))
    return found, published.day, broken_identities(declared, home.tree(period).units)


@require_GET
def show(request: Any, unit: str) -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    if not home.below(period, unit):
        raise Http404
    found, shown_on, identities = _reconciled(unit, period)
    lang, rules = language(), rules_in_use().at(period.last)
    one, cause = (request.GET.get(name, "") for name in ("indicator", "cause"))
    path = reverse("workspace-ledger", args=[unit])
    figures = [
        row
        | {
            "name": rules[row["indicator"]].short[lang],
            "link": f"{path}?period={period}&indicator={row['indicator']}",
        }
        for row in found.figures.iter_rows(named=True)
    ]
    differ = [row for row in figures if any(row[part] for part in PARTS)]
    causes = [
        row
        | {
            "name": rules[row["indicator"]].short[lang],
            "words": Cause(row["cause"]).words[lang],
            "link": f"{path}?period={period}&indicator={row['indicator']}&cause={row['cause']}#dossiers",
        }
        for row in found.causes.iter_rows(named=True)
        if not one or row["indicator"] == one
    ]
    numbers = _numbers(found)
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "figures": [row for row in figures if not one or row["indicator"] == one],
        "differ": len(differ),
        "listed": found.portal_list,
        "listed_on": day(found.portal_list.taken_on) if found.portal_list else "",
        "shown_on": day(shown_on) if shown_on else "",
        "cut_off": found.cut_off,
        "causes": causes,
        "numbers": numbers,
        "most": max((number for _words, number in numbers), default=1),
        "dossiers": _dossiers(found, unit, one, cause) if cause or one else [],
        "chosen": one or cause,
        "everything": f"{path}?period={period}",
        "again": to_send_again(found).height,
        "identities": [
            row | {"words": IDENTITIES[row["finding"]][lang]} for row in identities.iter_rows(named=True)
        ],
        "files": {
            name: reverse("workspace-ledger-file", args=[unit, name]) + f"?period={period}"
            for name in ("xlsx", "csv")
        },
    }
    return rendered(request, "workspace/ledger.html", context)


def _numbers(found: Ledger) -> list[tuple[str, int]]:
    """How many dossiers each cause has in all indicators, each dossier counted once; most first."""
    rows = found.all_dossiers.select("cause", "code").unique().group_by("cause").len()
    rows = rows.sort("len", "cause", descending=[True, False])
    return [(Cause(cause).words[language()], number) for cause, number in rows.iter_rows()]


def _dossiers(found: Ledger, unit: str, one: str, cause: str) -> list[dict[str, Any]]:
    rows = found.all_dossiers if not one else found.dossiers.get(one, found.all_dossiers.clear())
    if cause:
        rows = rows.filter(cause=cause)
    return [
        row
        | {
            "words": Cause(row["cause"]).words[language()],
            "differs": ", ".join(differing(row["differs"], language())),
            "link": reverse("workspace-dossier", args=[unit, row["sender"], row["code"]])
            if row["sender"]
            else "",
        }
        for row in rows.head(SHOWN).iter_rows(named=True)
    ]


@require_GET
def as_file(request: Any, unit: str, form: str) -> Any:
    """The workbook, or as CSV the dossiers to send again; who takes it stands in the audit log."""
    period = home.asked_period(request.GET.get("period", ""))
    if not home.below(period, unit):
        raise Http404
    found, _day, identities = _reconciled(unit, period)
    name = f"{period}-{unit}-ledger"
    audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
    where = files.place_of(unit, period, found.cut_off)
    if form == "csv":
        return files.answer(to_send_again(found), "csv", name, "", where)
    file = io.BytesIO()
    tables = sheets(found, rules_in_use().at(period.last), identities, language())
    workbook.write(file, _("Đối chiếu số liệu"), tables, where, language())
    headers = {"Content-Disposition": f'attachment; filename="phucvu-{name}.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)
