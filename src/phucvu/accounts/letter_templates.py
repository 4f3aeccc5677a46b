"""The templates of letters that an office keeps: every version, who brought it, and which is in force."""

from __future__ import annotations

import hashlib

from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import LetterTemplate, User
from phucvu.inbox.clock import now
from phucvu.problems import Fault, UnusableError

LONGEST_NOTE = 200
MOST = 100
"""Versions of one kind at one unit."""

SHIPPED = 0
"""The number of the template that ships with the program."""


def history(unit: str, kind: str) -> list[LetterTemplate]:
    """Every version, the last first, without their files."""
    return list(LetterTemplate.objects.filter(unit=unit, kind=kind).order_by("-number").defer("content"))


def in_force(unit: str, kind: str) -> LetterTemplate | None:
    """The office's own template; None where the one that ships is in force."""
    last = LetterTemplate.objects.filter(unit=unit, kind=kind).order_by("-number").first()
    return last if last is not None and last.hash else None


def version(unit: str, kind: str, number: int) -> LetterTemplate:
    """Raises UnusableError where the office has no file of this number."""
    found = LetterTemplate.objects.filter(unit=unit, kind=kind, number=number).exclude(hash="").first()
    if found is None:
        raise UnusableError(Fault("template_no_such_version", number=number))
    return found


def keep(by: User | str, unit: str, kind: str, content: bytes, note: str) -> LetterTemplate:
    """Keep a template as the next version, which is then in force; one like it stays as it is.

    Whoever keeps it has tried it before. Raises UnusableError where there are too many versions.
    """
    digest = hashlib.sha256(content).hexdigest() if content else ""
    with transaction.atomic():
        last = LetterTemplate.objects.filter(unit=unit, kind=kind).order_by("-number").first()
        if last is not None and last.hash == digest:
            return last
        number = last.number + 1 if last is not None else 1
        if number > MOST:
            raise UnusableError(Fault("template_too_many_versions", most=MOST))
        name = by if isinstance(by, str) else by.username
        made = LetterTemplate.objects.create(
            unit=unit,
            kind=kind,
            number=number,
            content=content,
            hash=digest,
            note=note[:LONGEST_NOTE],
            account=name,
            kept_at=now(),
        )
        audit.append(by, "letter template kept", object=kind, unit=unit, number=number, hash=digest)
    return made


def go_back(by: User | str, unit: str, kind: str, number: int, note: str) -> LetterTemplate:
    """Let an earlier version be in force again, as the next one; ``SHIPPED`` is the program's own."""
    content = b"" if number == SHIPPED else bytes(version(unit, kind, number).content)
    return keep(by, unit, kind, content, note)
