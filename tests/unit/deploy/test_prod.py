"""A command that changes prod asks first, with the account and region in view."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import __main__ as command_line
from tests.unit.deploy.conftest import ACCOUNT, ARN, ScriptedAws

LINE = f"AWS account {ACCOUNT}, region eu-central-1, as {ARN}\n"
Deploy = Callable[..., tuple[int, str, str]]


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Deploy:
    def run(*arguments: str, answer: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("builtins.input", lambda prompt: print(prompt) or answer)
        monkeypatch.setattr(sys, "argv", ["deploy", *arguments])
        code = command_line.main()
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_in_prod_a_deployment_and_a_rollback_ask_before_their_first_call(
    aws: ScriptedAws, deploy: Deploy, command: str
) -> None:
    code, out, err = deploy("--stage", "prod", command, answer="no")

    question = "This changes liver-lifespan-prod in this account and region.\nType yes to go on: \n"
    assert (code, out, err) == (2, LINE + question, "Nothing was changed.\n")
    assert aws.operations() == ["GetCallerIdentity"]


@pytest.mark.parametrize("arguments", [("--stage", "prod", "rollback", "--yes"), ("--stage", "dev", "rollback")])
def test_with_yes_and_in_dev_the_account_is_only_printed(
    aws: ScriptedAws, deploy: Deploy, arguments: tuple[str, ...]
) -> None:
    aws.answers["HeadBucket"] = "404"

    assert deploy(*arguments) == (2, LINE, "Nothing was deployed here yet, so there is nothing to go back to.\n")


def test_a_region_on_the_command_line_is_where_the_stage_is_looked_for(aws: ScriptedAws, deploy: Deploy) -> None:
    aws.answers["HeadBucket"] = "404"

    _, out, _ = deploy("--stage", "dev", "--region", "sa-east-1", "rollback")

    assert "region sa-east-1" in out
    assert {call.region for call in aws.calls} == {"sa-east-1"}


@pytest.mark.parametrize("flags", [(), ("--yes",), ("--allow-replacement",), ("--yes", "--allow-replacement")])
@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_each_safeguard_has_its_own_flag(
    aws: ScriptedAws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str,
    flags: tuple[str, ...],
) -> None:  # fmt: skip
    (tmp_path / "template.yaml").touch()
    options: dict[str, bool] = {}
    monkeypatch.setattr(command_line, command, lambda *_, **keywords: options.update(keywords) or [])
    package = ("--packaged", str(tmp_path)) if command == "deploy" else ()

    assert deploy("--stage", "prod", command, *package, *flags, answer="yes")[0] == 0

    assert options == {"ask": "--yes" not in flags, "allow_replacement": "--allow-replacement" in flags}
