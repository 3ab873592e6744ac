"""The limits with a stage's numbers: the local stack's own are so high that nobody meets them."""

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
from tests.fuzz.people import PASSWORD, Nobody
from tests.support.leaks import searched
from tests.support.limits import WINDOW_SECONDS
from tests.support.stack import Person, RunningStack

if TYPE_CHECKING:
    import schemathesis
    from hypothesis import strategies as st

OF_A_STAGE = {name: str(Settings.model_fields[name.lower()].default) for name in LIMITS}
BELOW_MAX = 300
"""So many requests of one operation may stay below its limit. The highest is 60, and a window may end meanwhile."""


def meet_the_limits(data_dir: Path, document: dict[str, Any], summary: Summary, refusals: int) -> None:
    """Ask everything that is limited until it was refused so often; what is wrong is in ``summary``."""
    stack = RunningStack(data_dir, SCHEDULE_SECONDS="1", **OF_A_STAGE)
    with searched(stack):
        LimitFuzzer(stack.url, summary, [Nobody(stack.url), Customer(stack.url)], document).run(refusals)
        assert stack.is_running(), f"the stack gave up:\n{stack.output()[-3000:]}"


class Customer(Nobody):
    """Asks with one and the same good token."""

    who = "authenticated"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._token = Person.registered(url, password=PASSWORD).token

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


class LimitFuzzer(Fuzzer):
    """Asks what counts against a limit, and holds every refusal against the window of it."""

    _numbers = itertools.count()

    def run(self, refusals_min: int) -> None:
        """Every limited operation, until it was refused so often."""
        operations = {
            each.definition.raw["operationId"]: each
            for each in (cast("Any", found).ok() for found in self._schema.get_all_operations())
        }
        nobody, customer = self._people
        for name in WINDOW_SECONDS:
            person = customer if operations[name].definition.raw["security"] else nobody
            for seed in range(BELOW_MAX // CASES + refusals_min):
                if self._summary.limited[name] >= refusals_min:
                    break
                self._cases(operations[name], GenerationMode.POSITIVE, person, self._summary.seed * 10_000 + seed)
            if self._summary.limited[name] < refusals_min:
                self._summary.findings[f"{name}: its limit was not met"] = (
                    f"{self._summary.limited[name]} were too many"
                )

    def _ask(self, case: schemathesis.Case[Any], person: Nobody, data: st.DataObject) -> None:
        make_it_count(case, next(self._numbers))
        sent = case.as_transport_kwargs(base_url=self._url) | real_file(case, data.draw)
        asked_at = time.time()
        answer = self._send(case, sent, person)
        answered_at = time.time()
        if answer is None:
            return
        self._validate(case, answer)
        if answer.status_code == 429 and answer.json()["code"] == TooManyRequestsError.code:
            name = case.operation.definition.raw["operationId"]
            self._summary.limited[name] += 1
            seconds = int(answer.headers.get("Retry-After", "0"))
            if not ends_with_a_window(asked_at, answered_at, seconds, WINDOW_SECONDS[name]):
                self._note(case, answer, f"no window of this limit ends in {seconds} seconds")


def make_it_count(case: schemathesis.Case[Any], number: int) -> None:
    """Let ``case`` come as far as the limit: a model that there is, somebody who isn't there yet."""
    if case.operation.path == "/api/predict/{id}":
        case.path_parameters["id"] = "mayo"
    if case.operation.path == "/api/auth/register":
        name = f"person-{number:012}"
        case.body = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}


def ends_with_a_window(asked_at: float, answered_at: float, retry_after: int, window_seconds: int) -> bool:
    """Whether who waits so long comes as a window begins; windows begin at multiples of their length."""
    latest = answered_at + retry_after
    begins_at = latest - latest % window_seconds
    return 0 < retry_after <= window_seconds and begins_at > asked_at + retry_after - 1
