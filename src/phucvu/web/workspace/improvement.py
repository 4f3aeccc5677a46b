"""The plan to improve a unit's score: the least work to a goal, named; and what others would have to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.core.exceptions import BadRequest
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu.accounts import audit
from phucvu.accounts.permissions import Action, may
from phucvu.engine.declared import by_period, totals
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.listing import YES, Listing, Wish
from phucvu.figures.periods import Period
from phucvu.formats import decimal, moment, points, whole
from phucvu.inbox.home import home as home_folder
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import RuleSet
from phucvu.steering.fates import DEEDS, WHO
from phucvu.steering.losses import Asked
from phucvu.steering.mendable import Mendable, Record, mendable
from phucvu.steering.plan import DEFAULT_MINUTES, Goal, Now, Others, Plan, left_to_others, plan
from phucvu.steering.replay import replay, total
from phucvu.tables.workbook import MOST_ROWS
from phucvu.web.boards import Board, Standing, board
from phucvu.web.language import _, language
from phucvu.web.latest import Latest
from phucvu.web.sentences import called
from phucvu.web.workspace import files, home
from phucvu.web.workspace.deed_minutes import MOST as MOST_MINUTES
from phucvu.web.workspace.deed_minutes import minutes_of
from phucvu.web.workspace.dossiers import being_made
from phucvu.web.workspace.shown import rendered
from phucvu.web.workspace.to_do import deed_words

GOALS = ("score", "rank", "hours")
LONGEST = 10
"""Characters of the number of a goal."""
CHECKED_AT_ONCE = 200_000
"""Dossiers of a unit up to which a plan is counted and scored again while somebody waits for the page."""
SHOWN = 50
"""Records named on the page; a file has all."""

_MENDABLE: Latest[Mendable] = Latest(16)
_CHECKED: Latest[Decimal] = Latest(16)
_OTHERS: Latest[tuple[list[Others], dict[str, int]]] = Latest(16)


@dataclass(frozen=True)
class Place:
    """The unit and period of a plan, with what is known of them."""

    unit: str
    period: Period
    listing: Listing
    board: Board
    standing: Standing

    @property
    def rules(self) -> RuleSet:
        return rules_in_use().at(self.period.last)

    @property
    def asked(self) -> Asked:
        return Asked(self.listing, home.tree(self.period), self.period, self.unit)

    def now(self) -> Now:
        total = self.standing.total.score
        assert total is not None
        components = self.board.components(self.unit)
        return Now(total, components, neighbours(self.board, self.standing), self._declared(components))

    def _declared(self, components: list[dict[str, Any]]) -> int | None:
        """What the unit declared for 1.4, looked up only where nothing was synchronised yet."""
        of_it = [i.id for i in self.rules.indicators if i.count.of == "synchronised"]
        if not any(row["indicator"] in of_it and row["numerator"] == 0 for row in components):
            return None
        cut_off = self.listing.cut_off
        with home.tables() as tables, Evaluation.at(tables, self.rules, self.period, cut_off) as evaluation:
            return totals(evaluation.tree, by_period(evaluation), self.period).get(self.unit, 0)


def neighbours(known: Board, standing: Standing) -> list[Decimal]:
    """The totals of the units that a unit is ranked with: counted here, else as the portal published them."""
    mine = standing.unit.code
    alike = [s.total.score for s in known.block_of(standing) if s.unit.code != mine]
    counted = [score for score in alike if score is not None]
    if counted or standing.unit.kind != "province":
        return counted
    published = {
        code: parts["total"].place.score
        for code, parts in known.published.items()
        if "total" in parts and code != mine and "." not in code and code.startswith("H")
    }
    return [score for score in published.values() if score is not None]


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    if not home.below(period, unit):
        raise Http404
    listing = home.listing(period)
    if listing is None:
        return being_made(request, unit, period)
    known = _board(period)
    standing = known.standings.get(unit) if known else None
    about: dict[str, Any] = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "cut_off": listing.cut_off,
    }
    if known is None or standing is None or standing.total.score is None:
        return rendered(request, "workspace/plan.html", about)
    place = Place(unit, period, listing, known, standing)
    goal, said = _goal(request, place.now())
    made = _made(place, goal)
    if form:
        return _file(request, place, made, form)
    others, gone = _OTHERS.get(
        (home_folder(), unit, period), listing.path, lambda: left_to_others(place.asked, place.rules)
    )
    query = urlencode(said | {"period": str(period)})
    names = home.procedure_names()
    units = home.tree(period).units
    context = about | {
        "standing": standing,
        "plan": made,
        "said": said,
        "sentence": _sentence(place, made),
        "lines": [_line(line) for line in made.lines],
        "records": [
            {
                "record": record,
                "deeds": deed_words(record.deeds),
                "unit": units[record.unit].short_name if record.unit in units else record.unit,
                "procedure": names.get(record.procedure or "") or record.procedure,
                "link": _link(unit, period, record),
            }
            for record in islice(made.records(), SHOWN)
        ],
        "more": max(0, made.number - SHOWN),
        "others": _others(place, others),
        "limits": _limits(place, made, gone),
        "check": _check(request, place, made, query),
        "changed": bool(request.GET.get("mark")) and request.GET["mark"] != made.mark,
        "keep": f"?{query}&mark={made.mark}",
        "files": {
            kind: f"{reverse('workspace-plan-file', args=[unit, kind])}?{query}" for kind in ("xlsx", "csv")
        },
        "minutes": _minutes(unit),
        "most_minutes": MOST_MINUTES,
        "may_set": may(request.user, Action.ASSIGN, unit),
        "minutes_wrong": request.GET.get("minutes") == "wrong",
        "what_if": f"{reverse('workspace-what-if', args=[unit])}?period={period}",
    }
    return rendered(request, "workspace/plan.html", context)


def _board(period: Period) -> Board | None:
    try:
        return board(period)
    except KeyError:
        return None


def _goal(request: Any, now: Now) -> tuple[Goal, dict[str, str]]:
    """What is wanted; without anything said, one place more, or all that can be reached.

    Raises BadRequest for what is no such number.
    """
    kind, text = request.GET.get("goal", ""), request.GET.get("value", "").strip()[:LONGEST]
    if not kind or not text:
        rank = now.rank(now.total)
        if now.neighbours and rank > 1:
            return Goal(rank=rank - 1), {"goal": "rank", "value": str(rank - 1)}
        return Goal(score=Decimal(100)), {"goal": "score", "value": "100"}
    reason = _("“%(value)s” không phải là mục tiêu: ghi điểm từ 0 đến 100, hạng từ 1, hoặc số giờ.") % {
        "value": text
    }
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise BadRequest(reason) from error
    most = {"score": 100, "rank": 10_000, "hours": 100_000}.get(kind, -1)
    if not number.is_finite() or not 0 <= number <= most or (kind == "rank" and (number < 1 or number % 1)):
        raise BadRequest(reason)
    said = {"goal": kind, "value": text}
    match kind:
        case "score":
            return Goal(score=number), said
        case "rank":
            return Goal(rank=int(number)), said
        case _:
            return Goal(hours=number), said


def _made(place: Place, goal: Goal) -> Plan:
    found = _MENDABLE.get(
        (home_folder(), place.unit, place.period),
        place.listing.path,
        lambda: mendable(place.asked, place.rules),
    )
    return plan(found, place.rules, place.now(), minutes_of(place.unit), goal)


def _check(request: Any, place: Place, made: Plan, query: str) -> dict[str, Any]:
    """What is said of whether a plan gives what it promises: what counting and scoring its deeds on a copy of
    the records gave (``again``), else the link to have that done, or the command where it takes long."""
    if not made.number:
        return {}
    if place.listing.number(Wish(home.below(place.period, place.unit), YES)) > CHECKED_AT_ONCE:
        goal = next(f"--{name} {value}" for name in GOALS if (value := getattr(made.goal, name)) is not None)
        return {"command": f"phucvu plan --unit {place.unit} --period {place.period} {goal} --verify"}
    if request.GET.get("check") != "1":
        return {"link": f"?{query}&check=1"}

    def counted() -> Decimal:
        with home.tables() as tables:
            scores = replay(
                tables, rules_in_use(), place.period, place.listing.cut_off, place.unit, made.records()
            )
        return total(scores, place.unit)

    version = (place.listing.path, made.mark, made.goal, tuple(sorted(minutes_of(place.unit).items())))
    again = _CHECKED.get((home_folder(), place.unit, place.period), version, counted)
    return {"again": again, "right": again == made.score, "promised": made.score}


def hours(minutes: int) -> str:
    """So many minutes as people say it: 45 phút, 14 giờ, 14 giờ 5 phút."""
    whole_hours, rest = divmod(minutes, 60)
    said = []
    if whole_hours or not rest:
        said.append(_("%(hours)s giờ") % {"hours": whole(whole_hours, language())})
    if rest:
        said.append(_("%(minutes)s phút") % {"minutes": rest})
    return " ".join(said)


def numbers_said(numbers: Mapping[str, int]) -> str:
    """So many records of each table: 12 hồ sơ, 3 thủ tục."""
    said = {
        "dossiers": _("%(number)s hồ sơ"),
        "procedures": _("%(number)s thủ tục"),
        "petitions": _("%(number)s phản ánh, kiến nghị"),
    }
    return ", ".join(
        said[table] % {"number": whole(number, language())} for table, number in numbers.items()
    ) or said["dossiers"] % {"number": "0"}


def _sentence(place: Place, made: Plan) -> str:
    """The answer: what it takes, what it gives, and until when."""
    lang = language()
    said = {
        "unit": called(place.standing.unit),
        "now": points(made.now.total, lang),
        "score": points(made.score, lang),
        "wanted": points(made.wanted, lang) if made.wanted is not None else "",
        "most": points(made.most, lang),
        "time": hours(made.minutes),
        "number": numbers_said(made.numbers),
        "rank": made.goal.rank or "",
        "best": made.now.rank(made.most),
        "hours": decimal(made.goal.hours, lang) if made.goal.hours is not None else "",
    }
    if not made.reached and made.goal.rank is not None:
        text = _(
            "%(unit)s không đạt được hạng %(rank)s (%(wanted)s điểm) bằng những việc còn khắc phục được:"
            " cao nhất là hạng %(best)s với %(most)s điểm, cần %(time)s cho %(number)s."
        )
    elif not made.reached:
        text = _(
            "%(unit)s không đạt được %(wanted)s điểm bằng những việc còn khắc phục được:"
            " cao nhất là %(most)s điểm, cần %(time)s cho %(number)s."
        )
    elif not made.number:
        text = (
            _("%(unit)s đang có %(now)s điểm, đã đạt mục tiêu.")
            if made.wanted is not None
            else _("%(unit)s không còn việc nào làm trong %(hours)s giờ mà tăng điểm.")
        )
    elif made.goal.hours is not None:
        text = _("Với %(hours)s giờ, %(unit)s tăng nhiều nhất từ %(now)s lên %(score)s điểm: %(number)s.")
    elif made.goal.rank is not None:
        text = _(
            "Muốn đạt hạng %(rank)s (%(wanted)s điểm), %(unit)s cần %(time)s cho %(number)s;"
            " điểm tăng từ %(now)s lên %(score)s."
        )
    else:
        text = _(
            "Muốn đạt %(wanted)s điểm, %(unit)s cần %(time)s cho %(number)s; điểm tăng từ %(now)s lên"
            " %(score)s."
        )
    sentence: str = text % said
    if made.number and made.until is not None:
        sentence += " " + _("Kế hoạch còn hiệu lực đến %(until)s.") % {"until": moment(made.until)}
    return sentence


def _line(line: Any) -> dict[str, Any]:
    return {
        "deeds": deed_words(line.deeds),
        "number": numbers_said({line.table: line.number}),
        "time": hours(line.minutes),
        "points": line.points,
        "indicators": ", ".join(line.indicators),
    }


def _others(place: Place, others: list[Others]) -> list[dict[str, Any]]:
    """What is to be done by others, or checked first, the most records first."""
    lang = language()
    rows = [
        {
            "indicator": one.indicator,
            "name": place.rules[one.indicator].short[lang],
            "number": one.number,
            "who": ", ".join(WHO[who][lang] for who in one.who),
            "deeds": deed_words(one.deeds),
        }
        for one in others
    ]
    return sorted(rows, key=lambda row: -row["number"])


def _limits(place: Place, made: Plan, gone: dict[str, int]) -> list[dict[str, Any]]:
    """Where points stay away even if the unit mends all it can, the most first."""
    lang = language()
    now = {row["indicator"]: row for row in made.now.components}
    rows = []
    for indicator, number in gone.items():
        row = now.get(indicator)
        if row and row["lost"]:
            name = place.rules[indicator].short[lang]
            rows.append({"indicator": indicator, "name": name, "number": number, "lost": row["lost"]})
    return sorted(rows, key=lambda row: -row["lost"])


def _link(unit: str, period: Period, record: Record) -> str:
    if record.table != "dossiers":
        return ""
    path = reverse("workspace-dossier", args=[unit, record.sender, record.code])
    return f"{path}?period={period}"


def _minutes(unit: str) -> list[dict[str, Any]]:
    said = minutes_of(unit)
    return [
        {"deed": deed, "words": DEEDS[deed][language()], "minutes": said[deed], "default": default}
        for deed, default in DEFAULT_MINUTES.items()
    ]


# Files


def frames(
    records: Iterator[Record], period: Period, minutes: dict[str, int], until: dt.datetime | None
) -> Iterator[pl.DataFrame]:
    """The named records of a plan as the columns of a file, some thousand at a time; at least one frame."""
    names, units = home.procedure_names(), home.tree(period).units
    columns: dict[str, Any] = {
        _("Mã hồ sơ"): pl.String,
        _("Đơn vị gửi"): pl.String,
        _("Mã đơn vị"): pl.String,
        _("Đơn vị"): pl.String,
        _("Mã thủ tục hành chính"): pl.String,
        _("Thủ tục"): pl.String,
        _("Cần làm"): pl.String,
        _("Số phút"): pl.Int64,
        _("Còn làm được đến"): pl.Datetime("us"),
    }
    some = False
    while part := list(islice(records, 5_000)):
        some = True
        rows = [
            (
                record.code,
                record.sender,
                record.unit,
                units[record.unit].short_name if record.unit in units else "",
                record.procedure,
                names.get(record.procedure or ""),
                deed_words(record.deeds),
                sum(minutes[deed] for deed in record.deeds),
                record.until or until,
            )
            for record in part
        ]
        yield pl.DataFrame(rows, schema=columns, orient="row")
    if not some:
        yield pl.DataFrame(schema=columns)


def _file(request: Any, place: Place, made: Plan, form: str) -> Any:
    name = f"{place.period}-{place.unit}-plan"
    audit.append(
        request.user, "list exported", object=f"phucvu-{name}.{form}", unit=place.unit, goal=str(made.goal)
    )
    about = files.place_of(place.unit, place.period, place.listing.cut_off) | {
        _("Kế hoạch"): _sentence(place, made),
        _("Mã kế hoạch"): made.mark,
    }
    rows = frames(islice(made.records(), MOST_ROWS), place.period, minutes_of(place.unit), made.until)
    title = _("Kế hoạch cải thiện điểm")
    return files.answer(pl.concat(rows), form, name, title, about)
