"""The parameters of a stack: what a deployment accepts, the budget, the tags."""

from typing import Any

import pytest

from deploy.parameters import require_valid
from deploy.steps import RefusedError
from tests.support.templates import Template, properties, resolved

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DomainName", "liver.example.org"),
        ("DomainName", "a.b-c.xn--p1ai"),
        ("DomainName", ""),
        ("CertificateArn", CERTIFICATE),
        ("CertificateArn", ""),
        ("MonthlyBudget", "0"),
        ("MonthlyBudget", "250"),
        ("WorkerConcurrencyMax", "2"),
        ("WorkerConcurrencyMax", "1000"),
        ("AlarmEmail", "you@example.org"),
    ],
)
def test_a_deployment_accepts_a_valid_parameter(template: Template, name: str, value: str) -> None:
    require_valid(template, {name: value})


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DomainName", "https://liver.example.org/", "without https://"),
        ("DomainName", "liver.example.org.", "must be a domain"),
        ("DomainName", "localhost", "must be a domain"),
        ("DomainName", "*.example.org", "must be a domain"),
        ("CertificateArn", CERTIFICATE.replace("us-east-1", "eu-central-1"), "us-east-1"),
        ("CertificateArn", "arn:aws:iam::123456789012:server-certificate/liver", "us-east-1"),
        ("MonthlyBudget", "-1", "of at least 0"),
        ("MonthlyBudget", "50 USD", "of at least 0"),
        ("WorkerConcurrencyMax", "1", "from 2 to 1000"),
        ("WorkerConcurrencyMax", "1001", "from 2 to 1000"),
    ],
)
def test_a_deployment_refuses_an_invalid_parameter_before_anything_is_uploaded(
    template: Template, name: str, value: str, reason: str
) -> None:
    with pytest.raises(RefusedError, match=reason):
        require_valid(template, {name: value})


def test_the_budget_is_off_by_default_and_needs_an_address(template: Template) -> None:
    assert template["Parameters"]["MonthlyBudget"]["Default"] == 0
    above_zero = {"Fn::Not": [{"Fn::Equals": [{"Ref": "MonthlyBudget"}, "0"]}]}
    assert template["Conditions"]["HasBudget"] == above_zero
    assert template["Resources"]["Budget"]["Condition"] == "HasBudget"
    rule = template["Rules"]["ABudgetNeedsAnAlarmEmail"]
    assert rule["RuleCondition"] == above_zero
    assert rule["Assertions"][0]["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}


def test_aws_writes_when_the_month_s_costs_are_or_will_be_above_the_budget(template: Template) -> None:
    budget = resolved(properties(template, "Budget"), MonthlyBudget="50", AlarmEmail="you@example.org")
    assert budget["Budget"] == {
        "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "50", "Unit": "USD"},
    }  # fmt: skip
    notifications: list[dict[str, Any]] = budget["NotificationsWithSubscribers"]
    assert [notification["Notification"]["NotificationType"] for notification in notifications] == [
        "ACTUAL", "FORECASTED",
    ]  # fmt: skip
    for notification in notifications:
        assert notification["Notification"]["Threshold"] == 100
        assert notification["Subscribers"] == [{"SubscriptionType": "EMAIL", "Address": "you@example.org"}]


def test_a_budget_has_no_fixed_name_because_a_new_address_replaces_it(template: Template) -> None:
    assert "BudgetName" not in properties(template, "Budget")["Budget"]
