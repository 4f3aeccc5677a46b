"""The store's tables on Spark say what they say on DuckDB."""

import datetime as dt
import importlib.util
import shutil

import ibis
import polars as pl
import pytest

from phucvu.problems import UnusableError
from phucvu.records.store import Store

from . import test_s3

pytestmark = pytest.mark.spark

bucket = test_s3.bucket
DAY = dt.datetime(2026, 3, 2, 8)


@pytest.fixture(scope="module")
def spark():
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("PySpark and Java are not there")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.sql.session.timeZone", "Asia/Ho_Chi_Minh")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    return ibis.pyspark.connect(session)  # left running: other tests may share it


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
