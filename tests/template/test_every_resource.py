"""Every function, queue, table and bucket has what it needs: rights, alarms, a place on the dashboard, costs, docs.

The lists come from the template, so a new resource without one of them fails here. Of a new table or bucket nothing
has to be added to the costs: `benchmarks.meter` counts every request, and refuses an operation that it doesn't know.
"""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from benchmarks.cost import (
    MINUTES_A_MONTH,
    POLLERS,
    POLLS_A_MINUTE,
    alarm_metrics,
    functions,
    polled_queues,
    schedules,
)
from deploy.template import ROOT
from deploy.template import read_template as read_template_file
from deploy.transform import transform
from local.provision import read_template
from tests.support.templates import Template, all_statements, of_type, properties, resolved, statements

FUNCTION, QUEUE, TABLE, BUCKET = (
    "AWS::Serverless::Function", "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::S3::Bucket",
)  # fmt: skip
KINDS = (FUNCTION, QUEUE, TABLE, BUCKET)
DEPLOYER = ROOT / "docs" / "policies" / "deployer.json"
# The action that creates a resource, and the ARN of one that CloudFormation named.
CREATION = {
    FUNCTION: ("lambda:CreateFunction", "arn:aws:lambda:eu-central-1:123456789012:function:{}"),
    QUEUE: ("sqs:CreateQueue", "arn:aws:sqs:eu-central-1:123456789012:{}"),
    TABLE: ("dynamodb:CreateTable", "arn:aws:dynamodb:eu-central-1:123456789012:table/{}"),
    BUCKET: ("s3:CreateBucket", "arn:aws:s3:::{}"),
}


def named(node: Any) -> set[str]:
    """Return the logical ids to which ``node`` refers."""
    return set(re.findall(r"<(\w+)[.>]", json.dumps(resolved(node))))


def without_rights(template: Template) -> set[str]:
    """Return functions without rights, and resources on which nobody has any.

    A queue that only takes dead letters needs no right.
    """
    all_functions = of_type(template, FUNCTION)
    idle = {
        name for name in all_functions if "Role" not in properties(template, name) or not statements(template, name)
    }
    policies = [
        resource for kind in ("AWS::IAM::Role", "AWS::S3::BucketPolicy") for resource in by_type(template, kind)
    ]
    granted = [
        statement["Resource"]
        for statement in all_statements(policies)
        if statement["Effect"] == "Allow" and "Resource" in statement
    ]
    redrives = [queue["Properties"].get("RedrivePolicy") for queue in by_type(template, QUEUE)]
    return idle | set(of_type(template, QUEUE, TABLE, BUCKET)) - named([granted, redrives])


def by_type(template: Template, kind: str) -> list[dict[str, Any]]:
    return list(of_type(template, kind).values())


def without_alarm(template: Template) -> set[str]:
    """Return functions without alarms for errors and throttles, and queues without an alarm.

    The alarms of the function that takes a queue's messages are enough.
    """
    alarms = [alarm["Properties"] for alarm in by_type(template, "AWS::CloudWatch::Alarm")]
    watched = {
        metric: named([alarm.get("Dimensions") for alarm in alarms if alarm.get("MetricName") == metric])
        for metric in ("Errors", "Throttles")
    }
    safe = watched["Errors"] & watched["Throttles"]
    taken = named([properties(template, name).get("Events") for name in safe & set(of_type(template, FUNCTION))])
    return set(of_type(template, FUNCTION)) - safe | set(of_type(template, QUEUE)) - taken - named(alarms)


def not_on_the_dashboard(template: Template) -> set[str]:
    return set(of_type(template, FUNCTION, QUEUE, TABLE)) - named(properties(template, "Dashboard"))


def without_costs(template: Template) -> set[str]:
    """Return functions that `make cost` does not know."""
    known = {"APIHandler"} | {"".join(map(str.capitalize, name.split("_"))) for name in functions(read_template())}
    return set(of_type(template, FUNCTION)) - known


def not_created_by_the_deployer(template: Template) -> set[str]:
    """Return resources that somebody with docs/policies/deployer.json can't create."""
    allowed = [s for s in json.loads(DEPLOYER.read_text("utf-8"))["Statement"] if s["Effect"] == "Allow"]
    return {
        name
        for kind, (action, arn) in CREATION.items()
        for name in of_type(template, kind)
        if not any(
            any(fnmatchcase(action, pattern) for pattern in as_list(statement["Action"]))
            and any(
                fnmatchcase(arn.format(physical(name, kind)), pattern) for pattern in as_list(statement["Resource"])
            )
            for statement in allowed
        )
    }


def physical(name: str, kind: str) -> str:
    text = f"liver-lifespan-prod-{name}-1A2B3C4D5E6F"
    return text.lower() if kind == BUCKET else text


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def not_in_the_docs(template: Template) -> set[str]:
    """Return resources that the list in docs/deploying.md lacks."""
    return set(of_type(template, *KINDS)) - documented()


def documented() -> set[str]:
    text = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    _, _, section = text.partition("## Know what a stage consists of\n")
    return set(re.findall("`([A-Z][A-Za-z]+)`", section.split("\n## ")[0]))


CHECKS: dict[Callable[[Template], set[str]], tuple[str, ...]] = {
    without_rights: KINDS,
    without_alarm: (FUNCTION, QUEUE),
    not_on_the_dashboard: (FUNCTION, QUEUE, TABLE),
    without_costs: (FUNCTION,),
    not_in_the_docs: KINDS,
}
"""The checks, each with the types of the resources that it looks at."""


@pytest.mark.parametrize("missing", CHECKS)
def test_no_function_queue_table_or_bucket_is_missing(
    template: Template, missing: Callable[[Template], set[str]]
) -> None:
    assert missing(template) == set()


@pytest.mark.parametrize(("missing", "kind"), [(missing, kind) for missing, kinds in CHECKS.items() for kind in kinds])
def test_a_new_resource_is_reported_until_it_is_added_everywhere(
    template: Template, missing: Callable[[Template], set[str]], kind: str
) -> None:
    extended = deepcopy(template)
    extended["Resources"]["NewResource"] = {"Type": kind, "Properties": {}}

    assert missing(extended) == {"NewResource"}


def test_every_resource_that_can_have_tags_gets_those_of_the_stack(template_path: Path) -> None:
    kinds = {resource["Type"] for resource in read_template_file(transform(template_path))["Resources"].values()}
    tagging = {kind: PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema["tagging"] for kind in kinds}
    assert {kind for kind, tags in tagging.items() if tags["taggable"] and not tags["tagOnCreate"]} == set()
    assert tagging[TABLE]["tagOnCreate"]


def test_the_deployer_may_create_every_function_queue_table_and_bucket(template: Template) -> None:
    assert not_created_by_the_deployer(template) == set()


def test_the_docs_list_no_resource_that_does_not_exist(template: Template) -> None:
    assert documented() <= set(template["Resources"])


def test_the_costs_of_an_idle_month_count_the_template_s_resources() -> None:
    resources = read_template()
    kinds = [resource.get("Type") for resource in resources.values()]
    runs = sum(times for _, times in schedules())
    polls = polled_queues() * POLLERS * POLLS_A_MINUTE * MINUTES_A_MONTH
    rows = (ROOT / "docs" / "cost.md").read_text("utf-8")

    assert f"| alarms, by the metrics that they watch | {sum(map(alarm_metrics, resources.values()))} |" in rows
    assert f"| secrets | {kinds.count('AWS::SecretsManager::Secret')} |" in rows
    assert f"| the dashboard | {kinds.count('AWS::CloudWatch::Dashboard')} |" in rows
    assert f"Lambda's long polls of two queues | {polls:,} |" in rows
    assert f"{runs:,.0f} runs" in rows
