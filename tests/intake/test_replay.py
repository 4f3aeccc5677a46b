"""What was set aside is tried again: nothing is lost, and nothing taken twice."""

import json
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from phucvu.intake import wire
from phucvu.intake.files import import_file
from phucvu.intake.known import Known
from phucvu.intake.replay import replay
from phucvu.problems import Fault, UnusableError
from phucvu.records import set_aside
from phucvu.records.set_aside import Aside
from phucvu.records.store import Added, Store

from .conftest import DOSSIER, STEP

NEW_UNIT = pl.DataFrame({"code": ["H99.77"], "name": ["Sở Mới"], "kind": ["department"], "parent": ["H99"]})


def test_dossiers_are_taken_once_their_unit_is_known(store, lines):
    sent = [DOSSIER | {"MaHoSo": f"m-{n}", "DonViXuLy": "Sở Mới"} for n in range(3)]
    bad = DOSSIER | {"MaHoSo": "hỏng", "NgayTra": "20261332"}
    import_file(store, lines("wire.jsonl", *sent, bad))
    assert replay(store).taken == 0
    assert set_aside.pending(store).height == 4
    store.append("units", NEW_UNIT)
    again = replay(store)
    assert (again.taken, again.set_aside) == (3, 1)
    assert again.problems[0].file == "wire.jsonl"
    assert again.problems[0].row == 4
    assert set(store.rows("dossiers")["unit"]) == {"H99.77"}
    left = set_aside.pending(store)
    assert left["field"].to_list() == ["NgayTra"]
    assert json.loads(left["payload"][0]) == bad


def test_dossiers_taken_with_an_unknown_procedure_are_mended_too(store, lines):
    path = lines("wire.jsonl", DOSSIER | {"MaTTHC": "1.999999"}, DOSSIER | {"MaHoSo": "khác"})
    assert import_file(store, path).taken == 2
    with pytest.raises(UnusableError):
        set_aside.mend(store, "procedure", "1.000002", "1.000001")
    set_aside.mend(store, "procedure", "1.999999", "1.000001")
    assert replay(store).added["dossiers"] == Added(1, 0)
    assert set(store.rows("dossiers")["procedure"]) == {"1.000001"}
    assert replay(store).taken == 0
    assert import_file(store, path).unchanged == 2


def test_the_reason_follows_what_is_wrong_now(store, lines):
    import_file(store, lines("wire.jsonl", DOSSIER | {"DonViXuLy": "Sở Mới"}))
    assert "không có đơn vị" in set_aside.pending(store)["vi"][0]
    store.append("units", pl.concat([NEW_UNIT, NEW_UNIT.with_columns(code=pl.lit("H99.78"))]))
    replay(store)
    rows = set_aside.pending(store)
    assert "2 đơn vị" in rows["vi"].item()
    assert rows["file"].to_list() == ["wire.jsonl"]


def test_steps_are_taken_once_their_sender_can_be_told(store, lines):
    store.append("units", pl.DataFrame({"code": ["H98"], "name": ["Tỉnh Khác"], "kind": ["province"]}))
    import_file(store, lines("steps.jsonl", STEP))
    assert store.rows("steps").is_empty()
    import_file(store, lines("dossiers.jsonl", DOSSIER))
    assert replay(store).added["steps"] == Added(1, 0)
    assert store.rows("steps")["sender"].to_list() == ["H99"]
    assert set_aside.pending(store).is_empty()


def test_rows_of_tables_are_tried_again(store, tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("code,name,kind,parent\nA,Đơn vị A,district,B\nB,Đơn vị B,district,A\n", encoding="utf-8")
    assert import_file(store, path).set_aside == 1
    assert replay(store).set_aside == 1
    store.append("units", pl.DataFrame({"code": ["B"], "name": ["Đơn vị B"], "kind": ["district"]}))
    assert replay(store).added["units"] == Added(1, 0)
    assert dict(store.rows("units").select("code", "parent").iter_rows())["A"] == "B"


def test_a_row_that_was_imported_meanwhile_is_only_marked(store, lines):
    path = lines("wire.jsonl", DOSSIER | {"DonViXuLy": "Sở Mới"})
    import_file(store, path)
    store.append("units", NEW_UNIT)
    assert import_file(store, path).taken == 1
    assert replay(store).added["dossiers"] == Added(0, 1)
    assert set_aside.pending(store).is_empty()


def test_being_stopped_between_taking_and_marking_takes_nothing_twice(store, lines, monkeypatch):
    import_file(store, lines("wire.jsonl", DOSSIER | {"DonViXuLy": "Sở Mới"}))
    store.append("units", NEW_UNIT)
    with monkeypatch.context() as patched:
        patched.setattr(set_aside, "mark_taken", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            replay(store)
    assert set_aside.pending(store).height == 1
    assert replay(store).added["dossiers"] == Added(0, 1)
    assert set_aside.pending(store).is_empty()
    assert store.versions("dossiers", "H99", DOSSIER["MaHoSo"]).height == 1


def test_a_row_set_aside_again_after_it_was_taken_is_pending_again(store, lines):
    """A unit may be renamed: what is not understood now is not understood, whatever was before."""
    path = lines("wire.jsonl", DOSSIER | {"DonViXuLy": "Sở Mới"})
    import_file(store, path)
    store.append("units", NEW_UNIT)
    replay(store)
    store.append("units", NEW_UNIT.with_columns(name=pl.lit("Sở Đã Đổi Tên")))
    assert import_file(store, path).set_aside == 1
    assert set_aside.pending(store).height == 1


@pytest.mark.parametrize("shared", [True, False])
def test_several_who_replay_at_once_are_all_answered(store, lines, shared):
    """Threads of one process share a store, as those of the site do; others have their own."""
    import_file(
        store, lines("wire.jsonl", *(DOSSIER | {"MaHoSo": f"m-{n}", "DonViXuLy": "Sở Mới"} for n in range(9)))
    )
    store.append("units", NEW_UNIT)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(replay, [store if shared else Store(store.home) for _ in range(4)]))
    assert sum(one.taken for one in taken) == 9
    assert [one.set_aside for one in taken] == [0] * 4
    assert set_aside.pending(store).is_empty()
    assert store._files("dossiers").snapshot().last == 9, "nothing twice in the log"


OTHER_PROVINCE = pl.DataFrame(
    {
        "code": ["H30", "H30.01"],
        "name": ["UBND tỉnh Khác", "Sở Của Tỉnh Khác"],
        "kind": ["province", "department"],
        "parent": [None, "H30"],
    }
)


def sent(store, sender, unit="Sở Lạ", code="m-1", **more):
    """A dossier that a sending unit sent over HTTP and that was set aside for its unit."""
    payload = json.dumps(DOSSIER | {"MaHoSo": code, "DonViXuLy": unit} | more, ensure_ascii=False)
    fault = Fault("unit_unknown", field="DonViXuLy", name=unit)
    set_aside.add(store, [Aside(wire.DOSSIER, fault, payload, sender, unit, "unit")])


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_name_mended_carries_no_dossier_into_a_unit_that_is_not_the_senders(store, everywhere):
    """Neither into another province, nor into a unit of its own that it may not write for."""
    store.append("units", OTHER_PROVINCE)
    sent(store, "H99.01")
    for code in ("H30.01", "H99.02"):
        if everywhere:  # as homes hold it in which a name meant the same for all
            store.append("names", pl.DataFrame({"kind": ["unit"], "name": ["Sở Lạ"], "code": [code]}))
        else:
            set_aside.mend(store, "unit", "Sở Lạ", code)
        assert replay(store).taken == 0
        assert store.rows("dossiers").is_empty()
    waiting = set_aside.pending(store)
    assert waiting["value"].to_list() == ["Sở Lạ"]
    assert waiting["vi"].to_list() == ["hồ sơ m-1: tài khoản của H99.01 không được gửi thay đơn vị H99.02"]
    set_aside.mend(store, "unit", "Sở Lạ", "H99.01")
    assert replay(store).taken == 1
    assert store.rows("dossiers").select("sender", "unit").rows() == [("H99.01", "H99.01")]


def test_a_name_means_for_each_province_what_was_said_there(store):
    store.append("units", OTHER_PROVINCE)
    sent(store, "H99")
    sent(store, "H30")
    assert set_aside.mend(store, "unit", "Sở Lạ", "H99.02") == 1
    assert replay(store).taken == 1
    assert set_aside.pending(store)["sender"].to_list() == ["H30"]
    assert set_aside.mend(store, "unit", "Sở Lạ", "H30.01") == 1
    assert replay(store).taken == 1
    assert set(store.rows("dossiers").select("sender", "unit").rows()) == {
        ("H99", "H99.02"),
        ("H30", "H30.01"),
    }
    known = Known.of(store)
    assert (known.unit("Sở Lạ", "H99.01"), known.unit("Sở Lạ")) == ("H99.02", [])


def test_a_procedure_mended_is_of_the_province_or_of_a_ministry_and_holds_there(store):
    ministry = {"code": ["G09"], "name": ["Bộ Thử"], "kind": ["ministry"]}
    store.append("units", pl.concat([OTHER_PROVINCE, pl.DataFrame(ministry)], how="diagonal"))
    owners = {"1.000001": "H99", "1.000002": "H30", "1.000003": "G09"}
    store.append("procedures", pl.DataFrame(list(owners.items()), schema=["code", "owner"], orient="row"))
    with pytest.raises(UnusableError) as refused:
        set_aside.mend(store, "procedure", "8.1", "1.000002", root="H99")
    assert refused.value.faults[0].vi == "thủ tục 1.000002 không phải của H99"
    with pytest.raises(UnusableError):
        set_aside.mend(store, "unit", "Sở Lạ", "H30.01", root="H99")
    set_aside.mend(store, "procedure", "8.1", "1.000003", root="H99")
    store.append("authority", pl.DataFrame({"unit": ["H99.01"], "procedure": ["1.000002"]}))
    set_aside.mend(store, "procedure", "8.2", "1.000002", root="H99")
    for sender, unit in (("H99", "H99.01"), ("H30", "H30.01")):
        for code in ("8.1", "8.2"):
            sent(store, sender, unit, f"{sender}-{code}", MaTTHC=code)
    assert replay(store).taken == 2
    taken = store.rows("dossiers").select("code", "procedure").sort("code").rows()
    assert taken == [("H99-8.1", "1.000003"), ("H99-8.2", "1.000002")]
    assert set(set_aside.pending(store)["sender"]) == {"H30"}


def test_a_name_said_without_a_province_is_said_for_those_there_and_for_no_later_one(store):
    store.append("units", OTHER_PROVINCE)
    set_aside.mend(store, "procedure", "8.1", "1.000001")
    later = {"code": ["H31"], "name": ["UBND tỉnh Đến Sau"], "kind": ["province"]}
    store.append("units", pl.DataFrame(later))
    known = Known.of(store)
    assert [known.procedure_code("8.1", by) for by in ("H99.01", "H30", "H31")] == [
        "1.000001",
        "1.000001",
        "8.1",
    ]
