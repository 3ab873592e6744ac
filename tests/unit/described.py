"""Compare the app's answers with the committed OpenAPI document."""

import json
from typing import Any

from chalice.local import RouteMatcher
from chalice.test import HTTPResponse

from app import app
from deploy.openapi import PATH

_DOCUMENT: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
_ROUTES = RouteMatcher(list(app.routes))


def assert_described(method: str, path: str, answer: HTTPResponse) -> None:
    """Check that the document has the answer's status and error code, and that all required headers are there."""
    try:
        operation = _DOCUMENT["paths"][_ROUTES.match_route(path).route].get(method.lower())
    except ValueError:
        return  # an unknown path
    if operation is None:
        return
    status = str(answer.status_code)
    assert status in operation["responses"] or status >= "4", f"{method} {path} answered {status}"
    response = _resolved(operation["responses"].get(status, operation["responses"]["default"]))
    required = {name for name, header in response["headers"].items() if header.get("required") is not False}
    assert required <= set(answer.headers), f"{method} {path} answered {status}: {answer.headers}"
    if status >= "4":
        ((_, content),) = response["content"].items()
        codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
        assert answer.json_body["code"] in codes, f"{method} {path} answered {status}: {answer.body!r}"


def _resolved(response: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in response:
        return response
    shared_response: dict[str, Any] = _DOCUMENT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    return shared_response
