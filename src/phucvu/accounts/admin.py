"""Django's admin site: the tables behind accounts, for administrators to read.

What has rules is changed where the rules are (``managing``), so that it is checked and written to the
audit log; here an administrator can only close a sender's account.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.shortcuts import redirect

from phucvu.accounts import audit, units
from phucvu.accounts.models import AuditEntry, User
from phucvu.accounts.permissions import Action, may
from phucvu.formats import moment
from phucvu.inbox import senders, tasks
from phucvu.inbox.models import Part, Sender, Task
from phucvu.inbox.words import both

KINDS = {
    Authenticator.Type.TOTP: both("mã trên điện thoại", "codes on the phone"),
    Authenticator.Type.RECOVERY_CODES: both("mã dự phòng", "recovery codes"),
}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""The admin site has scripts, in files of its own; everything else is as on the other pages."""


# allauth names neither; the tables' own names stand in no translation.
Authenticator._meta.verbose_name = both("bước hai", "second step")
Authenticator._meta.verbose_name_plural = both("các bước hai", "second steps")


def _yes(said: bool) -> Any:
    """In words: Django's own signs are described in English."""
    return both("có", "yes") if said else both("không", "no")


Shown = TypeVar("Shown", bound=Callable[..., Any])


def _column(vi: str, en: str, field: str) -> Callable[[Shown], Shown]:
    """Names a column that a function shows, and the field that it is sorted by."""

    def name(shown: Shown) -> Shown:
        display: Any = admin.display(description=both(vi, en), ordering=field)
        named: Shown = display(shown)
        return named

    return name


class Site(admin.AdminSite):
    site_header = site_title = both("Trang quản trị", "Administration")
    index_title = both("Bảng", "Tables")
    enable_nav_sidebar = False

    def has_permission(self, request: Any) -> bool:
        return may(request.user, Action.ADMIN_SITE)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def answer(request: Any, *args: Any, **parts: Any) -> Any:
            response = inner(request, *args, **parts)
            response.headers["Content-Security-Policy"] = POLICY
            return response

        return answer

    def login(self, request: Any, extra_context: Any = None) -> Any:
        return redirect("account_login")

    def password_change(self, request: Any, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


site = Site(name="admin")


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """A table of which an administrator sees the rows of units below."""

    unit = "unit"
    """What of a row names its unit."""

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """The filters that the page itself offers, and no more.

        Django lets a query string compare any column with a beginning, which reads a password's hash or
        a sender's secret letter by letter although no page shows it.
        """
        return lookup in {f"{name}__exact" for name in self.list_filter}

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        below = units.below(request.user.unit)
        return super().get_queryset(request).filter(**{f"{self.unit}__in": below})

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(User, site=site)
class UserAdmin(ReadOnly):
    list_display = ("username", "full_name", "email", "role", "unit", "active", "last_login")
    fields = (*list_display, "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("username", "full_name", "email", "unit")

    @_column("đang dùng", "in use", "is_active")
    def active(self, row: User) -> Any:
        return _yes(row.is_active)


@admin.register(EmailAddress, site=site)
class EmailAddressAdmin(ReadOnly):
    unit = "user__unit"
    list_display = fields = ("email", "user", "is_verified", "is_primary")
    search_fields = ("email", "user__username")

    @_column("đã xác nhận", "verified", "verified")
    def is_verified(self, row: EmailAddress) -> Any:
        return _yes(row.verified)

    @_column("chính", "primary", "primary")
    def is_primary(self, row: EmailAddress) -> Any:
        return _yes(row.primary)


@admin.register(SocialAccount, site=site)
class SocialAccountAdmin(ReadOnly):
    unit = "user__unit"
    list_display = fields = ("owner", "provider", "uid", "last_login")
    search_fields = ("uid", "user__username")

    @_column("tài khoản", "account", "user")
    def owner(self, row: SocialAccount) -> Any:
        return row.user


@admin.register(Authenticator, site=site)
class AuthenticatorAdmin(ReadOnly):
    unit = "user__unit"
    list_display = fields = ("owner", "kind", "made", "used")

    @_column("tài khoản", "account", "user")
    def owner(self, row: Authenticator) -> Any:
        return row.user

    @_column("loại", "kind", "type")
    def kind(self, row: Authenticator) -> Any:
        return KINDS[row.type]

    @_column("thiết lập lúc", "set up at", "created_at")
    def made(self, row: Authenticator) -> Any:
        return moment(row.created_at)

    @_column("dùng lần cuối", "last used", "last_used_at")
    def used(self, row: Authenticator) -> Any:
        return moment(row.last_used_at) if row.last_used_at else both("chưa lần nào", "never")


@admin.register(AuditEntry, site=site)
class AuditEntryAdmin(ReadOnly):
    """Entries that concern a unit below; those that concern none, such as failures under unknown names,
    for administrators of a unit that has none above it."""

    list_display = ("number", "moment", "who", "action", "object", "unit", "details")
    fields = (*list_display, "previous", "hash")
    list_filter = ("action",)
    search_fields = ("actor", "object", "unit")
    ordering = ("-number",)

    @_column("người làm", "actor", "actor")
    def who(self, row: AuditEntry) -> Any:
        return both(audit.COMMAND_LINE, "(command line)") if row.actor == audit.COMMAND_LINE else row.actor

    def get_queryset(self, request: Any) -> QuerySet[AuditEntry]:
        unit = units.every().get(request.user.unit)
        found = super().get_queryset(request)
        if unit is not None and unit.parent is None:
            return found | AuditEntry.objects.filter(unit="")
        return found


@admin.register(Sender, site=site)
class SenderAdmin(ReadOnly):
    list_display = ("name", "unit", "open", "last_message_at", "accepted", "set_aside", "refused")
    list_filter = ("enabled",)
    search_fields = ("name", "unit")
    exclude = ("secret", "gaps")
    readonly_fields = (
        "name",
        "unit",
        "created_at",
        "last_message_at",
        "messages",
        "accepted",
        "set_aside",
        "refused",
    )

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return True

    @_column("đang mở", "open", "enabled")
    def open(self, row: Sender) -> Any:
        return _yes(row.enabled)

    def save_model(self, request: Any, obj: Sender, form: Any, change: bool) -> None:
        obj.save(update_fields=["enabled"])
        if not obj.enabled:
            senders.disable(obj.name)  # ends its sessions too
        action = "sender opened" if obj.enabled else "sender closed"
        audit.append(request.user, action, object=obj.name, unit=obj.unit)


@admin.register(Part, site=site)
class PartAdmin(ReadOnly):
    """What each part takes on the disk, and what was deleted of it; for administrators of a unit that has
    none above it."""

    list_display = fields = ("part", "bytes", "measured_at", "swept_rows", "swept_bytes", "swept_at")

    @_column("phần", "part", "name")
    def part(self, row: Part) -> Any:
        return str(row)

    def get_queryset(self, request: Any) -> QuerySet[Part]:
        unit = units.every().get(request.user.unit)
        return Part.objects.all() if unit is not None and unit.parent is None else Part.objects.none()


@admin.register(Task, site=site)
class TaskAdmin(ReadOnly):
    """Work that takes long; an administrator can cancel it, and it stops at its next step."""

    list_display = (
        *("kind", "account", "unit", "asked_at", "began_at", "ended_at"),
        *("progress", "state", "error"),
    )
    fields = (*list_display, "attempts")
    list_filter = ("state", "kind")
    ordering = ("-asked_at", "-pk")
    actions = ("cancel",)

    def get_queryset(self, request: Any) -> QuerySet[Task]:
        unit = units.every().get(request.user.unit)
        found = super().get_queryset(request)
        return found | Task.objects.filter(unit="") if unit is not None and unit.parent is None else found

    @_column("tiến độ", "progress", "done")
    def progress(self, row: Task) -> str:
        return f"{row.done}/{row.total}" if row.total else str(row.done)

    @admin.action(description=both("Hủy các việc đã chọn", "Cancel the chosen tasks"))
    def cancel(self, request: Any, chosen: QuerySet[Task]) -> None:
        number = 0
        for task in chosen:
            if tasks.cancel(Task.objects.filter(pk=task.pk)):
                audit.append(request.user, "task cancelled", object=f"{task.kind} {task.pk}", unit=task.unit)
                number += 1
        said = both(f"Đã hủy {number} việc.", f"{number} tasks were cancelled.")
        self.message_user(request, said, messages.INFO)
