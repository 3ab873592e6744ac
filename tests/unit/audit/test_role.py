"""The audit against the role of its function: moto asks nobody for permission, so this does."""

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
class Asked:
    """One request as IAM sees it."""

    action: str
    resource: str
    attributes: frozenset[str] = frozenset()
    select: str | None = ""
    """None where IAM is not told."""
    prefix: str = ""
    key: str = ""


def attributes_of(request: dict[str, Any]) -> frozenset[str]:
    """The top-level attributes that expressions name."""
    texts = " ".join(text for name, text in request.items() if name.endswith("Expression"))
    names = request.get("ExpressionAttributeNames", {})
    words = {word for word in WORD.findall(re.sub(r"\.\S+|\bAND\b|\bOR\b", " ", texts)) if not word.startswith(":")}
    return frozenset(names.get(word, word) for word in words - NO_ATTRIBUTES)


def of_dynamodb(operation: str, params: dict[str, Any], tables: dict[str, str]) -> Iterator[Asked]:
    requests = params.get("RequestItems") or {params.get("TableName"): params}
    for table, request in requests.items():
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        select = request.get("Select") or ("SPECIFIC_ATTRIBUTES" if "ProjectionExpression" in request else "ALL")
        key = params.get("Key") or params.get("Item") or {}
        leading = key.get("throttle", {}).get("S", "")
        yield Asked(f"dynamodb:{operation}", tables[table] + index, attributes_of(request), select, key=leading)


def resource_of(statement: dict[str, Any]) -> str:
    """As ``Users`` or ``Predictions/index/history``."""
    ((kind, value),) = statement["Resource"].items()
    return str(value[0]) if kind == "Fn::GetAtt" else re.sub(r"\$\{(\w+)\.Arn\}", r"\1", value)


def is_granted(asked: Asked) -> bool:
    for statement in STATEMENTS:
        if asked.action not in statement["Action"] or resource_of(statement) != asked.resource:
            continue
        condition = statement.get("Condition", {})
        attributes = condition.get("ForAllValues:StringEquals", {}).get("dynamodb:Attributes")
        keys = condition.get("ForAllValues:StringEquals", {}).get("dynamodb:LeadingKeys")
        select = condition.get("StringEquals", {}).get("dynamodb:Select")
        select_if_known = condition.get("StringEqualsIfExists", {}).get("dynamodb:Select")
        names_some = condition.get("Null", {}).get("dynamodb:Attributes") == "false"
        prefix = condition.get("StringLike", {}).get("s3:prefix", "*").removesuffix("*")
        if (
            (attributes is None or asked.attributes <= set(attributes))
            and (keys is None or asked.key in keys)
            and select in {None, asked.select}
            and (asked.select is None or select_if_known in {None, asked.select})
            and (asked.attributes or not names_some)
            and asked.prefix.startswith(prefix)
        ):
            return True
    return False


@contextmanager
def requests(settings: Settings) -> Iterator[list[Asked]]:
    """Everything that is asked of DynamoDB and S3."""
    found: list[Asked] = []
    tables = {
        settings.users_table: "Users",
        settings.logins_table: "Logins",
        settings.throttles_table: "Throttles",
        settings.ledger_table: "LedgerEntries",
        settings.predictions_table: "Predictions",
        settings.vouchers_table: "Vouchers",
        settings.erasures_table: "Erasures",
    }

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        if "Bucket" in params:
            action = {"ListObjectsV2": "ListBucket"}.get(model.name, model.name)
            found.append(Asked(f"s3:{action}", "Files", prefix=params.get("Prefix", "")))
        else:
            found.extend(of_dynamodb(model.name, params, tables))

    for client in (aws.dynamodb(), aws.s3()):
        client.meta.events.register("before-parameter-build", note)
    try:
        yield found
    finally:
        for client in (aws.dynamodb(), aws.s3()):
            client.meta.events.unregister("before-parameter-build", note)


def spoil_everything(world: World) -> None:
    """So that every reading of the audit is needed."""
    anna, boris, clara = (world.register(name) for name in ("anna", "boris", "clara"))
    world.vouchers.redeem(anna.id, world.vouchers.issue(500, None), None)
    first, second, third = (world.submit(anna) for _ in range(3))
    for prediction in (first, second, third):
        world.run(prediction)
    world.submit(clara)
    world.accounts.delete(boris, PASSWORD)
    client, given = aws.dynamodb(), world.settings
    client.delete_item(TableName=given.users_table, Key=to_item({"user_id": clara.id}))
    result = world.read(first).result
    assert result is not None
    aws.s3().delete_object(Bucket=given.files_bucket, Key=result.csv_key)
    (voucher,) = world.items(given.vouchers_table)
    client.put_item(TableName=given.vouchers_table, Item=to_item(voucher | {"coins": 501}))
    annas = next(entry for entry in world.items(given.ledger_table) if entry["user_id"] == anna.id)
    stray = annas | {"entry_id": "9", "reason": "voucher", "amount": 7}
    client.put_item(TableName=given.ledger_table, Item=to_item(stray))
    client.update_item(
        TableName=given.predictions_table,
        Key=to_item({"prediction_id": second.prediction_id}),
        UpdateExpression="REMOVE listed_at SET files_deleted_at = :one",
        ExpressionAttributeValues=to_item({":one": 1}),
    )
    client.update_item(
        TableName=given.predictions_table,
        Key=to_item({"prediction_id": third.prediction_id}),
        UpdateExpression="SET files_deleted_at = :one",
        ExpressionAttributeValues=to_item({":one": 1}),
    )


@pytest.fixture
def asked(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What an audit asks for that finds something of every kind."""
    monkeypatch.setattr("chalicelib.audit.audit.RECHECK_SECONDS", 0)
    spoil_everything(world)
    with requests(world.settings) as found:
        world.daily_audit(lambda: inf).run()
        world.daily_audit(lambda: inf).run()
    (stored,) = (each for each in world.items(world.settings.throttles_table) if each["throttle"] == "audit")
    assert set(stored["report"]["off"]) == set(KINDS)
    return found


def test_the_audit_asks_for_nothing_that_its_role_does_not_grant(asked: list[Asked]) -> None:
    assert [each for each in asked if not is_granted(each)] == []


def test_a_batch_is_granted_whether_or_not_iam_is_told_what_it_selects(asked: list[Asked]) -> None:
    batches = [replace(each, select=None) for each in asked if each.action == "dynamodb:BatchGetItem"]
    assert {each.resource for each in batches} >= {"Users", "Logins"}
    assert [each for each in batches if not is_granted(each)] == []


def test_the_role_grants_nothing_that_the_audit_does_not_ask_for(asked: list[Asked]) -> None:
    granted = {
        (action, resource_of(statement))
        for statement in STATEMENTS
        for action in statement["Action"]
        if not action.startswith("logs:")
    }
    assert granted == {(each.action, each.resource) for each in asked}


@pytest.mark.parametrize(
    "asked_for",
    [
        Asked("dynamodb:BatchGetItem", "Users", frozenset({"user_id", "intended_use"}), "SPECIFIC_ATTRIBUTES"),
        Asked("dynamodb:Scan", "Logins", frozenset({"login", "password_hash"}), "SPECIFIC_ATTRIBUTES"),
        Asked("dynamodb:BatchGetItem", "Logins", frozenset(), "ALL"),
        Asked("dynamodb:BatchGetItem", "Logins", frozenset(), None),
        Asked("dynamodb:BatchGetItem", "Logins", frozenset({"login"}), "ALL"),
        Asked("dynamodb:BatchGetItem", "Logins", frozenset({"login", "password_hash"}), None),
        Asked("dynamodb:Scan", "Logins", frozenset({"login"}), None),
        Asked("dynamodb:PutItem", "Throttles", key="0" * 64),
        Asked("dynamodb:GetItem", "Throttles", key="0" * 64),
        Asked("dynamodb:Scan", "Users", frozenset(), "ALL"),
        Asked("dynamodb:Query", "Users", frozenset({"user_id", "name"}), "SPECIFIC_ATTRIBUTES"),
        Asked("dynamodb:UpdateItem", "Users", frozenset({"user_id", "balance"}), "ALL"),
        Asked("s3:ListBucket", "Files", prefix="inputs/u/"),
        Asked("s3:HeadObject", "Files", prefix=""),
    ],
    ids=lambda each: f"{each.action} {each.select}",
)
def test_the_role_grants_no_passwords_no_writes_and_no_files(asked_for: Asked) -> None:
    assert not is_granted(asked_for)
