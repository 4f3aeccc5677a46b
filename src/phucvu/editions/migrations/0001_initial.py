"""The tables of editions."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(null=True, unique=True, verbose_name="số")),
                ("period", models.CharField(db_index=True, max_length=30, verbose_name="kỳ")),
                ("corrects", models.IntegerField(null=True, verbose_name="thay cho số")),
                ("reason", models.CharField(blank=True, max_length=2000, verbose_name="lý do")),
                ("frozen_at", models.DateTimeField(verbose_name="chốt lúc")),
                ("frozen_by", models.CharField(max_length=150, verbose_name="người chốt")),
                ("unit", models.CharField(max_length=50, verbose_name="đơn vị công bố")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="quyết lúc")),
                ("decided_by", models.CharField(blank=True, max_length=150, verbose_name="người duyệt")),
                ("refused", models.BooleanField(default=False, verbose_name="không duyệt")),
                ("manifest", models.TextField()),
                ("lines", models.BinaryField()),
                ("rules", models.BinaryField()),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "kỳ công bố",
                "verbose_name_plural": "kỳ công bố",
            },
        ),
        migrations.CreateModel(
            name="LogEntry",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="LogHead",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("signed_at", models.DateTimeField()),
                ("note", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Witnessed",
            fields=[
                ("origin", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=400)),
                ("size", models.BigIntegerField()),
                ("note", models.TextField()),
            ],
        ),
    )
