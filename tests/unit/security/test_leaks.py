"""The search for personal data and secrets in log files finds every kind of leak in every log."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.auth.tokens import Claims
from tests.support import emulators
from tests.support.leaks import FORBIDDEN, assert_no_leak, leaks, leaks_under
from tests.unit.support import ROOT, World

LINES = {
    "a password": ["body={'password': 'correct horse'}", '{"password": "00000000"}', "gave a fuzzer's own password"],
    "an e-mail address": ['user "person-0123@example.org"', "0@a.com has no account"],
    "a name": [
        "registered person-0123456789ab",
        "chaos-703-1",
        "racer-0123456789ab",
        "anna-0123456789",
        "sentinelperson7",
    ],
    "a cell or a header of a file": ["could not convert string to float: 'sentinelcell'", "no column sentinelheader"],
    "a prediction's name or note": ["note=sentinelnote"],
    "a file's name": ["sentinelfile.csv", "patients.csv"],
}
CLEAN_LINES = [
    "12:00:00 api POST /api/auth/login 401 ms=0.4 request_id=0 code=wrong_credentials",
    "12:00:00 api PUT /api/auth/password 422 ms=0.4 request_id=0 code=wrong_password user=0",
    "    2. Download the sample there (ten real patients), or take http://127.0.0.1:7999/samples/patients-10.csv",
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder outside pytest's own, which is searched for leaks at the end of the run."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def test_each_kind_of_leak_is_found(world: World) -> None:
    token = world.tokens.sign(Claims("u" * 32, 1))
    lines = {**LINES, "a token": [f"token={token}", "Authorization: Bearer not-one-of-ours"]}
    assert set(lines) == set(FORBIDDEN)
    for kind, leaking_lines in lines.items():
        for line in leaking_lines:
            assert any(f"holds {kind}:" in leak for leak in leaks("log", [CLEAN_LINES[0], line])), line
    assert leaks("log", CLEAN_LINES) == []


def test_every_log_is_searched_and_a_missing_log_is_an_error(folder: Path) -> None:
    with pytest.raises(AssertionError, match="no log"):
        assert_no_leak(folder)
    log = folder / "stack" / "emulator.log"
    log.parent.mkdir()
    log.write_text("ready\n", "utf-8")
    assert_no_leak(folder)
    log.write_text("ready\nPOST sentinelfile.csv\n", "utf-8")
    with pytest.raises(AssertionError, match=r"emulator\.log holds a file's name"):
        assert_no_leak(folder)


def test_a_leak_in_an_emulator_s_log_is_found(folder: Path) -> None:
    log = folder / "emulator.log"
    emulators._start("http.server", "sentinelperson", log=log, environment={}).wait(30)
    assert leaks_under(folder)[0].startswith("emulator.log holds a name:")


LEAKING = """
import logging, multiprocessing, sys
from chalicelib.core.observability.logging import configure, log, log_exception
from tests.support.searched_logs import copy_lines_to

def test_a_service_logs_a_name():
    log("account created", name="sentinelperson")

def test_so_does_one_that_configured_its_log_anew():
    configure("api")
    log("uploaded", file="sentinelfile.csv")

def other_process(path):
    copy_lines_to(path)
    log("read", cell="sentinelcell")

def test_so_does_another_process(tmp_path):
    process = multiprocessing.get_context("fork").Process(target=other_process, args=(tmp_path / "other.log",))
    process.start()
    process.join()
    assert process.exitcode == 0

def test_so_does_a_stack(tmp_path):
    (tmp_path / "data.log").write_text("Authorization: Bearer 0123456789")
"""


def test_a_run_of_tests_that_logs_a_name_a_file_a_cell_or_a_token_fails(folder: Path) -> None:
    (folder / "test_leaking.py").write_text(LEAKING, "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.searched_logs", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, f"--basetemp={folder / 'base'}", "--rootdir", str(folder), str(folder / "test_leaking.py")],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert run.returncode == 1, run.stdout + run.stderr
    assert "4 passed, 1 error" in run.stdout
    for leak in (
        "services.log holds a name:",
        "services.log holds a file's name:",
        "other.log holds a cell or a header of a file:",
        "data.log holds a token:",
    ):
        assert leak in run.stdout
