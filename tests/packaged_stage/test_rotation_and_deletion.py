"""Token rotation, signup fingerprints and the register of deletions under the deployed functions' own roles."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import jwt
import requests

from deploy.account import find_aws
from deploy.template import ROOT
from tests.support.deployed import STAGE, DeployedStage

PASSWORD = "correct horse battery"
SCHEDULED_EVENT = {
    "version": "0", "id": "an-event", "detail-type": "Scheduled Event", "source": "aws.events",
    "account": "000000000000", "time": "2026-11-24T09:00:00Z", "region": "us-east-1", "resources": [], "detail": {},
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A person who registers again under the same name."""

    stage: DeployedStage
    name: str

    def ask(self, method: str, path: str, token: str | None = None, **body: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(
            method, f"{self.stage.url}/api/{path}", headers=headers, json=body or None, timeout=60
        )  # fmt: skip

    def register(self) -> str:
        answer = self.ask("POST", "auth/register", name=self.name, email=f"{self.name}@example.org", password=PASSWORD)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["access_token"])

    def log_in(self) -> str:
        return str(self.ask("POST", "auth/login", name=self.name, password=PASSWORD).json()["access_token"])

    def is_logged_in(self, token: str) -> bool:
        return self.ask("GET", "auth/me", token).status_code == 200

    def balance(self, token: str) -> int:
        return int(self.ask("GET", "auth/balance", token).json()["balance"])


def new_person(stage: DeployedStage) -> Person:
    return Person(stage, f"somebody-{secrets.token_hex(4)}")


def admin(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "admin", "--stage", STAGE, *arguments],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def dispatch(stage: DeployedStage) -> None:
    answer = stage.client("lambda").invoke(FunctionName=stage.names["Dispatcher"], Payload=json.dumps(SCHEDULED_EVENT))
    assert "FunctionError" not in answer, answer["Payload"].read()


def erasures(stage: DeployedStage, user_id: str) -> list[dict[str, Any]]:
    items = stage.client("dynamodb").scan(TableName=stage.names["Erasures"])["Items"]
    return [item for item in items if item["user_id"]["S"] == user_id]


def test_a_token_stays_valid_after_a_rotation(stage: DeployedStage) -> None:
    person = new_person(stage)
    token = person.register()
    versions = stage.client("secretsmanager").list_secret_version_ids(SecretId=stage.names["SigningSecret"])["Versions"]
    assert jwt.get_unverified_header(token)["kid"] in {version["VersionId"] for version in versions}

    rotation = admin("rotate-secret")

    assert (rotation.returncode, rotation.stderr) == (0, f"{find_aws()}\n")
    assert person.is_logged_in(token)
    assert person.is_logged_in(person.log_in())


def test_a_deletion_is_registered_leaves_a_fingerprint_and_can_be_replayed(stage: DeployedStage) -> None:
    person = new_person(stage)
    token = person.register()
    user_id = person.ask("GET", "auth/me", token).json()["id"]
    assert person.balance(token) == 500

    assert person.ask("DELETE", "auth/me", token, password=PASSWORD).status_code == 204
    (request,) = erasures(stage, user_id)
    # The dispatcher's last recheck is an hour after the request.
    request["wished_at"] = {"N": str(float(request["wished_at"]["N"]) - 3600)}
    stage.client("dynamodb").put_item(TableName=stage.names["Erasures"], Item=request)
    dispatch(stage)

    (entry,) = erasures(stage, user_id)
    assert float(entry["expires_at"]["N"]) - float(entry["erased_at"]["N"]) > 35 * 86_400
    assert person.balance(person.register()) == 0
    replay = admin("replay-deletions")
    assert (replay.returncode, replay.stderr) == (0, f"{find_aws()}\n")
    assert [line.split()[-1] for line in replay.stdout.splitlines()][1:] == ["0", "0", "0"]
