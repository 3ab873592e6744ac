"""`python -m local.provision`, which docs/other-endpoints.md runs before the processes of the service."""

import os
import shlex
import subprocess
import sys

from tests.support.emulators import session_of, settings_of
from tests.support.stack import ROOT


def provision(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local.provision", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_provisioning_prints_the_names_of_all_resources_for_a_shell(environment: dict[str, str]) -> None:
    stack = f"test{os.urandom(4).hex()}"

    first, second = (provision(environment, stack) for _ in range(2))

    assert (first.returncode, second.stdout) == (0, first.stdout)
    variables = dict(word.split("=", 1) for word in shlex.split(first.stdout) if word != "export")
    session, settings = session_of(environment), settings_of(variables)
    assert session.client("dynamodb").describe_table(TableName=settings.users_table)["Table"]["ItemCount"] == 0
    attributes = ["QueueArn"]
    for url in (settings.inference_queue_url, variables["DEAD_LETTER_QUEUE_URL"]):
        assert session.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=attributes)["Attributes"]  # type: ignore[arg-type]
    session.client("s3").head_bucket(Bucket=settings.files_bucket)


def test_without_an_endpoint_nothing_is_created(environment: dict[str, str]) -> None:
    without = {name: value for name, value in environment.items() if not name.startswith("AWS_ENDPOINT_URL")}

    refused = provision(without)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "Name the endpoint, for example: AWS_ENDPOINT_URL=http://127.0.0.1:4566\n"
