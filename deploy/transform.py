"""What AWS makes of a SAM template. Run by `deploy.lint` with .tools/sam on the path: see requirements-transform.in.

Usage: python -m deploy.transform template.yaml transformed.json
"""

import json
import sys
from pathlib import Path
from typing import Any

from deploy.template import read_template


class _NoManagedPolicies:
    """The account's managed policies, none of which the template names."""

    def load(self) -> dict[str, str]:
        return {}


def transform_template(template: dict[str, Any]) -> dict[str, Any]:
    """The CloudFormation template that the SAM transform makes of ``template``."""
    from samtranslator.translator.transform import transform  # type: ignore[import-not-found]  # noqa: PLC0415

    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # By the time of the transform the zips have been uploaded.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    transformed: dict[str, Any] = transform(template, {}, _NoManagedPolicies())
    return transformed


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(json.dumps(transform_template(read_template(source)), indent=1), "utf-8")
