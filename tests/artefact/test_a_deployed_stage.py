"""The packaged zips behind the template's own roles, queues, API and distribution."""

from deploy.smoke import walk
from tests.support.deployed import DeployedStage


def test_a_person_walks_from_the_page_to_a_result(stage: DeployedStage) -> None:
    walk(stage.url, stage.target.artefacts.current())
