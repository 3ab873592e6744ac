"""Races of real processes against emulators whose transactions are isolated. Every count is exact."""

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
TOGETHER_SECONDS = 0.15
"""How far ahead the common start lies, so that every process is waiting for it."""


@dataclass(frozen=True)
class Track:
    """The processes, and services of this one to prepare and to look."""

    world: Services
    pool: ProcessPoolExecutor

    def all_at_once(self, *runners: tuple[Any, ...], offset: float = 0.0, apart: float = 0.0) -> list[str]:
        """What came of each (action, argument, ...). They start at one moment, or each ``apart`` seconds later."""
        start_at = time.time() + TOGETHER_SECONDS
        waiting = [
            self.pool.submit(race, start_at + place * apart, *runner, offset=offset)
            for place, runner in enumerate(runners)
        ]
        return [each.result(60) for each in waiting]

    def user(self, name: str | None = None) -> User:
        name = name or f"racer-{os.urandom(6).hex()}"
        body = Registration(name=name, email=f"{name}@example.org", password=PASSWORD)
        return self.world.accounts.register(body).user

    def submit(self, user: User) -> Prediction:
        return self.world.predictions.submit(user, "lasso", patients(1), None).prediction

    def read(self, prediction: Prediction) -> Prediction:
        found = self.world.prediction_repository.get(prediction.prediction_id)
        assert found
        return found

    def entries(self, user: User) -> Counter[str]:
        """How many ledger entries of each reason there are; they make up the balance."""
        found = list(self.world.audit._reader.entries(user.id))
        assert sum(entry["amount"] for entry in found) == self.world.ledger.balance(user.id)
        return Counter(entry["reason"] for entry in found)


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    require_dynoxide()
    folder = tmp_path_factory.mktemp("emulators")
    with running_emulators(folder) as environment:
        session = session_of(environment)
        settings = settings_of(Provisioner(session, read_template()).run())
        values = settings.model_dump(mode="json") | {"jwt_secret": "x" * 32, "marks_secret": "y" * 32}
        given = (environment, values, folder)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([race.__module__])  # imported once; what they talk through, each makes itself
        with ProcessPoolExecutor(PROCESSES, context, initializer=prepare, initargs=given) as pool:
            made = Track(Services(settings, EmulatorClients(session)), pool)
            made.all_at_once(*[("dispatch",)] * PROCESSES)  # every process has started
            yield made
    assert {each.stem.partition("-")[0] for each in logs_under(folder)} >= {"racer"}


def test_of_20_submits_on_500_coins_exactly_5_are_taken(track: Track) -> None:
    user = track.user()

    outcomes = track.all_at_once(*[("submit", user, None, 1)] * 20)

    assert Counter(each for each in outcomes if each == "not_enough_coins") == {"not_enough_coins": 15}
    assert len({each for each in outcomes if each != "not_enough_coins"}) == 5
    assert track.world.ledger.account(user.id).balance == 0
    assert track.entries(user) == {"signup": 1, "prediction": 5}


def test_of_20_submits_within_the_balance_exactly_as_many_are_taken_as_may_be_open(track: Track) -> None:
    user = track.user()
    track.world.price_overrides.put("lasso", Override(coins=1))
    try:
        # A second ahead every process has services of its own for it, which haven't read the old price.
        outcomes = Counter(track.all_at_once(*[("submit", user, None, 1)] * 20, offset=1))
    finally:
        track.world.price_overrides.put("lasso", Override())

    assert outcomes["too_many_open_predictions"] == 10
    assert len(outcomes) == 1 + 10
    account = track.world.ledger.account(user.id)
    assert (account.balance, account.open_charges) == (490, 10)
    assert track.entries(user) == {"signup": 1, "prediction": 10}


@pytest.mark.parametrize(("shared", "code"), [("name", "name_taken"), ("email", "email_taken")])
def test_of_20_registrations_of_one_name_or_e_mail_one_wins(track: Track, shared: str, code: str) -> None:
    tail = os.urandom(6).hex()

    def runner(number: int) -> tuple[str, str, str]:
        name = f"racer-{tail}" if shared == "name" else f"racer-{tail}-{number}"
        email = f"{tail}@example.org" if shared == "email" else f"{tail}-{number}@example.org"
        return "register", name, email

    outcomes = track.all_at_once(*map(runner, range(20)))

    assert outcomes.count(code) == 19
    login = f"racer-{tail}" if shared == "name" else f"{tail}@example.org"
    user = track.world.accounts.log_in(Credentials(name=login, password=PASSWORD)).user
    assert [user.id] == [each for each in outcomes if each != code]
    assert track.entries(user) == {"signup": 1}


def test_one_key_20_times_makes_one_prediction_and_one_charge(track: Track) -> None:
    user = track.user()

    outcomes = track.all_at_once(*[("submit", user, "one-key", 1)] * 20)

    assert len(set(outcomes)) == 1
    assert track.entries(user) == {"signup": 1, "prediction": 1}
    assert track.world.ledger.account(user.id).open_charges == 1


def test_one_key_with_two_files_takes_one_of_them(track: Track) -> None:
    user = track.user()

    outcomes = Counter(track.all_at_once(*[("submit", user, "one-key", 1 + number % 2) for number in range(20)]))

    assert outcomes.pop("idempotency_key_reused") == 10
    assert list(outcomes.values()) == [10]
    assert track.entries(user) == {"signup": 1, "prediction": 1}


def test_a_cancel_and_a_claim_never_both_win(track: Track) -> None:
    seen = Counter[str]()
    close = [(place - ROUNDS // 2) * 0.0004 for place in range(ROUNDS - 2)]
    for head_start in (0.1, *close, -0.1):  # of the cancel, in seconds: both win now and then
        user = track.user()
        prediction = track.submit(user)

        runners = [("cancel", user, prediction.prediction_id), ("work", prediction.prediction_id)]
        cancelled = track.all_at_once(*runners, apart=head_start)[0]

        ended = track.read(prediction)
        seen[ended.status] += 1
        results = track.world.audit._reader.results_of(user.id)
        if ended.status is Status.CANCELLED:
            assert cancelled == "cancelled"
            assert (ended.attempt, list(results)) == (0, [])  # it never ran
            assert track.entries(user) == {"signup": 1, "prediction": 1, "refund": 1}
        else:
            assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 1)
            assert cancelled in {"prediction_running", "succeeded"}
            assert track.entries(user) == {"signup": 1, "prediction": 1}
        assert track.world.ledger.account(user.id).open_charges == 0
    assert len(seen) == 2


def test_ten_copies_of_one_message_make_one_result_and_one_charge(track: Track) -> None:
    user = track.user()
    prediction = track.submit(user)

    track.all_at_once(*[("work", prediction.prediction_id)] * 10)

    ended = track.read(prediction)
    assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 1)
    assert track.entries(user) == {"signup": 1, "prediction": 1}
    assert track.world.ledger.account(user.id).open_charges == 0


def test_worker_dead_letters_and_dispatcher_make_exactly_one_end(track: Track) -> None:
    for _ in range(ROUNDS):
        user = track.user()
        prediction = track.submit(user)
        track.world.prediction_repository.claim(
            prediction.prediction_id, time.time(), time.time()
        )  # by a worker that died
        late = track.world.settings.lease_seconds + 1

        track.all_at_once(
            *[("work", prediction.prediction_id)] * 4, *[("dead letter", prediction.prediction_id)] * 4,
            *[("dispatch",)] * 4, ("cancel", user, prediction.prediction_id), offset=late,
        )  # fmt: skip
        track.all_at_once(("work", prediction.prediction_id), offset=2 * late)

        ended = track.read(prediction)
        assert ended.status.is_end
        refunds = int(ended.status.is_refunded)
        assert track.entries(user) == Counter({"signup": 1, "prediction": 1, "refund": refunds} if refunds else
                                              {"signup": 1, "prediction": 1})  # fmt: skip
        assert track.world.ledger.account(user.id).open_charges == 0


def test_of_20_redemptions_of_one_voucher_one_wins(track: Track) -> None:
    users = [track.user() for _ in range(5)]
    code = track.world.vouchers.issue(300, None)

    outcomes = Counter(track.all_at_once(*[("redeem", users[number % 5], code) for number in range(20)]))

    assert outcomes == {"redeemed 300": 1, "voucher_used": 19}
    assert sum(track.world.ledger.balance(user.id) for user in users) == 5 * 500 + 300


def test_nothing_stays_open_of_an_account_that_is_deleted_while_it_submits(track: Track) -> None:
    for _ in range(ROUNDS // 3):
        user = track.user()

        outcomes = track.all_at_once(("leave", user), *[("submit", user, None, 1)] * 4)
        track.world.erasure.run(user.id)

        assert outcomes[0] == "left"
        account = track.world.ledger.account(user.id)
        assert (account.balance, account.open_charges, account.closed) == (500, 0, True)
        found = track.world.audit._reader.predictions_of(user.id)
        assert {each["status"] for each in found} <= {"cancelled", "failed"}


@pytest.mark.parametrize(("earlier", "at_once"), [(0, 20), (1, 12)])
def test_of_sessions_that_end_at_once_every_one_ends_and_no_other(track: Track, earlier: int, at_once: int) -> None:
    user = track.user()

    def log_in() -> str:
        return track.world.accounts.log_in(Credentials(name=user.name, password=PASSWORD)).access_token

    for _ in range(earlier):
        track.world.accounts.log_out_session(*track.world.accounts.identify(log_in()))
    tokens, stays = [log_in() for _ in range(at_once)], log_in()

    outcomes = Counter(track.all_at_once(*[("log out", token) for token in tokens]))

    assert outcomes == {"logged out": at_once}
    for token in tokens:
        with pytest.raises(TokenInvalidError):
            track.world.accounts.identify(token)
    assert track.world.accounts.identify(stays)[0].id == user.id


def test_of_40_guesses_at_once_exactly_10_are_looked_at(track: Track) -> None:
    user = track.user()
    not_where_a_window_ends()

    outcomes = Counter(
        track.all_at_once(*[("guess", f"address of {user.name}", user.name, f"guess {number}") for number in range(40)])
    )

    assert outcomes == {"wrong_credentials": 10, "too_many_requests": 30}


def test_right_passwords_at_once_leave_every_guess_to_come(track: Track) -> None:
    user = track.user()
    not_where_a_window_ends()
    address = f"address of {user.name}"

    assert set(track.all_at_once(*[("guess", address, user.name, PASSWORD)] * 8)) == {"logged in"}
    outcomes = Counter(track.all_at_once(*[("guess", address, user.name, "wrong")] * 20))

    assert outcomes == {"wrong_credentials": 10, "too_many_requests": 10}


def test_of_20_registrations_from_one_address_at_once_exactly_5_get_coins(track: Track) -> None:
    tail = os.urandom(6).hex()
    not_where_a_window_ends()

    outcomes = Counter(
        track.all_at_once(*[("register from", f"address {tail}", f"farmer-{tail}-{number}") for number in range(20)])
    )

    assert outcomes == {"registered": 5, "too_many_requests": 15}


def test_of_80_uploads_at_once_exactly_60_get_a_form(track: Track) -> None:
    user = track.user()
    not_where_a_window_ends()

    outcomes = Counter(track.all_at_once(*[("upload", user)] * 80))

    assert outcomes == {"form": 60, "too_many_requests": 20}


def not_where_a_window_ends() -> None:
    """Wait if one of the limits' windows is about to: all of them end at quarters of an hour."""
    left = 900 - time.time() % 900
    time.sleep(left if left < 15 else 0)


def test_everything_that_raced_adds_up(track: Track) -> None:
    report = track.world.audit.run()

    assert report.findings == []
    assert report.checked["predictions"] > 0
