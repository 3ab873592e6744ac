"""The meter of `make cost` counts DynamoDB's capacity units by DynamoDB's rules, measured on its emulator."""

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.meter import Meter, Usage
from benchmarks.prices import Item
from local.provision import Provisioner, read_template
from tests.support.emulators import require_dynoxide, running_emulators, session_of


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    require_dynoxide()
    with running_emulators(tmp_path_factory.mktemp("meter")) as environment:
        yield session_of(environment)


@pytest.fixture(scope="module")
def names(session: Any) -> dict[str, str]:
    return Provisioner(session, read_template()).run()


def metered(session: Any, operation: str, **arguments: Any) -> Usage:
    client, meter = session.client("dynamodb"), Meter()
    meter.watch(client)
    getattr(client, operation)(**arguments)
    return meter.drain()


def text(length: int) -> dict[str, str]:
    return {"S": "x" * length}


def test_a_transaction_of_two_small_items_is_four_units(session: Any, names: dict[str, str]) -> None:
    puts = [
        {"Put": {"TableName": names["USERS_TABLE"], "Item": {"user_id": text(4), "name": text(300)}}},
        {"Put": {"TableName": names["LEDGER_TABLE"], "Item": {"user_id": text(4), "entry_id": text(300)}}},
    ]

    usage = metered(session, "transact_write_items", TransactItems=puts)

    assert usage.amounts == {Item.WRITE_UNITS: 2 + 2}  # one unit each, twice because it is a transaction
    assert usage.requests == {("dynamodb", "TransactWriteItems"): 1}


def test_an_item_in_two_indexes_is_written_three_times(session: Any, names: dict[str, str]) -> None:
    table = names["PREDICTIONS_TABLE"]
    keys = {"prediction_id": text(9), "user_id": text(4), "listed_at": text(4)}
    item = keys | {"due_shard": text(1), "due_at": {"N": "1"}, "file_name": text(1500)}

    written = metered(session, "put_item", TableName=table, Item=item)
    moved = metered(
        session, "update_item", TableName=table, Key={"prediction_id": text(9)},
        UpdateExpression="SET due_at = :later", ExpressionAttributeValues={":later": {"N": "2"}},
    )  # fmt: skip

    # 1.5 KB are two units. The index `due` holds only keys, and a changed key is a deletion and an insertion.
    assert written.units == {
        (table, "", Item.WRITE_UNITS): 2, (table, "history", Item.WRITE_UNITS): 2, (table, "due", Item.WRITE_UNITS): 1,
    }  # fmt: skip
    assert moved.units[table, "due", Item.WRITE_UNITS] == 2
    assert moved.amounts == {Item.WRITE_UNITS: 2 + 2 + 2}


def test_a_read_costs_one_unit_per_4_kb_and_half_a_unit_if_eventually_consistent(
    session: Any, names: dict[str, str]
) -> None:
    table = names["LOGINS_TABLE"]
    session.client("dynamodb").put_item(TableName=table, Item={"login": text(1), "password_hash": text(5000)})

    key = {"TableName": table, "Key": {"login": text(1)}}
    consistent = metered(session, "get_item", ConsistentRead=True, **key)
    stale = metered(session, "get_item", **key)

    assert consistent.amounts == {Item.READ_UNITS: 2}
    assert stale.amounts == {Item.READ_UNITS: 1}
