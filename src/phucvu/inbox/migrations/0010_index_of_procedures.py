"""The index of each procedure; what was counted without it is counted again."""

from typing import Any

from django.db import migrations, models


def count_again(apps: Any, schema_editor: Any) -> None:
    apps.get_model("inbox", "Counted").objects.exclude(records="").update(records="")


class Migration(migrations.Migration):
    dependencies = (("inbox", "0009_regrouped"),)

    operations = (
        migrations.AddField("CountedProcedures", "counted_at", models.DateTimeField(null=True)),
        migrations.AddField("CountedProcedures", "figures", models.BinaryField(null=True)),
        migrations.RunPython(count_again, migrations.RunPython.noop),
    )
