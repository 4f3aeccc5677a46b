"""Spark reads of the records what DuckDB reads, and the same expressions count the same figures on both.

All of its tests stand in one file: starting Java takes as long as most of them.
"""

import datetime as dt
import importlib.util
import shutil
import warnings

import ibis
import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.engine.connections import connect
from phucvu.engine.dossiers import dossiers
from phucvu.engine.figures import figures
from phucvu.figures.periods import Period
from phucvu.problems import UnusableError
from phucvu.records import histories
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from ..cli import test_ledger
from ..records import test_s3
from . import worked

home = test_ledger.home
bucket = test_s3.bucket

DAY = dt.datetime(2026, 3, 2, 8)

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def spark():
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("PySpark and Java are not there")
    con = connect("local[1]")
    # Of few rows, compiling each question into Java and planning it anew half way take most of the time;
    # the cluster of test_cluster does both.
    for setting in (
        "shuffle.partitions = 1",
        "adaptive.enabled = false",
        "codegen.wholeStage = false",
        "codegen.factoryMode = NO_CODEGEN",
    ):
        con.raw_sql(f"SET spark.sql.{setting}")
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


def versions(codes, status, hours):
    return pl.DataFrame(
        {
            "sender": "H99",
            "code": codes,
            "unit": "H99.01",
            "procedure": "1.000001",
            "status": status,
            "received_at": DAY,
            "moment": DAY + dt.timedelta(hours=hours),
        }
    )


def test_current_tail_and_history_are_read_alike(spark, tmp_path):
    store = Store(tmp_path)
    first, second = DAY, DAY + dt.timedelta(days=1)
    assert store.table(spark, "dossiers").count().execute() == 0
    store.append("dossiers", versions(["a", "b"], 2, 0), first)
    store.compact(whole=True)
    store.append("dossiers", versions(["b", "c"], 9, 5), second)
    store.append("steps", pl.DataFrame({"sender": "H99", "code": "a", "at": [DAY], "status": 2}), first)
    duck = ibis.duckdb.connect()
    for name in ("dossiers", "steps"):
        for as_of in (None, first):
            rows = [store.table(con, name, as_of).order_by("code").to_pandas() for con in (spark, duck)]
            on_spark, on_duck = (pl.from_pandas(r).cast({pl.Datetime: pl.Datetime("us")}) for r in rows)
            assert on_spark.equals(on_duck.cast(on_spark.schema), null_equal=True), (name, as_of)


def test_an_object_store_whose_library_spark_lacks_is_told_in_one_line(spark, bucket):
    store = Store(bucket)
    store.append("dossiers", versions(["a"], 2, 0), DAY)
    with pytest.raises(
        UnusableError, match=r'cụm không đọc được s3://.*scheme "s3".*docs/cluster.md'
    ) as refused:
        store.table(spark, "dossiers")
    assert len(str(refused.value).splitlines()) == 1


def test_nothing_is_said_of_the_release_of_pandas(spark):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for hidden in (DeprecationWarning, ResourceWarning):  # which Python does not show either
            warnings.simplefilter("ignore", hidden)
        rows = connect("local[1]").sql("SELECT 1 AS one", dialect="spark").to_polars()
    assert rows.rows() == [(1,)]
    assert [str(each.message) for each in said] == []
