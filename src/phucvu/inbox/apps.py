"""The inbox as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig

from phucvu.inbox.words import both


class InboxConfig(AppConfig):
    name = "phucvu.inbox"
    label = "inbox"
    verbose_name = both("Nhận hồ sơ", "Intake")
    default_auto_field = "django.db.models.BigAutoField"
