"""The tables of assignments, and the quarterly report that the cities' plans ask for."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def add_quarterly_report(apps: Any, schema_editor: Any) -> None:
    apps.get_model("assignments", "RecurringReport").objects.create(
        unit="",
        name="Báo cáo quý kết quả thực hiện Bộ chỉ số phục vụ người dân, doanh nghiệp",
        every="quarter",
        before_day=16,
        source="Kế hoạch triển khai Bộ chỉ số của UBND cấp trên",
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(db_index=True, max_length=50)),
                ("units", models.JSONField()),
                ("name", models.CharField(max_length=200)),
                ("source", models.CharField(blank=True, max_length=300)),
                ("measure", models.CharField(max_length=30)),
                ("before", models.DateField(null=True)),
                ("starts", models.DateField()),
                ("ends", models.DateField()),
                ("target", models.DecimalField(decimal_places=2, max_digits=12)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=100)),
                ("stopped_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Difficulty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(db_index=True, max_length=50)),
                ("reported_to", models.CharField(blank=True, db_index=True, max_length=50)),
                ("topic", models.CharField(max_length=200)),
                ("text", models.TextField(max_length=4000)),
                ("proposal", models.TextField(blank=True, max_length=4000)),
                ("registered_at", models.DateTimeField()),
                ("registered_by", models.CharField(max_length=100)),
                ("answer", models.TextField(blank=True, max_length=4000)),
                ("answered_by_unit", models.CharField(blank=True, max_length=50)),
                ("answered_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "difficulties",
            },
        ),
        migrations.CreateModel(
            name="RecurringReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(blank=True, db_index=True, max_length=50)),
                ("name", models.CharField(max_length=200)),
                (
                    "every",
                    models.CharField(choices=[("month", "month"), ("quarter", "quarter")], max_length=10),
                ),
                ("before_day", models.PositiveSmallIntegerField()),
                ("source", models.CharField(blank=True, max_length=300)),
                ("in_use", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Apology",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sender", models.CharField(max_length=50)),
                ("code", models.CharField(max_length=100)),
                ("unit", models.CharField(db_index=True, max_length=50)),
                ("number", models.CharField(max_length=100)),
                ("signed_on", models.DateField()),
                ("new_due_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=100)),
            ],
            options={
                "verbose_name_plural": "apologies",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sender", "code", "number"), name="an_apology_once_a_dossier"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExplanationRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(db_index=True, max_length=50)),
                ("asked_by", models.CharField(db_index=True, max_length=50)),
                ("period", models.CharField(max_length=30)),
                ("by_rule", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=100)),
                ("due_on", models.DateField()),
                ("note", models.TextField(blank=True, default="", max_length=4000)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("by_rule", True)),
                        fields=("unit", "period"),
                        name="one_rule_request_a_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Explanation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cause", models.CharField(max_length=40)),
                ("text", models.TextField(blank=True, default="", max_length=4000)),
                ("remedy", models.TextField(max_length=4000)),
                ("done_by", models.DateField()),
                ("answered_at", models.DateTimeField()),
                ("answered_by", models.CharField(max_length=100)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="explanations",
                        to="assignments.explanationrequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LateDossier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sender", models.CharField(max_length=50)),
                ("code", models.CharField(max_length=100)),
                ("unit", models.CharField(max_length=50)),
                ("procedure", models.CharField(max_length=100)),
                ("due", models.DateTimeField(null=True)),
                ("seconds_late", models.BigIntegerField()),
                (
                    "explanation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="dossiers",
                        to="assignments.explanation",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dossiers",
                        to="assignments.explanationrequest",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["sender", "code"], name="late_dossier_by_code")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "sender", "code"), name="a_dossier_once_a_request"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SentReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(db_index=True, max_length=50)),
                ("period", models.CharField(max_length=30)),
                ("number", models.CharField(max_length=100)),
                ("sent_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=100)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sent",
                        to="assignments.recurringreport",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "unit", "period"), name="a_report_once_a_period"
                    )
                ],
            },
        ),
        migrations.RunPython(add_quarterly_report, migrations.RunPython.noop),
    )
