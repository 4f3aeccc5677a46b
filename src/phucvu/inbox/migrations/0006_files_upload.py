"""Files that are uploaded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("inbox", "0005_accounts_words"),)

    operations = (
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=32, unique=True)),
                ("account", models.CharField(max_length=150)),
                ("unit", models.CharField(max_length=50)),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(default="", max_length=30)),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[(0, "Looking"), (1, "Seen"), (2, "Taking"), (3, "Taken"), (4, "Unusable")],
                        default=0,
                    ),
                ),
                ("alive_at", models.DateTimeField()),
                ("size", models.BigIntegerField()),
                ("done", models.BigIntegerField(default=0)),
                ("digest", models.CharField(max_length=64)),
                ("said", models.JSONField(default=dict)),
                ("content", models.BinaryField()),
            ],
        ),
    )
