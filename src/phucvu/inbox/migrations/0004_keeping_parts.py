"""What each part of an installation takes, and what was deleted of it; the bytes of payloads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("inbox", "0003_jobs"),)

    operations = (
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "name",
                    models.CharField(max_length=50, primary_key=True, serialize=False, verbose_name="phần"),
                ),
                ("bytes", models.BigIntegerField(null=True, verbose_name="số byte")),
                ("measured_at", models.DateTimeField(null=True, verbose_name="đo lúc")),
                ("swept_rows", models.BigIntegerField(default=0, verbose_name="số dòng đã xóa")),
                ("swept_bytes", models.BigIntegerField(default=0, verbose_name="số byte đã xóa")),
                ("swept_at", models.DateTimeField(null=True, verbose_name="xóa lần cuối")),
            ],
            options={"verbose_name": "phần dữ liệu", "verbose_name_plural": "dung lượng từng phần"},
        ),
        migrations.AddField("payload", "size", models.BigIntegerField(null=True)),
    )
