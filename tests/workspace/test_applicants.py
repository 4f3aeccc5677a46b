"""Applicants in letters of apology: only for an account that may see them, each name in the audit log."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from phucvu.accounts.models import AuditEntry, User
from phucvu.cli import letter_home
from phucvu.cli.letter_home import AboutDossiers
from phucvu.problems import UnusableError

MakeAccount = Callable[..., User]


def applicant(account: str | None, reason: str = "xin lỗi", code: str = "H99.01-overdue") -> str:
    about = AboutDossiers((code,), account, reason)
    return letter_home._applicants("", about)("H99", code)


@pytest.fixture(autouse=True)
def _home_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter_home, "open_site", lambda _home: None)


def test_an_entitled_account_gets_the_name_and_that_is_written_down(account: MakeAccount) -> None:
    user = account("staff", "H99.01")
    assert applicant(user.username) == "Nguyễn Văn Thử"
    entry = AuditEntry.objects.get(action="personal data shown")
    assert (entry.actor, entry.object) == (user.username, "H99/H99.01-overdue")
    assert applicant(None) == ""


@pytest.mark.parametrize(("role", "unit"), [("reader", "H99.01"), ("staff", "H99.201"), ("publisher", "H99")])
def test_another_account_is_refused(account: MakeAccount, role: str, unit: str) -> None:
    user = account(role, unit)
    with pytest.raises(UnusableError) as error:
        applicant(user.username)
    assert error.value.faults[0].code == "personal_not_for"
    assert not AuditEntry.objects.filter(action="personal data shown").exists()


def test_an_unknown_account_or_no_reason_is_refused(account: MakeAccount) -> None:
    for name, reason, code in (
        ("không-có", "xin lỗi", "account_unknown"),
        (account("staff", "H99.01").username, " ", "reason_to_see_missing"),
    ):
        with pytest.raises(UnusableError) as error:
            applicant(name, reason)
        assert error.value.faults[0].code == code
