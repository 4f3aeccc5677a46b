"""Why a unit's points changed since another period: by cause, indicator and unit below."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import polars as pl
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu.accounts import audit
from phucvu.figures.periods import Period
from phucvu.formats import points as points_text
from phucvu.steering import changes as why
from phucvu.steering.points_lost import as_decimal
from phucvu.web import results
from phucvu.web.boards import board
from phucvu.web.language import _, language
from phucvu.web.sentences import called
from phucvu.web.workspace import files, home
from phucvu.web.workspace.shown import rendered

MIDDLE = 500
"""Where the bars of the picture begin, in its 1,000 units of width."""


def known_of(period: Period, unit: str) -> why.Period | None:
    """What is known of a unit in a period; None where it has no result."""
    try:
        found = board(period)
    except KeyError:
        return None
    components = {row["indicator"]: row for row in found.components(unit)}
    if not components:
        return None
    each = results.procedure_figures(period)
    return why.Period(components, found.rules, None if each is None else each.figures)


def _since(said: str, period: Period) -> Period:
    """The period to compare with: the one asked for, else the one before."""
    if not said:
        return period.previous()
    found = next((p for p in results.periods() if str(p) == said), None)
    if found is None:
        raise Http404(_("Chưa có kết quả của kỳ %(period)s.") % {"period": said[:30]})
    return found


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    since = _since(request.GET.get("since", ""), period)
    tree = home.tree(period)
    if not home.below(period, unit):
        raise Http404
    then, now = known_of(since, unit), known_of(period, unit)
    found = why.changes(unit, tree.children.get(unit, []), then, now) if then and now else []
    if form:
        return _as_file(request, found, unit, period, since, form)
    query = f"?period={period}&since={since}"
    context: dict[str, Any] = {
        "unit": tree.units.get(unit),
        "code": unit,
        "period": period,
        "since": since,
        "periods": home.periods(period),
        "earlier": [p for p in results.periods() if p != period],
        "comparable": bool(then and now),
        "files": {
            kind: reverse("workspace-changes-file", args=[unit, kind]) + query for kind in ("xlsx", "csv")
        },
    }
    if then and now:
        total = sum((change.points for change in found), Fraction(0))
        by_cause = {c: sum((change.of(c) for change in found), Fraction(0)) for c in why.CAUSES}
        shown = [cause for cause, points in by_cause.items() if as_decimal(points)]
        context |= {
            "sentence": _sentence(called(board(period).standings[unit].unit), since, total, by_cause),
            "bars": _bars({cause: by_cause[cause] for cause in shown}),
            "causes": [why.CAUSES[cause] for cause in shown],
            "rows": [
                (change.indicator, as_decimal(change.points), [as_decimal(change.of(c)) for c in shown])
                for change in found
                if change.pieces
            ],
            "total": as_decimal(total),
            "sums": [as_decimal(by_cause[cause]) for cause in shown],
            "below": _below(found, tree, unit, query),
        }
    return rendered(request, "workspace/changes.html", context)


def _signed(points: Fraction) -> str:
    """▲ or ▼ with the points."""
    text = points_text(abs(as_decimal(points)), language())
    return f"▲ {text}" if points > 0 else f"▼ {text}" if points < 0 else text


def _sentence(name: str, since: Period, total: Fraction, by_cause: dict[str, Fraction]) -> str:
    said = _("%(unit)s: %(total)s điểm so với %(since)s") % {
        "unit": name,
        "total": _signed(total),
        "since": since.title(language()),
    }
    parts = [
        f"{why.CAUSES[cause][language()]} {_signed(points)}"
        for cause, points in sorted(by_cause.items(), key=lambda item: -abs(item[1]))
        if as_decimal(points)
    ]
    return f"{said}: {'; '.join(parts)}." if parts else f"{said}."


def _bars(by_cause: dict[str, Fraction]) -> list[dict[str, Any]]:
    """A bar for each cause: to the right where it brought points, to the left where it took them."""
    most = max((abs(points) for points in by_cause.values()), default=Fraction(1)) or Fraction(1)
    found = []
    for cause, points in by_cause.items():
        width = float(abs(points) / most * MIDDLE)
        found.append(
            {
                "name": why.CAUSES[cause][language()],
                "said": _signed(points),
                "kind": "gone" if points < 0 else "now",
                "start": MIDDLE - width if points < 0 else MIDDLE,
                "width": width,
            }
        )
    return found


def _below(found: list[why.Change], tree: Any, unit: str, query: str) -> list[dict[str, Any]]:
    """What each unit directly below changed the points by, the largest first."""
    by_unit: dict[str, Fraction] = defaultdict(Fraction)
    for change in found:
        for piece in change.pieces:
            by_unit[piece.unit] += piece.points
    if set(by_unit) <= {unit}:
        return []
    return [
        {
            "code": code,
            "unit": tree.units.get(code),
            "own": code == unit,
            "link": reverse("workspace-changes", args=[code]) + query,
            "said": _signed(points),
        }
        for code, points in sorted(by_unit.items(), key=lambda item: -abs(item[1]))
    ]


def _as_file(
    request: Any, found: list[why.Change], unit: str, period: Period, since: Period, form: str
) -> Any:
    columns = {
        _("Chỉ số"): "indicator",
        _("Mã đơn vị"): "unit",
        _("Nguyên nhân"): f"cause_{language()}",
        _("Điểm"): "points",
    }
    name = f"{period}-{unit}-changes"
    audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
    where = files.place_of(unit, period, None) | {_("So với"): since.title(language())}
    table = why.table(found).select(pl.col(column).alias(name) for name, column in columns.items())
    return files.answer(table, form, name, _("Nguyên nhân tăng, giảm điểm"), where)
