"""Periods that are over have figures too: counted once, and again when their records have changed."""

from __future__ import annotations

import datetime as dt

import pytest

from .running import inside, make_home

BEGIN = """
    import datetime as dt
    import ibis
    import polars as pl
    from phucvu.engine.by_procedure import OF_EACH, SCHEMA, by_procedure, figures_of_procedure
    from phucvu.engine.figures import figures
    from phucvu.inbox import counting, history
    from phucvu.records.schema import TABLES
    from phucvu.rules.loading import load

    clock = dt.datetime(2026, 10, 31, 23, 50)
    counting.now = history.now = lambda: clock

    def received(code, at, **more):
        row = {"sender": "H21", "code": code, "unit": "H21.17", "procedure": "1.000001", "status": 2}
        row |= {"received_at": dt.datetime.fromisoformat(at), "payload": "{}"} | more
        store.append("dossiers", pl.DataFrame([row]))

    def counted():
        "Which periods were counted, until there is nothing left to do; by this clock it takes no time."
        before = counting.versions()
        month.count_if_changed()
        while past.count_next():
            pass
        after = counting.versions()
        return sorted(p for p in after if after[p] != before.get(p))

    month, past = counting.MonthCounter(store), history.History(store)
"""

WHICH = """
    # Which periods are counted is looked at here, not what comes out.
    class Month:
        def __init__(self, store, rules, period, watch):
            self.period = period

        def figures(self, now):
            return pl.DataFrame({"unit": ["H21"]})

    counting.Month = Month
    history.figures = lambda *_: pl.DataFrame({"unit": ["H21"]})
    history.by_procedure = lambda *_: pl.DataFrame(schema=SCHEMA)
    history.figures_and_of_each = lambda *_: (history.figures(), pl.DataFrame(schema=OF_EACH))
    said = {}
    said["nothing"] = counted()
    received("1", "2026-08-03 08:00", ended_at=dt.datetime(2026, 8, 20, 9))
    received("2", "2026-10-05 08:00")
    said["first"] = counted()
    said["periods"] = [str(p) for p in counting.periods()]
    said["nothing new"] = counted()
    received("3", "2026-10-31 10:00")
    said["received now"] = counted()
    received("1", "2026-09-01 08:00", moment=dt.datetime(2026, 10, 1))
    said["received later after all"] = counted()
    steps = {"sender": ["H21"], "code": ["1"], "at": [dt.datetime(2026, 9, 20)], "status": [9]}
    store.append("steps", pl.DataFrame(steps))
    said["step"] = counted()
    answer = {"sender": ["H21"], "code": ["1"], "at": [clock], "outcome": ["refused"]}
    store.append("portal_answers", pl.DataFrame(answer))
    said["the portal's answer"] = counted()
    past = history.History(store)
    said["begun again"] = counted()
    units = {"code": ["H21.17"], "name": ["Sở Y tế tỉnh"], "kind": ["department"], "parent": ["H21"]}
    store.append("units", pl.DataFrame(units))
    said["unit"] = counted()
    clock = dt.datetime(2026, 11, 1, 0, 0, 5)
    said["turn of the month"] = counted()
    said["long ago"] = len(history.over(dt.date(1990, 1, 1), clock.date()))
    say(said)
"""

RUNNING = ["2026", "2026-10", "2026-Q4"]
EVERY = ["2026", "2026-08", "2026-09", "2026-10", "2026-Q3", "2026-Q4"]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("history")
    make_home(home)
    found: dict[str, object] = inside(home, BEGIN + WHICH)
    return found


def test_every_period_from_the_first_receipt_is_counted(said: dict[str, object]) -> None:
    assert said["nothing"] == RUNNING
    assert said["first"] == EVERY
    assert said["periods"] == ["2026", "2026-Q3", "2026-08", "2026-09", "2026-10", "2026-Q4"]


def test_what_is_over_is_counted_again_only_when_its_records_have_changed(said: dict[str, object]) -> None:
    assert said["nothing new"] == []
    assert said["received now"] == RUNNING
    assert said["received later after all"] == EVERY
    assert said["step"] == ["2026", "2026-09", "2026-10", "2026-Q3", "2026-Q4"]
    assert said["the portal's answer"] == said["step"]
    assert said["begun again"] == RUNNING
    assert said["unit"] == EVERY


def test_a_month_that_has_just_ended_is_counted_to_its_end(said: dict[str, object]) -> None:
    assert said["turn of the month"] == ["2026", "2026-10", "2026-11", "2026-Q4"]


def test_no_more_than_three_years_back(said: dict[str, object]) -> None:
    # From November 2023: 36 months, 12 quarters and 3 years are over.
    assert said["long ago"] == 51


def test_a_period_that_is_over_has_the_figures_of_its_end(tmp_path) -> None:
    make_home(tmp_path)
    at, same = inside(
        tmp_path,
        BEGIN
        + """
    assert counted() == ["2026", "2026-10", "2026-Q4"]  # nothing was received yet
    received("1", "2026-10-05 08:00", due_at=dt.datetime(2026, 10, 7))
    received("2", "2026-10-05 08:00", due_at=dt.datetime(2026, 11, 7))
    clock = dt.datetime(2026, 12, 2)
    counted()
    period = counting.Period.parse("2026-10")
    con = ibis.duckdb.connect()
    tables = {name: store.table(con, name) for name in TABLES}
    found, now = counting.latest(period), dt.datetime(2026, 10, 31, 23, 59, 59)
    anew = figures(tables, load("portal-2026"), period, now).sort("unit", "indicator")
    by = by_procedure(tables, load("portal-2026"), period, now)
    same = found.figures.sort("unit", "indicator").equals(anew), counting.procedures(period).equals(by)
    on_time = found.figures.filter(unit="H21", indicator="2.1").select("numerator", "denominator").row(0)
    each = counting.procedure_figures(period)
    alone = figures_of_procedure(tables, load("portal-2026"), [period], now, "1.000001")
    alone = alone.filter(pl.col("denominator") > 0).sort("unit", "indicator")
    same_of_each = each.figures.filter(procedure="1.000001").drop("procedure").equals(alone)
    say([each.counted_at, [*same, same_of_each, by.height, on_time]])
    """,
    )
    assert dt.datetime.fromisoformat(at) == dt.datetime(2026, 12, 2)
    assert same == [True, True, True, 2, [1, 2]]


def test_a_period_of_other_units_is_counted_for_those_of_today_too(tmp_path) -> None:
    """Also when a day that was announced comes, though no record has changed."""
    make_home(tmp_path)
    said = inside(
        tmp_path,
        BEGIN
        + """
    ended, begun = dt.date(2026, 10, 31), dt.date(2026, 11, 1)
    old = {"code": "H21.50", "name": "Xã Cũ", "kind": "commune", "parent": "H21"}
    old |= {"valid_to": ended, "successor": "H21.51"}
    new = {"code": "H21.51", "name": "Xã Mới", "kind": "commune", "parent": "H21", "valid_from": begun}
    store.append("units", pl.DataFrame([old, new], infer_schema_length=None))
    received("1", "2026-08-03 08:00", unit="H21.50", ended_at=dt.datetime(2026, 8, 4, 9))
    period, said = counting.Period.parse("2026-08"), []

    def handled(found):
        return None if found is None else dict(found.filter(indicator="2.1")["unit", "denominator"].rows())

    for clock in (dt.datetime(2026, 10, 20), dt.datetime(2026, 11, 2)):
        counted()
        said.append([handled(counting.latest(period).figures), handled(counting.regrouped(period))])
    say([said, sorted(map(str, counting.regrouped_periods()))])
    """,
    )
    [[before, nothing], [after, regrouped]], periods = said
    assert nothing is None
    assert before == after
    assert (before["H21.50"], "H21.51" in before) == (1, False)
    assert (regrouped["H21.51"], "H21.50" in regrouped) == (1, False)
    assert regrouped["H21"] == before["H21"] == 1
    assert "2026-08" in periods
    assert "2026-11" not in periods


def test_the_lag_of_a_message_that_figures_showed_before_it_was_noted_as_moved(tmp_path) -> None:
    make_home(tmp_path)
    lags = inside(
        tmp_path,
        BEGIN
        + """
    from phucvu.inbox.models import Counted, Payload, Sender

    def lag():
        return Counted.objects.get(period="2026-10").lag

    sender = Sender.objects.create(name="soyte", unit="H21", created_at=clock)
    payload = Payload.objects.create(
        sender=sender, unit="H21", service="DongBoHoSoMC", received_at=clock, digest="0" * 64, items=1
    )
    received("1", "2026-10-05 08:00")
    clock += dt.timedelta(seconds=3)
    month.count_if_changed()
    found = [lag()]
    clock += dt.timedelta(seconds=2)
    Payload.objects.update(state=Payload.State.MOVED)
    assert not month.count_if_changed()
    found.append(lag())
    assert Payload.objects.get().state == Payload.State.COUNTED
    Payload.objects.update(state=Payload.State.MOVED, received_at=clock)  # of nothing that counts
    month.count_if_changed()
    say([*found, lag()])
""",
    )
    assert lags == [None, 3.0, 0.0]
