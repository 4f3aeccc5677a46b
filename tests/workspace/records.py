"""A small province around the present moment: every list has something in it. Nobody in it lives."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.intake import wire
from phucvu.problems import Fault
from phucvu.records import set_aside
from phucvu.records.set_aside import Aside
from phucvu.records.store import Store

UNITS = [
    ("H99", "UBND tỉnh Thử Nghiệm", "province", None),
    ("H99.01", "Sở Thử Một - tỉnh Thử Nghiệm", "department", "H99"),
    ("H99.201", "UBND xã Thử Hai", "commune", "H99"),
    ("H98", "UBND tỉnh Khác", "province", None),
    ("H98.01", "Sở Khác", "department", "H98"),
]
PROCEDURES = [
    ("1.001", "Thủ tục có phí", True, True, True),
    ("1.002", "Thủ tục không phí", False, True, False),
]

PERSONAL = {
    "ChuHoSo": "Nguyễn Văn Thử",
    "SoDienThoai": "0900000012",
    "Email": "thu@vidu.vn",
    "ThongTinKhac": "Số 0 đường Không Có",
    "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "000000000012"}],
}
SECRETS = ("Nguyễn Văn Thử", "0900000012", "thu@vidu.vn", "Không Có", "000000000012")
"""What no page or file may hold that was not asked for one by one."""

RECEIVED, WORKED, ASKED, DONE = 2, 4, 5, 9

NEXT_YEAR = dt.timedelta(days=400)


def dossiers(now: dt.datetime) -> list[dict[str, Any]]:
    """By what each is: the last part of its code. Those «done» ended a moment ago, in the running month."""
    day = dt.timedelta(days=1)
    tonight = dt.datetime.combine(now.date(), dt.time(23, 59, 59))
    before = now - 3 * day
    well = {"files": 1, "result_file": True, "result_code": True, "channel": 2, "vneid": True}
    kinds: dict[str, dict[str, Any]] = {
        "overdue": {"due_at": before + day, "steps": [(RECEIVED, before)]},
        "today": {"due_at": tonight, "steps": [(RECEIVED, before)]},
        "later": {"due_at": now + NEXT_YEAR, "steps": [(RECEIVED, before)], **well},
        "waiting": {"due_at": now + NEXT_YEAR, "steps": [(RECEIVED, before), (ASKED, before + day)]},
        "done": {"due_at": now + day, "steps": [(RECEIVED, before), (DONE, now)], **well},
        "done-bare": {"due_at": now + day, "steps": [(RECEIVED, before), (DONE, now)], "files": 1},
        "done-late": {"due_at": before + day, "steps": [(RECEIVED, before), (DONE, now)], **well},
        "unpaid": {
            "due_at": now + NEXT_YEAR,
            "received_at": now,
            "procedure": "1.001",
            "channel": 2,
            "fee_lines": 1,
            "fees": 50_000,
            "paid_online": 0,
            "steps": [(RECEIVED, now)],
        },
        "disliked": {"due_at": now + NEXT_YEAR, "steps": [(RECEIVED, before)]},
    }
    rows = []
    for unit in ("H99.01", "H99.201", "H98.01"):
        for name, said in kinds.items():
            code = f"{unit}-{name}"
            row = {"received_at": before, "procedure": "1.002", "channel": 1} | said
            status = row["steps"][-1][0]
            payload = json.dumps({"MaHoSo": code, **PERSONAL}, ensure_ascii=False)
            rows.append(
                row
                | {"sender": unit.split(".")[0], "code": code, "unit": unit, "status": status}
                | {"moment": now, "payload": payload}
            )
    return rows


def append_dossiers(store: Store, rows: list[dict[str, Any]]) -> None:
    """Dossiers as ``dossiers`` gives them, with their steps."""
    steps = [
        {"sender": row["sender"], "code": row["code"], "at": at, "status": status}
        for row in rows
        for status, at in row.pop("steps")
    ]
    store.append("dossiers", pl.DataFrame(rows, infer_schema_length=None))
    store.append("steps", pl.DataFrame(steps))


def fill(store: Store, now: dt.datetime) -> None:
    """The province, its dossiers as of ``now``, and rows set aside."""
    now = now.replace(microsecond=0)
    store.append("units", pl.DataFrame(UNITS, schema=["code", "name", "kind", "parent"], orient="row"))
    columns = ["code", "name", "fee", "for_citizens", "paper_result"]
    procedures = pl.DataFrame(PROCEDURES, schema=columns, orient="row")
    store.append("procedures", procedures.with_columns(owner=pl.lit("H99"), status=pl.lit("public")))
    pairs = [(unit, code) for unit in ("H99.01", "H99.201") for code, *_ in PROCEDURES]
    store.append("authority", pl.DataFrame(pairs, schema=["unit", "procedure"], orient="row"))
    append_dossiers(store, dossiers(now))
    answers = [
        {"sender": "H99", "code": "H99.01-later", "outcome": "acknowledged"},
        {"sender": "H99", "code": "H99.201-later", "outcome": "refused", "error_code": "606"},
    ]
    reason = "MaTTHC chưa có trong bảng TTHC của Nguyễn Văn Thử"
    store.append("portal_answers", pl.DataFrame(answers).with_columns(at=now, message=pl.lit(reason)))
    disliked = [{"dossier": f"{u}-disliked", "unit": u, "value": -1} for u in ("H99.01", "H99.201")]
    store.append("ratings", pl.DataFrame(disliked))
    month = Period.months(now.year, now.month, 1)
    store.append("reports", pl.DataFrame([{"unit": "H99", "period": str(month), "received": 100}]))
    set_aside.add(store, asides())


def asides() -> list[Aside]:
    """Two dossiers of a unit that nobody knows, one of another province, one that is no JSON."""
    found = []
    for n, (sender, unit) in enumerate([("H99", "Sở Nào Đó"), ("H99", "Sở Nào Đó"), ("H98", "Sở Kia")]):
        payload = {
            "MaHoSo": f"LA-{n}",
            "MaTTHC": "1.002",
            "NgayTiepNhan": "20260105080000",
            "TrangThaiHoSo": "2",
            "DonViXuLy": unit,
            **PERSONAL,
        }
        fault = Fault("unit_unknown", dossier=f"LA-{n}", field="DonViXuLy", name=unit)
        said = json.dumps(payload, ensure_ascii=False)
        found.append(Aside(wire.DOSSIER, fault, said, sender, unit, "unit"))
    found.append(Aside(wire.DOSSIER, Fault("not_json"), '{"ChuHoSo": "Nguyễn Văn Thử", ', "H99"))
    return found
