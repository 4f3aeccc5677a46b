"""The OpenID Connect server's number for a person may have 255 characters; allauth's column takes 191."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def widen(apps: Any, editor: Any) -> None:
    # SQLite takes any length whatever the column says.
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE socialaccount_socialaccount ALTER COLUMN uid TYPE varchar(255)")


class Migration(migrations.Migration):
    dependencies = (("accounts", "0001_initial"), ("socialaccount", "0006_alter_socialaccount_extra_data"))
    operations = (migrations.RunPython(widen, migrations.RunPython.noop),)
