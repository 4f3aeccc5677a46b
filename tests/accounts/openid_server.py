"""A small OpenID Connect server for tests: discovery, keys, authorization with PKCE, tokens signed by RS256.

It vouches for whoever ``person`` says, without asking.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "phucvu"
SECRET = "bi-mat-cua-phucvu"


class OpenIdServer:
    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.error = ""
        """What is answered to every wish to sign in, if not empty."""
        self.asked: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.forged: dict[str, Any] = {}
        """Claims of the token that differ from what is right."""
        self.about: dict[str, Any] = {}
        """What the server says of the person elsewhere than in the token."""
        self.sign: Callable[[dict[str, Any]], str | None] = self.signed
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> OpenIdServer:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [key | {"kid": "1", "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the person is sent back to."""
        self.asked.append(asked)
        if self.error:
            return f"{asked['redirect_uri']}?{urlencode({'error': self.error, 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, said: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(said.get("code", ""), None)
        digest = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or (said.get("client_id"), said.get("client_secret")) != (CLIENT, SECRET)
            or said.get("redirect_uri") != asked["redirect_uri"]
            or challenge != asked.get("code_challenge")
        ):
            return None
        access = secrets.token_urlsafe(16)
        self.tokens[access] = self.person | self.about
        claims = (
            self.person
            | {
                "iss": self.url,
                "aud": CLIENT,
                "iat": int(time.time()),
                "exp": int(time.time()) + 60,
                "nonce": asked.get("nonce"),
            }
            | self.forged
        )
        signed = self.sign({name: value for name, value in claims.items() if value is not None})
        return {"access_token": access, "token_type": "Bearer", "id_token": signed, "expires_in": 60}

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})


def _handler(server: OpenIdServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            match parts.path:
                case "/.well-known/openid-configuration":
                    self._say(server.configuration())
                case "/keys":
                    self._say(server.keys())
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", server.authorize(asked))
                    self.end_headers()
                case "/userinfo":
                    self._say(server.tokens.get(self.headers["Authorization"].removeprefix("Bearer ")))
                case _:
                    self.send_error(404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(server.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _say(self, said: dict[str, Any] | None) -> None:
            self.send_response(200 if said else 400)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said or {"error": "invalid_grant"}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
