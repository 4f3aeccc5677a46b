"""A home in an object store, played by moto."""

import datetime as dt
import time
import uuid

import ibis
import polars as pl
import psycopg
import pytest

from phucvu.inbox.backup import back_up, restore
from phucvu.intake import mappings
from phucvu.problems import UnavailableError, UnusableError
from phucvu.records.places import check
from phucvu.records.store import Added, Store

DAY = dt.datetime(2026, 3, 2, 8)


@pytest.fixture
def bucket(monkeypatch):
    server_of = pytest.importorskip("moto.server", reason="moto, which plays an object store, is not there")
    boto3 = pytest.importorskip("boto3")
    server = server_of.ThreadedMotoServer(port=0)
    server.start()
    _, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "invented",
        "AWS_SECRET_ACCESS_KEY": "invented",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="province")
    yield f"s3://province/{uuid.uuid4().hex}"  # what one test left there stays as long as the process
    server.stop()


def rows(status, hours):
    return pl.DataFrame(
        {
            "sender": "H99",
            "code": [f"H99-{n}" for n in range(5)],
            "unit": "H99.01",
            "procedure": "1.000001",
            "status": status,
            "moment": DAY + dt.timedelta(hours=hours),
            "payload": "{}",
        }
    )


def test_a_home_in_an_object_store_does_all_that_a_folder_does(bucket):
    store = Store(bucket)
    con = ibis.duckdb.connect()

    def status(as_of=None):
        return set(store.table(con, "dossiers", as_of).to_polars()["status"])

    assert store.append("dossiers", rows(2, 0), DAY) == Added(5, 0)
    assert store.append("dossiers", rows(2, 0), DAY) == Added(0, 5)
    assert status() == {2}
    store.compact(whole=True)
    store.append("dossiers", rows(9, 5), DAY + dt.timedelta(days=1))
    assert status() == {9}
    assert status(DAY) == {2}
    store.compact(whole=True)
    assert status() == {9}
    assert store.versions("dossiers", "H99", "H99-1")["status"].to_list() == [2, 9]
    mapping = mappings.built_in()
    mappings.save(store.home, mapping)
    assert mappings.load(store.home, mapping.name) == mapping
    assert mappings.names(store.home) == [mapping.name]


def test_wrong_settings_are_told_within_seconds(bucket, monkeypatch):
    check(bucket)

    def refused(home, said):
        begun = time.monotonic()
        with pytest.raises(UnavailableError, match=said) as error:
            check(home)
        assert time.monotonic() - begun < 15
        assert len(str(error.value).splitlines()) == 1

    refused("s3://absent/home", "không có bucket 'absent'")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "")
    refused(bucket, "AWS_ALLOW_HTTP")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    refused(bucket, "không trả lời")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    refused(bucket, "AWS_SECRET_ACCESS_KEY")


@pytest.mark.postgres
def test_a_home_in_an_object_store_is_backed_up_and_restored(bucket, tmp_path, monkeypatch, new_database):
    store, again = Store(bucket), Store(f"{bucket}-again")
    store.append("dossiers", rows(2, 0), DAY)
    store.compact("dossiers", whole=True)
    store.append("dossiers", rows(4, 5), DAY)
    mappings.save(bucket, mappings.built_in())
    address = new_database()
    # Stands for the operational database.
    with psycopg.connect(address, autocommit=True) as con:
        con.execute("CREATE TABLE inbox_payload AS SELECT generate_series(1, 7) AS id")
    monkeypatch.setenv("PHUCVU_HOME", bucket)
    monkeypatch.setenv("PHUCVU_DATABASE_URL", address)
    assert back_up(bucket, tmp_path / "copy").payloads == 7
    monkeypatch.setenv("PHUCVU_DATABASE_URL", new_database())
    assert restore(tmp_path / "copy", again.home).records["dossiers"].rows == 10
    with pytest.raises(UnusableError):
        restore(tmp_path / "copy", again.home)
    assert again.rows("dossiers").equals(store.rows("dossiers"))
    assert mappings.names(again.home) == mappings.names(bucket)
    assert mappings.load(again.home, "mot-cua") == mappings.load(bucket, "mot-cua")
