"""`find_aws` finds one account and one region for all clients, in AWS's usual order."""

import shutil
from pathlib import Path

import boto3
import pytest

from admin.stage import StageError, stage_of
from deploy.account import find_aws
from deploy.commands import Target
from deploy.steps import RefusedError
from deploy.template import write_template
from deploy.transform import transform
from tests.support.shared import made_once
from tests.unit.deploy.conftest import ACCOUNT, ARN, ScriptedAws

PROFILES = """
[default]
region = eu-west-3
aws_access_key_id = default
aws_secret_access_key = default
[profile work]
region = eu-central-1
aws_access_key_id = work
aws_secret_access_key = work
[profile nowhere]
aws_access_key_id = nowhere
aws_secret_access_key = nowhere
"""


@pytest.fixture(autouse=True)
def profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only a file of profiles."""
    (tmp_path / "config").write_text(PROFILES)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


@pytest.fixture
def template(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packaged template of dev."""
    packaged = made_once(tmp_path_factory, "template-dev", lambda folder: write_template("dev", folder))
    return Path(shutil.copy2(packaged / "template.yaml", tmp_path))


def access_key() -> str:
    assert boto3.DEFAULT_SESSION
    credentials = boto3.DEFAULT_SESSION.get_credentials()
    assert credentials
    return credentials.access_key


def test_with_only_a_profile_every_client_of_a_deployment_uses_its_region(
    aws: ScriptedAws, monkeypatch: pytest.MonkeyPatch, template: Path
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")

    find_aws()
    target = Target("dev")
    target.artefacts.exists()
    transform(template)  # the second step, before the first client for CloudFormation
    target.stack.protect(on=False)
    boto3.client("dynamodb").list_tables()

    assert {(call.service, call.region) for call in aws.calls} == {
        (service, "eu-central-1") for service in ("sts", "s3", "cloudformation", "dynamodb")
    }


def test_a_transformed_template_depends_on_no_region_and_leaves_none_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, template: Path
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    without = transform(template).read_text()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    assert transform(template).read_text() == without
    assert boto3.Session().region_name == "eu-central-1"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert boto3.Session().region_name == "eu-west-3"


@pytest.mark.parametrize(
    ("environment", "flags", "region", "key"),
    [
        ({}, (), "eu-west-3", "default"),
        ({"AWS_PROFILE": "work"}, (), "eu-central-1", "work"),
        ({"AWS_PROFILE": "work", "AWS_DEFAULT_REGION": "eu-north-1"}, (), "eu-north-1", "work"),
        ({"AWS_DEFAULT_REGION": "eu-north-1", "AWS_REGION": "sa-east-1"}, (), "sa-east-1", "default"),
        ({"AWS_REGION": "sa-east-1"}, (None, "us-west-2"), "us-west-2", "default"),
        ({"AWS_PROFILE": "nowhere"}, ("work",), "eu-central-1", "work"),
        ({"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "key"}, (), "eu-west-3", "key"),
        ({"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "key"}, ("work",), "eu-central-1", "work"),
    ],
)
def test_a_flag_beats_the_environment_and_the_environment_beats_the_profile(
    aws: ScriptedAws,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    flags: tuple[str | None, ...],
    region: str,
    key: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    account = find_aws(*flags)

    assert str(account) == f"AWS account {ACCOUNT}, region {region}, as {ARN}"
    assert (boto3.client("cloudformation").meta.region_name, access_key()) == (region, key)


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        ("nowhere", "AWS can't be used: boto3 finds no region"),
        ("unknown", r"AWS can't be used: The config profile \(unknown\) could not be found"),
    ],
)
def test_without_a_region_or_with_an_unknown_profile_nothing_is_called(
    aws: ScriptedAws, profile: str, sentence: str
) -> None:
    with pytest.raises(RefusedError, match=sentence):
        find_aws(profile)

    assert aws.calls == []


def test_without_credentials_the_sentence_says_what_to_set(aws: ScriptedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    with pytest.raises(RefusedError, match=r"no region \(set AWS_REGION, .*\) and no credentials \(set AWS_PROFILE"):
        find_aws()


def test_an_operators_command_reads_the_stack_of_the_chosen_region(
    aws: ScriptedAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_REGION", "sa-east-1")
    aws.answers["ListStackResources"] = {"StackResourceSummaries": []}

    with pytest.raises(StageError, match="lacks"):
        stage_of("dev", tmp_path)

    assert {call.region for call in aws.calls} == {"sa-east-1"}
    assert capsys.readouterr().err == f"AWS account {ACCOUNT}, region sa-east-1, as {ARN}\n"
