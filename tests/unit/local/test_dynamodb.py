"""Which DynamoDB serves a data folder, and that other programs can't reach dynoxide's own port."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local import dynamodb, isolation
from local.errors import StackError
from tests.unit.support import ROOT


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb, "executable", lambda: Path("dynoxide"))


@pytest.fixture
def no_isolation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "is_possible", lambda: False)


@pytest.mark.usefixtures("installed", "no_isolation")
def test_ministack_serves_a_new_folder_if_dynoxide_s_port_would_be_open(tmp_path: Path) -> None:
    assert not dynamodb.serves(tmp_path)
    assert dynamodb.unavailable_reason() == "this machine cannot hide its port from other programs"


@pytest.mark.usefixtures("installed", "no_isolation")
def test_dynoxide_serves_with_an_open_port_if_that_is_allowed(tmp_path: Path) -> None:
    assert dynamodb.serves(tmp_path, may_be_open=True)


@pytest.mark.usefixtures("installed", "no_isolation")
def test_dynoxide_s_folder_is_refused_if_its_port_would_be_open(tmp_path: Path) -> None:
    (tmp_path / dynamodb.DATABASE).touch()

    with pytest.raises(StackError, match="make run DYNAMODB=dynoxide"):
        dynamodb.serves(tmp_path)

    assert dynamodb.serves(tmp_path, may_be_open=True)


def test_a_port_in_its_own_network_namespace_cannot_be_reached_from_outside() -> None:
    if not isolation.is_possible():
        pytest.skip(dynamodb.unavailable_reason())
    program = """
import socket, sys
from local.isolation import leave_network
outside = socket.create_server(("127.0.0.1", 0))
leave_network()
inside = socket.create_server(("127.0.0.1", 0))
socket.create_connection(inside.getsockname()).close()
print(outside.getsockname()[1], inside.getsockname()[1], flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        outside, inside = map(int, process.stdout.readline().split())

        socket.create_connection(("127.0.0.1", outside), timeout=5).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", inside), timeout=5)
        process.communicate("")
