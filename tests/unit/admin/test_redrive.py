"""`make redrive`: unprocessable messages are moved back to the dead-letter queue, and none is lost."""

from typing import Any

import pytest

from chalicelib.core import aws
from chalicelib.inference.predictions.queue import prediction_id_of
from local.provision import STACK
from tests.unit.support import RunCommand, World


def url(queue: str) -> str:
    return aws.sqs().get_queue_url(QueueName=f"{STACK}-{queue}")["QueueUrl"]


def count(queue: str) -> int:
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = aws.sqs().get_queue_attributes(QueueUrl=url(queue), AttributeNames=names)["Attributes"]
    return sum(map(int, attributes.values()))


def send_unprocessable(world: World, count: int) -> None:
    for number in range(count):
        aws.sqs().send_message(QueueUrl=url("UnprocessableQueue"), MessageBody=f"message {number}")


def test_a_dry_run_counts_the_messages(world: World, run: RunCommand) -> None:
    assert run("redrive", "--dry-run")[1] == "Messages in the unprocessable queue: 0. Nothing was moved.\n"
    send_unprocessable(world, 3)

    assert run("redrive", "--dry-run") == (
        0, "Messages in the unprocessable queue: 3. Nothing was moved.\n", ""
    )  # fmt: skip
    assert (count("UnprocessableQueue"), count("DeadLetterQueue")) == (3, 0)


def test_every_message_is_moved_unchanged(world: World, run: RunCommand) -> None:
    send_unprocessable(world, 23)

    assert run("redrive") == (0, "Messages moved back to the dead-letter queue: 23 of 23.\n", "")

    assert (count("UnprocessableQueue"), count("DeadLetterQueue")) == (0, 23)
    bodies = set()
    while batch := aws.sqs().receive_message(QueueUrl=url("DeadLetterQueue"), MaxNumberOfMessages=10).get("Messages"):
        bodies |= {message["Body"] for message in batch}
    assert bodies == {f"message {number}" for number in range(23)}


def test_messages_that_come_back_at_once_are_not_moved_again(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_unprocessable(world, 2)
    send = aws.sqs().send_message

    def send_back(*, QueueUrl: str, MessageBody: str) -> Any:  # noqa: N803
        return send(QueueUrl=url("UnprocessableQueue"), MessageBody=MessageBody)

    monkeypatch.setattr(aws.sqs(), "send_message", send_back)

    assert run("redrive")[:2] == (0, "Messages moved back to the dead-letter queue: 2 of 2.\n")
    assert count("UnprocessableQueue") == 2


@pytest.mark.parametrize("call", ["send_message", "delete_message"])
def test_a_redrive_that_is_killed_loses_no_message(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    class KilledError(BaseException):
        pass

    def kill(**_: Any) -> Any:
        raise KilledError

    send_unprocessable(world, 1)
    with monkeypatch.context() as dying:
        dying.setattr(aws.sqs(), call, kill)
        with pytest.raises(KilledError):
            run("redrive")

    assert count("UnprocessableQueue") == 1
    code, out, _ = run("redrive", "--dry-run")
    assert code == 0
    assert "queue: 0 (and 1 hidden for a minute, because they were just received)." in out


def test_the_dead_letter_function_handles_the_moved_messages(world: World, run: RunCommand) -> None:
    user = world.register()
    prediction = world.submit(user)
    (message,) = aws.sqs().receive_message(QueueUrl=world.settings.inference_queue_url)["Messages"]
    aws.sqs().send_message(QueueUrl=url("UnprocessableQueue"), MessageBody=message["Body"])

    run("redrive")

    (moved,) = aws.sqs().receive_message(QueueUrl=url("DeadLetterQueue"))["Messages"]
    world.dead_letters.handle(prediction_id_of(moved["Body"]))
    assert world.read(prediction).status.is_refunded
    assert world.balance(user) == 500
