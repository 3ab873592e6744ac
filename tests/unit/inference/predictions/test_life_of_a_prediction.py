"""A prediction from its submission to its end, with repeated messages, failures and late workers."""

from typing import cast

import pytest

from chalicelib.billing.ledger import NotEnoughCoinsError
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.inference.predictions.dead_letters import AttemptInProgressError
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.predictions.queue import PoisonMessageError, prediction_id_of
from chalicelib.inference.predictions.service import UnknownPredictionError
from chalicelib.inference.results import json_rows
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.schemas import Summary
from tests.unit.support import BrokenModel, FakeModel, World, patients


def test_a_submission_is_charged_run_and_read_back_row_by_row(world: World) -> None:
    user = world.register()
    prediction = world.submit(user, patients(2500))

    world.worker_with().run(prediction.prediction_id)

    ended = world.read(prediction)
    assert (ended.status, ended.rows_done, ended.due_at) == (Status.SUCCEEDED, 2500, None)
    assert world.entries(user) == [("signup", 500), ("prediction", -100)]
    ids = []
    for offset in range(0, 2500, 700):
        total, rows = world.rows(user, prediction.prediction_id, offset, 700)
        assert total == 2500
        ids += [row["id"] for row in rows]
    assert ids == [f"p{number}" for number in range(1, 2501)]


def test_ten_deliveries_give_one_result_and_one_charge(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    model = FakeModel()

    for _ in range(10):
        world.worker_with(model).run(prediction.prediction_id)

    assert model.chunks == 1
    assert world.entries(user) == [("signup", 500), ("prediction", -100)]


def test_without_enough_coins_nothing_is_charged_or_queued(world: World) -> None:
    user = world.register()
    for _ in range(5):
        world.submit(user)
    world.sent()

    with pytest.raises(NotEnoughCoinsError):  # ``user`` has an outdated balance: the condition of the write decides
        world.submit(user)

    assert world.balance(user) == 0
    assert world.sent() == []
    assert len(world.items(world.settings.predictions_table)) == 5


def test_a_model_that_keeps_failing_ends_in_one_refund(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    worker = world.worker_with(BrokenModel())

    world.clock.advance(1)
    for attempt in range(1, world.settings.attempts_max + 1):
        with pytest.raises(RuntimeError):
            worker.run(prediction.prediction_id)
        assert world.read(prediction).attempt == attempt
    worker.run(prediction.prediction_id)
    world.dead_letters.handle(prediction.prediction_id)

    ended = world.read(prediction)
    assert (ended.status, ended.error_code, ended.refund_entry_id is None) == (
        Status.FAILED,
        "attempts_exhausted",
        False,
    )
    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


def test_a_spoiled_file_is_rejected_and_refunded(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.overwrite_input(prediction, b"ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n1,21464,Y,high,2.6,12.2\n")

    world.worker_with().run(prediction.prediction_id)

    assert world.read(prediction).status is Status.REJECTED
    assert world.balance(user) == 500


def test_another_worker_claims_a_prediction_only_after_its_lease_has_ended(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    lease_until = world.clock() + world.settings.lease_seconds
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), lease_until)

    world.worker_with().run(prediction.prediction_id)
    assert world.read(prediction).status is Status.RUNNING

    world.clock.advance(world.settings.lease_seconds + 1)
    world.worker_with().run(prediction.prediction_id)
    assert (world.read(prediction).status, world.read(prediction).attempt) == (Status.SUCCEEDED, 2)


def test_a_late_worker_cannot_overwrite_an_end(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    late = world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
    world.clock.advance(2)
    world.worker_with().run(prediction.prediction_id)
    result = world.read(prediction).result
    assert result is not None

    with pytest.raises(ConditionFailedError):
        world.settlement.succeed(late, result)
    with pytest.raises(ConditionFailedError):
        world.settlement.fail(late, "late")

    assert world.read(prediction).attempt == 2
    assert world.balance(user) == 400


def test_an_older_attempt_cannot_write_while_a_newer_one_runs(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    late = world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
    world.clock.advance(2)
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)

    with pytest.raises(ConditionFailedError):
        world.prediction_repository.progress(late, 1, world.clock() + 60)
    with pytest.raises(ConditionFailedError):
        world.prediction_repository.release(late, world.clock())


def test_the_dispatcher_sends_due_predictions_and_waits_longer_each_time(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    assert world.sent() == [prediction.prediction_id]
    assert world.dispatcher.run() == 0
    waits = []

    for _ in range(3):
        due_at = world.read(prediction).due_at
        assert due_at is not None
        waits.append(due_at - world.clock())
        world.clock.advance(waits[-1] + 1)
        assert world.dispatcher.run() == 1
        assert world.sent() == [prediction.prediction_id]

    assert waits == sorted(waits)
    assert waits[-1] > waits[0]


def test_a_dead_letter_waits_until_the_lease_has_ended_and_then_refunds_once(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)

    with pytest.raises(AttemptInProgressError):
        world.dead_letters.handle(prediction.prediction_id)
    world.clock.advance(61)
    world.dead_letters.handle(prediction.prediction_id)
    world.dead_letters.handle(prediction.prediction_id)

    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


def test_a_prediction_of_another_user_is_unknown(world: World) -> None:
    prediction = world.submit(world.register("anna"))
    stranger = world.register("boris")

    for prediction_id in (prediction.prediction_id, "0" * 32, "../x", ""):
        with pytest.raises(UnknownPredictionError):
            world.predictions.get(stranger, prediction_id)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"prediction_id": 1}', '{"prediction_id": "x"}'])
def test_an_invalid_message_is_a_poison_message(body: str) -> None:
    with pytest.raises(PoisonMessageError):
        prediction_id_of(body)


def test_a_row_stored_by_a_release_with_one_model_is_still_shown() -> None:
    result = Result("csv", "rows", ("Age", "Copper"), 6.1, 1000, (0, 1), 4.0, cast("Summary", {}))
    shown = json_rows.row_document([1, "7", 4.0, 1.0, 7.7, False, "Copper", "Age:above", [-2.1, 0.0]], result)

    assert (shown["years"], shown["baseline"], shown["imputed"]) == (4.0, 6.1, ["Copper"])
    assert shown["contributions"] == [{"column": "Age", "value": -2.1}]
    assert (shown["survival"], shown["median_years"], shown["mayo_score"]) == ([], None, None)
    assert (shown["if_measured"], shown["measure_first"]) == ([], None)
