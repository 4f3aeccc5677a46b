"""Files that nobody can use, and disks that are full: one clear line, and never the end of the program."""

import ctypes
import gzip
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from phucvu.cli.program import main
from phucvu.records.store import Store

DATA = Path(__file__).parent / "data"
FIGURES = "period,unit,indicator,numerator,denominator\n2026-08,H99,2.1,1,2\n"


def excel(path):
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_row(0, 0, ["code", "name", "kind"])
    book.worksheets()[0].write_row(1, 0, ["H99", "Tỉnh Ví Dụ", "province"])
    return book


def far(path):
    book = excel(path)
    book.worksheets()[0].write(1048575, 16383, "x")
    book.close()


def wide(path):
    book = excel(path)
    book.worksheets()[0].write(0, 16383, "x")
    book.close()


def bomb(path):
    """A workbook of which a part says that it is 2 GB once unpacked; to make one that is takes seconds."""
    excel(path).close()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/more.xml", bytes(1 << 20))
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (2 << 30).to_bytes(4, "little")
    path.write_bytes(content)


def sealed(path):
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(3000) + "EncryptedPackage".encode("utf-16le"))


def deep(path):
    path.write_text("<log><trace><event/></trace>" + "<list>" * 100_000 + "</list>" * 100_000 + "</log>")


def cut(path):
    lines = io.BytesIO()
    with gzip.open(lines, "w") as file:
        file.write(b'{"MaHoSo":"1","MaTTHC":"1"}\n' + os.urandom(300_000))
    path.write_bytes(lines.getvalue()[:-100_000])


def long_line(path):
    with path.open("wb") as file:
        file.write(b'{"MaHoSo": "')
        file.truncate(800 << 20)


def long_csv(path):
    with path.open("wb") as file:
        file.write(b"code,name,kind\n")
        file.truncate(800 << 20)


def gone(path):
    path.symlink_to(path.parent / "nowhere")


BAD = {
    "xa.xlsx": (far, "Excel"),
    "units.xlsx": (wide, "16384 cột"),
    "bom.xlsx": (bomb, "mở nén ra"),
    "khoa.xlsx": (sealed, "Excel có mật khẩu"),
    "khac.xlsb": (lambda p: p.write_text(FIGURES), "Excel"),
    "khac.ods": (lambda p: p.write_bytes(b"PK\x03\x04" + bytes(99)), "Excel"),
    "sau.xes": (deep, "XES"),
    "khong.jsonl.gz": (lambda p: p.write_text('{"MaHoSo": "1"}\n'), "gzip"),
    "cut.jsonl.gz": (cut, "cắt ngắn"),
    "le.csv": (lambda p: p.write_bytes("code,name,kind\nH99,A".encode("utf-16") + b"x"), "UTF-8"),
    "dai.jsonl": (long_line, "dài hơn 32 MB"),
    "dai.csv": (long_csv, "dài hơn 32 MB"),
    "hong.parquet": (lambda p: p.write_bytes(b"PAR1" + bytes(99) + b"PAR1"), "Parquet"),
    "ong.csv": (os.mkfifo, "không phải tệp"),
    "mat.csv": (gone, "không"),
    "trong.csv": (lambda p: p.write_bytes(b""), "rỗng"),
}


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A home with units, made once."""
    folder = tmp_path_factory.mktemp("known")
    units = [("H99", "Tỉnh Ví Dụ", "province", None), ("H99.01", "Sở Ví Dụ", "department", "H99")]
    Store(folder).append(
        "units", pl.DataFrame(units, schema=["code", "name", "kind", "parent"], orient="row")
    )
    return folder


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def phucvu(tmp_path, known, monkeypatch, capfd):
    """The program in this process: what can end a whole process is read in another one anyway."""
    shutil.copytree(known, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHUCVU_HOME", str(tmp_path / "home"))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["phucvu", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return Done(ended.value.code, said.out, said.err)

    return run


def ended(done, said):
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    [line] = done.stderr.splitlines()
    assert said in line
    assert " | " in line


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_used_is_one_line(phucvu, tmp_path, name):
    make, said = BAD[name]
    make(tmp_path / name)
    how = ("--mapping", "mot-cua", "--sender", "H99") if name.endswith(".xes") else ()
    ended(phucvu("import", name, *how), said)
    if not name.endswith((".xes", ".gz")):
        ended(phucvu("score", name), "" if name == "units.xlsx" else said)


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_a_workbook_really_encrypted_by_libreoffice(phucvu, tmp_path, ending):
    """The one row of each is invented; each was saved by LibreOffice 7.4 with a password."""
    shutil.copy(DATA / f"khoa.{ending}", tmp_path / f"units.{ending}")
    ended(phucvu("import", f"units.{ending}"), f"units.{ending}: tệp Excel có mật khẩu")


def test_what_was_taken_before_is_said(phucvu, tmp_path):
    """The first blocks of a file stay taken when its end turns out to be missing."""
    dossier = {"MaTTHC": "1", "NgayTiepNhan": "20260801080000", "TrangThaiHoSo": "2", "DonViXuLy": "H99"}
    with gzip.open(tmp_path / "a.jsonl.gz", "wt", compresslevel=1) as file:
        for n in range(40_000):
            file.write(json.dumps({"MaHoSo": f"{n}"} | dossier | {"GhiChu": "x" * 900}) + "\n")
        file.write(os.urandom(100_000).hex())
    whole = (tmp_path / "a.jsonl.gz").read_bytes()
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-50_000])
    ended(phucvu("import", "a.jsonl.gz", "--sender", "H99"), "trước đó đã lấy: dossiers 3")


def test_a_folder_in_place_of_a_file(phucvu, tmp_path):
    (tmp_path / "a.csv").mkdir()
    ended(phucvu("score", "a.csv"), "không phải tệp")


def test_an_endless_cell_is_set_aside(phucvu, tmp_path):
    rows = f"H98,{'x' * 200_000},province\nH97,Tỉnh Khác,province\n"
    for rest in ("", "H96,A,province,thừa\n"):  # read at once, and row by row
        (tmp_path / "units.csv").write_text("code,name,kind\n" + rows + rest)
        done = phucvu("import", "units.csv")
        assert done.returncode == 1, done.stderr
        assert "units.csv, dòng 2, cột name: ô dài hơn" in done.stderr


def test_nested_columns_of_parquet_are_text(phucvu, tmp_path):
    frame = pl.DataFrame({"code": ["H98"], "name": ["A"], "kind": [["province"]], "parent": [{"a": b"\xff"}]})
    frame.write_parquet(tmp_path / "units.parquet")
    done = phucvu("import", "units.parquet")
    assert done.returncode == 1
    assert 'cột kind: giá trị “["province"]” không đúng' in done.stderr


def test_entities_of_a_workbook_are_not_followed(phucvu, tmp_path):
    excel(tmp_path / "units.xlsx").close()
    secret = tmp_path / "secret.txt"
    secret.write_text("mật")
    with zipfile.ZipFile(tmp_path / "units.xlsx") as parts:
        held = {n: parts.read(n) for n in parts.namelist()}
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    strings = held["xl/sharedStrings.xml"].replace(b"?>", b"?>" + doctype, 1)
    held["xl/sharedStrings.xml"] = strings.replace("Tỉnh Ví Dụ".encode(), b"&e;")
    with zipfile.ZipFile(tmp_path / "units.xlsx", "w") as parts:
        for name, content in held.items():
            parts.writestr(name, content)
    done = phucvu("import", "units.xlsx")
    assert "mật" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def limited(*words, cwd, home, prepare):
    return subprocess.run(
        [sys.executable, "-m", "phucvu", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | {"PHUCVU_HOME": str(home)},
        preexec_fn=prepare,
        check=False,
    )


def test_a_full_disk(tmp_path):
    (tmp_path / "units.csv").write_text(
        "code,name,kind\n" + "".join(f"H{n},{os.urandom(50).hex()},province\n" for n in range(20_000))
    )

    def little():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = limited("import", "units.csv", cwd=tmp_path, home=tmp_path / "home", prepare=little)
    ended(done, "nơi giữ dữ liệu")


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "home").write_text("")
    (tmp_path / "units.csv").write_text("code,name,kind\nH99,A,province\n")
    for words in (["import", "units.csv"], ["figures", "--period", "2026"]):
        ended(limited(*words, cwd=tmp_path, home=tmp_path / "home", prepare=None), "home")


def test_a_home_that_may_not_be_written(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir(mode=0o555)
    (tmp_path / "units.csv").write_text("code,name,kind\nH99,A,province\n")

    def without_the_rights_of_root():
        libc = ctypes.CDLL(None)
        for right in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            libc.prctl(24, right)  # PR_CAPBSET_DROP; refused to others, who do not have them anyway

    done = limited("import", "units.csv", cwd=tmp_path, home=folder, prepare=without_the_rights_of_root)
    ended(done, "home: không đọc và ghi được")


def test_control_c(phucvu, tmp_path):
    with (tmp_path / "a.jsonl").open("w") as file:
        note = "x" * 900
        for n in range(300_000):
            file.write(f'{{"MaHoSo": "{n}", "MaTTHC": "1", "TrangThaiHoSo": "2", "GhiChu": "{note}"}}\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "phucvu", "import", "a.jsonl", "--sender", "H99"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PHUCVU_HOME": str(tmp_path / "home")},
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    [line] = filter(None, said.splitlines())
    assert "đã dừng" in line


def test_a_fault_of_the_program_is_not_taken_for_done(phucvu, monkeypatch):
    def broken(*_, **__):
        raise ValueError("a fault")

    monkeypatch.setattr("phucvu.intake.files.import_file", broken)
    done = phucvu("import", "a.csv")
    assert done.returncode == 2
    assert "ValueError: a fault" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("chương trình gặp lỗi")


@pytest.mark.parametrize("words", [[], ["accounts"]])
def test_a_bare_command_says_what_there_is(phucvu, words):
    done = phucvu(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Commands:" in done.stdout


def test_a_home_that_is_not_there(phucvu, tmp_path):
    (tmp_path / "empty").mkdir()
    for home in ("nowhere", "empty"):
        ended(phucvu("figures", "--home", home, "--period", "2026"), "chưa có đơn vị nào")
    assert not (tmp_path / "nowhere").exists()
