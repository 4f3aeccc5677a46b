"""Editions as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig

from phucvu.inbox.words import both


class EditionsConfig(AppConfig):
    default = True
    name = "phucvu.editions"
    label = "editions"
    verbose_name = both("Kỳ công bố", "Editions")
    default_auto_field = "django.db.models.BigAutoField"
