"""A watched folder: every file is taken once it is complete, once, whatever is killed when."""

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from phucvu.intake import notices
from phucvu.intake import watch as watching
from phucvu.intake.watch import watch
from phucvu.problems import Fault, UnusableError
from phucvu.records.store import Store

from .conftest import DOSSIER, UNITS

QUICK = {"every": 0.02, "settled": 0.1}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "gửi"
    made.mkdir()
    return made


def dossiers(*numbers, **fields):
    rows = [DOSSIER | {"MaHoSo": f"H99.01-260801-{n:04}"} | fields for n in numbers]
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)


def once(store, folder, **how):
    return list(watch(store, folder, once=True, **QUICK, **how))


def files(folder):
    """What lies in the folder and those inside, the diary left out."""
    found = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return sorted(f for f in found if not f.endswith("nhat-ky.jsonl"))


def test_a_file_is_taken_and_moved(store, folder):
    (folder / "hồ sơ.jsonl").write_text(dossiers(1, 2), encoding="utf-8")
    [handled] = once(store, folder)
    assert (handled.name, handled.outcome, handled.problems) == ("hồ sơ.jsonl", "taken", [])
    assert handled.taken.taken == 2
    assert handled.moved_to == folder / "da-nhan" / "hồ sơ.jsonl"
    assert files(folder) == ["da-nhan/hồ sơ.jsonl"]
    assert store.rows("dossiers").height == 2


def test_what_cannot_be_used_is_moved_with_its_problems_in_vietnamese(store, folder):
    (folder / "ảnh.png").write_bytes(b"\x89PNG")
    (folder / "hỏng.jsonl").write_text(dossiers(1, NgayTiepNhan="20261332"), encoding="utf-8")
    (folder / "rỗng.csv").write_bytes(b"")
    outcomes = {h.name: h for h in once(store, folder)}
    assert {h.outcome for h in outcomes.values()} == {"refused"}
    assert files(folder) == sorted(f"loi/{name}{ending}" for name in outcomes for ending in ("", ".loi.txt"))
    said = (folder / "loi" / "hỏng.jsonl.loi.txt").read_text(encoding="utf-8-sig")
    assert said.startswith("hỏng.jsonl: không nhận được gì\n\nhỏng.jsonl, dòng 1, cột NgayTiepNhan: ")
    assert (folder / "loi" / "rỗng.csv.loi.txt").read_text(encoding="utf-8-sig").endswith("tệp rỗng\n")


def test_what_was_taken_in_part_says_the_rest(store, folder):
    (folder / "a.jsonl").write_text(dossiers(1) + dossiers(2, DonViXuLy="H99.77"), encoding="utf-8")
    [handled] = once(store, folder)
    assert (handled.outcome, handled.taken.taken, len(handled.problems)) == ("taken", 1, 1)
    assert files(folder) == ["da-nhan/a.jsonl", "da-nhan/a.jsonl.loi.txt"]


def test_many_problems_are_cut_short(store, folder):
    (folder / "a.jsonl").write_text(dossiers(*range(80), NgayTiepNhan="?"), encoding="utf-8")
    once(store, folder)
    said = (folder / "loi" / "a.jsonl.loi.txt").read_text(encoding="utf-8-sig").splitlines()
    assert len(said) == 2 + 50 + 1
    assert said[-1] == "… và 30 lỗi nữa"


def test_the_same_content_again_changes_nothing(store, folder, monkeypatch):
    (folder / "a.jsonl").write_text(dossiers(1), encoding="utf-8")
    once(store, folder)
    imported = []
    monkeypatch.setattr(watching, "import_file", lambda *a, **k: imported.append(a))
    (folder / "a.jsonl").write_text(dossiers(1), encoding="utf-8")
    (folder / "b.jsonl").write_text(dossiers(1), encoding="utf-8")
    assert [(h.name, h.outcome) for h in once(store, folder)] == [("a.jsonl", "known"), ("b.jsonl", "known")]
    assert imported == []
    assert files(folder) == ["da-nhan/a (2).jsonl", "da-nhan/a.jsonl", "da-nhan/b.jsonl"]


def test_old_content_does_not_come_back(store, folder):
    heading = "code,name,kind,parent\n"
    old, new = (heading + f"H99.03,{name},department,H99\n" for name in ("Sở Cũ", "Sở Mới"))
    for name, content in (("1.csv", old), ("2.csv", new), ("3.csv", old)):
        (folder / name).write_text(content, encoding="utf-8")
        once(store, folder, kind="units")
    assert store.rows("units").filter(code="H99.03")["name"].to_list() == ["Sở Mới"]


def test_older_files_come_first(store, folder):
    for age, name in ((0, "a"), (60, "z"), (30, "m")):
        path = folder / f"{name}.jsonl"
        path.write_text(dossiers(age), encoding="utf-8")
        os.utime(path, (time.time() - age, time.time() - age))
    assert [h.name for h in once(store, folder)] == ["z.jsonl", "m.jsonl", "a.jsonl"]


def test_content_that_was_set_aside_in_part_is_tried_again(store, folder):
    (folder / "a.jsonl").write_text(dossiers(1) + dossiers(2, DonViXuLy="H99.77"), encoding="utf-8")
    assert [h.outcome for h in once(store, folder)] == ["taken"]
    units = "code,name,kind,parent\nH99.77,Sở Mới,department,H99\n"
    (folder / "units.csv").write_text(units, encoding="utf-8")
    once(store, folder)
    (folder / "a.jsonl").write_text(dossiers(1) + dossiers(2, DonViXuLy="H99.77"), encoding="utf-8")
    [again] = once(store, folder)
    assert (again.outcome, again.taken.taken, again.taken.unchanged) == ("taken", 1, 1)


def test_another_store_takes_what_the_first_has_taken(store, folder, tmp_path):
    (folder / "units.csv").write_text("code,name,kind\nH98,UBND tỉnh Hai,province\n", encoding="utf-8")
    assert [h.outcome for h in once(store, folder)] == ["taken"]
    (folder / "da-nhan" / "units.csv").rename(folder / "units.csv")
    assert [h.outcome for h in once(Store(tmp_path / "other"), folder)] == ["taken"]


def test_unfinished_files_of_other_programs_are_left_alone(store, folder):
    names = (".a.jsonl", "~$a.xlsx", "a.jsonl.part", "A.JSONL.TMP", "b.crdownload")
    for name in names:
        (folder / name).write_text(dossiers(1), encoding="utf-8")
    assert once(store, folder) == []
    assert files(folder) == sorted(names)
    (folder / "a.jsonl.part").rename(folder / "a.jsonl")
    assert [h.outcome for h in once(store, folder)] == ["taken"]


def test_a_file_that_grows_is_taken_when_it_is_complete(store, folder):
    path = folder / "a.jsonl"

    def write_slowly():
        with path.open("w", encoding="utf-8") as file:
            for n in range(8):
                line = dossiers(n)
                file.write(line[:20])
                file.flush()
                time.sleep(0.05)
                file.write(line[20:])
                file.flush()
                time.sleep(0.05)

    writer = threading.Thread(target=write_slowly)
    writer.start()
    while not path.exists():
        time.sleep(0.001)
    handled = list(watch(store, folder, once=True, every=0.02, settled=0.3))
    writer.join()
    assert [(h.outcome, h.taken.taken) for h in handled] == [("taken", 8)]


def test_a_file_that_changes_while_it_is_read_is_read_again(store, folder, monkeypatch):
    path = folder / "a.jsonl"
    path.write_text(dossiers(1), encoding="utf-8")
    real = watching.import_file
    more = [dossiers(2)]

    def import_while_written(store, path, **how):
        taken = real(store, path, **how)
        if more:
            with path.open("a", encoding="utf-8") as file:
                file.write(more.pop())
        return taken

    monkeypatch.setattr(watching, "import_file", import_while_written)
    [handled] = once(store, folder)
    assert (handled.taken.taken, handled.taken.unchanged) == (1, 1)
    assert store.rows("dossiers").height == 2


def test_it_goes_on_watching(store, folder):
    watched = watch(store, folder, **QUICK)
    for n in range(3):
        later = threading.Timer(0.1, (folder / f"{n}.jsonl").write_text, [dossiers(n)])
        later.start()
        assert next(watched).name == f"{n}.jsonl"
        later.join()
    watched.close()
    assert store.rows("dossiers").height == 3


def test_a_failure_that_is_not_the_files_leaves_it_for_later(store, folder, monkeypatch, caplog):
    (folder / "a.jsonl").write_text(dossiers(1), encoding="utf-8")
    (folder / "b.jsonl").write_text(dossiers(2), encoding="utf-8")
    real, failing = watching.import_file, ["a.jsonl"]

    def full_disk(store, path, **how):
        if path.name in failing:
            failing.clear()
            raise OSError(28, "No space left on device")
        return real(store, path, **how)

    monkeypatch.setattr(watching, "import_file", full_disk)
    monkeypatch.setattr(watching, "AGAIN", 0.3)
    watched = watch(store, folder, **QUICK)
    assert [next(watched).name, next(watched).name] == ["b.jsonl", "a.jsonl"]
    assert "a.jsonl could not be imported" in caplog.text
    failing.append("c.jsonl")
    (folder / "c.jsonl").write_text(dossiers(3), encoding="utf-8")
    with pytest.raises(OSError, match="No space"):
        once(store, folder)
    assert [h.name for h in once(store, folder)] == ["c.jsonl"]


def test_names_of_the_programs_own(store, folder):
    (folder / "nhat-ky.jsonl").write_text(dossiers(1), encoding="utf-8")
    (folder / "thư mục").mkdir()
    [handled] = once(store, folder)
    assert handled.moved_to.name == "nhat-ky (2).jsonl"


@pytest.mark.parametrize(
    ("how", "said"), [({"kind": "hồ sơ"}, "no kind"), ({"mapping": "không-có"}, "không-có")]
)
def test_wrong_arguments(store, folder, how, said):
    with pytest.raises(UnusableError, match=said):
        once(store, folder, **how)
    with pytest.raises(UnusableError, match="there is no such folder"):
        once(store, folder / "nowhere")


WATCH = """
import sys
from pathlib import Path
from phucvu.intake.watch import watch
from phucvu.records.store import Store
for handled in watch(Store(sys.argv[1]), Path(sys.argv[2]), once=True, every=0.01, settled=0.05):
    print(handled.name, flush=True)
"""


@pytest.mark.kill
def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(store, folder):
    chance = random.Random(5)
    for n in range(12):
        (folder / f"{n:02}.jsonl").write_text(dossiers(*range(10 * n, 10 * n + 10)), encoding="utf-8")
    (folder / "hỏng.xlsx").write_bytes(b"PK")
    command = [sys.executable, "-c", WATCH, store.home, str(folder)]
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        process.stdout.readline()  # it has begun
        time.sleep(chance.random() * 0.25)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    once(store, folder)
    names = [f"{n:02}.jsonl" for n in range(12)]
    assert files(folder) == [*(f"da-nhan/{n}" for n in names), "loi/hỏng.xlsx", "loi/hỏng.xlsx.loi.txt"]
    held = store.rows("dossiers")
    assert held.height == held["code"].n_unique() == 120
    assert all(
        store.versions("dossiers", s, c).height == 1 for s, c in held.head(20)["sender", "code"].rows()
    )


def test_a_diary_cut_short_is_no_harm(store, folder):
    (folder / "a.jsonl").write_text(dossiers(1), encoding="utf-8")
    once(store, folder)
    diary = folder / "da-nhan" / "nhat-ky.jsonl"
    with diary.open("ab") as file:
        file.write(b'\n{"at": "2026-08-01T08:00:00", "fi')
    (folder / "b.jsonl").write_text(dossiers(2), encoding="utf-8")
    once(store, folder)
    (folder / "a.jsonl").write_text(dossiers(1), encoding="utf-8")
    (folder / "b.jsonl").write_text(dossiers(2), encoding="utf-8")
    assert [h.outcome for h in once(store, folder)] == ["known", "known"]


def test_an_export_in_csv_with_its_units(folder, tmp_path):
    store = Store(tmp_path / "empty")
    (folder / "units.csv").write_text(
        "code,name,kind,parent\n" + "".join(f"{c},{n},{k},{p or ''}\n" for c, n, k, p in UNITS),
        encoding="utf-8",
    )
    assert [h.outcome for h in once(store, folder)] == ["taken"]
    assert store.rows("units").height == len(UNITS)


def test_what_is_passed_over_is_told(store, folder, caplog, monkeypatch):
    (folder / "con").mkdir()
    (folder / "con" / "a.jsonl").write_text(dossiers(1), encoding="utf-8")
    os.mkfifo(folder / "ống.jsonl")
    (folder / "khoá.jsonl").write_text(dossiers(2), encoding="utf-8")
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: "khoá" not in str(path) and may(path, mode))
    (folder / "b.jsonl").write_text(dossiers(3), encoding="utf-8")
    [handled] = once(store, folder)
    assert (handled.name, handled.outcome) == ("b.jsonl", "taken")
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 3
    for name, words in (
        ("con", "thư mục con"),
        ("khoá.jsonl", "không có quyền"),
        ("ống.jsonl", "không phải"),
    ):
        assert any(f"{name}: {words}" in line for line in told)


def told(store):
    return [(notice.name, notice.vi.split(";")[0]) for notice in notices.load(store.home)]


def test_what_is_not_taken_is_noticed_until_it_is_gone_or_mended(store, folder):
    (folder / "bên trong").mkdir()
    (folder / "hỏng.jsonl").write_text(dossiers(1, NgayTiepNhan="20261332"), encoding="utf-8")
    (folder / "lạ.png").write_bytes(b"x")
    once(store, folder, sender="H99")
    assert told(store) == [
        ("bên trong", "thư mục con không được đọc"),
        ("hỏng.jsonl", "không dùng được"),
        ("lạ.png", "không dùng được"),
    ]
    first = notices.load(store.home)
    assert {n.sender for n in first} == {"H99"}
    (folder / "bên trong").rmdir()
    (folder / "loi" / "lạ.png").unlink()
    (folder / "hỏng.jsonl").write_text(dossiers(1), encoding="utf-8")
    once(store, folder, sender="H99")
    assert told(store) == []


def test_it_is_told_since_when_and_of_each_folder(store, folder, tmp_path, monkeypatch):
    other = tmp_path / "khác"
    (other / "trong").mkdir(parents=True)
    (folder / "trong").mkdir()
    once(store, folder)
    since = notices.load(store.home)[0].since
    later = since + dt.timedelta(hours=1)
    monkeypatch.setattr(watching._Office, "now", staticmethod(lambda: later))
    (folder / "nữa").mkdir()
    once(store, folder)
    once(store, other)
    assert [(n.folder, n.name, n.since) for n in notices.load(store.home)] == [
        (str(folder), "trong", since),
        (str(folder), "nữa", later),
        (str(other), "trong", later),
    ]


def test_a_notice_that_words_itself_otherwise_is_the_same_notice(store):
    """It is known by its code; the moment since when it lies there stays."""
    for reasons, minute in (("a.csv.lý-do.txt", 1), ("a.csv.ly-do.txt", 2)):
        fault = Fault("file_refused", file="a.csv", reasons=reasons, folder="không nhận")
        notices.save(store.home, "/gui", None, [fault], dt.datetime(2026, 8, 3, 8, minute))
    [notice] = notices.load(store.home)
    assert (notice.code, notice.since.minute) == ("file_refused", 1)
    assert "ly-do.txt" in notice.vi
