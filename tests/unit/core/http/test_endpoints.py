"""What an AWS service's failure looks like to a client."""

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


def answer_of(fails: Callable[[], object]) -> tuple[int, str]:
    """Status and code of an endpoint that does ``fails``."""
    app = Chalice(app_name="failing", configure_logs=False)
    routes = Endpoints[None](__name__)

    @routes.endpoint("/fails", "GET")
    def view(_request: Request, _services: None) -> Response:
        fails()
        return Response("")

    app.register_blueprint(routes.provide(lambda: None))
    with Client(app) as client:
        answer = client.http.get("/fails")
    return answer.status_code, answer.json_body["code"]


def ask_nobody() -> None:
    """A call to an endpoint where nobody listens."""
    once = Config(retries={"total_max_attempts": 1})
    boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{free_port()}", config=once).list_tables()


def wait_in_vain() -> None:
    raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


def meet_a_full_disk() -> None:
    """S3 as the emulator answers when it can't write: a status, and no code that S3 has."""
    answer = {"Error": {"Code": "500", "Message": "full"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    raise ClientError(answer, "PutObject")  # type: ignore[arg-type]


def call_wrongly() -> None:
    boto3.client("dynamodb").get_item()  # type: ignore[call-arg]


@pytest.mark.parametrize("fails", [ask_nobody, wait_in_vain, meet_a_full_disk])
def test_an_aws_service_that_can_not_answer_is_503(fails: Callable[[], object]) -> None:
    assert answer_of(fails) == (503, "temporarily_unavailable")


def test_a_wrong_call_of_ours_is_500() -> None:
    assert answer_of(call_wrongly) == (500, "internal_error")
