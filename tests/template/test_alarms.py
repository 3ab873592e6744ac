"""Alarms and the dashboard: what they watch exists, and nothing goes unwatched."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.templates import Template, of_type, properties, resolved

SERVICE_METRICS = {
    "PredictionsAccepted", "PredictionsSucceeded", "PredictionsRejected", "PredictionsFailed", "PredictionsCancelled",
    "CoinsRefunded", "DispatcherFailures", "AuditFindings", "AuditAge", "QueueAge", "RowsPerSecond",
}  # fmt: skip
LIMITS = {"password", "own password", "registration", "voucher", "submission", "upload"}
# What AWS publishes, by namespace: the dimensions that say of what, and the type of the resource.
AWS_METRICS = {
    "AWS/Lambda": (
        {"Errors", "Throttles", "Duration", "ConcurrentExecutions"},
        ("FunctionName", "AWS::Serverless::Function"),
    ),
    "AWS/SQS": (
        {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
        ("QueueName", "AWS::SQS::Queue"),
    ),
    "AWS/DynamoDB": (
        {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"},
        ("TableName", "AWS::DynamoDB::Table"),
    ),
}


@dataclass(frozen=True)
class Metric:
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


def known(template: Template, stage: str) -> set[Metric]:
    """Every metric that there is: the service's own, and AWS's of the template's resources."""
    service = (("service", f"liver-lifespan-{stage}"),)
    title = properties(template, "RestAPI")["DefinitionBody"]["info"]["title"]
    api = (("ApiName", title), ("Stage", stage))
    found = {Metric("LiverLifespan", name, service) for name in SERVICE_METRICS}
    found |= {Metric("LiverLifespan", "RequestsRefused", (*service, ("limit", name))) for name in LIMITS}
    found |= {Metric("AWS/ApiGateway", name, api) for name in ("Count", "4XXError", "5XXError", "Latency")}
    for namespace, (names, (dimension, kind)) in AWS_METRICS.items():
        for logical_id in of_type(template, kind):
            value = f"<{logical_id}.QueueName>" if dimension == "QueueName" else f"<{logical_id}>"
            found |= {Metric(namespace, name, ((dimension, value),)) for name in names}
    return found


def alarms(template: Template, stage: str) -> dict[str, dict[str, Any]]:
    return {
        name: resolved(alarm["Properties"], Stage=stage)
        for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items()
    }


def watched(alarm: dict[str, Any]) -> list[Metric]:
    several = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    return [
        Metric(each["Namespace"], each["MetricName"], tuple((one["Name"], one["Value"]) for one in each["Dimensions"]))
        for each in several or [alarm]
    ]


def widgets(template: Template, stage: str) -> list[dict[str, Any]]:
    """The dashboard's widgets, its JSON as CloudFormation writes it."""
    found: list[dict[str, Any]] = json.loads(resolved(properties(template, "Dashboard")["DashboardBody"], Stage=stage))[
        "widgets"
    ]
    return found


def shown(widget: dict[str, Any]) -> Iterator[Metric]:
    """The metrics of a widget; a dot stands for what is above it."""
    above: list[str] = []
    for row in widget["properties"]["metrics"]:
        words = [word for word in row if isinstance(word, str)]
        above = [above[place] if word == "." else word for place, word in enumerate(words)]
        namespace, name, *rest = above
        yield Metric(namespace, name, tuple(zip(rest[::2], rest[1::2], strict=True)))


def test_every_alarm_watches_what_exists(template: Template, stage: str) -> None:
    exists = known(template, stage)
    for name, alarm in alarms(template, stage).items():
        assert set(watched(alarm)) <= exists, name


def test_every_alarm_tells_somebody_and_says_what_to_look_at(template: Template, stage: str) -> None:
    found = alarms(template, stage)
    assert all(alarm["AlarmActions"] == ["<Alarms>"] for alarm in found.values())
    descriptions = [alarm["AlarmDescription"] for alarm in found.values()]
    assert all(re.search(r"\b([Ll]ook|says why)\b", text) for text in descriptions)
    assert len(set(descriptions)) == len(descriptions)


def test_an_alarm_reaches_the_address_that_was_given(template: Template) -> None:
    assert template["Conditions"]["HasAlarmEmail"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}
    (subscription,) = of_type(template, "AWS::SNS::Subscription").values()
    assert subscription["Condition"] == "HasAlarmEmail"
    assert resolved(subscription["Properties"]) == {
        "TopicArn": "<Alarms>", "Protocol": "email", "Endpoint": "<AlarmEmail>",
    }  # fmt: skip


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_has_an_alarm_for_errors_and_one_for_throttles(
    template: Template, stage: str, metric: str
) -> None:
    found = [
        dict(each.dimensions)["FunctionName"]
        for alarm in alarms(template, stage).values()
        for each in watched(alarm)
        if (each.namespace, each.name, alarm["Threshold"]) == ("AWS/Lambda", metric, 1)
    ]
    assert sorted(found) == sorted(f"<{function}>" for function in of_type(template, "AWS::Serverless::Function"))


@pytest.mark.parametrize(
    ("alarm", "metric", "threshold"),
    [
        ("PredictionsFailedAlarm", "PredictionsFailed", 1),
        ("UnprocessableAlarm", "ApproximateNumberOfMessagesVisible", 1),
        ("ApiErrorsAlarm", "5XXError", 5),
        ("LogInsRefusedAlarm", "RequestsRefused", 100),
        ("DispatcherFailuresAlarm", "DispatcherFailures", 1),
        ("AuditFindingsAlarm", "AuditFindings", 1),
    ],
)
def test_what_must_not_happen_sets_an_alarm_off(
    template: Template, stage: str, alarm: str, metric: str, threshold: int
) -> None:
    found = alarms(template, stage)[alarm]
    assert (found["MetricName"], found["Threshold"]) == (metric, threshold)
    assert found["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert found["TreatMissingData"] == "notBreaching"


def test_the_last_queue_is_the_one_that_must_stay_empty(template: Template, stage: str) -> None:
    (metric,) = watched(alarms(template, stage)["UnprocessableAlarm"])
    assert metric.dimensions == (("QueueName", "<UnprocessableQueue.QueueName>"),)


def test_an_audit_that_is_not_finished_for_two_days_sets_an_alarm_off(template: Template, stage: str) -> None:
    found = alarms(template, stage)["AuditMissingAlarm"]
    assert (found["MetricName"], found["Statistic"]) == ("AuditAge", "Maximum")
    assert (found["ComparisonOperator"], found["Threshold"]) == ("GreaterThanThreshold", 2 * 86_400)


def test_an_audit_function_that_says_nothing_for_two_hours_sets_an_alarm_off(template: Template, stage: str) -> None:
    found = alarms(template, stage)["AuditMissingAlarm"]
    (event,) = properties(template, "Audit")["Events"].values()
    assert event["Properties"]["Schedule"] == "rate(15 minutes)"
    assert found["TreatMissingData"] == "breaching"
    assert found["Period"] * found["EvaluationPeriods"] == 2 * 3600


def test_findings_are_an_alarm_as_long_as_the_last_audit_has_them(template: Template, stage: str) -> None:
    found = alarms(template, stage)["AuditFindingsAlarm"]
    assert (found["Statistic"], found["Period"]) == ("Maximum", 3600)


def test_the_age_of_the_queue_counts_while_messages_wait(template: Template, stage: str) -> None:
    found = alarms(template, stage)["QueueAgeAlarm"]
    by_id = {each["Id"]: each for each in found["Metrics"]}
    assert by_id["waiting_seconds"]["Expression"] == "IF(waiting > 0, age, 0)"
    assert by_id["age"]["MetricStat"]["Metric"]["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert by_id["waiting"]["MetricStat"]["Metric"]["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert by_id["waiting"]["MetricStat"]["Stat"] == "Minimum"
    assert [each["Id"] for each in found["Metrics"] if each.get("ReturnData", True)] == ["waiting_seconds"]
    assert found["Threshold"] == 300


def test_the_dashboard_shows_what_exists(template: Template, stage: str) -> None:
    exists = known(template, stage)
    for widget in widgets(template, stage):
        if widget["type"] == "metric":
            assert set(shown(widget)) <= exists, widget["properties"]["title"]


def test_the_dashboard_shows_every_alarm_function_table_queue_and_metric_of_the_service(
    template: Template, stage: str
) -> None:
    (of_alarms,) = (each for each in widgets(template, stage) if each["type"] == "alarm")
    assert sorted(of_alarms["properties"]["alarms"]) == sorted(f"<{name}.Arn>" for name in alarms(template, stage))
    metrics = [each for widget in widgets(template, stage) if widget["type"] == "metric" for each in shown(widget)]
    values = {value for each in metrics for _, value in each.dimensions}
    for kind, form in (
        ("AWS::Serverless::Function", "<{}>"),
        ("AWS::DynamoDB::Table", "<{}>"),
        ("AWS::SQS::Queue", "<{}.QueueName>"),
    ):
        assert {form.format(name) for name in of_type(template, kind)} <= values
    of_service = {each.name for each in metrics if each.namespace == "LiverLifespan"}
    assert of_service == SERVICE_METRICS - {"AuditFindings", "AuditAge"} | {"RequestsRefused"}
    assert {dict(each.dimensions)["limit"] for each in metrics if each.name == "RequestsRefused"} == LIMITS


def test_no_two_widgets_lie_on_each_other(template: Template, stage: str) -> None:
    cells = [
        (x, y)
        for each in widgets(template, stage)
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) == 23


def test_there_is_one_dashboard(template: Template) -> None:
    assert list(of_type(template, "AWS::CloudWatch::Dashboard")) == ["Dashboard"]
