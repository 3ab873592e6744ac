"""`make redrive`: unprocessable messages go back to the dead-letter function, and none is lost."""

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
    found = aws.sqs().get_queue_attributes(QueueUrl=url(queue), AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))


def fail_for_good(world: World, number: int) -> None:
    for each in range(number):
        aws.sqs().send_message(QueueUrl=url("UnprocessableQueue"), MessageBody=f"message {each}")


def test_a_dry_run_says_how_many_there_are(world: World, run: RunCommand) -> None:
    assert run("redrive", "--dry-run")[1] == "Messages in the unprocessable queue: 0. Nothing was moved.\n"
    fail_for_good(world, 3)

    assert run("redrive", "--dry-run") == (
        0, "Messages in the unprocessable queue: 3. Nothing was moved.\n", ""
    )  # fmt: skip
    assert (count("UnprocessableQueue"), count("DeadLetterQueue")) == (3, 0)


def test_every_message_goes_back_as_it_was(world: World, run: RunCommand) -> None:
    fail_for_good(world, 23)

    assert run("redrive") == (0, "Messages that went back to the dead-letter queue: 23 of 23.\n", "")

    assert (count("UnprocessableQueue"), count("DeadLetterQueue")) == (0, 23)
    bodies = set()
    while got := aws.sqs().receive_message(QueueUrl=url("DeadLetterQueue"), MaxNumberOfMessages=10).get("Messages"):
        bodies |= {each["Body"] for each in got}
    assert bodies == {f"message {each}" for each in range(23)}


def test_a_message_that_comes_back_at_once_is_not_moved_for_ever(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_for_good(world, 2)
    send = aws.sqs().send_message

    def bounces(*, QueueUrl: str, MessageBody: str) -> Any:  # noqa: N803
        return send(QueueUrl=url("UnprocessableQueue"), MessageBody=MessageBody)

    monkeypatch.setattr(aws.sqs(), "send_message", bounces)

    assert run("redrive")[:2] == (0, "Messages that went back to the dead-letter queue: 2 of 2.\n")
    assert count("UnprocessableQueue") == 2


@pytest.mark.parametrize("call", ["send_message", "delete_message"])
def test_who_is_killed_in_between_loses_no_message(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    class KilledError(BaseException):
        pass

    def killed(**_: Any) -> Any:
        raise KilledError

    fail_for_good(world, 1)
    with monkeypatch.context() as dying:
        dying.setattr(aws.sqs(), call, killed)
        with pytest.raises(KilledError):
            run("redrive")

    assert count("UnprocessableQueue") == 1
    code, out, _ = run("redrive", "--dry-run")
    assert code == 0
    assert "queue: 0 (and 1 that are hidden for a minute, because somebody received them)." in out


def test_the_dead_letter_function_handles_what_came_back(world: World, run: RunCommand) -> None:
    user = world.register()
    prediction = world.submit(user)
    (body,) = (
        each["Body"] for each in aws.sqs().receive_message(QueueUrl=world.settings.inference_queue_url)["Messages"]
    )
    aws.sqs().send_message(QueueUrl=url("UnprocessableQueue"), MessageBody=body)

    run("redrive")

    (back,) = aws.sqs().receive_message(QueueUrl=url("DeadLetterQueue"))["Messages"]
    world.dead_letters.handle(prediction_id_of(back["Body"]))
    assert world.read(prediction).status.is_refunded
    assert world.balance(user) == 500
