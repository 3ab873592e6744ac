"""The senders of the fuzzer's requests: people with accounts, without a token, or with an invalid token."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import requests

from tests.support.leaks import marked
from tests.support.models import CARDS
from tests.support.stack import SAMPLES, Person

PASSWORD = "a fuzzer's own password"
SAMPLE = marked((SAMPLES / "patients-10.csv").read_bytes())
_NEW_ITEMS_EVERY = 40
"""After how many requests an account makes new predictions and uploads."""


@dataclass
class Anonymous:
    """Sends requests without a token."""

    who: ClassVar[str] = "without a token"
    url: str
    ids: list[str] = field(default_factory=lambda: list(CARDS))
    """Ids for the path of a request."""

    def headers(self) -> dict[str, str]:
        """Return the headers to add to a request."""
        return {}

    def handle(self, answer: requests.Response) -> None:
        """React to an answer."""


class InvalidTokenSender(Anonymous):
    """Sends requests with invalid tokens."""

    who = "with an invalid token"
    _unsigned = "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."
    _tokens = itertools.cycle(["Bearer x", "Bearer", "Basic YTpi", _unsigned, "Bearer a.b.c", "bearer  ", "x" * 5000])

    def headers(self) -> dict[str, str]:
        return {"Authorization": next(self._tokens)}


class Account(Anonymous):
    """Sends requests with a valid token, and owns predictions and uploads. Registers again after a deletion."""

    who = "authenticated"

    def __init__(self, url: str, vouchers: list[str]) -> None:
        super().__init__(url)
        self.vouchers = vouchers
        self.uploads: list[str] = []
        self._requests = 0
        self._person: Person = self._register()
        self._make_items()

    def headers(self) -> dict[str, str]:
        if self._requests % _NEW_ITEMS_EVERY == 0:
            self._make_items()
        self._requests += 1
        return {"Authorization": f"Bearer {self._person.token}"}

    def handle(self, answer: requests.Response) -> None:
        """Log in again if the token ended, because the fuzzer logs out, changes passwords and deletes accounts."""
        if answer.status_code == 401 or answer.request.method in ("PUT", "DELETE") or "logout" in str(answer.url):
            self._log_in()
        if answer.request.method == "DELETE" and "/uploads/" in str(answer.url):
            self._upload()
        if answer.status_code == 202:
            self.ids.append(answer.json()["prediction_id"])

    def _log_in(self) -> None:
        if self._person.get("/api/auth/me").status_code == 200:
            return
        body = {"name": self._person.name, "password": PASSWORD}
        answer = requests.post(f"{self.url}/api/auth/login", json=body, timeout=30)
        if answer.status_code == 200:
            self._person = Person(self.url, self._person.name, answer.json()["access_token"])
        else:
            self._person = self._register()
            self._make_items()

    def _register(self) -> Person:
        person = Person.registered(self.url, password=PASSWORD)
        if self.vouchers:
            body = {"code": self.vouchers.pop()}
            person.http.post(f"{self.url}/api/billing/vouchers", json=body, timeout=30).raise_for_status()
        return person

    def _make_items(self) -> None:
        """Submit two predictions, of which one may still be running later, and an upload."""
        answers = [self._person.submit(SAMPLE, "mayo") for _ in range(2)]
        accepted = [answer.json()["prediction_id"] for answer in answers if answer.status_code == 202]
        self.ids = [*CARDS, *accepted, *self.ids[-4:]]
        self._upload()

    def _upload(self) -> None:
        upload = self._person.http.post(f"{self.url}/api/uploads", timeout=30).json()
        requests.post(upload["url"], data=upload["fields"], files={"file": SAMPLE}, timeout=30)
        self.uploads = [upload["upload_id"]]


def senders(url: str, vouchers: list[str]) -> Sequence[Anonymous]:
    """Return the senders, who take turns. Three have accounts."""
    return [
        Account(url, vouchers),
        Anonymous(url),
        Account(url, vouchers),
        InvalidTokenSender(url),
        Account(url, vouchers),
    ]
