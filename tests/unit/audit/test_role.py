"""The requests of the audit against the role of its function, which moto does not check."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import pytest

from chalicelib.audit.audit import KINDS
from chalicelib.core import aws
from chalicelib.core.dynamo import to_item
from chalicelib.core.settings import Settings
from tests.unit.support import PASSWORD, ROOT, World

STATEMENTS = json.loads((ROOT / ".chalice" / "policies" / "audit.json").read_text("utf-8"))["Statement"]
WORD = re.compile(r"[#:]?\b[a-z_]+\b")
NO_ATTRIBUTES = {"attribute_exists", "attribute_not_exists"}


@dataclass(frozen=True)
class Request:
    """A request as IAM sees it."""

    action: str
    resource: str
    attributes: frozenset[str] = frozenset()
    select: str | None = ""
    """None if IAM doesn't know it."""
    prefix: str = ""
    key: str = ""


def attributes_of(request: dict[str, Any]) -> frozenset[str]:
    """Return the top-level attributes that the expressions of a request name."""
    texts = " ".join(text for name, text in request.items() if name.endswith("Expression"))
    names = request.get("ExpressionAttributeNames", {})
    words = {word for word in WORD.findall(re.sub(r"\.\S+|\bAND\b|\bOR\b", " ", texts)) if not word.startswith(":")}
    return frozenset(names.get(word, word) for word in words - NO_ATTRIBUTES)


def dynamodb_requests(operation: str, params: dict[str, Any], tables: dict[str, str]) -> Iterator[Request]:
    requests = params.get("RequestItems") or {params.get("TableName"): params}
    for table, request in requests.items():
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        select = request.get("Select") or ("SPECIFIC_ATTRIBUTES" if "ProjectionExpression" in request else "ALL")
        key = params.get("Key") or params.get("Item") or {}
        leading_key = key.get("throttle", {}).get("S", "")
        yield Request(f"dynamodb:{operation}", tables[table] + index, attributes_of(request), select, key=leading_key)


def resource_of(statement: dict[str, Any]) -> str:
    """Return the resource of a statement, such as ``Users`` or ``Predictions/index/history``."""
    ((kind, value),) = statement["Resource"].items()
    return str(value[0]) if kind == "Fn::GetAtt" else re.sub(r"\$\{(\w+)\.Arn\}", r"\1", value)


def is_granted(request: Request) -> bool:
    for statement in STATEMENTS:
        if request.action not in statement["Action"] or resource_of(statement) != request.resource:
            continue
        condition = statement.get("Condition", {})
        attributes = condition.get("ForAllValues:StringEquals", {}).get("dynamodb:Attributes")
        keys = condition.get("ForAllValues:StringEquals", {}).get("dynamodb:LeadingKeys")
        select = condition.get("StringEquals", {}).get("dynamodb:Select")
        select_if_known = condition.get("StringEqualsIfExists", {}).get("dynamodb:Select")
        requires_attributes = condition.get("Null", {}).get("dynamodb:Attributes") == "false"
        prefix = condition.get("StringLike", {}).get("s3:prefix", "*").removesuffix("*")
        if (
            (attributes is None or request.attributes <= set(attributes))
            and (keys is None or request.key in keys)
            and select in {None, request.select}
            and (request.select is None or select_if_known in {None, request.select})
            and (request.attributes or not requires_attributes)
            and request.prefix.startswith(prefix)
        ):
            return True
    return False


@contextmanager
def recorded_requests(settings: Settings) -> Iterator[list[Request]]:
    """Record every request to DynamoDB and S3."""
    recorded: list[Request] = []
    tables = {
        settings.users_table: "Users",
        settings.logins_table: "Logins",
        settings.throttles_table: "Throttles",
        settings.ledger_table: "LedgerEntries",
        settings.predictions_table: "Predictions",
        settings.vouchers_table: "Vouchers",
        settings.erasures_table: "Erasures",
    }

    def record(params: dict[str, Any], model: Any, **_: Any) -> None:
        if "Bucket" in params:
            action = {"ListObjectsV2": "ListBucket"}.get(model.name, model.name)
            recorded.append(Request(f"s3:{action}", "Files", prefix=params.get("Prefix", "")))
        else:
            recorded.extend(dynamodb_requests(model.name, params, tables))

    for client in (aws.dynamodb(), aws.s3()):
        client.meta.events.register("before-parameter-build", record)
    try:
        yield recorded
    finally:
        for client in (aws.dynamodb(), aws.s3()):
            client.meta.events.unregister("before-parameter-build", record)


def spoil_everything(world: World) -> None:
    """Make contradictions of every kind, so that the audit needs every one of its reads."""
    anna, boris, clara = (world.register(name) for name in ("anna", "boris", "clara"))
    world.vouchers.redeem(anna.id, world.vouchers.issue(500, None), None)
    first, second, third = (world.submit(anna) for _ in range(3))
    for prediction in (first, second, third):
        world.run(prediction)
    world.submit(clara)
    world.accounts.delete(boris, PASSWORD)
    client, settings = aws.dynamodb(), world.settings
    client.delete_item(TableName=settings.users_table, Key=to_item({"user_id": clara.id}))
    result = world.read(first).result
    assert result is not None
    aws.s3().delete_object(Bucket=settings.files_bucket, Key=result.csv_key)
    (voucher,) = world.items(settings.vouchers_table)
    client.put_item(TableName=settings.vouchers_table, Item=to_item(voucher | {"coins": 501}))
    entry = next(entry for entry in world.items(settings.ledger_table) if entry["user_id"] == anna.id)
    forged = entry | {"entry_id": "9", "reason": "voucher", "amount": 7}
    client.put_item(TableName=settings.ledger_table, Item=to_item(forged))
    client.update_item(
        TableName=settings.predictions_table,
        Key=to_item({"prediction_id": second.prediction_id}),
        UpdateExpression="REMOVE listed_at SET files_deleted_at = :one",
        ExpressionAttributeValues=to_item({":one": 1}),
    )
    client.update_item(
        TableName=settings.predictions_table,
        Key=to_item({"prediction_id": third.prediction_id}),
        UpdateExpression="SET files_deleted_at = :one",
        ExpressionAttributeValues=to_item({":one": 1}),
    )


@pytest.fixture
def requests(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """The requests of an audit with findings of every kind."""
    monkeypatch.setattr("chalicelib.audit.audit.RECHECK_SECONDS", 0)
    spoil_everything(world)
    with recorded_requests(world.settings) as recorded:
        world.daily_audit(lambda: inf).run()
        world.daily_audit(lambda: inf).run()
    (state,) = (item for item in world.items(world.settings.throttles_table) if item["throttle"] == "audit")
    assert set(state["report"]["off"]) == set(KINDS)
    return recorded


def test_the_role_grants_every_request_of_the_audit(requests: list[Request]) -> None:
    assert [request for request in requests if not is_granted(request)] == []


def test_a_batch_is_granted_whether_or_not_iam_knows_what_it_selects(requests: list[Request]) -> None:
    batches = [replace(request, select=None) for request in requests if request.action == "dynamodb:BatchGetItem"]
    assert {batch.resource for batch in batches} >= {"Users", "Logins"}
    assert [batch for batch in batches if not is_granted(batch)] == []


def test_the_role_grants_nothing_that_the_audit_does_not_request(requests: list[Request]) -> None:
    granted = {
        (action, resource_of(statement))
        for statement in STATEMENTS
        for action in statement["Action"]
        if not action.startswith("logs:")
    }
    assert granted == {(request.action, request.resource) for request in requests}


@pytest.mark.parametrize(
    "denied",
    [
        Request("dynamodb:BatchGetItem", "Users", frozenset({"user_id", "intended_use"}), "SPECIFIC_ATTRIBUTES"),
        Request("dynamodb:Scan", "Logins", frozenset({"login", "password_hash"}), "SPECIFIC_ATTRIBUTES"),
        Request("dynamodb:BatchGetItem", "Logins", frozenset(), "ALL"),
        Request("dynamodb:BatchGetItem", "Logins", frozenset(), None),
        Request("dynamodb:BatchGetItem", "Logins", frozenset({"login"}), "ALL"),
        Request("dynamodb:BatchGetItem", "Logins", frozenset({"login", "password_hash"}), None),
        Request("dynamodb:Scan", "Logins", frozenset({"login"}), None),
        Request("dynamodb:PutItem", "Throttles", key="0" * 64),
        Request("dynamodb:GetItem", "Throttles", key="0" * 64),
        Request("dynamodb:Scan", "Users", frozenset(), "ALL"),
        Request("dynamodb:Query", "Users", frozenset({"user_id", "name"}), "SPECIFIC_ATTRIBUTES"),
        Request("dynamodb:UpdateItem", "Users", frozenset({"user_id", "balance"}), "ALL"),
        Request("s3:ListBucket", "Files", prefix="inputs/u/"),
        Request("s3:HeadObject", "Files", prefix=""),
    ],
    ids=lambda request: f"{request.action} {request.select}",
)
def test_the_role_grants_no_password_hashes_no_other_writes_and_no_files(denied: Request) -> None:
    assert not is_granted(denied)
