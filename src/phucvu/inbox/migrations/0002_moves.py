"""When each payload was moved into the records, so that it can be told whether they hold it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("inbox", "0001_initial"),)

    operations = (
        migrations.CreateModel(
            name="Move",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run", models.CharField(db_index=True, max_length=32)),
                ("dossiers", models.BigIntegerField()),
                ("steps", models.BigIntegerField()),
                ("set_aside", models.BigIntegerField()),
            ],
        ),
        migrations.AlterField(
            model_name="payload",
            name="state",
            field=models.SmallIntegerField(
                choices=[(0, "Waiting"), (1, "Moved"), (2, "Counted"), (3, "Stuck"), (4, "Again")], default=0
            ),
        ),
        migrations.AddField(
            model_name="payload",
            name="move",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="inbox.move"),
        ),
    )
