from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import models

from phucvu.accounts import audit
from phucvu.accounts.models import AuditEntry, AuditHead
from phucvu.editions import freezing, office_key
from phucvu.editions.content import Content, count
from phucvu.editions.models import Edition, LogEntry, LogHead, OpenData, Witnessed
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use

from ..workspace import records


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a province's records of the last months; not to be changed."""
    home = tmp_path_factory.mktemp("home")
    records.fill(Store(home), now())
    call_command("migrate", interactive=False, verbosity=0)
    return home


PUBLISHED = (Edition, OpenData, LogEntry, LogHead, Witnessed, AuditEntry, AuditHead)


def clear() -> None:
    for model in PUBLISHED:
        model.objects.all().delete()
    AuditHead.objects.create(pk=1, count=0, hash=audit.BEGINNING)


@pytest.fixture
def home(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of that home, and nothing published; what arrived before is in the records at once."""
    mine = tmp_path / "home"
    shutil.copytree(filled, mine)
    monkeypatch.setenv("PHUCVU_HOME", str(mine))
    monkeypatch.setattr(freezing, "SETTLED", 0)
    clear()
    yield mine
    clear()


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home)


@pytest.fixture(scope="session")
def period() -> Period:
    """This month, in which some dossiers of the records ended a moment ago."""
    return Period.months((day := now().date()).year, day.month, 1)


@dataclass
class Frozen:
    """What freezing the month wrote, and what it counted."""

    rows: list[models.Model]
    key: str
    content: Content


@pytest.fixture(scope="session")
def frozen(filled: Path, period: Period) -> Frozen:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHUCVU_HOME", str(filled))
        patch.setattr(freezing, "SETTLED", 0)
        clear()
        kept = freezing.freeze(Store(filled), period, "chot", "H99")
        rows = [row for model in PUBLISHED for row in model.objects.all()]
        content = count(Store(filled), period, rules_in_use(), kept.frozen_at)
        clear()
        return Frozen(rows, office_key.path().read_text(), content)


@pytest.fixture
def counted(frozen: Frozen) -> Content:
    return frozen.content


@pytest.fixture
def edition(frozen: Frozen, home: Path) -> Edition:
    """The month as edition 1 of the home."""
    AuditHead.objects.all().delete()
    for row in frozen.rows:
        type(row).objects.bulk_create([row])
    (home / office_key.FILE).write_text(frozen.key)
    return Edition.objects.get(number=1)
