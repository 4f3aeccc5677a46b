"""Accounts as an application of Django."""

from __future__ import annotations

from allauth.socialaccount import app_settings
from allauth.usersessions.apps import UserSessionsConfig
from django.apps import AppConfig
from django.conf import settings

from phucvu.inbox.words import both

# allauth's migrations read the setting, its model and its check do not; models are loaded after this.
app_settings.UID_MAX_LENGTH = settings.SOCIALACCOUNT_UID_MAX_LENGTH


class AccountsConfig(AppConfig):
    default = True
    name = "phucvu.accounts"
    label = "accounts"
    verbose_name = both("Tài khoản và nhật ký", "Accounts and log")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from phucvu.accounts import audit_signals

        audit_signals.connect()


class SessionsConfig(UserSessionsConfig):  # type: ignore[misc]
    """allauth's table of sessions; ``sessions`` fills it, also where a request tells no address."""

    def ready(self) -> None:
        pass
