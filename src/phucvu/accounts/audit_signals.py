"""What goes into the audit log by itself: signing in and out, failures, and changes of one's own sign-in."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.backends.db import SessionStore

from phucvu.accounts import audit, sessions
from phucvu.accounts.adapters import UNKNOWN, address, note_failure
from phucvu.inbox.models import Sender
from phucvu.inbox.sessions import login_failed


def connect() -> None:
    for signal, receiver in (
        (user_logged_in, _signed_in),
        (account.user_logged_in, _began),
        (account.authentication_step_completed, _confirmed),
        (user_logged_out, _signed_out),
        (user_login_failed, _failed),
        (login_failed, _sender_failed),
        (account.password_changed, _noted("password changed")),
        (account.password_reset, _noted("password set by link")),
        (mfa.authentication_failed, _noted("second step failed")),
        (mfa.authenticator_added, _added),
        (mfa.authenticator_removed, _noted("two-step sign-in removed")),
        (mfa.authenticator_reset, _noted("recovery codes made anew")),
        (social.social_account_added, _joined),
    ):
        signal.connect(receiver, weak=False, dispatch_uid=f"phucvu.accounts:{id(receiver)}")


def _signed_in(request: Any, user: Any, **_: Any) -> None:
    records = get_authentication_records(request, user)
    methods = [record.get("type") or record["method"] for record in records]
    audit.append(user, "sign-in", unit=user.unit, methods=methods, address=address(request))
    sessions.forget_old()
    SessionStore.clear_expired()  # sessions that nobody ended stay until somebody does this


def _began(request: Any, **_: Any) -> None:
    sessions.used(request)


def _confirmed(request: Any, user: Any, method: str, reauthenticated: bool = False, **_: Any) -> None:
    if reauthenticated:
        audit.append(user, "confirmed", unit=user.unit, method=method, address=address(request))


def _signed_out(request: Any, user: Any, **_: Any) -> None:
    if user is not None:
        audit.append(user, "sign-out", unit=user.unit)


def _failed(credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    note_failure(credentials, "sign-in failed", address=address(request) if request else "")


def _sender_failed(sender: Sender | None, address: str, **_: Any) -> None:
    """What was typed is kept where it is a sender's name: people type secrets there."""
    name, unit = (sender.name, sender.unit) if sender else (UNKNOWN, "")
    audit.append(UNKNOWN, "sender sign-in failed", object=name, unit=unit, address=address)


def _noted(action: str) -> Any:
    def note(request: Any, user: Any, authenticator: Any = None, **_: Any) -> None:
        details = {"kind": authenticator.type} if authenticator else {}
        audit.append(user, action, unit=user.unit, address=address(request), **details)

    return note


def _added(request: Any, user: Any, authenticator: Any, **_: Any) -> None:
    audit.append(user, "two-step sign-in set up", unit=user.unit, kind=authenticator.type)
    if authenticator.type == Authenticator.Type.TOTP:
        # Setting it up took a code, so this session has taken the second step.
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def _joined(request: Any, sociallogin: Any, **_: Any) -> None:
    user = sociallogin.user
    audit.append(user, "OpenID Connect joined", unit=user.unit, address=address(request))
