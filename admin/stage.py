"""Which resources a command works on: the running local stack's, or a deployed stage's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.settings import LOCAL_STAGE, Settings
from chalicelib.wiring import Services
from deploy.stack import Stack, stack_name
from local import running
from local.config import GRANT_SETTINGS, function_secrets
from local.errors import StackError
from local.provision import OPERATOR_QUEUES, read_template, variables

TABLES = {table: name for name, table in variables(read_template()).items() if name.endswith("_TABLE")}
"""The template's names of the tables, and the variables that say what a stage calls them."""


class StageError(Exception):
    """Why the stage can't be reached, or can't do what was asked, in a sentence for the operator."""


@dataclass(frozen=True)
class Stage:
    """A stage and what its resources are called, by the functions' variables."""

    name: str
    variables: dict[str, str]

    @cached_property
    def services(self) -> Services:
        """The services over these resources."""
        return Services(Settings.model_validate({name.lower(): value for name, value in self.variables.items()}))


def stage_of(name: str, data_dir: Path) -> Stage:
    """Return the stage of that name; ``data_dir`` is the local one's. Raises ``StageError``."""
    return Stage(name, _local(data_dir) if name == LOCAL_STAGE else _deployed(name))


def _local(data_dir: Path) -> dict[str, str]:
    """Return what the supervisor noted, and lead boto3 to its emulators."""
    try:
        noted = running.variables_of(data_dir)
    except StackError as error:
        raise StageError(str(error)) from error
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nothing of the person's own account
    os.environ.update({name: value for name, value in noted.items() if name.startswith("AWS_")})
    return noted | function_secrets(data_dir)


def _deployed(stage: str) -> dict[str, str]:
    """Return what the stage's stack calls its resources, read with the person's own credentials."""
    stack = stack_name(stage)
    try:
        found = Stack(boto3.client("cloudformation"), stack).resources()
    except (BotoCoreError, ClientError) as error:
        raise StageError(f"The stack {stack} can't be read with your AWS credentials: {error}") from error
    physical = {logical: name for logical, (_, name) in found.items()}
    names = variables(read_template()) | OPERATOR_QUEUES
    if missing := sorted({logical_id for logical_id in names.values() if not physical.get(logical_id)}):
        raise StageError(f"The stack {stack} lacks {', '.join(missing)}. Deploy this version first.")
    grants = {name: os.environ[name] for name in GRANT_SETTINGS if name in os.environ}
    return {name: physical[logical_id] for name, logical_id in names.items()} | grants | {"STAGE": stage}
