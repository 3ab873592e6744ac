"""A fresh stage with the template's own limits: everything that an operator does on the first day."""

from collections.abc import Iterator

import pytest

from tests.support.deployed import DeployedStage, emulated_account, packaged_stage


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStage]:
    """An account without a stage."""
    folder = tmp_path_factory.mktemp("fresh")
    with emulated_account(folder, packaged_stage(folder)) as stage:
        yield stage


def test_the_sixth_smoke_test_of_a_day_is_no_failure(fresh: DeployedStage) -> None:
    deploy = ["deploy", "--packaged", str(fresh.build)]

    for arguments in (deploy, ["smoke"], deploy, ["rollback"], deploy):
        result = fresh.command(*arguments, "--at", fresh.url)
        assert result.returncode == 0, result.stdout + result.stderr
        assert "the account was deleted" in result.stdout
    sixth = fresh.command("smoke", "--at", fresh.url)

    assert sixth.returncode == 0, sixth.stdout + sixth.stderr
    assert "DEPLOYED, NOT FULLY CHECKED: " in sixth.stdout
    assert "the account was deleted" not in sixth.stdout
