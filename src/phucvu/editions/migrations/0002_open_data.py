"""The open data of each edition."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("editions", "0001_initial"),)

    operations = (
        migrations.CreateModel(
            name="OpenData",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="editions.edition",
                    ),
                ),
                ("zip", models.BinaryField()),
            ],
        ),
    )
