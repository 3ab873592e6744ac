"""Events as AWS hands them to the functions. Imports nothing that a cold start would have to import."""

from typing import Any


def request_event(path: str) -> dict[str, Any]:
    """What API Gateway hands to the function for a GET."""
    return {
        "resource": path, "path": path, "httpMethod": "GET", "headers": {}, "multiValueHeaders": {},
        "queryStringParameters": None, "multiValueQueryStringParameters": None, "pathParameters": None,
        "stageVariables": None, "body": None, "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": path, "httpMethod": "GET", "path": path, "identity": {"sourceIp": "127.0.0.1"},
            "stage": "dev",
        },
    }  # fmt: skip


def queue_event(prediction_id: str) -> dict[str, Any]:
    """What the event source hands to the worker."""
    body = f'{{"prediction_id": "{prediction_id}"}}'
    record = {"messageId": "1", "receiptHandle": "1", "body": body, "attributes": {}, "eventSource": "aws:sqs"}
    return {"Records": [record]}
