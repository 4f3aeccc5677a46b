"""Accounts as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):  # type: ignore[misc]
    name = "phucvu.accounts"
    label = "accounts"
    verbose_name = "Tài khoản và nhật ký"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from phucvu.accounts import noting

        noting.connect()
