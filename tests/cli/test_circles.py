"""Units in a circle, held from before import refused them, are told of with the circle."""

import polars as pl
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.records.store import Store


def test_findings_tell_of_a_circle_of_units(tmp_path):
    rows = [("A", "A", "district", "B"), ("B", "B", "district", "A"), ("H99", "H99", "province", None)]
    Store(tmp_path).append("units", pl.DataFrame(rows, ["code", "name", "kind", "parent"], orient="row"))
    args = ["findings", "--home", str(tmp_path), "--period", "2026-08"]
    ended = CliRunner().invoke(program, args, standalone_mode=False)
    assert ended.exception is None
    assert "đơn vị A đứng trên chính nó: A → B → A | unit A stands above itself: A → B → A" in ended.stderr
