"""An edition is counted again to the last digit, and whatever was altered is found and named."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import polars as pl
import pytest

from phucvu.accounts import audit
from phucvu.accounts.models import AuditEntry, AuditHead
from phucvu.editions import log, open_data, verification
from phucvu.editions.content import Content
from phucvu.editions.lines import Line
from phucvu.editions.manifest import Manifest
from phucvu.editions.models import Edition, LogEntry, LogHead, OpenData
from phucvu.editions.office_key import office_key
from phucvu.editions.verification import verify
from phucvu.inbox.clock import now
from phucvu.problems import NotFoundError
from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.merkle import Tree
from phucvu.proofs.note import Note
from phucvu.proofs.tiles import bundle
from phucvu.records.store import Store


def codes_counted_before(monkeypatch: pytest.MonkeyPatch, content: Content) -> None:
    """Count as was counted once: where the records stay as they are, so does what they give."""
    monkeypatch.setattr(verification, "count", lambda *_: content)


def codes(store: Store, noted: Note | None = None) -> set[str]:
    return {fault.code for fault in verify(store, 1, noted)}


def correct(store: Store) -> None:
    """A later version of each of some dossiers, as a correction brings it."""
    held = store.rows("dossiers")
    later = held.head(40).with_columns(due_at=pl.col("due_at").dt.offset_by("-30d"), paid_online=pl.lit(1))
    assert store.append("dossiers", later).taken


def test_an_edition_agrees_to_the_last_digit(store: Store, edition: Edition) -> None:
    assert verify(store, 1) == []
    lines = [Line.read(entry) for entry in Content.entries(edition.manifest, edition.lines)[1:]]
    assert {line.item for line in lines} >= {"1.1", "2.1", "progress", "total"}
    assert any(line.rank for line in lines)


def test_it_agrees_after_corrections_compaction_and_a_move(
    store: Store, edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    correct(store)
    for whole in (False, True):
        store.compact(whole=whole)
        assert verify(store, 1) == []
    elsewhere = tmp_path / "elsewhere"
    Path(store.home).rename(elsewhere)
    monkeypatch.setenv("PHUCVU_HOME", str(elsewhere))
    assert verify(Store(elsewhere), 1) == []


def test_it_agrees_after_compaction_and_then_corrections(store: Store, edition: Edition) -> None:
    store.compact(whole=True)
    correct(store)
    assert verify(store, 1) == []


def test_columns_that_came_later_change_nothing(store: Store, edition: Edition) -> None:
    manifest = json.loads(edition.manifest)
    for digest in manifest["records"].values():
        assert "payload" not in digest["columns"]
    short = json.loads(edition.manifest)
    short["records"]["dossiers"]["columns"].remove("vneid")
    Edition.objects.update(manifest=json.dumps(short))
    # Asked for other columns the digest is another: what is compared is what was written.
    assert "edition_records_differ" in codes(store)


def of_lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Store], None]:
    def tamper(store: Store) -> None:
        kept = Edition.objects.get(number=1)
        entries = change(Content.entries(kept.manifest, bytes(kept.lines))[1:])
        kept.lines = zlib.compress(bundle(entries))
        kept.save()

    return tamper


def line(number: int, **said: object) -> Callable[[list[bytes]], list[bytes]]:
    def change(entries: list[bytes]) -> list[bytes]:
        lines = [Line.read(entry) for entry in entries]
        which = [at for at, one in enumerate(lines) if all(getattr(one, name) for name in said)][number]
        entries[which] = Line(**(lines[which].__dict__ | said)).entry  # type: ignore[arg-type]
        return entries

    return change


def tamper_records(store: Store) -> None:
    """A file of the records rewritten: one dossier's due date is moved."""
    path = max(Path(store.home, "records", "dossiers").rglob("*.parquet"), key=lambda f: f.stat().st_size)
    frame = pl.read_parquet(path)
    frame.with_columns(due_at=pl.col("due_at").dt.offset_by("1d")).write_parquet(path)


def tamper_records_added(store: Store) -> None:
    """A dossier put in later under a time before the freezing."""
    row = store.rows("dossiers").head(1).with_columns(code=pl.lit("THEM-VAO-SAU"))
    arrived = Edition.objects.get(number=1).frozen_at.replace(hour=0)
    assert store.append("dossiers", row, arrived).taken


def tamper_rules(store: Store) -> None:
    kept = Edition.objects.get(number=1)
    kept.rules = zlib.compress(zlib.decompress(bytes(kept.rules)).replace(b"100%", b"99%", 1))
    kept.save()


def tamper_open_data(store: Store) -> None:
    """A score in the CSV file that people take away."""
    row = OpenData.objects.get()
    kept = open_data.Package(bytes(row.zip))
    files = {name: kept.read(name) for name in kept.names()}
    files["scores.csv"] = files["scores.csv"].replace(b",100.00", b",101.00", 1)
    row.zip = open_data.zipped(files)
    row.save()


def tamper_manifest(store: Store) -> None:
    kept = Edition.objects.get(number=1)
    kept.manifest = kept.manifest.replace('"software":"', '"software":"9')
    kept.save()


def tamper_signature(store: Store) -> None:
    kept = Edition.objects.get(number=1)
    signed = office_key().signed(Note(Note.read(kept.note).text.replace("/1\n", "/2\n")))
    kept.note = str(Note(Note.read(kept.note).text, signed.signatures))
    kept.save()


def tamper_audit(store: Store) -> None:
    AuditEntry.objects.filter(number=1).update(actor="nguoi-khac")


def tamper_audit_whole(store: Store) -> None:
    """The audit log written anew as a whole, each hash as it should be."""
    AuditEntry.objects.all().delete()
    AuditHead.objects.update(count=0, hash=audit.BEGINNING)
    for _ in range(5):
        audit.append("nguoi-khac", "sign-in")


def tamper_log_entry(store: Store) -> None:
    first = LogEntry.objects.get(index=0)
    first.entry = bytes(first.entry).replace(b'"edition":1', b'"edition":3')
    first.save()


def tamper_log_cut(store: Store) -> None:
    LogEntry.objects.order_by("-index")[0].delete()


def tamper_all_with_the_key(store: Store) -> None:
    """Who has the office's key rewrites a score, open data, signature, the log and its heads."""
    of_lines(line(0, score="1.23"))(store)
    kept, key = Edition.objects.get(number=1), office_key()
    files = open_data.files_of(kept)
    manifest = msgspec.structs.replace(Manifest.read(kept.manifest), data=open_data.digests(files))
    kept.manifest = manifest.written().decode()
    tree = Tree.of(Content.entries(kept.manifest, bytes(kept.lines)))
    checkpoint = Checkpoint(f"{key.name}/1", tree.size, tree.root())
    kept.note = str(key.signed(Note(str(checkpoint))))
    kept.save()
    OpenData.objects.all().delete()
    open_data.keep(kept, files)
    LogEntry.objects.filter(index=0).update(entry=log.of_edition(1, checkpoint))
    for head in LogHead.objects.all():
        head.note = str(key.signed(Note(str(Checkpoint(key.name, head.size, log.tree().root(head.size))))))
        head.save()


KINDS: dict[str, tuple[Callable[[Store], None], set[str]]] = {
    "a record changed": (tamper_records, {"edition_records_differ"}),
    "a record put in later": (tamper_records_added, {"edition_records_differ"}),
    "a figure": (of_lines(line(0, figure=(1, 99))), {"edition_altered", "edition_figure_differs"}),
    "a score": (of_lines(line(0, score="99.99")), {"edition_altered", "edition_score_differs"}),
    "a rank": (of_lines(line(0, rank=(9, 9))), {"edition_altered", "edition_rank_differs"}),
    "a line taken out": (of_lines(lambda all_: all_[1:]), {"edition_altered", "edition_line_only_counted"}),
    "a line put in": (
        of_lines(lambda all_: [*all_, Line("2026-10", "H97", "total", None, "99.00", "100.00", None).entry]),
        {"edition_altered", "edition_line_only_published"},
    ),
    "the order": (of_lines(lambda all_: all_[::-1]), {"edition_altered", "edition_order_differs"}),
    "the rules": (tamper_rules, {"edition_rules_altered"}),
    "the open data": (tamper_open_data, {"edition_data_differs"}),
    "the manifest": (tamper_manifest, {"edition_altered"}),
    "the signature": (tamper_signature, {"edition_signature_false"}),
    "an audit entry": (tamper_audit, {"log_audit_differs"}),
    "the audit log as a whole": (tamper_audit_whole, {"log_audit_differs"}),
    "an entry of the log": (tamper_log_entry, {"log_rewritten", "edition_not_in_log"}),
    "the end of the log cut off": (tamper_log_cut, {"log_rewritten"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_altered_is_found_and_named(
    kind: str, store: Store, edition: Edition, counted: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper, expected = KINDS[kind]
    if "edition_records_differ" not in expected:
        codes_counted_before(monkeypatch, counted)
    tamper(store)
    assert expected <= codes(store)


def test_a_log_rewritten_with_the_key_is_found_by_a_checkpoint_kept_elsewhere(
    store: Store, edition: Edition, counted: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes_counted_before(monkeypatch, counted)
    head = log.head()
    assert head is not None
    noted = Note.read(head.note)
    assert verify(store, 1, noted) == []
    tamper_all_with_the_key(store)
    found = codes(store, noted)
    # By itself it looks whole but for the recount; the checkpoint names it.
    assert found == {"log_not_as_noted", "edition_score_differs"}


def test_a_checkpoint_of_somebody_else_proves_nothing(
    store: Store, edition: Edition, counted: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes_counted_before(monkeypatch, counted)
    head = log.head()
    assert head is not None
    unsigned = Note(Note.read(head.note).text)
    assert codes(store, unsigned) == {"proof_signed_by_nobody_known"}


def test_an_edition_that_is_not_there(store: Store, home: Path) -> None:
    with pytest.raises(NotFoundError):
        verify(store, 7)


def test_what_was_deleted_since_cannot_be_recounted_and_is_said_so(store: Store, edition: Edition) -> None:
    correct(store)
    store.compact(whole=True)
    assert store.forget(now()).rows
    assert codes(store) == {"versions_kept_since"}
