"""Rule 15 of docs/coins.md: the audit reports every contradiction, and nothing else."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.audit import reader as audit_reader
from chalicelib.audit import user_audit
from chalicelib.audit.audit import FINDING_CHARACTERS_MAX, FINDINGS_MAX, RECHECKS, Audit, Report
from chalicelib.audit.reader import AuditReader
from chalicelib.audit.user_audit import LEFTOVER_SECONDS, SETTLED_SECONDS, erasure_seconds
from chalicelib.auth.repository import User
from chalicelib.billing.ledger import Entry
from chalicelib.core import aws
from chalicelib.core.dynamo import Item, to_item
from chalicelib.core.errors import TemporarilyUnavailableError
from chalicelib.inference.predictions.prediction import Prediction
from chalicelib.inference.storage.file_store import bad_rows_key, result_prefix
from tests.unit.support import PASSWORD, World


def audit(world: World, wait: Callable[[float], object] = lambda _: None) -> Report:
    reader = AuditReader(aws.dynamodb(), aws.s3(), world.settings)
    return Audit(reader, world.settings, world.clock, wait).run()


both_ages = pytest.mark.parametrize("anna", ["recent", "settled"], indirect=True)


@pytest.fixture
def anna(world: World, request: pytest.FixtureRequest) -> User:
    """A user with a prediction in every state: recent ones, or settled ones that can't change any more."""
    user = world.register("anna")
    world.vouchers.redeem(user.id, world.vouchers.issue(500, None), None)
    world.vouchers.issue(300, None)
    succeeded, deleted, rejected, failed, cancelled, running, _queued = (world.submit(user) for _ in range(7))
    world.run(succeeded)
    world.run(deleted)
    world.predictions.delete(user, deleted.prediction_id)
    world.overwrite_input(rejected, b"ID,Age\n1,x\n")
    world.run(rejected)
    world.dead_letters.handle(failed.prediction_id)
    world.predictions.delete(user, cancelled.prediction_id)
    world.prediction_repository.claim(running.prediction_id, world.clock(), world.clock() + 60)
    if getattr(request, "param", "recent") == "settled":
        world.clock.advance(SETTLED_SECONDS + 1)
    return user


def newest(world: World, user: User, status: str) -> Prediction:
    """Return the user's newest prediction with that status whose files weren't deleted."""
    page, _ = world.prediction_repository.history(user.id, None)
    return next(prediction for prediction in page if prediction.status == status and not prediction.files_deleted_at)


def change(table: str, key: Item, expression: str, **values: object) -> None:
    """Change an item without the service. Attribute names may be written as #name."""
    words = (word.partition(".")[0] for word in expression.replace(",", " ").split())
    names = {word: word[1:] for word in words if word.startswith("#")}
    options: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
    if values:
        options["ExpressionAttributeValues"] = to_item({f":{name}": value for name, value in values.items()})
    aws.dynamodb().update_item(TableName=table, Key=to_item(key), UpdateExpression=expression, **options)


def change_user(world: World, user: User, expression: str, **values: object) -> None:
    change(world.settings.users_table, {"user_id": user.id}, expression, **values)


def change_prediction(world: World, prediction: Prediction, expression: str, **values: object) -> None:
    change(world.settings.predictions_table, {"prediction_id": prediction.prediction_id}, expression, **values)


def change_entry(world: World, user: User, entry_id: str | None, expression: str, **values: object) -> None:
    change(world.settings.ledger_table, {"user_id": user.id, "entry_id": entry_id}, expression, **values)


def delete_entry(world: World, user: User, entry_id: str | None) -> None:
    key = to_item({"user_id": user.id, "entry_id": entry_id})
    aws.dynamodb().delete_item(TableName=world.settings.ledger_table, Key=key)


def pay(world: World, user: User, amount: int, reason: Any, prediction: Prediction | None = None) -> Entry:
    """Move coins by an entry that the service would not write."""
    entry = Entry.new(user.id, amount, reason, world.clock(), prediction.prediction_id if prediction else None)
    world.write(entry=world.ledger.entry(entry), balance=world.ledger.credit(user.id, amount))
    return entry


def assert_finding(report: Report, *texts: str) -> None:
    """Assert that one audit finding has all of the texts, and that every finding is counted."""
    assert any(all(text in finding for text in texts) for finding in report.findings), report.findings
    assert report.findings_total == len(report.findings)


# ---- clean


@both_ages
def test_every_kind_of_end_adds_up(world: World, anna: User) -> None:
    boris = world.register("boris")
    world.submit(boris)
    world.accounts.delete(boris, PASSWORD)
    world.erasure.run(boris.id)

    report = audit(world)

    assert report.findings == []
    assert not report.findings_by_kind
    assert report.checked == {
        "users": 2, "ledger entries": 15, "predictions": 8, "results": 1, "vouchers": 2, "logins": 2,
    }  # fmt: skip
    assert report.coins == {"granted": 1500, "balances": 1100, "earned": 200, "held": 200}
    assert anna


def test_a_price_that_changed_after_the_charge_is_no_finding(world: World, anna: User) -> None:
    world.price_overrides.put("lasso", world.price_overrides.override("lasso").__class__(coins=80))
    world.clock.advance(10)
    world.submit(anna)
    world.predictions.delete(anna, newest(world, anna, "queued").prediction_id)

    assert audit(world).findings == []


def test_expired_files_are_no_finding(world: World, anna: User) -> None:
    world.files.delete_all(f"results/{anna.id}/")
    world.clock.advance(world.settings.result_days * 86_400)

    assert audit(world).findings == []


def put_result_of_another_attempt(world: World, prediction: Prediction) -> None:
    prefix = result_prefix(prediction.user_id, prediction.prediction_id, 7)
    world.files.put(f"{prefix}result.csv", b"x", "text/csv")


def test_files_of_a_lost_attempt_are_no_finding(world: World, anna: User) -> None:
    put_result_of_another_attempt(world, newest(world, anna, "succeeded"))
    world.clock.advance(LEFTOVER_SECONDS + 1)

    assert audit(world).findings == []


@pytest.mark.parametrize("status", ["rejected", "failed", "cancelled"])
def test_result_files_of_a_refunded_prediction_are_a_finding_when_no_message_can_delete_them_any_more(
    world: World, anna: User, status: str
) -> None:
    prediction = newest(world, anna, status)
    put_result_of_another_attempt(world, prediction)
    assert audit(world).findings == []
    world.clock.advance(LEFTOVER_SECONDS + 1)

    report = audit(world)

    assert_finding(report, f"prediction {prediction.prediction_id}: it is {status}, but files of a result exist")
    assert report.findings_by_kind == {"results": 1}

    world.files.delete_all(result_prefix(anna.id, prediction.prediction_id))
    assert audit(world).findings == []


def test_result_files_of_a_refunded_prediction_that_are_being_deleted_are_no_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "failed")
    put_result_of_another_attempt(world, prediction)
    world.clock.advance(LEFTOVER_SECONDS + 1)

    def delete_files(_seconds: float) -> None:
        world.files.delete_all(result_prefix(anna.id, prediction.prediction_id))

    assert audit(world, delete_files).findings == []


def test_the_input_of_a_rejected_prediction_may_be_kept(world: World, anna: User) -> None:
    prediction = newest(world, anna, "rejected")
    world.files.put(bad_rows_key(anna.id, prediction.prediction_id), b"{}", "application/json")
    world.clock.advance(LEFTOVER_SECONDS + 1)

    assert prediction.input_key in world.objects("inputs/")
    assert audit(world).findings == []


# ---- balances and the ledger


@both_ages
def test_a_balance_that_is_not_the_sum_of_its_entries_is_a_finding(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = balance + :one", one=1)

    assert_finding(audit(world), anna.id, "balance is 601, the entries add up to 600")


def test_a_negative_balance_is_a_finding(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = :debt", debt=-1)

    assert_finding(audit(world), anna.id, "balance is -1, below zero")


@pytest.mark.parametrize("attribute", ["balance", "open_charges"])
def test_an_account_without_a_balance_or_number_of_open_charges_is_a_finding(
    world: World, anna: User, attribute: str
) -> None:
    change_user(world, anna, f"REMOVE {attribute}")

    assert_finding(audit(world), anna.id, "None")


def test_a_wrong_count_of_open_charges_is_a_finding(world: World, anna: User) -> None:
    change_user(world, anna, "SET open_charges = :three", three=3)

    assert_finding(audit(world), anna.id, "3 charges are counted as open, but 2 predictions are open")


@both_ages
def test_an_entry_with_an_unknown_reason_is_a_finding(world: World, anna: User) -> None:
    entry = pay(world, anna, 100, "gift")

    report = audit(world)

    assert_finding(report, anna.id, entry.entry_id, "(gift) moves 100 coins")
    assert_finding(report, anna.id, "granted 1000, but balance 700 + earned 200 + held 200 is 1100")
    assert_finding(report, "all users", "granted 1000, but balances 700 + earned 200 + held 200")


@pytest.mark.parametrize(("reason", "amount"), [("signup", -5), ("prediction", 5)])
def test_an_entry_that_moves_coins_the_wrong_way_is_a_finding(
    world: World, anna: User, reason: str, amount: int
) -> None:
    entry = pay(world, anna, amount, reason)

    assert_finding(audit(world), anna.id, entry.entry_id, f"({reason}) moves {amount} coins")


def test_a_second_signup_grant_is_a_finding(world: World, anna: User) -> None:
    pay(world, anna, 500, "signup")

    assert_finding(audit(world), anna.id, "2 signup grants")


# ---- charges and their ends


@both_ages
def test_a_charge_whose_entry_is_missing_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    delete_entry(world, anna, prediction.charge_entry_id)

    report = audit(world)

    assert_finding(
        report, prediction.prediction_id, "prediction entry of -100 coins that is missing", prediction.charge_entry_id
    )
    assert_finding(report, anna.id, "the balance is 600, the entries add up to 700")


@both_ages
@pytest.mark.parametrize("status", ["succeeded", "running"])
def test_a_prediction_that_names_no_charge_is_a_finding(world: World, anna: User, status: str) -> None:
    prediction = newest(world, anna, status)
    change_prediction(world, prediction, "REMOVE charge_entry_id")

    assert_finding(audit(world), prediction.prediction_id, "names no charge")


def test_a_charge_that_differs_from_the_price_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "queued")
    change_entry(world, anna, prediction.charge_entry_id, "SET amount = :much", much=-90)

    assert_finding(
        audit(world), prediction.prediction_id, "its prediction entry of -100 coins", "a prediction entry of -90 coins"
    )


@both_ages
def test_a_prediction_that_is_charged_twice_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    second = pay(world, anna, -100, "prediction", prediction)

    report = audit(world)

    assert_finding(report, anna.id, "8 charges for 7 predictions")
    assert_finding(
        report, second.entry_id, prediction.prediction_id, f"names the prediction entry {prediction.charge_entry_id}"
    )


@both_ages
def test_a_charge_for_a_prediction_that_does_not_exist_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    key = to_item({"prediction_id": prediction.prediction_id})
    aws.dynamodb().delete_item(TableName=world.settings.predictions_table, Key=key)

    report = audit(world)

    assert_finding(report, anna.id, prediction.charge_entry_id, f"prediction {prediction.prediction_id} does not exist")
    assert_finding(report, anna.id, f"prediction {prediction.prediction_id} does not exist, but files of it do")


@pytest.mark.parametrize("status", ["succeeded", "failed", "queued"])
def test_a_surplus_refund_is_a_finding(world: World, anna: User, status: str) -> None:
    prediction = newest(world, anna, status)
    second = pay(world, anna, 100, "refund", prediction)

    report = audit(world)

    assert_finding(report, anna.id, "4 refunds for 3 predictions")
    assert_finding(report, anna.id, "granted 1000, but balance 700 + earned 200 + held 200")
    refund = prediction.refund_entry_id
    named = f"names the refund entry {refund}" if refund else "names no refund entry"
    assert_finding(report, second.entry_id, prediction.prediction_id, named)


def test_a_settled_surplus_refund_is_a_finding_too(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    second = pay(world, anna, 100, "refund", prediction)
    world.clock.advance(SETTLED_SECONDS + 1)

    assert_finding(audit(world), second.entry_id, prediction.prediction_id, "names no refund entry")


@both_ages
def test_a_refund_that_differs_from_the_charge_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "failed")
    change_entry(world, anna, prediction.refund_entry_id, "SET amount = :much", much=250)
    change_user(world, anna, "SET balance = balance + :more", more=150)

    assert_finding(
        audit(world), prediction.prediction_id, "its refund entry of 100 coins", "a refund entry of 250 coins"
    )


@pytest.mark.parametrize("status", ["rejected", "failed", "cancelled"])
def test_an_end_without_its_refund_is_a_finding(world: World, anna: User, status: str) -> None:
    prediction = newest(world, anna, status)
    delete_entry(world, anna, prediction.refund_entry_id)
    change_user(world, anna, "SET balance = balance - :cost", cost=100)
    change_prediction(world, prediction, "REMOVE refund_entry_id")

    report = audit(world)

    assert_finding(report, prediction.prediction_id, f"is {status} and names no refund")
    assert_finding(report, anna.id, "2 refunds for 3 predictions that are refunded")


@both_ages
def test_a_refund_whose_entry_is_missing_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "cancelled")
    delete_entry(world, anna, prediction.refund_entry_id)

    assert_finding(audit(world), prediction.prediction_id, "refund entry of 100 coins that is missing")


@both_ages
@pytest.mark.parametrize("cost", [None, "100"])
def test_a_prediction_without_a_price_is_a_finding(world: World, anna: User, cost: object) -> None:
    prediction = newest(world, anna, "succeeded")
    if cost is None:
        change_prediction(world, prediction, "REMOVE cost")
    else:
        change_prediction(world, prediction, "SET cost = :cost", cost=cost)

    assert_finding(audit(world), prediction.prediction_id, f"costs {cost} coins")


# ---- states


@both_ages
@pytest.mark.parametrize(("status", "attribute"), [("queued", "due_shard"), ("running", "due_at")])
def test_an_open_prediction_outside_the_outbox_is_a_finding(
    world: World, anna: User, status: str, attribute: str
) -> None:
    prediction = newest(world, anna, status)
    change_prediction(world, prediction, f"REMOVE {attribute}")

    assert_finding(audit(world), prediction.prediction_id, f"is {status} and not in the outbox")


@both_ages
@pytest.mark.parametrize("status", ["succeeded", "cancelled"])
def test_an_ended_prediction_in_the_outbox_is_a_finding(world: World, anna: User, status: str) -> None:
    prediction = newest(world, anna, status)
    change_prediction(world, prediction, "SET due_shard = :shard, due_at = :now", shard="0", now=1)

    assert_finding(audit(world), prediction.prediction_id, f"is {status} and still in the outbox")


@both_ages
def test_an_unknown_status_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    change_prediction(world, prediction, "SET #status = :odd", odd="lost")

    assert_finding(audit(world), prediction.prediction_id, "has the unknown status lost")


@both_ages
def test_a_success_without_a_result_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    change_prediction(world, prediction, "REMOVE #result")

    assert_finding(audit(world), prediction.prediction_id, "is succeeded and has no result")


def test_a_result_of_a_failed_prediction_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    change_prediction(world, prediction, "SET #status = :failed", failed="failed")

    report = audit(world)

    assert_finding(report, prediction.prediction_id, "is failed and has a result")
    assert_finding(report, prediction.prediction_id, "is failed and names no refund")


def test_a_success_that_names_a_refund_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "failed")
    change_prediction(world, prediction, "SET #status = :end", end="succeeded")

    assert_finding(audit(world), prediction.prediction_id, "is succeeded and names a refund")


def test_an_ended_prediction_without_an_end_time_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    change_prediction(world, prediction, "REMOVE finished_at")

    assert_finding(audit(world), prediction.prediction_id, "is succeeded and has no end time")


# ---- files


@both_ages
@pytest.mark.parametrize("name", ["csv_key", "rows_key"])
def test_a_success_without_one_of_its_files_is_a_finding(world: World, anna: User, name: str) -> None:
    prediction = newest(world, anna, "succeeded")
    key = getattr(prediction.result, name)
    aws.s3().delete_object(Bucket=world.settings.files_bucket, Key=key)

    report = audit(world)

    assert_finding(report, prediction.prediction_id, key, "missing")
    assert report.findings_by_kind == {"results": 1}


def test_a_result_that_names_the_files_of_another_attempt_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    change_prediction(world, prediction, "SET attempt = :seven", seven=7)

    assert_finding(audit(world), prediction.prediction_id, f"does not name the files under results/{anna.id}/")


@both_ages
def test_files_that_are_marked_as_deleted_but_exist_are_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    change_prediction(world, prediction, "SET files_deleted_at = :now", now=world.clock())

    assert_finding(audit(world), prediction.prediction_id, "marked as deleted, but exist")


# ---- vouchers


def used_voucher(world: World) -> Item:
    (voucher,) = (item for item in world.items(world.settings.vouchers_table) if "entry_id" in item)
    return voucher


def test_a_used_voucher_without_its_entry_is_a_finding(world: World, anna: User) -> None:
    used = used_voucher(world)
    delete_entry(world, anna, used["entry_id"])
    world.clock.advance(SETTLED_SECONDS + 1)

    report = audit(world)

    assert_finding(report, "voucher", used["voucher_hash"][:12], anna.id, "500 coins is missing or different")
    assert_finding(report, anna.id, "0 ledger entries of vouchers, 1 used vouchers")


def test_a_used_voucher_with_other_coins_than_its_entry_is_a_finding(world: World, anna: User) -> None:
    used = used_voucher(world)
    change(world.settings.vouchers_table, {"voucher_hash": used["voucher_hash"]}, "SET coins = :more", more=501)

    assert_finding(audit(world), "voucher", used["voucher_hash"][:12], "501 coins is missing or different")


def test_a_voucher_entry_without_a_voucher_is_a_finding(world: World, anna: User) -> None:
    pay(world, anna, 1000, "voucher")
    world.clock.advance(SETTLED_SECONDS + 1)

    assert_finding(audit(world), anna.id, "2 ledger entries of vouchers, 1 used vouchers")


# ---- items without an owner


def test_the_items_of_an_account_that_does_not_exist_are_findings(world: World, anna: User) -> None:
    aws.dynamodb().delete_item(TableName=world.settings.users_table, Key=to_item({"user_id": anna.id}))

    report = audit(world)

    assert_finding(report, f"user {anna.id} does not exist, but ledger entries of this user do")
    assert_finding(report, f"user {anna.id} does not exist, but predictions of this user do")
    assert_finding(report, f"user {anna.id}: a login by name wrongly leads to this account")
    assert_finding(report, f"user {anna.id}: a login by email wrongly leads to this account")
    assert report.findings_total == 4


def test_each_owner_that_does_not_exist_is_reported_once(world: World, anna: User) -> None:
    for number in range(20):  # the owners alternate in the order of the ids
        item = {"prediction_id": f"{number:032}", "user_id": f"nobody-{number % 2}", "listed_at": "2030"}
        aws.dynamodb().put_item(TableName=world.settings.predictions_table, Item=to_item(item))

    report = audit(world)

    assert_finding(report, "user nobody-0 does not exist, but predictions of this user do")
    assert_finding(report, "user nobody-1 does not exist, but predictions of this user do")
    assert report.findings_by_kind == {"predictions": 2}
    assert anna


@both_ages
@pytest.mark.parametrize("attribute", ["user_id", "listed_at"])
def test_a_prediction_that_is_in_nobody_s_history_is_a_finding(world: World, anna: User, attribute: str) -> None:
    prediction = newest(world, anna, "succeeded")
    change_prediction(world, prediction, f"REMOVE {attribute}")

    assert_finding(audit(world), f"prediction {prediction.prediction_id} is in nobody's history")


@both_ages
def test_a_prediction_that_was_never_charged_is_a_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    (item,) = (stored for stored in world.items(world.settings.predictions_table)
               if stored["prediction_id"] == prediction.prediction_id)  # fmt: skip
    copy = item | {"prediction_id": "f" * 32, "files_deleted_at": 1}
    aws.dynamodb().put_item(TableName=world.settings.predictions_table, Item=to_item(copy))

    assert_finding(
        audit(world), anna.id, f"prediction {'f' * 32} names {prediction.charge_entry_id} as its prediction entry"
    )


def test_a_deleted_account_that_still_names_its_person_is_a_finding(world: World, anna: User) -> None:
    world.accounts.delete(anna, PASSWORD)
    change_user(world, anna, "SET email = :email", email="anna@example.org")

    report = audit(world)

    assert_finding(report, anna.id, "still names its person")
    assert "example.org" not in "".join(report.findings)


# ---- changes during the audit


def test_a_change_in_progress_is_no_finding(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = balance + :one", one=1)

    def complete_the_change(_seconds: float) -> None:
        change_user(world, anna, "SET balance = balance - :one", one=1)

    report = audit(world, complete_the_change)

    assert report.findings == []
    assert report.inconclusive == 0


def test_an_account_that_changes_at_every_recheck_is_inconclusive(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = balance + :one", one=1)
    pauses = []

    def change_again(seconds: float) -> None:
        pauses.append(seconds)
        change_user(world, anna, "SET balance = balance + :one", one=1)

    report = audit(world, change_again)

    assert report.findings == []
    assert report.inconclusive == 1
    assert len(pauses) == RECHECKS


@both_ages
def test_a_prediction_that_ends_during_the_audit_is_no_finding(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = AuditReader.entries
    cancelled: list[Prediction] = []

    def entries_before_a_cancellation(reader: AuditReader, user_id: str, *bounds: Any, **options: Any) -> Any:
        yield from entries(reader, user_id, *bounds, **options)
        if not cancelled:
            cancelled.append(world.predictions.delete(anna, newest(world, anna, "queued").prediction_id))

    monkeypatch.setattr(AuditReader, "entries", entries_before_a_cancellation)

    assert audit(world).findings == []
    assert cancelled


def test_an_index_that_lags_behind_is_no_finding(world: World, anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    world.clock.advance(SETTLED_SECONDS + 1)
    predictions_of = AuditReader.predictions_of
    read: list[str] = []

    def without_the_first(reader: AuditReader, user_id: str, *bounds: Any, **options: Any) -> Any:
        read.append(user_id)
        predictions = list(predictions_of(reader, user_id, *bounds, **options))
        return predictions[1:] if len(read) == 1 else predictions

    monkeypatch.setattr(AuditReader, "predictions_of", without_the_first)

    assert audit(world).findings == []
    assert anna.id in read


def test_an_account_that_is_being_erased_may_still_have_files(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    world.accounts.delete(anna, PASSWORD)
    world.prediction_repository.erase(prediction.prediction_id, world.clock())  # the erasure is interrupted here
    assert audit(world).findings == []

    world.clock.advance(world.erasure.recheck_delays[-1] + 60)
    assert audit(world).findings == []

    world.clock.advance(erasure_seconds(world.settings))
    assert_finding(audit(world), prediction.prediction_id, "marked as deleted, but exist")
    assert_finding(audit(world), anna.id, "was deleted hours ago and is not erased yet")

    world.dispatcher.run()
    assert audit(world).findings == []


def test_a_deleted_account_s_prediction_that_was_not_erased_is_found(world: World, anna: User) -> None:
    newest(world, anna, "succeeded")
    world.accounts.delete(anna, PASSWORD)
    world.finish_erasures()
    assert audit(world).findings == []
    item = next(item for item in world.items(world.settings.predictions_table) if item["user_id"] == anna.id)
    change(
        world.settings.predictions_table, {"prediction_id": item["prediction_id"]},
        "REMOVE erased_at SET #cost = :cost", cost=item["cost"],
    )  # fmt: skip
    world.clock.advance(erasure_seconds(world.settings))

    assert_finding(audit(world), f"user {anna.id}: the account was deleted, but 1 of its predictions were not erased")


def test_files_that_are_being_deleted_are_no_finding(world: World, anna: User) -> None:
    prediction = newest(world, anna, "succeeded")
    change_prediction(world, prediction, "SET files_deleted_at = :now", now=world.clock())

    def delete_files(_seconds: float) -> None:
        world.files.delete_all(f"results/{anna.id}/{prediction.prediction_id}/")

    assert audit(world, delete_files).findings == []


def test_a_voucher_that_is_being_redeemed_is_no_finding(world: World, anna: User) -> None:
    entry = next(item for item in world.items(world.settings.ledger_table) if item["reason"] == "voucher")
    delete_entry(world, anna, used_voucher(world)["entry_id"])
    change_user(world, anna, "SET balance = balance - :coins", coins=500)

    def complete_the_redemption(_seconds: float) -> None:
        if not any(item["reason"] == "voucher" for item in world.items(world.settings.ledger_table)):
            aws.dynamodb().put_item(TableName=world.settings.ledger_table, Item=to_item(entry))
            change_user(world, anna, "SET balance = balance + :coins", coins=500)

    assert audit(world, complete_the_redemption).findings == []


# ---- bounds


def test_the_sentences_of_findings_are_limited_and_all_findings_are_counted(world: World) -> None:
    user = world.register("boris")
    for _ in range(FINDINGS_MAX + 20):
        world.write(entry=world.ledger.entry(Entry.new(user.id, -1, "refund", world.clock())))

    report = audit(world)

    assert len(report.findings) == FINDINGS_MAX
    assert report.findings_total > FINDINGS_MAX + 20


@pytest.mark.parametrize("rechecked_max", [1, 1000])
def test_contradictions_on_many_pages_or_beyond_the_recheck_limit_are_found_once(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch, rechecked_max: int
) -> None:
    monkeypatch.setattr(user_audit, "RECHECKED_MAX", rechecked_max)
    monkeypatch.setattr(user_audit, "BATCH", 2)
    monkeypatch.setattr(audit_reader, "_PAGE", 2)
    monkeypatch.setattr(audit_reader, "BATCH", 3)
    assert audit(world).findings == []
    changed = [newest(world, anna, status) for status in ("rejected", "failed", "cancelled")]
    for prediction in changed:
        change_prediction(world, prediction, "REMOVE charge_entry_id")

    report = audit(world)

    for prediction in changed:
        assert sum(f"{prediction.prediction_id} names no charge" in finding for finding in report.findings) == 1


def test_keys_that_a_busy_table_left_unprocessed_are_requested_again(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = aws.dynamodb()

    class Busy:
        """Processes only the first ``processed`` keys of each batch."""

        def __init__(self, processed: int) -> None:
            self.processed = processed

        def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803
            ((table, request),) = RequestItems.items()
            now, later = request["Keys"][: self.processed], request["Keys"][self.processed :]
            answer: Any = {"Responses": {}}
            if now:
                answer = client.batch_get_item(RequestItems={table: request | {"Keys": now}})
            return answer | {"UnprocessedKeys": {table: request | {"Keys": later}} if later else {}}

    page, _ = world.prediction_repository.history(anna.id, None)
    ids = [prediction.prediction_id for prediction in page]
    settings: Any = world.settings

    busy: Any = Busy(1)
    assert AuditReader(busy, aws.s3(), settings).predictions_by_id(ids).keys() == set(ids)

    blocked: Any = Busy(0)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    with pytest.raises(TemporarilyUnavailableError):
        AuditReader(blocked, aws.s3(), settings).predictions_by_id(ids)


def test_a_malformed_item_is_a_finding_and_the_others_are_still_checked(world: World, anna: User) -> None:
    change_prediction(world, newest(world, anna, "succeeded"), "SET finished_at = :text", text="then")
    boris = world.register("boris")
    change_user(world, boris, "SET balance = :one", one=1)

    report = audit(world)

    assert_finding(report, f"user {anna.id} could not be checked: TypeError")
    assert_finding(report, f"user {boris.id}: the balance is 1")


def test_an_outage_is_no_finding_and_leaves_the_audit_unfinished(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise TemporarilyUnavailableError("The tables are too busy to be read.")

    monkeypatch.setattr(AuditReader, "logins", refuse)
    auditor = Audit(AuditReader(aws.dynamodb(), aws.s3(), world.settings), world.settings, world.clock)
    progress = auditor.begin()

    with pytest.raises(TemporarilyUnavailableError):
        auditor.run(progress)

    assert not progress.is_finished
    assert progress.report.findings == []
    assert progress.report.checked["users"] == 1


def test_a_long_finding_is_truncated(world: World, anna: User) -> None:
    change_prediction(world, newest(world, anna, "succeeded"), "SET #status = :odd", odd="x" * 100_000)

    report = audit(world)

    assert_finding(report, "has the unknown status xxx")
    assert max(map(len, report.findings)) == FINDING_CHARACTERS_MAX
