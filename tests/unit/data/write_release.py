"""Write `release_74a1c0a.json.gz`: every kind of data that release 74a1c0a stores.

It runs in that release, so it imports only what both releases have. To write the file again, in the repository's root:

    git worktree add --detach build/release 74a1c0a
    cp tests/unit/data/write_release.py build/release
    cd build/release && ../../.venv/bin/python write_release.py ../../tests/unit/data/release_74a1c0a.json.gz

Ids, salts and times are the same in every run. People and patients are invented.
"""

import base64
import dataclasses
import gzip
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-central-1"}

import bcrypt
from moto import mock_aws

from chalicelib.core import aws
from chalicelib.core.settings import Settings
from local.provision import Provisioner, read_template, variables
from tests.unit.core.api import FILE, Api, served
from tests.unit.support import PASSWORD, SECRETS, FakeClock, csv_of

COMMIT = "74a1c0a"
DIRECT_BYTES_MAX = 1000
"""A low limit, so that the large upload, which only the worker checks completely, can be small."""
NEW_PASSWORD = "staple battery horse"

SKIPPED = csv_of({"Bilirubin": "1.1"}, {"Bilirubin": "much"}, {"Edema": "Y", "Albumin": "2.1"}, {"Age": ""})
LARGE = csv_of(*({"ID": f"p{number}", "Bilirubin": f"{number % 9 + 1}.5"} for number in range(60)))
SPOILED = LARGE + b"p60,18000,N,much,3.5,10.6\n"
SI = csv_of({"Bilirubin": "24", "Albumin": "35"}).replace(b"ID,", b"Ward,ID,").replace(b"p,", b"west,p,")


class Session:
    """A session with the app's own clients."""

    def client(self, service: str) -> Any:
        return {"dynamodb": aws.dynamodb, "s3": aws.s3, "sqs": aws.sqs}[service]()


class Writer:
    """Uses the API as several people, and runs the background functions."""

    def __init__(self, api: Api, clock: FakeClock) -> None:
        self.api = api
        self.services: Any = api.services  # the older release's services, some of which have other names today
        self.clock = clock
        self.accounts: dict[str, dict[str, str]] = {}
        self.predictions: dict[str, str] = {}

    def ask(self, name: str | None, method: str, path: str, body: object = None, **headers: str) -> Any:
        self.clock.advance(1)
        self.api.token = self.accounts[name]["token"] if name else None
        return self.api.ask(method, path, body, **headers)

    def register(self, name: str, email: str | None = None, **more: str) -> None:
        body = {"name": name, "email": email or f"{name}@example.org", "password": PASSWORD, **more}
        session = self.ask(None, "POST", "/api/auth/register", body)
        account = {"id": session["user_info"]["id"], "password": PASSWORD, "token": session["access_token"]}
        self.accounts[name] = account

    def log_in(self, name: str, password: str) -> None:
        session = self.ask(None, "POST", "/api/auth/login", {"name": name, "password": password})
        self.accounts[name] |= {"password": password, "token": session["access_token"]}

    def submit(
        self, name: str, label: str, model: str = "lasso", content: bytes = FILE, query: str = "", **headers: str
    ) -> str:
        path = f"/api/predict/{model}{query}"
        answer = self.ask(name, "POST", path, content, Content_Type="text/csv", **headers)
        return self._named(label, answer)

    def upload(self, name: str, label: str, content: bytes) -> str:
        """Upload the file to the bucket, then submit it."""
        form = self.ask(name, "POST", "/api/uploads")
        bucket = self.services.settings.files_bucket
        aws.s3().put_object(Bucket=bucket, Key=form["fields"]["key"], Body=content)
        body = {"upload_id": form["upload_id"], "file_name": "patients.csv"}
        return self._named(label, self.ask(name, "POST", "/api/predict/mayo", body))

    def retry(self, name: str, label: str, prediction_id: str) -> str:
        return self._named(label, self.ask(name, "POST", f"/api/predict/{prediction_id}/retry"))

    def _named(self, label: str, answer: Any) -> str:
        assert "prediction_id" in answer, answer
        self.predictions[label] = answer["prediction_id"]
        return self.predictions[label]

    def run(self, prediction_id: str) -> str:
        self.clock.advance(2)
        self.services.worker.run(prediction_id)
        return prediction_id

    def claim(self, prediction_id: str, lease_seconds: float) -> Any:
        """Claim a prediction as a worker does."""
        self.clock.advance(1)
        return self.services.store.claim(prediction_id, self.clock(), self.clock() + lease_seconds)


def write_people(writer: Writer) -> None:
    """Write an erased account, an account with the same e-mail address, and one with a changed password."""
    services, clock = writer.services, writer.clock

    writer.register("dora")
    writer.run(writer.submit("dora", "erased"))
    writer.ask("dora", "DELETE", "/api/auth/me", {"password": PASSWORD})
    for seconds in services.erasure.looks:
        clock.advance(seconds)
        services.dispatcher.run()
    clock.advance(86_400)  # an address may register five people a day
    writer.register("erik", "dora@example.org")  # no second grant

    writer.register("boris")
    writer.run(writer.submit("boris", "of boris"))
    writer.ask("boris", "POST", "/api/auth/logout")
    writer.accounts["boris"]["ended_token"] = writer.accounts["boris"]["token"]
    writer.log_in("boris", PASSWORD)
    writer.ask("boris", "PUT", "/api/auth/password", {"old_password": PASSWORD, "new_password": NEW_PASSWORD})
    writer.accounts["boris"] |= {"old_password": PASSWORD, "old_password_token": writer.accounts["boris"]["token"]}
    writer.log_in("boris", NEW_PASSWORD)


def write_ended(writer: Writer) -> None:
    """Write vouchers, a prediction with each kind of end, and price overrides."""
    services, clock = writer.services, writer.clock

    writer.register("anna", intended_use="2026-11-24")
    redeemed, unused = services.vouchers.issue(3000, None), services.vouchers.issue(40, clock() + 30 * 86_400)
    writer.accounts["anna"] |= {"redeemed_voucher": redeemed, "unused_voucher": unused}
    writer.ask("anna", "POST", "/api/billing/vouchers", {"code": redeemed}, Idempotency_Key="voucher-of-anna")

    for model in ("lasso", "cox-lasso", "mayo"):
        writer.run(writer.submit("anna", f"succeeded, {model}", model, SKIPPED, "?on_error=skip"))
    writer.run(writer.submit("anna", "succeeded, other columns and units", content=SI, query="?units=si"))
    writer.run(writer.upload("anna", "succeeded, small upload", FILE))
    writer.run(writer.upload("anna", "succeeded, large upload", LARGE))
    writer.run(writer.upload("anna", "rejected", SPOILED))
    failed = writer.submit("anna", "failed, dead letter")
    services.dead_letters.handle(failed)
    lost = writer.submit("anna", "failed, without input")
    services.files.delete_all(f"inputs/{writer.accounts['anna']['id']}/{lost}")
    writer.run(lost)
    writer.ask("anna", "DELETE", f"/api/predict/{writer.submit('anna', 'cancelled')}")
    deleted = writer.run(writer.submit("anna", "succeeded, files deleted"))
    writer.ask("anna", "DELETE", f"/api/predict/{deleted}")
    writer.run(writer.retry("anna", "succeeded, retry", failed))

    overrides = services.offers
    overrides.put("mayo", dataclasses.replace(overrides.override("mayo"), coins=7))
    overrides.put("cox-lasso", dataclasses.replace(overrides.override("cox-lasso"), enabled=False))
    clock.advance(60)


def write_open(writer: Writer) -> None:
    """Write queued and running predictions, an open erasure request, and an account with too many wrong passwords."""
    services, clock = writer.services, writer.clock

    writer.submit("anna", "queued", Idempotency_Key="submission-of-anna")
    writer.submit("anna", "queued, rows skipped", "mayo", SKIPPED, "?on_error=skip")
    writer.upload("anna", "queued, large upload", LARGE)
    released = writer.claim(writer.submit("anna", "queued, second attempt"), 60)
    services.store.release(released, clock() + 20)
    exhausted = writer.submit("anna", "queued, last attempt")
    for _ in range(services.settings.attempts_max):
        services.store.release(writer.claim(exhausted, 60), clock() + 20)

    writer.register("clara")
    writer.run(writer.submit("clara", "of clara, succeeded"))
    writer.claim(writer.submit("clara", "of clara, running"), 60)
    writer.ask("clara", "DELETE", "/api/auth/me", {"password": PASSWORD})

    writer.claim(writer.submit("anna", "running, lease over"), 5)
    clock.advance(10)
    running = writer.claim(writer.submit("anna", "running"), 60)
    services.store.progress(running, 1, clock() + 60)

    writer.register("vera")
    for _ in range(services.settings.passwords_max):
        writer.ask(None, "POST", "/api/auth/login", {"name": "vera", "password": "wrong wrong wrong"})


def answers(writer: Writer) -> list[list[Any]]:
    """Return the release's answers about this data: the person's name, the path and the JSON."""
    recorded = []
    for name in ("anna", "boris", "erik"):
        paths = ["/api/auth/me", "/api/auth/balance", "/api/billing/ledger", "/api/predict"]
        for prediction in writer.ask(name, "GET", "/api/predict")["predictions"]:
            base = f"/api/predict/{prediction['prediction_id']}"
            paths += [base, *(f"{base}/{part}" for part in ("rows", "cohort", "result.csv"))]
        for path in paths:
            answer = writer.ask(name, "GET", path)
            recorded.append([name, path, {key: answer[key] for key in answer if key not in {"request_id", "url"}}])
    return recorded


def template() -> dict[str, Any]:
    """Return the template's names that a deployed stage has."""
    resources = read_template()
    return {
        "logical_ids": {logical_id: resource.get("Type") for logical_id, resource in resources.items()},
        "environment": variables(resources),
        "tables": {
            logical_id: {
                "attributes": sorted(
                    attribute["AttributeName"] for attribute in resource["Properties"]["AttributeDefinitions"]
                ),
                "keys": resource["Properties"]["KeySchema"],
                "indexes": {
                    index["IndexName"]: index["KeySchema"]
                    for index in resource["Properties"].get("GlobalSecondaryIndexes", [])
                },
                "expiry": resource["Properties"].get("TimeToLiveSpecification", {}).get("AttributeName"),
            }
            for logical_id, resource in resources.items()
            if resource.get("Type") == "AWS::DynamoDB::Table"
        },
    }


def stored(settings: Settings, names: dict[str, str]) -> dict[str, Any]:
    """Return everything in the tables, the bucket and the queue."""
    tables = {name: aws.dynamodb().scan(TableName=names[name])["Items"] for name in names if name.endswith("_TABLE")}
    objects = {}
    for item in aws.s3().list_objects_v2(Bucket=settings.files_bucket)["Contents"]:
        response = aws.s3().get_object(Bucket=settings.files_bucket, Key=item["Key"])
        kept = {name: response[name] for name in ("ContentType", "ContentEncoding", "Metadata") if response.get(name)}
        objects[item["Key"]] = {"Body": base64.b64encode(response["Body"].read()).decode(), **kept}
    messages: list[str] = []
    url = settings.inference_queue_url
    while received := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        messages += [message["Body"] for message in received]
    return {
        "tables": {
            name: sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) for name, items in tables.items()
        },
        "objects": objects,
        "messages": messages,
    }


def main(target: Path) -> None:
    """Write everything into ``target``."""
    source = random.Random(COMMIT)
    random._urandom = source.randbytes  # type: ignore[attr-defined]
    bcrypt.gensalt = lambda rounds=12, prefix=b"2b": b"$%b$%02d$abcdefghijklmnopqrstuu" % (prefix, rounds)
    clock = FakeClock()
    with mock_aws(config={"core": {"mock_credentials": False}}):
        names = Provisioner(Session(), read_template()).run()
        values = {"stage": "local", **SECRETS, "bcrypt_cost": 4, "upload_bytes_max": DIRECT_BYTES_MAX}
        settings = Settings.model_validate(values | {name.lower(): value for name, value in names.items()})
        with served(settings) as services:
            object.__setattr__(services, "clock", clock)
            writer = Writer(Api(services), clock)
            write_people(writer)
            write_ended(writer)
            write_open(writer)
            document = {
                "commit": COMMIT,
                "accounts": writer.accounts,
                "predictions": writer.predictions,
                "answers": answers(writer),
                "findings": services.audit.run().findings,
                "now": clock(),
                "template": template(),
                **stored(settings, names),
            }
    target.write_bytes(gzip.compress(json.dumps(document, sort_keys=True).encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
