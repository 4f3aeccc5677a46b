"""Assignments as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig

from phucvu.inbox.words import both


class AssignmentsConfig(AppConfig):
    default = True
    name = "phucvu.assignments"
    label = "assignments"
    verbose_name = both("Giao việc và giải trình", "Assignments and explanations")
    default_auto_field = "django.db.models.BigAutoField"
