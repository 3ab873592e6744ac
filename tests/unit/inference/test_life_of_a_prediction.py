"""From submission to its one end, under repeats, failures and late workers."""

import pytest

from chalicelib.billing.ledger import NotEnoughCoinsError
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.inference.dead_letters import StillRunningError
from chalicelib.inference.prediction import Status
from chalicelib.inference.queue import PoisonMessageError, prediction_id_of
from chalicelib.inference.service import UnknownPredictionError
from tests.unit.support import BrokenModel, FakeModel, Services, patients


def test_a_submission_is_charged_run_and_read_back_row_by_row(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user, patients(2500))

    services.worker().run(prediction.prediction_id)

    ended = services.read(prediction)
    assert (ended.status, ended.rows_done, ended.due_at) == (Status.SUCCEEDED, 2500, None)
    assert services.entries(user) == [("signup", 500), ("prediction", -100)]
    ids = []
    for offset in range(0, 2500, 700):
        total, rows = services.predictions.rows(user, prediction.prediction_id, offset, 700)
        assert total == 2500
        ids += [row["id"] for row in rows]
    assert ids == [f"p{number}" for number in range(1, 2501)]


def test_ten_deliveries_give_one_result_and_one_charge(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user)
    model = FakeModel()

    for _ in range(10):
        services.worker(model).run(prediction.prediction_id)

    assert model.chunks == 1
    assert services.entries(user) == [("signup", 500), ("prediction", -100)]


def test_without_enough_coins_nothing_is_charged_or_queued(services: Services) -> None:
    user = services.register()
    for _ in range(5):
        services.submit(user)
    services.sent()

    with pytest.raises(NotEnoughCoinsError):  # the balance that was read is out of date: the condition decides
        services.submit(user)

    assert services.balance(user) == 0
    assert services.sent() == []
    assert len(services.items(services.settings.predictions_table)) == 5


def test_a_model_that_keeps_failing_ends_in_one_refund(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user)
    worker = services.worker(BrokenModel())

    services.clock.advance(1)
    for attempt in range(1, services.settings.attempts_max + 1):
        with pytest.raises(RuntimeError):
            worker.run(prediction.prediction_id)
        assert services.read(prediction).attempt == attempt
    worker.run(prediction.prediction_id)
    services.dead_letters.handle(prediction.prediction_id)

    ended = services.read(prediction)
    assert (ended.status, ended.error_code, ended.refunded) == (Status.FAILED, "attempts_exhausted", True)
    assert services.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


def test_a_spoiled_file_is_rejected_and_refunded(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user)
    services.spoil(prediction, b"ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n1,21464,Y,high,2.6,12.2\n")

    services.worker().run(prediction.prediction_id)

    assert services.read(prediction).status is Status.REJECTED
    assert services.balance(user) == 500


def test_a_live_lease_is_respected_and_a_lapsed_one_taken_over(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user)
    lease_until = services.clock() + services.settings.lease_seconds
    services.store.claim(prediction.prediction_id, services.clock(), lease_until)

    services.worker().run(prediction.prediction_id)
    assert services.read(prediction).status is Status.RUNNING

    services.clock.advance(services.settings.lease_seconds + 1)
    services.worker().run(prediction.prediction_id)
    assert (services.read(prediction).status, services.read(prediction).attempt) == (Status.SUCCEEDED, 2)


def test_a_late_worker_cannot_overwrite_an_end(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user)
    late = services.store.claim(prediction.prediction_id, services.clock(), services.clock() + 1)
    services.clock.advance(2)
    services.worker().run(prediction.prediction_id)
    result = services.read(prediction).result
    assert result is not None

    with pytest.raises(ConditionFailedError):
        services.store.succeed(late, result, services.clock())
    with pytest.raises(ConditionFailedError):
        services.settlement.fail(late, "late")

    assert services.read(prediction).attempt == 2
    assert services.balance(user) == 400


def test_the_fence_stops_an_older_attempt_while_a_newer_one_runs(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user)
    late = services.store.claim(prediction.prediction_id, services.clock(), services.clock() + 1)
    services.clock.advance(2)
    services.store.claim(prediction.prediction_id, services.clock(), services.clock() + 60)

    with pytest.raises(ConditionFailedError):
        services.store.progress(late, 1, services.clock() + 60)
    with pytest.raises(ConditionFailedError):
        services.store.release(late, services.clock())


def test_the_dispatcher_sends_what_is_due_and_waits_longer_each_time(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user)
    assert services.sent() == [prediction.prediction_id]
    assert services.dispatcher.run() == 0
    waits = []

    for _ in range(3):
        due_at = services.read(prediction).due_at
        assert due_at is not None
        waits.append(due_at - services.clock())
        services.clock.advance(waits[-1] + 1)
        assert services.dispatcher.run() == 1
        assert services.sent() == [prediction.prediction_id]

    assert waits == sorted(waits)
    assert waits[-1] > waits[0]


def test_a_dead_letter_waits_for_a_live_run_and_refunds_once_after_it(services: Services) -> None:
    user = services.register()
    prediction = services.submit(user)
    services.store.claim(prediction.prediction_id, services.clock(), services.clock() + 60)

    with pytest.raises(StillRunningError):
        services.dead_letters.handle(prediction.prediction_id)
    services.clock.advance(61)
    services.dead_letters.handle(prediction.prediction_id)
    services.dead_letters.handle(prediction.prediction_id)

    assert services.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


def test_somebody_elses_prediction_is_as_unknown_as_none(services: Services) -> None:
    prediction = services.submit(services.register("anna"))
    stranger = services.register("boris")

    for prediction_id in (prediction.prediction_id, "0" * 32, "../x", ""):
        with pytest.raises(UnknownPredictionError):
            services.predictions.get(stranger, prediction_id)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"prediction_id": 1}', '{"prediction_id": "x"}'])
def test_a_message_of_no_producer_of_ours_is_poison(body: str) -> None:
    with pytest.raises(PoisonMessageError):
        prediction_id_of(body)
