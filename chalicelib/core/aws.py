"""boto3 clients, made once a process. Where an emulator is meant, AWS_ENDPOINT_URL says so."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# A request that waits longer than this is worth more as an error: API Gateway gives up after 29 s.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=64,
)
_S3_CONFIG = Config(
    signature_version="s3v4",
    # In us-east-1 botocore would sign for the global host.
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
)


@cache
def dynamodb() -> DynamoDBClient:
    """The DynamoDB client."""
    return boto3.client("dynamodb", config=_CONFIG)


@cache
def s3() -> S3Client:
    """The S3 client. Pre-signed addresses need signature version 4, and lead to the bucket's own regional host.

    That host is the one that the page's CSP allows. At an IP address, such as an emulator's, botocore keeps the
    bucket in the path.
    """
    return boto3.client("s3", config=_CONFIG.merge(_S3_CONFIG))


@cache
def sqs() -> SQSClient:
    """The SQS client."""
    return boto3.client("sqs", config=_CONFIG)


@cache
def secretsmanager() -> SecretsManagerClient:
    """The Secrets Manager client."""
    return boto3.client("secretsmanager", config=_CONFIG)
