"""Lambda events as AWS sends them to the functions.

The module imports nothing that a cold start would import, so that measurements of cold starts can use it.
"""

from typing import Any


def request_event(path: str) -> dict[str, Any]:
    """Return the event of API Gateway for a GET request."""
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
    """Return the event of the queue's event source for one prediction."""
    body = f'{{"prediction_id": "{prediction_id}"}}'
    record = {"messageId": "1", "receiptHandle": "1", "body": body, "attributes": {}, "eventSource": "aws:sqs"}
    return {"Records": [record]}
