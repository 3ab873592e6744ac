"""The coins of the real services, compared with a model after random steps, faults, crashes, repeats and clock jumps.

``make property STEPS=200000`` runs longer. A failure prints its steps. ``--hypothesis-seed`` or the printed
``@reproduce_failure`` repeats it.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, ClassVar

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.auth.normalization import Credentials, Registration
from chalicelib.auth.repository import User
from chalicelib.auth.service import WrongCredentialsError
from chalicelib.billing.ledger import NotEnoughCoinsError, TooManyOpenChargesError
from chalicelib.core.dynamo import from_item, to_item
from chalicelib.core.errors import DomainError, TemporarilyUnavailableError
from chalicelib.core.idempotency import LIFETIME_SECONDS, IdempotencyKeyReusedError
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.price_overrides import CACHE_SECONDS, Override
from chalicelib.inference.predictions.dead_letters import AttemptInProgressError
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.queue import prediction_id_of
from chalicelib.inference.predictions.service import OnlyIf, StillRunningError
from chalicelib.inference.predictions.worker import Worker
from chalicelib.wiring import Services
from local.provision import Provisioner, read_template
from tests.property.faults import Fault, Faults, FaultyClient, Killed, Plan
from tests.property.memory import MemoryS3, MemorySqs
from tests.support.emulators import require_dynoxide, running_emulators, session_of, settings_of
from tests.support.leaks import FILE_NAME, marked
from tests.unit.support import PASSWORD, FakeClock, FakeModel, loaded, patients

STEPS = int(os.environ.get("STEPS", "2000"))
PARTS = 2
"""The number of parts, so that two processes can share the steps."""

STEPS_AN_EXAMPLE = 50
USERS_MAX = 3

LOST = (ClientError, BotoCoreError, TemporarilyUnavailableError, OSError, Killed)
"""The errors that an operation may raise after an injected fault. Every other error is a bug."""

MEANWHILE = ["nothing", "nothing", "fail", "second worker", "lease ends", "dead letter", "cancel"]
"""The events that may happen while a worker computes."""

OPEN = {Status.QUEUED, Status.RUNNING}


def refused_deletion(status: Status, only_if: OnlyIf | None) -> str | None:
    """Return the code with which cancelling or deleting a prediction is refused, or None if it is done."""
    if status is Status.RUNNING:
        return "prediction_running"
    if status is Status.QUEUED:
        return "not_ended" if only_if == "ended" else None
    if only_if == "queued":
        return "not_queued"
    return "already_cancelled" if status is Status.CANCELLED and only_if is None else None


@dataclass
class Statistics:
    """The counts of a test run."""

    steps: int = 0
    examples: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        ends = ", ".join(f"{number} {end}" for end, number in sorted(self.ends.items()))
        faults = ", ".join(f"{number} {fault}" for fault, number in sorted(self.faults.items()))
        return (
            f"property suite: {self.steps:,} steps in {self.examples} examples; predictions: {ends}; "
            f"faults: {sum(self.faults.values()):,} ({faults})"
        )


class FaultyClients:
    """Clients of an emulated DynamoDB, and of S3 and SQS in memory. Each call may fail as planned."""

    def __init__(self, dynamodb: Any, faults: Faults) -> None:
        self.files, self.queue = MemoryS3(), MemorySqs()
        backends = (dynamodb, self.files, self.queue)
        self._dynamodb, self._s3, self._sqs = (FaultyClient(client, faults) for client in backends)

    def dynamodb(self) -> Any:
        return self._dynamodb

    def s3(self) -> Any:
        return self._s3

    def sqs(self) -> Any:
        return self._sqs

    def secretsmanager(self) -> Any:
        raise AssertionError("the secret is in the settings")


@dataclass
class Person:
    """What the model knows about an account."""

    user: User
    granted: int
    closed: bool = False
    predictions: dict[str, Prediction] = field(default_factory=dict)
    keys: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    """The request, prediction and time of use, by idempotency key."""

    @property
    def open(self) -> int:
        return sum(prediction.status in OPEN for prediction in self.predictions.values())

    @property
    def balance(self) -> int:
        charges = (prediction.cost for prediction in self.predictions.values() if not prediction.status.is_refunded)
        return self.granted - sum(charges)


_faults = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(list(Fault))), min_size=1, max_size=2)
plans: st.SearchStrategy[Plan] = st.one_of(st.just(()), _faults)
"""Half of the operations meet faults, some of them two."""


class Coins(RuleBasedStateMachine):
    """One example: a few people, the actions of people and background functions, and faults."""

    session: ClassVar[Any]
    statistics: ClassVar[Statistics]
    numbers: ClassVar[Iterator[int]]

    def __init__(self) -> None:
        super().__init__()
        # The same steps must have the same effects, or Hypothesis can't shrink or repeat them. So ids count from one,
        # the tables are new, and the clock always starts at the same time.
        Coins.numbers = count(1)
        self.dynamodb = self.session.client("dynamodb")
        self.faults = Faults()
        self.clients = FaultyClients(self.dynamodb, self.faults)
        self.clock = FakeClock()
        self.world = Services(self._tables(), self.clients, self.clock)
        self.people: list[Person] = []
        self.vouchers: list[tuple[str, int, float, bool]] = []
        self.price = 100
        self.enabled = True

    def _tables(self) -> Settings:
        resources = read_template()
        tables = {name: item for name, item in resources.items() if item.get("Type") == "AWS::DynamoDB::Table"}
        provisioner = Provisioner(self.session, {**tables, "APIHandler": resources["APIHandler"]}, os.urandom(8).hex())
        names = provisioner.run() | {"FILES_BUCKET": "files", "INFERENCE_QUEUE_URL": "queue"}
        return settings_of(names, open_predictions_max="5")

    # ---- people

    @initialize()
    def begin(self) -> None:
        self.world.price_overrides.put("lasso", Override())
        self.statistics.examples += 1
        self.register(name="sentinelperson-a", plan=())
        self._submit(self.people[0], 1, None, ())

    def attempt(self, plan: Plan, operation: Callable[[], Any]) -> tuple[Any, DomainError | None, bool]:
        """Carry out an operation. Return its answer, its refusal, and whether it was lost to a fault."""
        self.statistics.steps += 1
        self.clock.advance(0.01)
        answer, refusal, lost = None, None, False
        with self.faults.during(plan):
            try:
                answer = operation()
            except TemporarilyUnavailableError:
                lost = True
            except DomainError as error:
                refusal = error
            except LOST as error:
                if not self.faults.hit:
                    raise AssertionError("failed without a fault") from error
                lost = True
        return answer, refusal, lost

    def active_person(self, number: int) -> Person | None:
        people = [person for person in self.people if not person.closed]
        return people[number % len(people)] if people else None

    @precondition(lambda self: len(self.people) < USERS_MAX)
    @rule(name=st.sampled_from(["sentinelperson-a", "sentinelperson-b"]), plan=plans)
    def register(self, name: str, plan: Plan) -> None:
        body = Registration(name=name, email=f"{name}@example.org", password=PASSWORD)
        taken = any(person.user.name == name and not person.closed for person in self.people)
        granted_before = any(person.user.name == name for person in self.people)
        session, refusal, lost = self.attempt(plan, lambda: self.world.accounts.register(body))
        if lost:  # a log-in shows whether the account exists
            try:
                session = self.world.accounts.log_in(Credentials(name=name, password=PASSWORD))
            except WrongCredentialsError:
                return
            if taken:
                return
        if refusal:
            # An earlier try of the same write may have claimed the name, although it timed out.
            assert taken, refusal.detail
            assert refusal.code == "name_taken"
            return
        assert not taken or lost
        assert session.user.balance == (0 if granted_before else 500)
        self.people.append(Person(session.user, session.user.balance))

    @precondition(lambda self: self.active_person(0))
    @rule(
        who=st.integers(0, 9), rows=st.integers(1, 2), key=st.sampled_from([None, "a", "b"]), plan=plans,
        again=st.booleans(),
    )  # fmt: skip
    def submit(self, who: int, rows: int, key: str | None, plan: Plan, *, again: bool) -> None:
        person = self.active_person(who)
        if person is None:
            return
        for _ in range(1 + again):
            self._submit(person, rows, key, plan)
            plan = ()

    @precondition(lambda self: self.active_person(0))
    @rule(who=st.integers(0, 9), key=st.sampled_from([None, "a"]))
    def submit_undisturbed(self, who: int, key: str | None) -> None:
        person = self.active_person(who)
        assert person
        self._submit(person, 1, key, ())

    def _submit(self, person: Person, rows: int, key: str | None, plan: Plan) -> None:
        content = marked(patients(rows))
        user = self.world.users.user(person.user.id)
        assert user
        expected = self._expected(person, f"{rows}", key)
        accepted, refusal, lost = self.attempt(
            plan, lambda: self.world.predictions.submit(user, "lasso", content, FILE_NAME, key)
        )
        self._update_model(person, f"{rows}", key, None if lost else expected, accepted, refusal)

    def _expected(self, person: Person, request: str, key: str | None) -> str:
        """Return the id of the prediction that is replayed, the code of a refusal, "new", or "either"."""
        earlier = person.keys.get(key) if key else None
        if earlier and self.clock() + 0.01 < earlier[2] + LIFETIME_SECONDS - 1:
            return earlier[1] if earlier[0] == request else IdempotencyKeyReusedError.code
        if earlier and self.clock() + 0.01 < earlier[2] + LIFETIME_SECONDS + 1:
            return "either"
        if not self.enabled:
            return "model_disabled"
        if person.balance < self.price:
            return NotEnoughCoinsError.code
        return TooManyOpenChargesError.code if person.open >= self.world.settings.open_predictions_max else "new"

    def _update_model(
        self, person: Person, request: str, key: str | None, expected: str | None, accepted: Any,
        refusal: DomainError | None,
    ) -> None:  # fmt: skip
        """Update the model after a submission. Without a fault, the outcome must be the expected one."""
        before = set(person.predictions)
        self._refresh(person)
        new = set(person.predictions) - before
        assert len(new) <= 1
        if expected not in {None, "either"}:
            if expected == "new":
                assert accepted, refusal
                assert new == {accepted.prediction.prediction_id}
                assert person.predictions[accepted.prediction.prediction_id].cost == self.price
                assert accepted.balance == person.balance
            elif refusal:
                assert refusal.code == expected
                assert not new
            else:
                assert accepted.prediction.prediction_id == expected
                assert not new
        for prediction_id in new:
            if key:
                person.keys[key] = (request, prediction_id, person.predictions[prediction_id].created_at)

    @precondition(lambda self: any(person.predictions for person in self.people if not person.closed))
    @rule(who=st.integers(0, 9), which=st.integers(0, 99), plan=plans, key=st.sampled_from([None, "c"]))
    def retry(self, who: int, which: int, plan: Plan, key: str | None) -> None:
        person, prediction = self._one_of(who, which)
        if person is None or prediction is None:
            return
        user = self.world.users.user(person.user.id)
        assert user
        request = f"retry {prediction.prediction_id}"
        expected = self._expected(person, request, key)
        if expected not in {"either", IdempotencyKeyReusedError.code} and expected not in person.predictions:
            if not prediction.status.is_end:
                expected = "not_ended"
            elif expected == "new" and prediction.input_key not in self.clients.files.objects:
                expected = "input_expired"
        accepted, refusal, lost = self.attempt(
            plan, lambda: self.world.predictions.retry(user, prediction.prediction_id, key)
        )
        self._update_model(person, request, key, None if lost else expected, accepted, refusal)

    @precondition(lambda self: any(person.predictions for person in self.people if not person.closed))
    @rule(
        who=st.integers(0, 9), which=st.integers(0, 99), plan=plans,
        only_if=st.sampled_from([None, "queued", "ended"]),
    )  # fmt: skip
    def cancel_or_delete(self, who: int, which: int, plan: Plan, only_if: OnlyIf | None) -> None:
        person, prediction = self._one_of(who, which)
        if person and prediction:
            self._delete(person, prediction, plan, only_if)

    def _delete(self, person: Person, prediction: Prediction, plan: Plan, only_if: OnlyIf | None) -> None:
        user = self.world.users.user(person.user.id)
        assert user
        answer, refusal, lost = self.attempt(
            plan, lambda: self.world.predictions.delete(user, prediction.prediction_id, only_if)
        )
        if lost:
            return
        expected = refused_deletion(prediction.status, only_if)
        assert (refusal.code if refusal else None) == expected
        if expected:
            return
        if prediction.status is Status.QUEUED:
            assert answer.status is Status.CANCELLED
        else:
            assert answer.files_deleted_at is not None

    def _one_of(self, who: int, which: int) -> tuple[Person | None, Prediction | None]:
        person = self.active_person(who)
        if person is None or not person.predictions:
            return person, None
        prediction_id = list(person.predictions)[which % len(person.predictions)]
        return person, person.predictions[prediction_id]

    # ---- the background functions

    @precondition(lambda self: self.clients.queue.messages)
    @rule(
        which=st.integers(0, 99), plan=plans, keep=st.booleans(), meanwhile=st.sampled_from(MEANWHILE),
    )  # fmt: skip
    def deliver(self, which: int, plan: Plan, meanwhile: str, *, keep: bool) -> None:
        messages = self.clients.queue.messages
        if not messages:
            return
        index = which % len(messages)
        prediction_id = prediction_id_of(messages[index])
        model = FakeModel(self._meanwhile(meanwhile, prediction_id))
        worker = self._worker(model)
        try:
            _, refusal, lost = self.attempt(plan, lambda: worker.run(prediction_id))
        except RuntimeError:
            return  # the model failed, and the message comes back
        assert refusal is None
        if not lost and not keep and index < len(messages):
            messages.pop(index)

    @precondition(lambda self: self.clients.queue.messages)
    @rule(which=st.integers(0, 99))
    def deliver_undisturbed(self, which: int) -> None:
        self.deliver(which=which, plan=(), meanwhile="nothing", keep=False)

    def _worker(self, model: FakeModel) -> Worker:
        world = self.world
        return Worker(
            world.prediction_repository,
            world.files,
            world.settlement,
            world.settings,
            world.clock,
            lambda _id: loaded(model),
        )

    def _meanwhile(self, event: str, prediction_id: str) -> Callable[[], None]:
        """Return the function that makes ``event`` happen while a worker computes."""

        def second_worker() -> None:
            self._worker(FakeModel()).run(prediction_id)

        def lease_ends() -> None:
            self.clock.advance(self.world.settings.lease_seconds + 1)
            self.world.dispatcher.run()
            second_worker()

        def dead_letter() -> None:
            with contextlib.suppress(AttemptInProgressError):
                self.world.dead_letters.handle(prediction_id)

        def fail() -> None:
            raise RuntimeError("the model is broken")

        def cancel() -> None:
            for person in self.people:
                if prediction_id in person.predictions and not person.closed:
                    user = self.world.users.user(person.user.id)
                    assert user
                    with pytest.raises(StillRunningError):
                        self.world.predictions.delete(user, prediction_id)

        return {
            "nothing": lambda: None, "fail": fail, "second worker": second_worker, "lease ends": lease_ends,
            "dead letter": dead_letter, "cancel": cancel,
        }[event]  # fmt: skip

    @precondition(lambda self: self.clients.queue.messages)
    @rule(which=st.integers(0, 99))
    def lose_a_message(self, which: int) -> None:
        self.statistics.steps += 1
        if self.clients.queue.messages:
            self.clients.queue.messages.pop(which % len(self.clients.queue.messages))

    @precondition(lambda self: self.clients.queue.messages)
    @rule(which=st.integers(0, 99), plan=plans)
    def dead_letter(self, which: int, plan: Plan) -> None:
        messages = self.clients.queue.messages
        if not messages:
            return
        index = which % len(messages)
        try:
            self.attempt(plan, lambda: self.world.dead_letters.handle(prediction_id_of(messages[index])))
        except AttemptInProgressError:
            return
        messages.pop(index)

    @rule(plan=plans)
    def dispatch(self, plan: Plan) -> None:
        _, refusal, _ = self.attempt(plan, self.world.dispatcher.run)
        assert refusal is None

    @rule(which=st.integers(0, 99))
    def spoil_an_input(self, which: int) -> None:
        self.statistics.steps += 1
        inputs = [key for key in self.clients.files.objects if key.startswith("inputs/")]
        if inputs:
            self.clients.files.objects[inputs[which % len(inputs)]] = b"ID,Age\n1,x\n"

    @rule(seconds=st.sampled_from([-5.0, 1.0, 30.0, 70.0, 1000.0, 90_000.0]))
    def move_clock(self, seconds: float) -> None:
        self.statistics.steps += 1
        self.clock.advance(seconds)
        if seconds < 0:  # otherwise the cached price overrides would stay fresh for longer
            self.world.price_overrides._read_at = float("-inf")

    # ---- vouchers, offers and deletions

    @rule(coins=st.integers(1, 300), seconds=st.sampled_from([10.0, 1e9]))
    def issue_a_voucher(self, coins: int, seconds: float) -> None:
        self.statistics.steps += 1
        expires = self.clock() + seconds
        self.vouchers.append((self.world.vouchers.issue(coins, expires), coins, expires, False))

    @precondition(lambda self: self.active_person(0))
    @rule(who=st.integers(0, 9), which=st.integers(0, 99), plan=plans)
    def redeem(self, who: int, which: int, plan: Plan) -> None:
        person = self.active_person(who)
        if person is None or not self.vouchers:
            return
        index = which % len(self.vouchers)
        code, coins, expires, used = self.vouchers[index]
        redeemed, refusal, lost = self.attempt(plan, lambda: self.world.vouchers.redeem(person.user.id, code, None))
        if lost:  # the balance shows whether it was redeemed
            redeemed = self.world.ledger.balance(person.user.id) != person.balance
            assert not redeemed or not used
        elif used:
            assert refusal
            assert refusal.code == "voucher_used"
        elif refusal:
            assert refusal.code == "voucher_expired"
            assert self.clock() >= expires
        if redeemed:
            assert lost or self.clock() < expires
            person.granted += coins
            self.vouchers[index] = (code, coins, expires, True)

    @rule(coins=st.sampled_from([40, 100, 260]), enabled=st.sampled_from([True, True, True, False]))
    def change_the_offer(self, coins: int, *, enabled: bool) -> None:
        self.statistics.steps += 1
        self.world.price_overrides.put("lasso", Override(coins, enabled=enabled))
        # Advance until the cached price overrides are stale, even if the clock was set back.
        self.clock.now = max(self.clock.now, self.world.price_overrides._read_at + CACHE_SECONDS)
        self.price, self.enabled = coins, enabled

    @precondition(lambda self: self.active_person(0))
    @rule(who=st.integers(0, 9), plan=plans, wrong=st.sampled_from([False, True, True]))
    def delete_the_account(self, who: int, plan: Plan, *, wrong: bool) -> None:
        person = self.active_person(who)
        if person is None:
            return

        def leave() -> None:
            self.world.accounts.delete(person.user, "wrong" if wrong else PASSWORD)
            self.world.erasure.run(person.user.id)

        _, refusal, lost = self.attempt(plan, leave)
        gone = self.world.users.user(person.user.id) is None
        if not lost:
            assert gone is not wrong
            assert (refusal is not None and refusal.code == "wrong_password") is wrong
        person.closed = gone

    # ---- the rules

    def _refresh(self, person: Person) -> None:
        """Read the person's predictions, and check that ended ones have not changed."""
        items = {}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.world.settings.predictions_table, IndexName="history",
            KeyConditionExpression="user_id = :user", ExpressionAttributeValues=to_item({":user": person.user.id}),
        )  # fmt: skip
        for item in (from_item(stored) for page in pages for stored in page["Items"]):
            assert Status(item["status"]).is_end != ("due_shard" in item and "due_at" in item)
            items[item["prediction_id"]] = item
        assert set(person.predictions) <= set(items)
        for prediction_id, item in items.items():
            before = person.predictions.get(prediction_id)
            prediction = self._prediction_of(item, before) if before is None or _has_changed(before, item) else before
            if before:
                assert prediction.cost == before.cost
                assert prediction.attempt >= before.attempt
                if before.status.is_end:
                    assert (prediction.status, prediction.result) == (before.status, before.result)
            person.predictions[prediction_id] = prediction

    def _prediction_of(self, item: dict[str, Any], before: Prediction | None) -> Prediction:
        if "erased_at" not in item:
            prediction = self.world.prediction_repository.get(item["prediction_id"])
            assert prediction
            return prediction
        assert before
        assert not {"file_name", "input_key", "input_sha256", "error_info", "result"} & set(item)
        assert item["cost"] == before.cost
        return replace(
            before, status=Status(item["status"]), attempt=item["attempt"], due_at=None,
            files_deleted_at=item["files_deleted_at"],
        )  # fmt: skip

    @invariant()
    def coins_add_up(self) -> None:
        for person in self.people:
            if not person.closed or person.open:  # the others don't change; ``teardown`` checks them again
                self._refresh(person)
                self._check(person)

    def _check(self, person: Person) -> None:
        user_id = person.user.id
        account = self.world.ledger.account(user_id)
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.world.settings.ledger_table, KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
        )  # fmt: skip
        entries = [from_item(item) for page in pages for item in page["Items"]]
        assert account.balance >= 0
        assert account.balance == sum(entry["amount"] for entry in entries)
        assert account.balance == person.balance
        assert account.open_charges == person.open
        predictions = person.predictions.values()
        earned = sum(prediction.cost for prediction in predictions if prediction.status is Status.SUCCEEDED)
        held = sum(prediction.cost for prediction in predictions if prediction.status in OPEN)
        assert person.granted == account.balance + earned + held
        assert sum(entry["reason"] == "signup" for entry in entries) == (person.user.balance > 0)
        movements: dict[str, list[tuple[str, int]]] = {prediction_id: [] for prediction_id in person.predictions}
        for entry in entries:
            if entry["reason"] in {"prediction", "refund"}:
                movements[entry["prediction_id"]].append((entry["reason"], entry["amount"]))
        for prediction in predictions:
            charge = [("prediction", -prediction.cost)]
            refund = [("refund", prediction.cost)] if prediction.status.is_refunded else []
            assert sorted(movements[prediction.prediction_id]) == charge + refund
            if prediction.status is Status.SUCCEEDED and prediction.files_deleted_at is None and not person.closed:
                assert prediction.result
                assert prediction.result.csv_key in self.clients.files.objects
                assert prediction.result.rows_key in self.clients.files.objects

    def teardown(self) -> None:
        """Check that without further faults every accepted prediction ends, and every charge with it."""
        for _ in range(12):
            self.clock.advance(1000)
            self.world.dispatcher.run()
            waiting, self.clients.queue.messages[:] = list(self.clients.queue.messages), []
            for body in waiting:
                self._worker(FakeModel()).run(prediction_id_of(body))
            for person in self.people:
                self._refresh(person)
            if not any(person.open for person in self.people):
                break
        for person in self.people:
            assert person.open == 0
            self._check(person)
            self.statistics.ends.update(str(prediction.status) for prediction in person.predictions.values())
            if person.closed:
                assert all(prediction.files_deleted_at for prediction in person.predictions.values())
                assert not [key for key in self.clients.files.objects if person.user.id in key]
        self.statistics.faults.update(self.faults.injected)


def _has_changed(before: Prediction, item: dict[str, Any]) -> bool:
    return (before.status, before.attempt, before.due_at, before.files_deleted_at) != (
        item["status"], item["attempt"], item.get("due_at"), item.get("files_deleted_at"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    require_dynoxide()
    with running_emulators(tmp_path_factory.mktemp("emulators")) as environment:
        yield session_of(environment)


@pytest.mark.parametrize("part", range(PARTS))
def test_coins_add_up_after_random_steps_and_faults(
    part: int, session: Any, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr("chalicelib.core.dynamo.time.sleep", lambda _seconds: None)
    monkeypatch.setattr("chalicelib.core.ids.secrets.token_hex", lambda _bytes: f"{next(Coins.numbers):032x}")
    Coins.session, Coins.statistics = session, Statistics()
    steps = -(-STEPS // PARTS)
    examples = -(-steps // (STEPS_AN_EXAMPLE * 3 // 4))  # some examples end early
    run_state_machine_as_test(
        Coins,
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS_AN_EXAMPLE, deadline=None, print_blob=True, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
            derandomize=False,  # Hypothesis sets it in CI, and then both parts would always take the same steps
        ),
    )  # fmt: skip
    record_property("summary", str(Coins.statistics))
    assert Coins.statistics.steps >= steps
