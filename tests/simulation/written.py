"""Simulated files read back as plain rows, with nothing of the import."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]

FLAGS = ("for_citizens", "fee", "paper_result", "parts_complete", "reraised", "working")
NUMBERS = ("max_time", "received", "likes", "dislikes", "value")
DAYS = ("decided_on", "effective_on", "published_on", "valid_from", "valid_to")


def moment(text: str) -> dt.datetime | None:
    return dt.datetime.strptime(text, "%Y%m%d%H%M%S") if text else None


def lines(path: Path) -> Iterator[tuple[str | None, Row]]:
    """Each dossier or step with the sender that its call names."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield (row["madonvi"], row["data"][0]) if "data" in row else (None, row)


def dossier(sender: str | None, sent: Row) -> Row:
    files = [f for f in sent["TaiLieuNop"] if f["IsDeleted"] == "False"]
    results = [r for r in sent["DanhSachGiayToKetQua"] if r["DuongDanTepTinKetQua"]]
    return {
        "sender": sender or sent["DonViXuLy"][:3],
        "code": sent["MaHoSo"],
        "unit": sent["DonViXuLy"],
        "procedure": sent["MaTTHC"],
        "channel": int(sent["KenhThucHien"]),
        "received_at": moment(sent["NgayTiepNhan"]),
        "due_at": moment(sent["NgayHenTra"]),
        "ended_at": moment(sent["NgayKetThucXuLy"]),
        "returned_at": moment(sent["NgayTra"]),
        "digitised_parts": sent["HoSoCoThanhPhanSoHoa"] == "1",
        "vneid": sent["TaiKhoanDuocXacThucVoiVNeID"] == "1",
        "paid_online": int(sent["DuocThanhToanTrucTuyen"]),
        "files": len(files),
        "files_reused": any(f["DuocTaiSuDung"] in "12" for f in files),
        "files_digitised": any(f["DuocSoHoa"] == "1" for f in files),
        "filed_national": sent["NoiNopHoSo"] == "1",
        "files_from_store": any(f["DuocLayTuKhoDMQG"] == "1" for f in files),
        "fee_lines": len(sent["DanhSachLePhi"]),
        "fees": sum(int(line["Gia"]) for line in sent["DanhSachLePhi"]),
        "result_file": bool(results),
        "result_code": any(r["MaGiayToKetQua"] for r in results),
        "population_data": any(c["MaCSDL"] == "1" for c in sent["DSKetNoiCSDL"]),
    }


def typed(column: str, text: str) -> Any:
    if text == "":
        return None
    if column in FLAGS:
        return {"0": False, "1": True}[text]
    if column in NUMBERS:
        return int(text)
    if column.endswith("_at"):
        return dt.datetime.fromisoformat(text)
    return dt.date.fromisoformat(text) if column in DAYS else text


def records(folder: Path) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = [{k: typed(k, v) for k, v in row.items()} for row in csv.DictReader(file)]
    sent = [dossier(*line) for line in lines(folder / "dossiers.jsonl")]
    sender_of = {row["code"]: row["sender"] for row in sent}
    steps = [
        {
            "sender": sender or sender_of[row["MaHoSo"]],
            "code": row["MaHoSo"],
            "at": moment(row["ThoiDiemXuLy"]),
            "status": int(row["TrangThai"]),
        }
        for sender, row in lines(folder / "steps.jsonl")
    ]
    return {**found, "dossiers": sent, "steps": steps}
