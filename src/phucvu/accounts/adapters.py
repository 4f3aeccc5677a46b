"""How allauth signs people in here: what it asks of us, and where we say otherwise."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import get_client_ip
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import render

from phucvu.accounts import OIDC, audit, units
from phucvu.accounts.models import User
from phucvu.accounts.permissions import TWO_STEP, Role
from phucvu.accounts.rows import row_by
from phucvu.accounts.sealing import seal
from phucvu.inbox.clock import now

TWO_STEP_KEYS = "two-step sign-in"
"""What the keys of codes on phones are sealed for."""

UNKNOWN = "?"
"""The actor where nobody knows who it was."""


class Accounts(AuthenticationBackend):  # type: ignore[misc]
    """Who is signed in is asked for with each page."""

    def get_user(self, user_id: int) -> User | None:
        user = row_by(User, id=user_id)
        return user if self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; what is refused is written to the audit log."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note_failure(credentials, "sign-in refused", reason="too many attempts", address=address(request))
            raise

    def _get_login_attempts_cache_key(self, request: Any, **credentials: Any) -> str:
        """An account and an address: whoever guesses from one locks nobody out elsewhere."""
        user = account_meant(credentials)
        said = credentials.get("email", credentials.get("username", "")).lower()
        return f"{user.pk if user else said}:{get_ip(request)}"

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        """A closed account answers as a wrong password does, and counts as one."""
        user = super().authenticate(request, **credentials)
        if user is None or user.is_active:
            return user
        self.pre_authenticate(request, **credentials)
        self._note_closed(request, user)
        return None

    def respond_user_inactive(self, request: Any, user: User) -> Any:
        self._note_closed(request, user)
        return super().respond_user_inactive(request, user)

    @staticmethod
    def _note_closed(request: Any, user: User) -> None:
        audit.append(
            user, "sign-in refused", unit=user.unit, reason="account closed", address=address(request)
        )


class TwoStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The keys of two-step sign-in are sealed, so that a copy of the database opens nothing."""

    def encrypt(self, text: str) -> str:
        return seal(TWO_STEP_KEYS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return seal(TWO_STEP_KEYS).decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return authenticator.user.role not in TWO_STEP

    def get_totp_label(self, user: User) -> str:
        return str(user.username)

    def build_totp_svg(self, url: str) -> str:
        """The picture as a part of the page: without the XML heading, as large as its style says."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]


class OpenIdAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whom the office's OpenID Connect server vouches for signs in to the account that is theirs.

    That is the account with the server's number for them, or else the one with their e-mail address if
    the server says it has verified it. Only where PHUCVU_OIDC_READERS_OF names a unit does somebody
    without an account get one, as a reader of it.
    """

    def authenticate_by_email(self, sociallogin: Any) -> Any:
        # Some servers say "false" in words, which counts as true for allauth.
        sociallogin.email_addresses = [e for e in sociallogin.email_addresses if e.verified is True]
        found = super().authenticate_by_email(sociallogin)
        # An account that is one person's by the server's number is nobody else's by an address.
        if found and SocialAccount.objects.filter(user=found[0], provider=OIDC).exists():
            return None
        return found

    def get_provider(self, request: Any, provider: str, client_id: str | None = None) -> Any:
        # It brings a library of its own for requests; every process of the site begins without.
        from phucvu.accounts.openid import ProvenAdapter

        found = super().get_provider(request, provider, client_id)
        found.oauth2_adapter_class = ProvenAdapter
        return found

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(_no_account(request, "joining accounts"))
        if not sociallogin.is_existing and not self._may_become_reader(sociallogin):
            raise ImmediateHttpResponse(_no_account(request, "no account"))

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return self._may_become_reader(sociallogin)

    def new_user(self, request: Any, sociallogin: Any) -> User:
        return User(role=Role.READER, unit=settings.OIDC_READERS_OF, created_at=now())

    def save_user(self, request: Any, sociallogin: Any, form: Any = None) -> Any:
        user = super().save_user(request, sociallogin, form)
        audit.append(user, "account made", object=user.username, unit=user.unit, by="OpenID Connect")
        return user

    @staticmethod
    def _may_become_reader(sociallogin: Any) -> bool:
        if settings.OIDC_READERS_OF not in units.every() or not sociallogin.email_addresses:
            return False
        # Whoever holds an account with the address did not come in by it: another's, or closed.
        email = sociallogin.email_addresses[0].email
        return not User.objects.filter(email__iexact=email).exists()


def address(request: Any) -> str:
    """The address that a request came from, by the proxy's word where there is one; empty if unknown."""
    return get_client_ip(request) or ""


def account_meant(credentials: dict[str, Any]) -> User | None:
    """The account that somebody tried to sign in to, by name or e-mail address."""
    said = [str(credentials[key]).lower() for key in ("username", "email") if credentials.get(key)]
    found: User | None = User.objects.filter(Q(username__in=said) | Q(email__in=said)).first()
    return found


def note_failure(credentials: dict[str, Any], action: str, **details: Any) -> None:
    """Write down that somebody could not sign in.

    Where there is no such account, what was typed is not kept: people type passwords there.
    """
    user = account_meant(credentials)
    audit.append(user or UNKNOWN, action, unit=user.unit if user else "", **details)


def _no_account(request: Any, reason: str) -> Any:
    audit.append(UNKNOWN, "sign-in refused", reason=f"OpenID Connect: {reason}", address=address(request))
    return render(request, "socialaccount/no_account.html", status=403)
