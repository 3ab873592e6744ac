"""The statement of intended use is recorded, and only coin movements remain of a deleted account."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from chalicelib.auth.normalization import IntendedUse, Registration
from chalicelib.auth.repository import User
from chalicelib.core import aws
from chalicelib.inference.predictions.options import DEFAULT_OPTIONS
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.storage.file_store import upload_key
from local.provision import read_template
from tests.unit.security.client import Client
from tests.unit.support import PASSWORD, ROOT, World, csv_of

(VERSION,) = get_args(IntendedUse)
NAME, EMAIL = "Zelda Sentinel", "Zelda.Sentinel@Example.org"
ID, BAD_CELL, FILE_NAME, HEADER = "id-of-zelda-7", "cell-of-zelda", "file-of-zelda.csv", "column-of-zelda"
KEY = "key-of-zelda"
TRACES = ("zelda", "sentinel", ID, BAD_CELL, FILE_NAME, HEADER, PASSWORD)


def registration(**fields: object) -> Registration:
    return Registration.model_validate({"name": NAME, "email": EMAIL, "password": PASSWORD, **fields})


def test_row_19_the_accepted_version_of_the_intended_use_is_kept_with_its_time_and_shown(client: Client) -> None:
    body = {"name": NAME, "email": EMAIL, "password": PASSWORD, "intended_use": VERSION}
    token = client.ask(None, "POST", "/api/auth/register", body).json_body["access_token"]

    account = client.ask(token, "GET", "/api/auth/me").json_body
    assert (account["intended_use"], account["intended_use_at"]) == (VERSION, account["created_at"])


def test_a_registration_without_the_intended_use_records_no_acceptance(client: Client) -> None:
    account = client.ask(client.anna, "GET", "/api/auth/me").json_body
    assert (account["intended_use"], account["intended_use_at"]) == (None, None)


def test_an_unknown_version_of_the_intended_use_is_refused() -> None:
    with pytest.raises(ValidationError):
        registration(intended_use="2020-01-01")


def test_the_page_and_the_docs_have_the_same_statement_of_intended_use() -> None:
    quoted = " ".join(
        re.sub(r"^> ?", "", line) for line in (ROOT / "docs" / "privacy.md").read_text("utf-8").split("\n")
    )
    for language in ("en", "ru"):
        page = (ROOT / "frontend" / "src" / "i18n" / language / "pages.ts").read_text("utf-8")
        (sentence,) = re.findall(r"intendedUse:\s+'(.*)'", page)
        assert sentence.replace("’", "'") in quoted
    client = (ROOT / "frontend" / "src" / "api" / "endpoints.ts").read_text("utf-8")
    assert re.findall(r"INTENDED_USE = '(.*)'", client) == [VERSION]
    assert f"**{VERSION}**" in quoted


def test_row_19_the_docs_list_every_table_and_bucket() -> None:
    text = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    places = " ".join(re.findall(r"^\|[^|]*\|([^|]*)\|", text, re.MULTILINE))
    types = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}
    stores = {name for name, resource in read_template().items() if resource.get("Type") in types}
    assert len(stores) >= 11
    assert set(re.findall(r"`(\w+)`", places)) == stores


def everything() -> Iterator[str]:
    """Yield all items, objects and messages of all tables, buckets and queues as text."""
    dynamodb, s3, sqs = aws.dynamodb(), aws.s3(), aws.sqs()
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            yield from (f"{table}: {json.dumps(item, ensure_ascii=False, default=str)}" for item in page["Items"])
    for bucket in s3.list_buckets()["Buckets"]:
        for listed in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            stored = s3.get_object(Bucket=bucket["Name"], Key=listed["Key"])
            yield f"{listed['Key']} {stored['Metadata']}: {stored['Body'].read().decode('utf-8', 'replace')}"
    for url in sqs.list_queues()["QueueUrls"]:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0):
            if "Messages" not in messages:
                break
            for message in messages["Messages"]:
                yield f"message: {message['Body']}"
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def stored_among(traces: tuple[str, ...]) -> set[str]:
    """Return those of ``traces`` that are stored anywhere."""
    text = "\n".join(everything()).casefold()
    return {trace for trace in traces if trace.casefold() in text}


def account_with_traces(world: World) -> User:
    """Create an account with predictions in every final status, all of which hold personal data."""
    session = world.accounts.register(registration(intended_use=VERSION))
    user = session.user
    world.accounts.log_out_session(*world.accounts.identify(session.access_token))
    for _ in range(3):
        world.vouchers.redeem(user.id, world.vouchers.issue(500, None), f"{KEY}-{world.clock()}")
        world.clock.advance(1)
    content = csv_of(
        {"ID": ID, HEADER: ID}, header=("ID", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin", HEADER)
    )
    bad = csv_of({"ID": ID}, {"ID": ID, "Bilirubin": BAD_CELL})

    def submit(data: bytes, *, skip: bool = False) -> Any:
        world.clock.advance(1)
        options = replace(DEFAULT_OPTIONS, on_error="skip") if skip else DEFAULT_OPTIONS
        key = f"{KEY}-{world.clock()}"
        return world.predictions.submit(user, "lasso", data, FILE_NAME, key, options).prediction

    assert world.run(submit(content)).status is Status.SUCCEEDED
    assert world.run(submit(bad, skip=True)).status is Status.SUCCEEDED
    upload_id = "a" * 32
    large = csv_of(*({"ID": ID} for _ in range(5000)), {"ID": ID, "Bilirubin": BAD_CELL})
    small_limit = world.settings.model_copy(update={"upload_bytes_max": 20_000})
    elsewhere = World(small_limit, clock=world.clock)
    elsewhere.files.put(upload_key(user.id, upload_id), large, "text/csv")
    options = DEFAULT_OPTIONS
    submitted = elsewhere.predictions.submit_upload(user, "lasso", upload_id, FILE_NAME, None, options).prediction
    rejected = world.run(submitted)
    assert rejected.status is Status.REJECTED
    assert BAD_CELL in (rejected.error_info or "")
    world.predictions.delete(user, submit(content).prediction_id)
    submit(content)
    running = submit(content)
    world.prediction_repository.claim(running.prediction_id, world.clock(), world.clock() + 60)
    return user


def test_row_19_of_a_deleted_account_no_table_bucket_or_queue_holds_anything_but_its_coins(world: World) -> None:
    user = account_with_traces(world)
    assert stored_among(TRACES) == set(TRACES) - {PASSWORD}
    hashes = {item["input_sha256"] for item in world.items(world.settings.predictions_table) if "input_sha256" in item}
    assert len(hashes) == 2

    world.accounts.delete(user, PASSWORD)
    world.erasure.run(user.id)
    world.finish_erasures()

    assert stored_among((*TRACES, *hashes)) == set()
    assert world.objects() == []
    predictions = world.items(world.settings.predictions_table)
    assert len(predictions) == 6
    for prediction in predictions:
        assert set(prediction) - {"refund_entry_id"} == {
            "prediction_id", "user_id", "listed_at", "status", "attempt", "cost", "created_at", "finished_at",
            "charge_entry_id", "files_deleted_at", "erased_at",
        }  # fmt: skip
    for key in world.items(world.settings.idempotency_table):
        assert set(key) == {"idempotency_key", "fingerprint", "outcome", "expires_at"}
        assert key["expires_at"] - world.clock() < 86_400
    (account,) = world.items(world.settings.users_table)
    assert set(account) == {"user_id", "balance", "open_charges", "token_version", "created_at", "closed_at"}
    assert account["open_charges"] == 0
    (fingerprint,) = world.items(world.settings.logins_table)
    assert set(fingerprint) == {"login"}
    assert world.entries(user)
