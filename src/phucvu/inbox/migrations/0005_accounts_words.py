"""What the columns of senders are called in the admin site; no table changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("inbox", "0004_keeping_parts"),)

    operations = (
        migrations.AlterModelOptions(
            name="sender",
            options={"verbose_name": "tài khoản gửi hồ sơ", "verbose_name_plural": "tài khoản gửi hồ sơ"},
        ),
        migrations.AlterField(
            model_name="sender",
            name="accepted",
            field=models.BigIntegerField(default=0, verbose_name="đã nhận"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="created_at",
            field=models.DateTimeField(verbose_name="lập lúc"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="enabled",
            field=models.BooleanField(default=True, verbose_name="đang mở"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="last_message_at",
            field=models.DateTimeField(null=True, verbose_name="gửi lần cuối"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="messages",
            field=models.BigIntegerField(default=0, verbose_name="số lần gửi"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="name",
            field=models.CharField(max_length=100, unique=True, verbose_name="tên"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="refused",
            field=models.BigIntegerField(default=0, verbose_name="từ chối"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="set_aside",
            field=models.BigIntegerField(default=0, verbose_name="chờ xử lý"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="unit",
            field=models.CharField(max_length=50, verbose_name="đơn vị"),
        ),
    )
