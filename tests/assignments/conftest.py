from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from phucvu.assignments.models import Apology, Campaign, Difficulty, ExplanationRequest, SentReport


@pytest.fixture(scope="package")
def _database() -> None:
    call_command("migrate", interactive=False, verbosity=0)


@pytest.fixture
def nothing_asked(_database: None) -> Iterator[None]:
    """The tables of assignments, empty but for the report that every home begins with."""
    tables = (ExplanationRequest, Apology, SentReport, Difficulty, Campaign)
    for table in tables:
        table.objects.all().delete()
    yield
    for table in tables:
        table.objects.all().delete()
