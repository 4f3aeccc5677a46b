"""Signing in by the office's OpenID Connect server: its word is taken only where it is proven.

allauth trusts an ID token for the connection it came by. Here the token's signature is checked against
the server's keys too, whom it is from and for, its time, and that it answers this very browser's wish
(the nonce); what the server says elsewhere of the person must be of the same person.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404

from phucvu.accounts import audit

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key that only the server has. One by a secret, or none at all, proves nothing."""

LEEWAY = 30
"""Seconds that the server's clock may differ."""

NONCE = "openid_nonce"
"""Where a session keeps what the token must repeat."""


class Client(OAuth2Client):  # type: ignore[misc]
    """Asks the server with a nonce, and with nothing that a link could put in."""

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: dict[str, str]) -> str:
        own = {name: value for name, value in extra_params.items() if name.startswith("code_challenge")}
        nonce = self.request.session.setdefault(NONCE, secrets.token_urlsafe(24))
        return str(super().get_redirect_url(authorization_url, scope, own | {"nonce": nonce}))


class ProvenAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    client_class = Client

    def complete_login(self, request: Any, app: Any, token: Any, **parts: Any) -> Any:
        try:
            claims = self._proven(request, app, parts["response"].get("id_token"))
            said = claims
            if "userinfo_endpoint" in self.openid_config:
                said = self._fetch_user_info(token.token)
                if said.get("sub") != claims["sub"]:
                    raise OAuth2Error("userinfo is of another person")
        except (OAuth2Error, jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError) as error:
            audit.append("?", "sign-in refused", reason=f"OpenID Connect: {error}"[:200])
            raise OAuth2Error("the server's word is not proven") from error
        request.session.pop(NONCE, None)
        return self.get_provider().sociallogin_from_response(request, {"userinfo": said, "id_token": claims})

    def _proven(self, request: Any, app: Any, token: str | None) -> dict[str, Any]:
        """What an ID token says, once all of it is checked; raises OAuth2Error or one of jwt's errors."""
        if not token:
            raise OAuth2Error("no ID token")
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise OAuth2Error("the ID token is signed in a way that proves nothing")
        claims: dict[str, Any] = jwt.decode(
            token,
            self._key(header),
            algorithms=[header["alg"]],
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "exp", "iat", "sub", "nonce"]},
        )
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the ID token is for another site")
        wished = request.session.get(NONCE)
        if not wished or not hmac.compare_digest(str(claims["nonce"]).encode(), wished.encode()):
            raise OAuth2Error("the ID token answers another wish")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= settings.SOCIALACCOUNT_UID_MAX_LENGTH:
            raise OAuth2Error("no usable number for the person")
        return claims

    def _key(self, header: dict[str, Any]) -> Any:
        """The server's key that a token names; where the server has one key only, it need not be named."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        kind = "EC" if header["alg"].startswith("ES") else "RSA"
        keys = [k for k in answer.json()["keys"] if k.get("kty") == kind and k.get("use", "sig") == "sig"]
        named = [k for k in keys if "kid" not in header or k.get("kid") == header["kid"]]
        if len(named) != 1 or named[0].get("alg", header["alg"]) != header["alg"]:
            raise OAuth2Error("no key of the server fits the ID token")
        return jwt.PyJWK.from_dict(named[0], algorithm=header["alg"]).key


def login(request: Any, provider_id: str) -> Any:
    return _view(OAuth2LoginView, request, provider_id)


def callback(request: Any, provider_id: str) -> Any:
    return _view(OAuth2CallbackView, request, provider_id)


def _view(kind: Any, request: Any, provider_id: str) -> Any:
    try:
        return kind.adapter_view(ProvenAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
