"""What senders look up: procedures, and dossiers of their own units, answered from what is held.

The answers have the keys that the national portal's have, as far as the records know their values.
Nothing of a person is among them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis

from phucvu.inbox.watching import Registers
from phucvu.records.codes import PUBLIC


def procedures(registers: Registers) -> list[dict[str, Any]]:
    """LayDanhSachTTHC: every procedure held."""
    return [
        {"MATTHC": row["code"], "TENTTHC": row["name"] or "", "TENLINHVUC": row["field"] or ""}
        for row in registers.procedures().iter_rows(named=True)
    ]


def procedure(registers: Registers, code: str) -> list[dict[str, Any]]:
    """LayThuTuc: the procedure with a code, in a list; an empty one where there is none."""
    units = registers.known().units
    return [
        {
            "MATTHC": row["code"],
            "TENTTHC": row["name"] or "",
            "LINHVUCTHUCHIEN": [{"MALINHVUC": "", "TENLINHVUC": row["field"] or ""}],
            "COQUANTHUCHIEN": [
                {"MADONVI": u.code, "TENDONVI": u.name} for u in [units.get(row["owner"])] if u
            ],
            "TRANGTHAI": 1 if row["status"] in PUBLIC else 0,
        }
        for row in registers.procedures().filter(code=code).iter_rows(named=True)
    ]


def dossiers(registers: Registers, account: str, code: str) -> list[dict[str, Any]]:
    """TraCuuHoSo: the dossiers with a code that a unit of the account handles, with their steps.

    More than one where two systems sent dossiers with the same code.
    """
    store = registers.store
    con = ibis.duckdb.connect()
    held = store.table(con, "dossiers").filter(lambda d: d.code == code).to_polars()
    own = held.filter(held["unit"].is_in(list(registers.below(account))))
    steps = store.table(con, "steps").filter(lambda s: s.code == code).to_polars() if own.height else held
    con.disconnect()
    names = registers.known().procedures
    return [
        {
            "MaHoSo": row["code"],
            "MaTTHC": row["procedure"],
            "TenTTHC": names.get(row["procedure"], ""),
            "DonViXuLy": row["unit"],
            "TrangThaiHoSo": str(row["status"]),
            "NgayNopHoSo": _digits(row["filed_at"]),
            "NgayTiepNhan": _digits(row["received_at"]),
            "NgayHenTra": _digits(row["due_at"]),
            "NgayKetThucXuLy": _digits(row["ended_at"]),
            "NgayTra": _digits(row["returned_at"]),
            "TienDo": [
                {"ThoiDiemXuLy": _digits(at), "TrangThai": str(status)}
                for at, status in steps.filter(sender=row["sender"])
                .sort("at", "sequence")
                .select("at", "status")
                .iter_rows()
            ],
        }
        for row in own.sort("sender").iter_rows(named=True)
    ]


def _digits(moment: dt.datetime | None) -> str:
    return f"{moment:%Y%m%d%H%M%S}" if moment else ""
