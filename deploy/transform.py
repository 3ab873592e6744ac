"""Transform a SAM template into the CloudFormation template that AWS would make of it."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform as sam_transform  # type: ignore[import-untyped]

from deploy.template import read_template


class _NoManagedPolicies:
    """An empty list of the account's managed policies: the template uses none of them."""

    def load(self) -> dict[str, str]:
        return {}


def _any_uri(_code: str) -> str:
    """Return a valid S3 URI. To check a template, no zip has to be uploaded."""
    return "s3://bucket/key"


@contextmanager
def _any_region() -> Iterator[None]:
    """Set AWS_DEFAULT_REGION. The translator needs any region; CloudFormation fills in the real one."""
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    try:
        yield
    finally:
        del os.environ["AWS_DEFAULT_REGION"]
        if before is not None:
            os.environ["AWS_DEFAULT_REGION"] = before


def transform(template: Path, uploaded: Callable[[str], str] = _any_uri) -> Path:
    """Write the CloudFormation template of the SAM ``template`` beside it, and return its path.

    ``uploaded`` returns the S3 URI of a zip that the template names, such as ``./api.zip``.
    """
    document = read_template(template)
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = uploaded(resource["Properties"]["CodeUri"])
    # Silence the translator's warning that it could not send statistics to AWS.
    logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)
    with _any_region():
        transformed: dict[str, Any] = sam_transform(document, {}, _NoManagedPolicies())
    target = template.with_name("cloudformation.json")
    target.write_text(json.dumps(transformed, indent=1), "utf-8")
    return target
