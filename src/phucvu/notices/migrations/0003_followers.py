"""Who follows the editions by e-mail, and what is sent to them."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

STATES = [(0, "Waiting"), (1, "Sent"), (2, "Unsure"), (3, "Given Up"), (4, "Dropped")]


def _identity() -> models.BigAutoField[Any, Any]:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = (("notices", "0002_zalo"),)

    operations = (
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("id", _identity()),
                ("sealed", models.TextField()),
                ("known_by", models.CharField(max_length=64, unique=True)),
                ("language", models.CharField(max_length=2)),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("told_until", models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="EditionMail",
            fields=[
                ("id", _identity()),
                ("decided_at", models.DateTimeField()),
                ("state", models.PositiveSmallIntegerField(choices=STATES, default=0)),
                ("settled_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("handed_over", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=200)),
                ("edition", models.IntegerField(null=True)),
                ("channel", models.CharField(default="email", max_length=20)),
                (
                    "follower",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="notices.follower",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "due_at"], name="edition_mails_to_send")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["follower", "edition"], name="one_mail_a_follower_and_edition"
                    )
                ],
            },
        ),
    )
