from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("accounts", "0004_saved_list"),)

    operations = (
        migrations.CreateModel(
            name="LetterTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(max_length=100)),
                ("kind", models.CharField(max_length=50)),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                ("hash", models.CharField(max_length=64)),
                ("note", models.CharField(max_length=200)),
                ("account", models.CharField(max_length=150)),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "kind", "number"), name="one_template_of_a_number"
                    )
                ],
            },
        ),
    )
