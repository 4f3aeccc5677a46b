"""A real log of permit applications, imported and counted by the engine."""

import datetime as dt
from pathlib import Path

import ibis
import pytest

from phucvu.engine.figures import figures
from phucvu.figures.periods import Period
from phucvu.intake import mappings
from phucvu.intake.files import import_file
from phucvu.intake.policy import Policy
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from . import plain

HERE = Path(__file__).parent
LOG = HERE.parents[2] / "shared" / "data" / "receipt" / "receipt.xes.gz"
MAPPING = HERE.parent / "intake" / "data" / "receipt.yaml"
UNITS = HERE.parent / "intake" / "data" / "receipt-units.csv"

NOW = dt.datetime(2013, 1, 1)
WHOLE, GENERAL = "X10", "X10.01"

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A home with the log in it, by its mapping: departments are units, Internet is online."""
    if not LOG.is_file():
        pytest.skip("the receipt log (../shared/data/receipt) is not there")
    store = Store(tmp_path_factory.mktemp("receipt"))
    import_file(store, UNITS, kind="units")
    mappings.save(store.home, mappings.parse(MAPPING.read_text(encoding="utf-8"), MAPPING.name))
    import_file(store, LOG, mapping="receipt", policy=Policy(synchronised=True))
    return store


@pytest.fixture(scope="module")
def counted(store):
    """Counts a period: numerator and denominator by unit and indicator."""
    con = ibis.duckdb.connect()
    tables = {name: store.table(con, name) for name in TABLES}
    rules = load(str(HERE / "data" / "receipt.yaml"))

    def count(period):
        rows = figures(tables, rules, Period.parse(period), NOW).rows()
        return {(unit, indicator): (n, d) for _, unit, indicator, n, d in rows}

    return count


@pytest.mark.parametrize(
    ("year", "received", "ended", "on_time"), [(2010, 329, 326, 212), (2011, 1094, 1002, 739)]
)
def test_those_received_in_a_year_that_ended_and_did_so_by_their_deadline(
    counted, year, received, ended, on_time
):
    """As known after the log's end: the year's are those since its start, less those since the next."""
    since, later = (counted(f"{y}-01-01..2012-12-31") for y in (year, year + 1))

    def of_the_year(indicator):
        return tuple(a - b for a, b in zip(since[WHOLE, indicator], later[WHOLE, indicator], strict=True))

    assert of_the_year("1.4") == (received, received)
    assert of_the_year("ended") == (on_time, ended)


@pytest.mark.parametrize(("year", "received"), [("2010", 329), ("2011", 1094)])
def test_volume_of_a_year(counted, year, received):
    assert counted(year)[WHOLE, "1.4"] == (received, received)


def test_channels_and_departments(counted):
    found = counted("2010-01-01..2012-12-31")
    assert found[WHOLE, "3.3"] == (1250, 1434)
    assert [found[f"X10.0{n}", "1.4"][0] for n in (1, 2, 3)] == [1390, 29, 15]


@pytest.mark.parametrize("period", ["2010", "2011", "2011-Q2", "2011-03"])
def test_as_the_plain_reading_counts_it(store, counted, period):
    """The on-time rule at a cut-off in the midst of many dossiers' lives."""
    records = {name: store.rows(name).to_dicts() for name in ("units", "dossiers", "steps")}
    expected = plain.figures(records, "portal-2026", Period.parse(period), NOW)
    found = counted(period)
    assert 0 < found[WHOLE, "2.1"][0] < found[WHOLE, "2.1"][1]
    for unit in (WHOLE, GENERAL):
        for indicator in ("1.4", "2.1", "3.3"):
            assert found[unit, indicator] == expected[unit, indicator]
