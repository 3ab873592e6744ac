"""Walks through a deployed stage as a person would: page, account, free check, prediction, result, deletion."""

import contextlib
import secrets
import time
from typing import Any

import requests

from deploy.template import ROOT

SAMPLE = ROOT / "frontend" / "public" / "samples" / "patients-10.csv"
PATIENTS = 10
MODEL = "mayo"
_TIMEOUT_SECONDS = 60
_RESULT_SECONDS = 180
_LOOK_SECONDS = 1.0


class SmokeError(Exception):
    """What did not work; the text says what was asked and what came."""


def walk(address: str, release: str | None = None) -> None:
    """Try the stage at ``address``, whose page has to be of ``release`` if that is given. Raises ``SmokeError``.

    The account that it makes is deleted at the end, and what it paid for its prediction stays in the books.
    """
    person = _Person(address)
    _look_at_page(person, release)
    print("  the page comes with its headers" + (f", and is of release {release}" if release else ""))
    person.ask("GET", "/api/health", 200)
    person.register()
    try:
        _predict(person)
    except SmokeError:
        with contextlib.suppress(SmokeError):  # what went wrong first is what counts
            person.delete()
        raise
    person.delete()
    print("  the account was deleted")


def _look_at_page(person: "_Person", release: str | None) -> None:
    entry = person.ask("GET", "/", 200)
    for header in ("Content-Security-Policy", "Strict-Transport-Security"):
        if header not in entry.headers:
            raise SmokeError(f"{entry.url} comes without {header}")
    config = person.ask("GET", "/config.json", 200).json()
    if release and config["release"] != release:
        raise SmokeError(f"{entry.url} is of release {config['release']} instead of {release}")


def _predict(person: "_Person") -> None:
    balance = int(person.ask("GET", "/api/auth/balance", 200).json()["balance"])
    print(f"  an account was made, with {balance} coins")
    checked = person.send_file(f"/api/predict/{MODEL}?dry_run=true", 200)
    print(f"  the free check of {checked['rows']} patients says {checked['cost']} coins")
    accepted = person.send_file(f"/api/predict/{MODEL}", 202)
    if accepted["balance"] != balance - checked["cost"]:
        raise SmokeError(f"{checked['cost']} coins of {balance} were charged, and {accepted['balance']} are left")
    began = time.monotonic()
    prediction = person.wait_for(accepted["prediction_id"])
    if not prediction["is_success"]:
        raise SmokeError(f"the prediction is {prediction['status']}: {prediction['error_info']}")
    rows = person.ask("GET", f"/api/predict/{accepted['prediction_id']}/rows", 200).json()["rows"]
    if len(rows) != PATIENTS:
        raise SmokeError(f"the result has {len(rows)} patients instead of {PATIENTS}")
    seconds = time.monotonic() - began
    print(f"  the prediction ended after {seconds:.1f} s; the first patient has {prediction['output']:.2f} years")


class _Person:
    """A throwaway account, talking to the API."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._http = requests.Session()
        self.password = secrets.token_urlsafe(18)

    def register(self) -> None:
        name = f"smoke-{secrets.token_hex(8)}"
        body = {"name": name, "email": f"{name}@example.invalid", "password": self.password}
        answer = self.ask("POST", "/api/auth/register", 201, json=body).json()
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def delete(self) -> None:
        self.ask("DELETE", "/api/auth/me", 204, json={"password": self.password})

    def send_file(self, path: str, status: int) -> dict[str, Any]:
        file = (SAMPLE.name, SAMPLE.read_bytes(), "text/csv")
        body: dict[str, Any] = self.ask("POST", path, status, files={"file": file}).json()
        return body

    def wait_for(self, prediction_id: str) -> dict[str, Any]:
        """Return the prediction once it has ended."""
        deadline = time.monotonic() + _RESULT_SECONDS
        while time.monotonic() < deadline:
            prediction: dict[str, Any] = self.ask("GET", f"/api/predict/{prediction_id}", 200).json()
            if prediction["is_finished"]:
                return prediction
            time.sleep(_LOOK_SECONDS)
        raise SmokeError(f"the prediction did not end in {_RESULT_SECONDS} s and is {prediction['status']}")

    def ask(self, method: str, path: str, status: int, **more: Any) -> requests.Response:
        """Ask what has to be answered with ``status``."""
        asked = f"{method} {self._address}{path}"
        try:
            answer = self._http.request(method, self._address + path, timeout=_TIMEOUT_SECONDS, **more)
        except requests.RequestException as error:
            raise SmokeError(f"{asked}: {error}") from error
        if answer.status_code != status:
            raise SmokeError(f"{asked} answered {answer.status_code} instead of {status}: {answer.text[:500]}")
        return answer
