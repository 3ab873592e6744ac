"""Which resources a command works on: the running local stack's, or a deployed stage's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.settings import LOCAL_STAGE, Settings
from chalicelib.wiring import Services
from local.config import function_secrets
from local.data_dir import STACK, is_held
from local.provision import read_template, variables


class StageError(Exception):
    """Why the stage can't be reached, in a sentence for the operator."""


def services_of(stage: str, data_dir: Path) -> Services:
    """The services of ``stage``; ``data_dir`` is the local one's.

    Raises
    ------
    StageError
    """
    environment = _local(data_dir) if stage == LOCAL_STAGE else _deployed(stage)
    return Services(Settings.model_validate({name.lower(): value for name, value in environment.items()}))


def _local(data_dir: Path) -> dict[str, str]:
    """What the supervisor noted; boto3 is led to its emulators."""
    path = data_dir / STACK
    if not path.exists() or not is_held(data_dir):
        raise StageError("The local stack is not running; start it with 'make run'.")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nothing of the person's own account
    noted: dict[str, str] = json.loads(path.read_text("utf-8"))
    os.environ.update({name: value for name, value in noted.items() if name.startswith("AWS_")})
    return noted | function_secrets(data_dir)


def _deployed(stage: str) -> dict[str, str]:
    """What the stage's stack calls its resources, read with the person's own credentials."""
    stack = f"liver-lifespan-{stage}"
    try:
        pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        found = [each for page in pages for each in page["StackResourceSummaries"]]
    except (BotoCoreError, ClientError) as error:
        raise StageError(f"The stack {stack} can't be read with your AWS credentials: {error}") from error
    physical = {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in found}
    names = variables(read_template())
    if missing := sorted({logical_id for logical_id in names.values() if not physical.get(logical_id)}):
        raise StageError(f"The stack {stack} lacks {', '.join(missing)}. Deploy this version first.")
    return {name: physical[logical_id] for name, logical_id in names.items()} | {"STAGE": stage}
