"""A count on a cluster: the same figures, nothing on the screen but them, and what goes wrong in one line."""

import importlib.util
import os
import shlex
import shutil
import sys
from types import SimpleNamespace

import pytest

from phucvu.bench import made_records
from phucvu.engine import cluster
from phucvu.engine.connections import connect
from phucvu.problems import UnusableError
from phucvu.records.store import Store

from .. import starting


@pytest.mark.spark
def test_a_master_and_two_workers_count_what_one_machine_counts(tmp_path):
    """Slow, since it starts four times Java; the one test of a real cluster."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("PySpark and Java are not there")
    from . import spark_cluster

    made_records.write(tmp_path / "made", 2500)
    made_records.append(tmp_path / "made", Store(tmp_path / "home"), lambda done, total: None)
    Store(tmp_path / "home").compact(whole=True)
    here, there, compared = spark_cluster.commands("How to check it")
    assert compared == "cmp here.csv there.csv"
    environment = os.environ | {"PHUCVU_HOME": str(tmp_path / "home")}

    def counted(command, address=""):
        words = command.split(" > ")[0].replace("spark://10.0.0.1:7077", address).split()
        return starting.phucvu(*words[1:], cwd=tmp_path, env=environment)

    with spark_cluster.cluster(tmp_path) as address:
        done = counted(there, address)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == counted(here).stdout
    # Both workers had a part in it.
    assert all(list((tmp_path / f"worker-{number}").glob("app-*")) for number in (0, 1))


def test_java_is_given_the_file_of_classes_where_there_is_one(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(__path__=[str(tmp_path)]))
    alone = shlex.split(cluster.java_options())
    assert alone == [cluster.COMPILED_QUICKLY]
    cluster.loaded_classes().write_bytes(b"of another Java")
    options = shlex.split(cluster.java_options())
    # What Java says of one that does not fit it would stand among the figures.
    assert options[:3] == [*alone, f"-XX:SharedArchiveFile={cluster.loaded_classes()}", "-Xlog:disable"]


@pytest.mark.parametrize("address", ["spark://127.0.0.1:9", "spark://127.0.0.1:port", "spark://"])
def test_a_master_that_does_not_answer_is_told_at_once(address):
    with pytest.raises(UnusableError, match="không dùng được cụm"):
        connect(address)


def test_a_cluster_without_workers_is_told_and_not_waited_for(monkeypatch):
    monkeypatch.setattr(cluster, "WORKER_WITHIN", 0.2)
    driver_alone = SimpleNamespace(getExecutorMemoryStatus=lambda: SimpleNamespace(size=lambda: 1))
    context = SimpleNamespace(
        getConf=lambda: SimpleNamespace(get=lambda name, default: default),
        _jsc=SimpleNamespace(sc=lambda: driver_alone),
    )
    with pytest.raises(UnusableError, match="không giao máy nào"):
        cluster._wait_for_worker(SimpleNamespace(sparkContext=context), "spark://10.0.0.1:7077")


def test_what_libraries_say_stays_off_the_screen_and_our_own_words_do_not(capfd):
    with cluster._errors_aside() as said:
        os.write(2, b"WARN of a library\n")
        assert said() == ["WARN of a library"]
    print("ours", file=sys.stderr)
    assert capfd.readouterr().err == "ours\n"
