"""The rule sets: how everything is counted, from which source, and how the sets differ."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from phucvu.formats import decimal
from phucvu.rules.difference import Change, at_stake, difference
from phucvu.rules.loading import shown
from phucvu.rules.model import Indicator, RuleSet
from phucvu.rules.origins import origins
from phucvu.web.explained import explained, where_said
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond
from phucvu.web.preview import Preview


def every(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    files = list(shown().values())
    table = [
        {"name": f.name, "title": f.title.vi, "title_en": f.title.en, "used": f.name == board.rules.name}
        for f in files
    ]
    said = _("Cách tính từng chỉ số, theo từng bộ quy tắc và nguồn của nó.")
    preview = Preview(_("Cách tính"), said, dated=False)
    page = Page("rule_sets.html", {"files": files}, {"rule_sets": table}, table, board, preview)
    return respond(request, page, form)


def show(request: Any, name: str, form: str | None = None) -> Any:
    board = asked_board(request)
    known = shown()
    if name not in known:
        reason = _("Không có bộ quy tắc %(name)s; hiện có: %(there_are)s.")
        raise Http404(reason % {"name": name[:60], "there_are": ", ".join(known)})
    rules = known[name].at(board.result.period.last)
    others = [file.at(rules.day) for other, file in known.items() if other != name]
    compared = [(other, difference(other, rules)) for other in others]
    context = {
        "shown": rules,
        "groups": [(g, [_explained(i, rules) for i in rules.of_group(g.id)]) for g in rules.groups],
        "differences": [(other, changes, at_stake(changes)) for other, changes in compared],
    }
    table = [_as_row(indicator, rules) for indicator in rules.indicators]
    data = {
        "name": rules.name,
        "title": rules.title,
        "day": rules.day,
        "indicators": table,
        "differences": {other.name: [_as_data(c) for c in changes] for other, changes in compared},
    }
    said = _("%(count)s chỉ số thành phần trong %(groups)s nhóm, tối đa %(max)s điểm.") % {
        "count": len(rules.components),
        "groups": len(rules.group_numbers),
        "max": decimal(rules.max_points, language()),
    }
    preview = Preview(rules.title[language()], said)
    return respond(request, Page("rule_set.html", context, data, table, board, preview), form)


def _explained(indicator: Indicator, rules: RuleSet) -> tuple[Indicator, Any, Any]:
    return indicator, list(explained(indicator)), where_said(indicator, rules)


def _as_row(indicator: Indicator, rules: RuleSet) -> dict[str, Any]:
    return {
        "id": indicator.id,
        "group": indicator.group,
        "name": indicator.name.vi,
        "name_en": indicator.name.en,
        "numerator": indicator.numerator.vi,
        "numerator_en": indicator.numerator.en,
        "denominator": indicator.denominator.vi,
        "denominator_en": indicator.denominator.en,
        "max": indicator.max_points,
        "target": float(indicator.target) if indicator.target else None,
        "zero_denominator": indicator.zero_denominator,
        "scope": indicator.scope,
        "applies_to": " ".join(indicator.applies_to),
        "not_applicable": indicator.not_applicable,
        "sources": "; ".join(origin.said("vi") for origin in origins(indicator, rules)),
        "sources_en": "; ".join(origin.said("en") for origin in origins(indicator, rules)),
    }


def _as_data(change: Change) -> dict[str, Any]:
    return {"indicator": change.indicator, "at_stake": change.at_stake, "vi": change.vi, "en": change.en}
