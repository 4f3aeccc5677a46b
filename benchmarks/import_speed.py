"""Importing wire-format records, beside merely decoding the same JSON and writing it to Parquet.

Run:  .venv/bin/python benchmarks/import_speed.py [--dossiers 300000] [--rounds 3]

Both read the same two files (dossiers, and four steps to each) from disk in blocks of 32 MB and write
Parquet with the same compression; each runs in a process of its own, held to one processor core, so
that neither gains by threads. Processor time is what is compared, since it does not depend on what
else the machine does. The plain side decodes every line with msgspec into dicts and hands them to
Arrow with the format's schema (the fastest of the ways tried): no checks, no dates, no units, no
versions, no rows set aside, no promise if it is stopped halfway. The import does all of that, commits
to Delta tables and compacts them. The same files imported again are timed too.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from phucvu.intake.files import import_file
from phucvu.intake.wire_files import BLOCK
from phucvu.records.store import Store

UNITS = [f"H99.{n:02}" for n in range(1, 16)] + [f"H99.{n}" for n in range(201, 336)]
FILE: tuple[str, ...] = (
    "TepDinhKemId",
    "TenTepDinhKem",
    "IsDeleted",
    "MaThanhPhanHoSo",
    "DuongDanTaiTepTin",
    "DuocSoHoa",
)
FILE += ("DuocTaiSuDung", "DuocLayTuKhoDMQG", "MaKetQuaThayThe")
FEE = ("TenPhiLePhi", "MaPhiLePhi", "HinhThucThu", "Gia", "LoaiPhiLePhi")
RESULT = ("TenGiayTo", "MaThanhPhanHoSo", "GiayToId", "DuongDanTepTinKetQua", "MaGiayToKetQua")
LISTS = {"TaiLieuNop": FILE, "DanhSachLePhi": FEE, "DanhSachGiayToKetQua": RESULT}
LISTS |= {"DSKetNoiCSDL": ("MaCSDL",), "DinhDanhCHS": ("LoaiDinhDanh", "SoDinhDanh")}
PLAIN = [
    "MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc",
    "KenhThucHien", "ChuHoSo", "LoaiDoiTuong", "MaDoiTuong", "Email",
    "SoDienThoai", "TrichYeuHoSo", "NgayNopHoSo", "NgayTiepNhan", "NgayHenTra",
    "TrangThaiHoSo", "NgayTra", "HinhThuc", "NgayKetThucXuLy", "DonViXuLy",
    "NoiNopHoSo", "HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID", "DuocThanhToanTrucTuyen", "GhiChu",
]  # fmt: skip
STEP = [
    "MaHoSo", "NguoiXuLy", "ChucDanh", "ThoiDiemXuLy",
    "PhongBanXuLy", "NoiDungXuLy", "TrangThai", "NgayBatDau",
]  # fmt: skip

SCHEMAS = {
    "dossiers": pa.schema(
        [(name, pa.string()) for name in PLAIN]
        + [
            (name, pa.list_(pa.struct([(field, pa.string()) for field in fields])))
            for name, fields in LISTS.items()
        ]
    ),
    "steps": pa.schema([(name, pa.string()) for name in STEP]),
}


def write_records(folder: Path, count: int) -> None:
    """Invented dossiers and their steps, as a province's system would send them."""
    random = np.random.default_rng(766)
    start = np.datetime64("2026-01-02T07:30:00")
    received = start + random.integers(0, 270 * 86400, count).astype("timedelta64[s]")
    received.sort()
    took = random.integers(3600, 10 * 86400, count).astype("timedelta64[s]")
    drawn = zip(
        received.tolist(), (received + took).tolist(), random.integers(0, len(UNITS), count).tolist(),
        random.integers(1, 1500, count).tolist(), random.integers(0, 4, count).tolist(),
        random.random(count).tolist(), strict=True,
    )  # fmt: skip
    encode = msgspec.json.encode
    with (folder / "dossiers.jsonl").open("wb") as dossiers, (folder / "steps.jsonl").open("wb") as steps:
        for n, (at, end, unit, procedure, files, chance) in enumerate(drawn):
            code = f"000.00.{unit:02}.H99-{at:%y%m%d}-{n:07}"
            first, last = f"{at:%Y%m%d%H%M%S}", f"{end:%Y%m%d%H%M%S}"
            dossiers.write(encode(_dossier(code, first, last, UNITS[unit], procedure, files, chance)) + b"\n")
            middle = f"{at + (end - at) / 2:%Y%m%d%H%M%S}"
            for moment, status in ((first, "1"), (first, "2"), (middle, "4"), (last, "9")):
                steps.write(encode(_step(code, moment, status)) + b"\n")


def _dossier(
    code: str, first: str, last: str, unit: str, procedure: int, files: int, chance: float
) -> dict[str, object]:
    online = chance < 0.7
    file = {
        "TepDinhKemId": code[-7:],
        "TenTepDinhKem": "Đơn đề nghị (bản điện tử).pdf",
        "IsDeleted": "False",
        "MaThanhPhanHoSo": "KQ.G12.000023",
        "DuongDanTaiTepTin": f"https://mot-cua.example.vn/tep/{code}/don-de-nghi.pdf",
        "DuocSoHoa": "1",
        "DuocTaiSuDung": "1" if chance < 0.4 else "0",
        "DuocLayTuKhoDMQG": "0",
        "MaKetQuaThayThe": "",
    }
    result = {
        "TenGiayTo": "Giấy chứng nhận",
        "MaThanhPhanHoSo": "KQ.G12.000024",
        "GiayToId": code[-6:],
        "DuongDanTepTinKetQua": f"https://mot-cua.example.vn/ket-qua/{code}.pdf",
        "MaGiayToKetQua": f"KQ-{code[-7:]}",
    }
    return {
        "MaHoSo": code,
        "MaTTHC": f"1.{procedure:06}",
        "TenTTHC": "Cấp giấy chứng nhận (thủ tục bịa ra để đo tốc độ)",
        "MaLinhVuc": "G12-LV01",
        "TenLinhVuc": "Lĩnh vực thử",
        "KenhThucHien": "2" if online else "1",
        "ChuHoSo": "Người Thử Nghiệm",
        "LoaiDoiTuong": "1",
        "MaDoiTuong": "",
        "Email": "",
        "SoDienThoai": "0000000000",
        "TrichYeuHoSo": "Hồ sơ bịa ra để đo tốc độ nhập",
        "NgayNopHoSo": first,
        "NgayTiepNhan": first,
        "NgayHenTra": last[:8],
        "TrangThaiHoSo": "10",
        "NgayTra": last,
        "HinhThuc": "0",
        "NgayKetThucXuLy": last,
        "DonViXuLy": unit,
        "NoiNopHoSo": "1" if online else "2",
        "HoSoCoThanhPhanSoHoa": "1" if chance < 0.5 else "0",
        "TaiKhoanDuocXacThucVoiVNeID": "1" if online else "0",
        "DuocThanhToanTrucTuyen": "2" if chance < 0.3 else "0",
        "GhiChu": "",
        "TaiLieuNop": [file] * files,
        "DanhSachLePhi": [
            {
                "TenPhiLePhi": "Lệ phí",
                "MaPhiLePhi": "LP1",
                "HinhThucThu": "1",
                "Gia": "30000",
                "LoaiPhiLePhi": "1",
            }
        ][: files % 2],
        "DanhSachGiayToKetQua": [result],
        "DSKetNoiCSDL": [{"MaCSDL": "1"}],
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "000000000000"}],
    }


def _step(code: str, moment: str, status: str) -> dict[str, str]:
    return {
        "MaHoSo": code,
        "NguoiXuLy": "Cán bộ Thử",
        "ChucDanh": "Chuyên viên",
        "ThoiDiemXuLy": moment,
        "PhongBanXuLy": "Bộ phận một cửa",
        "NoiDungXuLy": "Chuyển bước xử lý",
        "TrangThai": status,
        "NgayBatDau": moment,
    }


def merely(folder: Path, out: Path) -> None:
    decode = msgspec.json.decode
    for name, schema in SCHEMAS.items():
        with (
            (folder / f"{name}.jsonl").open("rb") as file,
            pq.ParquetWriter(out / f"{name}.parquet", schema, compression="zstd") as writer,
        ):
            while lines := file.readlines(BLOCK):
                writer.write_table(pa.Table.from_pylist([decode(line) for line in lines], schema))


def importing(folder: Path, out: Path) -> None:
    units = [{"code": "H99", "name": "UBND tỉnh Thử", "kind": "province", "parent": None}]
    units += [{"code": c, "name": f"Đơn vị {c}", "kind": "commune", "parent": "H99"} for c in UNITS]
    store = Store(out)
    store.append("units", pl.DataFrame(units))
    for name in ("dossiers", "steps"):
        taken = import_file(store, folder / f"{name}.jsonl")
        assert taken.set_aside == 0, taken.problems[:3]


SIDES: dict[str, Callable[[Path, Path], None]] = {
    "merely decoding": merely,
    "import": importing,
    "import again": importing,
}


def run(side: str, folder: Path, out: Path) -> tuple[float, float, float]:
    """Seconds of processor and by the clock, and MB, of a side in a process of its own on one core."""
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder), "--out", str(out)]
    found = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | {"POLARS_MAX_THREADS": "1"}
    )
    busy, seconds, memory = found.stdout.split()[-3:]
    return float(busy), float(seconds), float(memory)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dossiers", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.side:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        start, before = time.perf_counter(), time.process_time()
        SIDES[asked.side](asked.folder, asked.out)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(time.process_time() - before, time.perf_counter() - start, peak)
        return
    with tempfile.TemporaryDirectory(prefix="phucvu-import-") as name:
        folder = Path(name)
        write_records(folder, asked.dossiers)
        size = sum(f.stat().st_size for f in folder.glob("*.jsonl")) / 1e6
        print(f"{asked.dossiers:,} dossiers and {4 * asked.dossiers:,} steps, {size:,.0f} MB of JSON")
        found: dict[str, list[tuple[float, float, float]]] = {side: [] for side in SIDES}
        for _ in range(asked.rounds):
            for side in SIDES:
                out = folder / ("parquet" if side == "merely decoding" else "home")
                if side in ("merely decoding", "import"):
                    shutil.rmtree(out, ignore_errors=True)
                    out.mkdir()
                found[side].append(run(side, folder, out))
        heading = (
            f"{'processor, s':>13}{'clock, s':>10}{'MB/s':>7}{'memory, MB':>12}{'of the plain speed':>20}"
        )
        print(f"{'':<16}{heading}")
        plain = statistics.median(busy for busy, _, _ in found["merely decoding"])
        for side, taken in found.items():
            busy, clock, peak = (statistics.median(each) for each in zip(*taken, strict=True))
            share = f"{plain / busy:.0%}"
            print(f"{side:<16}{busy:>13.2f}{clock:>10.2f}{size / busy:>7.0f}{peak:>12.0f}{share:>20}")


if __name__ == "__main__":
    main()
