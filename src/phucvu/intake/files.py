"""Importing a file, whatever it is."""

from __future__ import annotations

from pathlib import Path

from phucvu.intake import exports, mappings, tables, wire_files, xes
from phucvu.intake.mappings import Mapping
from phucvu.intake.taking import Taken, Taking
from phucvu.intake.wire_files import Progress
from phucvu.problems import Problem, UnusableError
from phucvu.records.store import Store

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
    if not path.is_file():
        raise UnusableError(Problem("không có tệp này", "there is no such file", file=str(path)))
    if path.stat().st_size == 0:
        raise UnusableError(Problem("tệp rỗng", "the file is empty", file=path.name))
    found = kind or kind_of(path, mapping)
    if found not in KINDS:
        listed = ", ".join(KINDS)
        raise UnusableError(
            Problem(f"không có loại {found!r}; có: {listed}", f"no kind {found!r}; there are: {listed}")
        )
    taking = Taking(store, path.name, found, dry_run=dry_run)
    match found:
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
        case _:
            tables.take(taking, path, found)
    if progress:
        progress(path.stat().st_size, path.stat().st_size)
    if not dry_run:
        for table in taking.taken.added:
            store.compact(table)
    return taking.taken


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
