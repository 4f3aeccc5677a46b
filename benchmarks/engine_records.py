"""Synthetic records of one province at any size, written as Parquet: what the engine's benchmarks count.

Nothing here is anybody's: codes are numbers drawn from a seed. The shape is that of a real province:
15 departments and 135 communes, 1,500 procedures, about 4.3 steps a dossier, supplements asked for in
3 % of them, dossiers spread over the fourteen months up to the end of 2026. Files are as the store's
compaction leaves them: sorted by dossier, with ``dossier_id``.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from phucvu.records.schema import DOSSIER_ID, TABLES

ROOT = "H99"
DEPARTMENTS = [f"{ROOT}.{n:02}" for n in range(1, 16)]
COMMUNES = [f"{ROOT}.{n}" for n in range(201, 336)]
UNITS = [*DEPARTMENTS, *COMMUNES]
PROCEDURES = [f"1.{n:06}" for n in range(1, 1500)] + ["2.000815"]
FIRST = dt.datetime(2025, 11, 1)
LAST = dt.datetime(2026, 12, 31)
CHUNK = 500_000
AT_DEPARTMENTS = 0.35
DRAWN = ("dossiers", "steps")
"""The tables that are drawn and written in parts."""


def write(folder: Path, dossiers: int, seed: int = 7) -> None:
    """Write every table of ``phucvu.records.schema`` under the folder, one directory each.

    Dossiers and steps are drawn and written a few units at a time, so that memory does not grow with
    ``dossiers``.
    """
    rng = np.random.default_rng(seed)
    small = _small_tables(rng, dossiers)
    of_no_count = {name: pl.DataFrame(schema=TABLES[name].types) for name in TABLES if name not in DRAWN}
    for name, part in (of_no_count | small).items():
        _put(folder, name, part, 0)
    shares = np.array(
        [AT_DEPARTMENTS / len(DEPARTMENTS)] * len(DEPARTMENTS)
        + [(1 - AT_DEPARTMENTS) / len(COMMUNES)] * len(COMMUNES)
    )
    counts = rng.multinomial(dossiers, shares)
    chunk = np.cumsum(counts) // CHUNK
    for index, number in enumerate(np.unique(chunk)):
        units = np.flatnonzero(chunk == number)
        parts = _dossiers(rng, np.repeat(units, counts[units]), int(counts[: units[0]].sum()))
        for name, part in parts.items():
            _put(folder, name, part, index)


def _put(folder: Path, name: str, frame: pl.DataFrame, index: int) -> None:
    table = TABLES[name]
    types = {c: t for c, t in table.types.items() if c != "payload"}
    types |= DOSSIER_ID if "dossier_id" in table.kept else {}
    missing = [pl.lit(None, t).alias(c) for c, t in types.items() if c not in frame.columns]
    (folder / name).mkdir(parents=True, exist_ok=True)
    whole = frame.with_columns(missing).select(pl.col(c).cast(t) for c, t in types.items())
    whole.write_parquet(folder / name / f"{index:04}.parquet", row_group_size=122_880)


def _small_tables(rng: np.random.Generator, dossiers: int) -> dict[str, pl.DataFrame]:
    kinds = ["province", *["department"] * len(DEPARTMENTS), *["commune"] * len(COMMUNES)]
    units = pl.DataFrame(
        {"code": [ROOT, *UNITS], "name": [f"Đơn vị {c}" for c in [ROOT, *UNITS]], "kind": kinds}
    ).with_columns(parent=pl.when(pl.col("code") != ROOT).then(pl.lit(ROOT)))
    n = len(PROCEDURES)
    procedures = pl.DataFrame(
        {
            "code": PROCEDURES,
            "name": [f"Thủ tục {c}" for c in PROCEDURES],
            "owner": ROOT,
            "for_citizens": rng.random(n) < 0.7,
            "fee": rng.random(n) < 0.4,
            "paper_result": rng.random(n) < 0.8,
            "max_time": rng.choice([1, 3, 5, 7, 10, 15, 20, 30], n),
            "max_time_unit": rng.choice(["workday", "day", "hour", "month"], n, p=[0.85, 0.1, 0.03, 0.02]),
            "status": rng.choice(["public", "public_amended", "abolished"], n, p=[0.8, 0.15, 0.05]),
            "parts_complete": rng.random(n) < 0.95,
        }
    )
    authority = _authority()
    offered = authority.filter(pl.Series(rng.random(len(authority)) < 0.7))
    services = offered.with_columns(
        code=pl.concat_str(pl.lit("DV."), pl.int_range(len(offered)).cast(pl.String)),
        level=pl.Series(rng.choice(["partial", "full"], len(offered))),
        status=pl.Series(
            rng.choice(["public", "stopping", "testing", "stopped"], len(offered), p=[0.9, 0.03, 0.03, 0.04])
        ),
    )
    decided = [dt.date(2026, 1, 5) + dt.timedelta(days=int(d)) for d in rng.integers(0, 350, 600)]
    decisions = pl.DataFrame(
        {
            "number": [f"{i // 3}/QĐ-UBND" for i in range(600)],
            "unit": ROOT,
            "kind": "amended",
            "decided_on": decided,
            "effective_on": [
                d + dt.timedelta(days=int(n)) for d, n in zip(decided, rng.integers(2, 20, 600), strict=True)
            ],
            "procedure": [PROCEDURES[(7 * i) % n] for i in range(600)],
            "published_on": [
                d + dt.timedelta(days=int(n)) for d, n in zip(decided, rng.integers(0, 12, 600), strict=True)
            ],
        }
    )
    periods = [*[f"2026-{m:02}" for m in range(1, 13)], "2026", "2025"]
    reports = pl.DataFrame(
        [
            {"unit": u, "period": p, "received": max(1, dossiers // (150 if "-" in p else 12))}
            for u in [ROOT, *UNITS]
            for p in periods
        ]
    )
    calendar = pl.DataFrame({"date": [dt.date(2026, 1, 10)], "working": [True], "note": ["làm bù, hoán đổi"]})
    return {
        "units": units,
        "procedures": procedures,
        "authority": authority,
        "services": services,
        "decisions": decisions,
        "reports": reports,
        "calendar": calendar,
    }


def _authority() -> pl.DataFrame:
    """Each department settles 80 procedures of its own, each commune the same 300."""
    own = [(u, PROCEDURES[80 * i + k]) for i, u in enumerate(DEPARTMENTS) for k in range(80)]
    shared = [(u, p) for u in COMMUNES for p in PROCEDURES[-300:]]
    return pl.DataFrame([*own, *shared], schema=["unit", "procedure"], orient="row")


def _dossiers(rng: np.random.Generator, unit: np.ndarray, serial: int) -> dict[str, pl.DataFrame]:
    """Dossiers of the given units (one index each), with their steps, ratings and petitions."""
    size = len(unit)

    def chance(share: float) -> np.ndarray:
        return rng.random(size) < share

    # A commune mostly sees the same few procedures of 300; a department has 80 of its own.
    at_department = unit < len(DEPARTMENTS)
    skewed = rng.beta(0.6, 3.0, size)
    procedure = np.where(
        at_department, 80 * unit + (80 * skewed).astype(int), 1200 + (300 * (1 - skewed)).astype(int)
    ).clip(0, len(PROCEDURES) - 1)

    def seconds(values: np.ndarray) -> np.ndarray:
        return (values.astype(np.int64) * 1_000_000).astype("timedelta64[us]")

    received = np.datetime64(FIRST, "us") + seconds(
        rng.integers(0, int((LAST - FIRST).total_seconds()), size)
    )
    days = rng.choice([1, 3, 5, 7, 10, 15], size)
    took = seconds(days * 86400 * rng.gamma(4.0, 0.16, size))
    finished = chance(0.96)
    ended = received + took
    supplement = chance(0.03)
    resumed = supplement & chance(0.9)
    refused = finished & chance(0.01)
    withdrawn = finished & ~refused & chance(0.01)
    done = finished & ~refused & ~withdrawn
    given = done & chance(0.75)
    online = chance(0.55)
    stepless = chance(0.01)

    paid = np.where(chance(0.3), 1 + chance(0.5), 0)
    fee_lines = np.where(chance(0.4), 1, 0)
    frame = pl.DataFrame(
        {
            "number": np.arange(serial, serial + size),
            "dossier_id": rng.integers(-(2**63), 2**63 - 1, size),
            "unit": pl.Series(UNITS).gather(unit),
            "procedure": pl.Series(PROCEDURES).gather(procedure),
            "channel": np.where(online, 2, np.where(chance(0.1), 3, 1)),
            "status": np.where(done, 9, 4),
            "received_at": received,
            "due": received + seconds(days * 86400),
            "due_known": chance(0.98),
            "ended": ended,
            "finished": finished,
            "digitised_parts": chance(0.3),
            "vneid": chance(0.6),
            "paid_online": paid,
            "files": rng.integers(0, 4, size),
            "files_reused": chance(0.3),
            "files_from_store": chance(0.1),
            "fee_lines": fee_lines,
            "fees": fee_lines * np.where(chance(0.8), 50_000, 0),
            "result_file": done & chance(0.85),
            "population_data": chance(0.2),
            "rated": chance(0.05),
            "value": np.where(chance(0.04), -1, 1),
            "petitioned": chance(0.0005),
        }
    ).with_columns(
        sender=pl.lit(ROOT),
        filed_at=pl.col("received_at"),
        due_at=pl.when("due_known").then(pl.col("due").dt.truncate("1d") + pl.duration(seconds=86399)),
        ended_at=pl.when("finished").then("ended"),
        result_code=pl.col("result_file"),
        moment=pl.col("ended"),
    )
    day = pl.col("received_at").dt.strftime("%y%m%d")
    frame = frame.with_columns(
        code=pl.concat_str("unit", day, pl.col("number").cast(pl.String), separator="-")
    )

    def step(which: np.ndarray, status: int, at: np.ndarray) -> pl.DataFrame:
        which = which & ~stepless
        rows = frame.filter(pl.Series(which)).select("sender", "code", "dossier_id")
        return rows.with_columns(at=pl.Series(at[which]), status=pl.lit(status, pl.Int8))

    every = np.ones(size, dtype=bool)
    steps = pl.concat(
        [
            step(online, 1, received - np.timedelta64(2, "h")),
            step(every, 2, received),
            step(every, 4, received + seconds(took.astype(np.int64) // 10_000_000)),
            step(supplement, 5, received + seconds(took.astype(np.int64) // 4_000_000)),
            step(resumed, 4, received + seconds(took.astype(np.int64) // 2_000_000)),
            step(done, 9, ended),
            step(given, 10, ended + np.timedelta64(5, "h")),
            step(refused, 3, ended),
            step(withdrawn, 7, ended),
        ]
    ).sort("sender", "code", "at")
    ratings = frame.filter("rated").select("unit", "value", dossier="code")
    asked = pl.col("received_at") + pl.duration(days=2)
    petitions = frame.filter("petitioned").select(
        "unit",
        code=pl.concat_str(pl.lit("PA-"), pl.col("number").cast(pl.String)),
        **{"class": pl.lit("policy")},
        arrived_at=asked,
        answered_at=asked + pl.duration(days=pl.col("number") % 25),
        published_at=asked + pl.duration(days=pl.col("number") % 25 + pl.col("number") % 4),
        likes=pl.lit(0),
        dislikes=pl.col("number") % 3,
        reraised=pl.col("number") % 10 == 0,
        dossier="code",
    )
    return {
        "dossiers": frame.sort("sender", "code"),
        "steps": steps,
        "ratings": ratings,
        "petitions": petitions,
    }
