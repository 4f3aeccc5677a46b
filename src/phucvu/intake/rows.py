"""Rows of somebody's file or log, by a mapping, to payloads of the synchronisation format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from phucvu.intake import wire
from phucvu.intake.items import take_in
from phucvu.intake.known import Known
from phucvu.intake.mappings import FIELDS, Mapping
from phucvu.problems import Fault
from phucvu.records.codes import Status
from phucvu.records.set_aside import Aside, Kind
from phucvu.tables import plain

CODED = ("channel", "status", "paid_online", "vneid", "digitised_parts")
"""Fields whose values are codes: a word that the mapping does not know is no value."""

IN_LISTS = ("fees", "result_file", "result_code")

MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
"""How a spreadsheet shows a day without a time of day."""

Row = dict[str, str | None]
"""A row as it came: heading → text."""


class _UnknownError(Exception):
    """A word of a row that has no meaning here; ``procedure`` where it is the name of one."""

    def __init__(self, fault: Fault, procedure: str | None = None) -> None:
        super().__init__(fault.code)
        self.fault, self.procedure = fault, procedure


@dataclass(frozen=True)
class Headings:
    """Which heading of a file each field is read from."""

    of: dict[str, str]

    @classmethod
    def among(cls, names: Sequence[str], mapping: Mapping) -> Headings:
        """The headings of a file; where several name one field, the one that the mapping lists first."""
        found: dict[str, str] = {}
        for field, listed in mapping.columns.items():
            candidates = [n for wanted in listed for n in names if plain(n) == plain(wanted)]
            if candidates:
                found[field] = candidates[0]
        return cls(found)

    def for_people(self, wire_field: str) -> str:
        """The heading that a field of the synchronisation format was read from, else that field."""
        name = wire_field.rpartition(".")[2]
        field = next((f for f, w in FIELDS.items() if w == name), "")
        return self.of.get(field, wire_field)


def read(
    rows: Sequence[Row], headings: Headings, mapping: Mapping, known: Known, sender: str | None, source: str
) -> wire.Read:
    """Dossiers of rows; ``items`` and ``aside`` count the rows given.

    A row set aside is kept as it came, with the name of the mapping, so that it can be read again
    once the mapping or the names are mended.
    """
    numbers, payloads = [], []
    aside: dict[int, Aside] = {}

    def kept(number: int, fault: Fault, name: str | None, kind: Kind | None) -> Aside:
        said = {heading: text for heading, text in rows[number].items() if text is not None}
        payload = msgspec.json.encode({"mapping": mapping.name, "row": said}).decode()
        return Aside(source, fault, payload, sender, name, kind)

    by = sender or mapping.sender
    for number, row in enumerate(rows):
        try:
            payloads.append(msgspec.json.encode(_payload(row, headings.of, mapping, known, by)))
            numbers.append(number)
        except _UnknownError as error:
            kind: Kind | None = "procedure" if error.procedure else None
            aside[number] = kept(number, error.fault, error.procedure, kind)
    found = take_in(payloads, wire.DOSSIER, known, sender=by)
    for place, one in found.aside.items():
        fault = one.problem.at(field=headings.for_people(one.problem.field))
        aside[numbers[place]] = kept(numbers[place], fault, one.value, one.kind)
    items = found.items.replace_strict(dict(enumerate(numbers)), return_dtype=found.items.dtype)
    return wire.Read(found.frame, items, dict(sorted(aside.items())), found.refused)


def _payload(
    row: Row, headings: dict[str, str], mapping: Mapping, known: Known, sender: str | None
) -> dict[str, Any]:
    said = {}
    for field in FIELDS:
        value = row.get(headings.get(field, "")) or mapping.defaults.get(field)  # type: ignore[call-overload]
        if value:
            said[field] = _meant(field, value, headings.get(field, field), mapping)
    if "procedure" not in said:
        said["procedure"] = _procedure(said.get("procedure_name", ""), headings, known, sender)
    if "due_at" in said:
        said["due_at"] = MIDNIGHT.sub("", said["due_at"])
    if "status" not in said:
        ends = {"refused_at": Status.REFUSED, "returned_at": Status.RETURNED, "ended_at": Status.DONE}
        said["status"] = str(next((ends[f] for f in ends if f in said), Status.IN_PROCESS))
    payload: dict[str, Any] = {FIELDS[f]: value for f, value in said.items() if f not in IN_LISTS}
    if "fees" in said:
        payload["DanhSachLePhi"] = [{"Gia": said["fees"]}]
    if "result_file" in said:
        result = {FIELDS[f]: said[f] for f in ("result_file", "result_code") if f in said}
        payload["DanhSachGiayToKetQua"] = [result]
    return payload | {"_row": {name: text for name, text in row.items() if text is not None}}


def _meant(field: str, said: str, heading: str, mapping: Mapping) -> str:
    code = mapping.meaning(field, said)
    if code is not None:
        return code
    if field in CODED and not re.fullmatch(r"\d{1,2}(\.0)?", said):
        raise _UnknownError(
            Fault("word_unknown", field=heading, word=said, words=f"words.{field}", mapping=mapping.name)
        )
    return said


def _procedure(name: str, headings: dict[str, str], known: Known, sender: str | None) -> str:
    """The code of a procedure that is only named."""
    found = known.procedure(name, sender) if name else ""
    if isinstance(found, str):
        return found
    heading = headings.get("procedure_name", "")
    if not found:
        raise _UnknownError(Fault("procedure_name_unknown", field=heading, name=name), name)
    codes = ", ".join(found[:5])
    fault = Fault("procedure_name_ambiguous", field=heading, name=name, count=len(found), codes=codes)
    raise _UnknownError(fault, name)
