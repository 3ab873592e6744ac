"""`make` hands on what the operator wrote, and takes no name for a command."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.support import ROOT


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a target with a Python that only prints its arguments, one a line."""
    printer = r"printf %s\\n"
    return subprocess.run(
        ["make", "-s", "-o", ".venv/.local", f"PYTHON={printer}", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("target", "handed_on"),
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
    ],
)  # fmt: skip
def test_every_variable_becomes_an_argument(target: list[str], handed_on: list[str]) -> None:
    made = make(*target, "DATA_DIR=/data")

    stage = "prod" if "STAGE=prod" in target else "local"
    assert made.stdout.splitlines() == ["-m", "admin", "--stage", stage, "--data-dir", "/data", *handed_on]


def test_who_is_logged_in_to_the_shell_is_not_whose_password_is_reset() -> None:
    made = make("reset-password", USER="root")

    assert made.returncode == 2
    assert made.stdout == ""
    assert made.stderr.startswith("Name the account: make reset-password USER=anna\n")


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
    trap = tmp_path / "sprung"
    name = name.format(trap)

    made = make("reset-password", f"USER={name}")

    assert made.stdout.splitlines()[-1] == f"--user={name}"
    assert not trap.exists()
