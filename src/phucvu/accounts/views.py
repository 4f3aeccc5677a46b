"""The pages of accounts: one's own, those of the units below, and a dossier's personal data."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from phucvu.accounts import bulk, managing, personal, sessions, units
from phucvu.accounts.bulk import accounts_sheet
from phucvu.accounts.forms import AccountForm, PersonalForm, SessionForm
from phucvu.accounts.models import User
from phucvu.accounts.permissions import MAY, TWO_STEP, Action, Role, lacks_two_step, may, may_give
from phucvu.problems import Fault, UnusableError

PER_PAGE = 100
FIELDS = tuple(AccountForm.base_fields)


def own(request: Any) -> Any:
    """One's own account: role and unit, password, two-step sign-in."""
    user = request.user
    context = {
        "unit": units.every().get(user.unit),
        "needs_two_step": user.role in TWO_STEP,
        "lacks_two_step": lacks_two_step(user),
        "codes": Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first(),
        "may_manage": may(user, Action.MANAGE_ACCOUNTS),
        "may_see_tables": may(user, Action.ADMIN_SITE),
    }
    return render(request, "accounts/own.html", context)


def own_sessions(request: Any) -> Any:
    """One's own sessions; POST ends the one whose number is sent, or all others."""
    user, current = request.user, request.session.session_key
    if request.method == "POST":
        sessions.end(user, user, number=_number(request), but=current)
        return redirect("accounts-sessions")
    return render(request, "accounts/sessions.html", {"sessions": sessions.every(user, current)})


def every(request: Any) -> Any:
    """The accounts of one's unit and those below."""
    found = managing.seen_by(request.user).order_by("unit", "username")
    asked = request.GET.get("q", "").strip()
    if asked:
        found = found.filter(
            Q(username__icontains=asked)
            | Q(full_name__icontains=asked)
            | Q(email__icontains=asked)
            | Q(unit__icontains=asked)
        )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    known = units.every()
    rows = [(user, known.get(user.unit)) for user in page]
    return render(request, "accounts/every.html", {"rows": rows, "page": page, "asked": asked})


def add(request: Any) -> Any:
    form = AccountForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            user = managing.create(request.user, **form.cleaned_data)
            return _shown(request, user, link=managing.link(request.user, user), made=True)
        except UnusableError as error:
            form.tell(error)
    return _form(request, form, {"role": Role.STAFF, "unit": request.user.unit})


def from_file(request: Any) -> Any:
    """Accounts from a file: what it holds is shown first; sent once more they are made.

    The answer to that is a workbook with a link to set a password for each, which is shown nowhere else.
    """
    if request.method == "POST" and "make" in request.POST:
        return _made(request)
    rows: list[bulk.Row] = []
    problems: list[Fault] = []
    file = ""
    if request.method == "POST":
        try:
            file, rows = _uploaded(request)
            problems = bulk.check(request.user, file, rows)
        except UnusableError as error:
            problems = error.faults
    wrong = {problem.row for problem in problems}
    request.session[WAITING] = {"file": file, "rows": [(row.number, row.said) for row in rows]}
    known = units.every()
    context = {
        "columns": bulk.columns(),
        "file": file,
        "rows": [
            (row, known.get(row.said["unit"]), _role(row.said["role"]), row.number in wrong) for row in rows
        ],
        "problems": [problem.text(_language()) for problem in problems],
        "good": sum(row.number not in wrong for row in rows),
    }
    return render(request, "accounts/import.html", context, status=400 if problems and not rows else 200)


WAITING = "accounts_import"
"""Where a session keeps the rows of a file between looking and making."""


def _uploaded(request: Any) -> tuple[str, list[bulk.Row]]:
    """The name of the file that was sent, and its rows."""
    sent = request.FILES.get("file")
    if sent is None:
        raise UnusableError(Fault("file_not_chosen", field="file"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(sent.name).name)
        with path.open("wb") as file:
            for chunk in sent.chunks():
                file.write(chunk)
        return path.name, bulk.read(path)


def _made(request: Any) -> Any:
    waiting = request.session.pop(WAITING, None)
    if not waiting or not waiting["rows"]:
        return redirect("accounts-import")
    rows = [bulk.Row(number, said) for number, said in waiting["rows"]]
    made, problems = bulk.make(request.user, waiting["file"], rows)
    answer = HttpResponse(
        accounts_sheet(made, problems, lambda path: str(request.build_absolute_uri(path))),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="tai-khoan-moi.xlsx"'
    return answer


def _role(code: str) -> Any:
    return Role(code).title if code in list(Role) else code


def one(request: Any, number: int) -> Any:
    user = _account(request, number)
    if request.method == "GET":
        return _shown(request, user)
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            said = form.cleaned_data
            managing.change(request.user, user, **{n: said[n] for n in said if n != "username"})
            return redirect("account", number=number)
        except UnusableError as error:
            form.tell(error)
            user.refresh_from_db()
    return _shown(request, user, form)


def close(request: Any, number: int) -> Any:
    managing.close(request.user, _account(request, number))
    return redirect("account", number=number)


def reopen(request: Any, number: int) -> Any:
    managing.reopen(request.user, _account(request, number))
    return redirect("account", number=number)


def forget_two_step(request: Any, number: int) -> Any:
    managing.forget_two_step(request.user, _account(request, number))
    return redirect("account", number=number)


def end_sessions(request: Any, number: int) -> Any:
    """End the session whose number is sent, or all of them."""
    managing.end_sessions(request.user, _account(request, number), _number(request))
    return redirect("account", number=number)


def link(request: Any, number: int) -> Any:
    """A link to set the password, shown this once."""
    user = _account(request, number)
    return _shown(request, user, link=managing.link(request.user, user))


def unit_of_account(request: Any, number: int) -> str | None:
    """The unit that decides who may see an account; None where there is no such account."""
    unit: str | None = User.objects.filter(pk=number).values_list("unit", flat=True).first()
    return unit


def personal_data(request: Any, code: str) -> Any:
    """A dossier's personal data, masked; POST shows one value."""
    dossier = request.dossier
    masked = personal.personal_of(dossier)
    form = PersonalForm(request.POST if request.method == "POST" else None)
    shown = form.value(request.user, dossier) if form.is_bound else None
    field, problems = form.said["field"], form.problems
    context = {
        "dossier": dossier,
        "unit": units.every()[dossier.unit],
        "masked": masked,
        "field": field,
        "title": masked[field].title if field in masked else None,
        "reason": form.said["reason"],
        "shown": shown,
        "problems": problems,
        "longest": personal.LONGEST_REASON,
    }
    return render(request, "accounts/personal.html", context, status=400 if problems else 200)


def unit_of_dossier(request: Any, code: str) -> str | None:
    """The unit that handles a dossier, which is kept with the request; None where there is no such one.

    Where several systems gave out the code, ?sender= says whose dossier is meant.
    """
    found = personal.dossiers(code, request.GET.get("sender"))
    if len(found) > 1:
        senders = ", ".join(one.sender for one in found)
        problem = Fault("sender_to_choose", senders=senders)
        raise Http404(problem.text(_language()))
    request.dossier = found[0] if found else None
    return found[0].unit if found else None


def _account(request: Any, number: int) -> User:
    user: User = User.objects.get(pk=number)
    if request.method == "POST" and not managing.may_change(request.user, user):
        raise PermissionDenied
    return user


def _number(request: Any) -> int | None:
    """The number of the session that is meant; None for all."""
    form = SessionForm(request.POST)
    if not form.is_valid():
        raise Http404
    number: int | None = form.cleaned_data["session"]
    return number


def _shown(
    request: Any, user: User, form: AccountForm | None = None, *, link: str = "", made: bool = False
) -> Any:
    now = {name: getattr(user, name) for name in FIELDS[:-1]} | {"subject": managing.subject_of(user)}
    context = {
        "account": user,
        "may_change": managing.may_change(request.user, user),
        "link": request.build_absolute_uri(link) if link else "",
        "made": made,
        "sessions": sessions.every(user, request.session.session_key),
    }
    return _form(request, form or AccountForm(), now, context)


def _form(
    request: Any, form: AccountForm, otherwise: dict[str, str], more: dict[str, Any] | None = None
) -> Any:
    """The page of an account; ``otherwise`` is what stands in the fields where nothing was sent."""
    said = form.said if form.is_bound else form.said | otherwise
    chosen = units.offered([said["unit"]])
    context = {
        "said": said | {"unit": chosen[0]} if chosen else said,
        "problems": form.problems,
        "roles": [(role.value, role.title) for role in may_give(Role(request.user.role))],
        "rights": [(role.title, [a for a in Action if role in MAY[a]]) for role in Role],
        "units": units.offered(units.below(request.user.unit)),
        "openid": bool(settings.OIDC_URL),
    }
    return render(request, "accounts/one.html", context | (more or {}), status=400 if form.errors else 200)


def _language() -> str:
    return "en" if get_language() == "en" else "vi"
