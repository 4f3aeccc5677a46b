"""The figures that follow from what units declared in the national reporting system."""

from __future__ import annotations

from phucvu.engine.declared import by_period, totals
from phucvu.engine.evaluation import Evaluation
from phucvu.rules.model import Count, Indicator

PARTS = ("received", "online", "carried_over", "finished_on_time", "open", "open_late")


def reported_figures(
    evaluation: Evaluation, unit: str, indicators: list[Indicator]
) -> dict[str, tuple[int | None, int | None]]:
    """Numerator and denominator by indicator; only of what reports tell."""
    tree, period = evaluation.tree, evaluation.period
    declared = {name: totals(tree, by_period(evaluation, name), period).get(unit) for name in PARTS}
    found = {i.id: _figure(i.count, declared) for i in indicators}
    return {one: figure for one, figure in found.items() if figure[1] is not None}


def _figure(count: Count, declared: dict[str, int | None]) -> tuple[int | None, int | None]:
    """What reports say of dossiers received, of those filed online, and of those on time."""
    if count.of == "synchronised":
        return None, declared["received"]
    if count.of != "dossiers":
        return None, None
    asked = count.population, count.numerator, count.denominator
    if asked == ("received", ("online",), ()):
        return declared["online"], declared["received"]
    if asked == ("handled", ("on_time",), ()):
        open_on_time = _sum(declared["open"], declared["open_late"], sign=-1)
        on_time = _sum(declared["finished_on_time"], open_on_time)
        return on_time, _sum(declared["received"], declared["carried_over"])
    return None, None


def _sum(first: int | None, second: int | None, sign: int = 1) -> int | None:
    return None if first is None or second is None else first + sign * second
