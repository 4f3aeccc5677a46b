"""The front page of a unit's workspace: where its points are lost, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from django.http import HttpResponseRedirect
from django.urls import reverse

from phucvu.accounts.permissions import Action, may
from phucvu.engine.listing import DOUBTS, Wish, doubted
from phucvu.formats import decimal, points
from phucvu.inbox.home import store
from phucvu.intake import waiting
from phucvu.steering.due_lists import Moment
from phucvu.steering.fates import Fate
from phucvu.web import results
from phucvu.web.boards import Board, Standing, board
from phucvu.web.components import Line, parts
from phucvu.web.language import _, language
from phucvu.web.nothing import SAID
from phucvu.web.published_table import published_table
from phucvu.web.sentences import called
from phucvu.web.workspace import expected, files, forecasts, home
from phucvu.web.workspace.aside import noticed, senders
from phucvu.web.workspace.points_at_stake import account_of
from phucvu.web.workspace.ready_lists import BY_NAME, READY, Ready
from phucvu.web.workspace.shown import rendered
from phucvu.web.workspace.to_do import MENDABLE, Task, ToDo, deed_words, who_words


@dataclass(frozen=True)
class Loss:
    """An indicator that loses points; ``missing`` records keep them away.

    ``todo`` is what can be done about it: empty where nothing is known, or the list is still being made.
    """

    line: Line
    lost: Decimal
    missing: int | None
    todo: list[Task]
    link: str

    @property
    def gain(self) -> Decimal:
        """The points that mending would bring at most, whoever can mend."""
        return sum((task.points for task in self.todo if task.fate in MENDABLE), Decimal(0))

    @property
    def what(self) -> str:
        deeds = dict.fromkeys(deed for task in self.todo for deed in task.deeds)
        return deed_words(deeds) or self.line.note

    @property
    def who(self) -> str:
        said = who_words(dict.fromkeys(who for task in self.todo for who in task.who))
        gone = said and all(task.fate is Fate.GONE for task in self.todo)
        return _("%(who)s, từ nay") % {"who": said} if gone else said


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
        whole = account_of(unit, period, found) if found else None
        todo = ToDo.of(whole, standing.unit.kind in ("province", "ministry"), period) if whole else None
        losses = _losses(known, standing, unit, todo)
        context |= {
            "board": known,
            "standing": standing,
            "published": published_table(known, standing, results.source().counts),
            "losses": losses,
            "todo": todo,
            "sentence": _sentence(standing, losses, todo),
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
        ends_with = expected.of_unit(unit, period, found)
        context |= {
            "expected": expected.sentence(ends_with, period),
            "ends_with": expected.lines(ends_with, known) if known else [],
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
            loss.what,
            loss.who,
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


def _losses(known: Board, standing: Standing, unit: str, todo: ToDo | None) -> list[Loss]:
    """The indicators that lose points, the most first."""
    lines = [line for part in parts(known, standing) for line in part.lines]
    path = reverse("workspace-dossiers", args=[unit])
    losses = []
    for line in lines:
        if line.row is None or not line.row["lost"]:
            continue
        row, id_ = line.numbers, line.indicator.id
        missing = row["denominator"] - row["numerator"] if line.counted else None
        link = f"{path}?indicator={id_}&lost=1&period={known.period}" if missing is not None else ""
        its = todo.for_indicator(id_) if todo else []
        losses.append(Loss(line, row["lost"], missing, its, link))
    return sorted(losses, key=lambda loss: -loss.lost)


def _sentence(standing: Standing, losses: list[Loss], todo: ToDo | None) -> str:
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
    if todo is None:
        return sentence
    if worst := todo.worst():
        said = {"worst": worst[0].short[lang], "lost": points(worst[1], lang)}
        sentence += _(" Thuộc việc của đơn vị, nhiều nhất ở %(worst)s (%(lost)s điểm).") % said
    if back := sum((task.points for task in todo.first), Decimal(0)):
        more = _(" Bổ sung, đồng bộ lại dữ liệu có thể tăng tối đa %(back)s điểm.")
        sentence += more % {"back": points(back, lang)}
    return sentence


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
