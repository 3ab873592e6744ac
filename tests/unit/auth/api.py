"""A test client that sends requests to the API as CloudFront does."""

import json
from dataclasses import dataclass
from typing import Any

from chalice.test import Client, HTTPResponse

import app
from tests.unit.support import PASSWORD, World

ORIGIN_SECRET = "the secret that CloudFront sends"


@dataclass
class Api:
    """The API behind CloudFront, over a mocked AWS account and with a fake clock."""

    world: World

    def ask(self, method: str, path: str, body: object = None, address: str = "198.51.100.1", **headers: str) -> Any:
        """Send a request from a client at ``address``, and return the response."""
        request_headers = {
            "Content-Type": "application/json", "X-Origin-Secret": ORIGIN_SECRET, "X-Viewer-Address": address,
        }  # fmt: skip
        request_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Client(app.app).http.request(method, path, headers=request_headers, body=content)

    def log_in(self, name: str = "anna", password: str = PASSWORD, **options: str) -> HTTPResponse:
        return self.ask("POST", "/api/auth/login", {"name": name, "password": password}, **options)  # type: ignore[no-any-return]

    def register(self, name: str, **options: str) -> HTTPResponse:
        body = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
        return self.ask("POST", "/api/auth/register", body, **options)  # type: ignore[no-any-return]

    def token(self, name: str = "anna") -> str:
        """Create an account, and return its token as the value of the ``Authorization`` header."""
        return f"Bearer {self.register(name, address='203.0.113.77').json_body['access_token']}"
