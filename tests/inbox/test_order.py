"""Out of order, doubled and interleaved messages end in the same state as the orderly ones."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from .clients import SecondStyle, dossier, step
from .conftest import Running

pytestmark = pytest.mark.site

NUMBERS = itertools.count()

FILED = {"NgayNopHoSo": "20261102070000"}
ASKED = FILED | {"DanhSachHoSoBoSung": [{"NgayBoSung": "20261103090000"}]}
DONE = ASKED | {"NgayKetThucXuLy": "20261105090000"}

LIFE = [  # what a dossier's system says of it, in order: its versions, each with all said before, and steps
    ("DongBoHoSoMC", {"TrangThaiHoSo": "1", "NgayTiepNhan": "", **FILED}),
    ("DongBoHoSoMC", {"TrangThaiHoSo": "2", **FILED}),
    ("CapNhatTienDoHoSoMC", ("20261102080000", 2)),
    ("CapNhatTienDoHoSoMC", ("20261102090000", 4)),
    ("CapNhatTienDoHoSoMC", ("20261103090000", 5)),
    ("DongBoHoSoMC", {"TrangThaiHoSo": "5", **ASKED}),
    ("CapNhatTienDoHoSoMC", ("20261104090000", 4)),
    ("CapNhatTienDoHoSoMC", ("20261105090000", 9)),
    ("DongBoHoSoMC", {"TrangThaiHoSo": "9", **DONE}),
    ("DongBoHoSoMC", {"TrangThaiHoSo": "10", "NgayTra": "20261106090000", **DONE}),
]


def message(code: str, place: int) -> tuple[str, dict[str, Any]]:
    service, said = LIFE[place]
    if isinstance(said, dict):
        return service, dossier(code, **said)
    return service, step(code, *said)


def state(running: Running, code: str) -> tuple[list[Any], list[Any]]:
    """What counts of a dossier, and its steps."""
    counting = running.store.rows("dossiers").filter(sender="H21", code=code)
    steps = running.store.versions("steps", "H21", code).select("at", "status").sort("at")
    return counting.select("status", "received_at", "ended_at", "returned_at").rows(), steps.rows()


class Disorder(RuleBasedStateMachine):
    """Messages of two dossiers, sent in any order, often again, over two connections."""

    running: Running
    clients: tuple[SecondStyle, SecondStyle]

    @initialize()
    def begin(self) -> None:
        number = next(NUMBERS)
        self.codes = [f"ORDER-{number}-{n}" for n in range(2)]
        self.unsent = {(code, place) for code in self.codes for place in range(len(LIFE))}

    @rule(
        which=st.lists(st.tuples(st.integers(0, 1), st.integers(0, len(LIFE) - 1)), min_size=1, max_size=6),
        client=st.integers(0, 1),
        wait=st.booleans(),
    )
    def send(self, which: list[tuple[int, int]], client: int, wait: bool) -> None:
        for service in ("DongBoHoSoMC", "CapNhatTienDoHoSoMC"):
            sent = [(self.codes[w], place) for w, place in which if LIFE[place][0] == service]
            if sent:
                answer = self.clients[client].send(service, [message(*one)[1] for one in sent])
                assert answer["error_code"] == "0"
            self.unsent.difference_update(sent)
        if wait:
            self.running.site.wait_until_moved()

    def teardown(self) -> None:
        if not hasattr(self, "codes"):
            return
        for one in sorted(self.unsent, reverse=True):
            service, said = message(*one)
            assert self.clients[0].send(service, [said])["error_code"] == "0"
        self.running.site.wait_until_moved()
        expected = state(self.running, "ORDERLY"), found(self.clients[0], "ORDERLY")
        for code in self.codes:
            assert (state(self.running, code), found(self.clients[0], code)) == expected


def found(client: SecondStyle, code: str) -> list[dict[str, Any]]:
    """What looking a dossier up says of it, but for its code."""
    answer = client.send("TraCuuHoSo", {}, mahoso=code)["result"]
    return [one | {"MaHoSo": ""} for one in answer]


def test_disorder_ends_in_the_same_state_as_order(running: Running) -> None:
    orderly = running.second()
    for place in range(len(LIFE)):
        service, said = message("ORDERLY", place)
        assert orderly.send(service, [said])["error_code"] == "0"
        running.site.wait_until_moved()
    [counting], steps = state(running, "ORDERLY")
    assert counting[0] == 10
    assert counting[3] == dt.datetime(2026, 11, 6, 9)
    assert [status for _, status in steps] == [2, 4, 5, 4, 9]

    class Machine(Disorder):
        pass

    Machine.running, Machine.clients = running, (orderly, running.second())
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine,
        settings=settings(
            max_examples=6,
            stateful_step_count=5,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_sender_is_told_what_is_kept_as_an_earlier_version(running: Running) -> None:
    """And that a day of receipt was moved back is no earlier version."""
    client = running.second()

    def says(**more: str) -> str:
        [one] = client.send("DongBoHoSoMC", [dossier("OLDER", **more)])["result"]
        assert one["error_code"] == "0"
        running.site.wait_until_moved()
        return one["message"]

    assert says(TrangThaiHoSo="4", NgayTiepNhan="20261118080000") == ""
    assert says(TrangThaiHoSo="4", NgayTiepNhan="20261108080000") == ""
    told = says(TrangThaiHoSo="2", NgayTiepNhan="20261108080000")
    assert told.startswith("Hồ sơ OLDER: đã giữ như một phiên bản cũ")
    [[status, received, *_]], _ = state(running, "OLDER")
    assert (status, received) == (4, dt.datetime(2026, 11, 8, 8))
