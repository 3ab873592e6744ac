"""Conflicting changes of a prediction and its coins, step by step in one thread.

``tests/races`` has the same conflicts between real processes.
"""

from typing import Any

import pytest

from chalicelib.billing.payments import Cost, Payments
from chalicelib.billing.vouchers import Vouchers, VoucherUsedError
from chalicelib.core.dynamo import ConditionFailedError, TransactItem
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.results.result import Result
from tests.unit.support import World, patients


def test_a_late_worker_cannot_end_a_prediction_of_a_newer_attempt(world: World) -> None:
    user = world.register()
    succeeded = world.run(world.submit(user))
    assert succeeded.result
    prediction = world.submit(user)
    late = world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
    world.clock.advance(2)
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)

    with pytest.raises(ConditionFailedError):
        world.settlement.succeed(late, succeeded.result)
    with pytest.raises(ConditionFailedError):
        world.settlement.fail(late, "late")

    assert (world.read(prediction).status, world.read(prediction).attempt) == (Status.RUNNING, 2)
    assert world.balance(user) == 300


def test_two_processes_that_read_the_same_prediction_refund_it_once(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.submit(user)
    read = world.read(prediction)

    world.settlement.cancel(read)
    with pytest.raises(ConditionFailedError):
        world.settlement.fail(read, "dead_letter")

    assert world.read(prediction).status is Status.CANCELLED
    assert world.balance(user) == 400
    assert world.ledger.account(user.id).open_charges == 1


def test_the_dispatcher_does_not_postpone_a_prediction_that_was_claimed_since_it_was_read(world: World) -> None:
    prediction = world.submit(world.register())
    before = world.read(prediction)
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)

    with pytest.raises(ConditionFailedError):
        world.prediction_repository.postpone(before, world.clock() + 20)

    assert world.read(prediction).status is Status.RUNNING


def test_the_dispatcher_fails_a_prediction_after_its_last_attempt(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    for _ in range(world.settings.attempts_max):
        world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
        world.clock.advance(2)
    world.clock.advance(1)

    world.dispatcher.run()

    assert (world.read(prediction).status, world.read(prediction).error_code) == (Status.FAILED, "attempts_exhausted")
    assert world.balance(user) == 500


def test_a_prediction_succeeds_only_after_its_files_are_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    earn = Payments.earn
    files: list[list[str]] = []

    def list_files_and_earn(payments: Payments, user_id: str, end: TransactItem) -> None:
        files.append([key.rsplit("/", 1)[1] for key in world.objects(f"results/{user.id}/")])
        earn(payments, user_id, end)

    monkeypatch.setattr(Payments, "earn", list_files_and_earn)
    world.run(prediction)

    assert files == [["result.csv"]]


def test_a_success_whose_response_was_lost_keeps_its_files(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    succeed = Settlement.succeed

    def succeed_twice(settlement: Settlement, ended: Prediction, result: Result) -> None:
        succeed(settlement, ended, result)
        succeed(settlement, ended, result)

    monkeypatch.setattr(Settlement, "succeed", succeed_twice)

    assert world.run(prediction).status is Status.SUCCEEDED
    assert len(world.objects(f"results/{user.id}/")) == 1


def test_a_second_request_with_a_key_charges_nothing_and_leaves_no_file(world: World) -> None:
    user = world.register()
    first = world.predictions.submit(user, "lasso", patients(1), None, "k").prediction
    second = world.predictions.submit(user, "lasso", patients(1), None, "k").prediction

    assert second == first
    assert world.balance(user) == 400
    assert world.objects() == [first.input_key]


def test_one_voucher_in_two_processes_at_once_is_redeemed_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, boris = world.register("anna"), world.register("boris")
    code = world.vouchers.issue(300, None)
    world.vouchers.redeem(anna.id, code, None)
    coins_of = Vouchers._coins_of
    reads: list[None] = []

    def unused_at_the_first_read(vouchers: Vouchers, *arguments: Any) -> int:
        reads.append(None)
        return 300 if len(reads) == 1 else coins_of(vouchers, *arguments)

    monkeypatch.setattr(Vouchers, "_coins_of", unused_at_the_first_read)
    with pytest.raises(VoucherUsedError):
        world.vouchers.redeem(boris.id, code, None)

    assert (world.balance(anna), world.balance(boris)) == (800, 500)


def test_a_charge_whose_first_response_was_lost_counts_as_done(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    cost = Cost(user.id, prediction.prediction_id, 100, prediction.charge_entry_id, prediction.created_at)
    world.payments.charge(cost, world.prediction_repository.new(prediction), None)

    assert world.entries(user) == [("signup", 500), ("prediction", -100)]
