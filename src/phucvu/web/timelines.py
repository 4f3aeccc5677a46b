"""A section «over time» of a page: the panels of its chart, the table under it, and its data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

from django.http import HttpResponse

from phucvu.charts.over_time import Panel
from phucvu.charts.over_time import over_time as drawn
from phucvu.charts.trend import trend
from phucvu.figures.periods import Period
from phucvu.formats import decimal, points
from phucvu.rules.model import Indicator
from phucvu.steering.control_charts import ControlChart, Signal, control_chart
from phucvu.web import history, results
from phucvu.web.annotations import Annotation, noted_on
from phucvu.web.boards import Board
from phucvu.web.drawing import noting
from phucvu.web.language import _, language
from phucvu.web.page import to
from phucvu.web.period_chooser import brief
from phucvu.web.rates import is_time, said
from phucvu.web.sentences import called, kinds

UNKNOWN = "—"


@dataclass(frozen=True)
class Series:
    """Values by period; ``most`` is what there is to reach, None for what is not drawn.

    ``key`` names it in the data, ``said`` puts a value into words.
    """

    key: str
    name: str
    values: Mapping[Period, Any]
    said: Callable[[Any], str]
    most: Decimal | None
    notes: Mapping[Period, str] = field(default_factory=dict)
    """What is said beside the value of a period."""

    over: Collection[Period] = ()
    """The periods that are over: only their values can be told from ordinary variation."""

    def chart(self, periods: Sequence[Period]) -> ControlChart | None:
        """The ordinary variation of the values, and what is outside of it; None where that is not known."""
        if self.most is None:
            return None
        values = [self.values.get(period) if period in self.over else None for period in periods]
        return control_chart([None if v is None else float(v) for v in values], 0, float(self.most))

    def say(self, period: Period) -> str:
        value = self.values.get(period)
        return UNKNOWN if value is None else self.said(value)


@dataclass(frozen=True)
class Timeline:
    """Some series over their periods, the earliest first, and the addresses of their pictures."""

    series: Sequence[Series]
    periods: Sequence[Period]
    running: Sequence[Period]
    """Those that are not over: their values are of fewer days than the others'."""
    chart: str
    narrow: str
    png: str
    noted: Sequence[Annotation] = ()
    """What is noted on the chart, by day."""

    @property
    def signs(self) -> dict[int, str]:
        """What stands beside the line of a period: the numbers of what is noted there."""
        found: dict[int, list[str]] = {}
        for number, one in enumerate(self.noted, start=1):
            found.setdefault(one.place, []).append(str(number))
        return {place: ", ".join(numbers) for place, numbers in found.items()}

    @property
    def notes(self) -> list[str]:
        """What is noted, each under its number."""
        return [f"{number}. {one.said.rstrip('.')}." for number, one in enumerate(self.noted, start=1)]

    @property
    def signs_by_period(self) -> dict[Period, str]:
        return {self.periods[place]: sign for place, sign in self.signs.items()}

    @property
    def columns(self) -> list[str]:
        return [series.name for series in self.series]

    @property
    def rows(self) -> list[tuple[Period, str, list[tuple[str, str, str]]]]:
        """The table: each period, the latest first, its sign on the chart, and (heading, said, note)."""
        return [
            (
                period,
                self.signs_by_period.get(period, ""),
                [(one.name, one.say(period), one.notes.get(period, "")) for one in self.series],
            )
            for period in reversed(self.periods)
        ]

    def ordinary(self, period: Period) -> bool:
        """Whether the first series is known to vary as usual in a period, the latest that is over."""
        chart = self.series[0].chart(self.periods)
        return chart is not None and chart.latest is None and self.periods[chart.last] == period

    @property
    def variation(self) -> list[str]:
        """Whether the latest values that are known move within ordinary variation, in sentences."""
        charts = [(one.name, one.chart(self.periods)) for one in self.series]
        known = [(name, chart) for name, chart in charts if chart is not None]
        usual = [name for name, chart in known if chart.latest is None]
        said = []
        if usual:
            said.append(_("Kỳ gần nhất trong mức dao động thường: %(names)s.") % {"names": ", ".join(usual)})
        for name, chart in known:
            if chart.latest is not None:
                said.append(f"{name}: {_signal_in_words(chart.latest)}.")
        return said

    @property
    def data(self) -> list[dict[str, Any]]:
        return [
            {"period": str(period)} | {series.key: series.values.get(period) for series in self.series}
            for period in self.periods
        ]

    @property
    def panels(self) -> list[Panel]:
        return [_panel(series, series.most, self.periods) for series in self.series if series.most]


def _signal_in_words(signal: Signal) -> str:
    return {
        "above": _("kỳ gần nhất cao hơn mức dao động thường"),
        "below": _("kỳ gần nhất thấp hơn mức dao động thường"),
        "run": _("8 kỳ liền cùng phía so với mức bình quân trước đó: mức chung đã thay đổi"),
        "jump": _("kỳ gần nhất thay đổi nhiều hơn mức dao động thường giữa hai kỳ"),
    }[signal]


def _panel(series: Series, most: Decimal, periods: Sequence[Period]) -> Panel:
    values = [series.values.get(period) for period in periods]
    of = f" / {decimal(most, language())}" if series.said is _points else ""
    shares = [None if value is None else min(1.0, float(value) / float(most)) for value in values]
    chart = series.chart(periods)
    said = series.say(periods[-1]) + of
    if chart is None:
        return Panel(series.name, said, shares)
    limits = [bound / float(most) for bound in (chart.limits.low, chart.limits.mean, chart.limits.high)]
    return Panel(
        series.name,
        said,
        shares,
        limits=(limits[0], limits[1], limits[2]),
        limits_from=chart.limits.first,
        signals=tuple(chart.signals),
    )


def of_unit(board: Board, code: str) -> Timeline | None:
    """A unit's total, groups and rank over time; None where there is nothing to compare with."""
    found = {then.period: then for then in history.of_unit(code, board.result.period, board.regrouped)}
    lang = language()
    parts = [("total", _("Tổng điểm"), board.rules.max_points)]
    parts += [(group.id, group.short[lang], group.max_points) for group in board.rules.groups]
    series = [
        _scored(part, name, {p: then.scores.get(part) for p, then in found.items()}, most)
        for part, name, most in parts
    ]
    ranks = {p: (then.rank, then.ranked) for p, then in found.items() if then.rank is not None}
    ranked = [found[period] for period in ranks]
    notes = {
        now.period: _("khối xếp hạng khác kỳ trước")
        for then, now in pairwise(ranked)
        if now.block != then.block
    }
    series.append(Series("rank", _("Hạng"), ranks, lambda rank: "{}/{}".format(*rank), None, notes))
    return _timeline(series, "unit-time", code, board=board, codes=[code])


def of_nation(board: Board) -> Timeline | None:
    """The nation's score over time, and the spread of the provinces'."""
    scores = {p: history.scores_of("province", p) for p in history.shown_with(board.result.period)}
    means = {period: results.result(period).scores.nation(str(period)) for period in scores}
    means = {period: mean for period, mean in means.items() if mean is not None}
    scores = {period: scores[period] for period in means}
    most = board.rules.max_points
    series = [
        _scored("mean", _("Bình quân"), means, most),
        _scored("highest", _("Cao nhất"), {p: max(known) for p, known in scores.items()}, most),
        _scored("lowest", _("Thấp nhất"), {p: min(known) for p, known in scores.items()}, most),
    ]
    return _timeline(series, "nation-time", board=board)


def of_indicator(board: Board, indicator: str, within: str | None) -> Timeline | None:
    """An indicator's rates over time: of the unit itself, and of the units below it by their kind.

    Where all those are of one kind: their mean, the highest and the lowest.
    """
    period, blocks = board.result.period, board.blocks(within)
    rated = partial(_rated, board.rules[indicator])
    series = []
    if within:
        own = history.of_indicator(indicator, [within], period, board.regrouped)
        series.append(rated(within, called(board.units[within]), {s.period: s.mean for s in own}))
    for block in blocks:
        spreads = history.of_indicator(
            indicator, [s.unit.code for s in block.standings], period, board.regrouped
        )
        means = {s.period: s.mean for s in spreads}
        if len(blocks) > 1:
            name = kinds(block.kind)
            series.append(rated(block.kind, name[:1].upper() + name[1:], means))
        else:
            series.append(rated("mean", _("Bình quân"), means))
            series.append(rated("highest", _("Cao nhất"), {s.period: s.highest for s in spreads}))
            series.append(rated("lowest", _("Thấp nhất"), {s.period: s.lowest for s in spreads}))
    if is_time(board.rules[indicator]):
        series = _on_one_scale(series)
    query = f"within={within}" if within else ""
    codes = [within] if within else []
    return _timeline(
        series, "indicator-time", indicator, board=board, query=query, codes=codes, indicator=indicator
    )


def of_several(board: Board, codes: Sequence[str]) -> Timeline | None:
    """The totals of several units over time."""
    series = []
    for code in codes:
        found = history.of_unit(code, board.result.period, board.regrouped)
        totals = {then.period: then.scores["total"] for then in found}
        series.append(_scored(code, called(board.units[code]), totals, board.rules.max_points))
    return _timeline(series, "compare-time", board=board, query=f"units={','.join(codes)}", codes=codes)


def noted(timeline: Timeline | None) -> list[dict[str, str | None]]:
    """What is noted on the chart of a timeline, as data."""
    return [one.data for one in timeline.noted] if timeline else []


def picture(timeline: Timeline | None, title: str, narrow: str | None) -> Any:
    """The chart of a timeline as an SVG of its own."""
    panels = timeline.panels if timeline else []
    periods = [_on_axis(timeline, period) for period in timeline.periods] if timeline else [""]
    description = _("Từ %(first)s đến %(last)s. Mới nhất: %(said)s.") % {
        "first": periods[0],
        "last": periods[-1],
        "said": "; ".join(f"{panel.name}: {panel.latest}" for panel in panels),
    }
    notes, signs = (timeline.notes, timeline.signs) if timeline else ([], {})
    text = drawn(panels, periods, title, " ".join([description, *notes]), bool(narrow), signs)
    return noting(HttpResponse(text, content_type="image/svg+xml; charset=utf-8"), notes)


def trend_of(timeline: Timeline, title: str) -> Any:
    """The small picture of a timeline's first series as an SVG of its own."""
    first = timeline.series[0]
    known = [period for period in timeline.periods if first.values.get(period) is not None]
    said = [first.say(period) for period in known]
    periods = [_on_axis(timeline, period) for period in known]
    description = "; ".join(f"{period}: {value}" for period, value in zip(periods, said, strict=True))
    text = trend([float(first.values[period]) for period in known], said, periods, title, description)
    return HttpResponse(text, content_type="image/svg+xml; charset=utf-8")


def _timeline(
    series: Sequence[Series],
    view: str,
    *args: str,
    board: Board,
    query: str = "",
    codes: Sequence[str] = (),
    indicator: str | None = None,
) -> Timeline | None:
    """None where fewer than two periods are known."""
    periods = sorted({period for one in series for period in one.values})
    if len(periods) < 2:
        return None
    chart = to(view, *args, board=board, query=query)
    running = [period for period in periods if results.result(period).cut_off < period.ends]
    series = [replace(one, over=set(periods) - set(running)) for one in series]
    narrow = to(view, *args, "-narrow", board=board, query=query)
    png = to(f"{view}-png", *args, board=board, query=query)
    noted = noted_on(board, periods, codes, indicator)
    return Timeline(series, periods, running, chart, narrow, png, noted)


def _on_axis(timeline: Timeline, period: Period) -> str:
    return f"{brief(period)} ({_('đang chạy')})" if period in timeline.running else brief(period)


def _scored(key: str, name: str, values: Mapping[Period, Decimal | None], most: Decimal) -> Series:
    return Series(key, name, values, _points, most)


def _rated(indicator: Indicator, key: str, name: str, values: Mapping[Period, float | None]) -> Series:
    return Series(key, name, values, partial(said, indicator), Decimal(1))


def _on_one_scale(series: Sequence[Series]) -> list[Series]:
    """Times are drawn of the longest among them all, so that their panels compare."""
    longest = max((v for one in series for v in one.values.values() if v is not None), default=0)
    return [replace(one, most=Decimal(str(longest))) for one in series]


def _points(value: Decimal) -> str:
    return points(value, language())
