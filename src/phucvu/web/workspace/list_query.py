"""What an address of a list asks for: which dossiers, narrowed how, in which order, which page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404
from duckdb import ConstantExpression, Expression

from phucvu.engine import listing
from phucvu.engine.listing import (
    DOUBTS,
    SORTS,
    Order,
    Wish,
    verdict_of,
)
from phucvu.engine.reasons import SYNCHRONISED, codes, words
from phucvu.engine.verdict import OF_DOSSIERS
from phucvu.figures.periods import Period
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import Indicator, RuleSet
from phucvu.steering.due_lists import Moment
from phucvu.steering.fates import FATES, WHO, Fate
from phucvu.steering.losses import Loss
from phucvu.steering.losses_asked import LossAsked, lost_dossiers
from phucvu.web.language import _, language
from phucvu.web.workspace import home
from phucvu.web.workspace.dossier_words import channels, statuses
from phucvu.web.workspace.ready_lists import BY_NAME, Ready

PER_PAGE = 50
LONGEST = 100
"""Letters of a filter,"""
LONGEST_LACKS = 300
"""and of all that a record lacks."""

PARAMETERS = (
    *("list", "indicator", "lost", "fate", "who", "lacks", "doubt", "period"),
    *("procedure", "in", "status", "channel", "reason", "q", "by", "sort", "order", "page", "pick"),
)
LENGTHS = {"lacks": LONGEST_LACKS}
FILTERS = ("procedure", "in", "status", "channel", "reason", "q")
GROUPS = ("procedure", "unit", "reason")
"""What a list can be grouped by."""

MOST_PICKED = 200
"""Dossiers that can be ticked, so that an address stays short enough for every server on its way."""


@dataclass(frozen=True)
class ListQuery:
    """``said`` is the query as it was given, of ``PARAMETERS`` alone.

    Of an indicator ``fate``, ``who`` and ``lacks`` (codes with spaces between) narrow to the records of a
    loss (see ``LossAsked``); ``mend=1`` is the fate «now».
    """

    unit: str
    said: dict[str, str]
    period: Period
    rules: RuleSet
    indicator: Indicator | None
    ready: Ready | None
    doubt: str | None
    page: int
    loss: LossAsked | None = None

    @classmethod
    def of(cls, request: Any, unit: str) -> ListQuery:
        """Raises Http404 for an indicator, list or finding that there is not, BadRequest for an order."""
        said = {p: request.GET[p][: LENGTHS.get(p, LONGEST)] for p in PARAMETERS if request.GET.get(p)}
        if picked := _picked(request.GET):
            said["pick"] = picked
        if said.get("lost") == "1" and request.GET.get("mend") == "1":
            said.setdefault("fate", Fate.NOW.name.lower())
        period = home.asked_period(said.get("period", ""))
        rules = rules_in_use().at(period.last)
        indicator = said.get("indicator")
        if indicator is not None and (indicator not in rules or rules[indicator].by_rule):
            raise Http404(_("Không có số liệu của chỉ số %(id)s.") % {"id": indicator})
        for name, known in (("list", BY_NAME), ("doubt", DOUBTS)):
            if name in said and said[name] not in known:
                raise Http404(_("Không có danh sách %(name)s.") % {"name": said[name]})
        if said.get("sort", "received") not in SORTS or said.get("order", "asc") not in ("asc", "desc"):
            reason = _("Không sắp xếp được theo %(sort)s; có thể dùng: %(sorts)s.")
            raise BadRequest(reason % {"sort": said.get("sort", ""), "sorts": ", ".join(SORTS)})
        if said.get("by", "unit") not in GROUPS:
            raise Http404(_("Không có danh sách %(name)s.") % {"name": said["by"]})
        number = said.get("page", "1")
        return cls(
            unit,
            said,
            period,
            rules,
            rules[indicator] if indicator else None,
            BY_NAME.get(said.get("list", "")),
            said.get("doubt"),
            max(1, int(number)) if number.isdecimal() and len(number) < 9 else 1,
            _loss(said, rules[indicator] if indicator else None),
        )

    @property
    def of_dossiers(self) -> bool:
        """Whether dossiers are what is listed, and not what another indicator counts."""
        return self.indicator is None or self.indicator.count.of in OF_DOSSIERS

    @property
    def lost_only(self) -> bool:
        return self.said.get("lost") == "1" or self.loss is not None

    @property
    def picked(self) -> list[tuple[str, str]]:
        """The dossiers that were ticked, by sender and code; none where the list is asked for whole."""
        lines = self.said.get("pick", "").splitlines() if self.of_dossiers else []
        pairs = (line.partition("/") for line in lines)
        return [(sender, code) for sender, _slash, code in pairs]

    @property
    def order(self) -> Order:
        default = self.ready.order if self.ready else Order("late", True) if self._by_lateness else Order()
        if "sort" not in self.said:
            return default
        return Order(self.said["sort"], self.said.get("order") == "desc")

    @property
    def forecast(self) -> bool:
        """Whether the working hours left and the chance of being late are shown."""
        return self.ready is not None and self.ready.forecast

    @property
    def of_synchronisation(self) -> bool:
        """Whether it asks what the national portal has (1.4)."""
        return self.indicator is not None and SYNCHRONISED in self.indicator.count.numerator

    @property
    def _by_lateness(self) -> bool:
        return self.indicator is not None and self.lost_only and "on_time" in self.indicator.count.numerator

    @property
    def by(self) -> str:
        """What the list is grouped by; empty for each dossier by itself."""
        return self.said.get("by", "")

    @property
    def reasons(self) -> dict[str, str]:
        """Why a record may not count in the indicator: words by reason code; none elsewhere."""
        if self.indicator is None:
            return {}
        return {code: words(code, self.indicator)[language()] for code in codes(self.indicator)}

    def lacking(self, reason: str) -> Expression:
        """The dossiers of the list that lack a condition of its indicator; none for what is no such."""
        if self.indicator is None or reason not in self.reasons:
            return ConstantExpression(False)
        return listing.lacking(self.indicator, self.period, reason)

    def condition(self, at: Moment) -> Expression:
        if self.picked:
            # What was ticked stays, although it may no longer be late or due.
            return listing.one_of(self.picked)
        found = self._listed(at)
        reason = self.said.get("reason")
        return found & self.lacking(reason) if reason and self.of_dossiers else found

    def _listed(self, at: Moment) -> Expression:
        if self.ready:
            return self.ready.condition(at)
        if self.indicator:
            if self.loss:
                return lost_dossiers(self.indicator, self.period, at.cut_off < self.period.ends, self.loss)
            verdict = verdict_of(self.indicator, self.period)
            return verdict.looked_at & verdict.lost if self.lost_only else verdict.looked_at
        if self.doubt:
            return listing.doubted(self.doubt, self.period)
        return listing.population("handled", self.period)

    def wish(self, at: Moment, *, narrowed: bool = True) -> Wish:
        """The dossiers asked for; a unit to narrow to that is not below this one leaves none."""
        within = home.below(self.period, self.unit)
        if not narrowed:
            return Wish(within, self.condition(at))
        if chosen := self.said.get("in"):
            mine = set(within)
            within = tuple(code for code in home.below(self.period, chosen) if code in mine)
        return Wish(
            within,
            self.condition(at),
            procedure=self.said.get("procedure"),
            status=_number(self.said.get("status")),
            channel=_number(self.said.get("channel")),
            like=self.said.get("q"),
        )

    def title(self, at: Moment) -> str:
        title = self._title(at)
        return _("%(name)s: hồ sơ đã chọn") % {"name": title} if self.picked else title

    def _title(self, at: Moment) -> str:
        lang = language()
        if self.ready:
            return self.ready.title(at)
        if self.indicator:
            name = f"{self.indicator.id} {self.indicator.short[lang]}"
            if self.loss and self.loss.fate is not None:
                return f"{name}: {FATES[self.loss.fate][lang]}"
            return _("%(name)s: chưa đạt") % {"name": name} if self.lost_only else name
        if self.doubt:
            doubt = DOUBTS[self.doubt][lang]
            return doubt[:1].upper() + doubt[1:]
        return _("Mọi hồ sơ của kỳ")

    @property
    def of_loss(self) -> str:
        """Who can act and what is lacked, where the list is narrowed to that; a sentence."""
        told = []
        if self.loss and self.loss.who:
            told.append(f"{_('Ai làm')}: {'; '.join(WHO[who][language()] for who in self.loss.who)}.")
        if self.loss and self.loss.reasons:
            reasons = "; ".join(self.reasons[code] for code in self.loss.reasons)
            told.append(f"{_('Lý do chưa đạt')}: {reasons}.")
        return " ".join(told)

    def filters(self) -> Iterator[str]:
        """What the list is narrowed to, in words."""
        known = home.tree(self.period).units.get(self.said.get("in"))
        status, channel = _number(self.said.get("status")), _number(self.said.get("channel"))
        for name, value in {
            _("đơn vị"): known.short_name if known else self.said.get("in"),
            _("mã thủ tục"): self.said.get("procedure"),
            _("trạng thái"): statuses().get(status or 0, self.said.get("status")),
            _("hình thức nộp"): channels().get(channel or 0, self.said.get("channel")),
            _("lý do"): self.reasons.get(self.said.get("reason", ""), self.said.get("reason")),
            _("mã hồ sơ có"): self.said.get("q"),
        }.items():
            if value:
                yield f"{name} {value}"
        if self.of_loss:
            yield self.of_loss

    def query(self, **changed: Any) -> str:
        """The query of this list with something else: ?list=overdue&page=2; page 1 unless it is given."""
        said = self.said | {"page": ""} | {k: str(v) if v is not None else "" for k, v in changed.items()}
        kept = {name: said[name] for name in PARAMETERS if said.get(name)}
        return f"?{urlencode(kept)}" if kept else "?"


def _picked(given: Any) -> str:
    """The ticked dossiers, a line each: sender/code; BadRequest for too many."""
    values = given.getlist("pick") if hasattr(given, "getlist") else [given.get("pick", "")]
    lines = dict.fromkeys(line for value in values for line in value.splitlines() if "/" in line)
    if len(lines) > MOST_PICKED:
        raise BadRequest(_("Chỉ chọn được nhiều nhất %(most)s hồ sơ.") % {"most": MOST_PICKED})
    return "\n".join(lines)


def _loss(said: dict[str, str], indicator: Indicator | None) -> LossAsked | None:
    """What the address asks for of an indicator's losses; Http404 for a word that means nothing there."""
    asked = [(name, said[name].split()) for name in ("fate", "who", "lacks") if name in said]
    if not asked:
        return None
    known: dict[str, Sequence[str]] = {
        "fate": [fate.name.lower() for fate in Fate],
        "who": list(WHO),
        "lacks": codes(indicator) if indicator else (),
    }
    for name, given in asked:
        if indicator is None or not given or not set(given) <= set(known[name]):
            raise Http404(_("Không có danh sách %(name)s.") % {"name": said[name]})
    words: dict[str, Any] = {name: tuple(given) for name, given in asked}
    fate = Fate[said["fate"].upper()] if "fate" in said else None
    return LossAsked(fate, words.get("who", ()), words.get("lacks", ()))


def of_loss(loss: Loss) -> dict[str, str]:
    """What an address says to ask for the records of a loss."""
    asked = {"fate": loss.fate.name.lower(), "who": " ".join(loss.who), "lacks": " ".join(loss.reasons)}
    return {name: value for name, value in asked.items() if value}


def _number(text: str | None) -> int | None:
    """A status or channel; -1, which is none, for what is no number."""
    if text is None:
        return None
    return int(text) if text.isdecimal() and len(text) < 3 else -1
