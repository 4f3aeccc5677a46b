"""Making, changing and closing accounts, as administrators do it for their unit and those below.

Whoever acts is an account, or a name where a command does it, which may do everything. Each function
writes what it did to the audit log in the same transaction. All raise UnusableError with what is wrong,
and PermissionDenied where the actor may not do it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse

from phucvu.accounts import OIDC, audit, sessions, units
from phucvu.accounts.models import User
from phucvu.accounts.permissions import Action, Role, may, may_give
from phucvu.inbox.clock import now
from phucvu.problems import Fault, UnusableError

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")

KEPT = ("full_name", "email", "role", "unit")

LONGEST = {"full_name": 100, "email": 254, "unit": 50, "subject": settings.SOCIALACCOUNT_UID_MAX_LENGTH}
"""Characters that the database takes."""


def create(
    by: User | str, *, username: str, email: str, role: str, unit: str, full_name: str = "", subject: str = ""
) -> User:
    """A new account, which can be used once its password is set (``link``) or by OpenID Connect.

    ``subject`` is the OpenID Connect server's number for the person, if it is known.
    """
    username = username.strip().lower()
    user = User(username=username, created_at=now())
    user.set_unusable_password()
    said = {"full_name": full_name, "email": email, "role": role, "unit": unit, "subject": subject}
    return _save(by, user, said, "account made", _name_problems(username))


def check(
    *, username: str, email: str, role: str, unit: str, full_name: str = "", subject: str = ""
) -> list[Fault]:
    """What keeps such an account from being made; it is not."""
    said = {"full_name": full_name, "email": email, "role": role, "unit": unit, "subject": subject}
    return _name_problems(username) + _problems(User(), said)


def change(
    by: User | str, user: User, *, full_name: str, email: str, role: str, unit: str, subject: str = ""
) -> User:
    """The account with another name, address, role, unit or OpenID Connect number; it holds at once."""
    _check_may_change(by, user)
    said = {"full_name": full_name, "email": email, "role": role, "unit": unit, "subject": subject}
    return _save(by, user, said, "account changed", [])


def close(by: User | str, user: User) -> None:
    """Sign the person out everywhere, for good."""
    _set_active(by, user, False, "account closed")


def reopen(by: User | str, user: User) -> None:
    _set_active(by, user, True, "account reopened")


def link(by: User | str, user: User) -> str:
    """The path of a page where the person sets the password; works once, for PASSWORD_RESET_TIMEOUT."""
    _check_may_change(by, user)
    parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    audit.append(by, "password link made", object=user.username, unit=user.unit)
    return str(reverse("account_reset_password_from_key", kwargs=parts))


def forget_two_step(by: User | str, user: User) -> None:
    """For who lost both the device and the recovery codes: two-step sign-in is to be set up anew."""
    _check_may_change(by, user)
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        sessions.end(by, user)
        audit.append(by, "two-step sign-in forgotten", object=user.username, unit=user.unit)


def create_administrator(name: str, unit: str, email: str) -> str:
    """The first account, made by a command: an administrator of a unit. Returns the path to set its password.

    Raises UnusableError where the name, unit or e-mail address cannot be used.
    """
    with transaction.atomic():
        user = create(audit.COMMAND_LINE, username=name, email=email, role=Role.ADMINISTRATOR, unit=unit)
        return link(audit.COMMAND_LINE, user)


def end_sessions(by: User | str, user: User, number: int | None = None) -> None:
    """End one session of the account, or all."""
    _check_may_change(by, user)
    sessions.end(by, user, number=number)


def seen_by(user: User) -> QuerySet[User]:
    """The accounts of a user's unit and those below."""
    return User.objects.filter(unit__in=units.below(user.unit))


def may_change(by: User | str, user: User) -> bool:
    """Whether the account is another's, below, and of a role that the actor may give."""
    if isinstance(by, str):
        return True
    return (
        by.pk != user.pk
        and may(by, Action.MANAGE_ACCOUNTS, user.unit)
        and Role(user.role) in may_give(Role(by.role))
    )


def subject_of(user: User) -> str:
    """The OpenID Connect server's number for the person; empty where it is not known."""
    return str(
        SocialAccount.objects.filter(user=user, provider=OIDC).values_list("uid", flat=True).first() or ""
    )


def _check_may_change(by: User | str, user: User) -> None:
    if not may_change(by, user):
        raise PermissionDenied


def _save(by: User | str, user: User, said: dict[str, str], action: str, problems: list[Fault]) -> User:
    said = {name: value.strip() for name, value in said.items()}
    said["email"] = said["email"].lower()
    said["unit"] = units.meant(said["unit"])
    problems += _problems(user, said)
    if problems:
        raise UnusableError(problems)
    if not isinstance(by, str) and not (
        may(by, Action.MANAGE_ACCOUNTS, said["unit"]) and Role(said["role"]) in may_give(Role(by.role))
    ):
        raise PermissionDenied
    before: dict[str, Any] = {name: getattr(user, name) for name in KEPT} if user.pk else {}
    if user.pk:
        before["subject"] = subject_of(user)
    for name in KEPT:
        setattr(user, name, said[name])
    with _no_one_else_did(), transaction.atomic():
        user.save()
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        _set_subject(user, said["subject"])
        if before and (said["role"], said["unit"]) != (before["role"], before["unit"]):
            sessions.end(by, user)
        changed = {name: value for name, value in said.items() if value != before.get(name, "")}
        audit.append(
            by,
            action,
            object=user.username,
            unit=user.unit,
            after=changed,
            before={name: before[name] for name in changed if name in before},
        )
    return user


@contextmanager
def _no_one_else_did() -> Iterator[None]:
    """Two administrators may give the same name, address or number at once; the second hears of it."""
    try:
        yield
    except IntegrityError as error:
        raise UnusableError(Fault("just_taken", field="username")) from error


def _set_subject(user: User, subject: str) -> None:
    if subject != subject_of(user):
        SocialAccount.objects.filter(user=user, provider=OIDC).delete()
        if subject:
            SocialAccount.objects.create(user=user, provider=OIDC, uid=subject)


def _name_problems(username: str) -> list[Fault]:
    if not NAME.fullmatch(username):
        return [Fault("user_name_unusable", field="username")]
    if User.objects.filter(username=username).exists():
        return [Fault("user_name_taken", field="username", name=username)]
    return []


def _problems(user: User, said: dict[str, str]) -> list[Fault]:
    problems: list[Fault] = [
        Fault("longer_than", field=name, most=longest)
        for name, longest in LONGEST.items()
        if len(said[name]) > longest
    ]
    email, unit, subject = said["email"], said["unit"], said["subject"]
    try:
        validate_email(email)
    except ValidationError:
        problems.append(Fault("email_unusable", field="email"))
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        problems.append(Fault("email_taken", field="email"))
    if said["role"] not in list(Role):
        problems.append(Fault("role_unknown", field="role"))
    if unit not in units.every():
        problems.append(Fault("unit_code_unknown", field="unit", unit=unit))
    if subject and SocialAccount.objects.filter(provider=OIDC, uid=subject).exclude(user_id=user.pk).exists():
        problems.append(Fault("subject_taken", field="subject"))
    return problems


def _set_active(by: User | str, user: User, active: bool, action: str) -> None:
    _check_may_change(by, user)
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])
        sessions.end(by, user)
        audit.append(by, action, object=user.username, unit=user.unit)
