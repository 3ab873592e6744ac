"""AWS list prices in US dollars: us-east-1, first tier, without free tier, as of ``AS_OF``.

The prices are not read from AWS. When a price changes, change it here together with ``AS_OF``. AWS's own pricing pages
load most of their tables by script, so many of the sources are guides by others.
"""

from __future__ import annotations

from enum import Enum

AS_OF = "2026-11-24"
REGION = "us-east-1"

MILLION = 1_000_000
GB = 1024**3
"""AWS counts a GB of data or of Lambda's memory as 2**30 bytes."""

_WHITEPAPERS = "https://docs.aws.amazon.com/whitepapers/latest/"
_DYNAMODB = "https://airbyte.com/data-engineering-resources/dynamodb-pricing (2025-07)"
_S3_REQUESTS = "https://c3x.dev/blog/s3-request-fees-explained"
_CLOUDFRONT = "https://wring.co/blog/aws-cloudfront-pricing-guide (2026-03)"
_CLOUDWATCH = "https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/ (2026-06)"
_SECRETS = "https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms"


class Item(Enum):
    """A metered item: its title with the unit, its price in dollars for a number of units, and the price's source.

    The source is None if the price could not be confirmed.
    """

    LAMBDA_REQUESTS = ("Lambda requests", 0.20, MILLION, _WHITEPAPERS + "how-aws-pricing-works/lambda.html")
    LAMBDA_GB_SECONDS = (
        "Lambda GB-seconds (x86)", 0.0000166667, 1, "https://cloudchipr.com/blog/aws-lambda-pricing (2024)",
    )  # fmt: skip
    LAMBDA_DISK_GB_SECONDS = (
        "Lambda disk above 512 MB, GB-seconds", 0.0000000309, 1,
        "quoted elsewhere from AWS's price catalogue of 2026-08-21",
    )  # fmt: skip
    WRITE_UNITS = ("DynamoDB write request units", 0.625, MILLION, _DYNAMODB)
    READ_UNITS = ("DynamoDB read request units", 0.125, MILLION, _DYNAMODB)
    S3_PUTS = ("S3 PUT, COPY, POST, LIST requests", 0.005, 1000, _S3_REQUESTS)
    S3_GETS = ("S3 GET and other requests", 0.0004, 1000, _S3_REQUESTS)
    S3_DELETES = ("S3 DELETE requests", 0, 1, "https://aws.amazon.com/s3/faqs/")
    S3_GB_MONTHS = ("S3 GB-months until the files expire", 0.023, 1, None)
    SQS_REQUESTS = ("SQS requests", 0.40, MILLION, "https://cloudburn.io/blog/amazon-sqs-pricing (2026-03)")
    API_REQUESTS = (
        "API Gateway requests (REST)", 3.50, MILLION,
        _WHITEPAPERS + "best-practices-api-gateway-private-apis-integration/cost-optimization.html",
    )  # fmt: skip
    CLOUDFRONT_REQUESTS = ("CloudFront requests (HTTPS)", 0.01, 10_000, _CLOUDFRONT)
    CLOUDFRONT_FUNCTIONS = (
        "CloudFront function invocations", 0.10, MILLION, "https://cur.vantage.sh/aws/amazoncloudfront/",
    )  # fmt: skip
    CLOUDFRONT_GB_OUT = ("CloudFront GB to the client", 0.085, 1, "https://aws.amazon.com/cloudfront/pricing")
    CLOUDFRONT_GB_TO_ORIGIN = ("CloudFront GB to API Gateway", 0.02, 1, None)
    GB_OUT = ("S3 GB to the client", 0.09, 1, "https://leanopstech.com/blog/aws-data-transfer-pricing-2026/ (2026-04)")
    LOG_GB = ("CloudWatch Logs GB", 0.50, 1, _CLOUDWATCH)
    SECRET_READS = ("Secrets Manager requests", 0.05, 10_000, _SECRETS)
    SECRETS = ("Secrets Manager secrets, months", 0.40, 1, _SECRETS)
    ALARMS = (
        "CloudWatch alarms' metrics, months", 0.10, 1, "https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm",
    )  # fmt: skip
    DASHBOARDS = ("CloudWatch dashboards, months", 3, 1, _CLOUDWATCH)
    METRICS = ("CloudWatch custom metrics, months", 0.30, 1, "https://signoz.io/guides/cloudwatch-pricing (2026-02)")

    def __init__(self, title: str, usd: float, units: float, source: str | None) -> None:
        self.title = title
        self.usd = usd
        self.units = units
        self.source = source

    def dollars(self, amount: float) -> float:
        """Return the price of ``amount`` units in dollars."""
        return amount / self.units * self.usd
