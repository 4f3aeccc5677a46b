"""The tables of accounts, and the head row of the audit log."""

from __future__ import annotations

from typing import Any

import django.db.models.functions.text
from django.db import migrations, models

from phucvu.accounts.words import actions

BEGINNING = "0" * 64


def begin_the_log(apps: Any, schema_editor: Any) -> None:
    apps.get_model("accounts", "AuditHead").objects.create(pk=1, count=0, hash=BEGINNING)


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="số")),
                ("moment", models.DateTimeField(db_index=True, verbose_name="lúc")),
                ("actor", models.CharField(max_length=100, verbose_name="người làm")),
                ("action", models.CharField(choices=actions, max_length=50, verbose_name="việc")),
                ("object", models.CharField(max_length=200, verbose_name="đối với")),
                ("unit", models.CharField(max_length=50, verbose_name="đơn vị")),
                ("details", models.TextField(verbose_name="chi tiết")),
                ("previous", models.CharField(max_length=64, verbose_name="mã băm trước")),
                ("hash", models.CharField(max_length=64, verbose_name="mã băm")),
            ],
            options={"verbose_name": "mục nhật ký", "verbose_name_plural": "nhật ký"},
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("count", models.BigIntegerField(default=0)),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Limit",
            fields=[
                ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "username",
                    models.CharField(max_length=60, unique=True, verbose_name="tên đăng nhập"),
                ),
                (
                    "full_name",
                    models.CharField(blank=True, max_length=100, verbose_name="họ và tên"),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="thư điện tử")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("reader", "người xem"),
                            ("staff", "chuyên viên"),
                            ("head", "thủ trưởng đơn vị"),
                            ("publisher", "người công bố"),
                            ("administrator", "quản trị viên"),
                        ],
                        max_length=20,
                        verbose_name="vai trò",
                    ),
                ),
                ("unit", models.CharField(db_index=True, max_length=50, verbose_name="đơn vị")),
                ("is_active", models.BooleanField(default=True, verbose_name="đang dùng")),
                ("created_at", models.DateTimeField(verbose_name="lập lúc")),
            ],
            options={
                "verbose_name": "tài khoản",
                "verbose_name_plural": "tài khoản",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="one_account_for_each_email"
                    )
                ],
            },
        ),
        migrations.RunPython(begin_the_log, migrations.RunPython.noop),
    )
