"""The inbox as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class InboxConfig(AppConfig):  # type: ignore[misc]
    name = "phucvu.inbox"
    label = "inbox"
    default_auto_field = "django.db.models.BigAutoField"
