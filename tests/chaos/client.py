"""A client that repeats every request, with the same idempotency key, until it has an answer."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.leaks import CELL, FILE_NAME

PASSWORD = "correct horse"
HEADER = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n"
PATIENT = f"{CELL},21464,Y,14.5,2.6,12.2\n"
PATIENCE_SECONDS = 120
PAUSE_SECONDS_MAX = 0.15
SIGNUP_COINS = 500


@dataclass
class Account:
    """What the client knows about an account."""

    name: str
    token: str = ""
    granted: int = SIGNUP_COINS
    accepted: dict[str, int] = field(default_factory=dict)
    """The price of each accepted prediction, by id."""
    is_deleted: bool = False


class Client(threading.Thread):
    """Acts as one person after another, with random requests, until ``stopping`` is set."""

    def __init__(self, url: str, seed: int, vouchers: list[str], stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._seed = seed
        self._draw = random.Random(seed)
        self._vouchers = vouchers
        self._stopping = stopping
        self.accounts: list[Account] = []
        self.answers: Counter[int] = Counter()
        self.unanswered = 0
        self.error: Exception | None = None

    def run(self) -> None:
        """Send requests until told to stop, and keep the error that ended them, if there is one."""
        try:
            self._register()
            while not self._stopping.is_set():
                self._do_something()
                time.sleep(self._draw.uniform(0, PAUSE_SECONDS_MAX))
        except Exception as error:  # noqa: BLE001 - ``run`` in run.py reports it
            self.error = error

    @property
    def _current(self) -> Account:
        return self.accounts[-1]

    def ask(
        self, me: Account, method: str, path: str, expected: set[int], *, keyed: bool = False, **body: Any
    ) -> requests.Response:
        """Repeat a request until there is an answer below 500, and return it. Its status must be ``expected``."""
        headers = {"Authorization": f"Bearer {me.token}"}
        if keyed:
            headers["Idempotency-Key"] = f"{self._draw.getrandbits(64):x}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = requests.request(method, f"{self._url}/api{path}", headers=headers, timeout=20, **body)
            except requests.RequestException:
                self.unanswered += 1
                time.sleep(0.3)
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code < 500:
                assert answer.status_code in expected, f"{method} {path}: {answer.status_code} {answer.text}"
                return answer
            time.sleep(0.3)
        raise AssertionError(f"no answer to {method} {path} within {PATIENCE_SECONDS} s")

    def _register(self) -> None:
        me = Account(f"chaos-{self._seed}-{len(self.accounts)}")
        body = {"name": me.name, "email": f"{me.name}@example.org", "password": PASSWORD}
        answer = self.ask(me, "POST", "/auth/register", {201, 409}, json=body)
        if answer.status_code == 409:  # an earlier try succeeded, and its answer was lost
            answer = self.ask(me, "POST", "/auth/login", {200}, json={"name": me.name, "password": PASSWORD})
        me.token = answer.json()["access_token"]
        self.accounts.append(me)

    def _do_something(self) -> None:
        draw = self._draw.random()
        if draw < 0.5 or not self._current.accepted:
            self._submit()
            return
        prediction_id = self._draw.choice(list(self._current.accepted))
        if draw < 0.6:  # cancel a queued prediction, or delete the files of an ended one
            self.ask(self._current, "DELETE", f"/predict/{prediction_id}", {200, 409})
        elif draw < 0.7:
            path = f"/predict/{prediction_id}/retry"
            self._record(self.ask(self._current, "POST", path, _ACCEPTED_OR_REFUSED, keyed=True))
        elif draw < 0.75 and self._vouchers:
            self._redeem(self._vouchers.pop())
        elif draw < 0.77:
            self._delete_account()
        elif draw < 0.9:
            self.ask(self._current, "GET", f"/predict/{prediction_id}/rows", {200, 409, 410})
        else:
            self.ask(self._current, "GET", "/predict", {200})

    def _submit(self) -> None:
        (rows,) = self._draw.choices([1, 10, 500, 20_000], weights=[50, 30, 15, 5])
        file = (FILE_NAME, (HEADER + PATIENT * rows).encode(), "text/csv")
        self._record(
            self.ask(self._current, "POST", "/predict/lasso", _ACCEPTED_OR_REFUSED, keyed=True, files={"file": file})
        )

    def _record(self, answer: requests.Response) -> None:
        if answer.status_code == 202:
            self._current.accepted[answer.json()["prediction_id"]] = answer.json()["cost"]
        elif answer.status_code == 402:
            self._register()  # go on as a new person, who has coins

    def _redeem(self, code: str) -> None:
        answer = self.ask(self._current, "POST", "/billing/vouchers", {200}, keyed=True, json={"code": code})
        self._current.granted += answer.json()["coins"]

    def _delete_account(self) -> None:
        # 401: an earlier try deleted the account, and its answer was lost.
        self.ask(self._current, "DELETE", "/auth/me", {204, 401}, json={"password": PASSWORD})
        self._current.is_deleted = True
        self._register()

    def wait_for_ends(self, deadline: float) -> Counter[str]:
        """Wait until every accepted prediction has ended, check the balances, and return the counts by status."""
        ends: Counter[str] = Counter()
        for me in self.accounts:
            if me.is_deleted:
                ends["of deleted accounts"] += len(me.accepted)
                continue
            spent = 0
            for prediction_id, cost in me.accepted.items():
                prediction = self._wait_for_end(me, prediction_id, deadline)
                ends[prediction["status"]] += 1
                spent += cost if prediction["is_success"] else 0
            balance = self.ask(me, "GET", "/auth/balance", {200}).json()["balance"]
            assert balance == me.granted - spent, f"{me.name} has {balance}, was granted {me.granted}, spent {spent}"
        return ends

    def _wait_for_end(self, me: Account, prediction_id: str, deadline: float) -> dict[str, Any]:
        while True:
            prediction: dict[str, Any] = self.ask(me, "GET", f"/predict/{prediction_id}", {200}).json()
            if prediction["is_finished"]:
                return prediction
            assert time.monotonic() < deadline, f"prediction {prediction_id} did not end: {prediction}"
            time.sleep(0.2)


_ACCEPTED_OR_REFUSED = {202, 402, 409, 410, 429}
