"""What is kept is passed on as it came, in order of each dossier, and every answer is kept."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import polars as pl
import pytest

from phucvu.inbox.clock import now
from phucvu.inbox.models import Payload, RelayAnswer, RelayItem, RelayState
from phucvu.inbox.relay import asking, passing_on, queueing, upstream
from phucvu.inbox.relay.fates import Fates
from phucvu.inbox.relay.passing_on import Relay
from phucvu.records.store import Store

from .conftest import dossier, kept, outcomes, step
from .stand_in import BAD_PROCEDURE, StandIn

MAKE = Callable[..., Relay]


def work(relay: Relay, seconds: float = 120) -> None:
    """Until nothing waits any more."""
    ends = time.monotonic() + seconds
    waiting = RelayItem.objects.filter(state=RelayItem.State.WAITING)
    while relay.work() or waiting.exists() or Payload.objects.filter(to_relay=True).exists():
        assert time.monotonic() < ends, list(waiting.values()) + list(RelayState.objects.values())


@pytest.mark.parametrize("style", ["first", "second"])
@pytest.mark.parametrize("login", ["password", "client"])
def test_each_item_arrives_as_it_came(
    relay: MAKE, portal: StandIn, store: Store, style: str, login: str
) -> None:
    items = [dossier(f"A-{n}") for n in range(25)]
    kept(items)
    kept([step("A-3")], "CapNhatTienDoHoSoMC")
    work(relay(relay_style=style, relay_login=login))
    assert [portal.arrived["H21", f"A-{n}"] for n in range(25)] == [[item] for item in items]
    assert portal.steps["H21", "A-3"] == [step("A-3")]
    assert {said for said, _ in outcomes(store).values()} == {"acknowledged"}
    assert not RelayItem.objects.exists()
    assert portal.logins == 1


def test_before_it_is_sent_a_dossier_waits_in_the_records_too(
    relay: MAKE, portal: StandIn, store: Store
) -> None:
    portal.trouble, portal.faults = 1, ("500",)
    kept([dossier("A")])
    passes = relay()
    for _ in range(3):
        passes.work()
    assert outcomes(store) == {("H21", "A"): ("waiting", "")}
    portal.trouble = 0
    work(passes)
    assert outcomes(store) == {("H21", "A"): ("acknowledged", "")}


def test_a_dossier_of_which_an_item_failed_waits_and_the_others_go_on(
    relay: MAKE, portal: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = portal.take

    def breaks(service: str, unit: str, items: list[bytes]) -> Any:
        if any(b"XAU" in item for item in items):
            raise BrokenPipeError  # the connection ends without an answer
        return take(service, unit, items)

    monkeypatch.setattr(portal, "take", breaks)
    kept([dossier("XAU"), *(dossier(f"A-{n}") for n in range(30))])
    kept([dossier("XAU", 2), *(dossier(f"A-{n}", 2) for n in range(30))])
    passes, ends = relay(), time.monotonic() + 120
    while len(portal.held) < 30 or set(portal.held.values()) != {"2"}:
        passes.work()
        assert time.monotonic() < ends
    left = RelayItem.objects.filter(code="XAU").order_by("id")
    assert [(item.attempts > 0, item.state) for item in left] == [(True, 0), (False, 0)]
    monkeypatch.setattr(portal, "take", take)
    work(passes)
    assert portal.arrived["H21", "XAU"] == [dossier("XAU"), dossier("XAU", 2)]


def test_what_is_refused_is_kept_with_its_reason_until_it_is_mended(
    relay: MAKE, portal: StandIn, store: Store
) -> None:
    kept([dossier("A", 1, BAD_PROCEDURE), dossier("B")])
    kept([step("A"), step("B")], "CapNhatTienDoHoSoMC")
    passes = relay()
    work(passes)
    why = "Hồ sơ A: MaTTHC chưa có trên Cổng"
    assert outcomes(store) == {("H21", "A"): ("refused", why), ("H21", "B"): ("acknowledged", "")}
    said = queueing.refused(["H21"]).order_by("id").values_list("service", "error_code", "message")
    assert list(said) == [
        ("DongBoHoSoMC", "606", why),
        ("CapNhatTienDoHoSoMC", "620", "Chưa có hồ sơ A"),
    ]
    assert not queueing.refused(["H22"]).exists()
    portal.mended = True
    # Its step, refused for want of it, follows by itself.
    assert queueing.send_again(queueing.refused().filter(service="DongBoHoSoMC")) == 1
    work(passes)
    assert not queueing.refused().exists()
    assert portal.held["H21", "A"] == "1"
    assert len(portal.steps["H21", "A"]) == 2
    assert outcomes(store)["H21", "A"] == ("acknowledged", "")
    history = RelayAnswer.objects.filter(code="A", service="DongBoHoSoMC").order_by("id")
    assert list(history.values_list("outcome", flat=True)) == ["waiting", "refused", "acknowledged"]


def test_a_later_version_takes_the_place_of_one_refused(relay: MAKE, portal: StandIn, store: Store) -> None:
    passes = relay()
    kept([dossier("A", 1, BAD_PROCEDURE)])
    work(passes)
    kept([dossier("A", 2)])
    work(passes)
    assert not queueing.refused().exists()
    kept([dossier("A", 3, BAD_PROCEDURE)])
    work(passes)
    assert outcomes(store)["H21", "A"] == ("update_refused", "Hồ sơ A: MaTTHC chưa có trên Cổng")
    assert [portal.queries[n].get("isUpdating") for n in (-1, -2)] == ["True", "False"]
    portal.mended = True
    queueing.send_again(queueing.refused())
    work(passes)
    assert outcomes(store)["H21", "A"] == ("acknowledged", "")


def test_an_answer_for_the_whole_of_a_call_is_no_answer_for_each(
    relay: MAKE, portal: StandIn, store: Store
) -> None:
    portal.each = False
    kept([dossier("A"), dossier("B", 1, BAD_PROCEDURE), dossier("C")])
    work(relay())
    assert {code: said for (_, code), (said, _) in outcomes(store).items()} == {
        "A": "acknowledged",
        "B": "refused",
        "C": "acknowledged",
    }


def test_what_is_no_json_is_not_sent_and_stops_nothing(relay: MAKE, portal: StandIn) -> None:
    kept([b'{"MaHoSo": "A", ', dossier("B"), b"[" * 5000 + b"]" * 5000, b'{"GhiChu": "khong ma"}'])
    work(relay())
    assert portal.held.keys() == {("H21", "B"), ("H21", "")}
    assert [item.error_code for item in queueing.refused()] == ["609", "609"]


def test_429_is_obeyed_and_pauses_grow(portal: StandIn, relay: MAKE, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "SHORTEST_REST", 10.0)
    monkeypatch.setattr(queueing, "LONGEST_REST", 300.0)
    portal.trouble, portal.faults = 1, ("429",)
    kept([dossier("A")])
    passes, rests = relay(), []
    for _ in range(4):
        passing_on.RelayState.objects.update(rests_until=None)
        passes.work()
        state = passing_on.state()
        rests.append((state.rests_until - now()).total_seconds())
        assert passing_on.resting()
    calls = len(portal.calls)
    passes.work()
    assert len(portal.calls) == calls
    assert state.failures == 4
    assert state.error == "HTTP 429"
    assert RelayItem.objects.get().attempts == 0  # the item is not to blame
    assert all(9 < rest <= 10 for rest in rests)  # Retry-After: 0, and never less than the shortest
    # Without a word of the portal's, longer each time.
    for failures, least, most in ((0, 60, 60), (3, 40, 80), (20, 150, 300)):
        RelayState.objects.update(failures=failures, rests_until=None)
        passing_on.rest(upstream.RefusesError("HTTP 429"))
        rest = (passing_on.state().rests_until - now()).total_seconds()
        assert least - 1 < rest or failures == 0
        assert rest <= most or failures == 0


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7), ("999999999999", 86400), ("", None), ("mai", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_what_the_portal_asks_to_wait(asked: str, seconds: float | None) -> None:
    assert upstream._seconds(asked) == seconds


def test_the_rate_is_kept(relay: MAKE, portal: StandIn) -> None:
    kept([dossier(f"A-{n}") for n in range(6)])
    work(relay(relay_batch=1, relay_rate=20))
    times = [at for at, name, _ in portal.calls if name != "auth"]
    assert min(b - a for a, b in pairwise(times)) >= 0.045


def test_a_session_that_has_ended_is_begun_anew(relay: MAKE, portal: StandIn) -> None:
    passes = relay()
    kept([dossier("A")])
    work(passes)
    portal.sessions.clear()
    kept([dossier("B")])
    work(passes)
    assert portal.logins == 2
    assert len(portal.held) == 2


def test_a_wrong_secret_sends_nothing_and_is_told(relay: MAKE, portal: StandIn, caplog: Any) -> None:
    kept([dossier("A")])
    passes = relay(relay_secret="sai-mat-khau")
    for _ in range(3):
        passes.work()
    assert passing_on.state().error == "the login is refused"
    assert not portal.arrived
    assert "sai-mat-khau" not in caplog.text
    assert "sai-mat-khau" not in repr(relay(relay_secret="sai-mat-khau")._chosen)


def test_an_answer_without_end_is_given_up(
    relay: MAKE, portal: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "MOST_BYTES", 1000)
    monkeypatch.setattr(portal, "take", lambda *_: {"error_code": "0", "message": "a" * 5000})
    kept([dossier("A")])
    passes = relay()
    passes.work()
    passes.work()
    assert passing_on.state().error == "an answer too long"
    assert RelayItem.objects.get().attempts > 0


def test_killed_at_any_point_nothing_is_lost_and_nothing_overtakes(
    relay: MAKE, portal: StandIn, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies before or after what it does, at moments drawn from a seed, under all faults."""
    random = Random(766)
    portal.trouble, portal.slow = 0.15, 0.25
    settle, note, take_in = queueing.settle, Fates.note, queueing.take_in

    class DeadError(Exception): ...

    def dying(work: Callable[..., Any]) -> Callable[..., Any]:
        def does(*given: Any) -> Any:
            if random.random() < 0.08:
                raise DeadError
            done = work(*given)
            if random.random() < 0.08:
                raise DeadError
            return done

        return does

    monkeypatch.setattr(queueing, "settle", dying(settle))
    monkeypatch.setattr(queueing, "take_in", dying(take_in))
    monkeypatch.setattr(Fates, "note", dying(note))
    codes = [f"H21-{n}" for n in range(20)]
    version = dict.fromkeys(codes, 0)
    sent: dict[str, list[bytes]] = {code: [] for code in codes}
    passes = relay(relay_batch=7)
    deaths = 0
    for turn in range(80):
        if turn < 30:
            some = random.sample(codes, 4)
            items = []
            for code in some:
                version[code] += 1
                items.append(dossier(code, version[code], random.choice(["1.000001", BAD_PROCEDURE])))
                sent[code].append(items[-1])
            kept(items)
        try:
            passes.work()
        except DeadError:
            deaths += 1
            passes = relay(relay_batch=7)
    monkeypatch.setattr(queueing, "settle", settle)
    monkeypatch.setattr(queueing, "take_in", take_in)
    monkeypatch.setattr(Fates, "note", note)
    work(relay(relay_batch=7))
    assert deaths > 8
    for code in codes:
        arrived = portal.arrived["H21", code]
        once = [item for n, item in enumerate(arrived) if item not in arrived[:n]]
        assert once == sent[code]
        assert arrived == sorted(arrived, key=sent[code].index)
    assert outcomes(store) == portal.fate


def test_records_restored_from_a_copy_hear_the_answers_again(
    relay: MAKE, portal: StandIn, store: Store, tmp_path: Any
) -> None:
    kept([dossier("A"), dossier("B", 1, BAD_PROCEDURE)])
    work(relay())
    other = Store(tmp_path / "copy")
    assert not Fates(other).note()
    assert outcomes(other) == outcomes(store) == portal.fate
    # The database was restored instead: its answers begin anew, below what the records noted.
    other.append("portal_answers", pl.DataFrame(), mark=("relay", 10**9))
    RelayAnswer.objects.create(
        unit="H21", code="C", service="DongBoHoSoMC", at=dt.datetime(2026, 8, 1), outcome="refused"
    )
    Fates(other).note()
    assert outcomes(other)["H21", "C"] == ("refused", "")


def test_dossiers_of_which_the_portal_said_nothing_are_asked_about(
    relay: MAKE, portal: StandIn, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = dt.datetime(2026, 11, 2, 8)
    known = {"sender": "H21", "unit": "H21.17", "procedure": "1.1", "received_at": day}
    rows = [known | {"code": code} for code in "ABC"]
    store.append("dossiers", pl.DataFrame(rows))
    portal.held["H21", "A"] = "1"
    passes = relay()
    passes.work()
    assert portal.questions == []  # unless it is set, nothing is asked
    passes = relay(relay_look_up=1)

    def ask() -> None:
        passes._asking._ask_at = 0
        passes.work()

    for _ in range(5):
        ask()
    assert sorted(portal.questions) == ["A", "B", "C"]
    said = {code: outcome for (_, code), (outcome, _) in outcomes(store).items()}
    assert said == {"A": "acknowledged", "B": "absent", "C": "absent"}
    # Somebody's question comes first; once the portal refuses, none is asked for long.
    asking.ask_about("H21", "B")
    portal.trouble, portal.faults = 1, ("429",)
    ask()
    assert RelayItem.objects.filter(state=RelayItem.State.ASKED).exists()
    assert passes._asking._ask_at - time.monotonic() > 600
    portal.trouble, portal.held["H21", "B"] = 0, "1"
    ask()
    assert outcomes(store)["H21", "B"][0] == "acknowledged"
    assert not RelayItem.objects.exists()
