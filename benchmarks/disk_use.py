"""How many bytes a dossier takes: python benchmarks/disk_use.py [--dossiers N] [--of-a-call K].

Each dossier is sent three times (received, in process, finished with a result) and has four steps, with
names and numbers of its own, so that it compresses no better than what systems send. Everything is
kept as calls of so many, moved into the records and compacted.
Printed are the bytes of each part as /metrics has them, for one dossier.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import random
import sys
import tempfile
import zlib
from pathlib import Path

import msgspec
import polars as pl

sys.path.insert(0, str(Path(__file__).parent))

import inbox_speed

from phucvu.bench import made_records
from phucvu.inbox.home import open_home
from phucvu.records.store import Store

VERSIONS = ("2", "4", "9")
STEPS = (1, 2, 4, 9)
SYLLABLES = [
    "an",
    "bình",
    "cường",
    "dũng",
    "giang",
    "hà",
    "khánh",
    "lan",
    "minh",
    "nam",
    "phúc",
    "quân",
    "sơn",
    "thảo",
    "uyên",
    "việt",
    "xuân",
    "yến",
]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--dossiers", type=int, default=10_000)
    words.add_argument("--of-a-call", type=int, default=100, help="dossiers, or steps, of a call")
    said = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="phucvu-disk-") as folder:
        for part, size in sorted(used(Path(folder), said.dossiers, said.of_a_call).items()):
            print(f"calls of {said.of_a_call:>3}  {part:<40} {size / said.dossiers:>9,.0f} bytes a dossier")


def used(folder: Path, dossiers: int, of_a_call: int) -> dict[str, int]:
    store = Store(folder / "home")
    made_records.write(folder / "made", 1000)
    for name in ("units", "procedures"):
        for part in sorted((folder / "made" / name).glob("*.parquet")):
            store.append(name, pl.read_parquet(part))
    open_home(folder / "home")
    from django.db import transaction

    from phucvu.inbox import senders
    from phucvu.inbox.models import Body, Part, Payload, Sender
    from phucvu.inbox.moving import Mover
    from phucvu.inbox.retention import measure
    from phucvu.inbox.watching import Registers

    senders.create(store, "disk", made_records.ROOT)
    mover, dice, moment = Mover(Registers(store)), random.Random(1), dt.datetime(2026, 11, 2, 8)
    measure(store)
    empty = dict(Part.objects.values_list("name", "bytes"))

    def keep(service: str, items: list[bytes]) -> None:
        packed = msgspec.msgpack.encode(items)
        payload = Payload.objects.create(
            sender=Sender.objects.get(),
            unit=made_records.ROOT,
            service=service,
            received_at=moment,
            digest=hashlib.sha256(packed).hexdigest(),
            items=len(items),
        )
        Body.objects.create(payload=payload, packed=zlib.compress(packed, 1))

    for first in range(0, dossiers, 1000):
        whole = [dossier(number, dice) for number in range(first, min(first + 1000, dossiers))]
        with transaction.atomic():
            for status in VERSIONS:
                sent = [json.dumps(as_sent(one, status), ensure_ascii=False).encode() for one in whole]
                for start in range(0, len(sent), of_a_call):
                    keep("DongBoHoSoMC", sent[start : start + of_a_call])
            steps = [step for one in whole for step in steps_of(one, dice)]
            for start in range(0, len(steps), of_a_call):
                keep("CapNhatTienDoHoSoMC", steps[start : start + of_a_call])
        while mover.move():
            pass
    store.compact(whole=True)
    measure(store)
    sizes = dict(Part.objects.values_list("name", "bytes"))
    return {name: (size or 0) - (empty.get(name) or 0) for name, size in sizes.items()}


def dossier(number: int, dice: random.Random) -> dict:
    name = " ".join(dice.choice(SYLLABLES).title() for _ in range(3))
    said = inbox_speed.dossier(f"{made_records.ROOT}-2611-{number:07}", number)
    return said | {
        "ChuHoSo": name,
        "SoDienThoai": f"0{dice.randrange(10**8, 10**9)}",
        "MaDoiTuong": f"{dice.randrange(10**11, 10**12)}",
        "ThongTinKhac": f"Số {dice.randrange(999)} đường {dice.choice(SYLLABLES).title()}",
        "TrichYeuHoSo": f"Hồ sơ của {name}, {dice.randrange(10**6)}",
        "NgayTiepNhan": f"202611{dice.randrange(1, 29):02}08{dice.randrange(60):02}{dice.randrange(60):02}",
    }


def as_sent(said: dict, status: str) -> dict:
    if status != "9":
        return said | {"TrangThaiHoSo": status}
    result = {
        "TenGiayTo": "Kết quả",
        "MaGiayToKetQua": said["MaHoSo"],
        "DuongDanTepTinKetQua": "https://x.vn/1",
    }
    ended = said["NgayTiepNhan"][:8] + "160000"
    return said | {"TrangThaiHoSo": "9", "NgayKetThucXuLy": ended, "DanhSachGiayToKetQua": [result]}


def steps_of(said: dict, dice: random.Random) -> list[bytes]:
    return [
        json.dumps(
            {
                "MaHoSo": said["MaHoSo"],
                "NguoiXuLy": dice.choice(SYLLABLES).title(),
                "ThoiDiemXuLy": f"{said['NgayTiepNhan'][:8]}{8 + hour:02}{dice.randrange(60):02}00",
                "NoiDungXuLy": "Chuyển bước xử lý hồ sơ",
                "TrangThai": str(status),
            },
            ensure_ascii=False,
        ).encode()
        for hour, status in enumerate(STEPS)
    ]


if __name__ == "__main__":
    main()
