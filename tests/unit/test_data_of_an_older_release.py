"""Today's code works on the data of release 74a1c0a, which `data/write_release.py` wrote."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import batched
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.audit.user_audit import SETTLED_SECONDS
from chalicelib.auth.normalization import Credentials
from chalicelib.core import aws
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.queue import prediction_id_of
from local.provision import read_template, variables
from tests.unit.audit.test_audit import audit
from tests.unit.core.api import FILE, Api, served
from tests.unit.support import PASSWORD, FakeClock, World

RECORDED = Path(__file__).parent / "data" / "release_74a1c0a.json.gz"
DISPATCHED_SECONDS = 1000
"""After this time every lease has ended and every open prediction is due."""


@cache
def recorded() -> dict[str, Any]:
    """Return the data that the release stored, and its answers."""
    document: dict[str, Any] = json.loads(gzip.decompress(RECORDED.read_bytes()))
    return document


class Old(Api):
    """Today's API and functions on the old data."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.world = world
        self.predictions: dict[str, str] = recorded()["predictions"]
        """Prediction ids by their labels, such as "queued, large upload"."""

    def ask_as(self, name: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Send a request with the token that the old release signed for this person."""
        self.token = recorded()["accounts"][name]["token"]
        return self.ask(method, path, body, **headers)

    def logged_in(self, name: str, password: str) -> Any:
        self.token = None
        return self.ask("POST", "/api/auth/login", {"name": name, "password": password})

    def shown(self, label: str, name: str = "anna") -> Any:
        return self.ask_as(name, "GET", f"/api/predict/{self.predictions[label]}")

    def run(self, label: str) -> Any:
        self.world.worker.run(self.predictions[label])
        return self.shown(label)

    def balance(self, name: str = "anna") -> int:
        return int(self.ask_as(name, "GET", "/api/auth/balance")["balance"])

    def findings(self) -> list[str]:
        return audit(self.world).findings


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(recorded()["now"])


@pytest.fixture
def old(account: dict[str, str], settings: Settings, clock: FakeClock) -> Iterator[Old]:
    """The old data in today's tables, bucket and queue."""
    for variable, items in recorded()["tables"].items():
        for batch in batched(items, 25, strict=False):
            puts: Any = [{"PutRequest": {"Item": item}} for item in batch]
            aws.dynamodb().batch_write_item(RequestItems={account[variable]: puts})
    for key, stored in recorded()["objects"].items():
        body = base64.b64decode(stored["Body"])
        aws.s3().put_object(Bucket=settings.files_bucket, Key=key, **stored | {"Body": body})
    for batch in batched(recorded()["messages"], 10, strict=False):
        entries: Any = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)]
        aws.sqs().send_message_batch(QueueUrl=settings.inference_queue_url, Entries=entries)
    with served(settings) as services:
        vars(services)["clock"] = clock
        yield Old(World(settings, clock=clock))


# ---- people


def test_existing_accounts_log_in_with_their_current_password(old: Old) -> None:
    accounts = recorded()["accounts"]
    for name in ("anna", "boris", "erik"):
        session = old.logged_in(name, accounts[name]["password"])
        assert session["user_info"]["id"] == accounts[name]["id"]
    for name, password in [
        ("boris", accounts["boris"]["old_password"]),
        ("clara", accounts["clara"]["password"]),
        ("dora", accounts["dora"]["password"]),
    ]:
        assert old.logged_in(name, password)["code"] == "wrong_credentials"


def test_a_token_stays_valid_unless_it_was_ended_or_expires(old: Old, clock: FakeClock) -> None:
    accounts = recorded()["accounts"]
    assert old.ask_as("anna", "GET", "/api/auth/me")["id"] == accounts["anna"]["id"]
    ended = [accounts["boris"]["ended_token"], accounts["boris"]["old_password_token"], accounts["clara"]["token"]]
    for old.token in ended:
        old.refusal("token_invalid", "GET", "/api/auth/me")
    clock.advance(12 * 3600)
    assert old.ask_as("anna", "GET", "/api/auth/me")["code"] == "token_expired"


def test_logging_out_ends_the_token(old: Old) -> None:
    old.ask_as("anna", "POST", "/api/auth/logout")
    old.refusal("token_invalid", "GET", "/api/auth/me")


def test_the_count_of_wrong_passwords_continues(old: Old, clock: FakeClock) -> None:
    password = recorded()["accounts"]["vera"]["password"]
    assert old.logged_in("vera", password)["code"] == "too_many_requests"
    clock.advance(old.world.settings.password_window_seconds)
    assert "access_token" in old.logged_in("vera", password)


# ---- answers


def test_every_answer_contains_the_old_answer(old: Old) -> None:
    for name, path, answer in recorded()["answers"]:
        today = old.ask_as(name, "GET", path)
        assert difference(answer, today, path) is None


def test_an_old_result_says_nothing_of_quantiles_and_imputed_values(old: Old) -> None:
    """Its interval had another meaning, and medians replaced its missing values."""
    shown = old.shown("succeeded, cox-lasso")
    rows = old.ask_as("anna", "GET", f"/api/predict/{old.predictions['succeeded, cox-lasso']}/rows")["rows"]
    assert shown["interval_quantiles"] is None
    assert any(row["imputed"] for row in rows)
    assert [row["imputed_values"] for row in rows] == [[]] * len(rows)


def test_old_results_and_what_is_run_of_old_submissions_have_no_values(old: Old) -> None:
    """The old release did not ask whether to keep them."""
    retry = old.ask_as("anna", "POST", f"/api/predict/{old.predictions['succeeded, lasso']}/retry")["prediction_id"]
    old.world.worker.run(retry)
    old.run("queued")
    for prediction_id in (old.predictions["succeeded, lasso"], old.predictions["queued"], retry):
        rows = old.ask_as("anna", "GET", f"/api/predict/{prediction_id}/rows")["rows"]
        assert rows
        assert not any("values" in row for row in rows)
        shown = old.ask_as("anna", "GET", f"/api/predict/{prediction_id}")
        assert shown["receipt"]["keep_values"] is False


def difference(before: Any, today: Any, path: str = "") -> str | None:
    """Return where ``today`` lacks or changes a value of ``before``, or None. Additional values are allowed."""
    keys: Iterable[str | int]
    if isinstance(before, dict) and isinstance(today, dict):
        keys = before
        if missing := before.keys() - today.keys():
            return f"{path} lacks {missing}"
    elif isinstance(before, list) and isinstance(today, list) and len(before) == len(today):
        keys = range(len(before))
    else:
        return None if before == today else f"{path} was {before!r} and is {today!r}"
    differences = (difference(before[key], today[key], f"{path}/{key}") for key in keys)
    return next(filter(None, differences), None)


def test_the_downloaded_file_has_the_receipt_s_hash(old: Old) -> None:
    succeeded = [label for label in old.predictions if label.startswith("succeeded") and "deleted" not in label]
    assert len(succeeded) == 7
    for label in succeeded:
        url = old.ask_as("anna", "GET", f"/api/predict/{old.predictions[label]}/result.csv")["url"]
        key = urlsplit(url).path.removeprefix(f"/{old.world.settings.files_bucket}").removeprefix("/")
        content = old.world.files.read(key)
        assert hashlib.sha256(content).hexdigest() == old.shown(label)["receipt"]["result_sha256"]


def test_price_overrides_still_apply(old: Old) -> None:
    models = {model["id"]: model for model in old.ask("GET", "/api/models")["models"]}
    assert models["mayo"]["coins"] == 7
    assert models["cox-lasso"]["enabled"] is False


# ---- open predictions, keys and vouchers


def test_queued_predictions_are_run(old: Old) -> None:
    balance = old.balance()
    for label in ("queued", "queued, rows skipped", "queued, large upload", "queued, second attempt"):
        before, today = old.shown(label), old.run(label)
        assert (before["status"], today["status"]) == ("queued", "succeeded")
        assert today["receipt"]["coins"] == before["cost"]
        rows = old.ask_as("anna", "GET", f"/api/predict/{old.predictions[label]}/rows")
        assert today["interval_quantiles"] == [0.1, 0.9]
        assert rows["total"] == len(rows["rows"]) == today["rows"]
    assert old.balance() == balance


def test_the_dispatcher_sends_open_predictions_again_and_ends_one_without_attempts_left(
    old: Old, clock: FakeClock
) -> None:
    exhausted = old.predictions["queued, last attempt"]
    balance, cost = old.balance(), old.shown("queued, last attempt")["cost"]
    old.world.sent()
    clock.advance(DISPATCHED_SECONDS)
    old.world.dispatcher.run()

    sent = old.world.sent()
    open_labels = ["running", "running, lease over", "queued", "queued, second attempt"]
    assert {old.predictions[label] for label in open_labels} <= set(sent)
    assert exhausted not in sent
    assert (old.shown("queued, last attempt")["error_code"], old.balance()) == ("attempts_exhausted", balance + cost)
    for label in open_labels:
        assert old.run(label)["status"] == "succeeded"


def test_a_message_of_an_ended_prediction_changes_nothing(old: Old) -> None:
    labels = ("rejected", "failed, dead letter", "failed, without input", "cancelled", "succeeded, lasso")
    ended = {old.predictions[label]: label for label in labels}
    messages = {prediction_id_of(body) for body in recorded()["messages"]}
    assert set(ended) <= messages
    for prediction_id, label in ended.items():
        before = old.shown(label)
        old.world.worker.run(prediction_id)
        old.world.dead_letters.handle(prediction_id)
        assert old.shown(label) == before


def test_ended_predictions_can_be_retried_while_their_file_is_stored(old: Old) -> None:
    for label in ("succeeded, lasso", "succeeded, large upload", "cancelled", "failed, dead letter"):
        ended = old.predictions[label]
        accepted = old.ask_as("anna", "POST", f"/api/predict/{ended}/retry")
        assert accepted["retry_of"] == ended
        old.world.worker.run(accepted["prediction_id"])
        again = old.ask_as("anna", "GET", f"/api/predict/{accepted['prediction_id']}")
        assert (again["status"], again["rows"]) == ("succeeded", old.shown(label)["rows"])
    for label in ("succeeded, files deleted", "failed, without input"):
        old.refusal("input_expired", "POST", f"/api/predict/{old.predictions[label]}/retry")


def test_an_idempotency_key_still_returns_its_first_outcome(old: Old) -> None:
    balance = old.balance()
    accepted = old.ask_as(
        "anna", "POST", "/api/predict/lasso", FILE, Content_Type="text/csv", Idempotency_Key="submission-of-anna"
    )
    assert accepted["prediction_id"] == old.predictions["queued"]
    code = recorded()["accounts"]["anna"]["redeemed_voucher"]
    redeemed = old.ask_as("anna", "POST", "/api/billing/vouchers", {"code": code}, Idempotency_Key="voucher-of-anna")
    assert (redeemed["coins"], old.balance()) == (3000, balance)


def test_a_voucher_is_redeemed_once(old: Old) -> None:
    vouchers, before = recorded()["accounts"]["anna"], old.balance("erik")
    old.ask_as("erik", "POST", "/api/billing/vouchers", {"code": vouchers["unused_voucher"]})
    assert old.balance("erik") == before + 40
    refused = old.ask_as("boris", "POST", "/api/billing/vouchers", {"code": vouchers["redeemed_voucher"]})
    assert refused["status"] == 409


def test_a_queued_prediction_can_be_cancelled_and_an_ended_one_s_files_deleted(old: Old) -> None:
    balance, cost = old.balance(), old.shown("queued")["cost"]
    cancelled = old.ask_as("anna", "DELETE", f"/api/predict/{old.predictions['queued']}")
    assert (cancelled["status"], old.balance()) == ("cancelled", balance + cost)
    deleted = old.predictions["succeeded, large upload"]
    old.ask_as("anna", "DELETE", f"/api/predict/{deleted}")
    assert [key for key in old.world.objects() if deleted in key] == []
    assert old.findings() == []


def test_an_existing_prediction_has_no_name_and_can_be_given_one(old: Old) -> None:
    for label in ("queued", "succeeded, lasso"):
        shown = old.shown(label)
        assert (shown["name"], shown["note"]) == (None, None)
        path = f"/api/predict/{old.predictions[label]}"
        assert old.ask_as("anna", "PATCH", path, {"name": "first visit"})["name"] == "first visit"
    assert old.ask_as("anna", "DELETE", path)["name"] is None
    old.refusal("files_deleted", "PATCH", f"/api/predict/{old.predictions['succeeded, files deleted']}", {"note": "x"})


# ---- erasure and audit


def test_an_account_can_be_deleted_and_open_erasure_requests_are_finished(old: Old) -> None:
    accounts = recorded()["accounts"]
    assert old.world.pending_erasures() == [accounts["clara"]["id"]]
    for label in ("running", "running, lease over"):
        old.world.clock.advance(DISPATCHED_SECONDS)
        old.run(label)
    old.ask_as("anna", "DELETE", "/api/auth/me", {"password": accounts["anna"]["password"]})
    old.world.finish_erasures()

    assert old.world.pending_erasures() == []
    erased = {accounts[name]["id"] for name in ("anna", "clara", "dora")}
    assert [key for key in old.world.objects() if any(user_id in key for user_id in erased)] == []
    predictions = old.world.items(old.world.settings.predictions_table)
    assert all("erased_at" in prediction for prediction in predictions if prediction["user_id"] in erased)
    assert old.findings() == []


def test_the_e_mail_address_of_a_deleted_account_gets_no_second_grant(old: Old, clock: FakeClock) -> None:
    clock.advance(86_400)  # the limit of registrations from this address is used up today
    body = {"name": "clara-again", "email": "clara@example.org", "password": "correct horse battery"}
    old.token = None
    old.token = old.ask("POST", "/api/auth/register", body)["access_token"]
    assert old.ask("GET", "/api/auth/balance")["balance"] == 0


def test_the_audit_has_no_findings_now_or_after_all_predictions_have_ended(old: Old, clock: FakeClock) -> None:
    assert recorded()["findings"] == []
    assert old.findings() == []
    clock.advance(DISPATCHED_SECONDS)
    old.world.dispatcher.run()
    for prediction_id in old.world.sent():
        old.world.worker.run(prediction_id)
    clock.advance(SETTLED_SECONDS + 1)
    assert old.findings() == []
    assert old.world.daily_audit(lambda: 900.0).run()["findings"] == 0


# ---- names that a deployed stage has


def test_no_resource_was_renamed_or_changed_its_type() -> None:
    today = {logical_id: resource.get("Type") for logical_id, resource in read_template().items()}
    before = recorded()["template"]["logical_ids"]
    assert len(before) == 57
    assert {logical_id: today.get(logical_id, "is gone") for logical_id in before} == before


def test_no_table_key_index_or_expiry_was_renamed() -> None:
    resources = read_template()
    for logical_id, before in recorded()["template"]["tables"].items():
        today = resources[logical_id]["Properties"]
        assert today["KeySchema"] == before["keys"]
        indexes = {index["IndexName"]: index["KeySchema"] for index in today.get("GlobalSecondaryIndexes", [])}
        assert before["indexes"].items() <= indexes.items()
        attributes = {attribute["AttributeName"] for attribute in today["AttributeDefinitions"]}
        assert set(before["attributes"]) <= attributes
        assert today.get("TimeToLiveSpecification", {}).get("AttributeName") == before["expiry"]


def test_no_environment_variable_was_renamed_or_names_another_resource() -> None:
    before = recorded()["template"]["environment"]
    assert before.items() <= variables(read_template()).items()
    assert {name.lower() for name in before} <= set(Settings.model_fields)


def test_names_first_stored_by_release_1_0_0_are_unchanged(world: World) -> None:
    user = world.register()
    world.run(world.submit(user))
    session = world.accounts.log_in(Credentials(name="anna", password=PASSWORD))
    world.accounts.log_out_session(*world.accounts.identify(session.access_token))
    world.daily_audit(lambda: 60).run()

    (prediction,) = world.items(world.settings.predictions_table)
    assert {"result", "result_files"} <= prediction.keys()
    (stored,) = world.items(world.settings.users_table)
    assert "ended_sessions" in stored
    (state,) = [item for item in world.items(world.settings.throttles_table) if item["throttle"] == "audit"]
    assert {
        "version", "started_at", "step", "report", "held_until", "invocations", "finished_at", "findings", "revision",
    } <= state.keys()  # fmt: skip
    assert {"checked", "off", "coins"} <= state["report"].keys()
    assert "OriginSecret" in read_template()
