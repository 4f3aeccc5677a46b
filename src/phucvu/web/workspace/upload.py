"""Uploading a file: what it would bring is shown first, and taken when that is confirmed."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from phucvu.accounts import units
from phucvu.accounts.permissions import Role
from phucvu.formats import day
from phucvu.inbox.models import Upload
from phucvu.intake import portal_lists, templates, words
from phucvu.intake.policy import REGISTERS
from phucvu.problems import UnusableError
from phucvu.records.versions import EVERY
from phucvu.web.language import _, language
from phucvu.web.workspace import uploading
from phucvu.web.workspace.dossier_words import channels, dated, statuses
from phucvu.web.workspace.forms import FileForm
from phucvu.web.workspace.shown import rendered

RECENT = 10
AGAIN_IN = 2
"""Seconds until a page that tells how far the work is loads itself again."""

ENGLISH = {templates.EXPORT: "dossiers", portal_lists.KIND: "dossiers as the national portal lists them"}
"""What kinds of files are called in English, where that is not their own name."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
def start(request: Any, unit: str) -> Any:
    """The form; POST keeps a file and looks into it."""
    problem = ""
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        if not form.is_valid():
            raise Http404
        file, kind = form.cleaned_data["file"], form.cleaned_data["kind"]
        try:
            if file is not None and file.size > uploading.MOST:
                raise uploading.too_large()
            content = file.read() if file is not None else b""
            upload = uploading.receive(request.user, unit, file.name if file else "", content, kind)
            return HttpResponseRedirect(reverse("workspace-upload-one", args=[unit, upload.key]))
        except UnusableError as error:
            problem = error.faults[0].text(language())
    offered = [k for k in templates.OFFERED if k not in REGISTERS or request.user.role == Role.ADMINISTRATOR]
    recent = Upload.objects.filter(account=request.user.username, unit=unit).defer("content")
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "problem": problem,
        "most": uploading.MOST >> 20,
        "templates": [(kind, _kind(kind)) for kind in offered],
        "recent": [(one, _state(one)) for one in recent.order_by("-at")[:RECENT]],
    }
    return rendered(request, "workspace/upload.html", context, status=400 if problem else 200)


@require_GET
def one(request: Any, unit: str, key: str) -> Any:
    """What an upload would bring or brought, or how far the work is."""
    upload = _own(request, unit, key)
    if upload is None:
        return _gone(request, unit)
    said, lang = upload.said, language()
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "upload": upload,
        "state": _state(upload),
        "works": upload.state in (uploading.LOOKING, uploading.TAKING),
        "stopped": uploading.has_stopped(upload),
        "seen": upload.state == uploading.SEEN,
        "taken": upload.state == uploading.TAKEN,
        "percent": round(100 * upload.done / upload.size) if upload.size else 0,
        "said": said,
        "kind": _kind(said["kind"]) if said.get("kind") else "",
        "because": (said.get("because") or {}).get(lang, ""),
        "problems": [p[lang] for p in said.get("problems", ())],
        "notes": [p[lang] for p in said.get("notes", ())],
        "added": [(_table(name), numbers) for name, numbers in said.get("added", {}).items()],
        "columns": [
            (heading, name and _column(said["kind"], name)) for heading, name in said.get("columns", ())
        ],
        "first": [
            (
                _table(name),
                [(_column(name, row[0]), [_cell(name, row[0], said) for said in row[1:]]) for row in rows],
            )
            for name, rows in said.get("first", {}).items()
        ],
        "number": sum(new + changed for new, changed, _same in said.get("added", {}).values()),
    }
    answer = rendered(request, "workspace/upload_one.html", context)
    if context["works"] and not context["stopped"]:
        answer.headers["Refresh"] = str(AGAIN_IN)
    return answer


@require_POST
def confirm(request: Any, unit: str, key: str) -> Any:
    """Take what was looked into, or go on with what stopped halfway."""
    upload = _own(request, unit, key)
    if upload is None:
        return _gone(request, unit)
    if upload.state == uploading.LOOKING:
        uploading.look_again(upload, request.user)
    else:
        uploading.confirm(upload, request.user)
    return HttpResponseRedirect(reverse("workspace-upload-one", args=[unit, key]))


@require_POST
def discard(request: Any, unit: str, key: str) -> Any:
    """Forget a file that was not taken."""
    if upload := _own(request, unit, key):
        uploading.discard(upload)
    return HttpResponseRedirect(reverse("workspace-upload", args=[unit]))


@require_GET
def template(request: Any, unit: str, kind: str) -> Any:
    """The workbook to fill in for one kind."""
    if kind not in templates.OFFERED:
        raise Http404
    file = io.BytesIO()
    templates.write(kind, file)
    answer = HttpResponse(file.getvalue(), content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="mau-{kind}.xlsx"'
    return answer


def _own(request: Any, unit: str, key: str) -> Upload | None:
    """The upload, where it is the account's own and still there."""
    mine = Upload.objects.filter(account=request.user.username, unit=unit, key=key)
    found: Upload | None = mine.defer("content").first()
    return found


def _gone(request: Any, unit: str) -> Any:
    messages.info(request, _("Không có tệp này, hoặc đã quá một ngày."))
    return HttpResponseRedirect(reverse("workspace-upload", args=[unit]))


def _table(name: str) -> str:
    """What a table of records is called."""
    return EVERY[name].vi if language() == "vi" else name


def _kind(kind: str) -> str:
    """What a kind of file is called."""
    apart = {"wire": _("hồ sơ theo định dạng đồng bộ"), "xes": _("nhật ký sự kiện (XES)")}
    if kind in apart:
        return apart[kind]
    return templates.title(kind) if language() == "vi" else ENGLISH.get(kind, kind)


def _row(table: str, column: str, cells: list[str]) -> tuple[str, list[str]]:
    """A column of the first rows: what it is called, and its values as people read them."""
    return _column(table, column), [_cell(table, column, said) for said in cells]


def _cell(table: str, column: str, said: str) -> str:
    """A value of the first rows, kept as text, as people read it."""
    if not said:
        return ""
    if column in ("status", "channel") and said.isdigit():
        return (statuses() if column == "status" else channels()).get(int(said), said)
    kind = EVERY[table][column].type
    if kind == pl.Boolean:
        return _("có") if said == "True" else _("không")
    if isinstance(kind, pl.Datetime):
        return dated(dt.datetime.fromisoformat(said))
    if kind == pl.Date:
        return day(dt.date.fromisoformat(said))
    return words.called(table, column).get(said, said) if language() == "vi" else said


def _column(kind: str, name: str) -> str:
    """What a column of a table, or a field of an export, is called."""
    vi = language() == "vi"
    if kind in templates.OF_DOSSIERS:
        return templates.OF_EXPORT[name][0 if vi else 1]
    column = EVERY[kind][name]
    return column.vi if vi else column.en


def _state(upload: Upload) -> str:
    if uploading.has_stopped(upload):
        return _("bị dừng giữa chừng")
    return {
        uploading.LOOKING: _("đang đọc"),
        uploading.SEEN: _("chờ xác nhận"),
        uploading.TAKING: _("đang nhập"),
        uploading.TAKEN: _("đã nhập"),
        uploading.UNUSABLE: _("không dùng được"),
    }[Upload.State(upload.state)]
