from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("accounts", "0003_deed_minutes"),)

    operations = (
        migrations.CreateModel(
            name="SavedList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=2000)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("unit", "name"), name="one_list_of_a_name")],
            },
        ),
    )
