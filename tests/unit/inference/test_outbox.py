"""The prediction is its own outbox: what was accepted is run, whatever became of its message."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.core import aws
from chalicelib.inference.dispatcher import BATCH_MAX
from chalicelib.inference.prediction import Status
from chalicelib.inference.queue import InferenceQueue
from chalicelib.inference.store import DUE_SHARDS
from tests.unit.support import World


class Killed(BaseException):
    """The process is gone."""


def test_a_process_killed_between_commit_and_send_leaves_it_to_the_dispatcher(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()

    def killed(_queue: InferenceQueue, _prediction_id: str) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(InferenceQueue, "send", killed)
        with pytest.raises(Killed):
            world.submit(user)
    (prediction,), _ = world.store.history(user.id, None)
    assert world.balance(user) == 400
    assert world.sent() == []

    world.clock.advance(world.settings.dispatch_grace_seconds)
    world.dispatcher.run()

    assert world.sent() == [prediction.prediction_id]
    assert world.run(prediction).status is Status.SUCCEEDED


def test_a_queue_that_is_down_is_no_refusal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()

    def down(_queue: InferenceQueue, _prediction_id: str) -> None:
        raise OSError("no route to the queue")

    with monkeypatch.context() as patch:
        patch.setattr(InferenceQueue, "send", down)
        prediction = world.submit(user)

    world.clock.advance(world.settings.dispatch_grace_seconds)
    world.dispatcher.run()
    assert world.run(prediction).status is Status.SUCCEEDED


def test_a_lease_that_ran_out_is_sent_again(world: World) -> None:
    prediction = world.submit(world.register())
    world.sent()
    world.store.claim(prediction.prediction_id, world.clock(), world.clock() + world.settings.lease_seconds)

    world.clock.advance(world.settings.lease_seconds)
    world.dispatcher.run()

    assert world.sent() == [prediction.prediction_id]
    assert world.read(prediction).status is Status.QUEUED


def calls_of_a_round(world: World) -> Counter[str]:
    """The AWS calls of one dispatcher round."""
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


def test_the_dispatcher_never_scans_and_costs_the_same_however_much_has_ended(world: World) -> None:
    user = world.register()
    before = calls_of_a_round(world)
    for _ in range(5):
        world.run(world.submit(user))
    world.clock.advance(10_000)

    after = calls_of_a_round(world)

    assert before == after == {"Query": DUE_SHARDS + 1}  # and one for the erasures


def test_a_round_takes_a_bounded_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    due = type(world.store).due

    def counted(store: Any, shard: str, now: float, limit: int) -> list[str]:
        asked.append(limit)
        return due(store, shard, now, limit)

    monkeypatch.setattr(type(world.store), "due", counted)
    world.dispatcher.run()

    assert asked == [BATCH_MAX] * DUE_SHARDS
