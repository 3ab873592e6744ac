"""Alarms and the dashboard: the metrics that they use exist, and every metric is shown."""

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
# AWS's metrics by namespace: their names, the dimension that names the resource, and the resource's type.
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


def existing_metrics(template: Template, stage: str) -> set[Metric]:
    """Return all metrics: the service's own, and AWS's metrics of the template's resources."""
    service = (("service", f"liver-lifespan-{stage}"),)
    title = properties(template, "RestAPI")["DefinitionBody"]["info"]["title"]
    api = (("ApiName", title), ("Stage", stage))
    metrics = {Metric("LiverLifespan", name, service) for name in SERVICE_METRICS}
    metrics |= {Metric("LiverLifespan", "RequestsRefused", (*service, ("limit", name))) for name in LIMITS}
    metrics |= {Metric("AWS/ApiGateway", name, api) for name in ("Count", "4XXError", "5XXError", "Latency")}
    for namespace, (names, (dimension, kind)) in AWS_METRICS.items():
        for logical_id in of_type(template, kind):
            value = f"<{logical_id}.QueueName>" if dimension == "QueueName" else f"<{logical_id}>"
            metrics |= {Metric(namespace, name, ((dimension, value),)) for name in names}
    return metrics


def alarms(template: Template, stage: str) -> dict[str, dict[str, Any]]:
    return {
        name: resolved(alarm["Properties"], Stage=stage)
        for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items()
    }


def metrics_of_alarm(alarm: dict[str, Any]) -> list[Metric]:
    queries = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    return [
        Metric(
            metric["Namespace"],
            metric["MetricName"],
            tuple((dimension["Name"], dimension["Value"]) for dimension in metric["Dimensions"]),
        )
        for metric in queries or [alarm]
    ]


def widgets(template: Template, stage: str) -> list[dict[str, Any]]:
    """Return the dashboard's widgets."""
    body = json.loads(resolved(properties(template, "Dashboard")["DashboardBody"], Stage=stage))
    dashboard_widgets: list[dict[str, Any]] = body["widgets"]
    return dashboard_widgets


def metrics_of_widget(widget: dict[str, Any]) -> Iterator[Metric]:
    """Yield the metrics of a widget. A dot repeats the value of the row above."""
    previous: list[str] = []
    for row in widget["properties"]["metrics"]:
        words = [word for word in row if isinstance(word, str)]
        previous = [previous[index] if word == "." else word for index, word in enumerate(words)]
        namespace, name, *dimensions = previous
        yield Metric(namespace, name, tuple(zip(dimensions[::2], dimensions[1::2], strict=True)))


def test_every_alarm_uses_existing_metrics(template: Template, stage: str) -> None:
    existing = existing_metrics(template, stage)
    for name, alarm in alarms(template, stage).items():
        assert set(metrics_of_alarm(alarm)) <= existing, name


def test_every_alarm_is_sent_and_its_description_says_where_to_look(template: Template, stage: str) -> None:
    all_alarms = alarms(template, stage)
    assert all(alarm["AlarmActions"] == ["<Alarms>"] for alarm in all_alarms.values())
    descriptions = [alarm["AlarmDescription"] for alarm in all_alarms.values()]
    assert all(re.search(r"\b([Ll]ook|says why)\b", text) for text in descriptions)
    assert len(set(descriptions)) == len(descriptions)


def test_alarms_are_sent_to_the_address_in_alarm_email(template: Template) -> None:
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
    functions = [
        dict(alarm_metric.dimensions)["FunctionName"]
        for alarm in alarms(template, stage).values()
        for alarm_metric in metrics_of_alarm(alarm)
        if (alarm_metric.namespace, alarm_metric.name, alarm["Threshold"]) == ("AWS/Lambda", metric, 1)
    ]
    assert sorted(functions) == sorted(f"<{function}>" for function in of_type(template, "AWS::Serverless::Function"))


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
def test_each_alarm_has_its_metric_and_threshold(
    template: Template, stage: str, alarm: str, metric: str, threshold: int
) -> None:
    settings = alarms(template, stage)[alarm]
    assert (settings["MetricName"], settings["Threshold"]) == (metric, threshold)
    assert settings["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert settings["TreatMissingData"] == "notBreaching"


def test_a_message_in_the_unprocessable_queue_sets_an_alarm_off(template: Template, stage: str) -> None:
    (metric,) = metrics_of_alarm(alarms(template, stage)["UnprocessableAlarm"])
    assert metric.dimensions == (("QueueName", "<UnprocessableQueue.QueueName>"),)


def test_an_audit_that_is_not_finished_for_two_days_sets_an_alarm_off(template: Template, stage: str) -> None:
    alarm = alarms(template, stage)["AuditMissingAlarm"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("AuditAge", "Maximum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 2 * 86_400)


def test_an_audit_function_that_does_not_run_for_two_hours_sets_an_alarm_off(template: Template, stage: str) -> None:
    alarm = alarms(template, stage)["AuditMissingAlarm"]
    (event,) = properties(template, "Audit")["Events"].values()
    assert event["Properties"]["Schedule"] == "rate(15 minutes)"
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 2 * 3600


def test_the_audit_alarm_lasts_as_long_as_the_last_audit_has_findings(template: Template, stage: str) -> None:
    alarm = alarms(template, stage)["AuditFindingsAlarm"]
    assert (alarm["Statistic"], alarm["Period"]) == ("Maximum", 3600)


def test_the_queue_s_age_counts_only_while_messages_wait(template: Template, stage: str) -> None:
    alarm = alarms(template, stage)["QueueAgeAlarm"]
    by_id = {query["Id"]: query for query in alarm["Metrics"]}
    assert by_id["waiting_seconds"]["Expression"] == "IF(waiting > 0, age, 0)"
    assert by_id["age"]["MetricStat"]["Metric"]["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert by_id["waiting"]["MetricStat"]["Metric"]["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert by_id["waiting"]["MetricStat"]["Stat"] == "Minimum"
    assert [query["Id"] for query in alarm["Metrics"] if query.get("ReturnData", True)] == ["waiting_seconds"]
    assert alarm["Threshold"] == 300


def test_the_dashboard_shows_existing_metrics(template: Template, stage: str) -> None:
    existing = existing_metrics(template, stage)
    for widget in widgets(template, stage):
        if widget["type"] == "metric":
            assert set(metrics_of_widget(widget)) <= existing, widget["properties"]["title"]


def test_the_dashboard_shows_every_alarm_function_table_queue_and_metric_of_the_service(
    template: Template, stage: str
) -> None:
    (alarm_widget,) = (widget for widget in widgets(template, stage) if widget["type"] == "alarm")
    assert sorted(alarm_widget["properties"]["alarms"]) == sorted(f"<{name}.Arn>" for name in alarms(template, stage))
    metrics = [
        metric
        for widget in widgets(template, stage)
        if widget["type"] == "metric"
        for metric in metrics_of_widget(widget)
    ]
    values = {value for metric in metrics for _, value in metric.dimensions}
    for kind, form in (
        ("AWS::Serverless::Function", "<{}>"),
        ("AWS::DynamoDB::Table", "<{}>"),
        ("AWS::SQS::Queue", "<{}.QueueName>"),
    ):
        assert {form.format(name) for name in of_type(template, kind)} <= values
    service_metrics = {metric.name for metric in metrics if metric.namespace == "LiverLifespan"}
    assert service_metrics == SERVICE_METRICS - {"AuditFindings", "AuditAge"} | {"RequestsRefused"}
    assert {dict(metric.dimensions)["limit"] for metric in metrics if metric.name == "RequestsRefused"} == LIMITS


def test_no_two_widgets_overlap(template: Template, stage: str) -> None:
    cells = [
        (x, y)
        for widget in widgets(template, stage)
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) == 23


def test_there_is_one_dashboard(template: Template) -> None:
    assert list(of_type(template, "AWS::CloudWatch::Dashboard")) == ["Dashboard"]
