"""The home's table of published results: made from the kept pulls, each taken in once, and read by day."""

import csv
import datetime as dt
import json
from decimal import Decimal

import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.figures.periods import Period
from phucvu.figures.units import Units
from phucvu.portal import daily_table
from phucvu.portal.archive import manifests
from phucvu.portal.daily_table import take_in
from phucvu.problems import UnusableError
from phucvu.published import portal_2026
from phucvu.published.bundled_days import BundledDays
from phucvu.published.daily_results import HomeDays, compared, earlier, places
from phucvu.rules.loading import load
from phucvu.scoring.formula_watch import formula_changes

from .server import PROCEDURES, YEAR, Book, running

FRIDAY, SATURDAY = dt.datetime(2026, 10, 9, 7), dt.datetime(2026, 10, 10, 7)
PARTS = ("total", "transparency", "progress", "online", "payment", "digitisation", "satisfaction")


def watch(home):
    return CliRunner().invoke(
        program,
        ["portal", "watch", "--root", "H21", "--period", "2026", "--home", str(home)],
        standalone_mode=False,
    )


@pytest.fixture
def home(pulled, tmp_path):
    """Two days; on the second 2.1 is scored out of 18, and Gia Lai is overtaken."""
    book = Book()
    with running(book) as server:
        pulled(server, now=FRIDAY, catalogue=False)
    for (unit, name), (on_time, handled) in book.figures.items():
        if name == "2.1" and handled:
            book.groups[unit, "progress"] = round(18 * on_time / handled, 2)
    book.totals["H21"] = 60.0
    with running(book) as server:
        pulled(server, now=SATURDAY, catalogue=False)
    return tmp_path


def test_a_province_alone_knows_its_place_in_the_nation(home):
    days = HomeDays(home)
    now, then = places(days, YEAR), places(days, YEAR, FRIDAY.date())
    totals = portal_2026().totals.join(
        pl.DataFrame({"unit": [u.code for u in portal_2026().units.rows if u.kind == "province"]}), on="unit"
    )
    own = totals.filter(unit="H21")["score"][0]
    place = then["H21", "total"]
    assert (place.day, place.ranked) == (FRIDAY.date(), 34)
    assert place.score == Decimal(f"{own:.2f}")
    assert place.rank == 1 + totals.filter(pl.col("score") > own).height
    assert now["H21", "total"].rank == 1 + totals.filter(pl.col("score") > 60, pl.col("unit") != "H21").height
    assert {part for unit, part in now if unit == "H21"} >= {"total", "progress", "online"}
    departments = [p.rank for (unit, part), p in now.items() if unit.count(".") and part == "total"]
    assert sorted(departments)[:2] == [1, 1]  # departments and communes, each among themselves
    since = compared(now["H21", "total"], place, YEAR, days.not_alike())
    assert since.score_change == Decimal("60.00") - place.score
    assert since.rank_change == place.rank - now["H21", "total"].rank
    assert [one.indicator for one in since.not_alike] == ["2.1"]
    assert "18,00" in since.not_alike[0].words.vi
    assert compared(place, now["H21", "total"], YEAR, []) is None


def test_a_pull_is_read_once(home, monkeypatch):
    before = HomeDays(home).version()
    monkeypatch.setattr(daily_table, "read", lambda folder: pytest.fail("read again"))
    assert take_in(home, SATURDAY) == []
    assert HomeDays(home).version() == before
    rows = HomeDays(home).rows(pl.col("unit") == "H21", pl.col("part") == "2.1")
    assert rows["day"].to_list() == [FRIDAY.date(), SATURDAY.date()]
    assert rows["denominator"].null_count() == 0


def test_what_cannot_be_read_is_named_and_the_rest_is_done(pulled, tmp_path):
    with running() as server:
        for moment in (FRIDAY, SATURDAY, SATURDAY + dt.timedelta(days=1)):
            pulled(server, now=moment, catalogue=False)
    for path in (tmp_path / "portal").glob("results/**/*"):
        if path.is_file():
            path.unlink()
    (tmp_path / "portal/results/_delta_log").rmdir()
    first, second, third = manifests(tmp_path)
    (first / "manifest.json").write_text('{"root": "H21", "period": "2026"}')
    about = json.loads((second / "manifest.json").read_text())
    for answer in about["answers"]:
        (second / answer["file"]).write_bytes(b"\x1f\x8bdamaged")
    said = watch(tmp_path)
    assert said.return_value == 1
    assert "1 ngày công bố" in said.output
    named = [line for line in said.output.splitlines() if "không đọc được" in line]
    assert len(named) == 2
    assert str(first) in said.output
    assert str(second) in said.output
    assert set(HomeDays(tmp_path).rows()["day"]) == {third_day(third)}


def third_day(folder):
    return dt.datetime.fromisoformat(json.loads((folder / "manifest.json").read_text())["began"]).date()


def test_many_pulls_are_joined_and_say_the_same(home, monkeypatch, pulled):
    before = HomeDays(home).rows()
    monkeypatch.setattr(daily_table, "MOST_FILES", 1)
    with running() as server:
        pulled(server, now=SATURDAY + dt.timedelta(days=1), catalogue=False)
    after = HomeDays(home).rows()
    assert after.filter(pl.col("day") <= SATURDAY.date()).sort(pl.all()).equals(before.sort(pl.all()))
    assert after.height > before.height


def test_one_procedure_is_asked_for_by_the_portals_own_filter(pulled, tmp_path):
    with running() as server:
        got = pulled(server, procedure="1.000007", now=FRIDAY)
        asked = [(r.report, r.payload) for r in server.requests]
    assert asked[0][1]["q"] == "1.000007"
    assert all(("formalityId" in p) != (r == "dossier-digitized") for r, p in asked[1:])
    assert all(("formalityID" in p) == (r == "dossier-digitized") for r, p in asked[1:])
    assert len(asked) == 9 < PROCEDURES
    assert got.published.figures.height
    kept = pl.scan_parquet(str(tmp_path / "portal/results/*.parquet")).collect()
    assert set(kept["procedure"]) == {"1.000007"}
    assert HomeDays(tmp_path).rows().is_empty()  # all procedures together are another thing
    with running() as server, pytest.raises(UnusableError, match=r"9\.999999"):
        pulled(server, procedure="9.999999")


@pytest.mark.parametrize(
    ("period", "day", "since", "expected"),
    [
        ("2026", "2026-10-10", "month", ("2026", "2026-09-10")),
        ("2026", "2026-10-10", "year", ("2025", "2025-10-10")),
        ("2026", "2027-01-05", "year", ("2025", None)),
        ("2026-10", "2026-10-10", "month", ("2026-09", "2026-09-10")),
        ("2026-10", "2026-11-02", "month", ("2026-09", None)),
        ("2026-Q4", "2026-10-31", "month", ("2026-Q3", "2026-09-30")),
        ("2026", "2026-10-10", dt.date(2026, 9, 17), ("2026", "2026-09-17")),
        ("2026-10", "2026-10-10", dt.date(2026, 7, 1), ("2026-07", "2026-07-01")),
    ],
)
def test_a_day_is_compared_with_a_like_day(period, day, since, expected):
    then, until = earlier(Period.parse(period), dt.date.fromisoformat(day), since)
    assert (str(then), until and until.isoformat()) == expected


def test_the_days_of_the_demonstration_are_those_that_were_read(official):
    rows = BundledDays().rows()
    given = {path.stem: list(csv.DictReader(path.open())) for path in (official / "daily").glob("*.csv")}
    read = {
        (r["as_of"], r["unit"], r["indicator"]): (
            *(int(r[n]) if r[n] else None for n in ("numerator", "denominator")),
            float(r["official_score"]) if r["official_score"] else None,
        )
        for r in given["H15_figures"]
    }
    for r in [*given["H15_group_scores"], *given["provinces_group_scores"]]:
        read |= {(r["as_of"], r["unit"], part): (None, None, float(r[part])) for part in PARTS}
    held = {
        (str(r["day"]), r["unit"], r["part"]): (r["numerator"], r["denominator"], r["score"])
        for r in rows.iter_rows(named=True)
    }
    assert held == read
    ranks = pl.DataFrame(given["provinces_group_scores"]).select(
        pl.col("as_of").str.to_date(), "unit", pl.col("rank").cast(pl.Int64)
    )
    both = ranks.join(rows.filter(part="total"), left_on=["as_of", "unit"], right_on=["day", "unit"])
    assert both.height == 34 * 5
    assert both["rank"].to_list() == both["rank_right"].to_list()


def test_no_formula_changed_on_the_days_of_the_demonstration():
    rows = BundledDays().rows(pl.col("part").str.contains(r"^\d"))
    watched = rows.rename({"day": "as_of", "part": "indicator"})
    assert formula_changes(watched, load("portal-2026"), Units([])) == BundledDays().not_alike() == []
