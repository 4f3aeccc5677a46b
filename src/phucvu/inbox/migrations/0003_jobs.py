"""How the inbox's own jobs go."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("inbox", "0002_moves"),)

    operations = (
        migrations.CreateModel(
            name="Job",
            fields=[
                ("name", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("alive_at", models.DateTimeField()),
                ("failing_since", models.DateTimeField(null=True)),
                ("error", models.CharField(default="", max_length=200)),
            ],
        ),
    )
