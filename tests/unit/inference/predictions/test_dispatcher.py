"""The dispatcher: an accepted prediction is run even if its message is lost, and failures block no other."""

import itertools
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.auth.repository import UserRepository
from chalicelib.core import aws
from chalicelib.core.ids import new_id
from chalicelib.inference.predictions import dispatcher
from chalicelib.inference.predictions.dispatcher import BACKOFF_SECONDS_MAX, BATCH_MAX
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.predictions.queue import InferenceQueue
from chalicelib.inference.predictions.repository import DUE_SHARDS, PredictionRepository, due_shard
from chalicelib.inference.predictions.settlement import Settlement
from tests.unit.support import PASSWORD, World


class Killed(BaseException):
    """Stands for the end of the process."""


def test_the_dispatcher_sends_a_prediction_whose_process_was_killed_before_sending(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()

    def killed(_queue: InferenceQueue, _prediction_id: str) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(InferenceQueue, "send", killed)
        with pytest.raises(Killed):
            world.submit(user)
    (prediction,), _ = world.prediction_repository.history(user.id, None)
    assert world.balance(user) == 400
    assert world.sent() == []

    world.clock.advance(world.settings.dispatch_grace_seconds)
    world.dispatcher.run()

    assert world.sent() == [prediction.prediction_id]
    assert world.run(prediction).status is Status.SUCCEEDED


def test_a_submission_is_accepted_while_the_queue_is_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()

    def down(_queue: InferenceQueue, _prediction_id: str) -> None:
        raise OSError("no route to the queue")

    with monkeypatch.context() as patch:
        patch.setattr(InferenceQueue, "send", down)
        prediction = world.submit(user)

    world.clock.advance(world.settings.dispatch_grace_seconds)
    world.dispatcher.run()
    assert world.run(prediction).status is Status.SUCCEEDED


def test_a_prediction_whose_lease_ran_out_is_sent_again(world: World) -> None:
    prediction = world.submit(world.register())
    world.sent()
    world.prediction_repository.claim(
        prediction.prediction_id, world.clock(), world.clock() + world.settings.lease_seconds
    )

    world.clock.advance(world.settings.lease_seconds)
    world.dispatcher.run()

    assert world.sent() == [prediction.prediction_id]
    assert world.read(prediction).status is Status.QUEUED


def count_calls_of_a_round(world: World) -> Counter[str]:
    """Return the number of DynamoDB calls in one round of the dispatcher, by name."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    events = aws.dynamodb().meta.events
    events.register("before-call.dynamodb", count)
    try:
        world.dispatcher.run()
    finally:
        events.unregister("before-call.dynamodb", count)
    return calls


def test_the_dispatcher_never_scans_and_costs_the_same_for_any_number_of_ended_predictions(world: World) -> None:
    user = world.register()
    before = count_calls_of_a_round(world)
    for _ in range(5):
        world.run(world.submit(user))
    world.clock.advance(10_000)

    after = count_calls_of_a_round(world)

    assert before == after == {"Query": DUE_SHARDS + 1}  # one more for the erasures


def test_a_round_reads_bounded_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[int] = []
    due = type(world.prediction_repository).due

    def recording_due(repository: Any, shard: str, now: float, limit: int) -> Any:
        limits.append(limit)
        return due(repository, shard, now, limit)

    monkeypatch.setattr(type(world.prediction_repository), "due", recording_due)
    world.dispatcher.run()

    assert limits == [BATCH_MAX] * DUE_SHARDS


# ---- failures


def write_stuck_predictions(world: World, shard: str, count: int) -> list[str]:
    """Write due predictions of ``shard`` that have used up their attempts but have no open charge. Return their ids.

    Such predictions exist if only the predictions' table was restored.
    """
    cancelled = world.submit(world.register("boris"))
    world.settlement.cancel(cancelled)
    ids = (new_id() for _ in itertools.count())
    stuck_ids = list(
        itertools.islice((prediction_id for prediction_id in ids if due_shard(prediction_id) == shard), count)
    )
    for prediction_id in stuck_ids:
        stuck = replace(
            cancelled, prediction_id=prediction_id, attempt=world.settings.attempts_max, due_at=world.clock() - 3600
        )
        world.write(prediction=world.prediction_repository.new(stuck))
    return stuck_ids


def make_unreadable(world: World, prediction_id: str) -> None:
    """Give the prediction a status that this release does not know."""
    aws.dynamodb().update_item(
        TableName=world.settings.predictions_table,
        Key={"prediction_id": {"S": prediction_id}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "paused"}},
    )


@pytest.mark.parametrize("kind", ["without an open charge", "unreadable"])
def test_predictions_that_always_fail_do_not_block_the_others(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "BATCH_MAX", 20)
    healthy = world.submit(world.register())
    world.sent()
    stuck = write_stuck_predictions(world, due_shard(healthy.prediction_id), dispatcher.BATCH_MAX)
    world.sent()
    if kind == "unreadable":
        for prediction_id in stuck:
            make_unreadable(world, prediction_id)

    world.clock.advance(world.settings.dispatch_grace_seconds)
    for _ in range(2):
        world.dispatcher.run()
        world.clock.advance(60)

    assert world.sent() == [healthy.prediction_id]
    assert world.run(healthy).status is Status.SUCCEEDED


def test_a_prediction_that_cannot_be_ended_is_tried_again_with_growing_pauses(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stuck_predictions(world, "0", 1)
    times: list[float] = []
    fail = Settlement.fail

    def recording_fail(settlement: Settlement, *arguments: Any) -> None:
        times.append(world.clock())
        fail(settlement, *arguments)

    monkeypatch.setattr(Settlement, "fail", recording_fail)
    for _ in range(60):
        world.dispatcher.run()
        world.clock.advance(60)

    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses == sorted(pauses)
    assert 60 <= pauses[0] < pauses[-1] == BACKOFF_SECONDS_MAX


def test_an_unreadable_shard_blocks_neither_the_other_shards_nor_the_erasures(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictions = [world.submit(user) for user in map(world.register, ("anna", "boris", "clara")) for _ in range(4)]
    world.sent()
    dora = world.register("dora")
    world.accounts.delete(dora, PASSWORD)
    broken = due_shard(predictions[0].prediction_id)
    due = PredictionRepository.due

    def failing_due(repository: PredictionRepository, shard: str, now: float, limit: int) -> Any:
        if shard == broken:
            raise OSError("out of order")
        return due(repository, shard, now, limit)

    world.clock.advance(world.settings.dispatch_grace_seconds)
    with monkeypatch.context() as outage:
        outage.setattr(PredictionRepository, "due", failing_due)
        world.dispatcher.run()
    ids = {prediction.prediction_id for prediction in predictions}
    unread = {prediction_id for prediction_id in ids if due_shard(prediction_id) == broken}
    assert set(world.sent()) == ids - unread
    assert world.users.erasures(world.clock()) == {}

    world.dispatcher.run()
    assert set(world.sent()) == unread


def test_erasures_that_cannot_be_read_do_not_stop_a_round(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_users: UserRepository, _now: float) -> dict[str, float]:
        raise OSError("out of order")

    prediction = world.submit(world.register())
    world.sent()
    world.clock.advance(world.settings.dispatch_grace_seconds)
    monkeypatch.setattr(UserRepository, "erasures", broken)
    assert world.dispatcher.run() == 1
    assert world.sent() == [prediction.prediction_id]
