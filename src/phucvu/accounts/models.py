"""What the operational database holds of accounts, and of what was done with them."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from phucvu.accounts.permissions import Action, Role, may
from phucvu.accounts.words import actions


class User(AbstractBaseUser):  # type: ignore[misc]
    """An account of one person, bound to a unit.

    Nobody signs up: ``managing`` makes and changes accounts. The e-mail address is what the
    administrator wrote, and counts as verified.
    """

    username = models.CharField("tên đăng nhập", max_length=60, unique=True)
    full_name = models.CharField("họ và tên", max_length=100, blank=True)
    email = models.EmailField("thư điện tử")
    role = models.CharField("vai trò", max_length=20, choices=[(r.value, r.title.vi) for r in Role])
    unit = models.CharField("đơn vị", max_length=50, db_index=True)
    is_active = models.BooleanField("đang dùng", default=True)
    created_at = models.DateTimeField("lập lúc")

    second_step_elsewhere = False
    """Whether this session came in by a server that asks for the second step itself (see ``doors``)."""

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "tài khoản"
        verbose_name_plural = "tài khoản"
        constraints = (models.UniqueConstraint(Lower("email"), name="one_account_for_each_email"),)

    def __str__(self) -> str:
        return str(self.username)

    @cached_property
    def has_two_step(self) -> bool:
        return bool(is_mfa_enabled(self, [Authenticator.Type.TOTP]))

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


class AuditEntry(models.Model):  # type: ignore[misc]
    """One thing that was done. ``audit`` writes entries; nothing changes them.

    ``details`` is JSON as text, since the hash is over these very characters.
    """

    number = models.BigIntegerField("số", primary_key=True)
    moment = models.DateTimeField("lúc", db_index=True)
    actor = models.CharField("người làm", max_length=100)
    action = models.CharField("việc", max_length=50, choices=actions)
    object = models.CharField("đối với", max_length=200)
    unit = models.CharField("đơn vị", max_length=50)
    details = models.TextField("chi tiết")
    previous = models.CharField("mã băm trước", max_length=64)
    hash = models.CharField("mã băm", max_length=64)

    class Meta:
        verbose_name = "mục nhật ký"
        verbose_name_plural = "nhật ký"

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    @property
    def said(self) -> dict[str, Any]:
        """The details as they were given."""
        said: dict[str, Any] = json.loads(self.details)
        return said


class AuditHead(models.Model):  # type: ignore[misc]
    """How many entries there are and the hash of the last: one row, which is locked to add one."""

    count = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)


class Limit(models.Model):  # type: ignore[misc]
    """The table of Django's database cache, where attempts to sign in are counted."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
