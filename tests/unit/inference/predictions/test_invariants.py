"""What the fence, the attempt count and the erasure's patience are for, step by step in one thread."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.erasure.eraser import INDEX_LAG_SECONDS
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.repository import PredictionRepository
from tests.unit.support import PASSWORD, BrokenModel, FakeModel, World


def late_and_newer(world: World, prediction: Prediction) -> tuple[Prediction, Prediction]:
    """Two claims of one prediction: the first one's lease ran out before the second."""
    late = world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
    world.clock.advance(2)
    return late, world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)


def test_a_late_worker_can_not_renew_the_lease_of_a_newer_attempt(world: World) -> None:
    prediction = world.submit(world.register())
    late, newer = late_and_newer(world, prediction)

    with pytest.raises(ConditionFailedError):
        world.prediction_repository.progress(late, 1, world.clock() + 1000)

    assert world.read(prediction) == newer


def test_a_late_worker_can_not_give_up_a_newer_attempt(world: World) -> None:
    prediction = world.submit(world.register())
    late, newer = late_and_newer(world, prediction)

    with pytest.raises(ConditionFailedError):
        world.prediction_repository.release(late, world.clock())

    assert world.read(prediction) == newer


def test_a_late_worker_that_cleans_up_leaves_the_newer_attempt_s_result_alone(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    def overtaken() -> None:
        world.clock.advance(world.settings.lease_seconds + 1)
        world.run(prediction)

    world.run(prediction, FakeModel(overtaken))

    ended = world.read(prediction)
    assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 2)
    assert ended.result
    kept = [ended.result.csv_key, ended.result.rows_key, ended.result.cohort_key]
    assert sorted(world.objects(f"results/{user.id}/")) == sorted(map(str, kept))


def test_an_attempt_past_the_last_one_ends_without_being_computed(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    for _ in range(world.settings.attempts_max):  # by workers that died
        world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
        world.clock.advance(2)
    model = FakeModel()

    ended = world.run(prediction, model)

    assert (ended.status, ended.error_code, model.chunks) == (Status.FAILED, "attempts_exhausted", 0)
    assert world.balance(user) == 500


def test_the_last_attempt_that_fails_ends_the_prediction_at_once(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    for _ in range(world.settings.attempts_max):
        with pytest.raises(RuntimeError):
            world.run(prediction, BrokenModel())

    assert world.read(prediction).status is Status.FAILED
    assert world.balance(user) == 500


def test_an_erasure_waits_for_what_the_index_does_not_show_yet(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.accounts.delete(user, PASSWORD)

    def not_yet(*_: Any) -> Iterator[str]:
        return iter(())

    with monkeypatch.context() as lagging:
        lagging.setattr(PredictionRepository, "unerased", not_yet)
        world.clock.advance(world.erasure.recheck_delays[-1])
        world.erasure.run_pending()
    assert world.pending_erasures() == [user.id]

    world.clock.advance(INDEX_LAG_SECONDS)
    world.erasure.run_pending()
    assert world.pending_erasures() == []
    assert world.state(prediction) is Status.CANCELLED
    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]
