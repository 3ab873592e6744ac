"""Invariant 15: whatever is off, the audit names it, and nothing else."""

from collections.abc import Callable

import pytest

from chalicelib.auth.store import User
from chalicelib.billing.ledger import Entry
from chalicelib.core import aws
from chalicelib.core.dynamo import to_item
from chalicelib.inference.audit import FINDINGS_MAX, Audit, Report
from chalicelib.inference.audit_store import AuditStore
from chalicelib.inference.prediction import Prediction
from tests.unit.support import PASSWORD, World


def audit(world: World, wait: Callable[[float], object] = lambda _: None) -> Report:
    store = AuditStore(aws.dynamodb(), aws.s3(), world.settings)
    return Audit(store, world.settings, world.clock, wait).run()


@pytest.fixture
def anna(world: World) -> User:
    """Somebody with a prediction in every state."""
    user = world.register("anna")
    world.vouchers.redeem(user.id, world.vouchers.issue(500, None), None)
    world.vouchers.issue(300, None)
    succeeded, deleted, rejected, failed, cancelled, _queued = (world.submit(user) for _ in range(6))
    world.run(succeeded)
    world.run(deleted)
    world.predictions.delete(user, deleted.prediction_id)
    world.spoil(rejected, b"ID,Age\n1,x\n")
    world.run(rejected)
    world.dead_letters.handle(failed.prediction_id)
    world.predictions.delete(user, cancelled.prediction_id)
    return user


def of(world: World, user: User, status: str) -> Prediction:
    """The user's first prediction of that status whose files weren't deleted."""
    page, _ = world.store.history(user.id, None)
    return next(each for each in page if each.status == status and each.files_deleted_at is None)


def change(table: str, key: dict[str, str], expression: str, **values: object) -> None:
    more = (
        {"ExpressionAttributeValues": to_item({f":{name}": value for name, value in values.items()})} if values else {}
    )
    aws.dynamodb().update_item(TableName=table, Key=to_item(key), UpdateExpression=expression, **more)  # type: ignore[arg-type]


def change_user(world: World, user: User, expression: str, **values: object) -> None:
    change(world.settings.users_table, {"user_id": user.id}, expression, **values)


def change_prediction(world: World, prediction: Prediction, expression: str, **values: object) -> None:
    change(world.settings.predictions_table, {"prediction_id": prediction.prediction_id}, expression, **values)


def test_every_kind_of_end_adds_up(world: World, anna: User) -> None:
    boris = world.register("boris")
    world.submit(boris)
    world.accounts.delete(boris, PASSWORD)
    world.erasure.run(boris.id)

    report = audit(world)

    assert report.findings == []
    assert report.checked == {
        "users": 2, "ledger entries": 14, "predictions": 7, "results": 1, "coins granted": 1500, "coins earned": 200,
        "coins held": 100, "vouchers": 2,
    }  # fmt: skip
    assert anna


def only(report: Report, *words: str) -> None:
    """Something is off, and a finding has all of the words."""
    assert any(all(word in finding for word in words) for finding in report.findings), report.findings


def test_a_balance_that_is_not_its_entries_sum(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = balance + :one", one=1)

    only(audit(world), anna.id, "balance is 701, the entries add up to 700")


def test_a_negative_balance(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = :debt", debt=-1)

    only(audit(world), anna.id, "balance is -1")


def test_a_wrong_count_of_open_charges(world: World, anna: User) -> None:
    change_user(world, anna, "SET open_charges = :two", two=2)

    only(audit(world), anna.id, "2 charges are counted as open, 1 predictions are")


def test_a_missing_ledger_entry(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    key = to_item({"user_id": anna.id, "entry_id": prediction.charge_entry_id})
    aws.dynamodb().delete_item(TableName=world.settings.ledger_table, Key=key)

    only(audit(world), prediction.prediction_id, "its entry of -100 coins (prediction) is missing")


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_refund_too_many(world: World, anna: User, status: str) -> None:
    entry = Entry.new(anna.id, 100, "refund", world.clock(), of(world, anna, status).prediction_id)
    world.store.commit([world.ledger.entry(entry), world.ledger.credit(anna.id, 100)])

    report = audit(world)

    only(report, anna.id, "4 refunds for 3 predictions")
    only(report, anna.id, "granted 1000, but balance 800 + earned 200 + held 100")


def test_a_refund_of_another_amount_than_was_charged(world: World, anna: User) -> None:
    refund = of(world, anna, "failed").refund_entry_id
    assert refund
    change(world.settings.ledger_table, {"user_id": anna.id, "entry_id": refund}, "SET amount = :much", much=250)
    change_user(world, anna, "SET balance = balance + :more", more=150)

    only(audit(world), of(world, anna, "failed").prediction_id, "its entry of 100 coins (refund) is 250")


def test_a_second_signup_grant(world: World, anna: User) -> None:
    entry = Entry.new(anna.id, 500, "signup", world.clock())
    world.store.commit([world.ledger.entry(entry), world.ledger.credit(anna.id, 500)])

    only(audit(world), anna.id, "2 signup grants")


@pytest.mark.parametrize("name", ["csv_key", "rows_key"])
def test_a_success_without_one_of_its_files(world: World, anna: User, name: str) -> None:
    prediction = of(world, anna, "succeeded")
    key = getattr(prediction.result, name)
    aws.s3().delete_object(Bucket=world.settings.files_bucket, Key=key)

    only(audit(world), prediction.prediction_id, key, "missing")


def test_files_that_expired_are_not_missed(world: World, anna: User) -> None:
    world.files.delete_all(f"results/{anna.id}/")
    world.clock.advance(world.settings.result_days * 86_400)

    assert audit(world).findings == []


def test_files_that_are_said_to_be_deleted_and_are_there(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "SET files_deleted_at = :now", now=world.clock())

    only(audit(world), prediction.prediction_id, "said to be deleted and are there")


def test_an_open_prediction_outside_the_outbox(world: World, anna: User) -> None:
    prediction = of(world, anna, "queued")
    change_prediction(world, prediction, "REMOVE due_shard")

    only(audit(world), prediction.prediction_id, "is queued and not in the outbox")


def test_an_ended_prediction_in_the_outbox(world: World, anna: User) -> None:
    prediction = of(world, anna, "succeeded")
    change_prediction(world, prediction, "SET due_shard = :shard, due_at = :now", shard="0", now=1)

    only(audit(world), prediction.prediction_id, "is succeeded and still in the outbox")


def test_a_success_without_a_result(world: World, anna: User) -> None:
    prediction = of(world, anna, "failed")
    aws.dynamodb().update_item(
        TableName=world.settings.predictions_table,
        Key=to_item({"prediction_id": prediction.prediction_id}),
        UpdateExpression="SET #status = :end, files_deleted_at = :now",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues=to_item({":end": "succeeded", ":now": 1}),
    )

    report = audit(world)

    only(report, prediction.prediction_id, "is succeeded and has no result")
    only(report, prediction.prediction_id, "is succeeded and names a refund")


def test_a_used_voucher_without_its_entry(world: World, anna: User) -> None:
    (used,) = (each for each in world.items(world.settings.vouchers_table) if "entry_id" in each)
    key = to_item({"user_id": anna.id, "entry_id": used["entry_id"]})
    aws.dynamodb().delete_item(TableName=world.settings.ledger_table, Key=key)

    only(audit(world), "voucher", used["voucher_hash"][:12])


def test_what_belongs_to_nobody(world: World, anna: User) -> None:
    aws.dynamodb().delete_item(TableName=world.settings.users_table, Key=to_item({"user_id": anna.id}))

    report = audit(world)

    only(report, "ledger entries of a user", anna.id)
    only(report, "predictions of a user", anna.id)


def test_a_deleted_account_that_still_names_its_person(world: World, anna: User) -> None:
    world.accounts.delete(anna, PASSWORD)
    change_user(world, anna, "SET email = :email", email="anna@example.org")

    report = audit(world)

    only(report, anna.id, "still names its person")
    assert "example.org" not in "".join(report.findings)


def test_what_is_only_in_flight_is_not_reported(world: World, anna: User) -> None:
    change_user(world, anna, "SET balance = balance + :one", one=1)

    def caught_up(_seconds: float) -> None:
        change_user(world, anna, "SET balance = balance - :one", one=1)

    assert audit(world, caught_up).findings == []


def test_findings_are_bounded_and_all_counted(world: World) -> None:
    user = world.register("boris")
    for _ in range(FINDINGS_MAX + 20):
        world.store.commit([world.ledger.entry(Entry.new(user.id, -1, "refund", world.clock()))])

    report = audit(world)

    assert len(report.findings) == FINDINGS_MAX
    assert report.findings_total > FINDINGS_MAX + 20
