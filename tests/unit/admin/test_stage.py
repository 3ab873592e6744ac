"""How the operator's commands find the running local stack. Deployed stages are tested in tests/integration."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin.stage import StageError, stage_of
from local.access_key import access_key
from local.data_dir import STACK, hold
from local.provision import read_template, variables

NOT_RUNNING = r"The local stack is not running; start it with 'make run'\."


@pytest.fixture
def recorded(tmp_path: Path) -> dict[str, str]:
    """The variables that the supervisor records at its start."""
    addresses = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_DEFAULT_REGION": "eu-central-1", "STAGE": "local"}
    recorded = {
        name: f"name-of-{name}" for name in variables(read_template()) if not name.endswith("_SECRET_ID")
    } | addresses
    (tmp_path / STACK).write_text(json.dumps(recorded))
    return recorded


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Restore the environment variables afterwards."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_without_a_running_stack_the_error_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=NOT_RUNNING):
        stage_of("local", tmp_path / "nowhere")


def test_a_killed_stack_is_not_taken_for_a_running_one(tmp_path: Path, recorded: dict[str, str]) -> None:
    hold(tmp_path).close()

    with pytest.raises(StageError, match=NOT_RUNNING):
        stage_of("local", tmp_path)
    hold(tmp_path).close()  # the check did not keep the folder locked


def test_the_running_stack_is_found_and_the_operator_s_own_aws_account_is_ignored(
    tmp_path: Path, recorded: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of-somebody")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-somebody")
    monkeypatch.setenv("USERS_TABLE", "another-table")
    (tmp_path / "signing-secret").write_text("s" * 64)
    key = access_key(tmp_path)

    with hold(tmp_path):
        services = stage_of("local", tmp_path).services

    assert services.settings.users_table == "name-of-USERS_TABLE"
    assert services.signing_keys.current().secret == "s" * 64
    stack_names = {"AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    assert {name for name in os.environ if name.startswith("AWS_")} == stack_names
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == key.secret
