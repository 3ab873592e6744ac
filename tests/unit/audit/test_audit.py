"""Invariant 15: whatever is off, the audit names it, and nothing else."""

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
    store = AuditReader(aws.dynamodb(), aws.s3(), world.settings)
    return Audit(store, world.settings, world.clock, wait).run()


both_ages = pytest.mark.parametrize("anna", ["recent", "settled"], indirect=True)


@pytest.fixture
def anna(world: World, request: pytest.FixtureRequest) -> User:
    """Somebody with a prediction in every state, from just now or from before anything could still move."""
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


def of(world: World, user: User, status: str) -> Prediction:
    """The user's first prediction of that status whose files weren't deleted."""
    page, _ = world.prediction_repository.history(user.id, None)
    return next(each for each in page if each.status == status and each.files_deleted_at is None)


def change(table: str, key: Item, expression: str, **values: object) -> None:
    """Change an item behind the service's back; every attribute's name may be written as #name."""
    words = (word.partition(".")[0] for word in expression.replace(",", " ").split())
    names = {word: word[1:] for word in words if word.startswith("#")}
    more: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
    if values:
        more["ExpressionAttributeValues"] = to_item({f":{name}": value for name, value in values.items()})
    aws.dynamodb().update_item(TableName=table, Key=to_item(key), UpdateExpression=expression, **more)


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
    """Move coins by an entry that nobody should have written."""
    entry = Entry.new(user.id, amount, reason, world.clock(), prediction.prediction_id if prediction else None)
    world.write(entry=world.ledger.entry(entry), balance=world.ledger.credit(user.id, amount))
    return entry


def names(report: Report, *words: str) -> None:
    """A finding has all of the words, and every finding is counted under what it is about."""
    assert any(all(word in finding for word in words) for finding in report.findings), report.findings
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
    assert not report.off
    assert report.checked == {
        "users": 2, "ledger entries": 15, "predictions": 8, "results": 1, "vouchers": 2, "logins": 2,
    }  # fmt: skip
    assert report.coins == {"granted": 1500, "balances": 1100, "earned": 200, "held": 200}
    assert anna


def test_a_price_that_changed_since_is_no_finding(world: World, anna: User) -> None:
    world.price_overrides.put("lasso", world.price_overrides.override("lasso").__class__(coins=80))
    world.clock.advance(10)
    world.submit(anna)
    world.predictions.delete(anna, of(world, anna, "queued").prediction_id)

    assert audit(world).findings == []


def test_files_that_expired_are_not_missed(world: World, anna: User) -> None:
    world.files.delete_all(f"results/{anna.id}/")
    world.clock.advance(world.settings.result_days * 86_400)

    assert audit(world).findings == []


def put_result_of_another_attempt(world: World, prediction: Prediction) -> None:
    prefix = result_prefix(prediction.user_id, prediction.prediction_id, 7)
    world.files.put(f"{prefix}result.csv", b"x", "text/csv")


def test_files_of_an_attempt_that_was_lost_are_no_error(world: World, anna: User) -> None:
    put_result_of_another_attempt(world, of(world, anna, "succeeded"))
    world.clock.advance(LEFTOVER_SECONDS + 1)

    assert audit(world).findings == []


@pytest.mark.parametrize("status", ["rejected", "failed", "cancelled"])
def test_files_of_a_result_that_was_paid_back_are_found_once_no_message_can_delete_them(
    world: World, anna: User, status: str
) -> None:
    prediction = of(world, anna, status)
    put_result_of_another_attempt(world, prediction)
    assert audit(world).findings == []
    world.clock.advance(LEFTOVER_SECONDS + 1)

    report = audit(world)

    names(report, f"prediction {prediction.prediction_id}: it is {status}, and files of a result are there")
    assert report.off == {"results": 1}

    world.files.delete_all(result_prefix(anna.id, prediction.prediction_id))
    assert audit(world).findings == []


def test_files_of_a_result_that_was_paid_back_that_are_just_being_deleted_are_no_finding(
    world: World, anna: User
) -> None:
    prediction = of(world, anna, "failed")
    put_result_of_another_attempt(world, prediction)
    world.clock.advance(LEFTOVER_SECONDS + 1)

    def done(_seconds: float) -> None:
        world.files.delete_all(result_prefix(anna.id, prediction.prediction_id))

    assert audit(world, done).findings == []


def test_what_was_submitted_for_a_rejected_prediction_may_be_kept(world: World, anna: User) -> None:
    prediction = of(world, anna, "rejected")
    world.files.put(bad_rows_key(anna.id, prediction.prediction_id), b"{}", "application/json")
    world.clock.advance(LEFTOVER_SECONDS + 1)

    assert prediction.input_key in world.objects("inputs/")
    assert audit(world).findings == []


# ---- balances and the ledger


@both_ages
def test_a_balance_that_is_not_its_entries_sum(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = balance + :one", one=1)

    names(audit(world), anna.id, "balance is 601, the entries add up to 600")


def test_a_negative_balance(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = :debt", debt=-1)

    names(audit(world), anna.id, "balance is -1, below zero")


@pytest.mark.parametrize("attribute", ["balance", "open_charges"])
def test_an_account_that_lacks_what_it_should_have(world: World, anna: User, attribute: str) -> None:
    change_user(world, anna, f"REMOVE {attribute}")

    names(audit(world), anna.id, "None")


def test_a_wrong_count_of_open_charges(world: World, anna: User) -> None:
    change_user(world, anna, "SET open_charges = :three", three=3)

    names(audit(world), anna.id, "3 charges are counted as open, 2 predictions are")


@both_ages
def test_coins_of_another_reason_than_there_is(world: World, anna: User) -> None:
    entry = pay(world, anna, 100, "gift")

    report = audit(world)

    names(report, anna.id, entry.entry_id, "(gift) moves 100 coins")
    names(report, anna.id, "granted 1000, but balance 700 + earned 200 + held 200 is 1100")
    names(report, "all users", "granted 1000, but balances 700 + earned 200 + held 200")


@pytest.mark.parametrize(("reason", "amount"), [("signup", -5), ("prediction", 5)])
def test_an_entry_that_moves_coins_the_wrong_way(world: World, anna: User, reason: str, amount: int) -> None:
    entry = pay(world, anna, amount, reason)

    names(audit(world), anna.id, entry.entry_id, f"({reason}) moves {amount} coins")


def test_a_second_signup_grant(world: World, anna: User) -> None:
    pay(world, anna, 500, "signup")

    names(audit(world), anna.id, "2 signup grants")


# ---- charges and their ends


@both_ages
def test_a_charge_whose_entry_is_missing(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    delete_entry(world, anna, prediction.charge_entry_id)

    report = audit(world)

    names(
        report, prediction.prediction_id, "prediction entry of -100 coins that is missing", prediction.charge_entry_id
    )
    names(report, anna.id, "the balance is 600, the entries add up to 700")


@both_ages
@pytest.mark.parametrize("status", ["succeeded", "running"])
def test_a_prediction_that_names_no_charge(world: World, anna: User, status: str) -> None:
    prediction = of(world, anna, status)
    change_prediction(world, prediction, "REMOVE charge_entry_id")

    names(audit(world), prediction.prediction_id, "names no charge")


def test_a_charge_of_another_amount_than_the_price(world: World, anna: User) -> None:
    prediction = of(world, anna, "queued")
    change_entry(world, anna, prediction.charge_entry_id, "SET amount = :much", much=-90)

    names(
        audit(world), prediction.prediction_id, "its prediction entry of -100 coins", "a prediction entry of -90 coins"
    )


@both_ages
def test_a_prediction_that_is_charged_twice(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    second = pay(world, anna, -100, "prediction", prediction)

    report = audit(world)

    names(report, anna.id, "8 charges for 7 predictions")
    names(report, second.entry_id, prediction.prediction_id, f"names the prediction entry {prediction.charge_entry_id}")


@both_ages
def test_a_charge_for_a_prediction_that_is_not_there(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    key = to_item({"prediction_id": prediction.prediction_id})
    aws.dynamodb().delete_item(TableName=world.settings.predictions_table, Key=key)

    report = audit(world)

    names(report, anna.id, prediction.charge_entry_id, f"prediction {prediction.prediction_id} is not there")
    names(report, anna.id, f"prediction {prediction.prediction_id} is not there, and files of it are")


@pytest.mark.parametrize("status", ["succeeded", "failed", "queued"])
def test_a_refund_too_many(world: World, anna: User, status: str) -> None:
    prediction = of(world, anna, status)
    second = pay(world, anna, 100, "refund", prediction)

    report = audit(world)

    names(report, anna.id, "4 refunds for 3 predictions")
    names(report, anna.id, "granted 1000, but balance 700 + earned 200 + held 200")
    names(
        report,
        second.entry_id,
        prediction.prediction_id,
        f"names the refund entry {prediction.refund_entry_id or 'none'}",
    )


def test_an_old_refund_too_many_is_named_too(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    second = pay(world, anna, 100, "refund", prediction)
    world.clock.advance(SETTLED_SECONDS + 1)

    names(audit(world), second.entry_id, prediction.prediction_id, "names the refund entry none")


@both_ages
def test_a_refund_of_another_amount_than_was_charged(world: World, anna: User) -> None:
    prediction = of(world, anna, "failed")
    change_entry(world, anna, prediction.refund_entry_id, "SET amount = :much", much=250)
    change_user(world, anna, "SET balance = balance + :more", more=150)

    names(audit(world), prediction.prediction_id, "its refund entry of 100 coins", "a refund entry of 250 coins")


@pytest.mark.parametrize("status", ["rejected", "failed", "cancelled"])
def test_an_end_that_gives_coins_back_and_did_not(world: World, anna: User, status: str) -> None:
    prediction = of(world, anna, status)
    delete_entry(world, anna, prediction.refund_entry_id)
    change_user(world, anna, "SET balance = balance - :cost", cost=100)
    change_prediction(world, prediction, "REMOVE refund_entry_id")

    report = audit(world)

    names(report, prediction.prediction_id, f"is {status} and names no refund")
    names(report, anna.id, "2 refunds for 3 predictions that give coins back")


@both_ages
def test_a_refund_whose_entry_is_missing(world: World, anna: User) -> None:
    prediction = of(world, anna, "cancelled")
    delete_entry(world, anna, prediction.refund_entry_id)

    names(audit(world), prediction.prediction_id, "refund entry of 100 coins that is missing")


@both_ages
@pytest.mark.parametrize("cost", [None, "100"])
def test_a_prediction_without_a_price(world: World, anna: User, cost: object) -> None:
    prediction = of(world, anna, "succeeded")
    if cost is None:
        change_prediction(world, prediction, "REMOVE cost")
    else:
        change_prediction(world, prediction, "SET cost = :cost", cost=cost)

    names(audit(world), prediction.prediction_id, f"costs {cost} coins")


# ---- states


@both_ages
@pytest.mark.parametrize(("status", "attribute"), [("queued", "due_shard"), ("running", "due_at")])
def test_an_open_prediction_outside_the_outbox(world: World, anna: User, status: str, attribute: str) -> None:
    prediction = of(world, anna, status)
    change_prediction(world, prediction, f"REMOVE {attribute}")

    names(audit(world), prediction.prediction_id, f"is {status} and not in the outbox")


@both_ages
@pytest.mark.parametrize("status", ["succeeded", "cancelled"])
def test_an_ended_prediction_in_the_outbox(world: World, anna: User, status: str) -> None:
    prediction = of(world, anna, status)
    change_prediction(world, prediction, "SET due_shard = :shard, due_at = :now", shard="0", now=1)

    names(audit(world), prediction.prediction_id, f"is {status} and still in the outbox")


@both_ages
def test_a_state_that_there_is_not(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "SET #status = :odd", odd="lost")

    names(audit(world), prediction.prediction_id, "has the unknown status lost")


@both_ages
def test_a_success_without_a_result(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "REMOVE #result")

    names(audit(world), prediction.prediction_id, "is succeeded and has no result")


def test_a_result_of_what_did_not_succeed(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "SET #status = :failed", failed="failed")

    report = audit(world)

    names(report, prediction.prediction_id, "is failed and has a result")
    names(report, prediction.prediction_id, "is failed and names no refund")


def test_a_success_that_names_a_refund(world: World, anna: User) -> None:
    prediction = of(world, anna, "failed")
    change_prediction(world, prediction, "SET #status = :end", end="succeeded")

    names(audit(world), prediction.prediction_id, "is succeeded and names a refund")


def test_an_end_without_its_time(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "REMOVE finished_at")

    names(audit(world), prediction.prediction_id, "is succeeded and has no time of its end")


# ---- files


@both_ages
@pytest.mark.parametrize("name", ["csv_key", "rows_key"])
def test_a_success_without_one_of_its_files(world: World, anna: User, name: str) -> None:
    prediction = of(world, anna, "succeeded")
    key = getattr(prediction.result, name)
    aws.s3().delete_object(Bucket=world.settings.files_bucket, Key=key)

    report = audit(world)

    names(report, prediction.prediction_id, key, "missing")
    assert report.off == {"results": 1}


def test_a_result_that_is_the_files_of_another_attempt(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "SET attempt = :seven", seven=7)

    names(audit(world), prediction.prediction_id, f"not the files under results/{anna.id}/")


@both_ages
def test_files_that_are_said_to_be_deleted_and_are_there(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "SET files_deleted_at = :now", now=world.clock())

    names(audit(world), prediction.prediction_id, "said to be deleted and are there")


# ---- vouchers


def test_a_used_voucher_without_its_entry(world: World, anna: User) -> None:
    (used,) = (each for each in world.items(world.settings.vouchers_table) if "entry_id" in each)
    delete_entry(world, anna, used["entry_id"])
    world.clock.advance(SETTLED_SECONDS + 1)

    report = audit(world)

    names(report, "voucher", used["voucher_hash"][:12], anna.id, "500 coins is missing or another")
    names(report, anna.id, "0 ledger entries of vouchers, 1 vouchers were used")


def test_a_used_voucher_of_other_coins_than_its_entry(world: World, anna: User) -> None:
    (used,) = (each for each in world.items(world.settings.vouchers_table) if "entry_id" in each)
    change(world.settings.vouchers_table, {"voucher_hash": used["voucher_hash"]}, "SET coins = :more", more=501)

    names(audit(world), "voucher", used["voucher_hash"][:12], "501 coins is missing or another")


def test_a_voucher_entry_without_a_voucher(world: World, anna: User) -> None:
    pay(world, anna, 1000, "voucher")
    world.clock.advance(SETTLED_SECONDS + 1)

    names(audit(world), anna.id, "2 ledger entries of vouchers, 1 vouchers were used")


# ---- what belongs to nobody


def test_everything_of_an_account_that_is_not_there_any_more(world: World, anna: User) -> None:
    aws.dynamodb().delete_item(TableName=world.settings.users_table, Key=to_item({"user_id": anna.id}))

    report = audit(world)

    names(report, f"user {anna.id} is not there, and ledger entries of them are")
    names(report, f"user {anna.id} is not there, and predictions of them are")
    names(report, f"user {anna.id}: a login by name leads to it wrongly")
    names(report, f"user {anna.id}: a login by email leads to it wrongly")
    assert report.findings_total == 4


def test_each_owner_that_is_not_there_is_named_once(world: World, anna: User) -> None:
    for number in range(20):  # in the order of their ids, two owners alternate
        item = {"prediction_id": f"{number:032}", "user_id": f"nobody-{number % 2}", "listed_at": "2030"}
        aws.dynamodb().put_item(TableName=world.settings.predictions_table, Item=to_item(item))

    report = audit(world)

    names(report, "user nobody-0 is not there, and predictions of them are")
    names(report, "user nobody-1 is not there, and predictions of them are")
    assert report.off == {"predictions": 2}
    assert anna


@both_ages
@pytest.mark.parametrize("lacks", ["user_id", "listed_at"])
def test_a_prediction_that_nobody_can_see(world: World, anna: User, lacks: str) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, f"REMOVE {lacks}")

    names(audit(world), f"prediction {prediction.prediction_id} is in nobody's history")


@both_ages
def test_a_prediction_that_was_never_charged(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    (item,) = (each for each in world.items(world.settings.predictions_table)
               if each["prediction_id"] == prediction.prediction_id)  # fmt: skip
    copy = item | {"prediction_id": "f" * 32, "files_deleted_at": 1}
    aws.dynamodb().put_item(TableName=world.settings.predictions_table, Item=to_item(copy))

    names(audit(world), anna.id, f"prediction {'f' * 32} names {prediction.charge_entry_id} as its prediction entry")


def test_a_deleted_account_that_still_names_its_person(world: World, anna: User) -> None:
    world.accounts.delete(anna, PASSWORD)
    change_user(world, anna, "SET email = :email", email="anna@example.org")

    report = audit(world)

    names(report, anna.id, "still names its person")
    assert "example.org" not in "".join(report.findings)


# ---- what moves while it is looked at


def test_what_is_only_in_flight_is_not_reported(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = balance + :one", one=1)

    def caught_up(_seconds: float) -> None:
        change_user(world, anna, "SET balance = balance - :one", one=1)

    report = audit(world, caught_up)

    assert report.findings == []
    assert report.inconclusive == 0


def test_what_differs_otherwise_at_every_look_is_motion_and_said_to_be(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = balance + :one", one=1)
    waits = []

    def goes_on(seconds: float) -> None:
        waits.append(seconds)
        change_user(world, anna, "SET balance = balance + :one", one=1)

    report = audit(world, goes_on)

    assert report.findings == []
    assert report.inconclusive == 1
    assert len(waits) == RECHECKS


@both_ages
def test_what_ends_while_the_audit_runs_is_no_finding(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = AuditReader.entries
    moved: list[Prediction] = []

    def and_then_it_ends(reader: AuditReader, user_id: str, *bounds: Any, **more: Any) -> Any:
        yield from entries(reader, user_id, *bounds, **more)
        if not moved:
            moved.append(world.predictions.delete(anna, of(world, anna, "queued").prediction_id))

    monkeypatch.setattr(AuditReader, "entries", and_then_it_ends)

    assert audit(world).findings == []
    assert moved


def test_an_index_that_lags_behind_is_no_finding(world: World, anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    world.clock.advance(SETTLED_SECONDS + 1)
    predictions_of = AuditReader.predictions_of
    read: list[str] = []

    def lagging(reader: AuditReader, user_id: str, *bounds: Any, **more: Any) -> Any:
        read.append(user_id)
        found = list(predictions_of(reader, user_id, *bounds, **more))
        return found[1:] if len(read) == 1 else found

    monkeypatch.setattr(AuditReader, "predictions_of", lagging)

    assert audit(world).findings == []
    assert anna.id in read


def test_an_account_that_is_being_erased_may_still_have_files(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    world.accounts.delete(anna, PASSWORD)
    world.prediction_repository.erase(prediction.prediction_id, world.clock())  # and here the erasure was interrupted
    assert audit(world).findings == []

    world.clock.advance(world.erasure.looks[-1] + 60)
    assert audit(world).findings == []

    world.clock.advance(erasure_seconds(world.settings))
    names(audit(world), prediction.prediction_id, "said to be deleted and are there")
    names(audit(world), anna.id, "was deleted hours ago and is not erased yet")

    world.dispatcher.run()
    assert audit(world).findings == []


def test_a_deleted_account_s_prediction_that_was_not_erased_is_found(world: World, anna: User) -> None:
    of(world, anna, "succeeded")
    world.accounts.delete(anna, PASSWORD)
    world.finish_erasures()
    assert audit(world).findings == []
    left = next(each for each in world.items(world.settings.predictions_table) if each["user_id"] == anna.id)
    change(
        world.settings.predictions_table, {"prediction_id": left["prediction_id"]},
        "REMOVE erased_at SET #cost = :cost", cost=left["cost"],
    )  # fmt: skip
    world.clock.advance(erasure_seconds(world.settings))

    names(audit(world), f"user {anna.id}: the account was deleted and 1 of its predictions were not erased")


def test_files_that_are_being_deleted_are_no_finding(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "SET files_deleted_at = :now", now=world.clock())

    def done(_seconds: float) -> None:
        world.files.delete_all(f"results/{anna.id}/{prediction.prediction_id}/")

    assert audit(world, done).findings == []


def test_a_voucher_that_is_being_redeemed_is_no_finding(world: World, anna: User) -> None:
    (used,) = (each for each in world.items(world.settings.vouchers_table) if "entry_id" in each)
    entry = next(each for each in world.items(world.settings.ledger_table) if each["reason"] == "voucher")
    delete_entry(world, anna, used["entry_id"])
    change_user(world, anna, "SET balance = balance - :coins", coins=500)

    def done(_seconds: float) -> None:
        if not any(each["reason"] == "voucher" for each in world.items(world.settings.ledger_table)):
            aws.dynamodb().put_item(TableName=world.settings.ledger_table, Item=to_item(entry))
            change_user(world, anna, "SET balance = balance + :coins", coins=500)

    assert audit(world, done).findings == []


# ---- bounds


def test_findings_are_bounded_and_all_counted(world: World) -> None:
    user = world.register("boris")
    for _ in range(FINDINGS_MAX + 20):
        world.write(entry=world.ledger.entry(Entry.new(user.id, -1, "refund", world.clock())))

    report = audit(world)

    assert len(report.findings) == FINDINGS_MAX
    assert report.findings_total > FINDINGS_MAX + 20


@pytest.mark.parametrize("again_max", [1, 1000])
def test_more_than_one_page_and_more_doubts_than_are_looked_at_again(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch, again_max: int
) -> None:
    monkeypatch.setattr(user_audit, "AGAIN_MAX", again_max)
    monkeypatch.setattr(user_audit, "BATCH", 2)
    monkeypatch.setattr(audit_reader, "_PAGE", 2)
    monkeypatch.setattr(audit_reader, "BATCH", 3)
    assert audit(world).findings == []
    off = [of(world, anna, status) for status in ("rejected", "failed", "cancelled")]
    for prediction in off:
        change_prediction(world, prediction, "REMOVE charge_entry_id")

    report = audit(world)

    for prediction in off:
        assert sum(f"{prediction.prediction_id} names no charge" in finding for finding in report.findings) == 1


def test_keys_that_a_busy_table_did_not_answer_are_asked_for_again(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = aws.dynamodb()

    class Busy:
        """Answers one key of a batch, or none at all for ever."""

        def __init__(self, answers: int) -> None:
            self.answers = answers

        def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803
            ((table, wanted),) = RequestItems.items()
            now, later = wanted["Keys"][: self.answers], wanted["Keys"][self.answers :]
            answer: Any = {"Responses": {}}
            if now:
                answer = client.batch_get_item(RequestItems={table: wanted | {"Keys": now}})
            return answer | {"UnprocessedKeys": {table: wanted | {"Keys": later}} if later else {}}

    page, _ = world.prediction_repository.history(anna.id, None)
    ids = [each.prediction_id for each in page]
    settings: Any = world.settings

    busy: Any = Busy(1)
    assert AuditReader(busy, aws.s3(), settings).predictions_by_id(ids).keys() == set(ids)

    dead: Any = Busy(0)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    with pytest.raises(TemporarilyUnavailableError):
        AuditReader(dead, aws.s3(), settings).predictions_by_id(ids)


def test_an_item_of_another_form_is_a_finding_and_keeps_nothing_from_being_checked(world: World, anna: User) -> None:
    change_prediction(world, of(world, anna, "succeeded"), "SET finished_at = :text", text="then")
    boris = world.register("boris")
    change_user(world, boris, "SET balance = :one", one=1)

    report = audit(world)

    names(report, f"user {anna.id} could not be checked: TypeError")
    names(report, f"user {boris.id}: the balance is 1")


def test_an_outage_is_no_finding_and_leaves_the_audit_unfinished(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise TemporarilyUnavailableError("The tables are too busy to be read.")

    monkeypatch.setattr(AuditReader, "logins", refuse)
    checks = Audit(AuditReader(aws.dynamodb(), aws.s3(), world.settings), world.settings, world.clock)
    progress = checks.begin()

    with pytest.raises(TemporarilyUnavailableError):
        checks.run(progress)

    assert not progress.is_finished
    assert progress.report.findings == []
    assert progress.report.checked["users"] == 1


def test_what_a_finding_quotes_is_cut(world: World, anna: User) -> None:
    change_prediction(world, of(world, anna, "succeeded"), "SET #status = :odd", odd="x" * 100_000)

    report = audit(world)

    names(report, "has the unknown status xxx")
    assert max(map(len, report.findings)) == FINDING_CHARACTERS_MAX
