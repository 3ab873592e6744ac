"""Outages of a single part: the balance, one prediction, a stored file, a progress report."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.billing.ledger import Ledger
from chalicelib.core import aws
from chalicelib.core.dynamo import to_item
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.worker import StoredFileError
from tests.unit.support import FakeModel, World, patients

THROTTLED = ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")


def test_a_balance_that_cannot_be_read_after_a_commit_is_null(world: World) -> None:
    user = world.register()
    code = world.vouchers.issue(300, None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "account", _throttled)
        redeemed = world.vouchers.redeem(user.id, code, "redeem")

    assert redeemed.balance is None
    assert world.balance(user) == 500 + 300


def test_the_balance_of_a_submission_is_the_one_before_it_less_the_cost(world: World) -> None:
    ended = world.run(world.submit(world.register()))
    before = world.users.user(ended.user_id)
    assert before

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "account", _throttled)
        accepted = world.predictions.submit(before, "lasso", patients(1), None, "submit")
        retried = world.predictions.retry(before, ended.prediction_id, "retry")

    assert (accepted.balance, retried.balance) == (500 - 2 * 100, 500 - 2 * 100)


def test_a_repeated_request_is_answered_although_the_balance_cannot_be_read(world: World) -> None:
    user = world.register()
    ended = world.run(world.submit(user))
    code = world.vouchers.issue(300, None)

    def ask() -> list[tuple[object, int | None]]:
        submitted = world.predictions.submit(user, "lasso", patients(1), None, "submit")
        retried = world.predictions.retry(user, ended.prediction_id, "retry")
        redeemed = world.vouchers.redeem(user.id, code, "redeem")
        return [
            (submitted.prediction.prediction_id, submitted.balance),
            (retried.prediction.prediction_id, retried.balance),
            (redeemed.coins, redeemed.balance),
        ]

    first = ask()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "account", _throttled)
        again = ask()

    assert [outcome for outcome, _ in again] == [outcome for outcome, _ in first]
    assert [balance for _, balance in again] == [None, None, None]
    assert [balance for _, balance in ask()] == [world.balance(user)] * 3


def _throttled(_ledger: Ledger, _user_id: str) -> int:
    raise THROTTLED


def test_one_prediction_that_cannot_be_ended_does_not_stop_the_dispatcher(world: World) -> None:
    stuck, fine = world.register("anna"), world.register("boris")
    broken = world.submit(stuck)
    waiting = [world.submit(fine) for _ in range(4)]
    for _ in range(world.settings.attempts_max):
        world.prediction_repository.claim(broken.prediction_id, world.clock(), world.clock() + 1)
        world.clock.advance(2)
    aws.dynamodb().delete_item(TableName=world.settings.users_table, Key=to_item({"user_id": stuck.id}))
    world.sent()
    world.clock.advance(world.settings.dispatch_grace_seconds)

    world.dispatcher.run()

    assert sorted(world.sent()) == sorted(prediction.prediction_id for prediction in waiting)


def test_a_stored_file_with_a_missing_patient_is_tried_again_and_then_refunded(world: World) -> None:
    user = world.register()
    prediction = world.submit(user, patients(3))
    world.overwrite_input(prediction, patients(2))

    with pytest.raises(StoredFileError):
        world.run(prediction)

    assert world.read(prediction).status is Status.QUEUED
    for _ in range(world.settings.attempts_max - 1):
        with pytest.raises(StoredFileError):
            world.run(prediction)
    assert world.read(prediction).status is Status.FAILED
    assert world.balance(user) == 500


def test_a_failed_progress_report_does_not_stop_the_attempt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    prediction = world.submit(world.register())

    def throttled(*_: Any) -> None:
        raise THROTTLED

    monkeypatch.setattr(PredictionRepository, "progress", throttled)

    assert world.run(prediction, FakeModel(lambda: world.clock.advance(5))).status is Status.SUCCEEDED
