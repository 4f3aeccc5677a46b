"""What points a unit loses: for good, mendable now, mendable until when, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu.accounts import audit
from phucvu.engine.listing import Listing
from phucvu.engine.reasons import codes
from phucvu.figures.periods import Period
from phucvu.formats import moment as moment_text
from phucvu.formats import points as points_text
from phucvu.inbox.home import home as home_folder
from phucvu.rules.model import Indicator
from phucvu.steering.fates import DEEDS, FATES, WHO, Fate, words
from phucvu.steering.loss_rows import rows
from phucvu.steering.losses import losses
from phucvu.steering.points_lost import Account, Cost, Slice, account, as_decimal
from phucvu.web import results
from phucvu.web.boards import board
from phucvu.web.language import _, language
from phucvu.web.latest import Latest
from phucvu.web.sentences import called
from phucvu.web.workspace import files, home
from phucvu.web.workspace.dossiers import being_made
from phucvu.web.workspace.list_query import of_loss
from phucvu.web.workspace.shown import rendered

_KEPT: Latest[Account] = Latest(32)

COLOURS = {Fate.NOW: "now", Fate.UNTIL: "until", Fate.TO_COME: "to-come", Fate.GONE: "gone"}


def account_of(unit: str, period: Period, found: Listing) -> Account | None:
    """What a unit loses; None where there is no result of it. Kept as long as listing and result last."""
    try:
        known = board(period)
    except KeyError:
        return None
    if unit not in known.standings:
        return None
    tree = home.tree(period)

    def made() -> Account:
        running = found.cut_off < period.ends
        components = known.components(unit)

        def of(indicator: Indicator) -> list[Any]:
            return losses(found, tree, period, unit, indicator)

        return account(components, known.rules, unit, running, of)

    return _KEPT.get((home_folder(), unit, period), (found.path, results.versions().get(period)), made)


@dataclass(frozen=True)
class Line:
    """A loss as the page shows it."""

    slice: Slice
    indicator: Indicator
    link: str

    @property
    def points(self) -> Decimal:
        return as_decimal(self.slice.points)

    @property
    def fate(self) -> str:
        said = FATES[self.slice.loss.fate][language()]
        until = self.slice.loss.until
        return f"{said} {moment_text(until)}" if until else said

    @property
    def kind(self) -> str:
        return COLOURS[self.slice.loss.fate]

    @property
    def reason(self) -> str:
        return "; ".join(words(r, self.indicator)[language()] for r in self.slice.loss.reasons)

    @property
    def who(self) -> str:
        return "; ".join(WHO[who][language()] for who in self.slice.loss.who)

    @property
    def deed(self) -> str:
        return "; ".join(DEEDS[deed][language()] for deed in self.slice.loss.deeds)


@dataclass(frozen=True)
class Segment:
    """A part of the picture: ``start`` and ``width`` in thousandths of the maximum."""

    kind: str
    name: str
    points: Decimal
    start: float
    width: float


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    tree = home.tree(period)
    if not home.below(period, unit):
        raise Http404
    found = home.listing(period)
    if found is None:
        return being_made(request, unit, period)
    whole = account_of(unit, period, found)
    if form:
        return _as_file(request, whole, unit, period, found, form)
    context: dict[str, Any] = {
        "unit": tree.units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "cut_off": found.cut_off,
        "files": {
            kind: reverse("workspace-losses-file", args=[unit, kind]) + f"?period={period}"
            for kind in ("xlsx", "csv")
        },
    }
    if whole is not None:
        total = board(period).standings[unit].total
        lines = [line for cost in whole.costs for line in _lines(cost, unit, period)]
        context |= {
            "sentence": _sentence(called(board(period).standings[unit].unit), whole),
            "who_acts": _who_acts(whole),
            "segments": _segments(whole, total.max),
            "maximum": total.max,
            "lines": lines,
            "mendable": [line for line in lines if line.slice.loss.fate in (Fate.NOW, Fate.UNTIL)],
            "rounding": as_decimal(whole.rounding, 4),
            "below": _below(whole, tree, unit, period),
        }
    return rendered(request, "workspace/losses.html", context)


def _lines(cost: Cost, unit: str, period: Period) -> list[Line]:
    path = reverse("workspace-dossiers", args=[unit])
    found = []
    for each in sorted(cost.slices, key=lambda s: (s.loss.fate, -s.points)):
        listed = each.loss.number and each.loss.reasons[0] in codes(cost.indicator)
        said = {"indicator": cost.indicator.id, **of_loss(each.loss), "period": str(period)}
        found.append(Line(each, cost.indicator, f"{path}?{urlencode(said)}" if listed else ""))
    return found


def _sentence(name: str, whole: Account) -> str:
    lang = language()
    if not whole.shown:
        return _("%(unit)s không bị trừ điểm nào trong kỳ này.") % {"unit": name}
    said = _("%(unit)s bị trừ %(total)s điểm") % {
        "unit": name,
        "total": points_text(as_decimal(whole.shown), lang),
    }
    parts = {
        Fate.GONE: _("%(points)s điểm không khắc phục được nữa"),
        Fate.NOW: _("%(points)s điểm khắc phục được ngay"),
        Fate.UNTIL: _("%(points)s điểm khắc phục được đến hạn, gần nhất %(until)s"),
        Fate.TO_COME: _("%(points)s điểm thuộc hồ sơ đang xử lý hoặc phần còn lại của kỳ"),
    }
    moments = [s.loss.until for s in whole.slices if s.loss.until is not None]
    until = moment_text(min(moments)) if moments else ""
    told = [
        text % {"points": points_text(as_decimal(whole.of(fate)), lang), "until": until}
        for fate, text in parts.items()
        if whole.of(fate)
    ]
    return f"{said}: {'; '.join(told)}."


def _who_acts(whole: Account) -> list[tuple[str, Decimal]]:
    """Who must act for what can be mended, the most points first."""
    found: dict[tuple[str, ...], Fraction] = {}
    for each in whole.slices:
        if each.loss.fate in (Fate.NOW, Fate.UNTIL) and each.points:
            found[each.loss.who] = found.get(each.loss.who, Fraction(0)) + each.points
    ordered = sorted(found.items(), key=lambda item: -item[1])
    return [(", ".join(WHO[who][language()] for who in whos), as_decimal(points)) for whos, points in ordered]  # type: ignore[index]


def _segments(whole: Account, most: Decimal) -> list[Segment]:
    """The points kept, then what is lost by fate, as parts of one bar."""
    parts = [("kept", _("đã đạt"), Fraction(most) - whole.shown)]
    parts += [(COLOURS[fate], FATES[fate][language()], whole.of(fate)) for fate in Fate]
    found, start = [], Fraction(0)
    for kind, name, points in parts:
        width = points * 1000 / Fraction(most) if most else Fraction(0)
        if points > 0:
            found.append(Segment(kind, name, as_decimal(points), float(start), float(width)))
        start += width
    return found


def _below(whole: Account, tree: Any, unit: str, period: Period) -> list[dict[str, Any]]:
    """What each unit directly below costs this one, the most first."""
    by_unit = whole.by_unit()
    fates: dict[str, dict[Fate, Fraction]] = {}
    for each in whole.slices:
        for code, points in each.by_unit.items():
            of = fates.setdefault(code, dict.fromkeys(Fate, Fraction(0)))
            of[each.loss.fate] += points
    if set(by_unit) <= {unit}:
        return []
    return [
        {
            "code": code,
            "unit": tree.units.get(code),
            "own": code == unit,
            "link": reverse("workspace-losses", args=[code]) + f"?period={period}",
            "points": as_decimal(points),
            **{fate.name.lower(): as_decimal(fates[code][fate]) for fate in Fate},
        }
        for code, points in sorted(by_unit.items(), key=lambda item: -item[1])
    ]


def _as_file(
    request: Any, whole: Account | None, unit: str, period: Period, found: Listing, form: str
) -> Any:
    frame = rows(whole or Account(unit, ()))
    lang = language()
    columns = {
        _("Chỉ số"): "indicator",
        _("Lý do chưa đạt"): f"reason_{lang}",
        _("Số lượng"): "number",
        _("Điểm"): "points",
        _("Khả năng khắc phục"): f"fate_{lang}",
        _("Hạn khắc phục"): "until",
        _("Ai làm"): f"who_{lang}",
        _("Cần làm"): f"deed_{lang}",
        _("Từ nay cần làm"): f"next_{lang}",
    }
    name = f"{period}-{unit}-losses"
    audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
    where = files.place_of(unit, period, found.cut_off)
    table = frame.select(pl.col(column).alias(name) for name, column in columns.items())
    return files.answer(table, form, name, _("Điểm bị trừ và khả năng khắc phục"), where)
