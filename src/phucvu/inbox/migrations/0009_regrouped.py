"""History counted for the units of today."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("inbox", "0008_relay"),)

    operations = (
        migrations.CreateModel(
            name="Regrouped",
            fields=[
                (
                    "counted",
                    models.OneToOneField("inbox.Counted", models.CASCADE, primary_key=True, serialize=False),
                ),
                ("figures", models.BinaryField()),
            ],
        ),
    )
