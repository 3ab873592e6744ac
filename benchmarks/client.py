"""A user of the API with a keep-alive connection of low overhead."""

from __future__ import annotations

import http.client
import json
import os
import time
from typing import Any
from urllib.parse import urlsplit

POLL_SECONDS = 0.005
END_SECONDS = 60
PASSWORD = "benchmark-password"  # noqa: S105 - accounts exist only during a benchmark


class Person:
    """A new account with 500 coins, and one connection."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.name = f"bench-{os.urandom(6).hex()}"
        body = {"name": self.name, "email": f"{self.name}@example.org", "password": PASSWORD}
        status, document = self.call("POST", "/api/auth/register", json.dumps(body).encode())
        if status != 201:
            raise RuntimeError(f"registration returned {status}: {document}")
        self._token = document["access_token"]
        self.coins = 500

    def call(
        self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """Send a request. Return the status and the JSON of the response."""
        headers = {"Content-Type": content_type}
        if hasattr(self, "_token"):
            headers["Authorization"] = f"Bearer {self._token}"
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def get(self, path: str) -> bool:
        """Send a GET request. Return whether it succeeded."""
        return self.call("GET", path)[0] == 200

    def log_in(self) -> bool:
        """Log in. Return whether it succeeded."""
        body = json.dumps({"name": self.name, "password": PASSWORD}).encode()
        return self.call("POST", "/api/auth/login", body)[0] == 200

    def predict(self, content: bytes) -> bool:
        """Submit a file and wait for the end of its prediction. Return whether it succeeded."""
        prediction_id = self.submit(content)
        return prediction_id is not None and self.succeeded(prediction_id)

    def submit(self, content: bytes) -> str | None:
        """Submit a file. Return the prediction's id, or None if the file was not accepted."""
        status, accepted = self.call("POST", "/api/predict/lasso", content, "text/csv")
        if status != 202:
            return None
        self.coins = accepted["balance"] or 0  # the balance is null if it could not be read
        return str(accepted["prediction_id"])

    def succeeded(self, prediction_id: str) -> bool:
        """Wait for the end of a prediction. Return whether it succeeded."""
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline:
            prediction = self.call("GET", f"/api/predict/{prediction_id}")[1]
            if prediction.get("is_finished"):
                return bool(prediction["is_success"])
            time.sleep(POLL_SECONDS)
        return False
