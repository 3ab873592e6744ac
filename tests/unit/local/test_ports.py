"""Error messages for ports on which the stack can't listen."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.config import LocalConfig
from local.errors import StackError
from local.ports import LOOPBACK, free_port
from local.supervisor import _require_free_ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def config(*, port: int, emulator_port: int, host: str = LOOPBACK) -> LocalConfig:
    return LocalConfig(host, port, Path("unused"), emulator_port, 1)


@pytest.mark.parametrize("variable", ["PORT", "EMULATOR_PORT"])
def test_the_port_suggested_instead_of_a_taken_one_is_free(taken: int, variable: str) -> None:
    other = free_port()
    page, emulator = (taken, other) if variable == "PORT" else (other, taken)

    with pytest.raises(StackError, match=f"Port {taken} ") as refused:
        _require_free_ports(config(port=page, emulator_port=emulator))

    suggestion = re.search(rf"make run {variable}=(\d+)$", str(refused.value))
    assert suggestion
    suggested = int(suggestion[1])
    assert suggested not in {page, emulator}
    with socket.socket() as probe:
        probe.bind((LOOPBACK, suggested))


def test_the_same_port_for_page_and_emulator_is_refused() -> None:
    port = free_port()

    with pytest.raises(StackError, match=f"PORT and EMULATOR_PORT are both {port}"):
        _require_free_ports(config(port=port, emulator_port=port))


def test_an_address_of_another_machine_is_refused_as_such() -> None:
    with pytest.raises(StackError, match=r"HOST=192\.0\.2\.1 is not an address of this machine"):
        _require_free_ports(config(port=free_port(), emulator_port=free_port(), host="192.0.2.1"))
