"""What is set aside is listed a page at a time, mended by name, and taken when replayed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from phucvu.inbox.clock import now
from phucvu.inbox.reading import understand
from phucvu.inbox.watching import Registers
from phucvu.intake import waiting
from phucvu.intake.known import Known
from phucvu.intake.replay import replay
from phucvu.records import set_aside
from phucvu.records.store import Store

from .clients import dossier
from .running import make_home


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = make_home(tmp_path)
    sent = {
        "H21": [
            *(dossier(f"LẠ-{n}", DonViXuLy="Sở Có Tên Lạ") for n in range(5)),
            dossier("THỦ-TỤC", MaTTHC="8.888888"),
            "không phải hồ sơ",
        ],
        "H22": [dossier("KHÁC", DonViXuLy="Sở Khác Lạ")],
    }
    for account, items in sent.items():
        said = [json.dumps(item, ensure_ascii=False).encode() for item in items]
        read = understand(said, "DongBoHoSoMC", Registers(store), account=account, unit=account, now=now())
        assert read.frame.is_empty()
        set_aside.add(store, read.aside.values())
    return store


def test_a_page_of_what_a_subtree_sent(store: Store) -> None:
    below = [u.code for u in Known.of(store).units.below("H21")]
    assert (waiting.count(store), waiting.count(store, below), waiting.count(store, [])) == (8, 7, 0)
    first, second = (waiting.page(store, below, number=n, size=5) for n in (1, 2))
    assert [len(first), len(second)] == [5, 2]
    rows = {row.dossier: row for row in [*first, *second]}
    assert rows.keys() == {"LẠ-0", "LẠ-1", "LẠ-2", "LẠ-3", "LẠ-4", "THỦ-TỤC", ""}
    one = rows["THỦ-TỤC"]
    assert (one.sender, one.field, one.source) == ("H21", "MaTTHC", "dossier")
    assert (one.kind, one.value) == ("procedure", "8.888888")
    assert (rows["LẠ-0"].kind, rows[""].kind, rows[""].value) == ("unit", None, None)
    assert one.vi == "hồ sơ THỦ-TỤC: không có thủ tục nào mang mã “8.888888”"
    assert json.loads(one.payload)["MaTTHC"] == "8.888888"
    assert (now() - one.arrived_at).total_seconds() < 60
    assert waiting.page(store, below, number=3, size=5) == []


def test_one_name_mended_takes_all_that_wait_for_it(store: Store) -> None:
    assert [(u.kind, u.value, u.field, u.rows) for u in waiting.unknown(store)] == [
        ("unit", "Sở Có Tên Lạ", "DonViXuLy", 5),
        ("procedure", "8.888888", "MaTTHC", 1),
        ("unit", "Sở Khác Lạ", "DonViXuLy", 1),
    ]
    assert set_aside.mend(store, "unit", "Sở Có Tên Lạ", "H21.18") == 5
    taken = replay(store)
    assert (taken.added["dossiers"].taken, taken.set_aside) == (5, 3)
    # A procedure that nobody knows stays aside until it is said what it means.
    assert {u.value for u in waiting.unknown(store)} == {"8.888888", "Sở Khác Lạ"}
    set_aside.mend(store, "procedure", "8.888888", "1.000002")
    assert replay(store).added["dossiers"].taken == 1
    assert store.versions("dossiers", "H21", "THỦ-TỤC")["procedure"].to_list() == ["1.000002"]
    assert waiting.count(store) == 2


def test_names_set_aside_before_their_kind_was_kept_are_told_by_their_reason_once(store: Store) -> None:
    rows = store.rows("set_aside")
    before = waiting.page(store)
    store.append("set_aside", rows.with_columns(kind=None, code=None), before[-1].arrived_at)
    assert waiting.unknown(store) == []
    set_aside.name_kinds(store)
    assert {(u.kind, u.value, u.rows) for u in waiting.unknown(store)} == {
        ("unit", "Sở Có Tên Lạ", 5),
        ("procedure", "8.888888", 1),
        ("unit", "Sở Khác Lạ", 1),
    }
    assert {row.arrived_at for row in waiting.page(store)} == {before[-1].arrived_at}
    count = store._files("set_aside").snapshot().last
    set_aside.name_kinds(store)
    assert store._files("set_aside").snapshot().last == count, "said once"


def test_nothing_waits_where_nothing_was_ever_set_aside(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert (waiting.count(store), waiting.page(store), waiting.unknown(store)) == (0, [], [])
