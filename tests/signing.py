"""Signing in for tests, without the cost of typing: accounts with two-step sign-in, both steps taken."""

from __future__ import annotations

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from phucvu.accounts import audit, managing
from phucvu.accounts.models import User


def made(name: str, role: str, unit: str, *, password: str = "", two_step: bool = True) -> User:
    """A new account, as somebody finds it who asks the database."""
    user = managing.create(audit.COMMAND_LINE, username=name, email=f"{name}@vidu.vn", role=role, unit=unit)
    if password:
        user.set_password(password)
        user.save()
    if two_step:
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return User.objects.get(pk=user.pk)


def sign(
    client: Client, user: User, methods: tuple[str, ...] = ("password", "mfa"), *, confirmed: bool = True
) -> None:
    """Sign in; ``methods`` are the steps that count as taken, ``confirmed`` whether just now once more."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": method, "at": time.time(), "reauthenticated": confirmed} for method in methods
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
