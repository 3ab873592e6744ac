"""The stage that a command works on: the running local stack or a deployed stage, with the names of its resources."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.settings import LOCAL_STAGE, Settings
from chalicelib.wiring import Services
from deploy.account import find_aws
from deploy.stack import Stack, stack_name
from local import running
from local.config import GRANT_SETTINGS, function_secrets
from local.errors import StackError
from local.provision import OPERATOR_QUEUES, read_template, variables

TABLES = {table: name for name, table in variables(read_template()).items() if name.endswith("_TABLE")}
"""The environment variable with the name of each table, by the table's name in the template."""


class StageError(Exception):
    """The stage can't be reached or can't carry out the command. The text is a sentence for the operator."""


@dataclass(frozen=True)
class Stage:
    """A stage, with the functions' environment variables that hold the names of its resources."""

    name: str
    variables: dict[str, str]

    @cached_property
    def services(self) -> Services:
        """The services that use these resources."""
        return Services(Settings.model_validate({name.lower(): value for name, value in self.variables.items()}))


def stage_of(name: str, data_dir: Path, profile: str | None = None, region: str | None = None) -> Stage:
    """Return the stage with this name. ``data_dir`` is the folder of the local stack.

    For a deployed stage, also print the AWS account and region in which it was found, see ``find_aws``.
    Raises ``StageError`` if the local stack is not running, or the deployed stack can't be read, and ``RefusedError``
    without an account.
    """
    if name == LOCAL_STAGE:
        return Stage(name, _local(data_dir))
    try:
        print(find_aws(profile, region), file=sys.stderr)
        return Stage(name, _deployed(name))
    except (BotoCoreError, ClientError) as error:
        raise StageError(f"The stack {stack_name(name)} can't be read with your AWS credentials: {error}") from error


def _local(data_dir: Path) -> dict[str, str]:
    """Return the variables that the supervisor recorded, and point boto3 to the emulators."""
    try:
        recorded = running.variables_of(data_dir)
    except StackError as error:
        raise StageError(str(error)) from error
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # so that the operator's own AWS account is never used
    os.environ.update({name: value for name, value in recorded.items() if name.startswith("AWS_")})
    return recorded | function_secrets(data_dir)


def _deployed(stage: str) -> dict[str, str]:
    """Return the names of the resources of the stage's stack, read with the operator's own credentials."""
    stack = stack_name(stage)
    resources = Stack(boto3.client("cloudformation"), stack).resources()
    physical = {logical_id: name for logical_id, (_, name) in resources.items()}
    names = variables(read_template()) | OPERATOR_QUEUES
    if missing := sorted({logical_id for logical_id in names.values() if not physical.get(logical_id)}):
        raise StageError(f"The stack {stack} lacks {', '.join(missing)}. Deploy this version first.")
    grants = {name: os.environ[name] for name in GRANT_SETTINGS if name in os.environ}
    return {name: physical[logical_id] for name, logical_id in names.items()} | grants | {"STAGE": stage}
