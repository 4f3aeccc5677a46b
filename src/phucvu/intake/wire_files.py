"""Files of the synchronisation format: lines, arrays, or calls with their envelope, also gzipped."""

from __future__ import annotations

import gzip
import mmap
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

import ibis
import msgspec
from msgspec import Raw, Struct

from phucvu.intake import wire
from phucvu.intake.items import take_in
from phucvu.intake.known import Known
from phucvu.intake.taking import Taking
from phucvu.problems import Fault, UnusableError
from phucvu.records.store import Store
from phucvu.tables.reading import LARGEST_WHOLE, LONGEST_LINE, reading, too_large, too_long

BLOCK = 32 << 20
"""Bytes read, understood and committed at a time; what bounds the memory of an import."""

Progress = Callable[[int, int], None]
"""Told the bytes of the file read so far, and all of them."""

Items = list[tuple[int, bytes]]
"""Payloads with their row in the file."""


class Call(Struct):
    """The envelope of a call."""

    data: Raw
    service: str | None = None
    madonvi: str | None = None
    MaDinhDanhDV: str | None = None


STEPS_SERVICE = "CapNhatTienDoHoSoMC"

_call = msgspec.json.Decoder(Call).decode
_raws = msgspec.json.Decoder(list[Raw]).decode


def is_wire(path: Path) -> bool:
    """Whether a JSON file holds dossiers or steps, as far as its beginning tells."""
    with reading(path):
        file, raw = _opened(path)
        with raw, file:
            start = file.read(64 << 10)
    return b'"MaHoSo"' in start or (b'"data"' in start and b'"service"' in start)


def take(taking: Taking, path: Path, sender: str | None, progress: Progress | None) -> None:
    """Take all dossiers and steps of a file; ``sender`` overrides what envelopes say."""
    known = Known.of(taking.store)
    for block in _blocks(path, progress):
        groups: dict[tuple[str, str | None], Items] = defaultdict(list)
        for row, item in block:
            if b'"data"' in item:
                _sort_call(groups, row, item, sender)
            else:
                groups[_kind(item), sender].append((row, item))
        for (kind, by), items in sorted(groups.items(), key=lambda g: g[0][0]):
            _take(taking, known, kind, by, items)


def _take(taking: Taking, known: Known, kind: str, sender: str | None, items: Items) -> None:
    payloads = [item for _, item in items]
    if kind == wire.STEP:
        sender = sender or known.sender_of_steps(_senders(taking))
    read = take_in(payloads, kind, known, sender=sender)
    taking.take("dossiers" if kind == wire.DOSSIER else "steps", read.frame)
    taking.aside(
        replace(aside, problem=aside.problem.at(row=items[number][0])) for number, aside in read.aside.items()
    )


def _senders(taking: Taking) -> set[str]:
    """Whose dossiers are known, those of this file included even where nothing is kept."""
    preview = taking.taken.preview.get("dossiers")
    return senders(taking.store) | set(preview["sender"] if preview is not None else ())


def senders(store: Store) -> set[str]:
    """Whose dossiers the store holds."""
    con = ibis.duckdb.connect()
    found = set(store.table(con, "dossiers").select("sender").distinct().to_polars()["sender"])
    con.disconnect()
    return found


def _sort_call(
    groups: dict[tuple[str, str | None], Items], row: int, item: bytes, sender: str | None
) -> None:
    """Put what a call brings with the payloads of its kind and sender; what is no call after all, itself."""
    try:
        call = _call(item)
        listed = bytes(call.data).lstrip()
        inner = [bytes(raw) for raw in _raws(listed)] if listed.startswith(b"[") else [listed]
    except (ValueError, RecursionError):
        groups[_kind(item), sender].append((row, item))
        return
    by = sender or call.madonvi or call.MaDinhDanhDV or None
    for one in inner:
        kind = wire.STEP if call.service == STEPS_SERVICE else _kind(one)
        groups[kind, by].append((row, one))


def _kind(item: bytes) -> str:
    return wire.STEP if b'"ThoiDiemXuLy"' in item else wire.DOSSIER


def _blocks(path: Path, progress: Progress | None) -> Iterator[Iterable[tuple[int, bytes]]]:
    """The payloads of a file with their rows, in blocks of about ``BLOCK`` bytes."""
    with reading(path):
        total = path.stat().st_size
        file, raw = _opened(path)
    with reading(path), raw, file:
        start = file.read(64 << 10).removeprefix(b"\xef\xbb\xbf").lstrip()
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UnusableError(Fault("not_utf8", file=path.name))
        whole = not path.name.removesuffix(".gz").endswith((".jsonl", ".ndjson")) and _is_one_value(start)
        file.seek(0)
        if whole:
            yield from _elements(path, file)
        else:
            row = 1
            while lines := _lines(path, file, row):
                if row == 1:
                    lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
                yield [(n, line) for n, text in enumerate(lines, row) if (line := text.strip())]
                row += len(lines)
                if progress:
                    progress(raw.tell(), total)
    if progress:
        progress(total, total)


def _lines(path: Path, file: IO[bytes], row: int) -> list[bytes]:
    """The next lines of a file, about ``BLOCK`` bytes of them; none at its end."""
    block = file.read(BLOCK)
    if block and not block.endswith(b"\n"):
        block += file.readline(LONGEST_LINE + 1)
    lines = block.split(b"\n")
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            raise too_long(path.name, row + number)
    if not lines[-1]:
        lines.pop()
    return lines


def _is_one_value(start: bytes) -> bool:
    """Whether a file is one JSON value over several lines, not a value a line."""
    if start.startswith(b"["):
        return True
    first, _, more = start.partition(b"\n")
    try:
        msgspec.json.decode(first, type=Raw)
    except ValueError:
        return bool(more)
    return False


def _elements(path: Path, file: IO[bytes]) -> Iterator[Items]:
    """The elements of an array, or the one object, of a file that is one JSON value."""
    if path.name.endswith(".gz"):
        content: bytes | mmap.mmap = file.read(LARGEST_WHOLE + 1)
        if len(content) > LARGEST_WHOLE:
            raise too_large(path.name, LARGEST_WHOLE)
    else:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    view = memoryview(content)
    if bytes(view[:3]) == b"\xef\xbb\xbf":
        view = view[3:]
    try:
        is_list = bytes(view[: 64 << 10]).lstrip().startswith(b"[")
        if not is_list and len(view) > LONGEST_LINE:
            raise too_large(path.name, LONGEST_LINE)
        found = _raws(view) if is_list else [Raw(bytes(view))]
    except (ValueError, RecursionError) as error:
        problem = Fault("not_json", file=path.name)
        raise UnusableError(problem) from error
    block, size = [], 0
    for row, element in enumerate(found, 1):
        one = bytes(element).strip()
        block.append((row, one))
        size += len(one)
        if size >= BLOCK:
            yield block
            block, size = [], 0
    yield block


def _opened(path: Path) -> tuple[IO[bytes], IO[bytes]]:
    """The file to read, and the one whose place tells how far that is."""
    raw = path.open("rb")
    return (gzip.open(raw) if path.name.endswith(".gz") else raw), raw  # type: ignore[return-value]
