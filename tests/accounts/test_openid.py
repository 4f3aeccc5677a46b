"""Signing in by the office's OpenID Connect server, against a real one on this machine."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.test import Client, override_settings

from phucvu.accounts import audit, managing
from phucvu.accounts.models import AuditEntry, User
from phucvu.accounts.permissions import Role

from ..signing import sign
from .openid_server import CLIENT, SECRET, OpenIdServer

Make = Callable[..., User]


@pytest.fixture
def server() -> Iterator[OpenIdServer]:
    with OpenIdServer() as running:
        app = {
            "provider_id": "office",
            "name": "Cổng của tỉnh",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": running.url},
        }
        providers = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        with override_settings(SOCIALACCOUNT_PROVIDERS=providers):
            yield running


def come_in(client: Client, server: OpenIdServer, begin: str = "/oidc/office/login", **person: Any) -> Any:
    """The answer to somebody whom the server sends back, having vouched for them."""
    server.person = {"sub": "sub-1", "name": "Người Thử", "preferred_username": "nguoi.thu"} | person
    to_server = client.get(begin)
    assert to_server.status_code == 302, to_server.content.decode()
    back = httpx.get(to_server.headers["location"])
    parts = urlsplit(back.headers["location"])
    return client.get(f"{parts.path}?{parts.query}")


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and "chưa có tài khoản" in answer.content.decode()


def who(client: Client) -> str | None:
    answer = client.get("/accounts")
    if answer.status_code != 200:
        return None
    user = User.objects.get(pk=client.session["_auth_user_id"])
    return str(user.username)


def actions() -> list[str]:
    return [
        entry.action for entry in AuditEntry.objects.order_by("number") if entry.actor != audit.COMMAND_LINE
    ]


def test_the_page_offers_it_only_where_it_is_set_up(client: Client, server: OpenIdServer) -> None:
    page = client.get("/accounts/login?next=/workspace/accounts").content.decode()
    assert "Cổng của tỉnh" in page
    assert "/oidc/office/login" in page
    with override_settings(SOCIALACCOUNT_PROVIDERS={}):
        assert "/oidc/" not in client.get("/accounts/login").content.decode()
        assert client.get("/oidc/office/login").status_code == 404
    assert client.get("/oidc/other/login").status_code == 404


def test_an_account_with_the_verified_address(account: Make, client: Client, server: OpenIdServer) -> None:
    account(Role.STAFF, name="canbo", two_step=False)
    answer = come_in(client, server, email="CanBo@vidu.vn", email_verified=True)
    assert answer.headers["location"] == "/workspace"
    assert who(client) == "canbo"
    joined = SocialAccount.objects.get()
    assert (joined.provider, joined.uid) == ("office", "sub-1")
    assert not SocialToken.objects.exists()
    assert actions() == ["OpenID Connect joined", "sign-in"]
    assert AuditEntry.objects.get(action="sign-in").said["methods"] == ["socialaccount"]
    # from now on the server's number counts, whatever the address
    client.post("/accounts/logout")
    come_in(client, server, email="moi@vidu.vn", email_verified=True)
    assert who(client) == "canbo"


@pytest.mark.parametrize("verified", [False, None, "false", "true", 1])
def test_an_address_not_verified_opens_nothing(
    account: Make, client: Client, server: OpenIdServer, verified: Any
) -> None:
    account(Role.STAFF, name="canbo", two_step=False)
    assert refused(come_in(client, server, email="canbo@vidu.vn", email_verified=verified))
    assert who(client) is None
    assert actions() == ["sign-in refused"]


def test_an_account_with_the_servers_number(account: Make, client: Client, server: OpenIdServer) -> None:
    user = account(Role.STAFF, name="canbo", two_step=False)
    managing.change(
        audit.COMMAND_LINE, user, full_name="", email=user.email, role="staff", unit="H21", subject="sub-1"
    )
    come_in(client, server)
    assert who(client) == "canbo"


def test_a_stranger_gets_no_account(client: Client, server: OpenIdServer) -> None:
    assert refused(come_in(client, server, email="la@vidu.vn", email_verified=True))
    assert not User.objects.exists()
    assert client.session.get("_auth_user_id") is None


def test_a_stranger_becomes_a_reader_where_a_setting_says_so(
    client: Client, server: OpenIdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "OIDC_READERS_OF", "H21.17")
    assert refused(come_in(client, server, email="la@vidu.vn", email_verified=False))
    come_in(client, server, email="la@vidu.vn", email_verified=True)
    user = User.objects.get()
    assert (user.role, user.unit, user.email) == ("reader", "H21.17", "la@vidu.vn")
    assert who(client) == user.username
    assert actions() == ["sign-in refused", "account made", "sign-in"]
    monkeypatch.setattr(settings, "OIDC_READERS_OF", "H99")
    other = Client(headers={"host": "127.0.0.1"})
    assert refused(come_in(other, server, sub="sub-2", email="khac@vidu.vn", email_verified=True))


def test_a_closed_account_stays_out(account: Make, client: Client, server: OpenIdServer) -> None:
    user = account(Role.STAFF, name="canbo", two_step=False)
    managing.close(audit.COMMAND_LINE, user)
    answer = come_in(client, server, email="canbo@vidu.vn", email_verified=True)
    assert answer.headers["location"] == "/accounts/closed"
    assert who(client) is None


def test_the_second_step_is_asked_for_here_too(account: Make, client: Client, server: OpenIdServer) -> None:
    account(Role.PUBLISHER, name="congbo")
    answer = come_in(client, server, email="congbo@vidu.vn", email_verified=True)
    assert answer.headers["location"] == "/accounts/two-step"
    assert who(client) is None


@pytest.mark.parametrize(("elsewhere", "status"), [(True, 200), (False, 302)])
def test_the_office_may_ask_for_the_second_step_itself(
    account: Make, client: Client, server: OpenIdServer, monkeypatch: pytest.MonkeyPatch,
    elsewhere: bool, status: int,
) -> None:  # fmt: skip
    """Then nothing is to be set up here; only for who came in by its server."""
    monkeypatch.setattr(settings, "OIDC_TWO_STEP", elsewhere)
    user = account(Role.ADMINISTRATOR, name="quantri", two_step=False)
    come_in(client, server, email="quantri@vidu.vn", email_verified=True)
    for path in ("/workspace/accounts", "/admin/"):
        answer = client.get(path)
        assert answer.status_code == status
        assert status == 200 or answer.headers["location"].startswith("/accounts/two-step/set-up")
    by_password = Client(headers={"host": "127.0.0.1"})
    sign(by_password, user, ("password",))
    assert by_password.get("/workspace/accounts").status_code == 302


def test_joining_from_inside_is_for_administrators(
    account: Make, client: Client, server: OpenIdServer
) -> None:
    sign(client, account(Role.STAFF, name="canbo", two_step=False))
    assert refused(come_in(client, server, "/oidc/office/login?process=connect"))
    assert not SocialAccount.objects.exists()


def test_pkce_and_a_state_are_used_and_a_foreign_one_is_refused(client: Client, server: OpenIdServer) -> None:
    to_server = client.get("/oidc/office/login")
    asked = {k: v[0] for k, v in parse_qs(urlsplit(to_server.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://127.0.0.1/oidc/office/login/callback"
    assert len(asked["state"]) >= 16
    answer = client.get("/oidc/office/login/callback?code=x&state=khong-phai-cua-toi")
    assert answer.status_code == 401
    assert "Không đăng nhập được" in answer.content.decode()


def test_a_code_that_the_server_does_not_know(client: Client, server: OpenIdServer) -> None:
    to_server = client.get("/oidc/office/login")
    state = parse_qs(urlsplit(to_server.headers["location"]).query)["state"][0]
    answer = client.get(f"/oidc/office/login/callback?code=gia&state={state}")
    assert answer.status_code == 401
    assert who(client) is None


def test_a_server_that_refuses_or_is_away(client: Client, server: OpenIdServer) -> None:
    server.error = "access_denied"
    assert come_in(client, server).headers["location"] == "/oidc/cancelled"
    server.error = "server_error"
    assert come_in(client, server).status_code == 401
    app = {
        "provider_id": "office",
        "name": "x",
        "client_id": "x",
        "settings": {"server_url": "http://127.0.0.1:9"},
    }
    with override_settings(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [app]}}):
        answer = client.get("/oidc/office/login")
    assert answer.status_code == 502
    assert "Không đăng nhập được" in answer.content.decode()


def hs256_with_the_public_key(server: OpenIdServer, claims: dict[str, Any]) -> str:
    """Signed with what everybody knows, in the hope that it is taken for a secret. By hand: jwt refuses."""
    pem = server.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT", "kid": "1"}, claims)
    ]
    seal = hmac.new(pem, b".".join(parts), "sha256").digest()
    return b".".join([*parts, base64.urlsafe_b64encode(seal).rstrip(b"=")]).decode()


def by_another_key(server: OpenIdServer, claims: dict[str, Any]) -> str:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, other, algorithm="RS256", headers={"kid": "1"})


SIGNATURES: dict[str, Callable[[OpenIdServer, dict[str, Any]], str | None]] = {
    "another key": by_another_key,
    "alg none": lambda server, claims: jwt.encode(claims, None, algorithm="none", headers={"kid": "1"}),
    "the public key": hs256_with_the_public_key,
    "the client's secret": lambda server, claims: jwt.encode(claims, SECRET * 2, "HS256", {"kid": "1"}),
    "unknown key": lambda server, claims: jwt.encode(claims, server.key, "RS256", {"kid": "2"}),
    "no token": lambda server, claims: None,
    "cut": lambda server, claims: server.signed(claims)[:-20],
}


@pytest.mark.parametrize("how", SIGNATURES)
def test_a_token_that_the_server_did_not_sign(
    account: Make, client: Client, server: OpenIdServer, how: str
) -> None:
    account(Role.READER, name="canbo", two_step=False)
    server.sign = lambda claims: SIGNATURES[how](server, claims)
    assert come_in(client, server, email="canbo@vidu.vn", email_verified=True).status_code == 401
    assert who(client) is None
    assert actions() == ["sign-in refused"]


@pytest.mark.parametrize(
    "forged",
    [
        {"nonce": "khac"},
        {"nonce": None},
        {"aud": "site-khac"},
        {"aud": None},
        {"aud": [CLIENT, "site-khac"], "azp": "site-khac"},
        {"iss": "https://khac.vidu.vn"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": "x" * 256},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_wish(
    account: Make, client: Client, server: OpenIdServer, forged: dict[str, Any]
) -> None:
    account(Role.READER, name="canbo", two_step=False)
    server.forged = forged
    server.about = {"sub": forged["sub"]} if forged.get("sub") else {}
    assert come_in(client, server, email="canbo@vidu.vn", email_verified=True).status_code == 401
    assert who(client) is None


def test_what_is_said_elsewhere_is_of_the_same_person(
    account: Make, client: Client, server: OpenIdServer
) -> None:
    account(Role.READER, name="canbo", two_step=False)
    server.about = {"sub": "sub-2"}
    assert come_in(client, server, email="canbo@vidu.vn", email_verified=True).status_code == 401
    assert who(client) is None


def test_an_account_of_one_number_opens_for_no_other(
    account: Make, client: Client, server: OpenIdServer
) -> None:
    account(Role.READER, name="canbo", two_step=False)
    come_in(client, server, email="canbo@vidu.vn", email_verified=True)
    assert who(client) == "canbo"
    other = Client(headers={"host": "127.0.0.1"})
    said = {"email": "canbo@vidu.vn", "email_verified": True, "preferred_username": "canbo"}
    assert refused(come_in(other, server, sub="sub-2", **said))
    assert who(other) is None
    assert SocialAccount.objects.get().uid == "sub-1"


def test_a_number_of_255_characters(account: Make, client: Client, server: OpenIdServer) -> None:
    subject = "s" * 255
    user = account(Role.READER, name="canbo", two_step=False)
    managing.change(
        audit.COMMAND_LINE, user, full_name="", email=user.email, role="reader", unit="H21", subject=subject
    )
    come_in(client, server, sub=subject)
    assert who(client) == "canbo"


def test_a_link_puts_nothing_into_the_wish(client: Client, server: OpenIdServer) -> None:
    to_server = client.get("/oidc/office/login?auth_params=nonce%3Dx%26redirect_uri%3Dhttps://khac.vidu.vn")
    asked = {k: v[0] for k, v in parse_qs(urlsplit(to_server.headers["location"]).query).items()}
    assert asked["nonce"] != "x"
    assert asked["redirect_uri"] == "http://127.0.0.1/oidc/office/login/callback"
