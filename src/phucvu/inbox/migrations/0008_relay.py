"""What is passed on to the portal, and what was said of it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("inbox", "0007_tasks"),)

    operations = (
        migrations.CreateModel(
            name="RelayAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payload", models.BigIntegerField(null=True)),
                ("number", models.IntegerField(default=0)),
                ("unit", models.CharField(max_length=50)),
                ("code", models.CharField(max_length=100)),
                ("service", models.CharField(max_length=50)),
                ("at", models.DateTimeField(db_index=True)),
                ("outcome", models.CharField(max_length=20)),
                ("error_code", models.CharField(default="", max_length=50)),
                ("message", models.CharField(default="", max_length=1000)),
            ],
        ),
        migrations.CreateModel(
            name="RelayItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(default=0)),
                ("unit", models.CharField(max_length=50)),
                ("code", models.CharField(max_length=100)),
                ("service", models.CharField(max_length=50)),
                ("size", models.IntegerField(default=0)),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[(0, "Waiting"), (1, "Refused"), (2, "Asked")], default=0
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("handled_by", models.CharField(default="", max_length=50)),
                ("error_code", models.CharField(default="", max_length=50)),
                ("message", models.CharField(default="", max_length=1000)),
            ],
        ),
        migrations.CreateModel(
            name="RelayState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rests_until", models.DateTimeField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("error", models.CharField(default="", max_length=200)),
                ("succeeded_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="payload",
            name="to_relay",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="payload",
            index=models.Index(
                models.F("id"), condition=models.Q(("to_relay", True)), name="payload_to_relay"
            ),
        ),
        migrations.AddIndex(
            model_name="relayanswer",
            index=models.Index(
                models.F("unit"), models.F("code"), models.F("id"), name="relay_answer_by_dossier"
            ),
        ),
        migrations.AddField(
            model_name="relayitem",
            name="payload",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="inbox.payload"
            ),
        ),
        migrations.AddIndex(
            model_name="relayitem",
            index=models.Index(
                models.F("state"), models.F("due_at"), models.F("id"), name="relay_item_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="relayitem",
            index=models.Index(
                models.F("unit"), models.F("code"), models.F("id"), name="relay_item_by_dossier"
            ),
        ),
    )
