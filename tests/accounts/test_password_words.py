"""What a password must be stands there before one is typed; what is wrong with it is said in the language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import strip_tags

from phucvu.accounts import audit, managing
from phucvu.accounts.models import User
from phucvu.accounts.permissions import Role

Make = Callable[..., User]

RULES = {
    "": ("ít nhất 10 ký tự", "phổ biến", "thông tin cá nhân", "hoàn toàn bằng số"),
    "/en": ("at least 10 characters", "commonly used", "other personal information", "entirely numeric"),
}
WRONG = {
    "": {
        "abc": "ít nhất 10 ký tự",
        "qwertyuiop": "quá phổ biến",
        "8402917365": "hoàn toàn là số",
        "nguyen.van.thu1": "giống với tên đăng nhập",
    },
    "/en": {
        "abc": "at least 10 characters",
        "qwertyuiop": "too common",
        "8402917365": "entirely numeric",
        "nguyen.van.thu1": "similar to the user name",
    },
}
SAID = {"": "This password", "/en": "Mật khẩu"}
"""What a problem in the other language begins with."""


@pytest.mark.parametrize("language", ["", "/en"])
def test_rules_come_first_and_problems_in_the_language(account: Make, client: Client, language: str) -> None:
    user = account(Role.READER, name="nguyen.van.thu", two_step=False)
    place = client.get(language + managing.link(audit.COMMAND_LINE, user)).headers["location"]
    before = strip_tags(client.get(place).content.decode())
    assert [rule for rule in RULES[language] if rule not in before] == []
    for said, problem in WRONG[language].items():
        page = client.post(place, {"password1": said, "password2": said}).content.decode()
        alerts = [part.split("</p>")[0] for part in page.split('role="alert">')[1:]]
        assert any(problem in alert for alert in alerts), (said, alerts)
        assert not [alert for alert in alerts if alert.startswith(SAID[language])]
