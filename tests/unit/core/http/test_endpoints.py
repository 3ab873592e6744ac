"""The responses to failures of AWS services."""

from collections.abc import Callable

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from chalice import Chalice, Response
from chalice.app import Request
from chalice.test import Client

from chalicelib.core.http.endpoints import Endpoints
from local.ports import free_port


def status_and_code(fail: Callable[[], object]) -> tuple[int, str]:
    """Return the status and the error code of an endpoint that calls ``fail``."""
    app = Chalice(app_name="failing", configure_logs=False)
    routes = Endpoints[None](__name__)

    @routes.endpoint("/fails", "GET")
    def view(_request: Request, _services: None) -> Response:
        fail()
        return Response("")

    app.register_blueprint(routes.provide(lambda: None))
    with Client(app) as client:
        response = client.http.get("/fails")
    return response.status_code, response.json_body["code"]


def call_a_closed_port() -> None:
    once = Config(retries={"total_max_attempts": 1})
    boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{free_port()}", config=once).list_tables()


def time_out() -> None:
    raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


def fail_on_a_full_disk() -> None:
    """Raise the error of an emulator of S3 that can't write. Its code is not one of S3's."""
    response = {"Error": {"Code": "500", "Message": "full"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    raise ClientError(response, "PutObject")  # type: ignore[arg-type]


def call_without_arguments() -> None:
    boto3.client("dynamodb").get_item()  # type: ignore[call-arg]


@pytest.mark.parametrize("fail", [call_a_closed_port, time_out, fail_on_a_full_disk])
def test_an_unavailable_aws_service_is_503(fail: Callable[[], object]) -> None:
    assert status_and_code(fail) == (503, "temporarily_unavailable")


def test_an_invalid_call_of_an_aws_service_is_500() -> None:
    assert status_and_code(call_without_arguments) == (500, "internal_error")
