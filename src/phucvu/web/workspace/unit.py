"""The front page of a unit's workspace: where its points are lost, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from django.http import HttpResponseRedirect
from django.urls import reverse

from phucvu.accounts.permissions import Action, may
from phucvu.engine.listing import DOUBTS, Listing, Wish, doubted
from phucvu.engine.verdict import OF_DOSSIERS
from phucvu.figures.periods import Period
from phucvu.formats import decimal, points
from phucvu.inbox.home import store
from phucvu.intake import waiting
from phucvu.rules.model import Indicator
from phucvu.steering.advice import Advice, advice, completable, gain
from phucvu.steering.due_lists import Moment
from phucvu.web import results
from phucvu.web.boards import Board, Standing, board
from phucvu.web.components import Line, parts
from phucvu.web.language import _, language
from phucvu.web.nothing import SAID
from phucvu.web.published_table import published_table
from phucvu.web.sentences import called
from phucvu.web.workspace import files, forecasts, home
from phucvu.web.workspace.aside import noticed, senders
from phucvu.web.workspace.ready_lists import BY_NAME, READY, Ready
from phucvu.web.workspace.shown import rendered


@dataclass(frozen=True)
class Loss:
    """An indicator that loses points; ``missing`` records keep them away.

    ``number`` of them the unit can still complete, for ``gain`` points at most; None where it is not
    known yet. ``advice`` says who can do what.
    """

    line: Line
    lost: Decimal
    missing: int | None
    number: int | None
    gain: Decimal
    advice: Advice | None
    link: str

    @property
    def who(self) -> str:
        """Who can do what is advised (see ``mending.Who``); «nothing» where nothing can be completed."""
        if self.advice is None:
            return "unknown"
        return "nothing" if self.advice.who == "own" and not self.gain else self.advice.who

    @property
    def all(self) -> str:
        """The list of all that does not count, whether it can be completed or not."""
        return self.link.replace("&mend=1", "")


def to_own(request: Any) -> Any:
    """From /workspace to the workspace of one's own unit."""
    return HttpResponseRedirect(reverse("workspace", args=[request.user.unit]))


def show(request: Any, unit: str, table: str = "", form: str = "") -> Any:
    """The page; or one of its tables, ``overview`` or ``below``, as a file."""
    period = home.asked_period(request.GET.get("period", ""))
    tree = home.tree(period)
    context: dict[str, Any] = {
        "unit": tree.units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "waiting": waiting.count(store(), senders(unit)),
        "aside": reverse("workspace-set-aside", args=[unit]),
        "may_mend": may(request.user, Action.MEND, unit),
        "notices": len(noticed(senders(unit))),
    }
    if lack := results.lacks():
        context["said"] = SAID[lack]
    known, found = _board(period), home.listing(period)
    standing = known.standings.get(unit) if known else None
    if known and standing:
        losses = _losses(known, standing, unit, found)
        context |= {
            "board": known,
            "standing": standing,
            "published": published_table(known, standing, results.source().counts),
            "losses": losses,
            "first": sorted((x for x in losses if x.who == "own"), key=lambda x: -x.gain),
            "ahead": [x for x in losses if x.who == "ahead"],
            "others": _of_others(losses),
            "sentence": _sentence(standing, losses),
        }
    if found:
        at = forecasts.moment(period, found.cut_off)
        within = home.below(period, unit)
        conditions = [ready.condition(at) for ready in READY] + [doubted(name, period) for name in DOUBTS]
        numbers = found.numbers(within, conditions)
        path = reverse("workspace-dossiers", args=[unit])
        lists = [
            (ready.title(at), ready.said(), n, f"{path}?list={ready.name}&period={period}", ready)
            for ready, n in zip(READY, numbers, strict=False)
        ]
        doubts = sum(numbers[len(READY) :])
        context |= {
            "now": [entry for entry in lists if entry[4].now],
            "of_period": [entry for entry in lists if not entry[4].now],
            "doubts": doubts,
            "cut_off": found.cut_off,
            "below": _below(known, found, tree, unit, at),
        }
        context["urgent"] = [entry for entry in context["now"] if entry[4].name in ("overdue", "today")]
    if form:
        frame = _losses_frame(context) if table == "overview" else _below_frame(context)
        where = files.place_of(unit, period, context.get("cut_off"))
        title = _("Các chỉ số bị trừ điểm") if table == "overview" else _("Đơn vị trực thuộc")
        return files.answer(frame, form, f"{period}-{unit}-{table}", title, where)
    context["files"] = {
        f"{name}_{kind}": reverse("workspace-file", args=[unit, name, kind]) + f"?period={period}"
        for name in ("overview", "below")
        for kind in ("xlsx", "csv")
    }
    return rendered(request, "workspace/unit.html", context)


def _who(loss: Loss) -> str:
    return {
        "own": _("đơn vị"),
        "nothing": _("đơn vị"),
        "ahead": _("đơn vị, từ nay"),
        "province": _("UBND tỉnh, bộ hoặc cơ quan được giao"),
        "system": _("Đơn vị vận hành hệ thống thông tin"),
    }.get(loss.who, "")


def _losses_frame(context: dict[str, Any]) -> pl.DataFrame:
    losses: list[Loss] = context.get("losses", [])
    lang = language()
    rows = [
        (
            loss.line.indicator.id,
            loss.line.indicator.short[lang],
            loss.lost,
            loss.line.indicator.max_points,
            loss.line.numbers["numerator"],
            loss.line.numbers["denominator"],
            loss.missing,
            loss.gain or None,
            loss.advice.words[lang] if loss.advice else loss.line.note,
            _who(loss),
        )
        for loss in losses
    ]
    schema: dict[str, Any] = {_("Mã chỉ số"): pl.String, _("Chỉ số"): pl.String}
    schema |= dict.fromkeys((_("Bị trừ"), _("Tối đa")), POINTS)
    schema |= dict.fromkeys((_("Tử số"), _("Mẫu số"), _("Chưa đạt")), pl.Int64)
    schema |= {_("Tăng tối đa (điểm)"): POINTS, _("Cần làm"): pl.String, _("Ai làm"): pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _below_frame(context: dict[str, Any]) -> pl.DataFrame:
    rows = [
        (row["unit"].code, row["unit"].short_name, row["overdue"], row["score"], row["lost"])
        for row in context.get("below", [])
    ]
    schema: dict[str, Any] = {_("Mã đơn vị"): pl.String, _("Đơn vị"): pl.String}
    schema |= {_("Quá hạn, chưa xong"): pl.Int64} | dict.fromkeys((_("Điểm"), _("Bị trừ")), POINTS)
    return pl.DataFrame(rows, schema=schema, orient="row")


POINTS = pl.Decimal(10, 2)


def _board(period: Any) -> Board | None:
    try:
        return board(period)
    except KeyError:
        return None


def _losses(known: Board, standing: Standing, unit: str, found: Listing | None) -> list[Loss]:
    """The indicators that lose points, the most first."""
    period, at_root = known.result.period, standing.unit.kind in ("province", "ministry")
    lines = [line for part in parts(known, standing) for line in part.lines]
    lines = [line for line in lines if line.row is not None and line.row["lost"]]
    numbers = _completable(found, period, unit, [line.indicator for line in lines])
    path = reverse("workspace-dossiers", args=[unit])
    losses = []
    for line in lines:
        row, indicator = line.numbers, line.indicator
        missing = row["denominator"] - row["numerator"] if line.counted else None
        how = advice(indicator, at_root)
        own = how is not None and how.who == "own" and missing is not None
        number = numbers.get(indicator.id, missing) if own else None
        narrow = "&mend=1" if own and indicator.id in numbers else ""
        losses.append(
            Loss(
                line,
                row["lost"],
                missing,
                number,
                gain(indicator, row, number) if number else Decimal(0),
                how,
                f"{path}?indicator={indicator.id}&lost=1{narrow}&period={known.period}"
                if missing is not None
                else "",
            )
        )
    return sorted(losses, key=lambda loss: -loss.lost)


def _completable(
    found: Listing | None, period: Period, unit: str, indicators: list[Indicator]
) -> dict[str, int]:
    """By indicator that counts dossiers: how many finished ones can still be completed."""
    if found is None:
        return {}
    asked = {i.id: completable(i, period) for i in indicators if i.count.of in OF_DOSSIERS}
    return dict(zip(asked, found.numbers(home.below(period, unit), list(asked.values())), strict=True))


def _sentence(standing: Standing, losses: list[Loss]) -> str:
    """What is lost, where most of what is the unit's own to do, and how much can be had back."""
    lang = language()
    name, total = called(standing.unit), standing.total
    if not losses:
        return _("%(unit)s không bị trừ điểm nào trong kỳ này.") % {"unit": name}
    if total.lost is None:
        sentence = _("%(unit)s chưa có tổng điểm.") % {"unit": name}
    else:
        numbers = {"unit": name, "total": points(total.lost, lang), "max": decimal(total.max, lang)}
        sentence = _("%(unit)s đang bị trừ %(total)s trên %(max)s điểm.") % numbers
    if mine := [loss for loss in losses if loss.who not in OTHERS]:
        worst = {"worst": mine[0].line.indicator.short[lang], "lost": points(mine[0].lost, lang)}
        sentence += _(" Thuộc việc của đơn vị, nhiều nhất ở %(worst)s (%(lost)s điểm).") % worst
    back = sum((loss.gain for loss in losses if loss.who == "own"), Decimal(0))
    if back:
        more = _(" Bổ sung, đồng bộ lại dữ liệu có thể tăng tối đa %(back)s điểm.")
        sentence += more % {"back": points(back, lang)}
    return sentence


OTHERS = ("province", "system")


def _of_others(losses: list[Loss]) -> list[tuple[Advice, list[Loss], Decimal]]:
    """What others must do, each thing once, with the indicators it is about; the most points first."""
    found: dict[Advice, list[Loss]] = {}
    for loss in losses:
        if loss.who in OTHERS and loss.advice is not None:
            found.setdefault(loss.advice, []).append(loss)
    rows = [(how, each, sum((loss.lost for loss in each), Decimal(0))) for how, each in found.items()]
    return sorted(rows, key=lambda row: -row[2])


def _below(known: Board | None, found: Any, tree: Any, unit: str, at: Moment) -> list[dict[str, Any]]:
    """The units just below: their points, and what is overdue in each now."""
    children = [u for u in tree.shown if u.code != unit and tree.home(u.parent) == unit]
    if not children:
        return []
    overdue: Ready = BY_NAME["overdue"]
    wish = Wish(home.below(at.period, unit), overdue.condition(at))
    late = home.summed(tree, dict(found.occurring(wish, "unit")))
    rows = []
    for child in children:
        standing = known.standings.get(child.code) if known else None
        rows.append(
            {
                "unit": child,
                "link": reverse("workspace", args=[child.code]) + f"?period={at.period}",
                "lost": standing.total.lost if standing else None,
                "score": standing.total.score if standing else None,
                "overdue": late.get(child.code, 0),
                "list": reverse("workspace-dossiers", args=[child.code])
                + f"?list=overdue&period={at.period}",
            }
        )
    return sorted(rows, key=lambda row: (-row["overdue"], row["unit"].code))
