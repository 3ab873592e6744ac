"""Assert that responses of the app conform to the committed OpenAPI document."""

import json
from typing import Any

from chalice.local import RouteMatcher
from chalice.test import HTTPResponse

from app import app
from deploy.openapi import PATH

_DOCUMENT: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
_ROUTES = RouteMatcher(list(app.routes))


def assert_conforms(method: str, path: str, response: HTTPResponse) -> None:
    """Assert that the operation documents the status, the error code and the headers of ``response``."""
    try:
        operation = _DOCUMENT["paths"][_ROUTES.match_route(path).route].get(method.lower())
    except ValueError:
        return  # no route has this path
    if operation is None:
        return
    status = str(response.status_code)
    assert status in operation["responses"] or status >= "4", f"{method} {path}: {status} is not documented"
    documented = _resolved(operation["responses"].get(status, operation["responses"]["default"]))
    required = {name for name, header in documented["headers"].items() if header.get("required") is not False}
    assert required <= set(response.headers), f"{method} {path}: {status} lacks headers: {response.headers}"
    if status >= "4":
        ((_, content),) = documented["content"].items()
        codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
        assert response.json_body["code"] in codes, f"{method} {path}: {status} has another code: {response.body!r}"


def _resolved(response: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in response:
        return response
    component: dict[str, Any] = _DOCUMENT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    return component
