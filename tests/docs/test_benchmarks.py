"""The pages on speed say what was measured, and the plan on paper follows from it."""

import json

import pytest

from phucvu.bench.names import COMPARISONS, ENGINE
from tools import benchmark_pages, measure_counting, measure_forecasts
from tools.scale_plan import Assumed, Costs, first_to_break, plan

COSTS = Costs(500, 100, 4000, 0.1, 0.2, 6, 12, 4, 8000, 1000, 1000)


@pytest.fixture(scope="module")
def measured():
    return benchmark_pages.measured()


def test_the_tables_are_those_of_the_measurements(measured):
    counting, other = measured
    for name, parts in (
        ("benchmarks.md", benchmark_pages.counting_parts(counting)),
        ("scale.md", benchmark_pages.scale_parts(counting, other)),
    ):
        page = (benchmark_pages.DOCS / name).read_text(encoding="utf-8")
        assert benchmark_pages.with_parts(page, parts) == page, f"run tools/benchmark_pages.py: {name}"


def test_a_page_without_the_place_of_a_table_is_refused():
    with pytest.raises(ValueError, match="0 places for counting"):
        benchmark_pages.with_parts("# Benchmarks", {"counting": "| 1 |"})


@pytest.mark.parametrize("period", ["month", "year"])
def test_the_pictures_tell_each_ones_last_point(measured, period):
    picture = (benchmark_pages.DOCS / "pictures" / f"growth-{period}.svg").read_text(encoding="utf-8")
    made = benchmark_pages.growth(measured[0], period)
    # The description names every figure drawn; how the lines are drawn may change with the library.
    assert made.split("<style>")[0] == picture.split("<style>")[0]
    assert "phucvu: " in picture


def test_all_was_counted_alike(measured):
    rows = [row for part in measured[0].values() for run in part["runs"] for row in run["counted"]]
    assert {row["by"] for row in rows} >= {ENGINE, "duckdb", "polars"}
    assert {row["by"] for row in rows} <= {ENGINE, *COMPARISONS}
    assert all(row["equal"] is not False for row in rows if "seconds" in row)


def test_what_is_measured_in_one_go_are_words_of_the_command():
    from phucvu.cli.bench import bench

    for words in measure_counting.PARTS.values():
        assert bench.make_context("bench", [*words, "--json", "found.json"]).params["sizes"]


def test_a_plan_adds_up_by_hand():
    first, second = plan(COSTS, Assumed(dossiers=10e6, growth=0.1, years=2))
    assert (first.year, second.year) == (2026, 2027)
    assert second.dossiers == pytest.approx(11e6)
    assert second.held == pytest.approx(21e6)
    assert second.records_gb == pytest.approx(21e6 * 500 / 1e9)
    assert second.payloads_gb == pytest.approx(11e6 * 4000 / 1e9)  # of the last year alone
    assert second.disk_gb == pytest.approx(10.5 + 44 + 2.1)
    assert (second.month_seconds, second.year_seconds) == pytest.approx((1.1, 2.2))
    assert second.compact_minutes == pytest.approx(21 * 6 / 60)
    # Twelve months, and four quarters and the year at the price of a year, of both years.
    assert second.recount_minutes == pytest.approx((12 * (1 + 1.1) + 5 * (2 + 2.2)) / 60)
    assert second.rebuild_hours == pytest.approx(21 * 18 / 3600)
    assert second.busiest_second == pytest.approx(11e6 * 7 / (250 * 8 * 3600) * 10)
    assert second.intake_share == pytest.approx(second.busiest_second / 8000)


def test_a_limit_is_passed_in_the_first_year_over_it():
    rows = plan(COSTS, Assumed(dossiers=50e6, growth=0.5, years=4))
    passed = {limit.column: year for limit, _, year in first_to_break(rows)}
    assert passed["month_seconds"] == 2028  # 5, 7.5 and 11.25 seconds; 10 are borne
    assert passed["rebuild_hours"] is None
    shares = [share for _, share, _ in first_to_break(rows)]
    assert shares == sorted(shares, reverse=True)


def run(dossiers, seconds, cpu_seconds):
    took = {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": 100}
    counted = [took | {"by": "engine", "period": period} for period in ("month", "year")]
    return {
        **{"dossiers": dossiers, "bytes": {"compacted": 100 * dossiers}, "counted": counted},
        **{"append": took, "compact": took},
    }


@pytest.mark.parametrize(("load", "costs"), [(0.1, 0.5), (20, 0.25)])
def test_costs_are_what_a_million_more_take_and_of_a_busy_machine_its_processors(measured, load, costs):
    machine = {"cores": 2, "load_before": load}
    part = {"machine": machine, "runs": [run(10e6, 6.0, 3.5), run(2e6, 2.0, 1.5)]}
    found = Costs.measured({"growth": part}, measured[1])
    assert (found.month_seconds, found.compact_seconds) == pytest.approx((costs, costs))
    assert found.compacted_bytes == 100


def test_the_tables_of_forecasts_are_those_measured():
    found = json.loads(measure_forecasts.MEASURED.read_text(encoding="utf-8"))
    page = (measure_forecasts.DOCS / "forecasts.md").read_text(encoding="utf-8")
    assert benchmark_pages.with_parts(page, measure_forecasts.tables(found)) == page
