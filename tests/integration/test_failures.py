"""Failures between the queue, the tables and the bucket: lost and repeated messages, failing workers."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest

from chalicelib.auth.normalization import Registration
from chalicelib.auth.repository import User
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.predictions.queue import prediction_id_of
from chalicelib.inference.predictions.worker import Worker
from chalicelib.wiring import Services
from local.event_source import EventSource
from local.provision import Provisioner, read_template
from tests.support.emulators import EmulatorClients, session_of, settings_of
from tests.support.leaks import marked

PATIENT = marked(b"ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n1,21464,Y,14.5,2.6,12.2\n")


@pytest.fixture(scope="session")
def session(environment: dict[str, str]) -> Any:
    return session_of(environment)


class MovedClock:
    """The system clock, moved forward by ``offset`` seconds."""

    offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset


@dataclass(frozen=True)
class World(Services):
    """All services on one endpoint, with one user."""

    clock: MovedClock = field(default_factory=MovedClock)
    dead_letter_url: str = ""

    @cached_property
    def user(self) -> User:
        name = f"person-{os.urandom(6).hex()}"
        return self.accounts.register(
            Registration(name=name, email=f"{name}@example.org", password="correct horse")
        ).user

    @property
    def queue_url(self) -> str:
        return self.settings.inference_queue_url

    def broken_worker(self) -> Worker:
        return Worker(self.prediction_repository, self.files, self.settlement, self.settings, self.clock, failing)

    def submit(self) -> str:
        return self.predictions.submit(self.user, "lasso", PATIENT, None).prediction.prediction_id

    def status(self, prediction_id: str) -> Status:
        prediction = self.prediction_repository.get(prediction_id)
        assert prediction
        return prediction.status

    def deliver(self, url: str, handle: Callable[[str], None]) -> bool:
        """Poll a queue once and handle its message as the event source does. Return whether there was one."""

        def function(event: dict[str, Any], _context: Any) -> None:
            handle(prediction_id_of(event["Records"][0]["body"]))

        return EventSource(self.clients.sqs(), url, function).poll()


@pytest.fixture
def world(session: Any) -> World:
    resources = read_template()
    for name in ("InferenceQueue", "DeadLetterQueue"):
        resources[name]["Properties"]["VisibilityTimeout"] = 0
    provisioner = Provisioner(session, resources, f"test{os.urandom(4).hex()}")
    settings = settings_of(provisioner.run(), attempts_max="2")
    return World(settings, EmulatorClients(session), dead_letter_url=provisioner.ref("DeadLetterQueue"))


def failing(_model_id: str) -> Any:
    raise MemoryError("the file is too large")


def test_a_lost_message_is_sent_again_by_the_dispatcher(world: World) -> None:
    prediction_id = world.submit()
    assert world.deliver(world.queue_url, lambda _: None)  # received and deleted without being run
    assert world.dispatcher.run() == 0

    world.clock.offset += 61

    assert world.dispatcher.run() == 1
    assert world.deliver(world.queue_url, world.worker.run)
    assert world.status(prediction_id) is Status.SUCCEEDED
    assert world.ledger.balance(world.user.id) == 400


def test_ten_deliveries_of_one_message_make_one_result_and_one_charge(world: World) -> None:
    prediction_id = world.submit()

    for _ in range(10):
        world.worker.run(prediction_id)

    prediction = world.prediction_repository.get(prediction_id)
    assert prediction
    assert (prediction.status, prediction.attempt) == (Status.SUCCEEDED, 1)
    assert world.ledger.balance(world.user.id) == 400


def test_a_worker_that_fails_every_time_ends_in_one_refund(world: World) -> None:
    prediction_id = world.submit()
    worker = world.broken_worker()

    for _ in range(8):
        world.deliver(world.queue_url, worker.run)
        world.clock.offset += 120
        world.dispatcher.run()

    assert world.status(prediction_id) is Status.FAILED
    assert world.ledger.balance(world.user.id) == 500
    entries, _ = world.ledger.statement(world.user.id, None)
    assert [entry["reason"] for entry in entries] == ["refund", "prediction", "signup"]


def test_a_message_that_keeps_failing_reaches_the_dead_letters_and_is_refunded_once(world: World) -> None:
    prediction_id = world.submit()

    def crash(_: str) -> None:
        raise OSError("the function does not even start")

    while world.deliver(world.queue_url, crash):
        pass
    assert world.deliver(world.dead_letter_url, world.dead_letters.handle)

    assert world.status(prediction_id) is Status.FAILED
    assert world.ledger.balance(world.user.id) == 500
    world.dead_letters.handle(prediction_id)
    assert world.ledger.balance(world.user.id) == 500


def test_a_poison_message_ends_in_the_unprocessable_queue(world: World) -> None:
    world.clients.sqs().send_message(QueueUrl=world.queue_url, MessageBody=json.dumps({"surprise": 1}))

    while world.deliver(world.queue_url, world.worker.run):
        pass
    while world.deliver(world.dead_letter_url, world.dead_letters.handle):
        pass

    unprocessable = world.dead_letter_url.replace("DeadLetterQueue", "UnprocessableQueue")
    messages = world.clients.sqs().receive_message(QueueUrl=unprocessable)["Messages"]
    assert json.loads(messages[0]["Body"]) == {"surprise": 1}


def test_provisioning_twice_changes_nothing(world: World, session: Any) -> None:
    balance = world.ledger.balance(world.user.id)
    stack = world.settings.users_table.removesuffix("-Users")

    again = Provisioner(session, read_template(), stack).run()

    assert again["INFERENCE_QUEUE_URL"] == world.queue_url
    assert world.ledger.balance(world.user.id) == balance
