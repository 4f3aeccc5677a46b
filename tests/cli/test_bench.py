"""`phucvu bench` measures what it says, on few dossiers."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest

from phucvu.bench.contenders import lacking
from phucvu.bench.made_records import Offices
from phucvu.bench.names import COMPARISONS, ENGINE

from .. import starting


def bench(folder, *words):
    return starting.phucvu("bench", *words, cwd=folder, env=os.environ)


def test_every_way_to_count_gives_the_same_figures(tmp_path):
    """Slow, as each way has a process of its own; it holds all hand-written counts to the engine."""
    done = bench(
        tmp_path, *("--sizes", "2000", "--rounds", "1", "--periods", "month,year", "--json", "found.json")
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    missing = {row["by"] for row in found["missing"]}
    assert missing <= {"pandas", "postgresql"}
    assert all(row["why"] in done.stderr for row in found["missing"])
    assert set(found["machine"]) == {"cores", "memory_gb", "cpu", "os", "load_before"}
    assert {"python", "phucvu", "duckdb", "polars"} <= set(found["versions"])
    [run] = found["runs"]
    assert (run["dossiers"], run["units"]) == (2000, 150)
    assert run["steps"] > 4 * run["dossiers"]
    assert all(run["bytes"][part] > 0 for part in ("parquet", "arrived", "compacted"))
    assert all(run[work]["cpu_seconds"] > 0 and run[work]["peak_mb"] > 50 for work in ("append", "compact"))
    rows = {(row["period"], row["by"]): row for row in run["counted"]}
    assert rows.keys() == {(p, by) for p in ("month", "year") for by in {ENGINE, *COMPARISONS} - missing}
    for (_, by), row in rows.items():
        assert row["rounds"] == 1, row
        assert row["equal"] is (None if by == "columns" else True), row
        assert min(row["seconds"], row["cpu_seconds"], row["times_engine"], row["peak_mb"]) > 0, row
    assert rows["year", ENGINE]["times_engine"] == 1


def test_what_cannot_be_compared_is_named_with_the_reason(monkeypatch):
    assert lacking("duckdb") == ""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert lacking("pandas") == "chưa cài pandas | pandas is not installed"
    assert "pyspark" in lacking("spark://127.0.0.1:7077")


@pytest.mark.parametrize(
    "words", [("--sizes", "12"), ("--sizes", "1e6"), ("--compare", "abacus"), ("--periods", "week")]
)
def test_words_that_mean_nothing_are_refused_in_one_line(tmp_path, words):
    done = bench(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert words[1] in done.stderr


def test_the_nation_has_its_34_provinces():
    nation = Offices(3500)
    assert len(nation.roots) == 34
    assert len(nation.codes) == len(set(nation.codes)) == 3502
    assert abs(nation.shares.sum() - 1) < 1e-9


def test_told_to_stop_it_leaves_nothing_behind(tmp_path):
    command = [sys.executable, "-m", "phucvu", "bench", "--sizes", "100000", "--compare", "none"]
    process = subprocess.Popen(
        command, env=os.environ | {"TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE, text=True
    )
    assert any("making records" in line for line in process.stderr)
    process.terminate()
    said = process.communicate()[1]
    assert (process.returncode, said.strip()) == (130, "đã dừng giữa chừng | stopped halfway")
    assert list(tmp_path.iterdir()) == []
