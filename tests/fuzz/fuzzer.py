"""The fuzzer: sends valid and invalid requests made from the OpenAPI document, and checks every answer against it."""

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

from tests.fuzz.bodies import distort, real_file, use_existing_values
from tests.fuzz.people import Anonymous

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ANSWER_SECONDS = 20
"""The time-out of a request."""
CASES = 12
"""How many requests to one operation are sent in a row."""


@dataclass
class Summary:
    """The counts and findings of a run."""

    seed: int
    requests: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    by_whom: Counter[str] = field(default_factory=Counter)
    limited: Counter[str] = field(default_factory=Counter)
    """The number of refusals because of a limit, by operationId."""
    reached: set[tuple[str, int]] = field(default_factory=set)
    findings: dict[str, str] = field(default_factory=dict)
    """How to repeat the request of each finding."""
    seconds: float = 0
    audit: str = ""

    def __str__(self) -> str:
        answers = ", ".join(f"{number} {status}" for status, number in sorted(self.answers.items()))
        people = ", ".join(f"{number} {who}" for who, number in sorted(self.by_whom.items()))
        limits = ", ".join(f"{number} {operation}" for operation, number in sorted(self.limited.items()))
        findings = "".join(f"\n{finding}\n    {request}" for finding, request in self.findings.items())
        return (
            f"seed      {self.seed}\n"
            f"requests  {self.requests} in {self.seconds:.0f} s; answers {answers}\n"
            f"by        {people}\n"
            f"limits    {self.limited.total()} refusals because of a limit: {limits}\n"
            f"findings  {len(self.findings)}{findings}\n"
            f"audit     clean:\n{self.audit}"
        )


class Fuzzer:
    """Sends requests, and collects findings about the answers."""

    def __init__(self, url: str, summary: Summary, people: Sequence[Anonymous], document: dict[str, Any]) -> None:
        self._url = url
        self._summary = summary
        self._schema = schemathesis.openapi.from_dict(document)
        self._codes = {example["value"]["code"] for example in document["components"]["examples"].values()}
        self._http = requests.Session()
        self._people = people

    def run(self, requests_min: int) -> None:
        """Send at least ``requests_min`` requests, to every operation and by every person in turn."""
        operations = [cast("Any", result).ok() for result in self._schema.get_all_operations()]
        rounds, requests_end = 0, self._summary.requests + requests_min
        while self._summary.requests < requests_end:
            rounds += 1
            for operation in operations:
                for mode in GenerationMode:
                    person = self._people[(rounds + len(operation.label)) % len(self._people)]
                    self._send_cases(operation, mode, person, self._summary.seed * 10_000 + rounds)

    def _send_cases(self, operation: Any, mode: GenerationMode, person: Anonymous, seed: int) -> None:
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(mode), data=st.data())
        def send(case: schemathesis.Case[Any], data: st.DataObject) -> None:
            self._try(case, person, data)

        with suppress(Unsatisfiable):  # operations without input have no invalid requests
            send()

    def _try(self, case: schemathesis.Case[Any], person: Anonymous, data: st.DataObject) -> None:
        is_real, is_documented = data.draw(st.booleans()), True
        if is_real:
            use_existing_values(case, person, data.draw)
        request = case.as_transport_kwargs(base_url=self._url)
        if is_real:
            request |= real_file(case, data.draw)
        if data.draw(st.integers(0, 9)) == 0:
            is_documented = distort(request, data.draw)
        answer = self._send(case, request, person)
        if answer is None:
            return
        if is_documented:
            self._validate(case, answer)
        elif answer.status_code >= 500:
            self._add_finding(case, answer, "a server error for an undocumented request")
        if answer.status_code >= 400 and answer.text and answer.json()["code"] not in self._codes:
            self._add_finding(case, answer, "a code without an example")
        person.handle(answer)

    def _send(
        self, case: schemathesis.Case[Any], request: dict[str, Any], person: Anonymous
    ) -> requests.Response | None:
        generated = dict(request.pop("headers", None) or {})
        others = {name: value for name, value in generated.items() if name.lower() != "authorization"}
        headers = others | person.headers()
        self._summary.requests += 1
        self._summary.by_whom[person.who] += 1
        try:
            answer = self._http.request(**request, headers=headers, timeout=ANSWER_SECONDS)
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
                self._add_finding(case, answer, f"{failure.title}: {' '.join(failure.message.split())[:300]}")

    def _add_finding(self, case: schemathesis.Case[Any], answer: requests.Response, text: str) -> None:
        """Add a finding, unless there is one with the same operation, status and text."""
        sent = answer.request
        headers = {name: value for name, value in sent.headers.items() if name != "Authorization"}
        self._summary.findings.setdefault(
            f"{case.operation.label} {answer.status_code}: {text}",
            f"{sent.method} {str(sent.url)[:300]} {headers} {(sent.body or b'')[:500]!r}\n    {answer.text[:300]}",
        )
