"""The AWS calls of each path, in order. Each costs time and money, so an added one must fail a test."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.auth.service import OLD_COUNTERS_MAX, SUBMISSION_WINDOW_SECONDS
from chalicelib.core import aws
from tests.unit.core.functions import Functions
from tests.unit.support import FakeClock, patients

SUBMISSION = [
    "UpdateItem Users",
    "PutObject inputs",
    "TransactWriteItems Predictions LedgerEntries Users",
    "SendMessage",
]
SUBMISSION_WITH_KEY = [
    "UpdateItem Users",
    "PutObject inputs",
    "TransactWriteItems Predictions LedgerEntries Users IdempotencyKeys",
    "SendMessage",
]
REFUSED_KEY = [
    *SUBMISSION_WITH_KEY[:3],
    "ListObjectsV2 inputs",
    "DeleteObjects",
    "GetItem IdempotencyKeys",
    "GetItem Predictions",
    "GetItem Users",
]
CONTENT = patients(1)


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Yield the list of the calls inside the block: each with its tables, or the folder in the bucket."""
    calls: list[str] = []
    clients = (aws.dynamodb(), aws.s3(), aws.sqs())

    def record(params: dict[str, Any], model: Any, **_: Any) -> None:
        body = json.loads(params["body"]) if model.service_model.service_name == "dynamodb" else {}
        tables = [body["TableName"]] if "TableName" in body else [*body.get("RequestItems", ())]
        tables += [next(iter(element.values()))["TableName"] for element in body.get("TransactItems", ())]
        folders = re.findall("inputs|results", params["url"])
        calls.append(" ".join([model.name, *(table.rsplit("-", 1)[-1] for table in tables), *folders]))

    for client in clients:
        client.meta.events.register("before-call", record)
    try:
        yield calls
    finally:
        for client in clients:
            client.meta.events.unregister("before-call", record)


@pytest.fixture
def warm(functions: Functions) -> Functions:
    """The functions after a first request: prices are cached for a while, and the user's token is issued."""
    functions.register()
    functions.ask("GET", "/api/models")
    return functions


def submit(functions: Functions, **headers: str) -> list[str]:
    with recorded() as calls:
        assert functions.submit(CONTENT, **headers)
    return calls


def test_a_submission_makes_four_calls(warm: Functions) -> None:
    assert submit(warm) == SUBMISSION


def test_a_submission_with_an_idempotency_key_makes_four_calls_and_only_its_repetition_looks_the_key_up(
    warm: Functions,
) -> None:
    assert submit(warm, Idempotency_Key="k") == SUBMISSION_WITH_KEY
    assert submit(warm, Idempotency_Key="k") == REFUSED_KEY


def test_few_submissions_also_remove_the_counters_of_past_minutes(
    warm: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(warm.services.clock())
    monkeypatch.setattr(warm.services.accounts, "_clock", clock)
    counts = []
    for _ in range(2 * OLD_COUNTERS_MAX + 4):
        with recorded() as calls:
            assert (
                warm.ask("POST", "/api/predict/lasso?dry_run=true", CONTENT, Content_Type="text/csv").status_code == 200
            )
        assert set(calls) == {"UpdateItem Users"}
        counts.append(len(calls))
        clock.advance(SUBMISSION_WINDOW_SECONDS)

    assert set(counts) == {1, 2}
    assert counts.count(2) == 2


@pytest.mark.parametrize("path", ["/api/auth/me", "/api/auth/balance"])
def test_the_account_is_read_by_one_call(warm: Functions, path: str) -> None:
    with recorded() as calls:
        assert warm.ask("GET", path).status_code == 200
    assert calls == ["GetItem Users"]


def test_a_poll_reads_the_user_and_the_prediction_by_one_call(warm: Functions) -> None:
    prediction_id = warm.submit(CONTENT)
    with recorded() as calls:
        assert warm.ask("GET", f"/api/predict/{prediction_id}").status_code == 200
    assert calls == ["BatchGetItem Users Predictions"]


def test_the_parts_of_a_result_are_read_by_one_call_and_the_file(warm: Functions) -> None:
    prediction_id = warm.submit(CONTENT)
    warm.work(prediction_id)
    with recorded() as calls:
        for path in ("rows", "cohort", "result.csv"):
            assert warm.ask("GET", f"/api/predict/{prediction_id}/{path}").status_code == 200
    reads = ["BatchGetItem Users Predictions", "GetObject results"]
    assert calls == [*reads, *reads, "BatchGetItem Users Predictions", "HeadObject results"]


def test_a_run_of_a_small_file_makes_four_calls(warm: Functions) -> None:
    """Besides them, Lambda or the local event source receives and deletes the message."""
    prediction_id = warm.submit(CONTENT)
    with recorded() as calls:
        warm.work(prediction_id)
    assert calls == [
        "UpdateItem Predictions",
        "GetObject inputs",
        "PutObject results",
        "TransactWriteItems Predictions Users",
    ]


def test_a_put_sends_its_body_without_waiting_for_an_answer_to_its_headers(warm: Functions) -> None:
    sent: list[Any] = []
    aws.s3().meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request.headers))
    assert warm.submit(CONTENT)
    assert [headers.get("Expect") for headers in sent] == [None]
