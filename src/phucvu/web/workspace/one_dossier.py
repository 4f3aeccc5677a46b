"""One dossier: its steps, how it stands with its deadline, and why it counts in each indicator or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from duckdb import Expression

from phucvu.accounts import personal, units, versions
from phucvu.accounts.permissions import Action, may
from phucvu.assignments import explanations
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.listing import DOUBTS, Listing, late, reasons, verdict_of
from phucvu.engine.origin import NOTHING_SAID, SAID, WORDS, ministry_of, origin_of
from phucvu.engine.reasons import OUTSIDE, words
from phucvu.engine.verdict import OF_DOSSIERS
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.counting import running
from phucvu.inbox.home import store
from phucvu.problems import UnusableError
from phucvu.records.codes import Channel
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import Indicator
from phucvu.steering.fates import DEEDS, FATES, Fate
from phucvu.steering.losses_asked import LossAsked, deeds_of_unit, lost_dossiers
from phucvu.web.language import _, language
from phucvu.web.workspace import home
from phucvu.web.workspace.dossier_words import channels, dated, days_left, statuses
from phucvu.web.workspace.forms import VersionForm
from phucvu.web.workspace.list_query import PARAMETERS
from phucvu.web.workspace.shown import rendered


@dataclass(frozen=True)
class Verdict:
    """What a dossier is for an indicator: ``counted``, ``lost`` or ``outside``, and why.

    ``conditions`` are those of the numerator, in words, and whether it meets each; ``source`` is where the
    rule stands.
    """

    indicator: Indicator
    state: str
    why: str
    source: str
    conditions: tuple[tuple[bool, str], ...] = ()
    fate: str = ""
    """Whether what is lost can be mended, in words,"""
    deeds: tuple[str, ...] = ()
    """and what its unit can do about it now (keys of ``fates.DEEDS``)."""


@dataclass(frozen=True)
class Event:
    """Something that happened to a dossier, or its deadline."""

    at: dt.datetime
    name: str
    step: bool

    @property
    def text(self) -> str:
        return dated(self.at)


def show(request: Any, unit: str, sender: str, code: str) -> Any:
    return _shown(request, unit, sender, code)


@sensitive_post_parameters("reason")
@require_POST
def choose(request: Any, unit: str, sender: str, code: str) -> Any:
    """Let another version of the dossier count, with a reason."""
    form = VersionForm(request.POST)
    of_unit = _dossier(unit, sender, code, _period(request)).unit
    if not form.is_valid():
        return _shown(request, unit, sender, code, _("Hãy chọn một phiên bản."), form.said["reason"])
    number, reason = form.cleaned_data["version"], form.cleaned_data["reason"]
    try:
        changed = versions.choose(request.user, of_unit, sender, code, number, reason)
    except UnusableError as error:
        problem = error.faults[0].text(language())
        return _shown(request, unit, sender, code, problem[:1].upper() + problem[1:], reason, number)
    said = _("Từ nay hồ sơ được tính theo phiên bản %(number)s; số liệu được tính lại sau ít giây.")
    same = _("Phiên bản %(number)s nói đúng như phiên bản đang được tính; không có gì thay đổi.")
    messages.info(request, (said if changed else same) % {"number": number})
    return HttpResponseRedirect(reverse("workspace-dossier", args=[unit, sender, code]))


def _period(request: Any) -> Period:
    return home.asked_period(request.GET.get("period", ""))


def _dossier(unit: str, sender: str, code: str, period: Period) -> personal.Dossier:
    """A dossier that counts for the unit in a period, as its lists of the period have it.

    Of a unit that moved these are the lists of its parent on the period's last day. Raises Http404 for any
    other dossier.
    """
    found = personal.dossiers(code, sender)
    if not found or found[0].unit not in home.below(period, unit):
        raise Http404(_("Không có hồ sơ %(code)s ở đơn vị này.") % {"code": code[:100]})
    return found[0]


def _shown(
    request: Any, unit: str, sender: str, code: str, problem: str = "", reason: str = "", number: int = 0
) -> Any:
    period = _period(request)
    dossier = _dossier(unit, sender, code, period)
    facts = _facts(sender, code)
    steps = store().versions("steps", sender, code).sort("at", "status")
    held = versions.versions(sender, code)
    listing = home.listing(period)
    judged = listing.one(sender, code) if listing else None
    known = home.tree(period).units
    context: dict[str, Any] = {
        "unit": known.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "hidden_of_period": [(n, request.GET[n]) for n in PARAMETERS if n != "period" and n in request.GET],
        "dossier": dossier,
        "facts": facts,
        "of_unit": known.get(dossier.unit),
        "procedure": home.procedure_names().get(facts["procedure"]) or "",
        "origin": WORDS[origin_of(code, facts["synchronised"])],
        "ministry": ministry_of(code),
        "at_portal": _at_portal(dossier),
        "status": statuses().get(facts["status"], ""),
        "channel": channels().get(facts["channel"] or Channel.IN_PERSON, ""),
        "events": list(_events(facts, steps, judged)),
        "versions": [(one, _differences(one)) for one in reversed(held)],
        "may_choose": may(request.user, Action.CHOOSE_VERSION, dossier.unit)
        and not all(v.same for v in held),
        "problem": problem,
        "reason": reason,
        "number": number,
        "longest": personal.LONGEST_REASON,
        "judged": judged,
        "cut_off": listing.cut_off if listing else None,
        "being_made": listing is None,
        "masked": [(one.title, one.text) for one in personal.personal_of(dossier).values()],
        "may_see": may(request.user, Action.SEE_PERSONAL, dossier.unit),
        "back": _back(request, unit),
        "requests": explanations.requests_about(sender, code, units.below(unit), unit),
        "apologies": explanations.apologies_of(sender, code),
        "personal": reverse("personal", args=[code]) + f"?sender={sender}",
    }
    if judged and listing:
        row, lang = pl.DataFrame([judged]), language()
        context["is_late"] = not judged["on_time"]
        left = days_left(judged, home.calendar(), listing.cut_off.date())
        context["lateness"] = late(row, lang)[0] or left
        context["verdicts"] = verdicts = list(_verdicts(listing, row, period))
        context["to_do"] = _to_do(judged, verdicts)
        context["doubts"] = [said for name, said in DOUBTS.items() if judged[f"doubt {name}"]]
    return rendered(request, "workspace/dossier.html", context, status=400 if problem else 200)


def _differences(version: versions.Version) -> list[str]:
    """How a version differs from the one that counts, a line for each column and one for other fields."""
    lang = language()
    lines = [
        _("%(title)s: %(here)s (đang tính: %(counting)s)")
        % {
            "title": one.title[lang],
            "here": _value(one.column, one.here),
            "counting": _value(one.column, one.counting),
        }
        for one in version.differences
    ]
    if version.fields:
        names = ", ".join(words[lang] for words in version.fields)
        lines.append(_("mục khác nội dung: %(names)s") % {"names": names})
    return lines


def _value(column: str, value: Any) -> str:
    """What a column says, in a few words."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("có") if value else _("không có")
    if isinstance(value, dt.datetime):
        return dated(value)
    known = {"status": statuses(), "channel": channels()}.get(column, {})
    return known.get(value, str(value))


def _facts(sender: str, code: str) -> dict[str, Any]:
    return _said_of("dossiers", sender, code).row(0, named=True)


def _said_of(table: str, sender: str, code: str) -> pl.DataFrame:
    wanted = "FROM held WHERE sender = $sender AND code = $code"
    return store().asked(table, wanted, {"sender": sender, "code": code})


@dataclass(frozen=True)
class SaidThere:
    """What the national portal said last of a dossier: in our words, and its own reason and code, if any."""

    told: str
    reason: str = ""
    error_code: str = ""


def _at_portal(dossier: personal.Dossier) -> SaidThere:
    """Its reason is without what is personal."""
    rows = _said_of("portal_answers", dossier.sender, dossier.code)
    if rows.is_empty():
        return SaidThere(NOTHING_SAID[language()])
    said = rows.row(0, named=True)
    told = f"{SAID[said['outcome']][language()]} ({dated(said['at'])})"
    return SaidThere(told, personal.hide(said["message"] or "", dossier.payload), said["error_code"] or "")


def _events(facts: dict[str, Any], steps: pl.DataFrame, judged: dict[str, Any] | None) -> Iterator[Event]:
    """Everything dated, in order; the fields of the end only where there are no steps, as it is counted."""
    said = statuses()
    events = [
        Event(row["at"], said.get(row["status"], str(row["status"])), True)
        for row in steps.iter_rows(named=True)
    ]
    told = {_("nộp hồ sơ"): facts["filed_at"], _("tiếp nhận"): facts["received_at"]}
    if not events:
        told |= {_("kết thúc xử lý"): facts["ended_at"], _("trả kết quả"): facts["returned_at"]}
    due = judged["due"] if judged else facts["due_at"]
    told[_("ngày hẹn trả")] = due
    if judged and judged["must_by"] and judged["must_by"] != due:
        told[_("ngày hẹn trả, tính cả thời gian chờ bổ sung giấy tờ")] = judged["must_by"]
    events += [Event(at, name, False) for name, at in told.items() if at is not None]
    yield from sorted(events, key=lambda e: e.at)


def _verdicts(listing: Listing, row: pl.DataFrame, period: Period) -> Iterator[Verdict]:
    """What the dossier of a row of a listing is for each indicator that counts dossiers."""
    lang = language()
    rules = rules_in_use().at(period.last)
    indicators = [i for i in rules.indicators if i.count.of in OF_DOSSIERS and not i.by_rule]
    asked: dict[tuple[str, str, str], Expression] = {}
    is_running = listing.cut_off < period.ends
    for indicator in indicators:
        found = verdict_of(indicator, period)
        asked[indicator.id, "population", ""] = found.population
        as_lost = {fate: lost_dossiers(indicator, period, is_running, LossAsked(fate)) for fate in Fate}
        asked |= {(indicator.id, "fate", fate.name): such for fate, such in as_lost.items()}
        by_deed = deeds_of_unit(indicator, period, is_running)
        asked |= {(indicator.id, "deed", deed): needs for deed, needs in by_deed.items()}
        asked |= {(indicator.id, "required", c): met for c, met in found.required.items()}
        asked |= {(indicator.id, "lacks", c): lacking for c, lacking in found.lacks.items()}
    told = listing.told(row["sender"][0], row["code"][0], asked)
    for indicator in indicators:
        of, count = indicator.id, indicator.count
        source = rules.sources[indicator.sources["count"]].title[lang]
        unmet = [c for c in count.denominator if not told[of, "required", c]]
        lacks = [c for c in count.numerator if told[of, "lacks", c]]
        if not told[of, "population", ""]:
            yield Verdict(indicator, "outside", OUTSIDE[str(count.population)][lang], source)
        elif unmet:
            yield Verdict(indicator, "outside", "; ".join(words(c, indicator)[lang] for c in unmet), source)
        else:
            said = tuple(
                (False, words(c, indicator)[lang]) if c in lacks else (True, CONDITIONS[c].met[lang])
                for c in count.numerator
            )
            state, why = ("lost", reasons(row, indicator, lang)[0]) if lacks else ("counted", "")
            # Of conditions that are taken off each by itself the worst fate is told.
            fate = max((fate for fate in Fate if told[of, "fate", fate.name]), default=None)
            told_fate = FATES[fate][lang] if fate is not None else ""
            deeds = tuple(deed for deed in DEEDS if told.get((of, "deed", deed)))
            yield Verdict(indicator, state, why, source, said, told_fate, deeds)


def _ended_since(judged: dict[str, Any]) -> bool:
    """Whether a dossier that was in hand at the end of the period shown is so no more."""
    current = home.listing(running(now().date())[0])
    latest = current.one(judged["sender"], judged["code"]) if current else judged
    return latest is None or latest["ended"] is not None


def _to_do(judged: dict[str, Any], verdicts: list[Verdict]) -> list[tuple[str, Indicator | None]]:
    """What is to be done with a dossier, and for which indicator; nothing that is not true of it yet.

    Only a finished dossier is mended; of one in hand all that counts is its deadline.
    """
    if judged["ended"] is None:
        if _ended_since(judged):
            return [(_("Hồ sơ đã kết thúc xử lý sau kỳ này; chọn kỳ sau để xem việc còn cần làm."), None)]
        if judged["waiting"]:
            return [(_("Chờ người dân bổ sung giấy tờ; thời gian chờ không tính vào hạn."), None)]
        if not judged["on_time"]:
            return [(_("Đã quá hạn: giải quyết ngay và gửi thư xin lỗi theo quy định."), None)]
        if judged["must_by"] is None:
            return [(_("Giải quyết và trả kết quả."), None)]
        said = _("Giải quyết và trả kết quả trước hết %(day)s.")
        return [(said % {"day": dated(judged["must_by"])}, None)]
    return [
        (f"{said[:1].upper()}{said[1:]}.", verdict.indicator)
        for verdict in verdicts
        for said in (DEEDS[deed][language()] for deed in verdict.deeds)
    ]


def _back(request: Any, unit: str) -> str:
    """The list from which one came, with its filters and page; empty where one came from elsewhere."""
    said = {name: request.GET[name] for name in PARAMETERS if request.GET.get(name)}
    if not set(said) - {"period"}:
        return ""
    return f"{reverse('workspace-dossiers', args=[unit])}?{urlencode(said)}#list"
