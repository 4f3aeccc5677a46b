"""The same expressions count the same figures on Spark as on DuckDB."""

import datetime as dt
import importlib.util
import shutil

import ibis
import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.engine.connections import connect
from phucvu.engine.dossiers import dossiers
from phucvu.engine.figures import figures
from phucvu.figures.periods import Period
from phucvu.records import histories
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from ..cli import test_ledger
from . import worked

home = test_ledger.home

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def spark():
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("PySpark and Java are not there")
    con = connect("local[1]")
    con.raw_sql("SET spark.sql.shuffle.partitions = 1")
    return con


def test_figures_and_the_records_behind_them(spark, tmp_path):
    store = Store(tmp_path)
    for part in ("Several spells add up", "Satisfaction with dossiers", "Digitised data reused"):
        example = next(e for _, e, _ in worked.examples() if part in e["title"]["en"])
        for name, frame in worked.frames(example).items():
            if not frame.is_empty():
                store.append(name, frame)
    rules, period, now = load("qd766-2022"), Period.parse("2026-08"), dt.datetime(2026, 9, 15)
    duckdb = ibis.duckdb.connect()
    on_spark, on_duckdb = ({name: store.table(con, name) for name in TABLES} for con in (spark, duckdb))
    counted = figures(on_duckdb, rules, period, now)
    assert counted["denominator"].sum() > 0
    assert figures(on_spark, rules, period, now).equals(counted)
    # From histories summed up, and a step that came after.
    store.compact()
    assert figures(store.tables(spark), rules, period, now).equals(counted)
    step = store.rows("steps").head(1).with_columns(at=pl.lit(now), status=pl.lit(5, pl.Int8))
    store.append("steps", step)
    on_spark, on_duckdb = (store.tables(con) for con in (spark, duckdb))
    assert histories.NAME in on_spark
    assert figures(on_spark, rules, period, now).equals(figures(on_duckdb, rules, period, now))
    for indicator in ("4.5a", "5.4"):
        asked = (rules, period, now, "H99.201", indicator)
        assert dossiers(on_spark, *asked).equals(dossiers(on_duckdb, *asked))


def test_the_ledger(spark, home):
    asked = ["ledger", "--home", str(home), "--unit", "H99.01", "--period", "2026-08"]
    asked += ["--now", "2026-09-15", "--format", "json"]
    here, there = (
        CliRunner().invoke(program, [*asked, *engine]) for engine in ([], ["--engine", "local[1]"])
    )
    assert (here.exit_code, there.exit_code) == (0, 0)
    assert '"refused"' in here.stdout
    assert there.stdout == here.stdout
