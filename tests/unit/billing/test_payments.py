"""What two of anything at once may not do, step by step in one thread. ``tests/races`` does it with processes."""

from typing import Any

import pytest

from chalicelib.billing.payments import Cost, Payments
from chalicelib.billing.vouchers import Vouchers, VoucherUsedError
from chalicelib.core.dynamo import ConditionFailedError, TransactItem
from chalicelib.core.idempotency import IdempotencyKeys
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.results.result import Result
from tests.unit.support import World, patients


def test_a_late_worker_can_not_end_what_a_newer_attempt_holds(world: World) -> None:
    user = world.register()
    other = world.run(world.submit(user))
    assert other.result
    prediction = world.submit(user)
    late = world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
    world.clock.advance(2)
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)

    with pytest.raises(ConditionFailedError):
        world.settlement.succeed(late, other.result)
    with pytest.raises(ConditionFailedError):
        world.settlement.fail(late, "late")

    assert (world.read(prediction).status, world.read(prediction).attempt) == (Status.RUNNING, 2)
    assert world.balance(user) == 300


def test_two_that_read_the_same_prediction_refund_it_once(world: World) -> None:
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


def test_the_dispatcher_leaves_alone_what_moved_on_since_it_looked(world: World) -> None:
    prediction = world.submit(world.register())
    seen = world.read(prediction)
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)

    with pytest.raises(ConditionFailedError):
        world.prediction_repository.postpone(seen, world.clock() + 20)

    assert world.read(prediction).status is Status.RUNNING


def test_the_dispatcher_ends_what_was_tried_too_often(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    for _ in range(world.settings.attempts_max):
        world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
        world.clock.advance(2)
    world.clock.advance(1)

    world.dispatcher.run()

    assert (world.read(prediction).status, world.read(prediction).error_code) == (Status.FAILED, "attempts_exhausted")
    assert world.balance(user) == 500


def test_a_success_is_seen_only_once_its_files_are_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    earn = Payments.earn
    seen: list[list[str]] = []

    def earned(payments: Payments, user_id: str, end: TransactItem) -> None:
        seen.append([key.rsplit("/", 1)[1] for key in world.objects(f"results/{user.id}/")])
        earn(payments, user_id, end)

    monkeypatch.setattr(Payments, "earn", earned)
    world.run(prediction)

    assert seen == [["cohort.json", "result.csv", "rows.jsonl"]]


def test_a_success_whose_answer_was_lost_keeps_its_files(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    succeed = Settlement.succeed

    def done_and_asked_again(settlement: Settlement, ended: Prediction, result: Result) -> None:
        succeed(settlement, ended, result)
        succeed(settlement, ended, result)

    monkeypatch.setattr(Settlement, "succeed", done_and_asked_again)

    assert world.run(prediction).status is Status.SUCCEEDED
    assert len(world.objects(f"results/{user.id}/")) == 3


def test_one_key_in_two_processes_at_once_charges_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    first = world.predictions.submit(user, "lasso", patients(1), None, "k").prediction
    outcome = IdempotencyKeys.outcome
    looks: list[None] = []

    def not_there_yet(keys: IdempotencyKeys, *arguments: Any) -> str | None:
        looks.append(None)
        return None if len(looks) == 1 else outcome(keys, *arguments)

    monkeypatch.setattr(IdempotencyKeys, "outcome", not_there_yet)
    again = world.predictions.submit(user, "lasso", patients(1), None, "k").prediction

    assert again == first
    assert world.balance(user) == 400
    assert world.objects() == [first.input_key]


def test_one_voucher_in_two_processes_at_once_is_redeemed_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, boris = world.register("anna"), world.register("boris")
    code = world.vouchers.issue(300, None)
    world.vouchers.redeem(anna.id, code, None)
    coins_of = Vouchers._coins_of
    looks: list[None] = []

    def not_used_yet(vouchers: Vouchers, *arguments: Any) -> int:
        looks.append(None)
        return 300 if len(looks) == 1 else coins_of(vouchers, *arguments)

    monkeypatch.setattr(Vouchers, "_coins_of", not_used_yet)
    with pytest.raises(VoucherUsedError):
        world.vouchers.redeem(boris.id, code, None)

    assert (world.balance(anna), world.balance(boris)) == (800, 500)


def test_a_submission_whose_first_answer_was_lost_is_taken_as_done(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    cost = Cost(user.id, prediction.prediction_id, 100, prediction.charge_entry_id, prediction.created_at)
    world.payments.charge(cost, world.prediction_repository.new(prediction), None)

    assert world.entries(user) == [("signup", 500), ("prediction", -100)]
