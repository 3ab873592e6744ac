"""Create the tables, queues and buckets of `.chalice/resources.yaml` through the AWS API of any endpoint.

The names are CloudFormation's (stack and logical id) without the random suffix. ``python -m local.provision [STACK]``
creates them at AWS_ENDPOINT_URL and prints the functions' environment variables as shell commands.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from chalice.package import YAMLTemplateSerializer

TEMPLATE = Path(__file__).resolve().parents[1] / ".chalice" / "resources.yaml"
STACK = "lifespan-local"

OPERATOR_QUEUES = {"DEAD_LETTER_QUEUE_URL": "DeadLetterQueue", "UNPROCESSABLE_QUEUE_URL": "UnprocessableQueue"}
"""Queues whose URLs no function needs: Lambda or the operator's commands read them."""

Resource = dict[str, Any]

# Properties of AWS::DynamoDB::Table that CreateTable doesn't accept; they matter on AWS only.
_NOT_IN_CREATE_TABLE = {
    "PointInTimeRecoverySpecification", "TimeToLiveSpecification", "DeletionProtectionEnabled", "SSESpecification",
    "Tags",
}  # fmt: skip


@cache
def read_template() -> dict[str, Resource]:
    """Return the template's resources by logical id. All callers share the dictionary, so don't change it."""
    resources: dict[str, Resource] = parsed_template(TEMPLATE.read_text("utf-8"))["Resources"]
    return resources


def parsed_template(text: str) -> dict[str, Any]:
    """Return a template with CloudFormation's short forms (``!Ref``) in their long form."""
    return YAMLTemplateSerializer().load_template(text)


def variables(resources: dict[str, Resource]) -> dict[str, str]:
    """Return the functions' environment variables that hold a resource's name, each with the resource's logical id."""
    declared = resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    return {name: value["Ref"] for name, value in declared.items() if isinstance(value, dict) and "Ref" in value}


class Provisioner:
    """Creates missing resources and returns the names of all resources.

    ``session`` must have a method ``client(service)``, as boto3 and ``ToolSession`` do.
    """

    def __init__(self, session: Any, resources: dict[str, Resource], stack: str = STACK) -> None:
        self._dynamodb = session.client("dynamodb")
        self._sqs = session.client("sqs")
        self._s3 = session.client("s3")
        self._resources = resources
        self._stack = stack
        self._queue_urls: dict[str, str] = {}

    def run(self) -> dict[str, str]:
        """Create missing resources. Return the functions' environment variables with the resources' names."""
        ours = self._ours()
        for logical_id, resource in ours.items():
            if resource["Type"] == "AWS::DynamoDB::Table":
                self._table(logical_id, resource["Properties"])
            elif resource["Type"] == "AWS::SQS::Queue":
                self._queue(logical_id)
            else:
                self._bucket(logical_id, resource["Properties"])
        named = variables(self._resources)
        return {name: self.ref(logical_id) for name, logical_id in named.items() if logical_id in ours}

    def missing(self) -> list[str]:
        """Return the names of the tables, queues and buckets that ``run`` creates and that don't exist."""
        queues = (url.rsplit("/", 1)[-1] for url in self._sqs.list_queues().get("QueueUrls", []))
        buckets = (bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"])
        existing = {*self._dynamodb.list_tables()["TableNames"], *queues, *buckets}
        return [name for name in map(self._name, self._ours()) if name not in existing]

    def _ours(self) -> dict[str, Resource]:
        """Return the resources that ``run`` creates. The page's bucket is not needed: the local API serves the page."""
        kinds = {"AWS::DynamoDB::Table", "AWS::SQS::Queue"}
        named = set(variables(self._resources).values())
        return {
            logical_id: resource
            for logical_id, resource in self._resources.items()
            if resource.get("Type") in kinds or (resource.get("Type") == "AWS::S3::Bucket" and logical_id in named)
        }

    def ref(self, logical_id: str) -> str:
        """Return the value of CloudFormation's Ref: a queue's URL, or the name of another resource."""
        is_queue = self._resources[logical_id]["Type"] == "AWS::SQS::Queue"
        return self._queue(logical_id) if is_queue else self._name(logical_id)

    def _name(self, logical_id: str) -> str:
        name = f"{self._stack}-{logical_id}"
        return name.lower() if self._resources[logical_id]["Type"] == "AWS::S3::Bucket" else name

    def _table(self, logical_id: str, properties: dict[str, Any]) -> None:
        accepted = {name: value for name, value in properties.items() if name not in _NOT_IN_CREATE_TABLE}
        try:
            self._dynamodb.create_table(TableName=self.ref(logical_id), **accepted)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceInUseException":
                raise

    def _queue(self, logical_id: str) -> str:
        """Return the queue's URL. Create the queue if needed, and its dead-letter queue before it."""
        if logical_id not in self._queue_urls:
            name = self._name(logical_id)
            attributes = self._queue_attributes(self._resources[logical_id]["Properties"])
            try:
                url = self._sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
            except ClientError as error:
                if error.response["Error"]["Code"] not in {"QueueAlreadyExists", "QueueNameExists"}:
                    raise
                url = self._sqs.get_queue_url(QueueName=name)["QueueUrl"]
                self._sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
            self._queue_urls[logical_id] = url
        return self._queue_urls[logical_id]

    def _queue_attributes(self, properties: dict[str, Any]) -> dict[str, str]:
        attributes = {name: str(value) for name, value in properties.items() if isinstance(value, int | str)}
        attributes.pop("SqsManagedSseEnabled", None)
        if redrive := properties.get("RedrivePolicy"):
            target = self._queue(redrive["deadLetterTargetArn"]["Fn::GetAtt"][0])
            response = self._sqs.get_queue_attributes(QueueUrl=target, AttributeNames=["QueueArn"])
            policy = {**redrive, "deadLetterTargetArn": response["Attributes"]["QueueArn"]}
            attributes["RedrivePolicy"] = json.dumps(policy)
        return attributes

    def _bucket(self, logical_id: str, properties: dict[str, Any]) -> None:
        name = self.ref(logical_id)
        region = self._s3.meta.region_name
        # CreateBucket does not accept us-east-1 as a location constraint.
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            self._s3.create_bucket(Bucket=name, **location)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise
        self._s3.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"]
        )
        cors = [
            {"MaxAgeSeconds" if name == "MaxAge" else name: value for name, value in rule.items()}
            for rule in properties["CorsConfiguration"]["CorsRules"]
        ]
        self._s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": cors})
        rules = [_lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        self._s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a lifecycle rule of CloudFormation in the format of the S3 API."""
    common: dict[str, Any] = {name: rule[name] for name in ("Status", "AbortIncompleteMultipartUpload") if name in rule}
    expiration = {"Expiration": {"Days": rule["ExpirationInDays"]}} if "ExpirationInDays" in rule else {}
    return {"ID": rule["Id"], "Filter": {"Prefix": rule.get("Prefix", "")}, **common, **expiration}


def main(stack: str = STACK) -> int:
    """Create the resources at AWS_ENDPOINT_URL. Return 2 if it is not set: boto3 would use an AWS account."""
    if "AWS_ENDPOINT_URL" not in os.environ:
        print("Name the endpoint, for example: AWS_ENDPOINT_URL=http://127.0.0.1:4566", file=sys.stderr)
        return 2
    provisioner = Provisioner(boto3, read_template(), stack)
    names = provisioner.run() | {"DEAD_LETTER_QUEUE_URL": provisioner.ref("DeadLetterQueue")}
    print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in names.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
