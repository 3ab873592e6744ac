"""`make` passes the operator's variables on as arguments, and never runs a name as a command."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.support import ROOT


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a target with a Python that only prints its arguments, one per line."""
    printer = r"printf %s\\n"
    return subprocess.run(
        ["make", "-s", "-o", ".venv/.local", "-o", ".venv/.dev", f"PYTHON={printer}", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (["voucher", "COINS=300"], ["voucher", "--coins", "300"]),
        (["voucher", "COINS=300", "COUNT=5", "EXPIRES=2027-01-31"],
         ["voucher", "--coins", "300", "--count", "5", "--expires", "2027-01-31"]),
        (["reset-password", "USER=anna"], ["reset-password", "--user=anna"]),
        (["price", "MODEL=lasso", "COINS=card"], ["price", "--model", "lasso", "--coins", "card"]),
        (["model", "MODEL=lasso", "ENABLED=no"], ["model", "--model", "lasso", "--enabled", "no"]),
        (["audit", "STAGE=prod"], ["audit"]),
        (["rotate-secret", "STAGE=prod"], ["rotate-secret"]),
        (["rotate-secret", "STAGE=prod", "FORCE=1"], ["rotate-secret", "--force"]),
        (["rotate-secret", "WHICH=origin", "DRY_RUN=1"], ["rotate-secret", "--which", "origin", "--dry-run"]),
        (["restore-table", "TABLE=Users", "FROM=copy"], ["restore-table", "--table", "Users", "--from", "copy"]),
        (["restore-table", "TABLE=Users", "FROM=copy", "DRY_RUN=1", "FORCE=yes"],
         ["restore-table", "--table", "Users", "--from", "copy", "--dry-run", "--force"]),
        (["replay-deletions"], ["replay-deletions"]),
        (["redrive", "DRY_RUN=1"], ["redrive", "--dry-run"]),
        (["redrive", "DRY_RUN=0"], ["redrive"]),
        (["redrive", "YES=1"], ["--yes", "redrive"]),
    ],
)  # fmt: skip
def test_every_variable_becomes_an_argument(target: list[str], expected: list[str]) -> None:
    completed = make(*target, "DATA_DIR=/data")

    stage = "prod" if "STAGE=prod" in target else "local"
    assert completed.stdout.splitlines() == ["-m", "admin", "--stage", stage, "--data-dir", "/data", *expected]


@pytest.mark.parametrize("flags", [[], ["YES=1", "ALLOW_REPLACEMENT=1"]])
def test_the_safeguards_of_prod_can_be_switched_off(flags: list[str]) -> None:
    completed = make("rollback", "STAGE=prod", *flags)

    expected = ["-m", "deploy", "--stage", "prod", "rollback"] + (["--yes", "--allow-replacement"] if flags else [])
    assert completed.stdout.splitlines() == expected


def test_the_user_of_the_shell_is_not_the_account_whose_password_is_reset() -> None:
    completed = make("reset-password", USER="root")

    assert completed.returncode == 2
    assert completed.stdout == ""
    assert completed.stderr.startswith("Name the account: make reset-password USER=anna\n")


@pytest.mark.parametrize(
    "name",
    [
        "an'na",
        'an"na',
        "$HOME",
        "$(shell touch {})",
        "`touch {}`",
        '"; touch {}; "',
        "$$(touch {})",
        "-x",
        "a b",
        "a#b",
    ],
)
def test_no_name_is_run_as_a_command(tmp_path: Path, name: str) -> None:
    touched = tmp_path / "touched"
    name = name.format(touched)

    completed = make("reset-password", f"USER={name}")

    assert completed.stdout.splitlines()[-1] == f"--user={name}"
    assert not touched.exists()
