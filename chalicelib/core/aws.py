"""boto3 clients, created once per process. AWS_ENDPOINT_URL directs them to an emulator."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.handlers import add_expect_header

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    # API Gateway gives up after 29 s. With these timeouts the API can still respond with an error of its own.
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=64,
    # The rest saves CPU time in every call. botocore would build its own user agent twice a call.
    parameter_validation=False,
    user_agent="liver-lifespan",
    # Without a CRC, botocore signs the SHA-256 of every S3 body, of each part too, and S3 refuses another body. What is
    # read is protected by TLS.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
_S3_CONFIG = Config(
    signature_version="s3v4",
    # In us-east-1 botocore would sign for the global host.
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
)


@cache
def dynamodb() -> DynamoDBClient:
    """Return the DynamoDB client."""
    return boto3.client("dynamodb", config=_CONFIG)


@cache
def s3() -> S3Client:
    """Return the S3 client.

    Pre-signed URLs use signature version 4 and the bucket's regional host name, which is the one that the page's CSP
    allows. For an endpoint at an IP address, such as an emulator's, botocore keeps the bucket in the path.
    """
    client = boto3.client("s3", config=_CONFIG.merge(_S3_CONFIG))
    # With "Expect: 100-continue", each PUT would wait for another answer before it sends its body.
    client.meta.events.unregister("before-call.s3", add_expect_header)
    return client


@cache
def sqs() -> SQSClient:
    """Return the SQS client."""
    return boto3.client("sqs", config=_CONFIG)


@cache
def secretsmanager() -> SecretsManagerClient:
    """Return the Secrets Manager client."""
    return boto3.client("secretsmanager", config=_CONFIG)
