"""Dossiers and steps as senders send them: the synchronisation format, one JSON object a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from phucvu.records.codes import Status
from phucvu.simulation.histories import NONE, Ints
from phucvu.simulation.simulated_catalogue import FIELDS, Catalogue
from phucvu.simulation.simulated_dossiers import Dossiers

DOSSIERS, STEPS = FILES = ("dossiers.jsonl", "steps.jsonl")

CHUNK = 50_000
"""Dossiers written at a time."""

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ", "Đặng", "Bùi")
MIDDLE = ("Văn", "Thị")
GIVEN = ("Thử", "Mẫu", "Giả Định", "Mô Phỏng")
CITIZEN, ENTERPRISE = "1", "2"

STAMP = "%Y%m%d%H%M%S"

STEP_WORDS = {
    1: "Công dân nộp hồ sơ",
    2: "Tiếp nhận hồ sơ",
    3: "Không tiếp nhận hồ sơ",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung hồ sơ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}


def stamp(moments: Ints, name: str) -> pl.Series:
    """Moments as 14 digits; empty where not known."""
    known = moments != NONE
    at = pl.Series(name, np.where(known, moments, 0) * 1000).cast(pl.Datetime("ms"))
    text = at.dt.strftime(STAMP)
    return pl.select(pl.when(pl.Series(known)).then(text).otherwise(pl.lit(""))).to_series().alias(name)


class Writer:
    """Writes ``dossiers.jsonl`` and ``steps.jsonl`` in a folder, block after block.

    With ``senders`` each line is a call that names the sending unit, as when several send; without,
    the bare dossier or step. ``progress`` gets the number of dossiers written so far. The files get their
    names once all is written.
    """

    def __init__(self, folder: Path, progress: Callable[[int], object], *, senders: bool) -> None:
        self._folder, self._progress, self._senders = folder, progress, senders
        self._files: dict[str, IO[bytes]] = {}
        self.dossiers = self.steps = 0

    def __enter__(self) -> Self:
        for name in FILES:
            self._files[name] = self._part(name).open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, file in self._files.items():
            file.close()
            if error is None:
                self._part(name).replace(self._folder / name)
            else:
                self._part(name).unlink()

    def _part(self, name: str) -> Path:
        return self._folder / f"{name}.part"

    def write(
        self,
        rng: np.random.Generator,
        sender: str,
        dossiers: Dossiers,
        codes: pl.Series,
        catalogue: Catalogue,
    ) -> None:
        """Write a block, in the order of receipt."""
        order = np.argsort(dossiers.history.received, kind="stable")
        for start in range(0, len(order), CHUNK):
            rows = order[start : start + CHUNK]
            frame = _dossier_frame(rng, dossiers, rows, codes, catalogue)
            self._lines(DOSSIERS, frame, sender, "DongBoHoSoMC")
            steps = _step_frame(rng, dossiers, rows, codes)
            self._lines(STEPS, steps, sender, "CapNhatTienDoHoSoMC")
            self.dossiers += frame.height
            self.steps += steps.height
            self._progress(self.dossiers)

    def _lines(self, name: str, frame: pl.DataFrame, sender: str, service: str) -> None:
        if self._senders and frame.height:
            frame = frame.select(
                madonvi=pl.lit(sender),
                service=pl.lit(service),
                isUpdating=pl.lit("False"),
                data=pl.concat_list(pl.struct(pl.all())),
            )
        frame.write_ndjson(self._files[name])


def dossier_codes(dossiers: Dossiers) -> pl.Series:
    """A code for each dossier as a province's system gives it: unit, day received, and a running number."""
    frame = pl.DataFrame(
        {
            "unit": np.array(dossiers.units)[dossiers.unit],
            "received": pl.Series(dossiers.history.received * 1000).cast(pl.Datetime("ms")),
        }
    )
    frame = frame.with_columns(day=pl.col("received").dt.strftime("%y%m%d"))
    number = pl.col("received").rank("ordinal").over("unit", "day").cast(pl.String).str.zfill(4)
    frame = frame.with_columns(number=number)
    return frame.select(pl.format("{}-{}-{}", "unit", "day", "number").alias("code"))["code"]


def _choice(rng: np.random.Generator, count: int, words: tuple[str, ...]) -> npt.NDArray[np.str_]:
    return np.array(words)[rng.integers(0, len(words), count)]


def _dossier_frame(
    rng: np.random.Generator, dossiers: Dossiers, rows: Ints, codes: pl.Series, catalogue: Catalogue
) -> pl.DataFrame:
    d, h, n = dossiers, dossiers.history, len(rows)
    procedure = d.procedure[rows]
    field = np.array([FIELDS.index(name) for name in catalogue.fields])[procedure]
    by_account = d.population[rows] & ~d.store[rows] & (rng.random(n) < 0.7)
    by_database = d.population[rows] & ~d.store[rows] & ~by_account
    files, reused, store = d.files[rows], d.reused[rows], d.store[rows]
    status = last_status(d)[rows]
    paid = np.where(d.paid[rows], np.where(rng.random(n) < 0.8, 1, 2), 0)
    fee = np.where(d.fee_free[rows], 0, rng.integers(1, 60, n) * 5_000)
    # Of what is filed at the national portal a file tells whether data is reused, else the dossier (4.3).
    flagged_by_file = ~reused | (files > 0)
    frame = pl.DataFrame(
        {
            "MaHoSo": codes[rows],
            "MaTTHC": np.array(catalogue.codes)[procedure],
            "TenTTHC": np.array(catalogue.names)[procedure],
            "MaLinhVuc": np.array([f"LV{i:02}" for i in range(len(FIELDS))])[field],
            "TenLinhVuc": np.array(FIELDS)[field],
            "KenhThucHien": np.where(d.online[rows], "2", np.where(rng.random(n) < 0.04, "3", "1")),
            "_surname": _choice(rng, n, SURNAMES),
            "_middle": _choice(rng, n, MIDDLE),
            "_given": _choice(rng, n, GIVEN),
            "_serial": rng.integers(1, 1_000_000, n),
            "LoaiDoiTuong": np.where(rng.random(n) < 0.85, CITIZEN, ENTERPRISE),
            "NgayNopHoSo": stamp(h.filed[rows], "filed"),
            "NgayTiepNhan": stamp(h.received[rows], "received"),
            "NgayHenTra": stamp(h.due[rows], "due"),
            "TrangThaiHoSo": status.astype(str),
            "NgayKetThucXuLy": stamp(h.end[rows], "end"),
            "NgayTra": stamp(h.returned[rows], "returned"),
            "NgayTuChoi": stamp(np.where(status == Status.REFUSED, h.end[rows], NONE), "refused"),
            "DonViXuLy": np.array(d.units)[d.unit[rows]],
            "NoiNopHoSo": np.where(d.online[rows] & flagged_by_file & (rng.random(n) < 0.6), "1", "2"),
            "HoSoCoThanhPhanSoHoa": reused.astype(int).astype(str),
            "TaiKhoanDuocXacThucVoiVNeID": by_account.astype(int).astype(str),
            "DuocThanhToanTrucTuyen": paid.astype(str),
            "_files": files,
            "_reused": reused.astype(int).astype(str),
            "_store": store.astype(int).astype(str),
            "_lines": d.charged[rows] | d.fee_free[rows],
            "_fee": fee.astype(str),
            "_result": d.result[rows],
            "_database": by_database,
        }
    )
    serial = pl.col("_serial").cast(pl.String).str.zfill(6)
    owner = pl.format("{} {} {} {}", "_surname", "_middle", "_given", serial)
    return frame.with_columns(
        owner.alias("ChuHoSo"),
        pl.when(pl.col("_files") == 0)
        .then(pl.concat_list(_file(1)).list.head(0))
        .when(pl.col("_files") == 1)
        .then(pl.concat_list(_file(1)))
        .otherwise(pl.concat_list(_file(1), _file(2)))
        .alias("TaiLieuNop"),
        _list_where("_lines", _fee_line()).alias("DanhSachLePhi"),
        _list_where("_result", _result()).alias("DanhSachGiayToKetQua"),
        _list_where("_database", pl.struct(MaCSDL=pl.lit("1"))).alias("DSKetNoiCSDL"),
    ).select(
        "MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "KenhThucHien", "ChuHoSo", "LoaiDoiTuong",
        "NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", "TrangThaiHoSo", "NgayKetThucXuLy", "NgayTra",
        "NgayTuChoi", "DonViXuLy", "NoiNopHoSo", "HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID",
        "DuocThanhToanTrucTuyen", "TaiLieuNop", "DanhSachLePhi", "DanhSachGiayToKetQua", "DSKetNoiCSDL",
    )  # fmt: skip


def _list_where(condition: str, element: pl.Expr) -> pl.Expr:
    """A list of the one element where the condition holds, else an empty one."""
    one = pl.concat_list(element)
    return pl.when(pl.col(condition)).then(one).otherwise(one.list.head(0))


def _file(number: int) -> pl.Expr:
    """A submitted file; the first one carries the flags of reuse and of the store."""
    nothing = pl.lit("0")
    return pl.struct(
        TenTepDinhKem=pl.lit(f"giay-to-{number}.pdf"),
        IsDeleted=pl.lit("False"),
        MaThanhPhanHoSo=pl.lit(f"TP{number:02}"),
        DuongDanTaiTepTin=pl.format("/mo-phong/{}/giay-to-{}.pdf", "MaHoSo", pl.lit(number)),
        DuocSoHoa=pl.when(pl.col("NoiNopHoSo") == "1").then("_reused").otherwise(pl.lit("1")),
        DuocTaiSuDung=pl.col("_reused") if number == 1 else nothing,
        DuocLayTuKhoDMQG=pl.col("_store") if number == 1 else nothing,
    )


def _fee_line() -> pl.Expr:
    return pl.struct(
        TenPhiLePhi=pl.lit("Lệ phí mô phỏng"),
        MaPhiLePhi=pl.lit("LP01"),
        HinhThucThu=pl.lit("1"),
        Gia=pl.col("_fee"),
        LoaiPhiLePhi=pl.lit("2"),
    )


def _result() -> pl.Expr:
    return pl.struct(
        TenGiayTo=pl.lit("Kết quả giải quyết"),
        GiayToId=pl.format("{}-KQ", "MaHoSo"),
        DuongDanTepTinKetQua=pl.format("/mo-phong/{}/ket-qua.pdf", "MaHoSo"),
        MaGiayToKetQua=pl.format("KQ.{}", "MaHoSo"),
    )


def last_status(dossiers: Dossiers) -> Ints:
    """The status that each dossier's last step gives it."""
    h = dossiers.history
    waiting = (h.asked[0] != NONE) & ~h.finished
    return np.where(h.returned != NONE, 10, np.where(h.finished, h.ending, np.where(waiting, 5, 4)))


def _step_frame(rng: np.random.Generator, dossiers: Dossiers, rows: Ints, codes: pl.Series) -> pl.DataFrame:
    h = dossiers.history
    parts = (
        (np.where(dossiers.online, h.filed, NONE), 1),
        (h.received, 2),
        (h.started, 4),
        (h.asked[0], 5),
        (h.resumed, 4),
        (h.asked[1], 5),
        (h.end, 0),
        (h.returned, 10),
    )
    row, at, status = [], [], []
    for moments, code in parts:
        known = np.flatnonzero(moments[rows] != NONE)
        row.append(rows[known])
        at.append(moments[rows][known])
        status.append(np.full(len(known), code) if code else h.ending[rows][known])
    rows_, at_, status_ = np.concatenate(row), np.concatenate(at), np.concatenate(status)
    order = np.lexsort((status_, at_, rows_))
    rows_, at_, status_ = rows_[order], at_[order], status_[order]
    words = np.array([STEP_WORDS.get(n, "") for n in range(11)])
    officer = pl.Series(rng.integers(1, 200, len(rows_))).cast(pl.String).str.zfill(3)
    return pl.DataFrame(
        {
            "MaHoSo": codes[rows_],
            "NguoiXuLy": "Cán bộ thử " + officer,
            "ChucDanh": "Chuyên viên",
            "ThoiDiemXuLy": stamp(at_, "at"),
            "PhongBanXuLy": np.where(status_ <= 2, "Bộ phận một cửa", "Phòng chuyên môn"),
            "NoiDungXuLy": words[status_],
            "TrangThai": status_.astype(str),
        }
    )
