"""The tables of notices."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def key() -> Any:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def of_user(name: str) -> dict[str, Any]:
    return {
        "on_delete": django.db.models.deletion.CASCADE,
        "related_name": name,
        "to": settings.AUTH_USER_MODEL,
    }


STATES = [(0, "Waiting"), (1, "Sent"), (2, "Unsure"), (3, "Given Up"), (4, "Dropped")]


class Migration(migrations.Migration):
    initial = True
    dependencies = (migrations.swappable_dependency(settings.AUTH_USER_MODEL),)
    operations = (
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", key()),
                ("channel", models.CharField(max_length=20)),
                ("language", models.CharField(max_length=2)),
                ("chosen_at", models.DateTimeField()),
                ("user", models.OneToOneField(**of_user("notices"))),
            ],
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", key()),
                ("day", models.DateField()),
                ("unit", models.CharField(max_length=50)),
                ("channel", models.CharField(max_length=20)),
                ("language", models.CharField(max_length=2)),
                ("counts", models.JSONField()),
                ("as_of", models.DateTimeField()),
                ("decided_at", models.DateTimeField()),
                ("state", models.PositiveSmallIntegerField(choices=STATES, default=0)),
                ("settled_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("handed_over", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=200)),
                ("user", models.ForeignKey(**of_user("digests"))),
            ],
            options={
                "indexes": [models.Index(fields=["state", "due_at"], name="digests_to_send")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "day"), name="one_digest_a_person_and_day")
                ],
            },
        ),
    )
