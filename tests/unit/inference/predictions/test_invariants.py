"""Late workers, the maximum of attempts, and erasures while an index lags."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.erasure.eraser import INDEX_LAG_SECONDS
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.repository import PredictionRepository
from tests.unit.support import PASSWORD, BrokenModel, FakeModel, World


def late_and_newer(world: World, prediction: Prediction) -> tuple[Prediction, Prediction]:
    """Claim the prediction twice. The lease of the first claim runs out before the second claim."""
    late = world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
    world.clock.advance(2)
    return late, world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)


def test_a_late_worker_cannot_renew_the_lease_of_a_newer_attempt(world: World) -> None:
    prediction = world.submit(world.register())
    late, newer = late_and_newer(world, prediction)

    with pytest.raises(ConditionFailedError):
        world.prediction_repository.progress(late, 1, world.clock() + 1000)

    assert world.read(prediction) == newer


def test_a_late_worker_cannot_release_a_newer_attempt(world: World) -> None:
    prediction = world.submit(world.register())
    late, newer = late_and_newer(world, prediction)

    with pytest.raises(ConditionFailedError):
        world.prediction_repository.release(late, world.clock())

    assert world.read(prediction) == newer


def test_a_late_worker_does_not_delete_the_result_of_a_newer_attempt(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    def another_worker_takes_over() -> None:
        world.clock.advance(world.settings.lease_seconds + 1)
        world.run(prediction)

    world.run(prediction, FakeModel(another_worker_takes_over))

    ended = world.read(prediction)
    assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 2)
    assert ended.result
    assert world.objects(f"results/{user.id}/") == [ended.result.csv_key]


def test_an_attempt_beyond_the_maximum_fails_without_computing(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    for _ in range(world.settings.attempts_max):  # workers that were killed
        world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
        world.clock.advance(2)
    model = FakeModel()

    ended = world.run(prediction, model)

    assert (ended.status, ended.error_code, model.chunks) == (Status.FAILED, "attempts_exhausted", 0)
    assert world.balance(user) == 500


def test_a_failure_of_the_last_attempt_ends_the_prediction_at_once(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    for _ in range(world.settings.attempts_max):
        with pytest.raises(RuntimeError):
            world.run(prediction, BrokenModel())

    assert world.read(prediction).status is Status.FAILED
    assert world.balance(user) == 500


def test_an_erasure_waits_for_predictions_that_the_index_does_not_show_yet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.accounts.delete(user, PASSWORD)

    def nothing_yet(*_: Any) -> Iterator[str]:
        return iter(())

    with monkeypatch.context() as lagging:
        lagging.setattr(PredictionRepository, "unerased", nothing_yet)
        world.clock.advance(world.erasure.recheck_delays[-1])
        world.erasure.run_pending()
    assert world.pending_erasures() == [user.id]

    world.clock.advance(INDEX_LAG_SECONDS)
    world.erasure.run_pending()
    assert world.pending_erasures() == []
    assert world.state(prediction) is Status.CANCELLED
    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]
