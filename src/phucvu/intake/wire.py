"""The synchronisation format of dossiers and steps («đồng bộ hồ sơ một cửa»), JSON to columns.

Pure: payloads in, a frame and the rows to set aside out; one bad dossier never sinks its batch. The
format is that of the national portal's DongBoHoSoMC and CapNhatTienDoHoSoMC; real senders spell
dates, numbers and booleans in several ways, and all of them are taken.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import msgspec
import polars as pl
from msgspec import Meta, Struct

from phucvu.figures.periods import now_in_vietnam
from phucvu.intake.known import Known
from phucvu.intake.values import Moments, amounts, as_text, flags, moments, texts, whole
from phucvu.problems import Problem
from phucvu.records.schema import DOSSIERS, STEPS, TIME
from phucvu.records.set_aside import Aside

Scalar = str | int | float | bool | None
Code = Annotated[str, Meta(max_length=100)] | int | float | bool | None
Name = Annotated[str, Meta(max_length=500)] | int | float | bool | None

LONG_PAYLOAD = 64 << 10
"""Payloads above this many bytes are looked through for a text that cannot be meant."""
LONGEST_TEXT = 20_000
LONGEST_PAYLOAD = 4 << 20

DOSSIER, STEP = "dossier", "step"
"""What the payload of a row set aside is."""

UNRECEIVED = (1, 3, 7)
"""Newly filed, not accepted, withdrawn: a dossier with such a status may never have been received."""


class FileSent(Struct, gc=False):
    IsDeleted: Scalar = None
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


class DossierSent(Struct):
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

MOMENTS = (
    "NgayNopHoSo",
    "NgayTiepNhan",
    "NgayHenTra",
    "NgayKetThucXuLy",
    "NgayTra",
    "NgayTuChoi",
    "ThoiDiemXuLy",
)
NUMBERS = ("TrangThaiHoSo", "KenhThucHien", "DuocThanhToanTrucTuyen", "TrangThai")
FLAGS = ("HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID")
"""Fields of one kind are read together: a long column costs little more than a short one."""

_dossier = msgspec.json.Decoder(DossierSent).decode
_step = msgspec.json.Decoder(StepSent).decode
_named = msgspec.json.Decoder(Named).decode


@dataclass(frozen=True)
class Read:
    """The rows of ``frame`` (columns of the table) come from ``items`` of these numbers, in order.

    ``aside`` are the items that could not be used, by number.
    """

    frame: pl.DataFrame
    items: pl.Series
    aside: dict[int, Aside]


@dataclass
class Fault:
    """Why one item cannot be used; the dossier is named when the words are made."""

    vi: str
    en: str
    field: str = ""
    value: str | None = None


def missing(field: str) -> Fault:
    return Fault("thiếu giá trị bắt buộc", "a required value is missing", field)


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
    batch = _Batch(items, DOSSIER, sender)
    sent = batch.decode(_dossier, DossierSent)
    frame = _columns(batch, sent, known, sender, now or now_in_vietnam())
    return batch.read(frame, DOSSIERS.types)


def steps(items: Sequence[bytes], *, sender: str | None) -> Read:
    """Steps as the columns of ``schema.STEPS``. Without a ``sender`` every step is set aside."""
    batch = _Batch(items, STEP, sender)
    sent = batch.decode(_step, StepSent)
    code = batch.code("MaHoSo")
    at = batch.moment("ThoiDiemXuLy", required=True)
    status = batch.number("TrangThai", range(1, 11), required=True)
    if sender is None:
        unsaid = Fault(
            "không biết đơn vị gửi của tiến độ xử lý; hãy nói rõ đơn vị gửi (mã tỉnh hoặc bộ)",
            "which unit sent these steps is not known; name the sender (code of the province or ministry)",
            "sender",
        )
        batch.blame(pl.Series([True]).new_from_index(0, len(sent)), lambda _: unsaid)
    frame = pl.DataFrame(
        {"sender": pl.Series([sender], dtype=pl.String).new_from_index(0, len(sent)), "code": code, "at": at}
    )
    return batch.read(frame.with_columns(status.alias("status")), STEPS.types)


class _Batch:
    """The items of a call while they are read, and what was found wrong with which.

    Columns have a row for each item that could be decoded; of several faults of an item the first
    is kept.
    """

    def __init__(self, items: Sequence[bytes], source: str, sender: str | None) -> None:
        self.items = items
        self.source = source
        self.sender = sender
        self.numbers: list[int] = []
        self.payloads: list[str] = []
        self.faults: dict[int, Fault] = {}
        self.said: dict[str, pl.Series] = {}

    def decode(self, decode: Callable[[Any], Any], kind: type[Struct]) -> list[Any]:
        """The items of a kind; its plain fields become the columns of text ``said``."""
        sent = []
        for number, item in enumerate(self.items):
            try:
                if len(item) > LONG_PAYLOAD:
                    _check_lengths(item)
                one = decode(item)
                payload = item.decode()
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, _TooLongError) as error:
                self.faults[number] = _undecoded(error)
                continue
            sent.append(one)
            self.numbers.append(number)
            self.payloads.append(payload)
        fields = [f for f in kind.__struct_fields__ if f not in (*LISTS, "DSKetNoiCSDL")]
        self.said = _parts(texts(getattr(one, field) for field in fields for one in sent), fields)
        return sent

    def _together(self, fields: Sequence[str]) -> tuple[list[str], pl.Series]:
        """Those of the fields that the items have, and all their values."""
        held = [f for f in fields if f in self.said]
        return held, pl.concat([self.said[f] for f in held])

    @cached_property
    def _moments(self) -> dict[str, Moments]:
        held, text = self._together(MOMENTS)
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

    def fault(self, row: int, fault: Fault) -> None:
        self.faults.setdefault(self.numbers[row], fault)

    def require(self, field: str) -> None:
        if self.said[field].null_count():
            self.blame(self.said[field].is_null(), lambda _: missing(field))

    def code(self, field: str) -> pl.Series:
        """A code, which there has to be."""
        self.require(field)
        control = self.said[field].str.contains(r"[\x00-\x1f\x7f]")
        self.blame(
            control, lambda _: Fault("có ký tự điều khiển trong mã", "a control character in a code", field)
        )
        return self.said[field]

    def moment(self, field: str, *, required: bool = False, ends: bool = False) -> pl.Series:
        text, read = self.said[field], self._moments[field]
        self.blame(
            read.bad,
            lambda row: Fault(
                f"không phải ngày giờ có thật: «{_short(text[row])}»",
                f"not a possible date: “{_short(text[row])}”",
                field,
            ),
        )
        if required:
            self.require(field)
        return read.ends if ends else read.at

    def number(self, field: str, allowed: range, *, required: bool = False) -> pl.Series:
        text, (number, bad) = self.said[field], self._numbers[field]
        outside = (number < allowed.start) | (number >= allowed.stop)
        self.blame(
            bad | outside,
            lambda row: Fault(
                f"phải là số từ {allowed.start} đến {allowed.stop - 1}, gặp «{_short(text[row])}»",
                f"must be a number from {allowed.start} to {allowed.stop - 1}, found “{_short(text[row])}”",
                field,
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
        frame = frame.with_columns(pl.Series("payload", self.payloads, dtype=pl.String)).select(
            pl.col(c).cast(t) for c, t in types.items()
        )
        if self.faults:
            good = ~numbers.is_in(list(self.faults))
            frame, numbers = frame.filter(good), numbers.filter(good)
        return Read(frame, numbers, {n: self._aside(n, f) for n, f in sorted(self.faults.items())})

    def _aside(self, number: int, fault: Fault) -> Aside:
        item = self.items[number]
        code = code_of(item)
        vi, en = (f"hồ sơ {code}: ", f"dossier {code}: ") if code else ("", "")
        problem = Problem(vi + fault.vi, en + fault.en, field=fault.field)
        payload = item.decode(errors="backslashreplace")
        return Aside(self.source, problem, payload, self.sender, fault.value)


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
    frame = pl.DataFrame(
        {
            "code": code,
            "unit": unit,
            "procedure": _mended(procedure, known),
            "channel": batch.number("KenhThucHien", range(1, 4)),
            "status": status,
            "due_at": batch.moment("NgayHenTra", ends=True),
            "digitised_parts": batch.flag("HoSoCoThanhPhanSoHoa"),
            "vneid": batch.flag("TaiKhoanDuocXacThucVoiVNeID"),
            "paid_online": batch.number("DuocThanhToanTrucTuyen", range(3)),
            **times,
            **_files(batch, sent),
            **_fees(batch, sent),
            **_results(batch, sent),
            "population_data": _population_data(sent),
            "_supplemented": _supplemented(batch, sent),
        }
    )
    happened = [pl.when(pl.col(c) <= now).then(pl.col(c)) for c in (*times, "_supplemented")]
    if sender is None:
        root = {u: known.root(u) for u in unit.drop_nulls().unique()}
        by = unit.replace_strict(root, default=None, return_dtype=pl.String)
    else:
        by = pl.Series([sender]).new_from_index(0, len(sent))
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
            batch.fault(row, _not_a_unit(said[row], meant))
    return unit


def _not_a_unit(said: str, candidates: list[str]) -> Fault:
    name = _short(said)
    if candidates:
        codes = ", ".join(candidates[:5])
        vi = f"có {len(candidates)} đơn vị tên «{name}» ({codes}); hãy gửi mã đơn vị"
        en = f"{len(candidates)} units have the name “{name}” ({codes}); send the unit's code"
    else:
        vi = f"không có đơn vị nào mang mã hoặc tên «{name}»"
        en = f"no unit has the code or name “{name}”"
    return Fault(vi, en, "DonViXuLy", said)


def _mended(procedure: pl.Series, known: Known) -> pl.Series:
    """Procedure codes, with what was said about unknown ones; one still unknown is taken as it is."""
    meant = {c: known.procedure_code(c) for c in set(procedure.to_list()) if c is not None}
    changed = {c: m for c, m in meant.items() if c != m}
    return procedure.replace(changed) if changed else procedure


def _parts(column: pl.Series, fields: Sequence[str]) -> dict[str, pl.Series]:
    """A column cut into equal parts, one for each field."""
    size = len(column) // len(fields)
    return {field: column.slice(n * size, size) for n, field in enumerate(fields)}


def _files(batch: _Batch, sent: list[DossierSent]) -> dict[str, pl.Series]:
    count, reused, stored = [], [], []
    for row, dossier in enumerate(sent):
        held = again = national = 0
        for file in _listed(batch, row, "TaiLieuNop", dossier.TaiLieuNop):
            if _digit(batch, row, "TaiLieuNop.IsDeleted", file.IsDeleted):
                continue
            held += 1
            again |= _digit(batch, row, "TaiLieuNop.DuocTaiSuDung", file.DuocTaiSuDung)
            national |= _digit(batch, row, "TaiLieuNop.DuocLayTuKhoDMQG", file.DuocLayTuKhoDMQG)
        count.append(held)
        reused.append(again > 0)
        stored.append(national > 0)
    return {
        "files": pl.Series(count, dtype=pl.Int32),
        "files_reused": pl.Series(reused, dtype=pl.Boolean),
        "files_from_store": pl.Series(stored, dtype=pl.Boolean),
    }


def _fees(batch: _Batch, sent: list[DossierSent]) -> dict[str, pl.Series]:
    """Lines and their sum in đồng; a line without an amount counts as 0."""
    lines = [_listed(batch, row, "DanhSachLePhi", d.DanhSachLePhi) for row, d in enumerate(sent)]
    rows = [row for row, fees in enumerate(lines) for _ in fees]
    said = texts(fee.Gia for fees in lines for fee in fees)
    amount, bad = amounts(said)
    for line in bad.arg_true() if bad.any() else ():
        words = (f"không phải số tiền: «{_short(said[line])}»", f"not an amount: “{_short(said[line])}”")
        batch.fault(rows[line], Fault(*words, "DanhSachLePhi.Gia"))
    total = [0] * len(sent)
    for row, dong in zip(rows, amount.to_list(), strict=True):
        total[row] += dong or 0
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


POPULATION = "1"
"""MaCSDL of the national population database."""


def _population_data(sent: list[DossierSent]) -> pl.Series:
    used = []
    for dossier in sent:
        given = dossier.DSKetNoiCSDL
        listed = given if isinstance(given, list) else [given]
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
        words = (f"không phải ngày giờ có thật: «{_short(said)}»", f"not a possible date: “{_short(said)}”")
        batch.fault(row, Fault(*words, "DanhSachHoSoBoSung"))
    rows = pl.Series([row for row, _ in asked], dtype=pl.Int64)
    last = pl.DataFrame({"row": rows, "at": read.at}).group_by("row").agg(pl.col("at").max())
    every = pl.DataFrame({"row": range(len(sent))}, schema={"row": pl.Int64})
    return every.join(last, on="row", how="left", maintain_order="left")["at"].cast(TIME)


def _listed(batch: _Batch, row: int, field: str, given: list[Any] | str | None) -> list[Any]:
    """The elements of a list; an absent one may also be spelled as an empty text."""
    if isinstance(given, list):
        return given
    if given is not None and given.strip():
        batch.fault(row, Fault("phải là một danh sách", "must be a list", field))
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
    return Fault(f"phải là 0 hoặc 1, gặp «{_short(said)}»", f"must be 0 or 1, found “{_short(said)}”", field)


def _short(text: Any) -> str:
    one = " ".join(str(text).split())
    return one if len(one) <= 60 else one[:57] + "…"


class _TooLongError(Exception):
    """A payload, or one text in it, of a length that cannot be meant."""


def _check_lengths(item: bytes) -> None:
    if len(item) > LONGEST_PAYLOAD:
        raise _TooLongError("", len(item))
    for field, value in _texts_in("", msgspec.json.decode(item)):
        if len(value) > LONGEST_TEXT:
            raise _TooLongError(field, len(value))


def _texts_in(field: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text of a payload with its field, «TaiLieuNop.TenTepDinhKem»."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, list):
        for one in value:
            yield from _texts_in(field, one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts_in(f"{field}.{name}" if field else name, one)


def _undecoded(error: Exception) -> Fault:
    """Why a payload is not one dossier or step, in words."""
    match error:
        case _TooLongError():
            field, length = error.args
            return Fault(f"dài quá mức ({length:,} ký tự)", f"far too long ({length:,} characters)", field)
        case RecursionError():
            return Fault("JSON lồng nhau quá sâu", "JSON nested too deeply")
        case UnicodeDecodeError():
            return Fault("chữ không phải UTF-8", "the text is not UTF-8")
        case msgspec.ValidationError():
            words, _, path = str(error).partition(" - at `$.")
            field = path.rstrip("`")
            if "length" in words:
                most = words.rpartition(" ")[2]
                return Fault(f"dài quá {most} ký tự", f"longer than {most} characters", field)
            if not field:
                return Fault("không phải một đối tượng JSON", "not a JSON object")
            return Fault("sai kiểu giá trị", "a value of the wrong type", field)
    return Fault("không phải JSON đúng", "not correct JSON")


def code_of(item: bytes) -> str:
    """The dossier that a payload speaks of, as far as can be told."""
    try:
        return _short(as_text(_named(item).MaHoSo) or "")
    except (ValueError, RecursionError):
        match = re.search(rb'"MaHoSo"\s*:\s*"([^"\\]{1,100})"', item)
        return _short(match[1].decode(errors="replace")) if match else ""
