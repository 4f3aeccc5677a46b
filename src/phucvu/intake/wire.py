"""The synchronisation format of dossiers and steps («đồng bộ hồ sơ một cửa»), JSON to columns.

Payloads in, a frame and the rows to set aside out; one bad dossier never sinks its batch. The
format is that of the national portal's DongBoHoSoMC and CapNhatTienDoHoSoMC; real senders spell
dates, numbers and booleans in several ways, and all of them are taken.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any

import msgspec
import polars as pl
from msgspec import Meta, Raw, Struct

from phucvu.figures.periods import now_in_vietnam
from phucvu.intake.known import Known
from phucvu.intake.values import Moments, amounts, as_text, flags, moments, texts, whole
from phucvu.problems import Fault
from phucvu.records.codes import Status
from phucvu.records.schema import DOSSIERS, LARGEST, MOMENTS, STEPS, TIME
from phucvu.records.set_aside import Aside

log = logging.getLogger(__name__)

Scalar = str | int | float | bool | None
Code = Annotated[str, Meta(max_length=100)] | int | float | bool | None
Name = Annotated[str, Meta(max_length=500)] | int | float | bool | None

LONGEST_CODE = 100
LONGEST_TEXT = 20_000
"""Characters of one text. A payload of more bytes is looked through for such a text."""
LONGEST_NUMBER = 100
"""Digits of one number, whatever the field."""
LONGEST_PAYLOAD = 4 << 20
"""Bytes."""
DEEPEST = 32
"""Levels of lists and objects in one another. A payload with more brackets is looked through."""
MOST_LISTED = 1_000
"""Entries of one list."""

SUSPECT = rf"[0-9]{{{LONGEST_NUMBER + 1}}}|[0-9][eE]\+?[0-9]{{3}}|\\u0000"
"""What a payload has with a number that is too long, or a character that no database keeps."""

DOSSIER, STEP = "dossier", "step"
"""What the payload of a row set aside is."""

UNRECEIVED = (Status.FILED, Status.REFUSED, Status.WITHDRAWN)
"""Newly filed, not accepted, withdrawn: a dossier with such a status may never have been received."""


class FileSent(Struct, gc=False):
    IsDeleted: Scalar = None
    DuocSoHoa: Scalar = None
    DuocTaiSuDung: Scalar = None
    DuocLayTuKhoDMQG: Scalar = None


class FeeSent(Struct, gc=False):
    Gia: Scalar = None


class ResultSent(Struct, gc=False):
    DuongDanTepTinKetQua: Scalar = None
    MaGiayToKetQua: Scalar = None


class SupplementSent(Struct, gc=False):
    NgayBoSung: Scalar = None
    NgayTiepNhanBoSung: Scalar = None


class DatabaseSent(Struct, gc=False):
    MaCSDL: Scalar = None


class DossierSent(Struct, gc=False):
    """The fields that counting needs; the rest stays in the payload."""

    MaHoSo: Code = None
    MaTTHC: Code = None
    DonViXuLy: Name = None
    KenhThucHien: Scalar = None
    TrangThaiHoSo: Scalar = None
    NgayNopHoSo: Scalar = None
    NgayTiepNhan: Scalar = None
    NgayHenTra: Scalar = None
    NgayKetThucXuLy: Scalar = None
    NgayTra: Scalar = None
    NgayTuChoi: Scalar = None
    NoiNopHoSo: Scalar = None
    HoSoCoThanhPhanSoHoa: Scalar = None
    TaiKhoanDuocXacThucVoiVNeID: Scalar = None
    DuocThanhToanTrucTuyen: Scalar = None
    TaiLieuNop: list[FileSent] | str | None = None
    DanhSachLePhi: list[FeeSent] | str | None = None
    DanhSachGiayToKetQua: list[ResultSent] | str | None = None
    DanhSachHoSoBoSung: list[SupplementSent] | str | None = None
    DSKetNoiCSDL: list[DatabaseSent | Scalar] | Scalar = None


class StepSent(Struct, gc=False):
    MaHoSo: Code = None
    ThoiDiemXuLy: Scalar = None
    TrangThai: Scalar = None


class Named(Struct):
    """Enough of a payload to say which dossier is meant."""

    MaHoSo: Any = None


LISTS = ("TaiLieuNop", "DanhSachLePhi", "DanhSachGiayToKetQua", "DanhSachHoSoBoSung")

DATED = (*MOMENTS.values(), "ThoiDiemXuLy")
NUMBERS = ("TrangThaiHoSo", "KenhThucHien", "DuocThanhToanTrucTuyen", "TrangThai")
FLAGS = ("HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID")
"""Fields of one kind are read together: a long column costs little more than a short one."""

_dossier = msgspec.json.Decoder(DossierSent).decode
_step = msgspec.json.Decoder(StepSent).decode
_named = msgspec.json.Decoder(Named).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode


@dataclass(frozen=True)
class Read:
    """The rows of ``frame`` (columns of the table) come from ``items`` of these numbers, in order.

    By number, ``aside`` are the items that could not be used, and ``refused`` those that the sender may
    not bring (see ``phucvu.intake.items``).
    """

    frame: pl.DataFrame
    items: pl.Series
    aside: dict[int, Aside]
    refused: dict[int, Fault]


def missing(field: str) -> Fault:
    return Fault("value_missing", field=field)


def dossiers(
    items: Sequence[bytes],
    known: Known,
    *,
    sender: str | None = None,
    now: dt.datetime | None = None,
) -> Read:
    """Dossiers as the columns of ``schema.DOSSIERS``.

    ``sender`` is the sending unit; where it is not given, the province or ministry above the unit
    that handles the dossier. ``now`` bounds what can have happened: a moment after it does not make
    a version later than others.
    """
    at = now or now_in_vietnam()

    def read(some: Sequence[bytes]) -> Read:
        batch = _Batch(some, DOSSIER, sender)
        sent = batch.decode(_dossier, DossierSent)
        return batch.read(_columns(batch, sent, known, sender, at), DOSSIERS.types)

    return _apart(items, read, DOSSIER, sender)


def steps(items: Sequence[bytes], *, sender: str | None) -> Read:
    """Steps as the columns of ``schema.STEPS``. Without a ``sender`` every step is set aside."""
    return _apart(items, lambda some: _steps(some, sender), STEP, sender)


def _steps(items: Sequence[bytes], sender: str | None) -> Read:
    batch = _Batch(items, STEP, sender)
    sent = batch.decode(_step, StepSent)
    code = batch.code("MaHoSo")
    at = batch.moment("ThoiDiemXuLy", required=True)
    status = batch.number("TrangThai", range(1, 11), required=True)
    if sender is None:
        unsaid = Fault("sender_of_steps_unknown", field="sender")
        batch.blame(pl.Series([True]).new_from_index(0, len(sent)), lambda _: unsaid)
    frame = pl.DataFrame(
        {"sender": pl.Series([sender], dtype=pl.String).new_from_index(0, len(sent)), "code": code, "at": at}
    )
    return batch.read(frame.with_columns(status.alias("status")), STEPS.types)


def _apart(
    items: Sequence[bytes], read: Callable[[Sequence[bytes]], Read], source: str, sender: str | None
) -> Read:
    """What was read; an item that breaks the program is found by halves and set aside by itself."""
    try:
        return read(items)
    except MemoryError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        if len(items) > 1:
            half = len(items) // 2
            first = _apart(items[:half], read, source, sender)
            return _joined(first, _apart(items[half:], read, source, sender), half)
        if not items:
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error("a %s broke its reading: %s in %s", source, type(error).__name__, place.name)
    empty = read([])
    return replace(empty, aside={0: _aside(items[0], Fault("item_unreadable"), source, sender)})


def _joined(first: Read, second: Read, after: int) -> Read:
    """Two readings as one; the items of the second are numbered ``after`` so many."""
    aside = first.aside | {number + after: one for number, one in second.aside.items()}
    items = pl.concat([first.items, second.items + after])
    return Read(pl.concat([first.frame, second.frame]), items, aside, {})


class _Batch:
    """The items of a call while they are read, and what was found wrong with which.

    Columns have a row for each item that could be decoded; of several faults of an item the first
    is kept. ``names`` are those of units that are not known.
    """

    def __init__(self, items: Sequence[bytes], source: str, sender: str | None) -> None:
        self.items = items
        self.source = source
        self.sender = sender
        self.numbers: list[int] = []
        self.payloads = pl.Series(dtype=pl.String)
        self.faults: dict[int, Fault] = {}
        self.names: dict[int, str] = {}
        self.said: dict[str, pl.Series] = {}

    def decode(self, decode: Callable[[Any], Any], kind: type[Struct]) -> list[Any]:
        """The items of a kind; its plain fields become the columns of text ``said``."""
        sent = []
        raw = pl.Series(self.items, dtype=pl.Binary)
        payloads = raw.cast(pl.String, strict=False)
        brackets = payloads.str.count_matches(r"[\[{]").fill_null(
            DEEPEST + 1
        )  # none is said of what is no text
        closely = set(((raw.bin.size() > LONGEST_TEXT) | (brackets > DEEPEST)).arg_true())
        with _no_circles():
            for number, item in enumerate(self.items):
                try:
                    if number in closely:
                        _look_through(item)
                    one = decode(item)
                    if number in closely:
                        item.decode()
                except UNDECODED as error:
                    self.faults[number] = _undecoded(error)
                    continue
                sent.append(one)
                self.numbers.append(number)
        self.payloads = payloads if len(sent) == len(payloads) else payloads.gather(self.numbers)
        suspect = self.payloads.str.contains(SUSPECT)
        for row in suspect.arg_true() if suspect.any() else ():
            try:
                _check(self.payloads[row].encode())
            except UNDECODED as error:
                self.fault(row, _undecoded(error))
        fields = [f for f in kind.__struct_fields__ if f not in (*LISTS, "DSKetNoiCSDL")]
        values = chain.from_iterable(map(attrgetter(field), sent) for field in fields)
        self.said = _parts(texts(values), fields)
        return sent

    def _together(self, fields: Sequence[str]) -> tuple[list[str], pl.Series]:
        """Those of the fields that the items have, and all their values."""
        held = [f for f in fields if f in self.said]
        return held, pl.concat([self.said[f] for f in held])

    @cached_property
    def _moments(self) -> dict[str, Moments]:
        held, text = self._together(DATED)
        read = moments(text)
        at, bare, bad = (_parts(part, held) for part in (read.at, read.bare, read.bad))
        return {f: Moments(at[f], bare[f], bad[f]) for f in held}

    @cached_property
    def _numbers(self) -> dict[str, tuple[pl.Series, pl.Series]]:
        return self._valued(NUMBERS, lambda text: whole(text, pl.Int8))

    @cached_property
    def _flags(self) -> dict[str, tuple[pl.Series, pl.Series]]:
        return self._valued(FLAGS, flags)

    def _valued(
        self, fields: Sequence[str], read: Callable[[pl.Series], tuple[pl.Series, pl.Series]]
    ) -> dict[str, tuple[pl.Series, pl.Series]]:
        held, text = self._together(fields)
        values, bad = (_parts(part, held) for part in read(text))
        return {f: (values[f], bad[f]) for f in held}

    def blame(self, bad: pl.Series, fault: Callable[[int], Fault]) -> None:
        """Note the fault of every row that is bad."""
        if bad.any():
            for row in bad.arg_true():
                self.fault(row, fault(row))

    def fault(self, row: int, fault: Fault, unit: str | None = None) -> None:
        """Note what is wrong with a row; ``unit`` is the name that nobody knows, where that is it."""
        number = self.numbers[row]
        if number not in self.faults and unit is not None:
            self.names[number] = unit
        self.faults.setdefault(number, fault)

    def require(self, field: str) -> None:
        if self.said[field].null_count():
            self.blame(self.said[field].is_null(), lambda _: missing(field))

    def code(self, field: str) -> pl.Series:
        """A code, which there has to be."""
        self.require(field)
        self.blame(self.said[field].str.len_chars() > LONGEST_CODE, lambda _: _longer(LONGEST_CODE, field))
        control = self.said[field].str.contains(r"[\x00-\x1f\x7f]")
        self.blame(control, lambda _: Fault("control_character", field=field))
        return self.said[field]

    def moment(self, field: str, *, required: bool = False, ends: bool = False) -> pl.Series:
        text, read = self.said[field], self._moments[field]
        self.blame(read.bad, lambda row: _no_date(field, text[row]))
        if required:
            self.require(field)
        return read.ends if ends else read.at

    def number(self, field: str, allowed: range, *, required: bool = False) -> pl.Series:
        text, (number, bad) = self.said[field], self._numbers[field]
        outside = (number < allowed.start) | (number >= allowed.stop)
        self.blame(
            bad | outside,
            lambda row: Fault(
                "number_outside",
                field=field,
                least=allowed.start,
                most=allowed.stop - 1,
                value=_short(text[row]),
            ),
        )
        if required:
            self.require(field)
        return number

    def flag(self, field: str) -> pl.Series:
        text, (flag, bad) = self.said[field], self._flags[field]
        self.blame(bad, lambda row: _not_a_flag(field, text[row]))
        return flag

    def read(self, frame: pl.DataFrame, types: dict[str, Any]) -> Read:
        numbers = pl.Series("item", self.numbers, dtype=pl.Int64)
        frame = frame.with_columns(self.payloads.alias("payload")).select(
            pl.col(c).cast(t) for c, t in types.items()
        )
        if self.faults:
            good = ~numbers.is_in(list(self.faults))
            frame, numbers = frame.filter(good), numbers.filter(good)
        aside = {
            n: _aside(self.items[n], fault, self.source, self.sender, self.names.get(n))
            for n, fault in sorted(self.faults.items())
        }
        return Read(frame, numbers, aside, {})


def _aside(item: bytes, fault: Fault, source: str, sender: str | None, unit: str | None = None) -> Aside:
    fault = fault.at(dossier=code_of(item))
    payload = item.decode(errors="backslashreplace")
    return Aside(source, fault, payload, sender, unit, "unit" if unit is not None else None)


def _columns(
    batch: _Batch, sent: list[DossierSent], known: Known, sender: str | None, now: dt.datetime
) -> pl.DataFrame:
    code, procedure = batch.code("MaHoSo"), batch.code("MaTTHC")
    status = batch.number("TrangThaiHoSo", range(1, 11), required=True)
    received = batch.moment("NgayTiepNhan")
    if received.null_count():
        unreceived = status.is_in(UNRECEIVED).fill_null(False)
        batch.blame(received.is_null() & ~unreceived, lambda _: missing("NgayTiepNhan"))
    times = {
        "filed_at": batch.moment("NgayNopHoSo"),
        "received_at": received,
        "ended_at": batch.moment("NgayKetThucXuLy"),
        "returned_at": batch.moment("NgayTra"),
        "refused_at": batch.moment("NgayTuChoi"),
    }
    unit = _units(batch, received, known, sender)
    if sender is None:
        root = {u: known.root(u) for u in unit.drop_nulls().unique()}
        by = unit.replace_strict(root, default=None, return_dtype=pl.String)
    else:
        by = pl.Series([sender], dtype=pl.String).new_from_index(0, len(sent))
    frame = pl.DataFrame(
        {
            "code": code,
            "unit": unit,
            "procedure": _mended(procedure, by, known),
            "channel": batch.number("KenhThucHien", range(1, 4)),
            "status": status,
            "due_at": batch.moment("NgayHenTra", ends=True),
            # What else it says is no reason to set a dossier aside: it is then not the portal's.
            "filed_national": batch.said["NoiNopHoSo"].str.strip_chars() == NATIONAL,
            "digitised_parts": batch.flag("HoSoCoThanhPhanSoHoa"),
            "vneid": batch.flag("TaiKhoanDuocXacThucVoiVNeID"),
            "paid_online": batch.number("DuocThanhToanTrucTuyen", range(3)),
            **times,
            **_files(batch, sent),
            **_fees(batch, sent),
            **_results(batch, sent),
            "population_data": _population_data(batch, sent),
            "synchronised": pl.Series([None], dtype=pl.Boolean).new_from_index(0, len(sent)),
            "_supplemented": _supplemented(batch, sent),
        }
    )
    happened = [pl.when(pl.col(c) <= now).then(pl.col(c)) for c in (*times, "_supplemented")]
    return frame.with_columns(by.alias("sender"), moment=pl.max_horizontal(happened))


def _units(batch: _Batch, received: pl.Series, known: Known, sender: str | None) -> pl.Series:
    """The codes of the handling units; what is no unit, or one of several, is set aside."""
    said = batch.said["DonViXuLy"]
    batch.require("DonViXuLy")
    listed = said.to_list()
    found = {name: known.unit(name, sender) for name in set(listed) if name is not None}
    codes = {name: code for name, code in found.items() if isinstance(code, str)}
    unit = pl.Series([codes.get(name) for name in listed], dtype=pl.String)
    for row in (row for row, name in enumerate(listed) if name is not None and name not in codes):
        day = received[row]
        meant = known.unit(said[row], sender, day.date() if day else None)
        if isinstance(meant, str):
            unit[row] = meant
        else:
            batch.fault(row, _not_a_unit(said[row], meant), said[row])
    return unit


def _not_a_unit(said: str, candidates: list[str]) -> Fault:
    name, field = _short(said), "DonViXuLy"
    if not candidates:
        return Fault("unit_unknown", field=field, name=name)
    codes = ", ".join(candidates[:5])
    return Fault("unit_ambiguous", field=field, name=name, count=len(candidates), codes=codes)


def _mended(procedure: pl.Series, senders: pl.Series, known: Known) -> pl.Series:
    """Procedure codes, with what was said about unknown ones; one still unknown is taken as it is."""
    if not any(known.aliases.values()):
        return procedure
    said = list(zip(procedure.to_list(), senders.to_list(), strict=True))
    meant = {(code, by): known.procedure_code(code, by) for code, by in set(said) if code is not None}
    return pl.Series([meant.get(one) for one in said], dtype=pl.String)


def _parts(column: pl.Series, fields: Sequence[str]) -> dict[str, pl.Series]:
    """A column cut into equal parts, one for each field."""
    size = len(column) // len(fields)
    return {field: column.slice(n * size, size) for n, field in enumerate(fields)}


def _files(batch: _Batch, sent: list[DossierSent]) -> dict[str, pl.Series]:
    count, reused, digitised, stored = [], [], [], []
    for row, dossier in enumerate(sent):
        held = again = scanned = national = 0
        for file in _listed(batch, row, "TaiLieuNop", dossier.TaiLieuNop):
            if _digit(batch, row, "TaiLieuNop.IsDeleted", file.IsDeleted):
                continue
            held += 1
            again |= _digit(batch, row, "TaiLieuNop.DuocTaiSuDung", file.DuocTaiSuDung)
            scanned |= _digit(batch, row, "TaiLieuNop.DuocSoHoa", file.DuocSoHoa) == 1
            national |= _digit(batch, row, "TaiLieuNop.DuocLayTuKhoDMQG", file.DuocLayTuKhoDMQG)
        count.append(held)
        reused.append(again > 0)
        digitised.append(bool(scanned))
        stored.append(national > 0)
    return {
        "files": pl.Series(count, dtype=pl.Int32),
        "files_reused": pl.Series(reused, dtype=pl.Boolean),
        "files_digitised": pl.Series(digitised, dtype=pl.Boolean),
        "files_from_store": pl.Series(stored, dtype=pl.Boolean),
    }


def _fees(batch: _Batch, sent: list[DossierSent]) -> dict[str, pl.Series]:
    """Lines and their sum in đồng; a line without an amount counts as 0."""
    lines = [_listed(batch, row, "DanhSachLePhi", d.DanhSachLePhi) for row, d in enumerate(sent)]
    rows = [row for row, fees in enumerate(lines) for _ in fees]
    said = texts(fee.Gia for fees in lines for fee in fees)
    amount, bad = amounts(said)
    for line in bad.arg_true() if bad.any() else ():
        fault = Fault("amount_impossible", field="DanhSachLePhi.Gia", value=_short(said[line]))
        batch.fault(rows[line], fault)
    total = [0] * len(sent)
    for row, dong in zip(rows, amount.to_list(), strict=True):
        total[row] += dong or 0
    for row, dong in enumerate(total):
        if dong > LARGEST:
            batch.fault(row, Fault("amount_too_large", field="DanhSachLePhi.Gia", amount=dong))
            total[row] = 0
    return {
        "fee_lines": pl.Series([len(fees) for fees in lines], dtype=pl.Int32),
        "fees": pl.Series(total, dtype=pl.Int64),
    }


def _results(batch: _Batch, sent: list[DossierSent]) -> dict[str, pl.Series]:
    linked, coded = [], []
    for row, dossier in enumerate(sent):
        link = code = False
        for result in _listed(batch, row, "DanhSachGiayToKetQua", dossier.DanhSachGiayToKetQua):
            if _said(result.DuongDanTepTinKetQua):
                link = True
                code = code or _said(result.MaGiayToKetQua)
        linked.append(link)
        coded.append(code)
    return {
        "result_file": pl.Series(linked, dtype=pl.Boolean),
        "result_code": pl.Series(coded, dtype=pl.Boolean),
    }


NATIONAL = "1"
"""NoiNopHoSo of a dossier filed at the national portal."""

POPULATION = "1"
"""MaCSDL of the national population database."""


def _population_data(batch: _Batch, sent: list[DossierSent]) -> pl.Series:
    used = []
    for row, dossier in enumerate(sent):
        given = dossier.DSKetNoiCSDL
        field = "DSKetNoiCSDL"
        listed = _listed(batch, row, field, given) if isinstance(given, list) else [given]
        codes = (d.MaCSDL if isinstance(d, DatabaseSent) else d for d in listed)
        used.append(any((as_text(code) or "").strip() == POPULATION for code in codes))
    return pl.Series(used, dtype=pl.Boolean)


def _supplemented(batch: _Batch, sent: list[DossierSent]) -> pl.Series:
    """The last moment that the supplements tell of."""
    asked = [
        (row, moment)
        for row, dossier in enumerate(sent)
        if dossier.DanhSachHoSoBoSung
        for one in _listed(batch, row, "DanhSachHoSoBoSung", dossier.DanhSachHoSoBoSung)
        for moment in (one.NgayBoSung, one.NgayTiepNhanBoSung)
    ]
    if not asked:
        return pl.Series([None], dtype=TIME).new_from_index(0, len(sent))
    read = moments(texts(moment for _, moment in asked))
    for line in read.bad.arg_true():
        row, said = asked[line]
        batch.fault(row, _no_date("DanhSachHoSoBoSung", said))
    rows = pl.Series([row for row, _ in asked], dtype=pl.Int64)
    last = pl.DataFrame({"row": rows, "at": read.at}).group_by("row").agg(pl.col("at").max())
    every = pl.DataFrame({"row": range(len(sent))}, schema={"row": pl.Int64})
    return every.join(last, on="row", how="left", maintain_order="left")["at"].cast(TIME)


def _listed(batch: _Batch, row: int, field: str, given: list[Any] | str | None) -> list[Any]:
    """The elements of a list; an absent one may also be spelled as an empty text."""
    if isinstance(given, list):
        if len(given) <= MOST_LISTED:
            return given
        batch.fault(row, Fault("list_too_long", field=field, count=len(given)))
        return []
    if given is not None and given.strip():
        batch.fault(row, Fault("not_a_list", field=field))
    return []


DIGITS: dict[Scalar, int] = {None: 0, "": 0, "0": 0, 0: 0, "1": 1, 1: 1, "2": 2, 2: 2}
DIGITS |= {"True": 1, "true": 1, "False": 0, "false": 0}


def _digit(batch: _Batch, row: int, field: str, value: Scalar) -> int:
    """0, 1 or 2 of a field of a file."""
    if value in DIGITS:
        return DIGITS[value]
    plain = str(value).strip().casefold()
    if plain not in DIGITS:
        batch.fault(row, _not_a_flag(field, str(value)))
    return DIGITS.get(plain, 0)


def _said(value: Scalar) -> bool:
    return value is not None and str(value).strip() != ""


def _not_a_flag(field: str, said: str) -> Fault:
    return Fault("not_0_or_1", field=field, value=_short(said))


def _no_date(field: str, said: Any) -> Fault:
    return Fault("date_impossible", field=field, value=_short(said))


def _short(text: Any) -> str:
    one = " ".join(str(text).split())
    return one if len(one) <= 60 else one[:57] + "…"


class _BeyondError(Exception):
    """A payload, or one value in it, that is beyond what can be kept."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.code)


UNDECODED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, _BeyondError)
"""What a payload that is not one dossier or step raises."""


@contextmanager
def _no_circles() -> Iterator[None]:
    """For making very many lists that hold no circle: looking for one again and again takes longer."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _look_through(item: bytes) -> None:
    """Raises one of ``UNDECODED`` where a long or deep payload is beyond the limits."""
    if len(item) > LONGEST_TEXT or item.count(b"[") + item.count(b"{") > DEEPEST:
        _check(item)


def _check(item: bytes) -> None:
    """Raises one of ``UNDECODED`` where a payload, or any value in it, is beyond the limits."""
    if len(item) > LONGEST_PAYLOAD:
        raise _BeyondError(_too_long("", len(item)))
    try:
        said = msgspec.json.decode(item)
    except msgspec.ValidationError as error:  # the only one without a type to hold to: a number
        raise _BeyondError(_long_number(_with_long_number(item))) from error
    for field, value in _values_in("", said, 0):
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                raise _BeyondError(_too_long(field, len(value)))
            if "\0" in value:
                raise _BeyondError(_unkept(field))
        elif isinstance(value, int) and abs(value) >= 10**LONGEST_NUMBER:
            raise _BeyondError(_long_number(field))


def _with_long_number(item: bytes) -> str:
    """The field of a payload that has a number beyond all that is read; empty where it is no object."""
    try:
        members = _members(item)
    except msgspec.ValidationError:
        return ""
    return next((name for name, value in members.items() if not _is_readable(value)), "")


def _is_readable(value: Raw) -> bool:
    try:
        msgspec.json.decode(value)
    except msgspec.ValidationError:
        return False
    return True


def _values_in(field: str, value: Any, level: int) -> Iterator[tuple[str, Any]]:
    """Every single value of a payload with its field, «TaiLieuNop.TenTepDinhKem», and every name."""
    if level > DEEPEST:
        raise _BeyondError(TOO_DEEP)
    if isinstance(value, list):
        for one in value:
            yield from _values_in(field, one, level + 1)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield field, name
            yield from _values_in(f"{field}.{name}" if field else name, one, level + 1)
    else:
        yield field, value


TOO_DEEP = Fault("nested_too_deeply")


def _too_long(field: str, length: int) -> Fault:
    return Fault("text_too_long", field=_short_field(field), length=length)


def _longer(most: int | str, field: str) -> Fault:
    return Fault("longer_than", field=field, most=most)


def _long_number(field: str) -> Fault:
    return Fault("number_too_long", field=_short_field(field), most=LONGEST_NUMBER)


def _unkept(field: str) -> Fault:
    return Fault("nul_character", field=_short_field(field))


def _short_field(field: str) -> str:
    """A field's name may be anything that was sent."""
    return _short(field.replace("\0", "�"))


def _undecoded(error: Exception) -> Fault:
    """Why a payload is not one dossier or step."""
    match error:
        case _BeyondError():
            return error.fault
        case RecursionError():
            return TOO_DEEP
        case UnicodeDecodeError():
            return Fault("not_utf8")
        case msgspec.ValidationError():
            words, _, path = str(error).partition(" - at `$.")
            field = path.rstrip("`")
            if "length" in words:
                return _longer(words.rpartition(" ")[2], field)
            if "out of range" in words:
                return _long_number(field)
            if not field:
                return Fault("not_a_json_object")
            return Fault("wrong_type", field=field)
    return Fault("not_json")


def whole_code_of(item: bytes) -> str:
    """The number of the dossier that a payload speaks of. Raises ValueError, RecursionError without JSON."""
    return (as_text(_named(item).MaHoSo) or "").strip()


def code_of(item: bytes) -> str:
    """The dossier that a payload speaks of, as far as can be told, in a few letters for people."""
    try:
        return _short(whole_code_of(item)).replace("\0", "�")
    except (ValueError, RecursionError):
        match = re.search(rb'"MaHoSo"\s*:\s*"([^"\\]{1,100})"', item)
        return _short(match[1].decode(errors="replace")) if match else ""
