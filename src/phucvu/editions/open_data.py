"""The open data of an edition: its tables as CSV and Parquet, in one ZIP, made once and kept.

Made again from the same edition the files have the same bytes. Their SHA-256 stand in the manifest of the
edition, so that whoever has the edition's checkpoint can check them.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import IO

import polars as pl

from phucvu.accounts import units
from phucvu.editions import data_dictionary
from phucvu.editions.content import Content, rules_of
from phucvu.editions.data_dictionary import DataTable
from phucvu.editions.data_package import DESCRIPTOR, descriptor
from phucvu.editions.lines import TOTAL, Line
from phucvu.editions.manifest import Manifest
from phucvu.editions.models import Edition, OpenData
from phucvu.figures.periods import Period
from phucvu.figures.units import NATION, Unit, Units
from phucvu.problems import Fault, NotFoundError, UnusableError
from phucvu.rules.model import RuleSet
from phucvu.tables.cells import harmless_frame

DICTIONARY = "data-dictionary.md"
MANIFEST = "manifest.json"
CHECKPOINT = "checkpoint.txt"

TYPES: dict[str, pl.DataType] = {"string": pl.String(), "integer": pl.Int64(), "number": pl.Decimal(8, 2)}
PIECE = 64 << 10
"""Bytes of a file that are read from its ZIP at a time."""

HELD = 4
"""Editions whose ZIP is held: that of the nation takes some 5 MB."""


@dataclass(frozen=True)
class Package:
    """The ZIP of an edition: any file of it can be read piece by piece."""

    zip: bytes

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the ZIP."""
        return hashlib.sha256(self.zip).hexdigest()

    def names(self) -> list[str]:
        return [one.filename for one in self._opened().infolist()]

    def size(self, name: str) -> int:
        """Bytes of a file. Raises NotFoundError where there is none."""
        return self._info(name).file_size

    def pieces(self, name: str) -> Iterator[bytes]:
        """A file, piece by piece. Raises NotFoundError, before the first of them, where there is none."""
        return _pieces(self._opened().open(self._info(name)))

    def read(self, name: str) -> bytes:
        """A file. Raises NotFoundError where there is none."""
        return b"".join(self.pieces(name))

    def _opened(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self.zip))

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._opened().getinfo(name)
        except KeyError as error:
            raise NotFoundError(Fault("edition_data_unknown", name=name[:60])) from error


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    with opened:
        while piece := opened.read(PIECE):
            yield piece


def package(edition: Edition) -> Package:
    """The open data of an edition; made and kept now where it was published before there was any.

    Raises UnusableError where the edition cannot be read, or what is made of it is not what it says.
    """
    return _package(edition.pk, edition.note)


@lru_cache(HELD)
def _package(key: int, note: str) -> Package:
    kept: OpenData | None = OpenData.objects.filter(pk=key).first()
    if kept is None:
        edition = Edition.objects.get(pk=key, note=note)
        manifest = Manifest.read(edition.manifest)
        files = files_of(edition)
        if manifest.data and manifest.data != digests(files):
            raise UnusableError(Fault("edition_data_differs", number=edition.number, name=DESCRIPTOR))
        kept = keep(edition, files)
    return Package(bytes(kept.zip))


def files_of(edition: Edition) -> dict[str, bytes]:
    """The tables of an edition as files by name, in order."""
    period = Period.parse(edition.period)
    entries = Content.entries(edition.manifest, bytes(edition.lines))
    lines = [Line.read(entry) for entry in entries[1:]]
    rules = rules_of(bytes(edition.rules)).at(period.last)
    frames = frames_of(lines, rules, units.every().of_period(period))
    files = {f"{name}.csv": _csv(frame) for name, frame in frames.items()}
    return files | {f"{name}.parquet": _parquet(frame) for name, frame in frames.items()}


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def keep(edition: Edition, files: Mapping[str, bytes]) -> OpenData:
    """Pack the files of a published edition with what describes them, and keep that."""
    manifest = Manifest.read(edition.manifest)
    rules = rules_of(bytes(edition.rules)).at(Period.parse(edition.period).last)
    all_ = {
        DESCRIPTOR: descriptor(edition, manifest, rules, _publisher(manifest.unit), files),
        DICTIONARY: data_dictionary.written(rules).encode(),
        MANIFEST: edition.manifest.encode(),
        CHECKPOINT: edition.note.encode(),
        **files,
    }
    made: OpenData = OpenData.objects.get_or_create(edition=edition, defaults={"zip": zipped(all_)})[0]
    return made


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a ZIP without anything of when and where it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, UNIX
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


UNIX = 3


def frames_of(lines: Sequence[Line], rules: RuleSet, known: Units) -> dict[str, pl.DataFrame]:
    """Every table of the dictionary, by its name."""
    figures = [(o.period, o.unit, o.item, *o.figure) for o in lines if o.figure is not None]
    scores = [(o.period, o.unit, o.item, o.score, o.maximum) for o in lines if o.maximum is not None]
    ranks = [(o.period, o.unit, o.item, *o.rank) for o in lines if o.rank is not None]
    published = [_unit(known, code) for code in dict.fromkeys(line.unit for line in lines)]
    named = [(u.code, u.name, u.kind, u.parent) for u in published]
    found: list[Iterable[Sequence[object]]] = [
        figures,
        scores,
        ranks,
        _matrix(lines, rules, published),
        named,
        _items(rules),
    ]
    described = data_dictionary.tables(rules)
    return {table.name: _frame(table, rows) for table, rows in zip(described, found, strict=True)}


def _frame(table: DataTable, rows: Iterable[Sequence[object]]) -> pl.DataFrame:
    texts = {f.name: pl.Int64() if f.type == "integer" else pl.String() for f in table.fields}
    frame = pl.DataFrame(list(rows), schema=texts, orient="row", infer_schema_length=None)
    return frame.with_columns(pl.col(f.name).cast(TYPES[f.type]) for f in table.fields)


def _matrix(lines: Sequence[Line], rules: RuleSet, published: Sequence[Unit]) -> Iterator[Sequence[object]]:
    columns = [TOTAL, *(g.id for g in rules.groups), *(i.id for i in rules.components)]
    scores = {line.key: line for line in lines}
    for unit in published:
        total = scores.get((unit.code, TOTAL))
        rank = (total.rank if total else None) or (None, None)
        held = [scores.get((unit.code, column)) for column in columns]
        yield (
            lines[0].period,
            *(unit.code, unit.name, unit.kind, unit.parent),
            *rank,
            *(line.score if line else None for line in held),
        )


def _items(rules: RuleSet) -> Iterator[Sequence[object]]:
    total = data_dictionary.TOTAL_SCORE
    yield (TOTAL, "total", None, str(rules.max_points), total.vi, total.en, *[None] * 4)
    for group in rules.groups:
        yield (group.id, "group", None, str(group.max_points), group.name.vi, group.name.en, *[None] * 4)
    for one in rules.indicators:
        words = (text for said in (one.name, one.numerator, one.denominator) for text in (said.vi, said.en))
        kind = "beside" if one.beside else "indicator"
        yield (one.id, kind, one.group, str(one.max_points), *words)


def _unit(known: Units, code: str) -> Unit:
    """A unit by its code; one that is not known any more has its code for a name."""
    return NATION if code == NATION.code else known.get(code) or Unit(code, code, "branch")


def _publisher(code: str) -> str:
    return _unit(units.every(), code).name


def _csv(frame: pl.DataFrame) -> bytes:
    return harmless_frame(frame).write_csv(line_terminator="\r\n").encode()


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd", statistics=False)
    return out.getvalue()
