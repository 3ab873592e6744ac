"""The packaged template of every stage."""

import shutil
from pathlib import Path

import pytest

from deploy.template import STAGES, read_template, write_template
from tests.support.shared import made_once
from tests.support.templates import Template


@pytest.fixture(scope="session", params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def template_path(stage: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    packaged = made_once(tmp_path_factory, f"template-{stage}", lambda folder: write_template(stage, folder))
    # A copy, because each process transforms it beside it.
    return Path(shutil.copy2(packaged / "template.yaml", tmp_path_factory.mktemp(stage)))


@pytest.fixture(scope="session")
def template(template_path: Path) -> Template:
    return read_template(template_path)
