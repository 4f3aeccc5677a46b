"""Remarks on charts over time."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("editions", "0002_open_data"),)

    operations = (
        migrations.CreateModel(
            name="ChartRemark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(db_index=True, max_length=50)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("words", models.CharField(max_length=300)),
                ("words_en", models.CharField(blank=True, max_length=300)),
                ("source", models.CharField(max_length=300)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=150)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=150)),
            ],
        ),
    )
