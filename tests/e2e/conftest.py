from collections.abc import Iterator

import pytest

from tests.support.leaks import leave_traces
from tests.support.stack import Person, RunningStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    running = RunningStack(tmp_path_factory.mktemp("stack"), LEASE_SECONDS="3", SCHEDULE_SECONDS="1")
    running.start()
    leave_traces(running.url)
    yield running
    running.stop()


@pytest.fixture
def person(stack: RunningStack) -> Person:
    return Person.registered(stack.url)
