"""What AWS makes of a SAM template."""

import json
import os
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform as sam_transform  # type: ignore[import-untyped]

from deploy.template import read_template


class _NoManagedPolicies:
    """The account's managed policies, none of which the template names."""

    def load(self) -> dict[str, str]:
        return {}


def transform(template: Path) -> Path:
    """Write the CloudFormation template that the SAM transform makes of ``template`` beside it."""
    # The translator asks boto3 for a region; whatever depends on it is resolved by CloudFormation.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    document = read_template(template)
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # By the time of the transform the zips have been uploaded.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    transformed: dict[str, Any] = sam_transform(document, {}, _NoManagedPolicies())
    target = template.with_name("transformed.json")
    target.write_text(json.dumps(transformed, indent=1), "utf-8")
    return target
