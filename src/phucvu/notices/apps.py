"""Notices as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig

from phucvu.inbox.remarks import REMARKS
from phucvu.inbox.words import both


class NoticesConfig(AppConfig):
    default = True
    name = "phucvu.notices"
    label = "notices"
    verbose_name = both("Thông báo", "Notices")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can only be loaded once all applications are.
        from phucvu.notices.undelivered import undelivered

        REMARKS["undelivered"] = undelivered
