"""What each part of an installation takes, and what was deleted of it; the bytes of payloads."""

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    dependencies = (("inbox", "0003_jobs"),)

    operations = (
        migrations.CreateModel(
            name="Part",
            fields=[
                ("name", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("bytes", models.BigIntegerField(null=True)),
                ("measured_at", models.DateTimeField(null=True)),
                ("swept_rows", models.BigIntegerField(default=0)),
                ("swept_bytes", models.BigIntegerField(default=0)),
                ("swept_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField("payload", "size", models.BigIntegerField(null=True)),
    )
