"""Synthetic records of a province or the nation at any size, as Parquet: what is counted to be measured.

Nothing here is anybody's: codes are numbers drawn from a seed. The shape is that of real provinces:
one office in ten is a department, the others communes; 1,500 procedures, about 4.3 steps a dossier,
supplements asked for in 3 % of them, dossiers spread over the fourteen months up to the end of 2026.
Files are sorted by dossier, with ``dossier_id``, as the store's compaction leaves steps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from phucvu.bench.names import OF_A_PROVINCE
from phucvu.records.schema import DOSSIER_ID, TABLES
from phucvu.records.store import Store

ROOT = "H99"
PROCEDURES = [f"1.{n:06}" for n in range(1, 1500)] + ["2.000815"]
FIRST = dt.datetime(2025, 11, 1)
LAST = dt.datetime(2026, 12, 31)
CHUNK = 500_000
AT_DEPARTMENTS = 0.35
DRAWN = ("dossiers", "steps", "ratings", "petitions")
"""The tables that are drawn and written in parts."""

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Offices:
    """So many offices of provinces alike; more than 200 are spread over 34 provinces.

    >>> Offices(150).roots, len(Offices(3500).codes)
    (['H99'], 3502)
    """

    asked: int = OF_A_PROVINCE

    @property
    def roots(self) -> list[str]:
        return [ROOT] if self.asked <= 200 else [f"H{n}" for n in range(10, 44)]

    @property
    def of_each(self) -> int:
        """Offices of a province."""
        return round(self.asked / len(self.roots))

    @property
    def departments(self) -> int:
        """Departments of a province; the others are communes."""
        return max(1, min(15, self.of_each // 10))

    @cached_property
    def codes(self) -> list[str]:
        """All offices, by province: first its departments, then its communes."""
        own = [f"{n:02}" for n in range(1, self.departments + 1)]
        own += [str(n) for n in range(201, 201 + self.of_each - self.departments)]
        return [f"{root}.{n}" for root in self.roots for n in own]

    @property
    def roots_of_codes(self) -> list[str]:
        return [code.partition(".")[0] for code in self.codes]

    def place(self, office: Array) -> Array:
        """The place of offices, told by their number, within their province."""
        return office % self.of_each

    @property
    def shares(self) -> Array:
        """The share of all dossiers that each office has."""
        communes = self.of_each - self.departments
        own = [AT_DEPARTMENTS / self.departments] * self.departments
        own += [(1 - AT_DEPARTMENTS) / communes] * communes
        return np.array(own * len(self.roots)) / len(self.roots)


UNITS = Offices().codes


def write(
    folder: Path,
    dossiers: int,
    offices: int = OF_A_PROVINCE,
    seed: int = 7,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write every table of ``phucvu.records.schema`` under the folder, one directory each.

    Dossiers and steps are drawn and written a few offices at a time, so that memory does not grow with
    ``dossiers``.
    """
    rng = np.random.default_rng(seed)
    every = Offices(offices)
    small = _small_tables(rng, dossiers, every)
    of_no_count = {name: pl.DataFrame(schema=TABLES[name].types) for name in TABLES if name not in DRAWN}
    for name, part in (of_no_count | small).items():
        _put(folder, name, part, 0)
    counts = rng.multinomial(dossiers, every.shares)
    chunk = np.cumsum(counts) // CHUNK
    for index, number in enumerate(np.unique(chunk)):
        of_chunk = np.flatnonzero(chunk == number)
        done = int(counts[: of_chunk[0]].sum())
        for name, part in _dossiers(rng, every, np.repeat(of_chunk, counts[of_chunk]), done).items():
            _put(folder, name, part, index)
        progress(int(counts[: of_chunk[-1] + 1].sum()), dossiers)


def append(folder: Path, store: Store, progress: Callable[[int, int], None]) -> None:
    """Put what was written into a store, a file at a time."""
    files = sorted(folder.glob("*/*.parquet"), key=lambda file: (file.parent.name != "units", file))
    for number, file in enumerate(files, 1):
        frame = pl.read_parquet(file).drop("dossier_id", strict=False)
        if frame.height:
            store.append(file.parent.name, frame)
        progress(number, len(files))


def _put(folder: Path, name: str, frame: pl.DataFrame, index: int) -> None:
    table = TABLES[name]
    types = {c: t for c, t in table.types.items() if c != "payload"}
    types |= DOSSIER_ID if "dossier_id" in table.kept else {}
    missing = [pl.lit(None, t).alias(c) for c, t in types.items() if c not in frame.columns]
    (folder / name).mkdir(parents=True, exist_ok=True)
    whole = frame.with_columns(missing).select(pl.col(c).cast(t) for c, t in types.items())
    whole.write_parquet(folder / name / f"{index:04}.parquet", row_group_size=122_880)


def _small_tables(rng: np.random.Generator, dossiers: int, offices: Offices) -> dict[str, pl.DataFrame]:
    roots, codes = offices.roots, [*offices.roots, *offices.codes]
    of_a_province = ["department"] * offices.departments
    of_a_province += ["commune"] * (offices.of_each - offices.departments)
    units = pl.DataFrame(
        {
            "code": codes,
            "name": [f"Đơn vị {c}" for c in codes],
            "kind": ["province"] * len(roots) + of_a_province * len(roots),
            "parent": [None] * len(roots) + offices.roots_of_codes,
        }
    )
    n = len(PROCEDURES)
    procedures = pl.DataFrame(
        {
            "code": PROCEDURES,
            "name": [f"Thủ tục {c}" for c in PROCEDURES],
            "owner": [roots[i % len(roots)] for i in range(n)],
            "for_citizens": rng.random(n) < 0.7,
            "fee": rng.random(n) < 0.4,
            "paper_result": rng.random(n) < 0.8,
            "max_time": rng.choice([1, 3, 5, 7, 10, 15, 20, 30], n),
            "max_time_unit": rng.choice(["workday", "day", "hour", "month"], n, p=[0.85, 0.1, 0.03, 0.02]),
            "status": rng.choice(["public", "public_amended", "abolished"], n, p=[0.8, 0.15, 0.05]),
            "parts_complete": rng.random(n) < 0.95,
        }
    )
    authority = _authority(offices)
    offered = authority.filter(pl.Series(rng.random(len(authority)) < 0.7))
    services = offered.with_columns(
        code=pl.concat_str(pl.lit("DV."), pl.int_range(len(offered)).cast(pl.String)),
        level=pl.Series(rng.choice(["partial", "full"], len(offered))),
        status=pl.Series(
            rng.choice(["public", "stopping", "testing", "stopped"], len(offered), p=[0.9, 0.03, 0.03, 0.04])
        ),
    )
    decided = 600 * len(roots)
    decided_on = [dt.date(2026, 1, 5) + dt.timedelta(days=int(d)) for d in rng.integers(0, 350, decided)]

    def days_later(least: int, most: int) -> list[dt.date]:
        days = rng.integers(least, most, decided)
        return [day + dt.timedelta(days=int(later)) for day, later in zip(decided_on, days, strict=True)]

    decisions = pl.DataFrame(
        {
            "number": [f"{i // 3}/QĐ-UBND" for i in range(decided)],
            "unit": [roots[i // 600] for i in range(decided)],
            "kind": "amended",
            "decided_on": decided_on,
            "effective_on": days_later(2, 20),
            "procedure": [PROCEDURES[(7 * i) % n] for i in range(decided)],
            "published_on": days_later(0, 12),
        }
    )
    periods = [*[f"2026-{m:02}" for m in range(1, 13)], "2026", "2025"]
    reports = pl.DataFrame(
        [
            {"unit": u, "period": p, "received": max(1, dossiers // (len(codes) if "-" in p else 12))}
            for u in codes
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


def _authority(offices: Offices) -> pl.DataFrame:
    """Each department settles 80 procedures of its own, each commune the same 300."""
    settled = []
    for number, code in enumerate(offices.codes):
        place = number % offices.of_each
        at_department = place < offices.departments
        own = PROCEDURES[80 * place : 80 * place + 80] if at_department else PROCEDURES[-300:]
        settled += [(code, procedure) for procedure in own]
    return pl.DataFrame(settled, schema=["unit", "procedure"], orient="row")


def _dossiers(
    rng: np.random.Generator, offices: Offices, office: Array, serial: int
) -> dict[str, pl.DataFrame]:
    """Dossiers of the given offices (a number for each dossier), with steps, ratings and petitions."""
    size = len(office)

    def chance(share: float) -> Array:
        return rng.random(size) < share

    # A commune mostly sees the same few procedures of 300; a department has 80 of its own.
    place = offices.place(office)
    at_department = place < offices.departments
    skewed = rng.beta(0.6, 3.0, size)
    procedure = np.where(
        at_department, 80 * place + (80 * skewed).astype(int), 1200 + (300 * (1 - skewed)).astype(int)
    ).clip(0, len(PROCEDURES) - 1)

    def seconds(values: Array) -> Array:
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
            "unit": pl.Series(offices.codes).gather(office),
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
        sender=pl.Series(offices.roots_of_codes).gather(office),
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

    def step(which: Array, status: int, at: Array) -> pl.DataFrame:
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
