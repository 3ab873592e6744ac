"""Asks what the document says, good and bad, and holds every answer against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.bodies import make_odd, make_real, real_file
from tests.fuzz.people import Nobody

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ANSWER_SECONDS = 20
"""What takes longer hangs."""
CASES = 12
"""How many requests of one kind are made one after another."""


@dataclass
class Summary:
    """What the run did and found."""

    seed: int
    requests: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    by_whom: Counter[str] = field(default_factory=Counter)
    limited: Counter[str] = field(default_factory=Counter)
    """How often each limited operation said that there were too many, by operationId."""
    reached: set[tuple[str, int]] = field(default_factory=set)
    findings: dict[str, str] = field(default_factory=dict)
    """By what is wrong where, how to ask it again."""
    seconds: float = 0
    audit: str = ""

    def __str__(self) -> str:
        answers = ", ".join(f"{number} {status}" for status, number in sorted(self.answers.items()))
        people = ", ".join(f"{number} {who}" for who, number in sorted(self.by_whom.items()))
        limits = ", ".join(f"{number} {operation}" for operation, number in sorted(self.limited.items()))
        found = "".join(f"\n{where}\n    {how}" for where, how in self.findings.items())
        return (
            f"seed      {self.seed}\n"
            f"requests  {self.requests} in {self.seconds:.0f} s; answers {answers}\n"
            f"by        {people}\n"
            f"limits    {self.limited.total()} answers that there were too many: {limits}\n"
            f"findings  {len(self.findings)}{found}\n"
            f"audit     nothing is off:\n{self.audit}"
        )


class Fuzzer:
    """Asks, and notes what is wrong with the answers."""

    def __init__(self, url: str, summary: Summary, people: Sequence[Nobody], document: dict[str, Any]) -> None:
        self._url = url
        self._summary = summary
        self._schema = schemathesis.openapi.from_dict(document)
        self._codes = {each["value"]["code"] for each in document["components"]["examples"].values()}
        self._http = requests.Session()
        self._people = people

    def run(self, requests_min: int) -> None:
        """Every operation in turn by every person, until there were so many requests."""
        operations = [cast("Any", each).ok() for each in self._schema.get_all_operations()]
        rounds, enough = 0, self._summary.requests + requests_min
        while self._summary.requests < enough:
            rounds += 1
            for operation in operations:
                for mode in GenerationMode:
                    person = self._people[(rounds + len(operation.label)) % len(self._people)]
                    self._cases(operation, mode, person, self._summary.seed * 10_000 + rounds)

    def _cases(self, operation: Any, mode: GenerationMode, person: Nobody, seed: int) -> None:
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(mode), data=st.data())
        def ask(case: schemathesis.Case[Any], data: st.DataObject) -> None:
            self._ask(case, person, data)

        with suppress(Unsatisfiable):  # what takes nothing can't be asked wrongly
            ask()

    def _ask(self, case: schemathesis.Case[Any], person: Nobody, data: st.DataObject) -> None:
        real, is_documented = data.draw(st.booleans()), True
        if real:
            make_real(case, person, data.draw)
        sent = case.as_transport_kwargs(base_url=self._url)
        if real:
            sent |= real_file(case, data.draw)
        if data.draw(st.integers(0, 9)) == 0:
            is_documented = make_odd(sent, data.draw)
        answer = self._send(case, sent, person)
        if answer is None:
            return
        if is_documented:
            self._validate(case, answer)
        elif answer.status_code >= 500:
            self._note(case, answer, "an undocumented request")
        if answer.status_code >= 400 and answer.text and answer.json()["code"] not in self._codes:
            self._note(case, answer, "a code without an example")
        person.saw(answer)

    def _send(self, case: schemathesis.Case[Any], sent: dict[str, Any], person: Nobody) -> requests.Response | None:
        given = dict(sent.pop("headers", None) or {})
        headers = {name: value for name, value in given.items() if name.lower() != "authorization"} | person.headers()
        self._summary.requests += 1
        self._summary.by_whom[person.who] += 1
        try:
            answer = self._http.request(**sent, headers=headers, timeout=ANSWER_SECONDS)
        except requests.RequestException as error:
            self._summary.findings[f"{case.operation.label}: {error!r}"] = case.as_curl_command(base_url=self._url)
            return None
        self._summary.answers[answer.status_code] += 1
        self._summary.reached.add((case.operation.label, answer.status_code))
        return answer

    def _validate(self, case: schemathesis.Case[Any], answer: requests.Response) -> None:
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                self._note(case, answer, f"{failure.title}: {' '.join(failure.message.split())[:300]}")

    def _note(self, case: schemathesis.Case[Any], answer: requests.Response, what: str) -> None:
        """Keep the first of its kind."""
        sent = answer.request
        headers = {name: value for name, value in sent.headers.items() if name != "Authorization"}
        self._summary.findings.setdefault(
            f"{case.operation.label} {answer.status_code}: {what}",
            f"{sent.method} {str(sent.url)[:300]} {headers} {(sent.body or b'')[:500]!r}\n    {answer.text[:300]}",
        )
