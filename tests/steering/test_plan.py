"""Whatever the records, plans give what they promise, and hold nothing that cannot be mended."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import figures
from phucvu.engine.listing import Listing, judge
from phucvu.engine.sources import Tables, from_frames
from phucvu.engine.verdict import OF_DOSSIERS
from phucvu.rules.loading import load
from phucvu.rules.model import RuleSet
from phucvu.scoring.scores import Scores, score
from phucvu.steering.fates import Fate
from phucvu.steering.losses import Asked, losses
from phucvu.steering.mendable import Mendable, Record, mendable
from phucvu.steering.plan import DEFAULT_MINUTES, Goal, Now, plan
from phucvu.steering.replay import replay, total

from ..engine.plain_records import Case, cases
from ..engine.test_plain_agrees import frames

FEW = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
ROOT = "H91"


@contextmanager
def judged(case: Case, name: str) -> Iterator[tuple[Tables, Scores, Asked]]:
    """The records of a case, their scores, and the listing asked for its province."""
    period, now, tables, rules = case.period, case.now, from_frames(frames(case.records)), load(name)
    with Evaluation.at(tables, rules.at(period.last), period, now) as evaluation:
        tree = evaluation.tree
    scores = score(figures(tables, rules, period, now), rules, tree.units)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "of.duckdb"
        judge(tables, rules, period, now, path)
        yield tables, scores, Asked(Listing(path), tree, period, ROOT)


def now_of(scores: Scores, unit: str) -> Now:
    return Now(scores.totals.filter(unit=unit)["score"][0], scores.components.filter(unit=unit).to_dicts())


@pytest.mark.parametrize("rules", ["portal-2026", "qd766-2022"])
@settings(FEW, max_examples=2)
@given(case=cases(), data=st.data())
def test_a_plan_replayed_gives_the_points_it_promises(rules: str, case: Case, data: st.DataObject) -> None:
    with judged(case, rules) as (tables, scores, asked):
        its, in_force = now_of(scores, ROOT), scores.rules[str(case.period)]
        found = mendable(asked, in_force)
        share = data.draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.2")]))
        most = plan(found, in_force, its, DEFAULT_MINUTES, Goal(score=Decimal(100))).most
        made = plan(found, in_force, its, DEFAULT_MINUTES, Goal(score=its.total + (most - its.total) * share))
        records = list(made.records())
        assert made.reached
        assert len(records) == made.number == len({(r.table, r.sender, r.code) for r in records})
        assert sum((line.points for line in made.lines), its.total) == made.score
        again = replay(tables, load(rules), case.period, case.now, ROOT, records)
        assert total(again, ROOT) == made.score
        assert sum(DEFAULT_MINUTES[deed] for record in records for deed in record.deeds) == made.minutes
        only_what_can_be_mended(asked, records)
        no_more_than_is_lost(asked, found, in_force)


def only_what_can_be_mended(asked: Asked, records: list[Record]) -> None:
    for record in records:
        if record.table == "dossiers":
            row = asked.listing.one(record.sender, record.code)
            assert row is not None
            assert row["ended"] is not None
            assert row["origin"] != "ministry"
            if {"attach_result", "issue_result"} & set(record.deeds):
                assert row["status"] not in (3, 7, 8)  # refused, withdrawn, stopped: no result to give


def no_more_than_is_lost(asked: Asked, found: Mendable, rules: RuleSet) -> None:
    """What all deeds together mend is at most what the losses say is for the unit to mend now."""
    mended = gains(found)
    for indicator in rules.indicators:
        if indicator.id in mended and indicator.count.of in OF_DOSSIERS:
            lost = losses(asked.listing, asked.tree, asked.period, ROOT, indicator)
            ours = [loss.number for loss in lost if loss.fate is Fate.NOW and loss.who == ("unit",)]
            assert mended[indicator.id] <= sum(ours)


def gains(found: Mendable) -> dict[str, int]:
    """How many records each indicator gains where everything is done."""
    numbers: dict[str, int] = {}
    for lot in found.lots:
        for indicator in lot.group.needs:
            numbers[indicator] = numbers.get(indicator, 0) + lot.group.records
    return numbers
