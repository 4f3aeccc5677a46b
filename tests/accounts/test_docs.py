"""docs/accounts.md says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from phucvu.accounts.permissions import MAY, Action, Role
from phucvu.accounts.personal import Kind, mask

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")

COLUMNS = (
    Action.SEE_WORKSPACE,
    Action.SEE_PERSONAL,
    Action.MEND,
    Action.CHOOSE_VERSION,
    Action.ANSWER,
    Action.ASSIGN,
    Action.SEE_HANDLERS,
    Action.WRITE_LETTERS,
    Action.PUBLISH,
    Action.ANNOTATE,
    Action.MANAGE_ACCOUNTS,
    Action.ADMIN_SITE,
)


def test_the_table_of_roles() -> None:
    said = {
        role: [cell.strip() == "yes" for cell in cells.split("|")[:-1]]
        for role, cells in re.findall(r"^\| `(\w+)`[^|]*\|(.*)$", TEXT, re.M)
    }
    assert said == {role.value: [role in MAY[action] for action in COLUMNS] for role in Role}
    assert {*COLUMNS, Action.OWN_SIGN_IN} == set(Action)


def test_the_masks() -> None:
    for value, kind in (
        ("Nguyễn Văn Thử", Kind.NAME),
        ("000000000012", Kind.NUMBER),
        ("thu@vidu.vn", Kind.EMAIL),
        ("Số 0", Kind.TEXT),
    ):
        assert f"«{mask(value, kind)}»" in TEXT


def test_the_limits() -> None:
    validator = settings.AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"]
    assert f"at least {validator['min_length']} characters" in TEXT
    assert settings.ACCOUNT_RATE_LIMITS["login_failed"] == "10/m/ip,100/h/ip,10/15m/key"
    assert f"after {settings.SESSION_COOKIE_AGE // 3600} hours" in TEXT
    assert settings.PASSWORD_RESET_TIMEOUT == 3 * 86400
