"""A home of a province that does not exist, with a year of figures, for the pictures of the site.

Nothing in it is of a real office, so that no picture says what an office never did.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import random
from pathlib import Path

import polars as pl

from phucvu.engine.by_procedure import SCHEMA as BY_PROCEDURE
from phucvu.figures.periods import Period
from phucvu.figures.table import SCHEMA
from phucvu.inbox.home import open_home
from phucvu.intake.files import import_file
from phucvu.intake.policy import Policy
from phucvu.rules.loading import load

ROOT = "H99"
CHANGE = dt.date(2025, 7, 1)
COUNTED_AT = dt.datetime(2026, 10, 1, 8, 30)

DEPARTMENTS = ("Công Thương", "Giáo dục và Đào tạo", "Nội vụ", "Tài chính", "Tư pháp", "Xây dựng", "Y tế")
COMMUNES = (
    *("An Thử", "Bình Thử", "Cẩm Thử", "Đông Thử", "Gia Thử", "Hòa Thử", "Khánh Thử", "Long Thử"),
    *("Mỹ Thử", "Nam Thử", "Phú Thử", "Quảng Thử", "Sơn Thử", "Tân Thử", "Vĩnh Thử", "Xuân Thử"),
    *("An Mẫu", "Bình Mẫu", "Cẩm Mẫu", "Đông Mẫu", "Hòa Mẫu", "Long Mẫu", "Phú Mẫu", "Tân Mẫu"),
)
PROCEDURES = (
    "Cấp giấy phép thử nghiệm",
    "Chứng thực bản sao mẫu",
    "Đăng ký việc mẫu",
    "Xác nhận thông tin thử",
    "Cấp lại giấy tờ mẫu",
    "Thẩm định hồ sơ thử",
)
ACROSS, DOWN = 6, 4


def make(home: Path) -> None:
    """Make the home: units, procedures, 13 months with their quarters and years, and a map."""
    open_home(home, "phucvu.web.settings")
    # Its tables can be named only once the database is set up.
    from phucvu.inbox import counting
    from phucvu.records.store import Store

    store = Store(str(home))
    for name, frame in {"units.csv": _units(), "procedures.csv": _procedures()}.items():
        frame.write_csv(home / name)
        import_file(store, home / name, policy=Policy(synchronised=True))
    # A home without dossiers says so on every page; what this one shows is invented below.
    store.append("dossiers", pl.DataFrame({"sender": [ROOT], "code": ["1"], "unit": [f"{ROOT}.101"]}))
    months = [Period.parse("2026-09")]
    while len(months) < 13:
        months.append(months[-1].previous())
    periods = [
        *months,
        *(Period.parse(text) for text in ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3", "2026")),
    ]
    for number, period in enumerate(periods):
        counting.publish(period, _figures(period, number), COUNTED_AT)
        counting.publish_procedures(period, _by_procedure(number))
    (home / "map.geojson").write_text(json.dumps(_map()), encoding="utf-8")


def _codes() -> dict[str, str]:
    """Each unit that has figures, and its kind."""
    codes = {ROOT: "province"} | {f"{ROOT}.{10 + i}": "department" for i in range(len(DEPARTMENTS))}
    return codes | {f"{ROOT}.{101 + i}": "commune" for i in range(len(COMMUNES))}


def _units() -> pl.DataFrame:
    before = {"valid_to": str(CHANGE - dt.timedelta(days=1))}
    rows = [{"code": ROOT, "name": "UBND tỉnh Ví Dụ", "kind": "province"}]
    rows += [
        {"code": f"{ROOT}.{10 + i}", "name": f"Sở {name}", "kind": "department", "parent": ROOT}
        for i, name in enumerate(DEPARTMENTS)
    ]
    rows += [
        {"code": f"{ROOT}.{101 + i}", "name": f"UBND xã {name}", "kind": "commune", "parent": ROOT}
        | {"valid_from": str(CHANGE)}
        for i, name in enumerate(COMMUNES)
    ]
    old = f"{ROOT}.31"
    rows.append({"code": old, "name": "UBND huyện Cũ", "kind": "district", "parent": ROOT} | before)
    rows += [
        {"code": f"{old}.{i}", "name": f"UBND xã {name}", "kind": "commune", "parent": old}
        | {"successor": f"{ROOT}.101"}
        | before
        for i, name in enumerate(("An Cũ", "An Xưa"), 1)
    ]
    columns = ["code", "name", "kind", "parent", "valid_from", "valid_to", "successor"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def _procedures() -> pl.DataFrame:
    rows = [(f"9.00000{i + 1}", name, "Thử", ROOT, "public") for i, name in enumerate(PROCEDURES)]
    return pl.DataFrame(rows, schema=["code", "name", "field", "owner", "status"], orient="row")


def _figures(period: Period, number: int) -> pl.DataFrame:
    """Each unit does as well as its number says, a little better each month."""
    rows = []
    for place, (code, kind) in enumerate(_codes().items()):
        for indicator in load("portal-2026").at(period.last).indicators:
            if kind in indicator.applies_to:
                chance = random.Random(f"{code} {indicator.id}")
                share = chance.uniform(0.45, 1) - 0.012 * number + 0.02 * math.sin(number + place)
                whole = chance.randrange(40, 900) * (20 if kind == "province" else 1)
                rows.append(
                    (str(period), code, indicator.id, round(whole * min(1.0, max(0.0, share))), whole)
                )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _by_procedure(number: int) -> pl.DataFrame:
    rows = []
    for i in range(len(PROCEDURES)):
        chance = random.Random(i)
        own = [
            (code, chance.randrange(20, 300)) for code in _codes() if code != ROOT and chance.random() < 0.6
        ]
        for code, received in [(ROOT, sum(count for _code, count in own)), *own]:
            took = 1 + i * 0.7 + (len(code) * 7 + received) % 5 / 4 + number / 20
            handled, finished = received + received // 20, received - received // 15
            late = handled * ((i * 5 + received) % 17) // 100
            rows.append(
                (code, f"9.00000{i + 1}", received, handled, handled - late, finished, took, took - 0.5)
            )
    order = ["unit", "procedure", "received", "handled", "on_time", "finished", "average_days", "median_days"]
    return pl.DataFrame(rows, schema={name: BY_PROCEDURE[name] for name in order}, orient="row")


def _map() -> dict[str, object]:
    """Outlines of the communes: a grid whose inner corners are moved about."""
    chance = random.Random(766)
    corners = {
        (x, y): (
            107 + x * 0.2 + chance.uniform(-0.07, 0.07),
            15 - y * 0.2 + chance.uniform(-0.07, 0.07),
        )
        for x in range(ACROSS + 1)
        for y in range(DOWN + 1)
    }
    features = []
    for i in range(ACROSS * DOWN):
        x, y = i % ACROSS, i // ACROSS
        ring = [corners[place] for place in ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y))]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append(
            {"type": "Feature", "properties": {"code": f"{ROOT}.{101 + i}"}, "geometry": geometry}
        )
    return {"type": "FeatureCollection", "features": features}
