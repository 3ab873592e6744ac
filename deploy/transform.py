"""What AWS makes of a SAM template."""

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform as sam_transform  # type: ignore[import-untyped]

from deploy.template import read_template


class _NoManagedPolicies:
    """The account's managed policies, none of which the template names."""

    def load(self) -> dict[str, str]:
        return {}


def _anywhere(_code: str) -> str:
    return "s3://bucket/key"


def transform(template: Path, uploaded: Callable[[str], str] = _anywhere) -> Path:
    """Write the CloudFormation template that the SAM transform makes of ``template`` beside it.

    ``uploaded`` says where in S3 a zip is that the template names, such as ``./api.zip``.
    """
    # The translator asks boto3 for a region; whatever depends on it is resolved by CloudFormation.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    document = read_template(template)
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = uploaded(resource["Properties"]["CodeUri"])
    # It warns at its end that it did not send statistics to AWS, which it isn't meant to.
    logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)
    transformed: dict[str, Any] = sam_transform(document, {}, _NoManagedPolicies())
    target = template.with_name("cloudformation.json")
    target.write_text(json.dumps(transformed, indent=1), "utf-8")
    return target
