"""The admin site is in one language: Vietnamese at /admin/, English at /en/admin/."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from phucvu.accounts import audit
from phucvu.accounts.admin import site
from phucvu.accounts.models import User
from phucvu.accounts.permissions import Role
from phucvu.inbox import tasks
from phucvu.inbox.clock import now
from phucvu.inbox.models import Part, Sender

Make = Callable[..., User]
SignIn = Callable[[User], Client]

VIETNAMESE = re.compile(r"[^\W\d_a-zA-Z]")
SAME = {
    "OpenID Connect",
    "English",
    "Tiếng Việt",
    "ID",
    "office",
    "sub-1",
    "gialai",
    "quantri",
    "H21",
    "SHA-256",
}
"""What reads the same in both languages: names, and rows of these tests."""


class Texts(HTMLParser):
    """The texts of a page that somebody sees or hears; those in another language of their own left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[bool] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        hidden = tag in ("script", "style") or (tag == "a" and "hreflang" in said)
        if tag not in ("input", "link", "meta", "img", "br", "hr"):
            self.inside.append(hidden)
        names = ("title", "aria-label", "placeholder", "alt")
        self.found += [said[name] or "" for name in names if name in said]
        if tag == "input" and said.get("type") in ("submit", "button", "reset"):
            self.found.append(said.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.inside:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.inside):
            self.found.append(data)


def texts(page: str) -> list[str]:
    parser = Texts()
    parser.feed(page)
    return [" ".join(text.split()) for text in parser.found if re.search(r"[^\W\d_]{2}", text)]


@pytest.fixture
def pages(account: Make, signed_in: SignIn) -> tuple[Client, list[str]]:
    """Every page of the admin site, with a row in each table; nothing in them is Vietnamese but the site."""
    user = account(Role.ADMINISTRATOR, "H21", name="quantri")
    client = signed_in(user)
    one = Sender.objects.create(
        name="gialai", unit="H21", secret="x", created_at=now(), last_message_at=now(), enabled=True
    )
    SocialAccount.objects.create(user=user, provider="office", uid="sub-1")
    for action in ("sign-in", "personal data shown"):
        audit.append("quantri", action, object="H21", unit="H21")
    Part.objects.update_or_create(name="payloads", defaults={"bytes": 1, "measured_at": now()})
    task = tasks.ask(tasks.REPLAY, "quantri", "H21", total=3)
    tasks.begin(task)
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Sender),
        object_id=str(one.pk),
        object_repr="gialai",
        action_flag=CHANGE,
        change_message='[{"changed": {"fields": ["\\u0111ang m\\u1edf"]}}]',
    )
    client.post(f"/admin/inbox/sender/{one.pk}/change/", {"enabled": "on"}, follow=True)
    found = ["/admin/"]
    for model in site._registry:
        table = f"/admin/{model._meta.label_lower.replace('.', '/')}/"
        row = model.objects.order_by("-pk")[0]
        found += [
            f"/admin/{model._meta.app_label}/",
            table,
            f"{table}?q=khong-co-gi",
            f"{table}{row.pk}/change/",
            f"{table}{row.pk}/history/",
            f"{table}999999/change/",
        ]
        found += [f"{table}?{name}__exact=1" for name in site._registry[model].list_filter]
    return client, found


def shown(client: Client, path: str) -> Any:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_no_vietnamese_in_english(pages: tuple[Client, list[str]]) -> None:
    client, every = pages
    wrong = {
        path: found
        for path in every
        if (found := [text for text in texts(shown(client, f"/en{path}")) if VIETNAMESE.search(text)])
    }
    assert wrong == {}


def test_nothing_of_djangos_english_in_vietnamese(pages: tuple[Client, list[str]]) -> None:
    """A text of letters that reads the same on both pages was left untranslated, or is data."""
    client, every = pages
    wrong = {}
    for path in every:
        english = set(texts(shown(client, f"/en{path}")))
        same = [text for text in texts(shown(client, path)) if text in english and not known(text)]
        if same:
            wrong[path] = same
    assert wrong == {}


def known(text: str) -> bool:
    """Whether a text consists of what reads the same in both languages."""
    text = re.sub(r"[\w.-]+@[\w.-]+|\{.*\}|[0-9a-f]{64}", "", text)
    for one in sorted(SAME, key=len, reverse=True):
        text = text.replace(one, "")
    return not re.search(r"[^\W\d_]{2}", text)


def test_the_scripts_words(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    assert "Ch\\u1ecdn" in client.get("/admin/jsi18n/").content.decode()
    assert "Ch\\u1ecdn" not in client.get("/en/admin/jsi18n/").content.decode()
