"""Ports that the stack can't listen on."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.config import LocalConfig
from local.errors import StackError
from local.ports import LOOPBACK, free_port
from local.supervisor import _free_port_after, _require_free_ports


@pytest.fixture
def two_taken() -> Iterator[int]:
    """The first of two neighbouring ports that are in use."""
    with ExitStack() as sockets:
        while True:
            first, second = (sockets.enter_context(socket.socket()) for _ in range(2))
            first.bind((LOOPBACK, 0))
            port = first.getsockname()[1]
            try:
                second.bind((LOOPBACK, port + 1))
            except (OSError, OverflowError):
                continue
            first.listen()
            second.listen()
            yield port
            return


def config(*, port: int, emulator_port: int, host: str = LOOPBACK) -> LocalConfig:
    return LocalConfig(host, port, Path("unused"), emulator_port, 1)


@pytest.mark.parametrize("variable", ["PORT", "EMULATOR_PORT"])
def test_the_port_that_is_suggested_instead_of_a_taken_one_is_free(two_taken: int, variable: str) -> None:
    other = free_port()
    page, emulator = (two_taken, other) if variable == "PORT" else (other, two_taken)

    with pytest.raises(StackError, match=f"Port {two_taken} ") as refused:
        _require_free_ports(config(port=page, emulator_port=emulator))

    found = re.search(rf"make run {variable}=(\d+)$", str(refused.value))
    assert found
    suggested = int(found[1])
    assert suggested not in {page, emulator}
    with socket.socket() as probe:
        probe.bind((LOOPBACK, suggested))


def test_behind_the_last_port_any_free_one_is_suggested() -> None:
    assert 0 < _free_port_after(LOOPBACK, 65535) < 65535


def test_a_port_that_needs_a_special_right_leads_to_one_that_does_not() -> None:
    assert _free_port_after(LOOPBACK, 80) >= 8000


def test_one_port_for_both_is_refused() -> None:
    port = free_port()

    with pytest.raises(StackError, match=f"PORT and EMULATOR_PORT are both {port}"):
        _require_free_ports(config(port=port, emulator_port=port))


def test_an_address_of_another_machine_is_no_port_problem() -> None:
    with pytest.raises(StackError, match=r"HOST=192\.0\.2\.1 is not an address of this machine"):
        _require_free_ports(config(port=free_port(), emulator_port=free_port(), host="192.0.2.1"))
