"""Chats with the Zalo bot."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("notices", "0001_initial"),)
    operations = (
        migrations.CreateModel(
            name="ZaloChat",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="zalo",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("chat", models.CharField(blank=True, default="", max_length=100)),
                ("code", models.CharField(blank=True, db_index=True, default="", max_length=64)),
                ("code_until", models.DateTimeField()),
            ],
        ),
    )
