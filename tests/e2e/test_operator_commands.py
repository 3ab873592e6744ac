"""The operator's commands on the running local stack."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from tests.support.stack import ROOT, SAMPLES, Person, RunningStack, assert_problem

SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()


def admin(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "admin", "--data-dir", str(data_dir), *arguments],
        cwd=ROOT, env={**os.environ, "AWS_PROFILE": "of-somebody-else"}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def test_vouchers_are_printed_one_a_line_and_each_is_redeemed_once(stack: RunningStack, person: Person) -> None:
    printed = admin(stack.data_dir, "voucher", "--coins", "300", "--count", "2", "--expires", "2099-12-31")

    codes = printed.stdout.split()
    assert (printed.returncode, len(set(codes))) == (0, 2)
    answer = person.http.post(f"{person.url}/api/billing/vouchers", json={"code": codes[0]}, timeout=30)
    assert answer.json() == {"coins": 300, "balance": 800}
    again = person.http.post(f"{person.url}/api/billing/vouchers", json={"code": codes[0]}, timeout=30)
    assert_problem(again, 409, "voucher_used")
    assert person.balance() == 800


@pytest.mark.parametrize(
    "arguments",
    [
        ["voucher", "--coins", "0"],
        ["voucher", "--coins", "many"],
        ["voucher", "--coins", "1", "--count", "-1"],
        ["voucher", "--coins", "1", "--expires", "2020-01-31"],
        ["voucher", "--coins", "1", "--expires", "31.01.2099"],
        ["price", "--model", "crystal-ball", "--coins", "1"],
        ["model", "--model", "lasso", "--enabled", "maybe"],
    ],
)
def test_invalid_arguments_print_one_sentence_and_exit_with_code_2(stack: RunningStack, arguments: list[str]) -> None:
    refused = admin(stack.data_dir, *arguments)

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.endswith(".\n")


def test_a_password_reset_ends_the_sessions_and_gives_a_valid_password(stack: RunningStack, person: Person) -> None:
    reset = admin(stack.data_dir, "reset-password", "--user", person.name)

    password = reset.stdout.splitlines()[0].rsplit(" ", 1)[1]
    assert_problem(person.get("/api/auth/me"), 401, "token_invalid")
    body = {"name": person.name, "password": password}
    assert requests.post(f"{person.url}/api/auth/login", json=body, timeout=30).status_code == 200
    unknown = admin(stack.data_dir, "reset-password", "--user", "nobody-of-this-name")
    assert (unknown.returncode, unknown.stdout) == (1, "")


def test_a_price_changes_without_a_deployment_and_older_predictions_keep_theirs(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data")  # its own stack, because a price applies to everybody
    stack.start()
    try:
        person = Person.registered(stack.url)
        old = person.submit(SAMPLE).json()["prediction_id"]
        assert admin(stack.data_dir, "price", "--model", "lasso", "--coins", "80").returncode == 0
        assert wait_for_offer(stack.url, coins=80, enabled=True)
        assert person.submit(SAMPLE).json()["cost"] == 80
        assert person.finished(old)["cost"] == 100
        assert person.balance() == 320

        assert admin(stack.data_dir, "model", "--model", "lasso", "--enabled", "no").returncode == 0
        assert wait_for_offer(stack.url, coins=80, enabled=False)
        assert_problem(person.submit(SAMPLE), 409, "model_disabled")
        assert person.balance() == 320

        admin(stack.data_dir, "model", "--model", "lasso", "--enabled", "yes")
        admin(stack.data_dir, "price", "--model", "lasso", "--coins", "card")
        assert wait_for_offer(stack.url, coins=100, enabled=True)
    finally:
        stack.stop()
    stopped = admin(stack.data_dir, "audit")
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr == "The local stack is not running; start it with 'make run'.\n"


def wait_for_offer(url: str, *, coins: int, enabled: bool) -> bool:
    """Return whether 20 answers in a row show the change, so that every process of the API knows it."""
    matches = 0
    for _ in range(200):
        model = requests.get(f"{url}/api/models/lasso", timeout=30).json()
        matches = matches + 1 if (model["coins"], model["enabled"]) == (coins, enabled) else 0
        if matches == 20:
            return True
        if not matches:
            time.sleep(0.1)
    return False


def test_the_audit_of_the_running_stack_has_no_findings(stack: RunningStack, person: Person) -> None:
    person.finished(person.submit(SAMPLE).json()["prediction_id"])

    audit = admin(stack.data_dir, "audit")

    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert "Everything adds up." in audit.stdout
    assert person.name not in audit.stdout


def test_an_unprocessable_message_goes_back_to_the_dead_letter_function(stack: RunningStack, person: Person) -> None:
    variables = stack.variables()
    sqs = boto3.client(
        "sqs", endpoint_url=variables["AWS_ENDPOINT_URL"], region_name=variables["AWS_DEFAULT_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"], aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip
    prediction_id = person.finished(person.submit(SAMPLE).json()["prediction_id"])["prediction_id"]
    body = json.dumps({"prediction_id": prediction_id})
    sqs.send_message(QueueUrl=variables["UNPROCESSABLE_QUEUE_URL"], MessageBody=body)

    counted = admin(stack.data_dir, "redrive", "--dry-run")
    moved = admin(stack.data_dir, "redrive")

    assert counted.stdout == "Messages in the unprocessable queue: 1. Nothing was moved.\n"
    assert (moved.returncode, moved.stderr) == (0, "")
    assert moved.stdout == "Messages moved back to the dead-letter queue: 1 of 1.\n"
    assert becomes_empty(sqs, variables["DEAD_LETTER_QUEUE_URL"])
    assert person.balance() == 400


def becomes_empty(sqs: Any, url: str) -> bool:
    """Return whether the queue is empty within 10 seconds."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for _ in range(100):
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        if not sum(map(int, counts.values())):
            return True
        time.sleep(0.1)
    return False


def test_replaying_deletions_does_not_change_existing_accounts(stack: RunningStack, person: Person) -> None:
    deleted = Person.registered(stack.url)
    deleted.finished(deleted.submit(SAMPLE).json()["prediction_id"])
    answer = deleted.http.delete(f"{stack.url}/api/auth/me", json={"password": "correct horse"}, timeout=30)
    assert answer.status_code == 204

    replay = admin(stack.data_dir, "replay-deletions")

    assert (replay.returncode, replay.stderr) == (0, "")
    counts = [int(line.split()[-1]) for line in replay.stdout.splitlines()]
    assert counts[0] >= 1
    assert counts[1:] == [0, 0, 0]
    assert person.get("/api/auth/me").status_code == 200


def test_the_local_secret_is_not_rotated_and_the_error_names_its_file(stack: RunningStack) -> None:
    rotation = admin(stack.data_dir, "rotate-secret")

    assert (rotation.returncode, rotation.stdout) == (1, "")
    assert rotation.stderr.startswith("The local stack signs with the file signing-secret in its data folder")
