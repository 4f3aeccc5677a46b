"""What if: other counts or rates typed in, and the groups, the total and the rank they would give."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu.formats import change, points
from phucvu.rules.loading import rules_in_use
from phucvu.steering.what_if import what_if
from phucvu.web.boards import Board, Standing, board
from phucvu.web.language import _, language
from phucvu.web.sentences import called
from phucvu.web.workspace import home
from phucvu.web.workspace.improvement import neighbours
from phucvu.web.workspace.shown import rendered

LONGEST = 15
"""Digits of a count; figures have no more."""


@require_GET
def show(request: Any, unit: str) -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    if not home.below(period, unit):
        raise Http404
    try:
        known = board(period)
    except KeyError:
        known = None
    standing = known.standings.get(unit) if known else None
    context: dict[str, Any] = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "plan": f"{reverse('workspace-plan', args=[unit])}?period={period}",
    }
    if known and standing:
        context |= _tried(request.GET, known, standing)
    return rendered(request, "workspace/what_if.html", context)


def _tried(given: Any, known: Board, standing: Standing) -> dict[str, Any]:
    components = [
        row
        for row in known.components(standing.unit.code)
        if row["denominator"] and known.rules[row["indicator"]].scored and row["state"] == "counted"
    ]
    numerators, wrong = {}, []
    for row in components:
        try:
            numerator = _asked(given, row)
        except ValueError as error:
            wrong.append(str(error))
            continue
        if numerator is not None and numerator != row["numerator"]:
            numerators[row["indicator"]] = numerator
    found = what_if(components, numerators, rules_in_use(), known.units)
    lang = language()
    total = standing.total.score
    rows = [
        row
        | {
            "name": known.rules[row["indicator"]].short[lang],
            "target": known.rules[row["indicator"]].target,
            "then": found.then.get(row["indicator"]),
            "change": found.change_of(row),
            "tried": row["indicator"] in numerators,
        }
        for row in components
    ]
    groups = [
        (
            group.short[lang],
            mark.score,
            mark.score + found.change_of_group(group.id),
            found.change_of_group(group.id),
        )
        for group in known.rules.groups
        if (mark := standing.groups.get(group.id)) and mark.score is not None
    ]
    context: dict[str, Any] = {
        "standing": standing,
        "rows": rows,
        "groups": groups,
        "wrong": wrong,
        "tried": bool(numerators),
    }
    if total is None:
        return context
    others, then = neighbours(known, standing), total + found.change
    ranks = [1 + sum(other > one for other in others) for one in (total, then)] if others else None
    context |= {"then": then, "ranks": ranks, "sentence": _sentence(standing, total, then, ranks)}
    return context


def _asked(given: Any, row: dict[str, Any]) -> int | None:
    """The numerator that is typed for an indicator, as a count or else as a rate; None where nothing is.

    Raises ValueError, with words for people, where it is no such number.
    """
    count = given.get(f"n_{row['indicator']}", "").strip()
    rate = given.get(f"r_{row['indicator']}", "").strip()[:LONGEST]
    said = _("%(indicator)s: “%(value)s” không phải là số lượng hoặc tỷ lệ từ 0 đến 100.")
    if count:
        digits = count.replace(".", "").replace(",", "")
        if not (digits.isascii() and digits.isdecimal()) or len(digits) > LONGEST:
            raise ValueError(said % {"indicator": row["indicator"], "value": count[:LONGEST]})
        return min(int(digits), int(row["denominator"]))
    if not rate:
        return None
    try:
        share = Decimal(rate.rstrip("%").replace(",", "."))
        if not share.is_finite() or not 0 <= share <= 100:
            raise InvalidOperation
    except InvalidOperation as error:
        raise ValueError(said % {"indicator": row["indicator"], "value": rate}) from error
    return int((share * row["denominator"] / 100).to_integral_value())


def _sentence(standing: Standing, now: Decimal, then: Decimal, ranks: list[int] | None) -> str:
    lang = language()
    said = {
        "unit": called(standing.unit),
        "now": points(now, lang),
        "then": points(then, lang),
        "change": change(then - now, lang) if then != now else "0",
        "before": ranks[0] if ranks else "",
        "after": ranks[1] if ranks else "",
    }
    if ranks:
        text = _(
            "Với số liệu này, %(unit)s đạt %(then)s điểm (%(change)s), hạng %(after)s thay vì %(before)s."
        )
    else:
        text = _("Với số liệu này, %(unit)s đạt %(then)s điểm (%(change)s).")
    if then == now:
        text = _("%(unit)s đang có %(now)s điểm. Nhập số lượng hoặc tỷ lệ khác để xem điểm thay đổi.")
    found: str = text % said
    return found
