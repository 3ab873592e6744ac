"""What goes wrong between the queue, the tables and the bucket, against the emulator."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalicelib.auth.names import Registration
from chalicelib.auth.service import Accounts
from chalicelib.auth.store import UserStore
from chalicelib.auth.tokens import Tokens
from chalicelib.billing.ledger import Ledger
from chalicelib.core.settings import Settings
from chalicelib.inference.catalogue import Catalogue
from chalicelib.inference.dead_letters import DeadLetters
from chalicelib.inference.dispatcher import Dispatcher
from chalicelib.inference.files import FileStore
from chalicelib.inference.prediction import Status
from chalicelib.inference.queue import InferenceQueue, prediction_id_of
from chalicelib.inference.service import Predictions
from chalicelib.inference.settlement import Settlement
from chalicelib.inference.store import PredictionStore
from chalicelib.inference.worker import Worker, load_model
from local.event_source import EventSource
from local.provision import Provisioner, read_template
from tests.support.emulators import running_emulators, session_of

PATIENT = b"ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n1,21464,Y,14.5,2.6,12.2\n"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with running_emulators(tmp_path_factory.mktemp("emulators")) as environment:
        yield session_of(environment)


@dataclass
class World:
    """Everything on one emulator, with a clock that can be set forward."""

    session: Any
    resources: dict[str, str]
    dead_letter_url: str
    offset: float = 0.0
    load: Callable[[str], Any] = load_model

    def __post_init__(self) -> None:
        def clock() -> float:
            return time.time() + self.offset

        names = {name.lower(): value for name, value in self.resources.items()}
        settings = Settings.model_validate(
            {"stage": "local", "jwt_secret": "x" * 32, "bcrypt_cost": 4, "attempts_max": 2, **names}
        )
        dynamodb, self.sqs = self.session.client("dynamodb"), self.session.client("sqs")
        self.ledger = Ledger(dynamodb, settings.ledger_table, settings.users_table)
        users = UserStore(dynamodb, settings.users_table, settings.logins_table)
        self.accounts = Accounts(users, self.ledger, Tokens("x" * 32, 60, clock), settings, clock)
        self.store = PredictionStore(dynamodb, settings.predictions_table)
        files = FileStore(self.session.client("s3"), settings.files_bucket)
        queue = InferenceQueue(self.sqs, settings.inference_queue_url)
        settlement = Settlement(self.store, self.ledger, clock)
        self.predictions = Predictions(self.store, files, queue, self.ledger, Catalogue(), settings, clock)
        self.worker = Worker(self.store, files, settlement, settings, clock, lambda name: self.load(name))  # noqa: PLW0108 - tests change it
        self.dispatcher = Dispatcher(self.store, queue, settlement, settings, clock)
        self.dead_letters = DeadLetters(self.store, settlement, clock)
        self.queue_url = settings.inference_queue_url
        name = f"person-{os.urandom(6).hex()}"
        body = {"name": name, "email": f"{name}@example.org", "password": "correct horse"}
        self.user = self.accounts.register(Registration.model_validate(body)).user

    def submit(self) -> str:
        return self.predictions.submit(self.user, "lasso", PATIENT, None).prediction.prediction_id

    def status(self, prediction_id: str) -> Status:
        prediction = self.store.get(prediction_id)
        assert prediction
        return prediction.status

    def deliver(self, url: str, handle: Callable[[str], None]) -> bool:
        """One poll of a queue, its message handled as the event source does it."""

        def function(event: dict[str, Any], _context: Any) -> None:
            handle(prediction_id_of(event["Records"][0]["body"]))

        return EventSource(self.sqs, url, function)._poll()


@pytest.fixture
def world(session: Any) -> World:
    resources = read_template()
    for name in ("InferenceQueue", "DeadLetterQueue"):
        resources[name]["Properties"]["VisibilityTimeout"] = 0
    provisioner = Provisioner(session, resources, f"test{os.urandom(4).hex()}")
    return World(session, provisioner.run(), provisioner.ref("DeadLetterQueue"))


def failing(_model_id: str) -> Any:
    raise MemoryError("as if the file were too much")


def test_a_lost_message_is_sent_again_by_the_dispatcher(world: World) -> None:
    prediction_id = world.submit()
    assert world.deliver(world.queue_url, lambda _: None)  # received, deleted, never run
    assert world.dispatcher.run() == 0

    world.offset += 61

    assert world.dispatcher.run() == 1
    assert world.deliver(world.queue_url, world.worker.run)
    assert world.status(prediction_id) is Status.SUCCEEDED
    assert world.ledger.balance(world.user.id) == 400


def test_ten_deliveries_of_one_message_make_one_result_and_one_charge(world: World) -> None:
    prediction_id = world.submit()

    for _ in range(10):
        world.worker.run(prediction_id)

    prediction = world.store.get(prediction_id)
    assert prediction
    assert (prediction.status, prediction.attempt) == (Status.SUCCEEDED, 1)
    assert world.ledger.balance(world.user.id) == 400


def test_a_worker_that_fails_every_time_ends_in_one_refund(world: World) -> None:
    world.load = failing
    prediction_id = world.submit()

    for _ in range(8):
        world.deliver(world.queue_url, world.worker.run)
        world.offset += 120
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


def test_a_poison_message_ends_where_somebody_has_to_look(world: World) -> None:
    world.sqs.send_message(QueueUrl=world.queue_url, MessageBody=json.dumps({"surprise": 1}))

    while world.deliver(world.queue_url, world.worker.run):
        pass
    while world.deliver(world.dead_letter_url, world.dead_letters.handle):
        pass

    unprocessable = world.dead_letter_url.replace("DeadLetterQueue", "UnprocessableQueue")
    messages = world.sqs.receive_message(QueueUrl=unprocessable)["Messages"]
    assert json.loads(messages[0]["Body"]) == {"surprise": 1}


def test_provisioning_twice_changes_nothing(world: World, tmp_path: Path) -> None:
    balance = world.ledger.balance(world.user.id)
    stack = world.resources["USERS_TABLE"].removesuffix("-Users")

    assert Provisioner(world.session, read_template(), stack).run() == world.resources
    assert world.ledger.balance(world.user.id) == balance
