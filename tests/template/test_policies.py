"""The policies of docs/policies/ against what CloudFormation and the docs' own commands need.

The calls of our commands are checked in tests/packaged_stage/test_the_first_day.py.
"""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]
import pytest

from deploy.template import ROOT
from deploy.transform import transform

SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
POLICIES = ROOT / "docs" / "policies"
CHARACTERS_MAX = 6144
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, of a managed policy, without spaces."""

_PLACE = "eu-central-1:123456789012"
NAMED = {
    "AWS::ApiGateway::Deployment": "arn:aws:apigateway:eu-central-1::/restapis/abc/deployments/def",
    "AWS::ApiGateway::RestApi": "arn:aws:apigateway:eu-central-1::/restapis/abc",
    "AWS::ApiGateway::Stage": "arn:aws:apigateway:eu-central-1::/restapis/abc/stages/dev",
    "AWS::Budgets::Budget": "arn:aws:budgets::123456789012:budget/any-name",
    "AWS::CloudFront::Distribution": "arn:aws:cloudfront::123456789012:distribution/E1",
    "AWS::CloudFront::Function": "arn:aws:cloudfront::123456789012:function/liver-lifespan-dev-eu-central-1-docs-index",
    "AWS::CloudFront::OriginAccessControl": "arn:aws:cloudfront::123456789012:origin-access-control/E1",
    "AWS::CloudFront::ResponseHeadersPolicy": "arn:aws:cloudfront::123456789012:response-headers-policy/abc",
    "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:{_PLACE}:alarm:liver-lifespan-dev-AuditErrorsAlarm-ABC",
    "AWS::CloudWatch::Dashboard": "arn:aws:cloudwatch::123456789012:dashboard/liver-lifespan-dev-eu-central-1",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{_PLACE}:table/liver-lifespan-dev-Users-ABC",
    "AWS::Events::Rule": f"arn:aws:events:{_PLACE}:rule/liver-lifespan-dev-AuditSchedule-ABC",
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/liver-lifespan-dev-AuditRole-ABC",
    "AWS::Lambda::EventSourceMapping": f"arn:aws:lambda:{_PLACE}:event-source-mapping:abc",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_PLACE}:function:liver-lifespan-dev-Audit-ABC",
    "AWS::Lambda::Permission": f"arn:aws:lambda:{_PLACE}:function:liver-lifespan-dev-Audit-ABC",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_PLACE}:log-group:/liver-lifespan-dev/audit:*",
    "AWS::S3::Bucket": "arn:aws:s3:::liver-lifespan-dev-files-abc",
    "AWS::S3::BucketPolicy": "arn:aws:s3:::liver-lifespan-dev-files-abc",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{_PLACE}:secret:SigningSecret-ABC-def",
    "AWS::SNS::Subscription": f"arn:aws:sns:{_PLACE}:liver-lifespan-dev-Alarms-ABC",
    "AWS::SNS::Topic": f"arn:aws:sns:{_PLACE}:liver-lifespan-dev-Alarms-ABC",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_PLACE}:liver-lifespan-dev-InferenceQueue-ABC",
}
"""A resource of each type, as CloudFormation names it: by the stack's name (except for secrets), the logical id, and a
random suffix."""
CODE = f"arn:aws:s3:::liver-lifespan-artefacts-123456789012-eu-central-1/dev/code/{'0' * 64}.zip"
NOT_USED = re.compile(
    r"(ec2|elasticfilesystem|firehose|kinesis|kms|s3files|s3tables):.*"  # no resource has these
    r"|iam:(Attach|Detach)RolePolicy|iam:(Put|Delete)RolePermissionsBoundary"  # the roles have neither
    r"|iam:CreateServiceLinkedRole"  # for tables in several regions
    r"|billing:GetBillingViewData"  # for a budget of a billing view
    r"|s3:REST\.PUT\.OBJECT"  # no action
)
"""Permissions that CloudFormation needs only for properties that the template does not have."""
HANDLERS = ("create", "read", "update", "delete")


def is_granted(policy: str, action: str, resource: str) -> bool:
    """Return whether a statement of the policy names the action and the resource. Its condition is not evaluated."""
    return any(
        any(fnmatchcase(action, pattern) for pattern in as_list(statement["Action"]))
        and any(fnmatchcase(resource, pattern) for pattern in as_list(statement["Resource"]))
        for statement in json.loads((POLICIES / f"{policy}.json").read_text("utf-8"))["Statement"]
    )


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def permissions(kind: str) -> set[str]:
    """Return the permissions that CloudFormation needs for resources of a type, from the type's schema."""
    name = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text("utf-8"))[kind]
    handlers = json.loads((SCHEMAS / "resources" / f"{name}.json").read_text("utf-8"))["handlers"]
    return {action for handler in HANDLERS for action in handlers.get(handler, {}).get("permissions", [])}


def test_the_deployer_may_do_what_cloudformation_does_for_each_type(template_path: Path) -> None:
    resources = json.loads(transform(template_path).read_text("utf-8"))["Resources"].values()
    missing = []
    for kind in sorted({resource["Type"] for resource in resources}):
        service = NAMED[kind].split(":")[2]
        for action in sorted(permissions(kind)):
            resource = {"s3": CODE, "iam": NAMED["AWS::IAM::Role"]}.get(action.partition(":")[0], NAMED[kind])
            if action.startswith(f"{service}:"):
                resource = NAMED[kind]
            if not NOT_USED.fullmatch(action) and not is_granted("deployer", action, resource):
                missing.append(f"{kind}: {action} on {resource}")

    assert missing == []


def test_the_roles_need_no_permission_that_is_left_out(template_path: Path) -> None:
    resources = json.loads(transform(template_path).read_text("utf-8"))["Resources"].values()
    roles = [resource["Properties"] for resource in resources if resource["Type"] == "AWS::IAM::Role"]

    assert roles
    assert not [role for role in roles if role.get("ManagedPolicyArns") or "PermissionsBoundary" in role]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{_PLACE}:table/somebody-elses"),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{_PLACE}:function:somebody-elses"),
        ("s3:DeleteObject", "arn:aws:s3:::somebody-elses/file"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/Admin"),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/Admin"),
        ("iam:CreateUser", "arn:aws:iam::123456789012:user/anybody"),
        ("cloudformation:DeleteStack", f"arn:aws:cloudformation:{_PLACE}:stack/somebody-elses/abc"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{_PLACE}:secret:somebody-elses"),
    ],
)
def test_the_deployer_may_not_touch_what_is_not_the_service_s(action: str, resource: str) -> None:
    assert not is_granted("deployer", action, resource)


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:DeleteTable",
        "lambda:UpdateFunctionCode",
        "iam:PassRole",
        "cloudformation:CreateChangeSet",
        "s3:PutObject",
    ],
)
def test_the_operator_may_neither_deploy_nor_delete_tables(action: str) -> None:
    for resource in (*NAMED.values(), f"arn:aws:cloudformation:{_PLACE}:stack/liver-lifespan-dev/abc"):
        assert not is_granted("operator", action, resource)


@pytest.mark.parametrize(("policy", "page"), [("operator", "operating.md"), ("deployer", "deploying.md")])
def test_the_aws_commands_of_the_docs_are_granted(policy: str, page: str) -> None:
    commands = set(aws_commands((ROOT / "docs" / page).read_text("utf-8")))
    copy = f"arn:aws:dynamodb:{_PLACE}:table/liver-lifespan-dev-restored-Users"
    resources = [*NAMED.values(), copy, f"arn:aws:cloudformation:{_PLACE}:stack/liver-lifespan-dev/abc"]

    assert commands
    assert not [
        command for command in commands if not any(is_granted(policy, command, resource) for resource in resources)
    ]


def aws_commands(text: str) -> Iterator[str]:
    """Yield the actions of the commands such as `aws dynamodb delete-table`."""
    for service, command in re.findall(r"\baws ([a-z0-9]+) ([a-z][a-z-]+)", text):
        if service != "configure":
            operation = "".join(word.capitalize() for word in command.split("-"))
            yield f"{service}:{ {'Wait': 'DescribeTable'}.get(operation, operation) }"


@pytest.mark.parametrize("policy", ["deployer", "operator"])
def test_aws_takes_the_policy(policy: str) -> None:
    document = json.loads((POLICIES / f"{policy}.json").read_text("utf-8"))

    assert len(json.dumps(document, separators=(",", ":"))) <= CHARACTERS_MAX
    sids = [statement["Sid"] for statement in document["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)
