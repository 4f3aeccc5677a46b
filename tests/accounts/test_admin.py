"""The admin site: for administrators, of their units, to read; senders can be closed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from phucvu.accounts import audit
from phucvu.accounts.admin import site
from phucvu.accounts.models import AuditEntry, User
from phucvu.accounts.permissions import Role
from phucvu.inbox.clock import now
from phucvu.inbox.models import Sender

Make = Callable[..., User]
SignIn = Callable[[User], Client]

LISTS = [model._meta.label_lower.replace(".", "/") for model in site._registry]


def sender(name: str, unit: str) -> Sender:
    made: Sender = Sender.objects.create(name=name, unit=unit, secret="bí mật đã băm", created_at=now())
    return made


@pytest.mark.parametrize("table", LISTS)
def test_tables_are_read_and_not_written(account: Make, signed_in: SignIn, table: str) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    sender("gialai", "H21")
    answer = client.get(f"/admin/{table}/")
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert client.get(f"/admin/{table}/add/").status_code == 403
    for model in site._registry:
        if model._meta.label_lower == table.replace("/", ".") and (first := model.objects.first()):
            page = client.get(f"/admin/{table}/{first.pk}/change/").content.decode()
            assert client.post(f"/admin/{table}/{first.pk}/delete/", {"post": "yes"}).status_code == 403
            for secret in ("bí mật đã băm", "argon2", "gAAAA"):
                assert secret not in page
            if model is not Sender:
                assert client.post(f"/admin/{table}/{first.pk}/change/", {}).status_code == 403
                assert 'name="_save"' not in page


def test_rows_of_other_units_are_not_there(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21.17"))
    other = account(Role.STAFF, "H22.01", name="noi-khac")
    above = account(Role.STAFF, "H21", name="cap-tren")
    strange = sender("khac", "H22")
    audit.append("?", "sign-in failed", object="dau-vet")
    for table in LISTS:
        page = client.get(f"/admin/{table}/").content.decode()
        assert "noi-khac" not in page
        assert "cap-tren" not in page
        assert "dau-vet" not in page
    for path in (f"accounts/user/{other.pk}", f"accounts/user/{above.pk}", f"inbox/sender/{strange.pk}"):
        assert client.get(f"/admin/{path}/change/").status_code == 302
    client.post(f"/admin/inbox/sender/{strange.pk}/change/", {})
    strange.refresh_from_db()
    assert strange.enabled


def test_failures_under_unknown_names_are_seen_at_the_top(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    audit.append("?", "sign-in failed", object="dau-vet")
    assert "dau-vet" in client.get("/admin/accounts/auditentry/").content.decode()


def test_closing_a_sender_is_written_down(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    one = sender("gialai", "H21")
    path = f"/admin/inbox/sender/{one.pk}/change/"
    assert client.post(path, {"unit": "H22"}).status_code == 302
    one.refresh_from_db()
    assert (one.enabled, one.unit, one.secret) == (False, "H21", "bí mật đã băm")
    entry = AuditEntry.objects.order_by("-number")[0]
    assert (entry.action, entry.object, entry.unit) == ("sender closed", "gialai", "H21")
    client.post(path, {"enabled": "on"})
    one.refresh_from_db()
    assert one.enabled


def fields_of(model: Any, steps: int = 2) -> Iterator[str]:
    """Every column of a table and of those it is joined to, as a query string names it."""
    for field in model._meta.get_fields():
        yield field.name
        if field.is_relation and steps > 1 and field.related_model is not None:
            yield from (f"{field.name}__{name}" for name in fields_of(field.related_model, steps - 1))


@pytest.mark.parametrize("model", list(site._registry), ids=lambda model: model.__name__)
def test_a_query_string_asks_only_what_the_page_offers(
    account: Make, signed_in: SignIn, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a secret begins with a letter is told by no row count, whichever way it is asked."""
    # To write down where each of hundreds was refused takes a fifth of the time.
    monkeypatch.setattr(logging.getLogger("django.security.DisallowedModelAdminLookup"), "disabled", True)
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    table, offered = model._meta.label_lower.replace(".", "/"), site._registry[model].list_filter
    for name in fields_of(model):
        for how in (
            "",
            "__startswith",
            "__regex",
            "__gte",
            "__in",
            "__isnull",
            "__length",
            "__a__startswith",
        ):
            answer = client.get(f"/admin/{table}/", {f"{name}{how}": "a"})
            assert answer.status_code == 400, f"{name}{how}"
        if name not in offered:
            assert client.get(f"/admin/{table}/", {f"{name}__exact": "a"}).status_code == 400, name
    for name in offered:
        assert client.get(f"/admin/{table}/", {f"{name}__exact": "1"}).status_code == 200
    secret = {"password", "secret", "data", "extra_data", "hash", "previous"}
    shown = {*site._registry[model].list_display, *site._registry[model].search_fields}
    assert not {part for name in shown for part in name.split("__")} & secret


@pytest.mark.parametrize(
    ("table", "field"),
    [("accounts/user", "password"), ("inbox/sender", "secret"), ("mfa/authenticator", "data")],
)
def test_a_row_is_not_opened_by_its_secret(account: Make, signed_in: SignIn, table: str, field: str) -> None:
    client = signed_in(account(Role.ADMINISTRATOR, "H21"))
    for asked in ({"_to_field": field}, {"_to_field": field, "_popup": "1"}):
        assert client.get(f"/admin/{table}/", asked).status_code == 400
        assert client.get(f"/admin/{table}/x/change/", asked).status_code == 400


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_others_do_not_come_in(account: Make, signed_in: SignIn, role: Role) -> None:
    assert signed_in(account(role, "H21")).get("/admin/").status_code == 403
