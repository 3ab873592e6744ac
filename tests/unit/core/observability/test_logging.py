"""Log lines are JSON in Lambda and text elsewhere, and hold nothing that names a person or a patient."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.observability.context import bind, bound, bound_to
from chalicelib.core.observability.logging import configure, log, log_exception
from tests.unit.core.functions import EMAIL, NAME, Functions
from tests.unit.support import PASSWORD, BrokenModel, FakeModel, csv_of, patients

CELL = "Mrs Smith"


def test_a_request_is_one_line_with_user_route_status_and_duration(functions: Functions) -> None:
    user = functions.register()
    functions.lines()

    response = functions.ask("GET", "/api/auth/balance")

    (line,) = functions.lines()
    assert datetime.now(UTC) - datetime.fromisoformat(line.pop("timestamp")) < timedelta(minutes=1)
    assert line.pop("ms") > 0
    assert line == {
        "level": "INFO",
        "service": "liver-lifespan-dev",
        "function": "liver-lifespan-function",
        "event": "request",
        "method": "GET",
        "route": "/api/auth/balance",
        "status": 200,
        "user": user,
        "request_id": response.headers["X-Request-Id"],
    }


def test_a_request_about_a_prediction_names_it_its_model_and_its_rows(functions: Functions) -> None:
    functions.register()
    functions.lines()

    prediction_id = functions.submit(patients(3))
    (submitted,) = functions.events("request")
    functions.ask("GET", f"/api/predict/{prediction_id}")
    (shown,) = functions.events("request")

    for line in (submitted, shown):
        assert (line["prediction"], line["model"], line["rows"]) == (prediction_id, "lasso", 3)
        assert line["route"] == "/api/predict/{id}"


def test_somebody_else_s_prediction_is_not_named(functions: Functions) -> None:
    functions.register()
    functions.lines()

    functions.ask("GET", f"/api/predict/{'a' * 32}")

    (line,) = functions.events("request")
    assert (line["status"], line["code"]) == (404, "unknown_prediction")
    assert "prediction" not in line


def test_every_line_of_a_request_has_its_request_id_and_only_its_own_fields(functions: Functions) -> None:
    functions.register()
    functions.lines()

    response = functions.ask("POST", "/api/predict/lasso", patients(1), Content_Type="text/csv")
    submitted = functions.lines()
    functions.ask("GET", "/api/health")
    (health,) = functions.lines()

    logged = [line for line in submitted if "_aws" not in line]
    assert {line["event"] for line in logged} == {"prediction accepted", "request"}
    assert {line["request_id"] for line in submitted} == {response.headers["X-Request-Id"]}
    assert health["request_id"] != response.headers["X-Request-Id"]
    assert not {"user", "prediction", "rows"} & set(health)


def test_a_job_is_one_line(functions: Functions) -> None:
    user = functions.register()
    prediction_id = functions.submit(patients(3))
    functions.lines()

    request_id = functions.work(prediction_id)

    (line,) = functions.events("job")
    assert line.pop("ms") > 0
    assert 0 <= line.pop("queue_age") < 60
    assert {key: line[key] for key in line if key not in {"timestamp", "level", "service", "function"}} == {
        "event": "job",
        "prediction": prediction_id,
        "user": user,
        "model": "lasso",
        "rows": 3,
        "attempt": 1,
        "outcome": "succeeded",
        "request_id": request_id,
    }


def test_the_line_of_a_job_has_its_outcome(functions: Functions) -> None:
    functions.register()
    rejected = functions.submit()
    _overwrite_input(functions, rejected, csv_of({"Bilirubin": "much"}))
    functions.work(rejected)
    without_input = functions.submit()
    functions.services.files.delete_all(_input_key(functions, without_input))
    functions.work(without_input)
    broken = functions.submit()
    functions.work(broken, BrokenModel())
    lost = functions.submit()
    functions.work(lost, FakeModel(before=lambda: _take_over(functions, lost)))

    outcomes = [(line["prediction"], line["outcome"]) for line in functions.events("job")]
    assert outcomes == [(rejected, "rejected"), (without_input, "failed"), (broken, "error"), (lost, "lost")]


def test_a_failed_attempt_has_its_stack_in_the_line(functions: Functions) -> None:
    functions.register()
    prediction_id = functions.submit()
    functions.lines()

    request_id = functions.work(prediction_id, BrokenModel())

    lines = [line for line in functions.lines() if line.get("level") == "ERROR"]
    assert [line["event"] for line in lines] == ["attempt failed", "invocation failed"]
    for line in lines:
        assert (line["exception_name"], line["request_id"]) == ("RuntimeError", request_id)
        assert re.search(r"support.py\", line \d+, in _fail\n", line["exception"])
        assert line["exception"].endswith("\nbuiltins.RuntimeError")


def test_background_functions_have_their_request_id_in_every_line(functions: Functions) -> None:
    functions.register()
    prediction_id = functions.submit()
    functions.lines()

    ids = {functions.handle_dead_letter(prediction_id), functions.handle_dead_letter(prediction_id)}

    lines = functions.lines()
    assert {line.get("event") for line in lines} == {"prediction failed", "dead letter of an ended prediction", None}
    assert {line["request_id"] for line in lines} == ids


def test_the_message_of_an_aws_error_stays_in_the_stack_trace(functions: Functions) -> None:
    aws_error = ClientError(
        {"Error": {"Code": "AccessDenied", "Message": "not authorized to dynamodb:PutItem"}}, "PutItem"
    )
    try:
        try:
            raise aws_error
        except ClientError:
            _read_number(CELL)
    except ValueError:
        log_exception("tried")

    (line,) = functions.lines()
    assert "not authorized to dynamodb:PutItem\n" in line["exception"]
    assert line["exception"].endswith("builtins.ValueError")
    assert CELL not in functions.written[-1]


def test_row_15_no_line_holds_a_name_an_e_mail_a_password_a_token_or_a_cell(functions: Functions) -> None:
    functions.register()
    token = functions.token
    functions.ask("POST", "/api/auth/register", {"name": NAME, "email": EMAIL, "password": PASSWORD})
    functions.ask("POST", "/api/auth/login", {"name": NAME, "password": PASSWORD})
    functions.ask("POST", "/api/auth/login", {"name": EMAIL, "password": PASSWORD + "!"})
    functions.ask("POST", "/api/auth/login", {"name": NAME, "password": 1})
    functions.ask("GET", f"/api/predict/{EMAIL}")
    functions.ask("POST", "/api/predict/lasso", csv_of({"ID": CELL, "Bilirubin": CELL}), Content_Type="text/csv")
    functions.ask("POST", "/api/predict/lasso?on_error=skip", csv_of({"ID": CELL}, {"Bilirubin": CELL}),
                  Content_Type="text/csv")  # fmt: skip
    functions.work(functions.submit(csv_of({"ID": CELL})))
    overwritten = functions.submit(csv_of({"ID": CELL}))
    _overwrite_input(functions, overwritten, csv_of({"ID": CELL, "Bilirubin": CELL}))
    functions.work(overwritten)
    functions.work(functions.submit(csv_of({"ID": CELL})), FakeModel(before=lambda: _read_number(CELL)))
    functions.token = token + "x"
    functions.ask("GET", "/api/auth/me")
    functions.token = token
    functions.ask("DELETE", "/api/auth/me", {"password": PASSWORD})
    functions.dispatch()

    events = {line.get("event") for line in functions.lines()}
    assert events >= {"account created", "logged in", "job", "attempt failed", "prediction rejected", "account deleted"}
    text = "\n".join(functions.written)
    assert [secret for secret in (NAME, EMAIL, PASSWORD, token, CELL) if secret in text] == []


def test_outside_lambda_lines_are_text(logger: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    configure("api")

    with bound_to(request_id="r"):
        log("request", method="GET", route="/api/health", status=200, ms=0.4, code=None, **bound())
        log("logged in", user="u")

    first, second = (line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines())
    assert first == "api      GET /api/health 200 ms=0.4 request_id=r"
    assert second == "api      logged in user=u"


def test_fields_bound_outside_an_invocation_reach_no_later_one() -> None:
    bind(user="u")

    with bound_to(request_id="r"):
        assert bound() == {"request_id": "r"}


def _read_number(cell: str) -> None:
    float(cell)  # the message of its error quotes the cell


def _input_key(functions: Functions, prediction_id: str) -> str:
    prediction = functions.services.prediction_repository.get(prediction_id)
    assert prediction
    return prediction.input_key


def _overwrite_input(functions: Functions, prediction_id: str, content: bytes) -> None:
    functions.services.files.put(_input_key(functions, prediction_id), content, "text/csv")


def _take_over(functions: Functions, prediction_id: str) -> None:
    """Claim the prediction for another worker, as if the lease had expired."""
    later = functions.services.clock() + 10_000
    functions.services.prediction_repository.claim(prediction_id, later, later)
