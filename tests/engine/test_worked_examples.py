"""The worked examples of counting that stand beside the rule sets come out as worked by hand."""

import datetime as dt

import pytest

from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load

from . import worked


@pytest.mark.parametrize(
    ("example", "rules"), [pytest.param(e, r, id=name) for name, e, r in worked.examples()]
)
def test_example(example, rules):
    assert example["why"]
    assert example["source"]
    assert example["title"]["vi"]
    counted = figures(
        from_frames(worked.frames(example)),
        load(rules),
        Period.parse(example["period"]),
        dt.datetime.fromisoformat(example["now"]),
        regroup=example.get("regroup") == "true",
    )
    found = {(u, i): (n, d) for _, u, i, n, d in counted.iter_rows()}
    expected = worked.expected(example, rules)
    assert expected
    assert {key: found.get(key) for key in expected} == expected
