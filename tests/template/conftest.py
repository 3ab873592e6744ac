"""The packaged template of every stage."""

from pathlib import Path

import pytest

from deploy.template import STAGES, read_template, write_template
from tests.support.templates import Template


@pytest.fixture(scope="session", params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def template_path(stage: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_template(stage, tmp_path_factory.mktemp(stage))


@pytest.fixture(scope="session")
def template(template_path: Path) -> Template:
    return read_template(template_path)
