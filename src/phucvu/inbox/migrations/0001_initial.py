"""The tables of the inbox."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Payload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(max_length=50)),
                ("service", models.CharField(max_length=50)),
                ("received_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
                ("items", models.IntegerField()),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[(0, "Waiting"), (1, "Moved"), (2, "Counted"), (3, "Stuck")], default=0
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sender",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("unit", models.CharField(max_length=50)),
                ("secret", models.CharField(max_length=200)),
                ("enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("last_message_at", models.DateTimeField(null=True)),
                ("gaps", models.JSONField(default=dict)),
                ("messages", models.BigIntegerField(default=0)),
                ("accepted", models.BigIntegerField(default=0)),
                ("set_aside", models.BigIntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Body",
            fields=[
                (
                    "payload",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="inbox.payload",
                    ),
                ),
                ("packed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Counted",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=30, unique=True)),
                ("version", models.BigIntegerField()),
                ("counted_at", models.DateTimeField()),
                ("records", models.CharField(default="", max_length=64)),
                ("lag", models.FloatField(null=True)),
                ("figures", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="CountedProcedures",
            fields=[
                (
                    "counted",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="inbox.counted",
                    ),
                ),
                ("procedures", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="FailedLogin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("address", models.CharField(max_length=50)),
                ("failures", models.IntegerField(default=0)),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("name"), models.F("address"), name="one_row_for_each_origin"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="payload",
            name="sender",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="inbox.sender"),
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("sender", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="inbox.sender")),
            ],
        ),
        migrations.AddIndex(
            model_name="payload",
            index=models.Index(models.F("state"), models.F("id"), name="payload_by_state"),
        ),
    )
