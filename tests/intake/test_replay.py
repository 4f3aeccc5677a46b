"""What was set aside is tried again: nothing is lost, and nothing taken twice."""

import json

import polars as pl
import pytest

from phucvu.intake.files import import_file
from phucvu.intake.replay import replay
from phucvu.problems import UnusableError
from phucvu.records import set_aside
from phucvu.records.store import Added

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
