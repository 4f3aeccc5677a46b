"""Event logs in XES: cases become dossiers and events steps, by a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from phucvu.intake import event_logs, wire
from phucvu.intake import rows as mapped
from phucvu.intake.event_logs import Attributes, Log
from phucvu.intake.items import take_in
from phucvu.intake.known import Known
from phucvu.intake.mappings import Events, Mapping
from phucvu.intake.rows import Headings, Row
from phucvu.intake.taking import Taking
from phucvu.problems import Fault, UnusableError

SOURCE = "xes"
EVENT, AT = "concept:name", "time:timestamp"


def take(taking: Taking, path: Path, mapping: Mapping, sender: str | None) -> None:
    """Take a log's cases and events.

    Raises UnusableError if it is no XES log, has no case with the attributes mapped, or nothing says
    who sends.
    """
    known = Known.of(taking.store)
    by = sender or mapping.sender or known.sender_of_steps([])
    if by is None:
        raise UnusableError(Fault("sender_unknown", file=path.name))
    log = event_logs.read(path)
    headings = Headings.among(list(dict.fromkeys(_keys(log))), mapping)
    lacking = [f for f in mapping.columns if f not in headings.of]
    if lacking:
        attributes = ", ".join(mapping.columns[f][0] for f in lacking)
        raise UnusableError(Fault("attributes_missing", file=path.name, attributes=attributes))
    rows = [_row(case.said, log.absent) for case in log.cases]
    places = _first_of_each(log, rows, headings.of.get("code", ""))
    if len(places) < len(rows):
        left = len(rows) - len(places)
        taking.taken.notes.append(Fault("cases_left_out", file=path.name, left=left))
    read = mapped.read([rows[p] for p in places], headings, mapping, known, by, SOURCE)
    taking.take("dossiers", read.frame)
    taking.aside(replace(a, problem=a.problem.at(row=places[n] + 1)) for n, a in read.aside.items())
    if mapping.events:
        found = _steps(log, rows, places, headings, mapping.events)
        steps = take_in([msgspec.json.encode(step) for step in found], wire.STEP, known, sender=by)
        taking.take("steps", steps.frame)
        taking.aside(steps.aside.values())


def _keys(log: Log) -> Iterator[str]:
    yield from log.absent
    for case in log.cases:
        yield from case.said


def _row(said: Attributes, absent: Attributes) -> Row:
    """A case's attributes; what equals the log's own default for an absent attribute is none."""
    return {key: None if absent.get(key) == value else value for key, value in said.items()}


def _first_of_each(log: Log, rows: Sequence[Row], code: str) -> list[int]:
    """The places of the cases with events, of several with one code the first."""
    found: dict[object, int] = {}
    for place, (case, row) in enumerate(zip(log.cases, rows, strict=True)):
        if case.events:
            found.setdefault(row.get(code) or place, place)  # without a code each is set aside by itself
    return list(found.values())


def _steps(
    log: Log, rows: Sequence[Row], places: Sequence[int], headings: Headings, events: Events
) -> Iterator[dict[str, Any]]:
    """Steps in the synchronisation format, with the event's own attributes beside."""
    code = headings.of.get("code", "")
    for case, row in zip(log.cases, rows, strict=True):
        for said in case.events:
            status = events.words.get(said.get(EVENT) or "", events.otherwise)
            if status is not None:
                step = {"MaHoSo": row.get(code), "ThoiDiemXuLy": said.get(AT), "TrangThai": status}
                yield step | {key: value for key, value in said.items() if key != AT} | step
    if events.end is not None:
        for row in (rows[p] for p in places):
            if end := row.get(headings.of.get("ended_at", "")):
                yield {"MaHoSo": row.get(code), "ThoiDiemXuLy": end, "TrangThai": events.end}
