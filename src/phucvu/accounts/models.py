"""What the operational database holds of accounts, and of what was done with them."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from phucvu.accounts.permissions import Action, Role, may
from phucvu.accounts.rows import row_by
from phucvu.accounts.words import actions
from phucvu.inbox.words import both


class User(AbstractBaseUser):
    """An account of one person, bound to a unit.

    Nobody signs up: ``managing`` makes and changes accounts. The e-mail address is what the
    administrator wrote, and counts as verified.
    """

    username = models.CharField(both("tên đăng nhập", "user name"), max_length=60, unique=True)
    full_name = models.CharField(both("họ và tên", "full name"), max_length=100, blank=True)
    email = models.EmailField(both("thư điện tử", "e-mail address"))
    role = models.CharField(
        both("vai trò", "role"),
        max_length=20,
        choices=[(r.value, both(r.title.vi, r.title.en)) for r in Role],
    )
    unit = models.CharField(both("đơn vị", "unit"), max_length=50, db_index=True)
    is_active = models.BooleanField(both("đang dùng", "in use"), default=True)
    created_at = models.DateTimeField(both("lập lúc", "made at"))

    second_step_elsewhere = False
    """Whether this session came in by a server that asks for the second step itself (see ``doors``)."""

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = both("tài khoản", "account")
        verbose_name_plural = both("tài khoản", "accounts")
        constraints = (models.UniqueConstraint(Lower("email"), name="one_account_for_each_email"),)

    def __str__(self) -> str:
        return str(self.username)

    @cached_property
    def has_two_step(self) -> bool:
        return row_by(Authenticator, user_id=self.pk, type=Authenticator.Type.TOTP) is not None

    @property
    def title(self) -> Any:
        """The role in both languages."""
        return Role(self.role).title

    # What Django's admin site asks.

    @property
    def is_staff(self) -> bool:
        return may(self, Action.ADMIN_SITE)

    def has_perm(self, permission: str, of: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, label: str) -> bool:
        return self.is_staff


class AuditEntry(models.Model):
    """One thing that was done. ``audit`` writes entries; nothing changes them.

    ``details`` is JSON as text, since the hash is over these very characters.
    """

    number = models.BigIntegerField(both("số", "number"), primary_key=True)
    moment = models.DateTimeField(both("lúc", "at"), db_index=True)
    actor = models.CharField(both("người làm", "actor"), max_length=100)
    action = models.CharField(both("việc", "action"), max_length=50, choices=actions)
    object = models.CharField(both("đối với", "object"), max_length=200)
    unit = models.CharField(both("đơn vị", "unit"), max_length=50)
    details = models.TextField(both("chi tiết", "details"))
    previous = models.CharField(both("mã băm trước", "hash before"), max_length=64)
    hash = models.CharField(both("mã băm", "hash"), max_length=64)

    class Meta:
        verbose_name = both("mục nhật ký", "log entry")
        verbose_name_plural = both("nhật ký", "audit log")

    def __str__(self) -> str:
        return f"{self.number} {self.get_action_display()}"

    @property
    def said(self) -> dict[str, Any]:
        """The details as they were given."""
        said: dict[str, Any] = json.loads(self.details)
        return said


class AuditHead(models.Model):
    """How many entries there are and the hash of the last: one row, which is locked to add one."""

    count = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)


class Limit(models.Model):
    """The table of Django's database cache, where attempts to sign in are counted."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)


class DeedMinutes(models.Model):
    """How many minutes a deed of a plan takes at a unit and those below it, as its head says."""

    unit = models.CharField(max_length=100)
    deed = models.CharField(max_length=50)
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("unit", "deed"), name="one_number_of_a_deed"),)


class LetterTemplate(models.Model):
    """A version of an office's own template of a kind of letter; the last is in force.

    Without ``content`` the office went back to the one that ships with the program. Nothing changes or
    deletes a version.
    """

    unit = models.CharField(max_length=100)
    kind = models.CharField(max_length=50)
    number = models.PositiveIntegerField()
    content = models.BinaryField()
    hash = models.CharField(max_length=64)
    note = models.CharField(max_length=200)
    account = models.CharField(max_length=150)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("unit", "kind", "number"), name="one_template_of_a_number"),
        )


class SavedList(models.Model):
    """A list of dossiers that a unit looks at often: the query of its address, by a name."""

    unit = models.CharField(max_length=100)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("unit", "name"), name="one_list_of_a_name"),)
