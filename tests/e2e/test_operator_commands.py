"""The operator's commands on the running stack, as an operator runs them."""

import os
import subprocess
import sys
import time
from pathlib import Path

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
    made = admin(stack.data_dir, "voucher", "--coins", "300", "--count", "2", "--expires", "2099-12-31")

    codes = made.stdout.split()
    assert (made.returncode, len(set(codes))) == (0, 2)
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
def test_a_slip_of_the_operator_is_one_clear_sentence(stack: RunningStack, arguments: list[str]) -> None:
    slipped = admin(stack.data_dir, *arguments)

    assert slipped.returncode == 2
    assert slipped.stdout == ""
    assert "Traceback" not in slipped.stderr
    assert slipped.stderr.count("\n") == 1
    assert slipped.stderr.endswith(".\n")


def test_a_reset_password_logs_in_and_ends_the_sessions(stack: RunningStack, person: Person) -> None:
    reset = admin(stack.data_dir, "reset-password", "--user", person.name)

    password = reset.stdout.splitlines()[0].rsplit(" ", 1)[1]
    assert_problem(person.get("/api/auth/me"), 401, "token_invalid")
    body = {"name": person.name, "password": password}
    assert requests.post(f"{person.url}/api/auth/login", json=body, timeout=30).status_code == 200
    nobody = admin(stack.data_dir, "reset-password", "--user", "nobody-of-this-name")
    assert (nobody.returncode, nobody.stdout) == (1, "")


def test_a_price_changes_without_a_deployment_and_older_predictions_keep_theirs(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data")  # its own: a price is everybody's
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
    """Whether every process of the API knows the change within some seconds."""
    known = 0
    for _ in range(200):
        model = requests.get(f"{url}/api/models/lasso", timeout=30).json()
        known = known + 1 if (model["coins"], model["enabled"]) == (coins, enabled) else 0
        if known == 20:
            return True
        if not known:
            time.sleep(0.1)
    return False


def test_the_audit_of_the_running_stack_is_clean(stack: RunningStack, person: Person) -> None:
    person.finished(person.submit(SAMPLE).json()["prediction_id"])

    audit = admin(stack.data_dir, "audit")

    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert "Everything adds up." in audit.stdout
    assert person.name not in audit.stdout
