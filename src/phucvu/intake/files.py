"""Importing a file, whatever it is."""

from __future__ import annotations

from pathlib import Path

from phucvu.intake import exports, mappings, tables, wire_files, xes
from phucvu.intake.mappings import Mapping
from phucvu.intake.taking import Taken, Taking
from phucvu.intake.wire_files import Progress
from phucvu.problems import Problem, UnusableError
from phucvu.records.store import Store
from phucvu.tables.reading import reading

KINDS = ("wire", "export", "xes", *tables.KINDS)
"""What a file can be: dossiers and steps in the synchronisation format, an export of a one-stop
system, an event log, or one of the project's own tables."""


def import_file(
    store: Store,
    path: Path,
    *,
    kind: str | None = None,
    sender: str | None = None,
    mapping: Mapping | str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Taken:
    """Take what a file holds into the records; the same file again changes nothing.

    ``kind`` is one of ``KINDS``, told from the file if not given. ``sender`` is the code of the
    sending unit of dossiers and steps. ``mapping`` is for exports and logs, by name or itself.
    ``progress`` is told bytes read and all bytes. With ``dry_run`` nothing is kept.

    Raises UnusableError if the file cannot be read at all; a row that cannot be used is set aside.
    """
    with reading(path):
        if not path.is_file():
            there = path.exists()
            vi, en = (
                ("không phải tệp", "not a file") if there else ("không có tệp này", "there is no such file")
            )
            raise UnusableError(Problem(vi, en, file=str(path)))
        empty = path.stat().st_size == 0
    if empty:
        raise UnusableError(Problem("tệp rỗng", "the file is empty", file=path.name))
    found = kind or kind_of(path, mapping)
    if found not in KINDS:
        listed = ", ".join(KINDS)
        raise UnusableError(
            Problem(f"không có loại {found!r}; có: {listed}", f"no kind {found!r}; there are: {listed}")
        )
    taking = Taking(store, path.name, found, dry_run=dry_run)
    try:
        _take(taking, path, sender, mapping, progress)
    except (Exception, KeyboardInterrupt) as error:
        # What was taken stays so; who mends the file and imports it again should know.
        error.add_note(_so_far(taking.taken, dry_run=dry_run))
        raise
    if progress:
        progress(path.stat().st_size, path.stat().st_size)
    if not dry_run:
        for table in taking.taken.added:
            store.compact(table)
    return taking.taken


def _take(
    taking: Taking, path: Path, sender: str | None, mapping: Mapping | str | None, progress: Progress | None
) -> None:
    store = taking.store
    match taking.taken.kind:
        case "wire":
            wire_files.take(taking, path, sender, progress)
        case "export":
            exports.take(taking, path, _mapping(store, mapping or mappings.BUILT_IN), sender)
        case "xes":
            if mapping is None:
                raise UnusableError(
                    Problem("nhật ký XES cần một ánh xạ", "an XES log needs a mapping", file=path.name)
                )
            xes.take(taking, path, _mapping(store, mapping), sender)
        case kind:
            tables.take(taking, path, kind)


def _so_far(taken: Taken, *, dry_run: bool) -> str:
    """What of a file had been taken when its import ended early."""
    added = "" if dry_run else ", ".join(f"{name} {a.taken}" for name, a in taken.added.items() if a.taken)
    return f"trước đó đã lấy: {added} mới | taken before: {added} new" if added else NOTHING_TAKEN


NOTHING_TAKEN = "chưa lấy gì của tệp này | nothing of this file was taken"


def kind_of(path: Path, mapping: Mapping | str | None = None) -> str:
    """What a file is, told from its name and beginning.

    Raises UnusableError if it is nothing known.
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".xes"):
        return "xes"
    if name.endswith((".json", ".jsonl", ".ndjson")) and wire_files.is_wire(path):
        return "wire"
    if mapping is not None:
        return "export"
    return tables.kind_of(path) or "export"


def _mapping(store: Store, mapping: Mapping | str) -> Mapping:
    return mapping if isinstance(mapping, Mapping) else mappings.load(store.home, mapping)
