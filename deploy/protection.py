"""Protect the tables of a deployed stack from deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from deploy.stack import Stack


def protect_tables(stack: Stack) -> None:
    """Switch the deletion protection of every table of ``stack`` on, where it is off.

    The template does not do it: CloudFormation can't delete a protected table, so it could not undo a failed creation.
    """
    dynamodb = boto3.client("dynamodb")
    tables = sorted(name for kind, name in stack.resources().values() if kind == "AWS::DynamoDB::Table")
    for table in tables:
        if not dynamodb.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
            print(f"  {table}")
