"""The front page of a unit's workspace: where its points are lost, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from phucvu.accounts.permissions import Action, may
from phucvu.engine.listing import DOUBTS, Wish, doubted
from phucvu.formats import decimal, points, whole
from phucvu.inbox.home import store
from phucvu.intake import waiting
from phucvu.rules.model import Words
from phucvu.web import results
from phucvu.web.boards import Board, Standing, board
from phucvu.web.components import Line, parts
from phucvu.web.language import _, language
from phucvu.web.nothing import SAID
from phucvu.web.sentences import called
from phucvu.web.workspace import home
from phucvu.web.workspace.aside import senders
from phucvu.web.workspace.mending import advice
from phucvu.web.workspace.ready import BY_NAME, READY, Moment, Ready


@dataclass(frozen=True)
class Loss:
    """An indicator that loses points; ``missing`` records keep them away.

    ``advice`` says how they can be had back, where ``back``, or that they cannot.
    """

    line: Line
    lost: Decimal
    missing: int | None
    back: bool
    advice: Words | None
    link: str


def to_own(request: Any) -> Any:
    """From /workspace to the workspace of one's own unit."""
    return HttpResponseRedirect(reverse("workspace", args=[request.user.unit]))


def show(request: Any, unit: str) -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    tree = home.tree(period)
    context: dict[str, Any] = {
        "unit": tree.units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "query": f"?period={period}",
        "may_mend": may(request.user, Action.MEND, unit),
        "waiting": waiting.count(store(), senders(unit)),
        "aside": reverse("workspace-set-aside", args=[unit]),
    }
    if lack := results.lacks():
        context["said"] = SAID[lack]
    known = _board(period)
    standing = known.standings.get(unit) if known else None
    if known and standing:
        losses = _losses(known, standing, unit)
        context |= {
            "board": known,
            "standing": standing,
            "losses": losses,
            "first": [loss for loss in losses if loss.back][:3],
            "sentence": _sentence(standing, losses),
        }
    found = home.listing(period)
    if found:
        at = Moment(period, found.cut_off, home.calendar())
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
        overdue = next(n for *_rest, n, _link, ready in lists if ready.name == "overdue")
        context["urgent"] = _urgent(overdue, next(n for *_r, n, _l, ready in lists if ready.name == "today"))
    return render(request, "workspace/unit.html", context)


def _board(period: Any) -> Board | None:
    try:
        return board(period)
    except KeyError:
        return None


def _losses(known: Board, standing: Standing, unit: str) -> list[Loss]:
    """The indicators that lose points, the most first."""
    path = reverse("workspace-dossiers", args=[unit])
    found = []
    for part in parts(known, standing):
        for line in part.lines:
            if line.row is None or not line.row["lost"]:
                continue
            indicator = line.indicator
            missing = line.row["denominator"] - line.row["numerator"] if line.counted else None
            how = advice(indicator)
            link = f"{path}?indicator={indicator.id}&lost=1&period={known.period}"
            found.append(
                Loss(
                    line,
                    line.row["lost"],
                    missing,
                    bool(how and how[0] and missing),
                    how[1] if how else None,
                    link if missing is not None else "",
                )
            )
    return sorted(found, key=lambda loss: -loss.lost)


def _sentence(standing: Standing, losses: list[Loss]) -> str:
    lang = language()
    name, total = called(standing.unit), standing.total
    if not losses:
        return _("%(unit)s không mất điểm nào trong kỳ này.") % {"unit": name}
    if total.lost is None:
        said = _(
            "%(unit)s chưa có tổng điểm; trong các chỉ số đã có, mất nhiều nhất ở %(worst)s (%(lost)s điểm)."
        )
    else:
        said = _("%(unit)s đang mất %(total)s trên %(max)s điểm, nhiều nhất ở %(worst)s (%(lost)s điểm).")
    sentence = said % {
        "unit": name,
        "total": points(total.lost or 0, lang),
        "max": decimal(total.max, lang),
        "worst": losses[0].line.indicator.short[lang],
        "lost": points(losses[0].lost, lang),
    }
    back = sum((loss.lost for loss in losses if loss.back), Decimal(0))
    if back:
        more = _(" Sửa dữ liệu có thể lấy lại tới %(back)s điểm.")
        sentence += more % {"back": points(back, lang)}
    return sentence


def _urgent(overdue: int, today: int) -> str:
    lang = language()
    return _("%(overdue)s hồ sơ quá hạn chưa xong, %(today)s hồ sơ đến hạn hôm nay.") % {
        "overdue": whole(overdue, lang),
        "today": whole(today, lang),
    }


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
