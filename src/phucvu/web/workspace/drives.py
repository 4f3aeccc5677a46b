"""Campaigns on a page: each with what is needed and what is reached so far."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import audit, units
from phucvu.accounts.permissions import Action, may
from phucvu.assignments import campaigns
from phucvu.assignments.models import Campaign
from phucvu.charts.target_line import target_line
from phucvu.engine.tree import Tree
from phucvu.formats import day, points, whole
from phucvu.inbox.clock import now
from phucvu.inbox.home import home as home_folder
from phucvu.rules.loading import rules_in_use
from phucvu.steering.campaign_lines import FULLY_ONLINE, OLD_SYSTEM, Line, countable, line
from phucvu.web.language import _, language
from phucvu.web.latest import Latest
from phucvu.web.workspace import files, home
from phucvu.web.workspace.duty_forms import CampaignForm, StopForm
from phucvu.web.workspace.shown import rendered

SHOWN = 12
"""Campaigns on a page: each is counted."""

_KEPT: Latest[Line] = Latest(32)


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    if form:
        name = f"{unit}-campaigns"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
        where = files.place_of(unit, None, None)
        return files.answer(_frame(_found(unit), unit), form, name, _("Chiến dịch"), where)
    return _page(request, unit)


@require_GET
def picture(request: Any, unit: str) -> Any:
    """The picture of a campaign (?campaign=): the line needed and the line so far."""
    if "campaign" not in request.GET:
        raise BadRequest(_("Hãy chọn một chiến dịch."))
    campaign = _campaign(unit, request.GET["campaign"])
    found = _line(campaign, unit)
    every = [
        campaign.starts + dt.timedelta(days=n) for n in range((campaign.ends - campaign.starts).days + 1)
    ]
    needed = [float(found.needed(each)) for each in every]
    values = [None if value is None else float(value) for value in found.values]
    labels = (
        _("đã đạt %(value)s") % {"value": _said(found, found.value)},
        _("cần %(value)s") % {"value": _said(found, found.target)},
    )
    ends = (day(campaign.starts), day(campaign.ends))
    drawn = target_line(values, needed, labels, ends, campaign.name, "; ".join(labels))
    return HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")


@require_POST
def start(request: Any, unit: str) -> Any:
    given = CampaignForm(_offered(unit), _measures(), request.POST, auto_id="campaign_%s")
    if not given.is_valid():
        return _page(request, unit, given)
    campaigns.start(request.user, unit, **given.cleaned_data)
    messages.info(request, _("Đã mở chiến dịch."))
    return HttpResponseRedirect(reverse("workspace-campaigns", args=[unit]))


@require_POST
def stop(request: Any, unit: str) -> Any:
    given = StopForm(request.POST)
    key = given.cleaned_data["campaign"] if given.is_valid() else 0
    one = Campaign.objects.filter(unit=unit, pk=key, stopped_at=None).first()
    if one is None:
        raise Http404(_("Không có chiến dịch này."))
    campaigns.stop(request.user, one)
    messages.info(request, _("Đã kết thúc chiến dịch."))
    return HttpResponseRedirect(reverse("workspace-campaigns", args=[unit]))


def _above(unit: str) -> list[str]:
    tree = Tree.of_today(units.every(), now().date())
    return tree.above(unit) if any(u.code == unit for u in tree.shown) else []


def _campaign(unit: str, number: str) -> Campaign:
    key = int(number) if number.isdecimal() and len(number) < 18 else 0
    found = next((one for one in campaigns.of_unit(unit, _above(unit)) if one.pk == key), None)
    if found is None:
        raise Http404(_("Không có chiến dịch này."))
    return found


def _line(campaign: Campaign, unit: str) -> Line:
    """A campaign's line: of all that take part for who runs it, else of the unit.

    What was counted in the same minute is shown again.
    """
    minute = now().replace(second=0, microsecond=0)

    def counted() -> Line:
        with home.tables() as held:
            return line(
                held,
                rules_in_use(),
                campaign.measure,
                campaign.units if campaign.unit == unit else [unit],
                campaign.starts,
                campaign.ends,
                Decimal(campaign.target),
                campaign.before,
                now(),
            )

    key = (home_folder(), campaign.pk, unit)
    return _KEPT.get(key, minute, counted)


def _found(unit: str) -> list[Campaign]:
    return campaigns.of_unit(unit, _above(unit))[:SHOWN]


def _measures() -> list[tuple[str, str]]:
    lang = language()
    found = [(i.id, f"{i.id} {i.short[lang]}") for i in countable(rules_in_use().at(now().date()))]
    return [*found, *_others().items()]


def _offered(unit: str) -> list[tuple[str, str]]:
    """The units below, which may take part by themselves."""
    known = units.every()
    return sorted((code, known[code].short_name) for code in units.below(unit) - {unit} if code in known)


def _others() -> dict[str, str]:
    return {
        FULLY_ONLINE: _("hồ sơ nộp trực tuyến toàn trình"),
        OLD_SYSTEM: _("hồ sơ còn trên hệ thống cũ"),
    }


def _said(found: Line, value: Decimal | None) -> str:
    if value is None:
        return "—"
    return f"{points(value, language())}%" if found.is_share else whole(int(value), language())


def _sentence(campaign: Campaign, found: Line) -> str:
    """What is reached, and what the rest has to bring."""
    today = now().date()
    if not found.days:
        return _("Bắt đầu từ ngày %(day)s.") % {"day": day(campaign.starts)}
    numbers = {"value": _said(found, found.value), "target": _said(found, found.target)}
    if not found.is_share:
        numbers["needed"] = _said(found, found.needed(min(today, campaign.ends)))
        said = _("Còn %(value)s hồ sơ; theo tiến độ chỉ được còn %(needed)s, mục tiêu %(target)s.") % numbers
    elif found.value is None:
        return _("Chưa tiếp nhận hồ sơ nào thuộc chiến dịch.")
    else:
        said = _("Đạt %(value)s, mục tiêu %(target)s.") % numbers
    if found.reached or today > campaign.ends or found.rest is None:
        return said
    if found.rest > 100:
        return said + " " + _("Với số hồ sơ tiếp nhận như hiện nay thì không thể đạt mục tiêu.")
    return said + " " + _("Từ nay cần %(rest)s số hồ sơ tiếp nhận.") % {"rest": _said(found, found.rest)}


def _page(request: Any, unit: str, given: CampaignForm | None = None) -> Any:
    today, names, known = now().date(), dict(_measures()), units.every()
    found = []
    for campaign in _found(unit):
        reached = _line(campaign, unit)
        found.append(
            {
                "campaign": campaign,
                "measure": names.get(campaign.measure, campaign.measure),
                "said": _sentence(campaign, reached),
                "units": ", ".join(
                    known[code].short_name if code in known else code
                    for code in campaign.units
                    if code != campaign.unit
                ),
                "reached": reached.reached,
                "over": today > campaign.ends,
                "days": reached.days,
                "picture": reverse("workspace-campaigns-line", args=[unit]) + f"?campaign={campaign.pk}",
                "png": reverse("workspace-campaigns-png", args=[unit]) + f"?campaign={campaign.pk}",
                "own": campaign.unit == unit and may(request.user, Action.ASSIGN, unit),
            }
        )
    first = {"starts": today, "ends": today.replace(month=12, day=31), "target": 70}
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "found": found,
        "reached": sum(bool(one["reached"]) for one in found),
        "start": (given or CampaignForm(_offered(unit), _measures(), initial=first, auto_id="campaign_%s"))
        if may(request.user, Action.ASSIGN, unit)
        else None,
        "files": {k: reverse("workspace-campaigns-file", args=[unit, k]) for k in ("xlsx", "csv")},
        "moment": now(),
    }
    return rendered(request, "workspace/campaigns.html", context, 400 if given else 200)


def _frame(found: list[Campaign], unit: str) -> pl.DataFrame:
    """Each day of each campaign: what was counted, what was reached and what was needed."""
    names, rows = dict(_measures()), []
    for campaign in found:
        reached = _line(campaign, unit)
        numbers = zip(reached.days, reached.numerator, reached.denominator, reached.values, strict=True)
        rows += [
            (campaign.name, names.get(campaign.measure, campaign.measure), *each, reached.needed(each[0]))
            for each in numbers
        ]
    schema: dict[str, Any] = {_("Chiến dịch"): pl.String, _("Chỉ số"): pl.String, _("Ngày"): pl.Date}
    schema |= dict.fromkeys((_("Tử số"), _("Mẫu số")), pl.Int64)
    schema |= dict.fromkeys((_("Đã đạt"), _("Cần đạt")), pl.Decimal(12, 2))
    return pl.DataFrame(rows, schema=schema, orient="row")
