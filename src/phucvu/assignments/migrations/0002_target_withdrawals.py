"""Targets that were withdrawn, with the reason."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("assignments", "0001_initial"),)
    operations = (
        migrations.CreateModel(
            name="TargetWithdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.BigIntegerField(unique=True)),
                ("unit", models.CharField(db_index=True, max_length=50)),
                ("indicator", models.CharField(max_length=40)),
                ("period", models.CharField(max_length=30)),
                ("value", models.DecimalField(decimal_places=2, max_digits=12)),
                ("unit_of_value", models.CharField(max_length=10)),
                ("reason", models.CharField(max_length=300)),
                ("withdrawn_at", models.DateTimeField()),
                ("withdrawn_by", models.CharField(max_length=100)),
            ],
        ),
    )
