"""What was set aside for a unit: why, who sent it, what it said; and mending it, all alike at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from phucvu.accounts import audit, personal, units
from phucvu.accounts.forms import PersonalForm
from phucvu.accounts.models import AuditEntry
from phucvu.accounts.permissions import Action, may
from phucvu.inbox import tasks
from phucvu.inbox.clock import now
from phucvu.inbox.home import store
from phucvu.inbox.models import Task
from phucvu.intake import notices, waiting
from phucvu.intake.replay import replay as take_again
from phucvu.problems import Fault, UnusableError
from phucvu.records import set_aside
from phucvu.records.schema import SET_ASIDE
from phucvu.web.language import _, language
from phucvu.web.workspace import exports, files, home, working
from phucvu.web.workspace.forms import MendForm, ReasonForm
from phucvu.web.workspace.shown import rendered
from phucvu.web.workspace.working import is_held

PER_PAGE = 50
MOST = 20_000
"""Rows of a file."""
BIG = 2000
"""Rows above which trying them again does not end while one waits."""
BEGINS = dt.timedelta(seconds=20)
"""Time in which a process begins its work."""
SOON = 3
"""Seconds after which the page looks again how far it is."""


def senders(unit: str) -> list[str] | None:
    """Whose rows a unit sees: of itself and those below; the only root also what came in files (None)."""
    known = units.every()
    roots = [u.code for u in known.roots]
    return None if roots == [unit] else sorted(units.below(unit))


@require_GET
def every(request: Any, unit: str) -> Any:
    return _shown(request, unit, [])


@require_GET
def as_file(request: Any, unit: str, form: str) -> Any:
    """What waits, as a file: the same rows in the same order, with personal values masked."""
    name = f"{unit}-set-aside"
    audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit, asked={})
    rows = [
        (dossier or row.id, reason, row.sender, row.file, row.row, row.arrived_at)
        for row in waiting.page(store(), senders(unit), number=1, size=MOST)
        for dossier, reason in [_masked(row)]
    ]
    texts = (_("Hồ sơ"), _("Lý do"), _("Bên gửi"), _("Tệp"))
    columns: dict[str, Any] = dict.fromkeys(texts, pl.String)
    columns |= {_("Dòng"): pl.Int64, _("Lúc"): pl.Datetime("us")}
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return files.answer(frame, form, name, _("Dữ liệu chờ xử lý"), files.place_of(unit, None, None))


@require_POST
def mend(request: Any, unit: str) -> Any:
    """Say what an unknown name or code means, and take what waited for it."""
    form = MendForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["name"]:
        raise Http404
    kind, name, code = (form.cleaned_data[one] for one in ("kind", "name", "code"))
    problems: list[Fault] = []
    if kind == "unit" and code not in units.below(unit):
        problems = [Fault("no_unit_of_yours", field=name, unit=code or "?")]
    else:
        try:
            root = units.every().root(unit).code
            rows = set_aside.mend(store(), "unit" if kind == "unit" else "procedure", name, code, root=root)
            audit.append(request.user, "name mended", object=code, unit=unit, kind=kind, name=name, rows=rows)
        except UnusableError as error:
            problems = [p.at(field=name) for p in error.faults]
    if problems:
        return _shown(request, unit, problems, status=400)
    return _replayed(request, unit)


@require_POST
def replay(request: Any, unit: str) -> Any:
    """Try again all that waits, say after units or procedures were imported."""
    audit.append(request.user, "set aside replayed", unit=unit)
    return _replayed(request, unit)


@require_POST
def dismiss(request: Any, unit: str, identity: str) -> Any:
    """Say that a row need not be mended, and why: it waits no more, and can be brought back."""
    row = _row(unit, identity)
    form = ReasonForm(request.POST)
    if row["state"] == "pending":
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        if not reason:
            messages.error(request, _("Hãy ghi lý do bỏ qua."))
            return HttpResponseRedirect(reverse("workspace-set-aside-one", args=[unit, identity]))
        rows = pl.DataFrame([row], schema=SET_ASIDE.types)
        audit.append(request.user, "row dismissed", object=identity, unit=unit, reason=reason)
        set_aside.dismiss(store(), rows)
        messages.info(request, _("Đã bỏ qua một dòng; có thể đưa trở lại."))
    return HttpResponseRedirect(reverse("workspace-set-aside", args=[unit]))


@require_POST
def bring_back(request: Any, unit: str, identity: str) -> Any:
    """A dismissed row waits again."""
    row = _row(unit, identity)
    if row["state"] == "dismissed":
        audit.append(request.user, "row brought back", object=identity, unit=unit)
        set_aside.bring_back(store(), pl.DataFrame([row], schema=SET_ASIDE.types))
        messages.info(request, _("Đã đưa trở lại một dòng."))
    return HttpResponseRedirect(reverse("workspace-set-aside-one", args=[unit, identity]))


def _replayed(request: Any, unit: str) -> Any:
    """Try again all that waits: while one waits, or in a process of its own where there is much of it."""
    before = waiting.count(store(), senders(unit))
    back = HttpResponseRedirect(reverse("workspace-set-aside", args=[unit]))
    if _replaying() is not None:
        return back
    task = tasks.ask(tasks.REPLAY, request.user.username, unit, total=waiting.count(store(), None))
    tasks.begin(task)
    if task.total > BIG:
        working.start(task.pk)
        return back
    take(task)
    left = waiting.count(store(), senders(unit))
    said = _("Đã nhận %(taken)s dòng; còn %(left)s dòng chờ xử lý.")
    messages.info(request, said % {"taken": max(0, before - left), "left": left})
    return back


def take(task: Task) -> None:
    """Try again all that waits, unless somebody does already; until the task is cancelled."""
    with working.held(_lock()) as mine, contextlib.suppress(tasks.CancelledError):
        if mine:
            with tasks.running(task) as step:
                take_again(store(), step)


def _replaying() -> Task | None:
    """The task by which all that waits is being tried again now."""
    task: Task | None = Task.objects.filter(kind=tasks.REPLAY, state=tasks.RUNNING).order_by("pk").last()
    if task is None or is_held(_lock()) or now() - (task.began_at or task.asked_at) < BEGINS:
        return task
    tasks.give_up(task)
    return None


def _lock() -> Path:
    place = exports.folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / "replay.lock"


@sensitive_post_parameters("reason")
@require_http_methods(["GET", "POST"])
def one(request: Any, unit: str, identity: str) -> Any:
    """A row set aside: what it said, with personal values masked; POST shows one of them."""
    row = _row(unit, identity)
    payload = _payload(row["payload"])
    dossier = personal.Dossier(row["sender"] or "", str(payload.get("MaHoSo") or identity), unit, payload)
    masked = personal.personal_of(dossier)
    form = PersonalForm(request.POST if request.method == "POST" else None)
    shown = form.value(request.user, dossier) if form.is_bound else None
    field = form.said["field"]
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "row": row,
        "reason_said": personal.hide(row[language()], payload, row["field"] or "", row["value"] or ""),
        "plain": personal.plain_of(payload),
        "readable": bool(payload),
        "masked": masked,
        "may_see": may(request.user, Action.SEE_PERSONAL, unit),
        "may_mend": may(request.user, Action.MEND, unit),
        "dismissed": _dismissal(identity) if row["state"] == "dismissed" else None,
        "field": field,
        "title": masked[field].title if field in masked else None,
        "reason": form.said["reason"],
        "shown": shown,
        "problem": next(iter(form.problems.values()), ""),
        "longest": personal.LONGEST_REASON,
    }
    return rendered(request, "workspace/aside_one.html", context, status=400 if form.errors else 200)


def _shown(request: Any, unit: str, problems: list[Fault], status: int = 200) -> Any:
    of = senders(unit)
    state: waiting.State = "dismissed" if request.GET.get("state") == "dismissed" else "pending"
    others: waiting.State = "pending" if state == "dismissed" else "dismissed"
    number = waiting.count(store(), of, state=state)
    pages = max(1, math.ceil(number / PER_PAGE))
    asked = request.GET.get("page", "1")
    page = min(pages, max(1, int(asked))) if asked.isdecimal() and len(asked) < 9 else 1
    path = reverse("workspace-set-aside", args=[unit])
    query = "state=dismissed&" if state == "dismissed" else ""
    below = units.below(unit)
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "number": number,
        "files": {kind: reverse("workspace-set-aside-file", args=[unit, kind]) for kind in ("xlsx", "csv")},
        "page": page,
        "pages": pages,
        "before": f"{path}?{query}page={page - 1}" if page > 1 else "",
        "after": f"{path}?{query}page={page + 1}" if page < pages else "",
        "notices": noticed(of) if state == "pending" else [],
        "is_dismissed": state == "dismissed",
        "others": waiting.count(store(), of, state=others),
        "rows": [(row, *_masked(row)) for row in _page(of, page, state)],
        "unknown": [
            (found, found.kind, _said(problems, found.value))
            for found in (
                waiting.unknown(store(), of)
                if state == "pending" and may(request.user, Action.MEND, unit)
                else ()
            )
        ],
        "units": sorted((u.code, u.name) for u in units.every() if u.code in below),
        "procedures": sorted(home.procedure_names().items()),
        "may_mend": may(request.user, Action.MEND, unit),
        "names": {u.code: u.short_name for u in units.every()},
        "replaying": _replaying(),
    }
    response = rendered(request, "workspace/set_aside.html", context, status=status)
    if context["replaying"]:
        response.headers["Refresh"] = str(SOON)
    return response


def _page(of: list[str] | None, number: int, state: waiting.State) -> list[waiting.Waiting]:
    return waiting.page(store(), of, number=number, size=PER_PAGE, state=state)


def noticed(of: list[str] | None) -> list[notices.Notice]:
    """What lies in watched folders and is not taken: of these senders, or with None of all."""
    return [n for n in notices.load(store().home) if of is None or n.sender in of]


def _dismissal(identity: str) -> dict[str, Any] | None:
    """Who dismissed a row, when and why, as the audit log has it."""
    entries = AuditEntry.objects.filter(action="row dismissed", object=identity)
    if (last := entries.order_by("-number").first()) is None:
        return None
    return {"actor": last.actor, "moment": last.moment, "reason": last.said.get("reason", "")}


def _masked(row: waiting.Waiting) -> tuple[str, str]:
    """The dossier's code and why the row was set aside, without what of it is personal."""
    payload, reason = _payload(row.payload), row.en if language() == "en" else row.vi
    return personal.hide(row.dossier, payload), personal.hide(
        reason, payload, row.field or "", row.value or ""
    )


def _said(problems: list[Fault], name: str) -> str:
    return next((p.vi if language() == "vi" else p.en for p in problems if p.field == name), "")


def _row(unit: str, identity: str) -> dict[str, Any]:
    """The row, where it waits or was dismissed and the unit may see it; raises Http404 elsewhere."""
    of = senders(unit)
    wanted = "FROM held WHERE id = $id AND state <> 'taken'"
    rows = store().asked("set_aside", wanted, {"id": identity}, payload=True)
    rows = rows.select(list(SET_ASIDE.types))
    if rows.is_empty() or (of is not None and rows["sender"][0] not in of):
        raise Http404(_("Không có dòng này, hoặc nó đã được nhận."))
    return rows.row(0, named=True)


def _payload(text: str | None) -> dict[str, Any]:
    """What was sent; nothing where it is no JSON object. A file's row stands within its payload."""
    try:
        # Unlike json it refuses half a character, which no page can show.
        said = msgspec.json.decode(text or "")
    except (ValueError, RecursionError):
        return {}
    if isinstance(said, dict) and isinstance(said.get("row"), dict):
        said = said["row"]
    return said if isinstance(said, dict) else {}
