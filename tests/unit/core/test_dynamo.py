import base64
import json
from decimal import Decimal
from typing import Any, cast

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core import dynamo
from chalicelib.core.errors import InvalidInputError, TemporarilyUnavailableError

NAMES = ("user_id", "entry_id")


def client_error(code: str, *reasons: str) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}}
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "TransactWriteItems")


class FakeClient:
    """Raises ``errors`` one after the other, then accepts every transaction."""

    def __init__(self, *errors: ClientError) -> None:
        self._errors = list(errors)
        self.calls = 0
        self.tokens: set[str] = set()

    def transact_write_items(self, *, TransactItems: list[Any], ClientRequestToken: str) -> None:  # noqa: N803
        self.calls += 1
        self.tokens.add(ClientRequestToken)
        if self._errors:
            raise self._errors.pop(0)


def transact(client: FakeClient) -> None:
    dynamo.transact(cast("Any", client), {"entry": {}, "balance": {}, "prediction": {}})


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replace ``time.sleep``. The value holds the seconds of each call."""
    seconds: list[float] = []
    monkeypatch.setattr("time.sleep", seconds.append)
    return seconds


def cancelled(*reasons: str) -> ClientError:
    return client_error("TransactionCanceledException", *reasons)


def test_values_come_back_as_they_were_written() -> None:
    values = {
        "text": "é",
        "whole": 3,
        "float": 0.1,
        "tiny": 5e-7,
        "yes": True,
        "list": [1, 2.5, "x", [0.3]],
        "map": {"a": {"b": 0.7}},
    }
    assert dynamo.from_item(dynamo.to_item(values)) == values


def test_none_is_left_out_at_every_depth_of_maps() -> None:
    assert dynamo.from_item(dynamo.to_item({"a": None, "b": {"c": None, "d": 1}})) == {"b": {"d": 1}}


def test_a_whole_float_comes_back_as_an_int() -> None:
    read = dynamo.from_item(dynamo.to_item({"due_at": 1_900_000_000.0}))
    assert (read["due_at"], type(read["due_at"])) == (1_900_000_000, int)


@given(st.floats(min_value=1e-100, max_value=1e15) | st.integers(-(10**30), 10**30))
@settings(max_examples=100, deadline=None, print_blob=True)
def test_numbers_are_stored_exactly(number: float) -> None:
    assert dynamo.from_item(dynamo.to_item({"n": number})) == {"n": number}


_plain_values = st.recursive(
    st.text()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(-1e15, 1e15).filter(lambda x: abs(x) > 1e-100),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1), _plain_values, max_size=4))
@settings(max_examples=200, deadline=None, print_blob=True)
def test_items_are_those_of_boto3(values: dict[str, Any]) -> None:
    def exact(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: exact(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [exact(inner) for inner in value]
        return Decimal(repr(value)) if isinstance(value, float) else value

    item = dict(TypeSerializer().serialize(exact(values))["M"])

    assert dynamo.to_item(values) == item
    assert exact(dynamo.from_item(item)) == TypeDeserializer().deserialize({"M": item})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a"}, b"bytes"], ids=repr)
def test_a_value_without_a_typed_form_is_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        dynamo.to_item({"value": value})


class _Tables:
    """Tables that leave the keys of ``busy`` tables unprocessed at the first read."""

    def __init__(self, busy: set[str], **items: dynamo.Item) -> None:
        self._busy = busy
        self._items = items
        self.calls: list[dict[str, Any]] = []

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        self.calls.append(RequestItems)
        unprocessed = {table: request for table, request in RequestItems.items() if table in self._busy}
        self._busy = set()
        found = {table: [self._items[table]] for table in RequestItems.keys() - unprocessed.keys() & self._items.keys()}
        return {"Responses": found, "UnprocessedKeys": unprocessed}


@pytest.mark.parametrize("busy", [set(), {"users"}, {"users", "predictions"}], ids=len)
def test_items_of_two_tables_come_in_the_order_of_their_keys(busy: set[str], sleeps: list[float]) -> None:
    user, key = {"id": {"S": "u"}}, {"id": {"S": "p"}}
    tables = _Tables(busy, users=user)
    keys = [dynamo.ItemKey("predictions", key), dynamo.ItemKey("users", user)]

    assert dynamo.get_together(cast("Any", tables), *keys) == [{}, user]
    assert len(tables.calls) == 1 + bool(busy)
    assert tables.calls[0]["users"] == {"Keys": [user], "ConsistentRead": True}


def test_conflicts_are_retried_until_the_transaction_is_accepted(sleeps: list[float]) -> None:
    client = FakeClient(
        cancelled("None", "TransactionConflict"),
        cancelled("ThrottlingError", "None"),
        client_error("TransactionInProgressException"),
    )
    transact(client)
    assert client.calls == 4
    assert len(sleeps) == 3


def test_a_transaction_that_stays_contended_is_temporarily_unavailable(sleeps: list[float]) -> None:
    client = FakeClient(*[cancelled("TransactionConflict")] * 100)
    with pytest.raises(TemporarilyUnavailableError) as caught:
        transact(client)
    assert client.calls < 20
    assert max(sleeps) <= 0.6
    assert len(sleeps) == client.calls - 1, "no wait after the last try"
    assert caught.value.status == 503
    assert "Retry-After" in caught.value.headers


def test_every_try_of_a_transaction_carries_the_same_token(sleeps: list[float]) -> None:
    client = FakeClient(*[cancelled("TransactionConflict")] * 3)

    transact(client)

    assert client.calls == 4
    assert len(client.tokens) == 1


def test_a_single_write_waits_while_a_transaction_holds_its_item(sleeps: list[float]) -> None:
    conflict = ClientError({"Error": {"Code": "TransactionConflictException"}}, "UpdateItem")
    outcomes: list[ClientError | str] = [conflict, conflict, "written"]

    def write() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, ClientError):
            raise outcome
        return outcome

    assert dynamo.write_one(write) == "written"
    assert len(sleeps) == 2


def test_a_failed_condition_is_named_and_not_retried() -> None:
    client = FakeClient(cancelled("None", "ConditionalCheckFailed", "TransactionConflict"))
    with pytest.raises(dynamo.TransactionCancelledError) as caught:
        transact(client)
    assert caught.value.refused == {"balance"}
    assert client.calls == 1


@pytest.mark.parametrize(
    "error", [client_error("ValidationException"), cancelled("ValidationError", "None")], ids=["request", "element"]
)
def test_the_error_of_an_invalid_transaction_is_raised_unchanged(error: ClientError) -> None:
    client = FakeClient(error)
    with pytest.raises(ClientError) as caught:
        transact(client)
    assert caught.value is error
    assert client.calls == 1


class BusyTable:
    """A table of the items 0, 1, 2 and so on, which processes a limited number of keys per request."""

    def __init__(self, items: int, *processed: int) -> None:
        self._items = items
        self._processed = list(processed)
        self.requested: list[int] = []

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((table, request),) = RequestItems.items()
        assert request["ConsistentRead"]
        keys = request["Keys"]
        self.requested.append(len(keys))
        count = self._processed.pop(0) if self._processed else 0
        items = [key for key in keys[:count] if int(key["id"]["N"]) < self._items]
        unprocessed = {table: request | {"Keys": keys[count:]}} if keys[count:] else {}
        return {"Responses": {table: items}, "UnprocessedKeys": unprocessed}


def batch_of(count: int, table: BusyTable) -> list[int]:
    keys = ({"id": {"N": str(number)}} for number in range(count))
    return [int(item["id"]["N"]) for item in dynamo.batch_get(cast("Any", table), "t", keys, ConsistentRead=True)]


def test_batch_get_requests_unprocessed_keys_again(sleeps: list[float]) -> None:
    table = BusyTable(5, 2, 0, 3, 9)
    assert batch_of(6, table) == [0, 1, 2, 3, 4], "the sixth item does not exist"
    assert table.requested == [6, 4, 4, 1]
    assert len(sleeps) == 3


def test_batch_get_sends_at_most_100_keys_per_request(sleeps: list[float]) -> None:
    table = BusyTable(1000, 100, 99, 1, 50)
    assert batch_of(250, table) == list(range(250))
    assert table.requested == [100, 100, 1, 50]


def test_batch_get_raises_if_keys_stay_unprocessed(sleeps: list[float]) -> None:
    table = BusyTable(5, 2)
    with pytest.raises(TemporarilyUnavailableError, match="too busy"):
        batch_of(6, table)
    assert 10 < len(table.requested) < 20
    assert max(sleeps) <= 0.6
    assert len(sleeps) == len(table.requested) - 1, "no wait after the last try"


def test_batch_get_without_keys_sends_no_request() -> None:
    table = BusyTable(5)
    assert batch_of(0, table) == []
    assert table.requested == []


def test_only_a_refused_condition_is_a_condition_failure() -> None:
    assert dynamo.is_condition_failure(client_error("ConditionalCheckFailedException"))
    assert not dynamo.is_condition_failure(client_error("ResourceNotFoundException"))


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def test_a_cursor_decodes_to_its_key() -> None:
    key = dynamo.to_item({"user_id": "u", "entry_id": "2026-11"})
    encoded = dynamo.encode_cursor(key)
    assert encoded is not None
    assert encoded.isascii()
    assert "=" not in encoded
    assert dynamo.decode_cursor(encoded, NAMES) == key


def test_the_last_page_has_no_cursor() -> None:
    assert dynamo.encode_cursor(None) is None
    assert dynamo.encode_cursor({}) is None


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "é",
        "====",
        cursor({"user_id": "u"}),
        cursor({"user_id": "u", "entry_id": "e", "more": "m"}),
        cursor({"user_id": "u", "entry_id": 1}),
        cursor({"user_id": "u", "entry_id": ""}),
        cursor({"user_id": "u", "entry_id": "e" * 3000}),
        cursor({"user_id": "u", "entry_id": "\ud800"}),
        cursor(["user_id", "entry_id"]),
        cursor("user_id"),
        cursor(None),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
    ids=lambda text: text[:20],
)
def test_a_malformed_cursor_is_invalid_input(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        dynamo.decode_cursor(text, NAMES)
    assert caught.value.status == 422
    assert caught.value.extra["errors"][0]["column"] == "cursor"


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None, print_blob=True)
def test_any_text_is_a_cursor_or_invalid_input(text: str) -> None:
    try:
        key = dynamo.decode_cursor(text, NAMES)
    except InvalidInputError:
        return
    assert set(key) == set(NAMES)
