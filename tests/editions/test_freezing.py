"""Who may freeze and publish what, and what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from phucvu import configuration
from phucvu.accounts.models import AuditEntry
from phucvu.editions import log
from phucvu.editions.freezing import LONGEST_REASON, agree, freeze, last_of, refuse, waiting
from phucvu.editions.models import Edition
from phucvu.editions.office_key import FILE, office_key, witness_key
from phucvu.editions.proving import Proofs
from phucvu.editions.verification import edition as of_number
from phucvu.editions.verification import of_log
from phucvu.figures.periods import Period
from phucvu.problems import NotFoundError, UnusableError
from phucvu.proofs.note import Note
from phucvu.records.store import Store


def refusal(action) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(UnusableError) as caught:
        action()
    return caught.value.faults[0].code


def test_what_an_edition_keeps(edition: Edition, period: Period) -> None:
    said = json.loads(edition.manifest)
    assert (said["edition"], said["period"]) == (1, str(period))
    assert (said["unit"], said["rules"]) == ("H99", "portal-2026")
    entry = AuditEntry.objects.get(action="edition frozen")
    assert said["audit"] == f"{entry.number}:{entry.hash}"
    assert entry.actor == "chot"
    # Names of people stay in the office: what is published names the unit.
    assert "chot" not in edition.manifest
    assert {log.read(entry).keys() >= {"edition"} for entry in log.entries()} == {True, False}


def test_a_period_published_is_corrected_by_a_new_edition_with_a_reason(
    edition: Edition, store: Store, period: Period
) -> None:
    assert refusal(lambda: freeze(store, period, "chot", "H99")) == "edition_reason_needed"
    too_long = "x" * (LONGEST_REASON + 1)
    assert refusal(lambda: freeze(store, period, "chot", "H99", too_long)) == "edition_reason_needed"
    second = freeze(store, period, "chot", "H99", "Sở Thử Một gửi bổ sung 40 hồ sơ")
    assert (second.number, second.corrects) == (2, 1)
    assert json.loads(second.manifest)["reason"] == "Sở Thử Một gửi bổ sung 40 hồ sơ"
    assert last_of(period) == second
    assert Edition.objects.get(number=1).note == edition.note
    assert list(of_log()) == []


def test_two_persons_publish_where_that_is_asked_for(store: Store, period: Period) -> None:
    configuration.choose(two_persons=True)
    frozen = freeze(store, period, "mot", "H99")
    assert frozen.number is None
    assert log.entries() == []
    assert waiting() == [frozen]
    assert refusal(lambda: freeze(store, period, "hai", "H99")) == "edition_waits_already"
    assert refusal(lambda: agree(frozen, "mot")) == "edition_needs_another_person"
    agree(frozen, "hai")
    assert (frozen.number, frozen.decided_by) == (1, "hai")
    assert waiting() == []
    for again in (lambda: agree(frozen, "ba"), lambda: refuse(frozen, "ba", "thôi")):
        assert refusal(again) == "edition_decided_already"


def test_what_was_refused_is_kept_without_a_number(store: Store, period: Period) -> None:
    configuration.choose(two_persons=True)
    frozen = freeze(store, period, "mot", "H99")
    assert refusal(lambda: refuse(frozen, "hai", " ")) == "edition_reason_needed"
    refuse(frozen, "hai", "còn thiếu số liệu Sở Thử Một")
    assert (frozen.refused, frozen.number) == (True, None)
    assert freeze(store, period, "mot", "H99").number is None  # and once more
    actions = AuditEntry.objects.order_by("number").values_list("action", flat=True)
    assert list(actions) == ["edition frozen", "edition refused", "edition frozen"]


def test_a_period_without_scores_is_not_published(store: Store) -> None:
    assert refusal(lambda: freeze(store, Period.parse("2001-01"), "chot", "H99")) == "edition_of_nothing"


def test_the_key_is_the_offices_own(home: Path) -> None:
    (home / FILE).unlink(missing_ok=True)
    configuration.choose(log_name="chiso.example.vn/log")
    key = office_key()
    assert key.name == "chiso.example.vn/log"
    assert office_key() == key
    assert (home / FILE).stat().st_mode & 0o777 == 0o600
    assert witness_key() == witness_key()
    assert witness_key().seed != key.seed
    (home / FILE).write_text("PRIVATE+KEY+none")
    assert refusal(office_key) == "edition_key_unreadable"


def test_every_published_line_has_its_proof(edition: Edition) -> None:
    proofs = Proofs(of_number(1))
    key = office_key().public
    for line in proofs.lines:
        proof = proofs.of(*line.key)
        assert proof.checked([key]) == {key: 0}
        assert proof.entry == line.entry
        assert len(proof.short(key)) <= 600
    with pytest.raises(NotFoundError):
        proofs.of("H99", "9.9")
    assert Note.read(edition.note).text.startswith("phucvu/1\n")
