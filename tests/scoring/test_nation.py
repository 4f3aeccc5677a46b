"""The nation's row: the means of the provinces, outside all ranks; a province alone has none beside it."""

from __future__ import annotations

import json
from decimal import Decimal

import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Units, unit_from_code
from phucvu.rules.loading import load
from phucvu.scoring.scores import Scores, score, since_previous

GROUPS = ("transparency", "progress", "online", "payment", "digitisation", "satisfaction")


def scored(points: dict[str, float], *figures: tuple[str, str, str, int, int]) -> Scores:
    """Scores of August 2026, each unit with so many points in every group."""
    published = pl.DataFrame(
        [("2026-08", unit, group, of) for unit, of in points.items() for group in GROUPS],
        schema={"period": pl.String, "unit": pl.String, "group": pl.String, "score": pl.Float64},
        orient="row",
    )
    return score(
        pl.DataFrame(list(figures), schema=SCHEMA, orient="row"), load("portal-2026"), Units([]), published
    )


def test_the_nation_is_the_mean_of_the_provinces_without_rank() -> None:
    scores = scored({"H21": 5.01, "H22": 5.02, "H21.17": 9, "G09": 1})
    nation = scores.totals.filter(unit="VN").row(0, named=True)
    assert (nation["kind"], nation["parent"], nation["rank"], nation["ranked"]) == ("nation", None, None, 0)
    assert nation["score"] == Decimal("30.09")
    assert (nation["max"], nation["lost"]) == (Decimal(100), Decimal("69.91"))
    groups = scores.groups.filter(unit="VN")
    assert groups["group"].to_list() == list(GROUPS)
    assert set(groups["score"]) == {Decimal("5.02")}  # 5.015, half to even
    assert set(groups["origin"]) == {"mean"}
    assert groups["rank"].null_count() == groups.height
    assert set(scores.totals.filter(kind="province")["ranked"]) == {2}
    assert scores.nation("2026-08") == Decimal("30.09")
    assert "VN" in since_previous(scores.totals)["unit"]


@pytest.mark.parametrize("points", [{"H21": 5, "H21.17": 4}, {"H21": 5, "G09": 4}, {"G09": 5, "G12": 4}])
def test_a_province_alone_is_not_the_nation(points: dict[str, float]) -> None:
    scores = scored(points)
    assert "VN" not in scores.totals["unit"]
    assert "VN" not in scores.groups["unit"]
    assert scores.nation("2026-08") is None


def test_figures_of_the_nation_have_a_rate_and_no_points() -> None:
    of_nation = ("2026-08", "VN", "2.1", 9, 10)
    scores = scored({"H21": 5, "H22": 4}, of_nation)
    assert scores.components.filter(unit="VN").select("rate", "score", "state").rows() == [
        (0.9, None, "counted")
    ]
    assert scores.totals.filter(unit="VN")["score"].to_list() == [Decimal(27)]
    alone = scored({"H21": 5}, of_nation)
    assert "VN" not in alone.totals["unit"]
    for frame in (alone.totals, alone.groups):
        province = frame.filter(kind="province")
        assert set(province.select("rank", "ranked", "unranked").rows()) == {(None, 1, "alone")}


def test_the_code_of_the_nation_is_no_province() -> None:
    assert unit_from_code("VN").kind == "nation"
    assert unit_from_code("VN").name == "Cả nước"


@pytest.mark.parametrize(("units", "said"), [(("H21", "H22"), True), (("H21",), False)])
def test_the_table_names_the_nation_only_where_there_is_one(units, said, tmp_path) -> None:
    rows = "".join(f"2026-08,{unit},2.1,9,10\n" for unit in units)
    groups = "".join(f"2026-08,{unit},{','.join('5' * 6)}\n" for unit in units)
    (tmp_path / "f.csv").write_text(f"period,unit,indicator,numerator,denominator\n{rows}")
    (tmp_path / "g.csv").write_text(f"period,unit,{','.join(GROUPS)}\n{groups}")
    args = ["score", str(tmp_path / "f.csv"), "--groups", str(tmp_path / "g.csv")]
    ended = CliRunner().invoke(program, args, standalone_mode=False)
    assert ended.exception is None
    assert ("Cả nước | The nation: 43,00" in ended.output) == said
    assert "VN" not in ended.output


def test_the_json_of_a_file_ranks_like_units_and_says_why_a_lone_one_has_no_rank(tmp_path) -> None:
    """Three provinces are ranked among themselves; the one commune has nobody to be ranked with."""
    points = {"H21": 5, "H22": 6, "H26": 4, "H21.227": 3}
    rows = "".join(f"2026-08,{unit},2.1,9,10\n" for unit in points)
    groups = "".join(f"2026-08,{unit},{','.join([str(of)] * 6)}\n" for unit, of in points.items())
    (tmp_path / "f.csv").write_text(f"period,unit,indicator,numerator,denominator\n{rows}")
    (tmp_path / "g.csv").write_text(f"period,unit,{','.join(GROUPS)}\n{groups}")
    args = ["score", str(tmp_path / "f.csv"), "--groups", str(tmp_path / "g.csv"), "--format", "json"]
    ended = CliRunner().invoke(program, args, standalone_mode=False)
    found = {row["unit"]: row for row in json.loads(ended.stdout)["totals"]}
    places = {unit: (found[unit]["rank"], found[unit]["ranked"], found[unit]["unranked"]) for unit in points}
    assert places == {
        "H22": (1, 3, None),
        "H21": (2, 3, None),
        "H26": (3, 3, None),
        "H21.227": (None, 1, "alone"),
    }
