"""Importing a file, whatever it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from phucvu.figures.periods import Period
from phucvu.intake import exports, mappings, portal_lists, report_forms, tables, wire_files, xes
from phucvu.intake.mappings import Mapping
from phucvu.intake.policy import FILES, Policy
from phucvu.intake.taking import Taken, Taking
from phucvu.intake.wire_files import Progress
from phucvu.problems import Fault, UnusableError
from phucvu.records.store import Store
from phucvu.tables import Source
from phucvu.tables.reading import reading

KINDS = ("wire", "export", "xes", portal_lists.KIND, *tables.KINDS)
"""What a file can be: dossiers and steps in the synchronisation format, an export of a one-stop
system, an event log, a list of dossiers from the national portal, or one of the project's own tables."""


def import_file(
    store: Store,
    path: Path,
    *,
    kind: str | None = None,
    sender: str | None = None,
    mapping: Mapping | str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    source: Source | None = None,
    policy: Policy = FILES,
    period: Period | None = None,
) -> Taken:
    """Take what a file holds into the records; the same file again changes nothing.

    ``kind`` is one of ``KINDS``, told from the file if not given. ``sender`` is the code of the
    sending unit of dossiers and steps. ``mapping`` is for exports and logs, by name or itself.
    Of a list from the portal ``sender`` is the unit whose dossiers it has, of a report's form by field the
    unit that reports, if it does not name it; ``period`` is the one of such a form.
    ``progress`` is told bytes read and all bytes. With ``dry_run`` nothing is kept. ``source`` is the
    file as it was already looked into; it is closed. ``policy`` says what who brings it may bring: of
    the other rows none is kept. By ``Policy.synchronised`` its dossiers are on the national portal already;
    else they are the office's own, whatever their form, and are lost in 1.4 until they arrive through the
    synchronisation API.

    Raises UnusableError if the file cannot be read at all; a row that cannot be used is set aside.
    """
    with reading(path):
        if not path.is_file():
            raise UnusableError(Fault("not_a_file" if path.exists() else "file_missing", file=str(path)))
        size = path.stat().st_size
    if not size:
        raise UnusableError(Fault("file_empty", file=path.name))
    if kind is not None and kind not in KINDS:
        listed = ", ".join(KINDS)
        raise UnusableError(Fault("kind_unknown", kind=kind, listed=listed))
    with source or Source(path) as rows:
        found = Recognised(kind, Fault("told_by_hand")) if kind else recognise(rows, mapping)
        otherwise = tables.expected() if found.because.code == "told_by_nothing" else ""
        taking = Taking(store, path.name, found.kind, dry_run=dry_run, policy=policy)
        if found.kind == portal_lists.KIND:
            unit, day = portal_lists.list_of(taking, sender), portal_lists.today()
            taking = portal_lists.PortalList(
                store, path.name, found.kind, dry_run=dry_run, policy=policy, list_of=unit, taken_on=day
            )
        policy.check(found.kind)
        taking.taken.because = found.because.at(file=path.name)
        try:
            _take(taking, rows, sender, mapping, progress, otherwise, period)
        except (Exception, KeyboardInterrupt) as error:
            # What was taken stays so; who mends the file and imports it again should know.
            error.add_note(_so_far(taking.taken, dry_run=dry_run))
            raise
    if progress:
        progress(size, size)
    if not dry_run:
        for table in taking.taken.added:
            store.compact(table)
    return taking.taken


def _take(
    taking: Taking,
    source: Source,
    sender: str | None,
    mapping: Mapping | str | None,
    progress: Progress | None,
    otherwise: str,
    period: Period | None,
) -> None:
    store, path = taking.store, source.path
    if isinstance(taking, portal_lists.PortalList):
        portal_lists.take(taking, source, _mapping(store, mapping) if mapping else None, progress)
        return
    match taking.taken.kind:
        case "wire":
            wire_files.take(taking, path, sender, progress)
        case "export":
            exports.take(taking, source, _mapping(store, mapping or mappings.BUILT_IN), sender, otherwise)
        case "xes":
            if mapping is None:
                raise UnusableError(Fault("xes_without_mapping", file=path.name))
            xes.take(taking, path, _mapping(store, mapping), sender)
        case "reports" if report_forms.is_form(source):
            report_forms.take(taking, source, sender, period)
        case kind:
            tables.take(taking, source, kind)


def _so_far(taken: Taken, *, dry_run: bool) -> str:
    """What of a file had been taken when its import ended early."""
    added = "" if dry_run else ", ".join(f"{name} {a.taken}" for name, a in taken.added.items() if a.taken)
    return f"trước đó đã lấy: {added} mới | taken before: {added} new" if added else NOTHING_TAKEN


NOTHING_TAKEN = "chưa lấy gì của tệp này | nothing of this file was taken"


@dataclass(frozen=True)
class Recognised:
    """What a file is, and by what that was told."""

    kind: str
    because: Fault


def recognise(source: Source, mapping: Mapping | str | None = None) -> Recognised:
    """What a file is, told from its name and beginning. Raises UnusableError if it cannot be opened."""
    path = source.path
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".xes"):
        return Recognised("xes", Fault("told_by_ending"))
    if name.endswith((".json", ".jsonl", ".ndjson")) and wire_files.is_wire(path):
        return Recognised("wire", Fault("told_by_json"))
    if mapping is not None:
        return Recognised("export", Fault("told_by_mapping"))
    fit = tables.fit(source)
    if fit and fit.by_name:
        return Recognised(fit.kind, Fault("told_by_name", kind=fit.kind))
    if report_forms.is_form(source):
        return Recognised("reports", Fault("told_by_form"))
    fields = exports.fields_of(source, mappings.built_in())
    if fit and fit.columns >= fields:
        return Recognised(fit.kind, Fault("told_by_columns", count=fit.columns, kind=fit.kind))
    if fields:
        return Recognised("export", Fault("told_by_fields", count=fields))
    return Recognised("export", Fault("told_by_nothing"))


def kind_of(path: Path, mapping: Mapping | str | None = None) -> str:
    """What a file is (see ``recognise``)."""
    with Source(path) as source:
        return recognise(source, mapping).kind


def _mapping(store: Store, mapping: Mapping | str) -> Mapping:
    return mapping if isinstance(mapping, Mapping) else mappings.load(store.home, mapping)
