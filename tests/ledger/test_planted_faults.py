"""Faults of many kinds, planted between a simulated province and a list of the portal's: each is found."""

import datetime as dt
from random import Random

import ibis
import polars as pl
import pytest

from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.ledger.balance import ledger
from phucvu.ledger.causes import Cause
from phucvu.ledger.pairing import COLUMNS
from phucvu.records.schema import PORTAL_DOSSIERS
from phucvu.rules.loading import load
from phucvu.simulation import simulate
from tests.engine.test_plain_agrees import frames
from tests.simulation.consistent import UNITS, frame, whole
from tests.simulation.written import records

PERIOD, NOW = Period.parse("2026-08"), dt.datetime(2026, 9, 20, 9)
PROVINCE, UNIT, OTHER = "H91", "H91.101", "H91.102"
ABROAD = {"code": "H92", "name": "UBND tỉnh Khác", "kind": "province"}
MONTH = dt.timedelta(days=31)


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """The rows of a province by table."""
    folder = tmp_path_factory.mktemp("simulated")
    asked = whole(Random(1), [u.code for u in UNITS], 900)
    simulate(frame(str(PERIOD), asked), UNITS, folder, seed=5, now=NOW)
    found = records(folder)
    return found | {"units": [*found["units"], ABROAD]}


class World:
    """The own dossiers and the portal's list of them, alike but for the faults planted."""

    def __init__(self, province):
        self.tables = province
        self.own = [dict(row, synchronised=True) for row in province["dossiers"]]
        self.listed = [dict(row) for row in self.own]
        self.pairs = list(zip(self.own, self.listed, strict=True))
        self.fees = {p["code"]: p["fee"] for p in province["procedures"]}
        self.ended = {(s["sender"], s["code"]): s["at"] for s in province["steps"] if s["status"] == 9}
        self.used = set()
        self.taken_on = PERIOD.last
        self.answers = []

    def pick(self, *tests, unit=UNIT):
        """An own dossier of a unit and the portal's, not used before, received in the period."""
        for own, there in self.pairs:
            free = own["code"] not in self.used and own["unit"] == unit and own["received_at"]
            if free and PERIOD.starts <= own["received_at"] and all(test(own) for test in tests):
                self.used.add(own["code"])
                return own, there
        raise LookupError("no such dossier is left")

    def finished_on_time(self, own):
        end = self.ended.get((own["sender"], own["code"]))
        alone = sum(s["code"] == own["code"] and s["status"] == 5 for s in self.tables["steps"]) == 0
        return bool(end and own["due_at"] and end < own["due_at"] and alone)

    def fee(self, own):
        return self.fees[own["procedure"]]

    def answer(self, own, outcome, message):
        said = {"at": NOW, "outcome": outcome, "message": message}
        self.answers.append({"sender": own["sender"], "code": own["code"], **said})

    def drop(self, there):
        self.listed = [row for row in self.listed if row is not there]

    def found(self, unit):
        types = PORTAL_DOSSIERS.types
        more = {"list_of": PROVINCE, "taken_on": self.taken_on, "tells": " ".join(COLUMNS)}
        rows = [{c: ({"copy": n} | row | more).get(c) for c in types} for n, row in enumerate(self.listed)]
        tables = from_frames(frames(self.tables | {"dossiers": self.own, "portal_answers": self.answers}))
        listed = ibis.memtable(pl.DataFrame(rows, schema=types))
        return ledger(tables | {"portal_dossiers": listed}, load("portal-2026"), PERIOD, NOW, unit)


def planted(world):
    """Plants every fault; by the dossier's number, the cause that is to be found."""
    causes = {}

    def plant(cause, *tests, unit=UNIT):
        own, there = world.pick(*tests, unit=unit)
        causes[own["code"]] = cause
        return own, there

    def copy(row, **changes):
        return {**row, **changes}

    # 1-5: on one side only
    own, there = plant(Cause.NOT_SENT)
    own["synchronised"] = False
    world.drop(there)
    _, there = plant(Cause.UNKNOWN_THERE)
    world.drop(there)
    _, there = world.pick()
    world.listed.append(copy(there, code="H91.101-260810-9901"))
    causes["H91.101-260810-9901"] = Cause.UNKNOWN_HERE
    _, there = world.pick()
    world.listed.append(copy(there, code="H91.101-260810-151234"))
    causes["H91.101-260810-151234"] = Cause.MINISTRY
    own, _ = world.pick()
    world.own.append(copy(own, code="H91.101-260810-1812345"))
    causes["H91.101-260810-1812345"] = Cause.MINISTRY
    # 6-9: what the portal answered
    own, there = plant(Cause.REFUSED)
    world.answer(own, "refused", "MaTTHC không hợp lệ")
    world.drop(there)
    own, there = plant(Cause.REFUSED, lambda own: own["channel"] == 2)
    world.answer(own, "update_refused", "NgayHenTra không hợp lệ")
    there["channel"] = 1
    own, there = plant(Cause.NOT_SENT)
    world.answer(own, "waiting", None)
    world.drop(there)
    own, there = plant(Cause.UNKNOWN_THERE)
    world.answer(own, "absent", None)
    world.drop(there)
    # 10-12: twice
    _, there = plant(Cause.TWICE)
    world.listed.append(copy(there))
    own, there = world.pick(unit=OTHER)
    causes[own["code"]] = Cause.TWICE
    world.listed.append(copy(there, unit=UNIT))
    own, _ = plant(Cause.TWICE)
    world.own.append(copy(own, sender=UNIT, unit=UNIT))
    # 13-14: another unit
    _, there = plant(Cause.OTHER_UNIT)
    there["unit"] = OTHER
    _, there = plant(Cause.OTHER_UNIT)
    there["unit"] = ABROAD["code"]
    # 15-16: another period
    _, there = plant(Cause.CUT_OFF)
    there["received_at"] = there["received_at"] - MONTH
    _, there = plant(Cause.CUT_OFF)
    there["received_at"] = PERIOD.ends + dt.timedelta(hours=2)
    # 17-18: another deadline
    own, there = plant(Cause.OTHER_DEADLINE, world.finished_on_time)
    there["due_at"] = own["received_at"] + dt.timedelta(minutes=1)
    own, there = plant(Cause.OTHER_DEADLINE, world.finished_on_time)
    own["due_at"] = own["received_at"] + dt.timedelta(minutes=1)
    # 19-20: another status
    own, there = plant(Cause.OTHER_STATUS, world.finished_on_time, lambda own: own["due_at"] < PERIOD.ends)
    there |= {"status": 4, "ended_at": None, "returned_at": None}
    own, there = plant(Cause.OTHER_STATUS, world.finished_on_time, lambda own: own["due_at"] < PERIOD.ends)
    there["ended_at"] = own["due_at"] + dt.timedelta(hours=1)
    # 21-29: other marks
    for name, value, test in (
        ("channel", 1, lambda own: own["channel"] == 2),
        ("paid_online", 0, lambda own: own["paid_online"] and world.fee(own)),
        ("files", 0, lambda own: own["files"] and own["result_file"]),
        ("result_file", False, lambda own: own["result_file"]),
        ("digitised_parts", False, lambda own: own["digitised_parts"] and not own["filed_national"]),
        ("files_from_store", False, lambda own: own["files_from_store"]),
        (
            "vneid",
            False,
            lambda own: own["vneid"] and not own["files_from_store"] and not own["population_data"],
        ),
        ("fees", 0, lambda own: own["fees"] and own["fee_lines"] and world.fee(own)),
    ):
        _, there = plant(Cause.OTHER_MARKS, test)
        there[name] = value
    _, there = plant(Cause.OTHER_MARKS, world.fee)
    there["procedure"] = next(code for code, fee in world.fees.items() if not fee)
    return causes


def named(found):
    """By dossier, the causes under which it is named in any indicator."""
    causes = {}
    for rows in found.dossiers.values():
        for code, cause in rows.select("code", "cause").iter_rows():
            causes.setdefault(code, set()).add(cause)
    return causes


def test_every_planted_fault_is_found_under_its_cause_and_nothing_else(province):
    world = World(province)
    causes = planted(world)
    assert len(causes) == 29
    found = world.found(UNIT)
    assert named(found) == {code: {cause.value} for code, cause in causes.items()}
    sums = found.causes.group_by("indicator").agg(pl.col("numerator", "denominator").sum())
    both = found.figures.join(sums, on="indicator", how="left").fill_null(0)
    for part in ("numerator", "denominator"):
        assert both[part].to_list() == both[f"{part}_right"].to_list()
    assert found.causes.filter(cause=Cause.UNEXPLAINED.value).is_empty()


def test_alike_nothing_is_named(province):
    found = World(province).found(PROVINCE)
    assert named(found) == {}
    assert found.causes.is_empty()
    assert found.figures.filter((pl.col("numerator") != 0) | (pl.col("score") != 0)).is_empty()


def test_what_the_list_is_too_early_for_is_cut_off_by_its_day(province):
    world = World(province)
    world.taken_on = PERIOD.last - dt.timedelta(days=6)
    later = {
        row["code"] for row in world.own if row["received_at"] and row["received_at"].date() > world.taken_on
    }
    world.listed = [row for row in world.listed if row["code"] not in later]
    found = named(world.found(PROVINCE))
    assert later
    assert found == {code: {Cause.CUT_OFF.value} for code in later}


def test_without_a_list_what_was_not_sent_is_known_and_the_rest_is_told_as_a_number(province):
    world = World(province)
    own, _ = world.pick()
    own["synchronised"] = False
    tables = from_frames(frames(world.tables | {"dossiers": world.own}))
    alone = ledger(tables, load("portal-2026"), PERIOD, NOW, UNIT)
    assert named(alone) == {own["code"]: {Cause.NOT_SENT.value}}
    assert alone.figures["numerator"].null_count() == alone.figures.height
    counted = alone.figures.row(by_predicate=pl.col("indicator") == "3.3", named=True)
    there = (counted["counted_numerator"] - 3, counted["counted_denominator"] - 4)
    row = {
        "period": str(PERIOD),
        "unit": UNIT,
        "indicator": "3.3",
        "numerator": there[0],
        "denominator": there[1],
    }
    found = ledger(tables, load("portal-2026"), PERIOD, NOW, UNIT, pl.DataFrame([row]))
    online = int(own["channel"] == 2)
    assert found.causes.filter(indicator="3.3").select("cause", "numerator", "denominator").rows() == [
        (Cause.NOT_SENT.value, -online, -1),
        (Cause.UNEXPLAINED.value, -3 + online, -3),
    ]
    figures = found.figures.row(by_predicate=pl.col("indicator") == "3.3", named=True)
    assert (figures["portal_numerator"], figures["portal_denominator"]) == there
    assert figures["score"] == figures["portal_score"] - figures["counted_score"]
