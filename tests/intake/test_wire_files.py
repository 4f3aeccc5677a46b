"""Files of the synchronisation format in every shape they come in."""

import gzip
import json

import pytest

from phucvu.intake import wire_files
from phucvu.intake.files import import_file, kind_of
from phucvu.problems import UnusableError
from phucvu.records import set_aside
from phucvu.records.store import Added

from .conftest import DOSSIER, STEP

CALLS = [
    {"service": "DongBoHoSoMC", "madonvi": "H98", "session": "s", "isUpdating": "False", "data": [DOSSIER]},
    {"service": "CapNhatTienDoHoSoMC", "madonvi": "H98", "session": "s", "data": [STEP]},
]

SHAPES = {
    "lines.jsonl": "\n".join(map(json.dumps, [DOSSIER, STEP])),
    "lines-with-bom.json": "\ufeff" + "\r\n".join(map(json.dumps, [DOSSIER, STEP])) + "\r\n\r\n",
    "array.json": json.dumps([DOSSIER, STEP]),
    "array-written-large.json": "\ufeff\n" + json.dumps([DOSSIER, STEP], indent=2),
    "one.json": json.dumps(DOSSIER, indent=2),
    "call.json": json.dumps({"service": "DongBoHoSoMC", "data": [DOSSIER, STEP]}, indent=1),
    "calls.jsonl": "\n".join(json.dumps(c | {"madonvi": ""}) for c in CALLS),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("zipped", [False, True])
def test_every_shape_is_taken_and_the_same_again_changes_nothing(store, tmp_path, name, zipped):
    content = SHAPES[name].encode()
    path = tmp_path / (f"{name}.gz" if zipped else name)
    path.write_bytes(gzip.compress(content) if zipped else content)
    assert kind_of(path) == "wire"
    first = import_file(store, path)
    rows = 1 if name == "one.json" else 2
    assert (first.kind, first.taken, first.unchanged, first.set_aside) == ("wire", rows, 0, 0)
    again = import_file(store, path)
    assert (again.taken, again.unchanged) == (0, rows)
    assert store.rows("dossiers")["sender"].to_list() == ["H99"]


def test_the_sender_is_the_one_named_else_the_envelopes(store, lines):
    path = lines("calls.jsonl", *CALLS)
    import_file(store, path)
    import_file(store, path, sender="H97")
    assert sorted(store.rows("dossiers")["sender"]) == ["H97", "H98"]
    assert sorted(store.rows("steps")["sender"]) == ["H97", "H98"]


def test_steps_may_come_before_their_dossier(store, lines):
    import_file(store, lines("steps.jsonl", STEP))
    assert store.rows("steps")["sender"].to_list() == ["H99"]


def test_steps_that_could_be_anybodys_are_set_aside(store, lines):
    other = DOSSIER | {"MaHoSo": "khác"}
    import_file(store, lines("h98.jsonl", other), sender="H98")
    import_file(store, lines("h99.jsonl", DOSSIER))
    taken = import_file(store, lines("steps.jsonl", STEP))
    assert (taken.taken, taken.set_aside) == (0, 1)
    assert taken.problems[0].file == "steps.jsonl"
    assert taken.problems[0].row == 1


def test_bad_lines_are_named_by_their_row_and_the_rest_is_taken(store, tmp_path):
    path = tmp_path / "mixed.jsonl"
    rows = [json.dumps(DOSSIER), "", "{hỏng", json.dumps(DOSSIER | {"MaHoSo": "b", "NgayTra": "20261332"})]
    path.write_text("\n".join(rows))
    taken = import_file(store, path)
    assert taken.added["dossiers"] == Added(1, 0)
    assert [(p.row, p.field) for p in taken.problems] == [(3, ""), (4, "NgayTra")]
    kept = set_aside.pending(store)
    assert kept["row"].to_list() == [3, 4]
    assert kept["payload"].to_list() == [rows[2], rows[3]]
    import_file(store, path)
    assert set_aside.pending(store).height == 2


def test_a_dry_run_tells_and_keeps_nothing(store, lines):
    path = lines("wire.jsonl", DOSSIER, STEP, DOSSIER | {"DonViXuLy": "không có"})
    told = import_file(store, path, dry_run=True)
    assert (told.taken, told.set_aside) == (2, 1)
    assert told.preview["dossiers"]["code"].to_list() == [DOSSIER["MaHoSo"]]
    assert store.rows("dossiers").is_empty()
    assert set_aside.pending(store).is_empty()


def test_long_files_are_read_in_blocks_and_tell_how_far_they_are(store, lines, monkeypatch):
    monkeypatch.setattr(wire_files, "BLOCK", 2000)
    dossiers = [DOSSIER | {"MaHoSo": f"H99-{n}"} for n in range(50)]
    told = []
    for path in (lines("long.jsonl", *dossiers), lines("steps.jsonl", *(STEP for _ in range(50)))):
        import_file(store, path, progress=lambda *told_now: told.append(told_now))
        size = path.stat().st_size
        assert told[-1] == (size, size)
    assert store.rows("dossiers").height == 50
    assert store.rows("steps").height == 1
    assert len(told) > 6
    array = lines("array.json")
    array.write_text(json.dumps(dossiers))
    assert import_file(store, array).unchanged == 50


@pytest.mark.parametrize("content", [b'[{"MaHoSo": 1}, {', '[{"MaHoSo": "a"}]'.encode("utf-16")])
def test_a_file_that_cannot_be_read_at_all_is_said_so(store, tmp_path, content):
    path = tmp_path / "wire.json"
    path.write_bytes(content)
    with pytest.raises(UnusableError):
        import_file(store, path, kind="wire")
