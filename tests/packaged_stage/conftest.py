from collections.abc import Iterator

import pytest

from tests.support.deployed import DeployedStage, deployed_stage
from tests.support.leaks import leaks, leave_traces

_deployed: list[DeployedStage] = []


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStage]:
    with deployed_stage(tmp_path_factory.mktemp("deployed")) as deployed:
        leave_traces(deployed.url)
        _deployed.append(deployed)
        yield deployed
        _deployed.clear()


@pytest.fixture(scope="module", autouse=True)
def no_log_names_anybody() -> Iterator[None]:
    """After each module's tests, since a later one takes the stage down: no log group holds anything of anybody."""
    yield
    for deployed in _deployed:
        found = [sentence for group, lines in deployed.all_logs().items() for sentence in leaks(group, lines)]
        assert not found, "\n".join(found)
