import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import openapi
from tests.fuzz.run import Fuzzer, Summary, run
from tests.support.leaks import searched
from tests.support.stack import RunningStack

REQUESTS = 1500


def test_every_answer_to_random_requests_is_as_the_document_says_and_the_coins_add_up(tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    print(f"replay with: make fuzz REQUESTS={REQUESTS} SEED={seed}")

    summary = run(REQUESTS, seed, tmp_path / "data")

    print(summary)
    assert summary.findings == {}
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
    del document["paths"]["/api/auth/login"]["post"]["responses"]["401"]
    summary = Summary(seed=1)

    Fuzzer(stack.url, summary, [], document).run(400)

    found = " ".join(summary.findings)
    assert "GET /api/health 200" in found
    assert "POST /api/auth/login 401" in found
