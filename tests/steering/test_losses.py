"""What is lost adds up to the figures, whatever the records; and what is advised can be done."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import figures
from phucvu.engine.listing import Listing, Wish, judge
from phucvu.engine.sources import from_frames
from phucvu.engine.tree import Tree
from phucvu.engine.verdict import OF_DOSSIERS
from phucvu.figures.periods import Period
from phucvu.rules.loading import load
from phucvu.rules.model import Indicator
from phucvu.steering.fates import Fate
from phucvu.steering.losses import Loss, asked_of, losses
from phucvu.steering.losses_asked import LossAsked, lost_dossiers, lost_things

from ..engine.plain_records import Case, cases
from ..engine.test_plain_agrees import frames

FEW = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


def listed(listing: Listing, tree: Tree, period: Period, unit: str, indicator: Indicator, loss: Loss) -> int:
    """How many records a list holds that is narrowed to a loss."""
    of = asked_of(listing, tree, period, unit, indicator)
    wanted = LossAsked(loss.fate, loss.who, loss.reasons)
    if indicator.count.of in OF_DOSSIERS:
        condition = lost_dossiers(indicator, period, of.running, wanted)
        return listing.number(Wish(tree.below(of.unit), condition))
    rows = lost_things(of, indicator, wanted)
    return len({row["procedure"] for row in rows}) if indicator.count.of == "decisions" else len(rows)


@pytest.mark.parametrize("rules", ["portal-2026", "qd766-2022"])
@settings(FEW, max_examples=2)
@given(case=cases())
def test_losses_add_up_to_the_figures_and_those_of_the_units_below(rules: str, case: Case) -> None:
    period, now, tables = case.period, case.now, from_frames(frames(case.records))
    in_force = load(rules).at(period.last)
    counted = figures(tables, load(rules), period, now)
    with Evaluation.at(tables, in_force, period, now) as evaluation:
        tree = evaluation.tree
    with tempfile.TemporaryDirectory() as folder:
        judge(tables, load(rules), period, now, Path(folder) / "of.duckdb")
        listing = Listing(Path(folder) / "of.duckdb")
        of_province = [unit for unit in ("H91", *tree.children["H91"]) if unit in counted["unit"]]
        lost = {
            (unit, indicator.id): losses(listing, tree, period, unit, indicator)
            for unit in of_province
            for indicator in in_force.indicators
            if indicator.count.of != "processing_time"
        }
        for _period, unit, id_, numerator, denominator in counted.iter_rows():
            if (found := lost.get((unit, id_))) is None:
                continue
            indicator = in_force[id_]
            number = sum(loss.number for loss in found)
            if indicator.count.of != "synchronised":  # declared numbers are no records
                assert max(0, denominator - number) == numerator, (unit, id_)
            for loss in found:
                assert sum(loss.by_unit.values()) == loss.number
                parts = {unit, *tree.children.get(unit, [])}
                assert indicator.scope == "province" or loss.by_unit.keys() <= parts
                assert (loss.until is not None) == (loss.fate is Fate.UNTIL)
                assert not (loss.fate is Fate.GONE and (loss.deeds or loss.who))
                assert listed(listing, tree, period, unit, indicator, loss) == loss.number, (id_, loss)
                if loss.until is not None:
                    assert listing.cut_off < loss.until <= period.ends
            # Of dossiers, what a unit below is told to lose is what it loses itself.
            if unit == "H91" and indicator.count.of in OF_DOSSIERS:
                for child in tree.children[unit]:
                    theirs = sum(loss.by_unit.get(child, 0) for loss in found)
                    assert theirs == sum(loss.number for loss in lost[child, id_])
