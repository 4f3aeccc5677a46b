"""Lists agree with the figures, whatever the records, and with the records behind them."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from phucvu.engine import listing
from phucvu.engine.data_quality import findings
from phucvu.engine.dossiers import dossiers
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import figures
from phucvu.engine.listing import (
    SORTS,
    Listing,
    Order,
    Wish,
    judge,
    verdict_of,
)
from phucvu.engine.sources import from_frames
from phucvu.engine.tree import Tree
from phucvu.engine.verdict import OF_DOSSIERS
from phucvu.figures.periods import Period
from phucvu.rules.loading import load

from ..engine.plain_records import Case, cases
from ..engine.test_plain_agrees import frames

# Making a failing case smaller would take minutes.
FEW = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


def listed(tables, rules, period, now, folder) -> Listing:
    path = Path(folder) / "of.duckdb"
    judge(tables, load(rules), period, now, path)
    return Listing(path)


def tree_of(tables, period: Period) -> Tree:
    with Evaluation.at(tables, load("portal-2026").at(period.last), period, period.ends) as evaluation:
        return evaluation.tree


def figures_of_lists(found: Listing, tables, rules, period: Period) -> dict[tuple[str, str], tuple[int, int]]:
    """Numerator and denominator of each indicator that counts dossiers, from the listing alone."""
    in_force = load(rules).at(period.last)
    tree = tree_of(tables, period)
    indicators = [i for i in in_force.indicators if i.count.of == "dossiers"]
    figures = {}
    for unit in tree.shown:
        below = tree.below(unit.code)
        verdicts = [verdict_of(i, period) for i in indicators]
        asked = [c for v in verdicts for c in (v.looked_at & v.counted, v.looked_at)]
        numbers = found.numbers(below, asked)
        for n, indicator in enumerate(indicators):
            met, denominator = numbers[2 * n : 2 * n + 2]
            verdict = verdicts[n]
            times = found.total(Wish(below, verdict.looked_at), verdict.taken_off("BIGINT"))
            if not indicator.count.taken_off:
                assert met == denominator - times
            if unit.kind in indicator.applies_to:
                figures[unit.code, indicator.id] = max(0, denominator - times), denominator
    return figures


def figures_counted(tables, rules, period, now) -> dict[tuple[str, str], tuple[int, int]]:
    of_dossiers = {i.id for i in load(rules).at(period.last).indicators if i.count.of == "dossiers"}
    return {
        (row["unit"], row["indicator"]): (row["numerator"], row["denominator"])
        for row in figures(tables, load(rules), period, now).iter_rows(named=True)
        if row["indicator"] in of_dossiers
    }


@pytest.mark.parametrize("rules", ["portal-2026", "qd766-2022"])
@settings(FEW, max_examples=4)
@given(case=cases())
def test_lists_add_up_to_the_figures(rules: str, case: Case) -> None:
    period, now = case.period, case.now
    tables = from_frames(frames(case.records))
    with tempfile.TemporaryDirectory() as folder:
        found = listed(tables, rules, period, now, folder)
        assert found.period == period
        assert found.cut_off == period.cut_off(now)
        assert figures_of_lists(found, tables, rules, period) == figures_counted(tables, rules, period, now)


@settings(FEW, max_examples=3)
@given(case=cases())
def test_a_running_year_answers_for_its_quarter_and_month(case: Case) -> None:
    now = min(case.now, case.period.ends)
    day = now.date()
    year = Period.months(day.year, 1, 12)
    tables = from_frames(frames(case.records))
    with tempfile.TemporaryDirectory() as folder:
        found = listed(tables, "portal-2026", year, now, folder)
        for period in (
            Period.months(day.year, day.month, 1),
            Period.months(day.year, (day.month + 2) // 3 * 3 - 2, 3),
        ):
            assert found.answers_for(period)
            assert figures_of_lists(found, tables, "portal-2026", period) == figures_counted(
                tables, "portal-2026", period, now
            )
        assert not found.answers_for(year.previous())
        over = Period.months(day.year, day.month, 1).previous()
        assert not found.answers_for(over)


@settings(FEW, max_examples=2)
@given(case=cases())
def test_lists_name_the_records_behind_a_figure_with_the_same_reasons(case: Case) -> None:
    period, now, rules = case.period, case.now, "qd766-2022"
    tables = from_frames(frames(case.records))
    in_force = load(rules).at(period.last)
    tree = tree_of(tables, period)
    unit = next(u for u in tree.shown if u.kind == "province")
    with tempfile.TemporaryDirectory() as folder:
        found = listed(tables, rules, period, now, folder)
        for indicator in (i for i in in_force.indicators if i.count.of in OF_DOSSIERS):
            behind = dossiers(tables, load(rules), period, now, unit.code, indicator.id, lost_only=True)
            verdict = verdict_of(indicator, period)
            wish = Wish(tree.below(unit.code), verdict.looked_at & verdict.lost)
            assert found.number(wish) == behind.height
            page = found.page(wish, Order(), behind.height + 1)
            for language in ("vi", "en"):
                page = page.with_columns(listing.reasons(page, indicator, language).alias(language))
            said = page.select("code", "unit", "procedure", began="received_at", due="due", vi="vi", en="en")
            told = behind.select("code", "unit", "procedure", "began", "due", vi="reason_vi", en="reason_en")
            assert said.sort("code", "unit").equals(told.sort("code", "unit"))


@settings(FEW, max_examples=2)
@given(case=cases())
def test_one_dossier_is_judged_as_in_the_count(case: Case) -> None:
    period, now, rules = case.period, case.now, "qd766-2022"
    tables = from_frames(frames(case.records))
    unit = next(u for u in tree_of(tables, period).shown if u.kind == "province")
    with tempfile.TemporaryDirectory() as folder:
        found = listed(tables, rules, period, now, folder)
        senders = dict(found.page(Wish([unit.code], listing.holds()), Order(), 1000)["code", "sender"].rows())
        for indicator in (i for i in load(rules).at(period.last).indicators if i.count.of == "dossiers"):
            behind = dossiers(tables, load(rules), period, now, unit.code, indicator.id).filter(
                unit=unit.code
            )
            verdict = verdict_of(indicator, period)
            for code, counted, reasons in behind["code", "counted", "reasons"].iter_rows():
                told = found.told(senders[code], code, {"": verdict.looked_at} | verdict.lacks)
                assert told.pop("")
                assert [c for c, lacking in told.items() if lacking] == reasons
                assert counted is (not reasons)


@settings(FEW, max_examples=3)
@given(case=cases())
def test_doubts_are_the_findings(case: Case) -> None:
    period, now = case.period, case.now
    tables = from_frames(frames(case.records))
    tree = tree_of(tables, period)
    unit = next(u for u in tree.shown if u.kind == "province")
    doubtful = findings(tables, load("portal-2026"), period, now, unit.code)
    with tempfile.TemporaryDirectory() as folder:
        found = listed(tables, "portal-2026", period, now, folder)
        for name in listing.DOUBTS:
            wish = Wish(tree.below(unit.code), listing.doubted(name, period))
            codes = found.page(wish, Order("code"), 1000)["code"].to_list()
            assert sorted(codes) == sorted(doubtful.filter(finding=name)["dossier"])


NOW = dt.datetime(2026, 8, 20, 9)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Listing:
    """Two departments of a province with 30,000 dossiers in all."""
    units = pl.DataFrame(
        [
            ("H99", "Tỉnh Thử", "province", None),
            ("H99.01", "Sở Một", "department", "H99"),
            ("H99.02", "Sở Hai", "department", "H99"),
        ],
        schema=["code", "name", "kind", "parent"],
        orient="row",
    )
    numbers = pl.int_range(30_000, eager=True)
    rows = pl.DataFrame({"n": numbers}).select(
        sender=pl.lit("H99"),
        code=pl.format("HS-{}", (pl.col("n") * 7919) % 30_011),
        unit=pl.format("H99.0{}", 1 + pl.col("n") % 2),
        procedure=pl.format("1.00{}", pl.col("n") % 5),
        channel=pl.lit(2, pl.Int8),
        status=(pl.col("n") % 3 + 1).cast(pl.Int8),
        received_at=dt.datetime(2026, 8, 1) + pl.duration(seconds=(pl.col("n") * 37) % 1_000_000),
        due_at=pl.when(pl.col("n") % 4 > 0).then(
            dt.datetime(2026, 8, 19) + pl.duration(hours=pl.col("n") % 90)
        ),
    )
    tables = from_frames({"units": units, "dossiers": rows})
    return listed(tables, "portal-2026", Period.parse("2026-08"), NOW, tmp_path_factory.mktemp("listing"))


EVERY = Wish(["H99", "H99.01", "H99.02"], listing.holds())


@pytest.mark.parametrize("by", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_are_the_whole_in_order_once(many: Listing, by: str, descending: bool) -> None:
    order = Order(by, descending)
    whole = pl.concat(many.every(EVERY, order, 100_000))
    assert whole.height == whole["code"].n_unique() == many.number(EVERY) == 30_000
    for offset in (0, 50, 9_950, 10_000, 29_990):
        assert (
            many.page(EVERY, order, 50, offset)["code"].to_list()
            == whole["code"][offset : offset + 50].to_list()
        )
    column = whole["code" if by == "code" else SORTS[by]]
    assert column.equals(column.sort(descending=descending, nulls_last=True))


def test_narrowing(many: Listing) -> None:
    one = Wish(["H99.01"], listing.holds())
    assert many.number(one) == 15_000
    assert dict(many.occurring(one, "unit")) == {"H99.01": 15_000}
    narrow = Wish(["H99.01"], listing.holds(), procedure="1.002", status=3, channel=2, like="hs-1")
    page = many.page(narrow, Order("code"), 10_000)
    assert page.height == many.number(narrow) > 0
    assert set(page["procedure"]) == {"1.002"}
    assert set(page["status"]) == {3}
    assert all(code.startswith("HS-1") for code in page["code"])
    assert many.number(Wish([], listing.holds())) == 0
    assert many.page(Wish(["H98"], listing.holds()), Order(), 50).is_empty()
    assert many.one("H99", "HS-0")["code"] == "HS-0"
    assert many.one("H99", "HS-nobody") is None


def test_odd_text_is_but_text(many: Listing) -> None:
    for odd in ("'", '"; DROP TABLE dossiers; --', "%", "\\", "_"):
        assert many.number(Wish(["H99.01"], listing.holds(), like=odd)) == 0
        assert many.number(Wish(["H99.01"], listing.holds(), procedure=odd)) == 0


def test_what_is_answered_at_its_own_moment_is_not_waiting(tmp_path):
    """Of two dossiers asked for a supplement, one was answered in the same second."""
    unit = {"code": "H99.201", "name": "Xã Một", "kind": "commune"}
    row = {"sender": "H99", "unit": "H99.201", "procedure": "1", "received_at": dt.datetime(2026, 8, 3, 8)}
    asked_at = dt.datetime(2026, 8, 5, 10)
    steps = [("open", 5), ("answered", 5), ("answered", 4)]
    tables = from_frames(
        frames(
            {
                "units": [unit],
                "dossiers": [row | {"code": code} for code in ("open", "answered")],
                "steps": [{"sender": "H99", "code": c, "at": asked_at, "status": s} for c, s in steps],
            }
        )
    )
    period = Period.parse("2026-08")
    found = listed(tables, "portal-2026", period, dt.datetime(2026, 9, 1), tmp_path)
    waiting = {code: found.one("H99", code)["waiting"] for code in ("open", "answered")}
    assert waiting == {"open": True, "answered": False}
