"""A client that never gives up: whatever it asked for, it asks again with the same key until it has an answer."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from typing import Any

import requests

PASSWORD = "correct horse"
HEADER = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n"
PATIENCE_SECONDS = 120


class Client(threading.Thread):
    """One person, who does this and that until ``stopping`` is set."""

    def __init__(self, url: str, seed: int, vouchers: list[str], stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._draw = random.Random(seed)
        self._vouchers = vouchers
        self._stopping = stopping
        self._name = f"chaos-{seed}-{os.urandom(4).hex()}"
        self._token = ""
        self.user_coins = 500
        self.accepted: dict[str, int] = {}
        self.answers: Counter[int] = Counter()
        self.lost = 0
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._register()
            while not self._stopping.is_set():
                self._do_something()
        except Exception as error:  # noqa: BLE001 - the run reports it
            self.error = error

    def ask(self, method: str, path: str, key: str | None = None, **body: Any) -> requests.Response:
        """The answer to a request that is repeated until there is one."""
        headers = {"Authorization": f"Bearer {self._token}"} | ({"Idempotency-Key": key} if key else {})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = requests.request(method, f"{self._url}/api{path}", headers=headers, timeout=20, **body)
            except requests.RequestException:
                self.lost += 1
                time.sleep(0.3)
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code < 500:
                return answer
            time.sleep(0.3)
        raise AssertionError(f"no answer to {method} {path} within {PATIENCE_SECONDS} s")

    def _register(self) -> None:
        body = {"name": self._name, "email": f"{self._name}@example.org", "password": PASSWORD}
        answer = self.ask("POST", "/auth/register", json=body)
        if answer.status_code == 409:  # an earlier try was answered by a process that died
            answer = self.ask("POST", "/auth/login", json={"name": self._name, "password": PASSWORD})
        self._token = answer.json()["access_token"]

    def _do_something(self) -> None:
        draw = self._draw.random()
        if draw < 0.5:
            self._submit(rows=self._draw.choice([1, 10, 500, 20_000]))
        elif draw < 0.6 and self.accepted:
            self.ask("DELETE", f"/predict/{self._draw.choice(list(self.accepted))}")
        elif draw < 0.7 and self.accepted:
            key = os.urandom(8).hex()
            self._note(self.ask("POST", f"/predict/{self._draw.choice(list(self.accepted))}/retry", key))
        elif draw < 0.85 and self._vouchers:
            self._redeem(self._vouchers.pop())
        else:
            self.ask("GET", "/predict")
            time.sleep(0.1)

    def _submit(self, rows: int) -> None:
        content = HEADER + "1,21464,Y,14.5,2.6,12.2\n" * rows
        key = os.urandom(8).hex()
        self._note(self.ask("POST", "/predict/lasso", key, files={"file": ("a.csv", content.encode(), "text/csv")}))

    def _note(self, answer: requests.Response) -> None:
        if answer.status_code == 202:
            self.accepted[answer.json()["prediction_id"]] = answer.json()["cost"]
        else:
            assert answer.status_code in {402, 409, 410, 429}, answer.text
            time.sleep(0.2)

    def _redeem(self, code: str) -> None:
        key = os.urandom(8).hex()
        answer = self.ask("POST", "/billing/vouchers", key, json={"code": code})
        assert answer.status_code == 200, answer.text
        self.user_coins += answer.json()["coins"]

    def ends(self, seconds: float) -> Counter[str]:
        """How everything accepted ended; waits for it."""
        found: Counter[str] = Counter()
        deadline = time.monotonic() + seconds
        spent = 0
        for prediction_id, cost in self.accepted.items():
            while not (prediction := self.ask("GET", f"/predict/{prediction_id}").json())["is_finished"]:
                assert time.monotonic() < deadline, f"prediction {prediction_id} did not end: {prediction}"
                time.sleep(0.2)
            found[prediction["status"]] += 1
            spent += cost if prediction["is_success"] else 0
        balance = self.ask("GET", "/auth/balance").json()["balance"]
        assert balance == self.user_coins - spent, f"balance {balance}, had {self.user_coins}, spent {spent}"
        return found
