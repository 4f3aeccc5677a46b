"""The addresses of accounts, each with its rule.

``in_languages`` belong among the pages that stand in Vietnamese at / and in English under /en/;
``outside`` at the root: the OpenID Connect server knows one address to come back to.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from django.http import Http404
from django.shortcuts import render
from django.urls import path, re_path
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from requests import RequestException

from phucvu.accounts import openid, views
from phucvu.accounts.admin import site
from phucvu.accounts.doors import PUBLIC, Rule, requires, under
from phucvu.accounts.passwords import set_by_link
from phucvu.accounts.permissions import Action


def change_password(request: Any) -> Any:
    """For those who have a password; who comes by OpenID Connect alone has none to change."""
    if not request.user.has_usable_password():
        raise Http404
    return account.password_change(request)


def from_server(view: Any) -> Any:
    """The view; where the OpenID Connect server does not answer, a page that says so."""

    def answer(request: Any, provider_id: str) -> Any:
        try:
            return view(request, provider_id)
        except RequestException:
            return render(request, "socialaccount/authentication_error.html", status=502)

    return answer


form = require_http_methods(["GET", "POST"])
confirmed = reauthentication_required(allow_get=True)
"""What opens an account to somebody: asks who does it for their own password, unless they just gave it."""

manage = requires(Action.MANAGE_ACCOUNTS)
manage_one = requires(Action.MANAGE_ACCOUNTS, views.unit_of_account)
see_personal = requires(Action.SEE_PERSONAL, views.unit_of_dossier)

in_languages = [
    *under(
        PUBLIC,
        [
            path("accounts/login", account.login, name="account_login"),
            path("accounts/two-step", mfa.authenticate, name="mfa_authenticate"),
            path("accounts/logout", account.logout, name="account_logout"),
            path("accounts/closed", account.account_inactive, name="account_inactive"),
            re_path(
                r"^accounts/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
                set_by_link,
                name="account_reset_password_from_key",
            ),
            path(
                "accounts/password/set",
                account.password_reset_from_key_done,
                name="account_reset_password_from_key_done",
            ),
            path("oidc/cancelled", social.login_cancelled, name="socialaccount_login_cancelled"),
            path("oidc/error", social.login_error, name="socialaccount_login_error"),
        ],
    ),
    *under(
        Rule(Action.OWN_SIGN_IN),
        [
            path("accounts", require_GET(views.own), name="accounts-home"),
            path("accounts", require_GET(views.own), name="mfa_index"),
            path("accounts/password", change_password, name="account_change_password"),
            path("accounts/sessions", form(views.own_sessions), name="accounts-sessions"),
            path("accounts/confirm", account.reauthenticate, name="account_reauthenticate"),
            path("accounts/two-step/confirm", mfa.reauthenticate, name="mfa_reauthenticate"),
            path("accounts/two-step/set-up", totp.activate_totp, name="mfa_activate_totp"),
            path("accounts/two-step/remove", totp.deactivate_totp, name="mfa_deactivate_totp"),
            path("accounts/codes", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
            path("accounts/codes/new", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
            path("accounts/codes.txt", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
        ],
    ),
    path("workspace/accounts", manage(require_GET(views.every)), name="accounts"),
    path("workspace/accounts/add", manage(form(confirmed(views.add))), name="account-add"),
    path(
        "workspace/accounts/import",
        manage(form(reauthentication_required()(views.from_file))),
        name="accounts-import",
    ),
    path("workspace/accounts/<int:number>", manage_one(form(confirmed(views.one))), name="account"),
    path(
        "workspace/accounts/<int:number>/close", manage_one(require_POST(views.close)), name="account-close"
    ),
    path(
        "workspace/accounts/<int:number>/reopen",
        manage_one(require_POST(views.reopen)),
        name="account-reopen",
    ),
    path(
        "workspace/accounts/<int:number>/link",
        manage_one(require_POST(confirmed(views.link))),
        name="account-link",
    ),
    path(
        "workspace/accounts/<int:number>/sessions",
        manage_one(require_POST(views.end_sessions)),
        name="account-sessions",
    ),
    path(
        "workspace/accounts/<int:number>/forget-two-step",
        manage_one(require_POST(confirmed(views.forget_two_step))),
        name="account-forget-two-step",
    ),
    path("workspace/dossiers/<path:code>/personal", see_personal(form(views.personal_data)), name="personal"),
]

in_languages += under(Rule(Action.ADMIN_SITE), [path("admin/", site.urls)])

outside = [
    *under(
        PUBLIC,
        [
            path("oidc/<provider_id>/login", from_server(openid.login), name="openid_connect_login"),
            path(
                "oidc/<provider_id>/login/callback",
                from_server(openid.callback),
                name="openid_connect_callback",
            ),
        ],
    ),
]
