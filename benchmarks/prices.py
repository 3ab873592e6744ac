"""What AWS asks for, in US dollars: list prices of us-east-1, first tier, no free tier, as of ``AS_OF``.

AWS's price list isn't read: a price that changes is changed here, with the day. AWS's own pricing pages fill most of
their tables in by script, so that the sources are often others' guides to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

AS_OF = "2026-11-24"
REGION = "us-east-1"

MILLION = 1_000_000
GB = 1024**3
"""AWS's GB of data is 2**30 bytes, as Lambda's of memory."""


class Item(StrEnum):
    """Everything that is metered, in the unit that it is metered in."""

    LAMBDA_REQUESTS = "Lambda requests"
    LAMBDA_GB_SECONDS = "Lambda GB-seconds (x86)"
    LAMBDA_DISK_GB_SECONDS = "Lambda disk above 512 MB, GB-seconds"
    WRITE_UNITS = "DynamoDB write request units"
    READ_UNITS = "DynamoDB read request units"
    S3_PUTS = "S3 PUT, COPY, POST, LIST requests"
    S3_GETS = "S3 GET and other requests"
    S3_DELETES = "S3 DELETE requests"
    S3_GB_MONTHS = "S3 GB-months until the files expire"
    SQS_REQUESTS = "SQS requests"
    API_REQUESTS = "API Gateway requests (REST)"
    CLOUDFRONT_REQUESTS = "CloudFront requests (HTTPS)"
    CLOUDFRONT_FUNCTIONS = "CloudFront function invocations"
    CLOUDFRONT_GB_OUT = "CloudFront GB to the client"
    CLOUDFRONT_GB_TO_ORIGIN = "CloudFront GB to API Gateway"
    GB_OUT = "S3 GB to the client"
    LOG_GB = "CloudWatch Logs GB"
    SECRET_READS = "Secrets Manager requests"  # noqa: S105
    SECRETS = "Secrets Manager secrets, months"
    ALARMS = "CloudWatch alarms' metrics, months"
    DASHBOARDS = "CloudWatch dashboards, months"
    METRICS = "CloudWatch custom metrics, months"


@dataclass(frozen=True, slots=True)
class Price:
    """``usd`` for ``units`` of an item. ``source``: where it was confirmed; None: it could not be."""

    usd: float
    units: float
    source: str | None


_WHITEPAPERS = "https://docs.aws.amazon.com/whitepapers/latest/"
_DYNAMODB = "https://airbyte.com/data-engineering-resources/dynamodb-pricing (2025-07)"
_S3_REQUESTS = "https://c3x.dev/blog/s3-request-fees-explained"
_CLOUDFRONT = "https://wring.co/blog/aws-cloudfront-pricing-guide (2026-03)"
_CLOUDWATCH = "https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/ (2026-06)"
_SECRETS = "https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms"

PRICES: Mapping[Item, Price] = {
    Item.LAMBDA_REQUESTS: Price(0.20, MILLION, _WHITEPAPERS + "how-aws-pricing-works/lambda.html"),
    Item.LAMBDA_GB_SECONDS: Price(0.0000166667, 1, "https://cloudchipr.com/blog/aws-lambda-pricing (2024)"),
    Item.LAMBDA_DISK_GB_SECONDS: Price(0.0000000309, 1, "quoted elsewhere from AWS's price catalogue of 2026-08-21"),
    Item.WRITE_UNITS: Price(0.625, MILLION, _DYNAMODB),
    Item.READ_UNITS: Price(0.125, MILLION, _DYNAMODB),
    Item.S3_PUTS: Price(0.005, 1000, _S3_REQUESTS),
    Item.S3_GETS: Price(0.0004, 1000, _S3_REQUESTS),
    Item.S3_DELETES: Price(0, 1, "https://aws.amazon.com/s3/faqs/"),
    Item.S3_GB_MONTHS: Price(0.023, 1, None),
    Item.SQS_REQUESTS: Price(0.40, MILLION, "https://cloudburn.io/blog/amazon-sqs-pricing (2026-03)"),
    Item.API_REQUESTS: Price(
        3.50, MILLION, _WHITEPAPERS + "best-practices-api-gateway-private-apis-integration/cost-optimization.html"
    ),
    Item.CLOUDFRONT_REQUESTS: Price(0.01, 10_000, _CLOUDFRONT),
    Item.CLOUDFRONT_FUNCTIONS: Price(0.10, MILLION, "https://cur.vantage.sh/aws/amazoncloudfront/"),
    Item.CLOUDFRONT_GB_OUT: Price(0.085, 1, "https://aws.amazon.com/cloudfront/pricing"),
    Item.CLOUDFRONT_GB_TO_ORIGIN: Price(0.02, 1, None),
    Item.GB_OUT: Price(0.09, 1, "https://leanopstech.com/blog/aws-data-transfer-pricing-2026/ (2026-04)"),
    Item.LOG_GB: Price(0.50, 1, _CLOUDWATCH),
    Item.SECRET_READS: Price(0.05, 10_000, _SECRETS),
    Item.SECRETS: Price(0.40, 1, _SECRETS),
    Item.ALARMS: Price(0.10, 1, "https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm"),
    Item.DASHBOARDS: Price(3, 1, _CLOUDWATCH),
    Item.METRICS: Price(0.30, 1, "https://signoz.io/guides/cloudwatch-pricing (2026-02)"),
}


class UnpricedError(Exception):
    """Something was metered that the table has no price for: the sum would be wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a bill."""

    item: Item
    amount: float
    price: Price
    usd: float


def bill(amounts: Mapping[Item, float], prices: Mapping[Item, Price] = PRICES) -> list[Line]:
    """What ``amounts`` cost, in the order of the items; what there is nothing of has no line.

    Raises
    ------
    UnpricedError
    """
    if unpriced := sorted(set(amounts) - set(prices)):
        raise UnpricedError(f"no price of {', '.join(unpriced)}")
    return [
        Line(item, amounts[item], prices[item], amounts[item] / prices[item].units * prices[item].usd)
        for item in Item
        if amounts.get(item)
    ]
