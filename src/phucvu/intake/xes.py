"""Event logs in XES: cases become dossiers and events steps, by a mapping."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

import msgspec
import polars as pl

from phucvu.intake import rows as mapped
from phucvu.intake import wire
from phucvu.intake.known import Known
from phucvu.intake.mappings import Events, Mapping
from phucvu.intake.rows import Headings, Row
from phucvu.intake.taking import Taking
from phucvu.problems import Fault, Problem, UnusableError
from phucvu.tables import apart
from phucvu.tables.reading import reading

SOURCE = "xes"
MOMENT = "%Y-%m-%dT%H:%M:%S%.6fZ"
READER = "phucvu.intake.event_logs:xes"
CASE, EVENT, AT = "case:concept:name", "concept:name", "time:timestamp"


def take(taking: Taking, path: Path, mapping: Mapping, sender: str | None) -> None:
    """Take a log's cases and events.

    Raises UnusableError if it is no XES log, has no case with the attributes mapped, or nothing says
    who sends.
    """
    known = Known.of(taking.store)
    by = sender or mapping.sender or known.sender_of_steps([])
    if by is None:
        raise UnusableError(
            Problem(
                "không biết đơn vị gửi; ghi sender trong ánh xạ hoặc nói rõ khi nhập",
                "the sending unit is not known; put sender in the mapping or name it",
                file=path.name,
            )
        )
    count = _count_cases(path)
    log = _log(path)
    headings = Headings.among(
        [c.removeprefix("case:") for c in log.columns if c.startswith("case:")], mapping
    )
    lacking = [f for f in mapping.columns if f not in headings.of]
    if lacking:
        attributes = ", ".join(mapping.columns[f][0] for f in lacking)
        raise UnusableError(
            Problem(f"nhật ký không có: {attributes}", f"the log lacks: {attributes}", file=path.name)
        )
    cases = log.unique(CASE, keep="first", maintain_order=True)
    if cases.height < count:
        left = count - cases.height
        taking.taken.notes.append(
            Problem(
                f"bỏ qua {left} vụ việc không có sự kiện nào hoặc trùng mã",
                f"left out {left} cases that have no event or the code of another",
                file=path.name,
            )
        )
    rows = _cases(cases)
    read = mapped.read(rows, headings, mapping, known, by, SOURCE)
    taking.take("dossiers", read.frame)
    taking.aside(replace(a, problem=a.problem.at(row=place + 1)) for place, a in read.aside.items())
    if mapping.events:
        ends = headings.of.get("ended_at", "")
        codes = {case: row[headings.of["code"]] for case, row in zip(cases[CASE], rows, strict=True)}
        payloads = [
            msgspec.json.encode(step)
            for step in _steps(
                log, mapping.events, codes, dict(zip(cases[CASE], (r.get(ends) for r in rows), strict=True))
            )
        ]
        steps = wire.steps(payloads, sender=by)
        taking.take("steps", steps.frame)
        taking.aside(steps.aside.values())


def _log(path: Path) -> pl.DataFrame:
    """A row for each event; what equals the log's own default for an absent attribute is null."""
    log, about = apart.frames(READER, path, "XES")
    times = [c for c, t in log.schema.items() if t.is_temporal()]
    log = log.with_columns(pl.col(times).dt.strftime(MOMENT))
    log = log.with_columns(pl.exclude(times).cast(pl.String))
    if CASE not in log.columns or AT not in log.columns:
        raise UnusableError(_not_a_log(path))
    for attribute in json.loads(about.item())["global_trace_attrs"]:
        name, absent = f"case:{attribute['key']}", attribute["value"]["content"]
        if name not in log.columns:
            log = log.with_columns(pl.lit(None, pl.String).alias(name))
        elif name != CASE:
            said = _utc(absent) if name in times else str(absent)
            log = log.with_columns(pl.when(pl.col(name) != said).then(name).alias(name))
    return log


def _utc(moment: str) -> str:
    at = pl.Series([moment]).str.to_datetime(time_zone="UTC")
    return str(at.dt.strftime(MOMENT)[0])


def _count_cases(path: Path) -> int:
    """How many cases a log has, also those without events, which the library leaves out.

    It is well-formed once this is known; the library panics at what is not.
    """
    tags: Counter[str] = Counter()
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, _: tags.update((tag,))
    try:
        with reading(path), gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        row = getattr(error, "lineno", None)
        problem = Problem("không phải XML đọc được", "not readable XML", file=path.name, row=row)
        raise UnusableError(problem) from error
    if not tags["log"] or not tags["event"]:
        raise UnusableError(_not_a_log(path))
    return tags["trace"]


def _not_a_log(path: Path) -> Fault:
    return Problem(
        "không phải nhật ký XES có vụ việc và sự kiện", "not an XES log with cases and events", file=path.name
    )


def _cases(cases: pl.DataFrame) -> list[Row]:
    attributes = cases.select(pl.col(r"^case:.*$").name.map(lambda n: n.removeprefix("case:")))
    rows: list[Row] = attributes.to_dicts()
    return rows


def _steps(
    log: pl.DataFrame, events: Events, codes: dict[str, str | None], ends: dict[str, str | None]
) -> Iterator[dict[str, Any]]:
    """Steps in the synchronisation format, with the event's own attributes beside."""
    own = [c for c in log.columns if not c.startswith("case:") and c != AT]
    for event in log.select(CASE, AT, *own).iter_rows(named=True):
        status = events.words.get(event.get(EVENT) or "", events.otherwise)
        if status is not None:
            said = {name: event[name] for name in own if event[name] is not None}
            yield {"MaHoSo": codes[event[CASE]], "ThoiDiemXuLy": event[AT], "TrangThai": status, **said}
    if events.end is not None:
        for case, end in ends.items():
            if end is not None:
                yield {"MaHoSo": codes[case], "ThoiDiemXuLy": end, "TrangThai": events.end}
