"""Whatever rules can be counted and scored by passes the check, and whatever cannot is refused by it.

Each key of each shipped rule set is removed, renamed, given a value of another type, and given another word.
"""

import copy
import datetime as dt

import polars as pl
import pytest

from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.figures.units import units_in
from phucvu.problems import UnusableError
from phucvu.records.schema import TABLES
from phucvu.rules.loading import checked, load, names
from phucvu.rules.rule_files import RuleFiles
from phucvu.scoring import score

AUGUST = Period.parse("2026-08")
NOW = dt.datetime(2026, 9, 15)
FILE = RuleFiles("rules.yaml", {})
MAY_LACK = {
    "beside",
    "bands",
    "population",
    "denominator",
    "taken_off",
    "times",
    "procedures",
    "working_days",
}
"""Keys that a rule set may do without; where a condition needs one, or a sum, the check refuses it still."""
FREE = {"vi", "en", "number", "name", "id"}
"""Keys whose words are free, or nearly."""


def written(rules):
    """A rule set as its file would say it."""
    data = rules.model_dump(mode="json", by_alias=True, exclude_none=True)
    for part in (*data["groups"], *data["indicators"]):
        for dated in part["max_points"]:
            dated["value"] = float(dated["value"])
        for dated in part.get("target", ()):
            share = next(d.value for i in rules.indicators if i.id == part["id"] for d in i.target)
            dated["value"] = f"{share * 100}%"
    for dated in data["bands"]:
        dated["value"] = {name: float(points) for name, points in dated["value"].items()}
    for indicator in data["indicators"]:
        for dated in indicator["count"]:
            dated["value"] = {key: value for key, value in dated["value"].items() if value}
    return data


def pieces(data):
    """The rule set in pieces that make sense by themselves: each indicator in its group alone.

    What is checked of a piece is then little, and its mutations quick.
    """
    for indicator in data["indicators"]:
        other = indicator["count"][0]["value"].get("times")
        kept = [indicator, *(i for i in data["indicators"] if i["id"] == other)]
        groups = []
        for group in data["groups"]:
            points = sum(i["max_points"][0]["value"] for i in kept if i["group"] == group["id"])
            stated = [group["max_points"][0] | {"value": points}]
            if group["id"] in [i["group"] for i in kept]:
                groups.append(group | {"max_points": stated})
        yield copy.deepcopy(data | {"groups": groups, "indicators": kept})


CONDITIONS = ("numerator", "denominator", "taken_off", "procedures")


def places(here, path=()):
    """Each key, and each item of the lists that a count has, as a path."""
    for key, value in here.items() if isinstance(here, dict) else enumerate(here):
        if isinstance(here, dict) or set(path) & set(CONDITIONS):
            yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def mutations(data, head):
    """(what was done, path) for each single change, done to the data meanwhile; all keys with ``head``."""
    for path in [p for p in places(data) if head or p[:2] == ("indicators", 0)]:
        above = data
        for key in path[:-1]:
            above = above[key]
        key, value = path[-1], above[path[-1]]
        untouched = copy.copy(above)
        for kind, change in (("removed", remove), ("renamed", rename), ("type", retype), ("word", reword)):
            if change(above, key, value):
                yield kind, path
            restore(above, untouched)


def remove(above, key, value):
    del above[key]
    return True


def rename(above, key, value):
    if not isinstance(above, dict):
        return False
    above[f"{key}x"] = above.pop(key)
    return True


def retype(above, key, value):
    above[key] = {"a": "b"} if isinstance(value, str | list) else "x"
    return True


def reword(above, key, value):
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    above[key] = f"{value}x" if isinstance(value, str) else -value - 1
    return True


def restore(above, untouched):
    above.clear()
    above.update(untouched) if isinstance(above, dict) else above.extend(untouched)


def may_pass(kind, path):
    """Whether a change can leave a rule set that makes sense; most of these are still refused."""
    key = next(p for p in reversed(path) if isinstance(p, str))
    if kind == "removed":
        return key in MAY_LACK or not isinstance(path[-1], str) or path[:1] == ("sources",)
    if kind == "renamed":  # the name of a source that nothing uses any more
        return path[0] == "sources" and len(path) == 2
    if kind == "type":
        return False
    return key in FREE or key == "procedures"


@pytest.fixture(scope="module")
def tiny():
    """One commune of a province with a dossier, and everything else empty."""
    units = [
        {"code": "H99", "name": "Tỉnh Thử", "kind": "province"},
        {"code": "H99.201", "name": "Xã Thử", "kind": "commune", "parent": "H99"},
    ]
    dossier = {"sender": "H99", "code": "1", "unit": "H99.201", "procedure": "1.0", "channel": 2}
    dossier["received_at"] = dt.datetime(2026, 8, 3)
    rows = {"units": units, "dossiers": [dossier], "procedures": [{"code": "1.0", "owner": "H99"}]}
    frames = {
        name: pl.DataFrame(
            [{c: row.get(c) for c in TABLES[name].types} for row in found], schema=dict(TABLES[name].types)
        )
        for name, found in rows.items()
    }
    return from_frames(frames), units_in(frames["units"])


@pytest.mark.parametrize("name", names())
def test_a_changed_rule_set_is_refused_or_counts(name, tiny):
    rules = load(name)
    data = written(rules)
    assert checked(FILE, data) == rules
    problems, variants = [], {}
    for n, piece in enumerate(pieces(data)):
        for kind, path in mutations(piece, head=n == 0):
            try:
                passed = checked(FILE, piece)
            except UnusableError as error:
                problems.append(error.faults)
                continue
            assert may_pass(kind, path), (kind, path)
            for indicator in passed.indicators:
                variants[repr((indicator.count, indicator.scope, indicator.id))] = indicator
    assert len(problems) > 2000
    assert all(p.vi != p.en and p.field for found in problems for p in found)

    # All that passed is counted at once, each beside the others under a name of its own.
    apart = [v.model_copy(update={"id": f"variant-{n}"}) for n, v in enumerate(variants.values())]
    assert len(apart) > len(rules.indicators)
    whole = rules.model_copy(update={"indicators": [*rules.indicators, *apart]})
    counted = figures(tiny[0], whole, AUGUST, NOW)
    assert set(counted["indicator"]) == {i.id for i in whole.at(AUGUST.last).indicators if not i.by_rule}
    score(counted, whole, tiny[1])


def test_rules_by_rule_alone_have_no_figures(tiny):
    rules = load("portal-2026")
    given = rules.model_copy(update={"indicators": [i for i in rules.indicators if i.id == "4.6"]})
    assert figures(tiny[0], given, AUGUST, NOW).is_empty()
