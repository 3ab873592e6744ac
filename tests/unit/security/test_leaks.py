"""The search through the logs finds what it is for."""

from pathlib import Path

import pytest

from chalicelib.auth.tokens import Claims
from tests.support.leaks import FORBIDDEN, assert_no_leak, leaks
from tests.unit.support import World

LINES = {
    "a password": "body={'password': 'correct horse'}",
    "an e-mail address": 'user "person-0123@example.org"',
    "a name": "registered person-0123456789ab",
    "a cell or a header of a file": "could not convert string to float: 'sentinelcell'",
    "a file's name": "sentinelfile.csv",
}


def test_each_kind_of_leak_is_found(world: World) -> None:
    lines = {**LINES, "a token": f"Authorization: Bearer {world.tokens.sign(Claims('u' * 32, 1))}"}
    assert set(lines) == set(FORBIDDEN)
    for what, line in lines.items():
        assert any(f"holds {what}:" in found for found in leaks("log", ["12:00:00 api ready", line]))
    assert leaks("log", ["12:00:00 api POST /api/auth/login 401 ms=0.4 request_id=0 code=wrong_credentials"]) == []


def test_every_log_is_read_and_there_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no log"):
        assert_no_leak(tmp_path)
    log = tmp_path / "stack" / "emulator.log"
    log.parent.mkdir()
    log.write_text("ready\n", "utf-8")
    assert_no_leak(tmp_path)
    log.write_text("ready\nPOST sentinelfile.csv\n", "utf-8")
    with pytest.raises(AssertionError, match=r"emulator\.log holds a file's name"):
        assert_no_leak(tmp_path)
