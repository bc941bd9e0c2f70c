"""An OpenID Connect identity provider on loopback, as far as the authorization code flow needs one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt

CLIENT_ID, CLIENT_SECRET = "paddock", "a-secret-between-two-servers"
CODE, ACCESS_TOKEN = "one-time-code", "access-token"


class IdentityProvider:
    """Says of whoever signs in what `claims` holds; `requests` keeps the forms that were sent to the token address."""

    def __init__(self, url: str, claims: dict[str, Any]) -> None:
        self.url = url
        self.claims = claims
        self.requests: list[dict[str, str]] = []

    @property
    def app(self) -> dict[str, Any]:
        """The entry of the portal's settings."""
        secrets = {"client_id": CLIENT_ID, "secret": CLIENT_SECRET}
        return {"provider_id": "company", "name": "Lantern ID", **secrets, "settings": {"server_url": self.url}}

    def describe(self) -> dict[str, Any]:
        addresses = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token", "userinfo")}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **addresses, **methods}

    def give_token(self, form: dict[str, str]) -> dict[str, Any] | None:
        self.requests.append(form)
        if (form.get("code"), form.get("client_secret")) != (CODE, CLIENT_SECRET):
            return None
        now = datetime.now(UTC)
        claims = {**self.claims, "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + timedelta(minutes=5)}
        token = jwt.encode(claims, "the identity provider's key, long enough", algorithm="HS256")
        return {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": token}


@contextmanager
def run_identity_provider(claims: dict[str, Any]) -> Iterator[IdentityProvider]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self, body: dict[str, Any] | None) -> None:
            content = json.dumps(body or {"error": "invalid_grant"}).encode()
            self.send_response(400 if body is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            known = self.headers.get("Authorization") == f"Bearer {ACCESS_TOKEN}"
            if self.path == "/.well-known/openid-configuration":
                self.answer(provider.describe())
            else:
                self.answer(provider.claims if self.path == "/userinfo" and known else None)

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(provider.give_token({name: values[0] for name, values in sent.items()}))

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}", claims)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()
