import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from deploy import openapi
from tests.fuzz.bodies import use_existing_values
from tests.fuzz.fuzzer import CASES, Fuzzer, Summary
from tests.fuzz.limits import Customer, LimitFuzzer, reaches_the_next_window
from tests.fuzz.people import Anonymous, senders
from tests.fuzz.run import run
from tests.support.leaks import searched
from tests.support.limits import WINDOW_SECONDS
from tests.support.stack import RunningStack

REQUESTS = 1500


def test_every_answer_to_random_requests_matches_the_document_and_the_coins_add_up(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(10_000)
    record_property("summary", f"Replay with: make fuzz REQUESTS={REQUESTS} SEED={seed}")

    summary = run(REQUESTS, seed, tmp_path / "data")

    record_property("summary", str(summary))
    assert summary.findings == {}
    assert set(summary.limited) == set(WINDOW_SECONDS)
    assert {200, 201, 202, 204, 401, 404, 405, 413, 422} <= set(summary.answers)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[RunningStack]:
    running = RunningStack(tmp_path / "data")
    with searched(running):
        yield running


def test_an_answer_that_the_document_does_not_describe_is_a_finding(stack: RunningStack) -> None:
    document = json.loads(openapi.PATH.read_text("utf-8"))
    document["paths"] = {path: document["paths"][path] for path in ("/api/health", "/api/auth/login")}
    document["components"]["schemas"]["Health"]["required"] = ["colour"]
    health = document["paths"]["/api/health"]["get"]["responses"]["200"]
    health["headers"]["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    del document["paths"]["/api/auth/login"]["post"]["responses"]["401"]
    summary = Summary(seed=1)

    Fuzzer(stack.url, summary, senders(stack.url, []), document).run(400)

    findings = " ".join(summary.findings)
    assert '"colour" is a required property' in findings
    assert "required headers are missing from the response: - `Retry-After`" in findings
    assert "POST /api/auth/login 401" in findings


def test_a_limit_that_is_not_reached_is_a_finding(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.limits.WINDOW_SECONDS", {"new_upload": 3600})
    monkeypatch.setattr("tests.fuzz.limits.ACCEPTED_MAX", CASES)
    document = json.loads(openapi.PATH.read_text("utf-8"))
    summary = Summary(seed=1)

    LimitFuzzer(stack.url, summary, [Anonymous(stack.url), Customer(stack.url)], document).run(1)

    assert list(summary.findings) == ["new_upload: its limit was not reached"]


def test_the_ids_of_a_person_may_grow_between_cases() -> None:
    person = Anonymous("http://127.0.0.1")

    @hypothesis.seed(1)
    @hypothesis.settings(max_examples=200, database=None, phases=[hypothesis.Phase.generate], deadline=None)
    @hypothesis.given(st.data())
    def draw_an_id(data: st.DataObject) -> None:
        operation = SimpleNamespace(path="/api/predict/{id}")
        case: Any = SimpleNamespace(path_parameters={"id": ""}, operation=operation, body=None)
        use_existing_values(case, person, data.draw)
        assert case.path_parameters["id"] in person.ids
        data.draw(st.integers(0, 9))
        person.ids.append(f"another-{len(person.ids)}")

    draw_an_id()
    assert len(person.ids) > 100


@pytest.mark.parametrize(
    ("seconds", "window", "reaches"),
    [
        (20, 60, True),
        (19, 60, False),
        (21, 60, False),
        (80, 60, False),
        (0, 60, False),
        (200, 600, True),
        (800, 600, False),
    ],
)
def test_retry_after_must_reach_the_next_window(seconds: int, window: int, reaches: bool) -> None:
    assert reaches_the_next_window(1000.3, 1000.4, seconds, window) is reaches
