"""What the site's settings take from here (see phucvu.web.settings).

Names that Django, allauth or this application read stand as they are; those in lists of the site's own
(``APPS``, ``MIDDLEWARE_BEFORE``, ``MIDDLEWARE_AFTER``, ``CONTEXT_PROCESSORS``) are put there.
"""

from __future__ import annotations

from typing import Any

from phucvu import configuration
from phucvu.accounts import OIDC

chosen = configuration.current()

HTTPS = chosen.https is not False
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
AUTHENTICATION_BACKENDS = ["phucvu.accounts.adapters.Accounts"]
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

SESSION_ENGINE = "phucvu.accounts.session_store"
# A working day; closing the browser ends it sooner.
SESSION_COOKIE_AGE = 10 * 3600

IDLE_MINUTES = chosen.idle_minutes
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
    "follow_editions": "10/h/ip,3/d/key",
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

OIDC_URL = chosen.oidc_url
"""The address of the office's OpenID Connect server (the issuer); empty for none."""

OIDC_NAME = chosen.oidc_name
"""What people know it by."""

OIDC_READERS_OF = chosen.oidc_readers_of
"""A unit: whoever the server vouches for and has no account becomes a reader of it. Empty: nobody does."""

OIDC_TWO_STEP = chosen.oidc_two_step
"""Whether that server asks everybody for a second step, so that none is to be set up here."""


SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": OIDC,
                "name": OIDC_NAME,
                "client_id": chosen.oidc_client_id,
                "secret": configuration.secret(
                    chosen.oidc_secret, chosen.oidc_secret_file, "PHUCVU_OIDC_SECRET_FILE"
                ),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}
