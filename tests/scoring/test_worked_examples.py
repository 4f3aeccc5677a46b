"""The worked examples of scoring that stand beside the rule sets come out as worked by hand."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import yaml

import phucvu.rules
from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Units
from phucvu.rules.loading import load
from phucvu.scoring import score

EXAMPLES = Path(phucvu.rules.__file__).parent / "examples"


def examples():
    for path in sorted(EXAMPLES.glob("scoring-*.yaml")):
        for example in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(example, id=f"{path.stem}: {example['title']['en']}")


def points(value):
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


@pytest.mark.parametrize("example", list(examples()))
def test_example(example):
    assert example["why"]
    assert example["source"]
    rows = [(example["period"], *figure) for figure in example["figures"]]
    figures = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    scores = score(figures, load(example["rules"]), Units([]))
    components = {(r["unit"], r["indicator"]): r["score"] for r in scores.components.to_dicts()}
    groups = {(r["unit"], r["group"]): r for r in scores.groups.to_dicts()}
    totals = {r["unit"]: r["score"] for r in scores.totals.to_dicts()}
    expected = example["expected"]
    for unit, by_indicator in expected.get("scores", {}).items():
        found = {i: components[unit, i] for i in by_indicator}
        assert found == {i: points(p) for i, p in by_indicator.items()}
    for unit, by_group in expected.get("groups", {}).items():
        assert {g: groups[unit, g]["score"] for g in by_group} == {g: points(p) for g, p in by_group.items()}
    for unit, total in expected.get("totals", {}).items():
        assert totals[unit] == points(total)
    for unit, by_group in expected.get("ranks", {}).items():
        assert {g: groups[unit, g]["rank"] for g in by_group} == by_group
