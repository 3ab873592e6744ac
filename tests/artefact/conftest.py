from collections.abc import Iterator

import pytest

from tests.support.deployed import DeployedStage, deployed_stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStage]:
    with deployed_stage(tmp_path_factory.mktemp("deployed")) as deployed:
        yield deployed
