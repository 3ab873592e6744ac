from collections.abc import Iterator

import pytest

from tests.support.leaks import assert_no_leak, leave_traces
from tests.support.stack import Person, RunningStack


@pytest.fixture(scope="session", autouse=True)
def no_log_names_anybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After all tests: the logs of every stack that ran, its emulators' too, hold nothing of anybody."""
    yield
    assert_no_leak(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, no_log_names_anybody: None) -> Iterator[RunningStack]:
    running = RunningStack(tmp_path_factory.mktemp("stack"), LEASE_SECONDS="3", SCHEDULE_SECONDS="1")
    running.start()
    leave_traces(running.url)
    yield running
    running.stop()


@pytest.fixture
def person(stack: RunningStack) -> Person:
    return Person.registered(stack.url)
