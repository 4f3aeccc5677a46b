"""Whether an edition is what was published: its tree and signatures, the log, the rules, and a recount.

Each way in which it can differ has a code of its own; where nothing differs there are no findings.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from itertools import islice
from zipfile import BadZipFile

from phucvu.accounts import audit
from phucvu.editions import log, open_data
from phucvu.editions.content import LARGEST_RULES, Content, count, rules_of
from phucvu.editions.deflated import inflated
from phucvu.editions.lines import Line
from phucvu.editions.manifest import Manifest
from phucvu.editions.models import Edition, LogHead, OpenData
from phucvu.editions.office_key import public_key
from phucvu.figures.periods import Period
from phucvu.problems import Fault, FaultError, NotFoundError, UnusableError
from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.errors import ProofError
from phucvu.proofs.merkle import Tree
from phucvu.proofs.note import Note, PublicKey
from phucvu.records.store import Store

MOST_NAMED = 20
"""So many lines that differ are named one by one."""


def edition(number: int) -> Edition:
    """The edition of a number. Raises NotFoundError where there is none."""
    found: Edition | None = Edition.objects.filter(number=number).first()
    if found is None:
        raise NotFoundError(Fault("edition_unknown", number=number))
    return found


def verify(store: Store, number: int, noted: Note | None = None) -> list[Fault]:
    """What differs from what was published; nothing where all agrees to the last digit.

    ``noted`` is a checkpoint of the log that was kept elsewhere: against a log rewritten as a whole by
    somebody who has the office's key. Raises NotFoundError where there is no such edition.
    """
    kept = edition(number)
    return [*of_edition(kept, number), *of_log(noted, kept), *of_open_data(kept), *of_recount(store, kept)]


def of_edition(kept: Edition, number: int) -> Iterator[Fault]:
    """What the edition's own content, signature and rules say against it."""
    key = public_key()
    try:
        tree = Tree.of(Content.entries(kept.manifest, bytes(kept.lines)))
        note = Note.read(kept.note)
        said = Checkpoint.read(note.text)
        signed = key in note.signers([key])
    except (ProofError, UnusableError):
        yield Fault("edition_signature_false", number=number)
        return
    if not signed:
        yield Fault("edition_signature_false", number=number)
    if (said.origin, said.size, said.root) != (f"{key.name}/{number}", tree.size, tree.root()):
        yield Fault("edition_altered", number=number)
    try:
        manifest = Manifest.read(kept.manifest)
        text = inflated(bytes(kept.rules), LARGEST_RULES)
    except UnusableError as error:
        yield from error.faults
        return
    if hashlib.sha256(text).hexdigest() != manifest.rules_sha256:
        yield Fault("edition_rules_altered", number=number, name=manifest.rules)


def of_open_data(kept: Edition) -> Iterator[Fault]:
    """Which files of the open data are not those that the edition names, or do not say what it says."""
    row = OpenData.objects.filter(edition=kept).first()
    try:
        named = Manifest.read(kept.manifest).data
        if row is None:
            if named:
                yield Fault("edition_data_missing", number=kept.number)
            return
        package, made = open_data.Package(bytes(row.zip)), open_data.files_of(kept)
        found = {name: package.read(name) for name in package.names() if name in made}
    except (FaultError, BadZipFile, zlib.error):
        yield Fault("edition_data_differs", number=kept.number, name="zip")
        return
    known = named or open_data.digests(found)
    for name in sorted({*made, *known, *found}):
        content = found.get(name, b"")
        same = hashlib.sha256(content).hexdigest() == known.get(name)
        # The bytes of a Parquet file are those of the library that wrote it, and names are those of then.
        if not same or (name in OF_LINES and content != made[name]):
            yield Fault("edition_data_differs", number=kept.number, name=name)


OF_LINES = ("figures.csv", "scores.csv", "ranks.csv")
"""The files that hold nothing but what stands in the edition's lines."""


def of_log(noted: Note | None = None, kept: Edition | None = None) -> Iterator[Fault]:
    """What the log says against itself, an edition, the audit log, or a checkpoint kept elsewhere."""
    key, entries = public_key(), log.entries()
    tree = Tree.of(entries)
    for head in LogHead.objects.order_by("size"):
        yield from _of_head(head, key, tree)
    if noted is not None:
        yield from _of_noted(noted, key, tree)
    if kept is not None and kept.number is not None and not _names(entries, kept, kept.number):
        yield Fault("edition_not_in_log", number=kept.number)
    for index, entry in enumerate(entries):
        said = log.read(entry)
        if "audit" in said and (broken := audit.verify((said["audit"], said["hash"]))) is not None:
            yield Fault("log_audit_differs", entry=index, reason=broken.problem)
            return


def _of_head(head: LogHead, key: PublicKey, tree: Tree) -> Iterator[Fault]:
    try:
        note = Note.read(head.note)
        said, signed = Checkpoint.read(note.text), key in note.signers([key])
    except ProofError:
        signed = False
    if not signed or said.size != head.size:
        yield Fault("log_signature_false", size=head.size)
    elif said.size > tree.size or tree.root(said.size) != said.root:
        yield Fault("log_rewritten", size=head.size)


def _of_noted(noted: Note, key: PublicKey, tree: Tree) -> Iterator[Fault]:
    """Whether the log still begins with what a checkpoint from elsewhere says."""
    try:
        said, signed = Checkpoint.read(noted.text), key in noted.signers([key])
    except ProofError as error:
        yield Fault(error.code, **error.parameters)
        return
    if not signed:
        yield Fault("proof_signed_by_nobody_known", origin=said.origin)
    elif said.size > tree.size or tree.root(said.size) != said.root:
        yield Fault("log_not_as_noted", size=said.size)


def _names(entries: list[bytes], kept: Edition, number: int) -> bool:
    """Whether the log holds the edition's checkpoint as it is kept."""
    try:
        checkpoint = Checkpoint.read(Note.read(kept.note).text)
    except ProofError:
        return False
    return log.of_edition(number, checkpoint) in entries


def of_recount(store: Store, kept: Edition) -> Iterator[Fault]:
    """What counting once more says, from the records as they were and by the rules that were kept."""
    try:
        manifest = Manifest.read(kept.manifest)
        rules = rules_of(bytes(kept.rules))
        published = [Line.read(e) for e in islice(Content.entries(kept.manifest, bytes(kept.lines)), 1, None)]
        columns = {name: digest.columns for name, digest in manifest.records.items()}
        period = Period.parse(manifest.period)
        again = count(store, period, rules, manifest.records_as_of, columns)
    except FaultError as error:
        yield from error.faults
        return
    for name in sorted({*manifest.records, *again.records}):
        if manifest.records.get(name) != again.records.get(name):
            before, after = (d.records.get(name) for d in (manifest, again))
            rows = (0 if before is None else before.rows, 0 if after is None else after.rows)
            yield Fault("edition_records_differ", table=name, then=rows[0], now=rows[1])
    if again.working_days != manifest.working_days:
        yield Fault("edition_working_days_differ", period=manifest.period)
    differing = list(_of_lines(published, again.lines))
    yield from differing[:MOST_NAMED]
    if len(differing) > MOST_NAMED:
        yield Fault("edition_more_differ", count=len(differing) - MOST_NAMED)


def _of_lines(published: list[Line], counted: list[Line]) -> Iterator[Fault]:
    then, now = ({line.key: line for line in lines} for lines in (published, counted))
    for unit, item in [key for key in then if key not in now]:
        yield Fault("edition_line_only_published", unit=unit, item=item)
    for unit, item in [key for key in now if key not in then]:
        yield Fault("edition_line_only_counted", unit=unit, item=item)
    for key in (key for key in then if key in now):
        yield from _of_line(then[key], now[key])
    both = [
        [line.key for line in lines if line.key in then and line.key in now] for lines in (published, counted)
    ]
    if both[0] != both[1]:
        yield Fault("edition_order_differs")


def _of_line(then: Line, now: Line) -> Iterator[Fault]:
    unit, item, was, found = then.unit, then.item, then.entry.decode(), now.entry.decode()
    if then.figure != now.figure:
        yield Fault("edition_figure_differs", unit=unit, item=item, then=was, now=found)
    if (then.score, then.maximum) != (now.score, now.maximum):
        yield Fault("edition_score_differs", unit=unit, item=item, then=was, now=found)
    if then.rank != now.rank:
        yield Fault("edition_rank_differs", unit=unit, item=item, then=was, now=found)
