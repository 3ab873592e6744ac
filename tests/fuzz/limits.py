"""The fuzzer of the limits. It runs with the limits of a stage, because those of the local stack are never reached."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from schemathesis import GenerationMode

from chalicelib.core.settings import Settings
from chalicelib.core.throttling import TooManyRequestsError
from local.config import LIMITS
from tests.fuzz.bodies import real_file
from tests.fuzz.fuzzer import CASES, Fuzzer, Summary
from tests.fuzz.people import PASSWORD, Anonymous
from tests.support.leaks import searched
from tests.support.limits import WINDOW_SECONDS
from tests.support.stack import Person, RunningStack

if TYPE_CHECKING:
    import schemathesis
    from hypothesis import strategies as st

STAGE_LIMITS = {name: str(Settings.model_fields[name.lower()].default) for name in LIMITS}
ACCEPTED_MAX = 300
"""How many requests to one operation may be accepted. The highest limit is 60, and windows may end in between."""


def reach_the_limits(data_dir: Path, document: dict[str, Any], summary: Summary, refusals: int) -> None:
    """Send requests to every limited operation until it was refused ``refusals`` times. Findings are in ``summary``."""
    stack = RunningStack(data_dir, SCHEDULE_SECONDS="1", **STAGE_LIMITS)
    with searched(stack):
        LimitFuzzer(stack.url, summary, [Anonymous(stack.url), Customer(stack.url)], document).run(refusals)
        assert stack.is_running(), f"the stack gave up:\n{stack.output()[-3000:]}"


class Customer(Anonymous):
    """Sends requests with one valid token."""

    who = "authenticated"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._token = Person.registered(url, password=PASSWORD).token

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


class LimitFuzzer(Fuzzer):
    """Sends requests that count against a limit, and checks ``Retry-After`` of every refusal."""

    _numbers = itertools.count()

    def run(self, refusals_min: int) -> None:
        """Send requests to every limited operation until it was refused ``refusals_min`` times."""
        results = (cast("Any", result).ok() for result in self._schema.get_all_operations())
        operations = {operation.definition.raw["operationId"]: operation for operation in results}
        anonymous, customer = self._people
        for name in WINDOW_SECONDS:
            person = customer if operations[name].definition.raw["security"] else anonymous
            for seed in range(ACCEPTED_MAX // CASES + refusals_min):
                if self._summary.limited[name] >= refusals_min:
                    break
                self._send_cases(operations[name], GenerationMode.POSITIVE, person, self._summary.seed * 10_000 + seed)
            if self._summary.limited[name] < refusals_min:
                self._summary.findings[f"{name}: its limit was not reached"] = f"{self._summary.limited[name]} refusals"

    def _try(self, case: schemathesis.Case[Any], person: Anonymous, data: st.DataObject) -> None:
        count_against_limit(case, next(self._numbers))
        request = case.as_transport_kwargs(base_url=self._url) | real_file(case, data.draw)
        sent_at = time.time()
        answer = self._send(case, request, person)
        answered_at = time.time()
        if answer is None:
            return
        self._validate(case, answer)
        if answer.status_code == 429 and answer.json()["code"] == TooManyRequestsError.code:
            name = case.operation.definition.raw["operationId"]
            self._summary.limited[name] += 1
            seconds = int(answer.headers.get("Retry-After", "0"))
            if not reaches_the_next_window(sent_at, answered_at, seconds, WINDOW_SECONDS[name]):
                self._add_finding(case, answer, f"no window of this limit ends in {seconds} seconds")


def count_against_limit(case: schemathesis.Case[Any], number: int) -> None:
    """Change ``case`` so that it counts against its limit: an existing model, or a new name and address."""
    if case.operation.path == "/api/predict/{id}":
        case.path_parameters["id"] = "mayo"
    if case.operation.path == "/api/auth/register":
        name = f"person-{number:012}"
        case.body = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}


def reaches_the_next_window(sent_at: float, answered_at: float, retry_after: int, window_seconds: int) -> bool:
    """Return whether a window begins when ``retry_after`` seconds end. Windows begin at multiples of their length."""
    latest = answered_at + retry_after
    begins_at = latest - latest % window_seconds
    return 0 < retry_after <= window_seconds and begins_at > sent_at + retry_after - 1
