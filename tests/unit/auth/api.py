"""The API as somebody behind CloudFront sees it."""

import json
from dataclasses import dataclass
from typing import Any

from chalice.test import Client, HTTPResponse

import app
from tests.unit.support import PASSWORD, World

ORIGIN_SECRET = "what CloudFront alone knows"


@dataclass
class Api:
    """The API over the mocked account, behind CloudFront, with a clock that is set by hand."""

    world: World

    def ask(self, method: str, path: str, body: object = None, address: str = "198.51.100.1", **headers: str) -> Any:
        """The response to a viewer at ``address``."""
        sent = {"Content-Type": "application/json", "X-Origin-Secret": ORIGIN_SECRET, "X-Viewer-Address": address}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Client(app.app).http.request(method, path, headers=sent, body=content)

    def log_in(self, name: str = "anna", password: str = PASSWORD, **more: str) -> HTTPResponse:
        return self.ask("POST", "/api/auth/login", {"name": name, "password": password}, **more)  # type: ignore[no-any-return]

    def register(self, name: str, **more: str) -> HTTPResponse:
        body = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
        return self.ask("POST", "/api/auth/register", body, **more)  # type: ignore[no-any-return]

    def token(self, name: str = "anna") -> str:
        """What somebody registered with who sends it as ``Authorization``."""
        return f"Bearer {self.register(name, address='203.0.113.77').json_body['access_token']}"
