"""What an operator changed of an offer holds also while the table is too busy to be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from chalice.test import Client

from app import app
from chalicelib.core import aws
from chalicelib.core.errors import TemporarilyUnavailableError
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.catalog import ModelDisabledError
from chalicelib.inference.catalog.price_overrides import CACHE_SECONDS, Override
from tests.unit.core.api import Api, register, served
from tests.unit.support import World, patients


@contextmanager
def throttled(times: int) -> Iterator[list[int]]:
    """DynamoDB leaves every key of the next ``times`` batches unprocessed; how many keys each batch asked for."""
    asked: list[int] = []

    def before(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["asked"] = params["RequestItems"]

    def after(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        asked.append(sum(len(each["Keys"]) for each in context["asked"].values()))
        if len(asked) <= times:
            parsed.update(Responses={}, UnprocessedKeys=context["asked"])

    events = aws.dynamodb().meta.events
    events.register("provide-client-params.dynamodb.BatchGetItem", before)
    events.register("after-call.dynamodb.BatchGetItem", after)
    try:
        yield asked
    finally:
        events.unregister("provide-client-params.dynamodb.BatchGetItem", before)
        events.unregister("after-call.dynamodb.BatchGetItem", after)


@pytest.fixture(autouse=True)
def no_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def test_a_model_that_is_switched_off_is_not_sold_by_a_busy_table(world: World) -> None:
    user = world.register()
    world.price_overrides.put("lasso", Override(enabled=False))
    with throttled(2) as asked, pytest.raises(ModelDisabledError):
        world.submit(user)
    assert len(asked) == 3
    assert world.balance(user) == 500


def test_a_busy_table_sells_no_model_at_the_price_of_its_card(world: World) -> None:
    user = world.register()
    world.price_overrides.put("lasso", Override(coins=170))
    with throttled(1):
        prediction = world.submit(user)
    assert prediction.cost == 170
    assert world.balance(user) == 330


def test_while_no_override_can_be_read_nothing_is_sold_and_nothing_charged(world: World) -> None:
    user = world.register()
    world.price_overrides.put("lasso", Override(coins=170))
    with throttled(1000), pytest.raises(TemporarilyUnavailableError):
        world.submit(user)
    assert world.balance(user) == 500
    assert world.objects() == []

    assert world.submit(user).cost == 170, "the next request reads again"


def test_what_was_read_is_not_used_past_its_time_while_the_table_is_busy(world: World) -> None:
    user = world.register()
    world.submit(user)
    world.price_overrides.put("lasso", Override(enabled=False))
    world.clock.advance(CACHE_SECONDS)
    with throttled(1000), pytest.raises(TemporarilyUnavailableError):
        world.submit(user)
    assert world.balance(user) == 400


def refused_for_now(token: str | None, method: str, path: str) -> bool:
    """Whether the API answers that it is busy, and when to come back."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "text/csv" if method == "POST" else "application/json",
    }
    answer = Client(app).http.request(method, path, headers=headers, body=patients(1) if method == "POST" else b"")
    assert answer.json_body["code"] == "temporarily_unavailable", answer.body
    return answer.status_code == 503 and "Retry-After" in answer.headers


REQUESTS = [("GET", "/api/models"), ("POST", "/api/predict/lasso"), ("POST", "/api/predict/lasso?dry_run=true")]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_while_the_table_can_not_be_read_the_api_is_busy_and_charges_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    def refused(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "BatchGetItem")

    with served(settings) as services:
        api = Api(services)
        api.token = register(api, "anna")
        with throttled(1000):
            assert refused_for_now(api.token, method, path)
        with monkeypatch.context() as outage:
            outage.setattr(aws.dynamodb(), "batch_get_item", refused)
            assert refused_for_now(api.token, method, path)
        assert api.ask("GET", "/api/auth/balance")["balance"] == 500
