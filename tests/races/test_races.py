"""Races between real processes, on an emulator with isolated transactions. Every expected count is exact."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.auth.normalization import Credentials, Registration
from chalicelib.auth.repository import User
from chalicelib.auth.tokens import TokenInvalidError
from chalicelib.inference.catalog.price_overrides import Override
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.wiring import Services
from local.provision import Provisioner, read_template
from tests.races.runner import prepare, race
from tests.support.emulators import EmulatorClients, require_dynoxide, running_emulators, session_of, settings_of
from tests.support.leaks import logs_under
from tests.unit.support import PASSWORD, patients

PROCESSES = 20
ROUNDS = 20
START_DELAY_SECONDS = 0.15
"""How far ahead the common start is, so that every process is ready for it."""


@dataclass(frozen=True)
class Racers:
    """The racing processes, and the services of this process to prepare a race and read its outcome."""

    world: Services
    pool: ProcessPoolExecutor

    def all_at_once(self, *runners: tuple[Any, ...], offset: float = 0.0, apart: float = 0.0) -> list[str]:
        """Run each (action, argument, ...) in a process, and return the outcomes.

        All start at the same moment, or each one ``apart`` seconds after the previous one. Their clocks are ``offset``
        seconds ahead.
        """
        start_at = time.time() + START_DELAY_SECONDS
        futures = [
            self.pool.submit(race, start_at + number * apart, *runner, offset=offset)
            for number, runner in enumerate(runners)
        ]
        return [future.result(60) for future in futures]

    def user(self, name: str | None = None) -> User:
        name = name or f"racer-{os.urandom(6).hex()}"
        body = Registration(name=name, email=f"{name}@example.org", password=PASSWORD)
        return self.world.accounts.register(body).user

    def submit(self, user: User) -> Prediction:
        return self.world.predictions.submit(user, "lasso", patients(1), None).prediction

    def read(self, prediction: Prediction) -> Prediction:
        current = self.world.prediction_repository.get(prediction.prediction_id)
        assert current
        return current

    def entries(self, user: User) -> Counter[str]:
        """Return the number of ledger entries by reason, after checking that they add up to the balance."""
        entries = list(self.world.audit._reader.entries(user.id))
        assert sum(entry["amount"] for entry in entries) == self.world.ledger.balance(user.id)
        return Counter(entry["reason"] for entry in entries)


@pytest.fixture(scope="module")
def racers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Racers]:
    require_dynoxide()
    folder = tmp_path_factory.mktemp("emulators")
    with running_emulators(folder) as environment:
        session = session_of(environment)
        settings = settings_of(Provisioner(session, read_template()).run())
        values = settings.model_dump(mode="json") | {"jwt_secret": "x" * 32, "marks_secret": "y" * 32}
        arguments = (environment, values, folder)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([race.__module__])  # imports are shared; each process makes its own clients
        with ProcessPoolExecutor(PROCESSES, context, initializer=prepare, initargs=arguments) as pool:
            racers = Racers(Services(settings, EmulatorClients(session)), pool)
            racers.all_at_once(*[("dispatch",)] * PROCESSES)  # start every process
            yield racers
    assert {log.stem.partition("-")[0] for log in logs_under(folder)} >= {"racer"}


def test_of_20_submits_on_500_coins_exactly_5_are_accepted(racers: Racers) -> None:
    user = racers.user()

    outcomes = racers.all_at_once(*[("submit", user, None, 1)] * 20)

    assert outcomes.count("not_enough_coins") == 15
    assert len(set(outcomes) - {"not_enough_coins"}) == 5
    assert racers.world.ledger.account(user.id).balance == 0
    assert racers.entries(user) == {"signup": 1, "prediction": 5}


def test_of_20_submits_within_the_balance_exactly_10_are_accepted(racers: Racers) -> None:
    user = racers.user()
    racers.world.price_overrides.put("lasso", Override(coins=1))
    try:
        # Processes cache their services by offset. With a new offset they have new ones, without the old price.
        outcomes = Counter(racers.all_at_once(*[("submit", user, None, 1)] * 20, offset=1))
    finally:
        racers.world.price_overrides.put("lasso", Override())

    assert outcomes["too_many_open_predictions"] == 10
    assert len(outcomes) == 1 + 10
    account = racers.world.ledger.account(user.id)
    assert (account.balance, account.open_charges) == (490, 10)
    assert racers.entries(user) == {"signup": 1, "prediction": 10}


@pytest.mark.parametrize(("shared", "code"), [("name", "name_taken"), ("email", "email_taken")])
def test_of_20_registrations_of_one_name_or_e_mail_one_wins(racers: Racers, shared: str, code: str) -> None:
    tail = os.urandom(6).hex()

    def runner(number: int) -> tuple[str, str, str]:
        name = f"racer-{tail}" if shared == "name" else f"racer-{tail}-{number}"
        email = f"{tail}@example.org" if shared == "email" else f"{tail}-{number}@example.org"
        return "register", name, email

    outcomes = racers.all_at_once(*map(runner, range(20)))

    assert outcomes.count(code) == 19
    login = f"racer-{tail}" if shared == "name" else f"{tail}@example.org"
    user = racers.world.accounts.log_in(Credentials(name=login, password=PASSWORD)).user
    assert [user.id] == [outcome for outcome in outcomes if outcome != code]
    assert racers.entries(user) == {"signup": 1}


def test_20_submits_with_one_key_make_one_prediction_and_one_charge(racers: Racers) -> None:
    user = racers.user()

    outcomes = racers.all_at_once(*[("submit", user, "one-key", 1)] * 20)

    assert len(set(outcomes)) == 1
    assert racers.entries(user) == {"signup": 1, "prediction": 1}
    assert racers.world.ledger.account(user.id).open_charges == 1


def test_of_two_files_with_one_key_only_one_is_accepted(racers: Racers) -> None:
    user = racers.user()

    outcomes = Counter(racers.all_at_once(*[("submit", user, "one-key", 1 + number % 2) for number in range(20)]))

    assert outcomes.pop("idempotency_key_reused") == 10
    assert list(outcomes.values()) == [10]
    assert racers.entries(user) == {"signup": 1, "prediction": 1}


def test_a_cancel_and_a_claim_never_both_win(racers: Racers) -> None:
    winners = Counter[str]()
    head_start, step = 0.0, 0.1  # seconds
    for _ in range(ROUNDS):
        user = racers.user()
        prediction = racers.submit(user)

        runners = [("cancel", user, prediction.prediction_id), ("work", prediction.prediction_id)]
        cancelled = racers.all_at_once(*runners, apart=head_start)[0]

        ended = racers.read(prediction)
        winners[ended.status] += 1
        results = racers.world.audit._reader.results_of(user.id)
        if ended.status is Status.CANCELLED:
            assert cancelled == "cancelled"
            assert (ended.attempt, list(results)) == (0, [])  # it never ran
            assert racers.entries(user) == {"signup": 1, "prediction": 1, "refund": 1}
        else:
            assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 1)
            assert cancelled in {"prediction_running", "succeeded"}
            assert racers.entries(user) == {"signup": 1, "prediction": 1}
        assert racers.world.ledger.account(user.id).open_charges == 0
        # Approach the head start with which either may win. It depends on the load of the computer.
        head_start += step if ended.status is Status.SUCCEEDED else -step
        step = max(step / 2, 0.002)
    assert len(winners) == 2


def test_ten_copies_of_one_message_make_one_result_and_one_charge(racers: Racers) -> None:
    user = racers.user()
    prediction = racers.submit(user)

    racers.all_at_once(*[("work", prediction.prediction_id)] * 10)

    ended = racers.read(prediction)
    assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 1)
    assert racers.entries(user) == {"signup": 1, "prediction": 1}
    assert racers.world.ledger.account(user.id).open_charges == 0


def test_worker_dead_letters_and_dispatcher_make_exactly_one_end(racers: Racers) -> None:
    for _ in range(ROUNDS):
        user = racers.user()
        prediction = racers.submit(user)
        # A worker claims it and dies.
        racers.world.prediction_repository.claim(prediction.prediction_id, time.time(), time.time())
        late = racers.world.settings.lease_seconds + 1

        racers.all_at_once(
            *[("work", prediction.prediction_id)] * 4, *[("dead letter", prediction.prediction_id)] * 4,
            *[("dispatch",)] * 4, ("cancel", user, prediction.prediction_id), offset=late,
        )  # fmt: skip
        racers.all_at_once(("work", prediction.prediction_id), offset=2 * late)

        ended = racers.read(prediction)
        assert ended.status.is_end
        refund = {"refund": 1} if ended.status.is_refunded else {}
        assert racers.entries(user) == {"signup": 1, "prediction": 1} | refund
        assert racers.world.ledger.account(user.id).open_charges == 0


def test_of_20_redemptions_of_one_voucher_one_wins(racers: Racers) -> None:
    users = [racers.user() for _ in range(5)]
    code = racers.world.vouchers.issue(300, None)

    outcomes = Counter(racers.all_at_once(*[("redeem", users[number % 5], code) for number in range(20)]))

    assert outcomes == {"redeemed 300": 1, "voucher_used": 19}
    assert sum(racers.world.ledger.balance(user.id) for user in users) == 5 * 500 + 300


def test_an_account_that_is_deleted_while_it_submits_has_nothing_open(racers: Racers) -> None:
    for _ in range(ROUNDS // 3):
        user = racers.user()

        outcomes = racers.all_at_once(("delete account", user), *[("submit", user, None, 1)] * 4)
        racers.world.erasure.run(user.id)

        assert outcomes[0] == "deleted"
        account = racers.world.ledger.account(user.id)
        assert (account.balance, account.open_charges, account.closed) == (500, 0, True)
        predictions = racers.world.audit._reader.predictions_of(user.id)
        assert {prediction["status"] for prediction in predictions} <= {"cancelled", "failed"}


@pytest.mark.parametrize(("earlier", "at_once"), [(0, 20), (1, 12)])
def test_sessions_that_are_ended_at_once_all_end_and_no_other_does(racers: Racers, earlier: int, at_once: int) -> None:
    user = racers.user()

    def log_in() -> str:
        return racers.world.accounts.log_in(Credentials(name=user.name, password=PASSWORD)).access_token

    for _ in range(earlier):
        racers.world.accounts.log_out_session(*racers.world.accounts.identify(log_in()))
    tokens, kept = [log_in() for _ in range(at_once)], log_in()

    outcomes = Counter(racers.all_at_once(*[("log out", token) for token in tokens]))

    assert outcomes == {"logged out": at_once}
    for token in tokens:
        with pytest.raises(TokenInvalidError):
            racers.world.accounts.identify(token)
    assert racers.world.accounts.identify(kept)[0].id == user.id


def test_of_40_guesses_at_once_exactly_10_are_checked(racers: Racers) -> None:
    user = racers.user()
    avoid_the_end_of_a_window()

    outcomes = Counter(
        racers.all_at_once(
            *[("guess", f"address of {user.name}", user.name, f"guess {number}") for number in range(40)]
        )
    )

    assert outcomes == {"wrong_credentials": 10, "too_many_requests": 30}


def test_right_passwords_at_once_do_not_count_as_guesses(racers: Racers) -> None:
    user = racers.user()
    avoid_the_end_of_a_window()
    address = f"address of {user.name}"

    assert set(racers.all_at_once(*[("guess", address, user.name, PASSWORD)] * 8)) == {"logged in"}
    outcomes = Counter(racers.all_at_once(*[("guess", address, user.name, "wrong")] * 20))

    assert outcomes == {"wrong_credentials": 10, "too_many_requests": 10}


def test_of_20_registrations_from_one_address_at_once_exactly_5_get_coins(racers: Racers) -> None:
    tail = os.urandom(6).hex()
    avoid_the_end_of_a_window()

    outcomes = Counter(
        racers.all_at_once(*[("register from", f"address {tail}", f"farmer-{tail}-{number}") for number in range(20)])
    )

    assert outcomes == {"registered": 5, "too_many_requests": 15}


def test_of_80_uploads_at_once_exactly_60_get_a_form(racers: Racers) -> None:
    user = racers.user()
    avoid_the_end_of_a_window()

    outcomes = Counter(racers.all_at_once(*[("upload", user)] * 80))

    assert outcomes == {"form": 60, "too_many_requests": 20}


def test_of_80_submissions_at_once_exactly_60_are_counted(racers: Racers) -> None:
    user = racers.user()
    token = racers.world.accounts.log_in(Credentials(name=user.name, password=PASSWORD)).access_token
    avoid_the_end_of_a_window(seconds=60)

    outcomes = Counter(racers.all_at_once(*[("count", token)] * 80))

    assert outcomes == {"counted": 60, "too_many_requests": 20}


def avoid_the_end_of_a_window(seconds: int = 900) -> None:
    """Wait if the window of a limit is about to end. Such windows end at multiples of ``seconds``."""
    seconds_left = seconds - time.time() % seconds
    time.sleep(seconds_left if seconds_left < 15 else 0)


def test_the_audit_finds_nothing_after_all_races(racers: Racers) -> None:
    report = racers.world.audit.run()

    assert report.findings == []
    assert report.checked["predictions"] > 0
