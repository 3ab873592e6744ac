"""`make rotate-secret WHICH=origin`: CloudFront sends a new secret, and the API accepts it and the previous one."""

from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from chalice.app import CaseInsensitiveMapping, Request
from moto.moto_api import state_manager

from chalicelib.auth.signing_keys import UNKNOWN_SECONDS
from chalicelib.core import aws
from tests.unit.support import RunCommand, World

FIRST = "the first secret of CloudFront"
VIEWER, EDGE = "198.51.100.7", "192.0.2.9"
COMMAND = ("--stage", "dev", "rotate-secret", "--which", "origin")


class Stage:
    """A world with a CloudFront distribution and a clock that tests can advance."""

    def __init__(self, world: World) -> None:
        secret = aws.secretsmanager().create_secret(Name="origin", SecretString=FIRST)
        self.world = World(world.settings.model_copy(update={"origin_secret_id": secret["ARN"]}), clock=world.clock)
        self.cloudfront = boto3.client("cloudfront")
        self.id = self.cloudfront.create_distribution(DistributionConfig=_config(FIRST))["Distribution"]["Id"]

    def sent_secret(self) -> str:
        config = self.cloudfront.get_distribution_config(Id=self.id)["DistributionConfig"]
        (header,) = config["Origins"]["Items"][1]["CustomHeaders"]["Items"]
        return str(header["HeaderValue"])

    def is_accepted(self, secret: str) -> bool:
        headers = {"x-viewer-address": VIEWER, "x-origin-secret": secret}
        request = type("Request", (), {"headers": CaseInsensitiveMapping(headers)})()
        request.context = {"identity": {"sourceIp": EDGE}}
        return self.world.client_addresses.of(cast("Request", request)) == VIEWER


def _config(secret: str) -> Any:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    header = {"Quantity": 1, "Items": [{"HeaderName": "X-Origin-Secret", "HeaderValue": secret}]}
    page = {"Id": "page", "DomainName": "page.example.org", "CustomOriginConfig": custom}
    api = {"Id": "api", "DomainName": "api.example.org", "CustomOriginConfig": custom, "CustomHeaders": header}
    return {
        "CallerReference": "a test", "Comment": "", "Enabled": True,
        "Origins": {"Quantity": 2, "Items": [page, api]},
        "DefaultCacheBehavior": {"TargetOriginId": "page", "ViewerProtocolPolicy": "https-only"},
    }  # fmt: skip


@pytest.fixture
def stage(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    stage = Stage(world)
    monkeypatch.setattr("deploy.stack.Stack.resources", lambda _: {"Distribution": ("", stage.id)})
    yield stage
    state_manager.unset_transition("cloudfront::distribution")


def test_cloudfront_sends_a_new_secret_and_the_previous_one_is_still_accepted(stage: Stage, run: RunCommand) -> None:
    assert stage.is_accepted(FIRST)

    code, out, err = run(*COMMAND, on=stage.world)

    assert (code, err) == (0, "")
    assert out.startswith("CloudFront sends a new secret to the API of the stage dev within minutes. The previous one")
    secret = stage.sent_secret()
    assert len(secret) == 64
    assert secret not in out
    stage.world.clock.advance(UNKNOWN_SECONDS)
    assert (stage.is_accepted(secret), stage.is_accepted(FIRST)) == (True, True)

    assert run(*COMMAND, on=stage.world)[0] == 0
    stage.world.clock.advance(300)
    assert (stage.is_accepted(stage.sent_secret()), stage.is_accepted(secret)) == (True, True)
    assert not stage.is_accepted(FIRST)


def test_while_cloudfront_deploys_a_change_another_rotation_is_refused(stage: Stage, run: RunCommand) -> None:
    state_manager.set_transition("cloudfront::distribution", {"progression": "manual", "times": 2})

    code, out, err = run(*COMMAND, on=stage.world)

    assert (code, out) == (1, "")
    assert err.startswith("CloudFront is still deploying an earlier change (InProgress)")
    assert stage.sent_secret() == FIRST
    secret_id = str(stage.world.settings.origin_secret_id)
    assert aws.secretsmanager().get_secret_value(SecretId=secret_id)["SecretString"] == FIRST


def test_an_interrupted_rotation_is_finished_with_the_secret_that_it_made(stage: Stage, run: RunCommand) -> None:
    secret_id = str(stage.world.settings.origin_secret_id)
    aws.secretsmanager().put_secret_value(SecretId=secret_id, SecretString="made, and not sent yet")
    sentence = "CloudFront does not send the current secret. Nothing was changed.\n"
    assert run(*COMMAND, "--dry-run", on=stage.world) == (0, sentence, "")
    assert stage.sent_secret() == FIRST

    assert run(*COMMAND, on=stage.world)[0] == 0

    assert stage.sent_secret() == "made, and not sent yet"
    sentence = "CloudFront sends the current secret. Nothing was changed.\n"
    assert run(*COMMAND, "--dry-run", on=stage.world) == (0, sentence, "")


def test_the_local_stack_has_no_secret_of_cloudfront(run: RunCommand) -> None:
    sentence = "The local stack has no CloudFront, so it has no secret for it.\n"
    assert run("rotate-secret", "--which", "origin") == (1, "", sentence)
