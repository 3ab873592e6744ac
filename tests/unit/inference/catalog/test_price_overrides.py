"""Price overrides while their table is too busy to be read."""

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
    """Let DynamoDB process no key of the next ``times`` batches. Yield the number of keys of each batch."""
    batch_sizes: list[int] = []

    def before(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["request_items"] = params["RequestItems"]

    def after(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        batch_sizes.append(sum(len(request["Keys"]) for request in context["request_items"].values()))
        if len(batch_sizes) <= times:
            parsed.update(Responses={}, UnprocessedKeys=context["request_items"])

    events = aws.dynamodb().meta.events
    events.register("provide-client-params.dynamodb.BatchGetItem", before)
    events.register("after-call.dynamodb.BatchGetItem", after)
    try:
        yield batch_sizes
    finally:
        events.unregister("provide-client-params.dynamodb.BatchGetItem", before)
        events.unregister("after-call.dynamodb.BatchGetItem", after)


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def test_a_disabled_model_is_not_sold_while_the_table_is_busy(world: World) -> None:
    user = world.register()
    world.price_overrides.put("lasso", Override(enabled=False))
    with throttled(2) as batch_sizes, pytest.raises(ModelDisabledError):
        world.submit(user)
    assert len(batch_sizes) == 3
    assert world.balance(user) == 500


def test_the_overridden_price_is_charged_while_the_table_is_busy(world: World) -> None:
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


def test_expired_cached_overrides_are_not_used_while_the_table_is_busy(world: World) -> None:
    user = world.register()
    world.submit(user)
    world.price_overrides.put("lasso", Override(enabled=False))
    world.clock.advance(CACHE_SECONDS)
    with throttled(1000), pytest.raises(TemporarilyUnavailableError):
        world.submit(user)
    assert world.balance(user) == 400


def is_refused_as_busy(token: str | None, method: str, path: str) -> bool:
    """Return whether the API answers 503 with Retry-After."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "text/csv" if method == "POST" else "application/json",
    }
    response = Client(app).http.request(method, path, headers=headers, body=patients(1) if method == "POST" else b"")
    assert response.json_body["code"] == "temporarily_unavailable", response.body
    return response.status_code == 503 and "Retry-After" in response.headers


REQUESTS = [("GET", "/api/models"), ("POST", "/api/predict/lasso"), ("POST", "/api/predict/lasso?dry_run=true")]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_the_api_answers_503_and_charges_nothing_while_the_table_cannot_be_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    def refused(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "BatchGetItem")

    with served(settings) as services:
        api = Api(services)
        api.token = register(api, "anna")
        with throttled(1000):
            assert is_refused_as_busy(api.token, method, path)
        with monkeypatch.context() as outage:
            outage.setattr(aws.dynamodb(), "batch_get_item", refused)
            assert is_refused_as_busy(api.token, method, path)
        assert api.ask("GET", "/api/auth/balance")["balance"] == 500
