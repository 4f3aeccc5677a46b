"""What each day added to a unit's published figures, and whether the latest day varied as usual.

The portal's figures of a running year are cumulative, so that two days are nearly the same figure; what a day
added stands for itself (see ``steering.control_charts``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from phucvu.charts.over_time import Panel
from phucvu.formats import percent
from phucvu.rules.model import Indicator, RuleSet
from phucvu.steering.control_charts import ControlChart, control_chart, increments
from phucvu.web.language import _, language


@dataclass(frozen=True)
class Added:
    """An indicator's rate among what each day added, by day; None where a day added nothing."""

    indicator: Indicator
    rates: list[float | None]
    chart: ControlChart

    @property
    def latest(self) -> float:
        """The latest rate that is known."""
        return self.rates[self.chart.last] or 0.0

    @property
    def panel(self) -> Panel:
        limits = self.chart.limits
        return Panel(
            f"{self.indicator.id} {self.indicator.short[language()]}",
            percent(self.latest, language()),
            self.rates,
            limits=(limits.low, limits.mean, limits.high),
            limits_from=limits.first,
            signals=tuple(self.chart.signals),
        )


def added_by_day(rows: Sequence[Mapping[str, Any]], rules: RuleSet) -> tuple[list[dt.date], list[Added]]:
    """The days of the rows (day, part, numerator, denominator), and the indicators that can be charted."""
    figures = {
        (row["day"], row["part"]): (row["numerator"], row["denominator"])
        for row in rows
        if row["numerator"] is not None and row["denominator"] is not None
    }
    days = sorted({day for day, _part in figures})
    return days, list(_charted(figures, days, rules))


def _charted(
    figures: Mapping[tuple[dt.date, str], tuple[int, int]], days: Sequence[dt.date], rules: RuleSet
) -> Iterator[Added]:
    for indicator in rules.indicators:
        if not indicator.scored:
            continue
        added = increments(figures.get((day, indicator.id)) for day in days)
        rates = [None if one is None else one.rate for one in added]
        chart = control_chart(rates, 0, 1)
        if chart is not None:
            yield Added(indicator, rates, chart)


def in_words(found: Sequence[Added]) -> list[str]:
    """Whether the latest day that added something varied as usual, of each indicator."""
    lang = language()
    usual = [one.indicator.id for one in found if one.chart.latest is None]
    said = []
    if usual:
        said.append(
            _("Phần tăng thêm của ngày gần nhất trong mức dao động thường: %(names)s.")
            % {"names": ", ".join(usual)}
        )
    for one in found:
        if one.chart.latest is not None:
            limits = one.chart.limits
            said.append(
                _(
                    "%(name)s: phần tăng thêm của ngày gần nhất đạt %(rate)s, khác thường "
                    "(thường từ %(low)s đến %(high)s)."
                )
                % {
                    "name": f"{one.indicator.id} {one.indicator.short[lang]}",
                    "rate": percent(one.latest, lang),
                    "low": percent(limits.low, lang),
                    "high": percent(limits.high, lang),
                }
            )
    return said
