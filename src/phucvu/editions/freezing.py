"""Freezing a period, and making what was frozen an edition: by one person, or by two."""

from __future__ import annotations

import hashlib
import time
import zlib
from importlib.metadata import version

import msgspec
from django.db import transaction
from django.db.models import Max

from phucvu import configuration
from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.editions import log, open_data
from phucvu.editions.content import Content, count
from phucvu.editions.lines import TOTAL
from phucvu.editions.manifest import Manifest
from phucvu.editions.models import Edition
from phucvu.editions.office_key import office_key
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.problems import Fault, UnusableError
from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.merkle import Tree
from phucvu.proofs.note import Note
from phucvu.proofs.tiles import bundle
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use, written_in_use

SETTLED = 3.0
"""Seconds after which all that arrived before a moment is in the records: a commit takes a small part."""

LONGEST_REASON = 2000


def freeze(store: Store, period: Period, by: User | str, unit: str, reason: str = "") -> Edition:
    """Freeze a period as its records are now; published at once unless a second person has to agree.

    ``by`` is who does it, ``unit`` the unit that publishes. A period that has an edition is corrected by
    the new one, which needs a ``reason``. Raises UnusableError where there is nothing to publish, another
    freezing of the period waits for the second person, or the reason is lacking or too long.
    """
    check(period, reason)
    before = last_of(period)
    as_of = now()
    time.sleep(SETTLED)
    rules, text = rules_in_use(), written_in_use().encode()
    found = count(store, period, rules, as_of)
    if not any(line.item == TOTAL and line.score is not None for line in found.lines):
        raise UnusableError(Fault("edition_of_nothing", period=str(period)))
    with transaction.atomic():
        entry = audit.append(by, "edition frozen", object=str(period), unit=unit, reason=reason)
        manifest = Manifest(
            edition=0,
            period=str(period),
            unit=unit,
            cut_off=period.cut_off(as_of),
            records_as_of=as_of,
            rules=rules.name,
            rules_sha256=hashlib.sha256(text).hexdigest(),
            working_days=found.working_days,
            software=version("phucvu"),
            lines=len(found.lines),
            audit=f"{entry.number}:{entry.hash}",
            records=found.records,
            corrects=None if before is None else before.number,
            reason=reason,
        )
        edition = Edition.objects.create(
            period=str(period),
            corrects=manifest.corrects,
            reason=reason,
            frozen_at=as_of,
            frozen_by=_name(by),
            unit=unit,
            manifest=manifest.written().decode(),
            lines=_deflated(found),
            rules=zlib.compress(text),
        )
        if not configuration.current().two_persons:
            _publish(edition, by)
    return edition


def agree(edition: Edition, by: User | str) -> None:
    """A second person publishes what was frozen.

    Raises UnusableError where it is the one who froze it, or there is nothing to agree to any more.
    """
    with transaction.atomic():
        mine = Edition.objects.select_for_update().get(pk=edition.pk)
        _check_open(mine, by)
        _publish(mine, by)
    edition.refresh_from_db()


def refuse(edition: Edition, by: User | str, reason: str) -> None:
    """What was frozen, also by oneself, is not published for a reason. Raises UnusableError as ``agree``."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise UnusableError(Fault("edition_reason_needed", most=LONGEST_REASON))
    with transaction.atomic():
        mine = Edition.objects.select_for_update().get(pk=edition.pk)
        _check_open(mine, None)
        mine.refused, mine.decided_at, mine.decided_by = True, now(), _name(by)
        mine.save()
        audit.append(by, "edition refused", object=mine.period, unit=mine.unit, reason=reason)
    edition.refresh_from_db()


def last_of(period: Period) -> Edition | None:
    """The latest edition published of a period."""
    published = Edition.objects.filter(period=str(period), number__isnull=False)
    found: Edition | None = published.order_by("-number").first()
    return found


def waiting() -> list[Edition]:
    """What was frozen and waits for a second person, the oldest first."""
    return list(Edition.objects.filter(number=None, refused=False).order_by("pk"))


def _publish(edition: Edition, by: User | str) -> None:
    """Give it its number, sign its tree and put it into the log; one at a time, within a transaction."""
    log.lock()
    number = (Edition.objects.aggregate(Max("number"))["number__max"] or 0) + 1
    files = open_data.files_of(edition)
    manifest = msgspec.structs.replace(
        Manifest.read(edition.manifest), edition=number, data=open_data.digests(files)
    )
    edition.number, edition.manifest = number, manifest.written().decode()
    edition.decided_at, edition.decided_by = now(), _name(by)
    key = office_key()
    tree = Tree.of(Content.entries(edition.manifest, bytes(edition.lines)))
    checkpoint = Checkpoint(f"{key.name}/{number}", tree.size, tree.root())
    edition.note = str(key.signed(Note(str(checkpoint))))
    edition.save()
    open_data.keep(edition, files)
    audit.append(by, "edition published", object=str(number), unit=edition.unit, period=edition.period)
    log.append(log.of_edition(number, checkpoint))


def check(period: Period, reason: str) -> None:
    """Whether a period may be frozen now. Raises UnusableError as ``freeze``."""
    before = last_of(period)
    if any(one.period == str(period) for one in waiting()):
        raise UnusableError(Fault("edition_waits_already", period=str(period)))
    if (before is not None and not reason.strip()) or len(reason) > LONGEST_REASON:
        raise UnusableError(Fault("edition_reason_needed", most=LONGEST_REASON))


def _check_open(edition: Edition, by: User | str | None) -> None:
    if edition.number is not None or edition.refused:
        raise UnusableError(Fault("edition_decided_already", period=edition.period))
    if by is not None and _name(by) == edition.frozen_by:
        raise UnusableError(Fault("edition_needs_another_person", name=edition.frozen_by))


def _name(by: User | str) -> str:
    return by if isinstance(by, str) else str(by.username)


def _deflated(content: Content) -> bytes:
    return zlib.compress(bundle([line.entry for line in content.lines]))
