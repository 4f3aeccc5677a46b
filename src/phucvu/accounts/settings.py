"""What the site's settings take from here (see phucvu.web.settings).

Names that Django, allauth or this application read stand as they are; those in lists of the site's own
(``APPS``, ``MIDDLEWARE_BEFORE``, ``MIDDLEWARE_AFTER``, ``CONTEXT_PROCESSORS``) are put there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from phucvu.problems import Problem, UnusableError

HTTPS = os.environ.get("PHUCVU_HTTPS", "1") != "0"
"""Whether people come over HTTPS, by a proxy that says so in X-Forwarded-Proto.

Without it cookies and passwords would cross the network in the clear, so only PHUCVU_HTTPS=0 turns it
off; `phucvu serve` does so by itself where only this machine can ask for the site.
"""

APPS = [
    "phucvu.accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "phucvu.accounts.apps.SessionsConfig",
]

# In this order: sessions come before LocaleMiddleware, the rest after it. None of them touches a page
# that does not ask who is there, so public pages stay the same for everybody.
MIDDLEWARE_BEFORE = [
    "phucvu.accounts.doors.kept_by_nobody",
    "django.contrib.sessions.middleware.SessionMiddleware",
]
MIDDLEWARE_AFTER = [
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "phucvu.accounts.doors.small_before_sign_in",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "phucvu.accounts.context.place",
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace-own"
LOGOUT_REDIRECT_URL = "/"

PASSWORD_HASHERS = ["phucvu.accounts.hashing.Argon2"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
"""Seconds that a link to set a password works."""

# A working day; closing the browser ends it sooner.
SESSION_COOKIE_AGE = 10 * 3600


def _idle_minutes() -> int:
    said = os.environ.get("PHUCVU_IDLE_MINUTES", "") or "30"
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:5]) <= 600):
        raise UnusableError(
            Problem(
                f"biến PHUCVU_IDLE_MINUTES phải là số phút từ 1 đến 600, gặp “{said[:20]}”",
                f"the variable PHUCVU_IDLE_MINUTES must be minutes from 1 to 600, found “{said[:20]}”",
            )
        )
    return int(said)


IDLE_MINUTES = _idle_minutes()
"""A session of who needs two steps to sign in ends when nothing was asked for during so many minutes."""

SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# A browser takes a cookie so named only over HTTPS and from this very host, so no other plants one.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # coming back from the office's OpenID Connect server is a link
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# Asked by the machine itself, by a load balancer and by Prometheus, without the proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
X_FRAME_OPTIONS = "DENY"

# The proxy's last entry in X-Forwarded-For is the address whose attempts are counted.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0

# Attempts are counted in the operational database: memory would count for each process anew, and
# forget when many pages are asked for (see docs/accounts.md).
CACHE_OF_LIMITS = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "accounts_limit",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}

ACCOUNT_ADAPTER = "phucvu.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator vouches for the address
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # The key is an account and an address (see adapters): failures from one lock nobody out elsewhere.
    "login_failed": "10/m/ip,100/h/ip,10/15m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password_from_key": "20/m/ip",
}

MFA_ADAPTER = "phucvu.accounts.adapters.TwoStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Phuc vu"
# A used code is remembered for one period; were a code taken for longer, it could be used twice.
MFA_TOTP_TOLERANCE = 0

SOCIALACCOUNT_ADAPTER = "phucvu.accounts.adapters.OpenIdAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_UID_MAX_LENGTH = 255  # by OpenID Connect Core 1.0; allauth's migrations read it
# Signing in begins with a link: a form that ends at another host is what form-action 'self' forbids.
SOCIALACCOUNT_LOGIN_ON_GET = True


def _address() -> str:
    url = os.environ.get("PHUCVU_OIDC_URL", "")
    if url and not re.match(r"https://|http://(localhost|127\.0\.0\.1)(:|/|$)", url):
        raise UnusableError(
            Problem(
                "biến PHUCVU_OIDC_URL phải bắt đầu bằng https://",
                "the variable PHUCVU_OIDC_URL must begin with https://",
            )
        )
    return url


OIDC_URL = _address()
"""The address of the office's OpenID Connect server (the issuer); empty for none."""

OIDC_NAME = os.environ.get("PHUCVU_OIDC_NAME", "OpenID Connect")
"""What people know it by."""

OIDC_READERS_OF = os.environ.get("PHUCVU_OIDC_READERS_OF", "")
"""A unit: whoever the server vouches for and has no account becomes a reader of it. Empty: nobody does."""


def _yes(name: str) -> bool:
    """What a variable says that is 1 or 0; unset it is 0."""
    said = os.environ.get(name, "") or "0"
    if said not in ("0", "1"):
        raise UnusableError(
            Problem(
                f"biến {name} phải là 0 hoặc 1, gặp “{said[:20]}”",
                f"the variable {name} must be 0 or 1, found “{said[:20]}”",
            )
        )
    return said == "1"


OIDC_TWO_STEP = _yes("PHUCVU_OIDC_TWO_STEP")
"""Whether that server asks everybody for a second step, so that none is to be set up here."""

OIDC = "office"
"""The server's name in addresses: people come back to /oidc/office/login/callback."""


def _secret() -> str:
    """PHUCVU_OIDC_SECRET is the secret; PHUCVU_OIDC_SECRET_FILE a file that holds it."""
    if path := os.environ.get("PHUCVU_OIDC_SECRET_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get("PHUCVU_OIDC_SECRET", "")


SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": OIDC,
                "name": OIDC_NAME,
                "client_id": os.environ.get("PHUCVU_OIDC_CLIENT_ID", ""),
                "secret": _secret(),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}
