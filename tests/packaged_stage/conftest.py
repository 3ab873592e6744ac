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
    """Search all log groups for personal data after each module's tests, because a later module deletes the stage."""
    yield
    for deployed in _deployed:
        findings = [sentence for group, lines in deployed.all_logs().items() for sentence in leaks(group, lines)]
        assert not findings, "\n".join(findings)
