"""On random records the causes add up to the difference, and the portal's side is what its list counts to."""

import datetime as dt
from random import Random

import ibis
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.ledger.balance import ledger
from phucvu.ledger.causes import Cause
from phucvu.ledger.pairing import COLUMNS
from phucvu.records.schema import PORTAL_DOSSIERS
from phucvu.rules.loading import load
from tests.engine.plain_records import PROCEDURE_CODES, UNIT_CODES, cases
from tests.engine.test_plain_agrees import frames

ROOT = "H91"
MARKS = {
    "channel": [None, 1, 2, 3],
    "paid_online": [None, 0, 1],
    "vneid": [None, True, False],
    "files": [None, 0, 2],
    "result_file": [None, True, False],
    "digitised_parts": [True, False],
    "fees": [None, 0, 15000],
}
CHOICES = MARKS | {"unit": UNIT_CODES, "procedure": PROCEDURE_CODES}


def as_listed(r: Random, row: dict) -> list[dict]:
    """What a portal might list of a dossier: nothing, the same, or something else, once or twice."""
    there = {**row, "synchronised": True}
    for _ in range(r.choice((0, 0, 1, 2))):
        name = r.choice([*MARKS, "due_at", "received_at", "unit", "procedure"])
        if name == "due_at":
            there[name] = row[name] and row[name] - dt.timedelta(days=r.choice((-9, 9)))
        elif name == "received_at":
            there[name] = row[name] and row[name] + dt.timedelta(days=r.choice((1, 30)))
        else:
            there[name] = r.choice(CHOICES[name])
    return r.choice(([], [there], [there], [there], [there], [there, {**there, "copied": 1}]))


def list_of(r: Random, records: dict) -> list[dict]:
    own = [row for row in records["dossiers"] if row["sender"] == ROOT]
    listed = [there for row in own for there in as_listed(r, row)]
    new = [{**there, "code": f"X-{n}"} for n, there in enumerate(listed) if r.random() < 0.1]
    return listed + [row for row in new if "copied" not in row]


def portal_table(rows: list[dict]) -> ibis.Table:
    more = {"list_of": ROOT, "taken_on": dt.date(2027, 1, 1), "tells": " ".join(COLUMNS)}
    types = PORTAL_DOSSIERS.types
    found = [{c: ({"copy": 1} | row | more).get(c) for c in types} for row in rows]
    return ibis.memtable(pl.DataFrame(found, schema=types))


@pytest.mark.parametrize("rules", ["portal-2026", "qd766-2022"])
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(), seed=st.integers(0, 2**40))
def test_causes_add_up(rules: str, case, seed: int) -> None:
    r = Random(seed)
    rows = list_of(r, case.records)
    tables = from_frames(frames(case.records)) | {"portal_dossiers": portal_table(rows)}
    # Beside the engine's own count of a world where the portal's list is what is held.
    others = [row for row in case.records["dossiers"] if row["sender"] != ROOT]
    there = [{**row, "sender": ROOT + "b" * row.get("copied", 0)} for row in rows]
    # What the portal lists it has, whatever it answered.
    answers = [row for row in case.records["portal_answers"] if row["sender"] != ROOT]
    world = case.records | {"dossiers": others + there, "portal_answers": answers}
    expected = figures(from_frames(frames(world)), load(rules), case.period, case.now)
    for unit in ("H91", r.choice(("H91.01", "H91.102"))):
        found = ledger(tables, load(rules), case.period, case.now, unit)
        listed = found.figures.select(
            "indicator", numerator="listed_numerator", denominator="listed_denominator"
        )
        wanted = expected.filter(unit=unit).select("indicator", "numerator", "denominator")
        assert (
            listed.join(wanted, on="indicator", how="semi").rows()
            == wanted.join(listed, on="indicator", how="semi").rows()
        ), unit
        sums = found.causes.group_by("indicator").agg(pl.col("numerator", "denominator").sum())
        both = found.figures.join(sums, on="indicator", how="left").fill_null(0)
        apart = both.filter(
            (pl.col("numerator") != pl.col("numerator_right"))
            | (pl.col("denominator") != pl.col("denominator_right"))
        )
        assert apart.is_empty(), (unit, apart)
        rest = found.causes.filter(cause=Cause.UNEXPLAINED.value)["indicator"].to_list()
        # What is declared, and that a numerator is never below 0, is no dossier's doing.
        assert set(rest) <= {"1.4", "5.4"}, (unit, rest)
        for one, of in found.dossiers.items():
            parts = found.causes.filter(pl.col("cause") != Cause.UNEXPLAINED.value, indicator=one)
            assert of.is_empty() or of["thing"].is_not_null().all() or of.height == parts["number"].sum()
