"""Work that takes longer than a request."""

from django.db import migrations, models

from phucvu.inbox.models import kinds, states


class Migration(migrations.Migration):
    dependencies = (("inbox", "0006_files_upload"),)

    operations = (
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=kinds, max_length=20, verbose_name="việc")),
                ("key", models.CharField(db_index=True, default="", max_length=64)),
                ("account", models.CharField(max_length=150, verbose_name="người yêu cầu")),
                ("unit", models.CharField(max_length=50, verbose_name="đơn vị")),
                ("asked", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField(verbose_name="yêu cầu lúc")),
                ("began_at", models.DateTimeField(null=True, verbose_name="bắt đầu lúc")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="kết thúc lúc")),
                ("done", models.BigIntegerField(default=0, verbose_name="đã xong")),
                ("total", models.BigIntegerField(default=0, verbose_name="tổng số")),
                ("attempts", models.SmallIntegerField(default=0, verbose_name="số lần thử")),
                (
                    "state",
                    models.CharField(
                        choices=states, default="waiting", max_length=20, verbose_name="trạng thái"
                    ),
                ),
                ("error", models.CharField(default="", max_length=200, verbose_name="lỗi")),
            ],
            options={
                "verbose_name": "việc chạy lâu",
                "verbose_name_plural": "việc chạy lâu",
            },
        ),
    )
