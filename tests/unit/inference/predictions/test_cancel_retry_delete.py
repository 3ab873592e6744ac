"""Cancelling, retrying and deleting predictions, and the cleanup of files."""

from collections.abc import Callable

import pytest

from chalicelib.billing.ledger import NotEnoughCoinsError, TooManyOpenChargesError
from chalicelib.inference.catalog.catalog import ModelDisabledError, UnknownModelError
from chalicelib.inference.catalog.price_overrides import CACHE_SECONDS, Override
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.service import (
    AlreadyCancelledError,
    InputExpiredError,
    NotEndedError,
    NotFinishedError,
    NotQueuedError,
    OnlyIf,
    StillRunningError,
    UnknownPredictionError,
)
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.results.reader import ResultExpiredError
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.writer import ResultWriter
from chalicelib.inference.storage.file_store import FileStore, bad_rows_key, result_prefix
from tests.unit.support import BrokenModel, FakeModel, World, csv_of, patients


def test_a_queued_prediction_is_cancelled_refunded_and_never_run(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    model = FakeModel()
    world.clock.advance(1)

    cancelled = world.predictions.delete(user, prediction.prediction_id)
    world.run(prediction, model)

    assert (cancelled.status, cancelled.error_code) == (Status.CANCELLED, "cancelled")
    assert model.chunks == 0
    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


def test_a_cancelled_prediction_is_not_cancelled_or_refunded_again(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.predictions.delete(user, prediction.prediction_id)

    with pytest.raises(AlreadyCancelledError) as caught:
        world.predictions.delete(user, prediction.prediction_id)

    assert (caught.value.status, caught.value.code) == (409, "already_cancelled")
    assert world.balance(user) == 500


def test_a_running_prediction_is_neither_cancelled_nor_deleted(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    def click() -> None:
        with pytest.raises(StillRunningError) as caught:
            world.predictions.delete(user, prediction.prediction_id)
        assert (caught.value.status, caught.value.code) == (409, "prediction_running")

    assert world.run(prediction, FakeModel(click)).status is Status.SUCCEEDED
    assert world.balance(user) == 400


def test_a_prediction_that_waits_for_its_second_attempt_can_be_cancelled(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    with pytest.raises(RuntimeError):
        world.run(prediction, BrokenModel())

    assert world.predictions.delete(user, prediction.prediction_id).status is Status.CANCELLED
    assert world.run(prediction).status is Status.CANCELLED
    assert world.balance(user) == 500


def test_a_deleted_result_is_no_longer_stored_and_not_refunded(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.run(prediction)
    assert world.objects(f"results/{user.id}/")

    deleted = world.predictions.delete(user, prediction.prediction_id)

    assert deleted.files_deleted_at == world.clock()
    assert deleted.file_name is None
    assert world.objects() == []
    assert world.balance(user) == 400
    with pytest.raises(ResultExpiredError):
        world.rows(user, prediction.prediction_id, 0, 10)
    with pytest.raises(ResultExpiredError):
        world.download(user, prediction.prediction_id)
    world.predictions.delete(user, prediction.prediction_id)  # the second click changes nothing


def test_a_cancellation_after_the_end_keeps_the_result(world: World) -> None:
    user = world.register()
    ended = world.run(world.submit(user))
    kept = world.objects()

    with pytest.raises(NotQueuedError) as caught:
        world.predictions.delete(user, ended.prediction_id, "queued")

    assert (caught.value.status, caught.value.code) == (409, "not_queued")
    assert caught.value.detail == "This prediction has ended already. Nothing was cancelled or deleted."
    assert world.objects() == kept
    assert world.read(ended) == ended
    assert world.rows(user, ended.prediction_id, 0, 10)[0] == 1


def test_a_cancellation_overtaken_by_a_whole_run_keeps_the_result(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    prediction = world.submit(user)
    overtake(world, monkeypatch, lambda: world.run(prediction))

    with pytest.raises(NotQueuedError):
        world.predictions.delete(user, prediction.prediction_id, "queued")

    assert world.read(prediction).status is Status.SUCCEEDED
    assert world.rows(user, prediction.prediction_id, 0, 10)[0] == 1
    assert world.balance(user) == 400


def test_a_cancellation_overtaken_by_a_claim_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    overtake(
        world,
        monkeypatch,
        lambda: world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 9),
    )

    with pytest.raises(StillRunningError):
        world.predictions.delete(user, prediction.prediction_id, "queued")

    assert world.balance(user) == 400


def test_a_cancellation_overtaken_by_a_failed_attempt_still_cancels(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.clock.advance(1)

    def attempt() -> None:
        with pytest.raises(RuntimeError):
            world.run(prediction, BrokenModel())

    overtake(world, monkeypatch, attempt)

    assert world.predictions.delete(user, prediction.prediction_id, "queued").status is Status.CANCELLED
    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


def overtake(world: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Run ``act`` once, after the prediction was read and before it is cancelled."""
    cancel, pending = world.settlement.cancel, [act]

    def late_cancel(prediction: Prediction) -> None:
        while pending:
            pending.pop()()
        cancel(prediction)

    monkeypatch.setattr(world.settlement, "cancel", late_cancel)


def test_a_deletion_of_files_does_not_cancel_a_queued_prediction(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    with pytest.raises(NotEndedError) as caught:
        world.predictions.delete(user, prediction.prediction_id, "ended")

    assert (caught.value.status, caught.value.code) == (409, "not_ended")
    assert world.read(prediction) == prediction
    assert world.run(prediction).status is Status.SUCCEEDED


@pytest.mark.parametrize("only_if", ["queued", "ended"])
def test_a_running_prediction_refuses_both_kinds_of_deletion(world: World, only_if: OnlyIf) -> None:
    user = world.register()
    prediction = world.submit(user)

    def click() -> None:
        with pytest.raises(StillRunningError):
            world.predictions.delete(user, prediction.prediction_id, only_if)

    assert world.run(prediction, FakeModel(click)).status is Status.SUCCEEDED


def test_the_file_of_a_cancelled_prediction_is_deleted_only_on_explicit_request(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.clock.advance(1)
    world.predictions.delete(user, prediction.prediction_id, "queued")
    assert world.objects() == [prediction.input_key]

    for only_if in (None, "queued"):  # the second click on "cancel"
        with pytest.raises((AlreadyCancelledError, NotQueuedError)):
            world.predictions.delete(user, prediction.prediction_id, only_if)
    assert world.objects() == [prediction.input_key]
    deleted = world.predictions.delete(user, prediction.prediction_id, "ended")

    assert (deleted.status, deleted.files_deleted_at) == (Status.CANCELLED, world.clock())
    assert deleted.file_name is None
    assert world.objects() == []
    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


@pytest.mark.parametrize("end", ["succeeded", "cancelled"])
def test_deleting_files_twice_keeps_the_time_of_the_first_deletion(world: World, end: str) -> None:
    user = world.register()
    prediction = world.submit(user)
    if end == "succeeded":
        world.run(prediction)
    else:
        world.predictions.delete(user, prediction.prediction_id)
    first = world.predictions.delete(user, prediction.prediction_id, "ended")
    world.clock.advance(60)

    assert world.predictions.delete(user, prediction.prediction_id, "ended") == first
    assert world.read(prediction) == first


def test_a_prediction_of_another_user_can_be_neither_cancelled_nor_retried(world: World) -> None:
    prediction = world.submit(world.register("anna"))
    boris = world.register("boris")

    for act in (world.predictions.delete, world.predictions.retry):
        with pytest.raises(UnknownPredictionError):
            act(boris, prediction.prediction_id)
    assert world.read(prediction).status is Status.QUEUED


def test_an_ended_prediction_is_run_again_as_a_new_one_with_a_new_charge(world: World) -> None:
    user = world.register()
    ended = world.run(world.submit(user, patients(3)))
    world.sent()

    current = world.users.user(user.id)
    assert current

    accepted = world.predictions.retry(current, ended.prediction_id)

    again = accepted.prediction
    assert again.prediction_id != ended.prediction_id
    assert (again.retry_of, again.rows, again.input_sha256) == (ended.prediction_id, 3, ended.input_sha256)
    assert accepted.balance == 300
    assert world.sent() == [again.prediction_id]
    assert world.run(again).status is Status.SUCCEEDED
    assert world.read(ended) == ended


def test_a_cancelled_prediction_can_be_retried(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.predictions.delete(user, prediction.prediction_id)

    again = world.predictions.retry(user, prediction.prediction_id).prediction

    assert world.run(again).status is Status.SUCCEEDED
    assert world.balance(user) == 400


def test_a_prediction_that_has_not_ended_cannot_be_retried(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    with pytest.raises(NotEndedError) as caught:
        world.predictions.retry(user, prediction.prediction_id)

    assert (caught.value.status, caught.value.code) == (409, "not_ended")
    assert world.balance(user) == 400


def test_a_file_can_be_run_again_by_another_model_at_its_price(world: World) -> None:
    user = world.register()
    first = world.run(world.submit(user))

    accepted = world.predictions.retry(user, first.prediction_id, model_id="mayo")

    assert (accepted.prediction.model_id, accepted.prediction.cost, accepted.balance) == ("mayo", 20, 480)
    assert (accepted.prediction.retry_of, accepted.prediction.options) == (first.prediction_id, first.options)
    second = world.read(accepted.prediction)
    assert second.input_sha256 == first.input_sha256
    assert world.files.read(second.input_key) == world.files.read(first.input_key)


def test_a_retry_by_an_unknown_or_disabled_model_is_refused_and_not_charged(world: World) -> None:
    user = world.register()
    prediction = world.run(world.submit(user))
    world.price_overrides.put("mayo", Override(enabled=False))
    world.clock.advance(CACHE_SECONDS)

    with pytest.raises(UnknownModelError):
        world.predictions.retry(user, prediction.prediction_id, model_id="no-such-model")
    with pytest.raises(ModelDisabledError):
        world.predictions.retry(user, prediction.prediction_id, model_id="mayo")

    assert world.balance(user) == 400


def test_a_retry_without_the_stored_file_is_refused_and_not_charged(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.run(prediction)
    world.files.delete_all(prediction.input_key)

    with pytest.raises(InputExpiredError) as caught:
        world.predictions.retry(user, prediction.prediction_id)

    assert (caught.value.status, caught.value.code) == (410, "input_expired")
    assert world.balance(user) == 400


@pytest.mark.parametrize("cause", ["expired", "deleted"])
def test_the_messages_about_missing_files_fit_expired_and_deleted_files(world: World, cause: str) -> None:
    user = world.register()
    prediction = world.run(world.submit(user))
    if cause == "expired":
        world.files.delete_all("")
    else:
        world.predictions.delete(user, prediction.prediction_id, "ended")

    with pytest.raises(InputExpiredError) as caught:
        world.predictions.retry(user, prediction.prediction_id)
    assert caught.value.detail == "The patients' file is no longer stored. Please submit it again."
    assert "expired" not in caught.value.title
    for read in (world.cohort, world.download):
        with pytest.raises(ResultExpiredError) as caught_result:
            read(user, prediction.prediction_id)
        assert (
            caught_result.value.detail
            == "The files of this result are no longer stored. Please submit the patients again."
        )
        assert "expired" not in caught_result.value.title


def test_a_cancelled_prediction_has_no_result_even_after_its_files_are_deleted(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.predictions.delete(user, prediction.prediction_id, "queued")
    world.predictions.delete(user, prediction.prediction_id, "ended")

    with pytest.raises(NotFinishedError) as caught:
        world.rows(user, prediction.prediction_id, 0, 10)

    assert caught.value.extra == {"prediction_status": "cancelled"}


def test_a_retry_without_the_coins_is_refused(world: World) -> None:
    user = world.register()
    ended = world.run(world.submit(user))
    for _ in range(4):
        world.submit(user)
    poor = world.users.user(user.id)
    assert poor

    with pytest.raises(NotEnoughCoinsError):
        world.predictions.retry(poor, ended.prediction_id)


def test_one_more_open_prediction_than_allowed_is_refused_until_one_ends(world: World) -> None:
    world.price_overrides.put("lasso", Override(coins=1))
    user = world.register()
    first, *_ = [world.submit(user) for _ in range(world.settings.open_predictions_max)]

    with pytest.raises(TooManyOpenChargesError) as caught:
        world.submit(user)

    assert (caught.value.status, caught.value.code) == (429, "too_many_open_predictions")
    assert caught.value.headers == {"Retry-After": "5"}
    assert world.balance(user) == 490
    world.run(first)
    world.submit(user)
    assert world.balance(user) == 489


def test_row_19_a_retry_that_is_refused_for_a_missing_file_leaves_no_file(world: World) -> None:
    user = world.register()
    content = csv_of({}, {"Bilirubin": "x"})
    prediction = world.predictions.submit(user, "lasso", content, None, None, Options(on_error="skip")).prediction
    world.run(prediction)
    world.files.delete_all(bad_rows_key(user.id, prediction.prediction_id))
    stored = world.objects()

    with pytest.raises(InputExpiredError):
        world.predictions.retry(user, prediction.prediction_id)

    assert world.objects() == stored


@pytest.mark.parametrize("users_read", ["before the others", "now"])
def test_row_19_a_submission_refused_for_open_predictions_or_coins_leaves_no_file(
    world: World, users_read: str
) -> None:
    user = world.register()
    for _ in range(5):
        world.submit(user)
    world.price_overrides.put("lasso", Override(coins=1))
    rich = world.register("boris")
    for _ in range(world.settings.open_predictions_max):
        world.clock.advance(CACHE_SECONDS)
        world.submit(rich)
    world.price_overrides.put("lasso", Override(coins=100))
    world.clock.advance(CACHE_SECONDS)
    stored = world.objects()
    poor, busy = (user, rich) if users_read != "now" else map(world.users.user, (user.id, rich.id))
    assert poor
    assert busy

    with pytest.raises(NotEnoughCoinsError):
        world.submit(poor)
    with pytest.raises(TooManyOpenChargesError):
        world.submit(busy)

    assert world.objects() == stored


def test_too_many_open_predictions_are_refused_before_anything_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    world.submit(user)
    busy = world.users.user(user.id)
    assert busy
    limited = World(world.settings.model_copy(update={"open_predictions_max": 1}), clock=world.clock)
    monkeypatch.setattr(FileStore, "put", lambda *_: pytest.fail("stored"))

    with pytest.raises(TooManyOpenChargesError):
        limited.submit(busy)


def test_every_kind_of_end_reduces_the_number_of_open_charges(world: World) -> None:
    user = world.register()
    cancelled, rejected, failed, done = (world.submit(user) for _ in range(4))
    assert world.ledger.account(user.id).open_charges == 4

    world.predictions.delete(user, cancelled.prediction_id)
    world.overwrite_input(rejected, b"ID,Age\n1,abc\n")
    world.run(rejected)
    world.dead_letters.handle(failed.prediction_id)
    world.run(done)

    assert world.ledger.account(user.id).open_charges == 0


def test_a_refund_returns_the_price_at_submission(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.price_overrides.put("lasso", Override(coins=250))
    world.clock.advance(CACHE_SECONDS)
    assert world.catalog.get("lasso").coins == 250

    world.predictions.delete(user, prediction.prediction_id)
    world.submit(user)

    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100), ("prediction", -250)]


def test_a_worker_that_lost_its_claim_deletes_its_files(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    def account_is_deleted() -> None:
        world.settlement.fail(world.read(prediction), "account_deleted")

    world.run(prediction, FakeModel(account_is_deleted))

    assert world.read(prediction).status is Status.FAILED
    assert world.objects(result_prefix(user.id, prediction.prediction_id)) == []
    assert world.balance(user) == 500


class Killed(BaseException):
    """Stands for the end of the worker's process."""


def killed_after_its_upload(world: World, prediction: Prediction, meanwhile: Callable[[], object]) -> None:
    """Run a worker that runs ``meanwhile`` before its upload, uploads its result, and is killed."""
    finish, pending = ResultWriter.finish, [meanwhile]

    def stalled_finish(writer: ResultWriter) -> None:
        if pending:
            pending.pop()()
        finish(writer)

    succeed = Settlement.succeed

    def killed(settlement: Settlement, claimed: Prediction, result: Result) -> None:
        if claimed.attempt == 1:
            raise Killed
        succeed(settlement, claimed, result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResultWriter, "finish", stalled_finish)
        patch.setattr(Settlement, "succeed", killed)
        with pytest.raises(Killed):
            world.run(prediction)


def claim_and_die(world: World, prediction: Prediction) -> None:
    """Claim the prediction as a worker that is killed at once. Its lease runs out."""
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
    world.clock.advance(2)


def deliver_message_again(world: World, prediction: Prediction, to: str) -> None:
    """Deliver the message of a killed worker again, to the worker or to the dead-letter queue."""
    if to == "worker":
        world.worker_with().run(prediction.prediction_id)
    else:
        world.dead_letters.handle(prediction.prediction_id)


to_worker_and_dead_letters = pytest.mark.parametrize("to", ["worker", "dead letters"])


@to_worker_and_dead_letters
def test_row_19_files_that_a_killed_worker_uploaded_after_the_deletion_are_deleted_with_its_message(
    world: World, to: str
) -> None:
    user = world.register()
    prediction = world.submit(user)

    def ended_and_deleted() -> None:
        world.settlement.fail(world.read(prediction), "attempts_exhausted")
        world.predictions.delete(user, prediction.prediction_id, "ended")

    killed_after_its_upload(world, prediction, ended_and_deleted)
    assert len(world.objects("results/")) == 1
    assert any("marked as deleted, but exist" in finding for finding in world.audit.run().findings)

    deliver_message_again(world, prediction, to)

    assert world.objects() == []
    assert world.audit.run().findings == []


@to_worker_and_dead_letters
def test_the_files_of_a_killed_worker_are_deleted_and_the_valid_result_is_kept(world: World, to: str) -> None:
    user = world.register()
    prediction = world.submit(user)

    def another_worker_takes_over() -> None:
        world.clock.advance(world.settings.lease_seconds + 1)
        world.run(prediction)

    killed_after_its_upload(world, prediction, another_worker_takes_over)
    assert len(world.objects("results/")) == 2

    deliver_message_again(world, prediction, to)

    second_attempt = result_prefix(user.id, prediction.prediction_id, 2)
    assert world.objects("results/") == world.objects(second_attempt)
    assert len(world.rows(user, prediction.prediction_id, 0, 10)[1]) == 1


@to_worker_and_dead_letters
def test_the_files_of_a_killed_worker_are_deleted_when_its_message_ends_the_prediction(world: World, to: str) -> None:
    user = world.register()
    prediction = world.submit(user)
    killed_after_its_upload(world, prediction, lambda: None)
    assert len(world.objects("results/")) == 1
    world.files.delete_all(prediction.input_key)
    world.clock.advance(world.settings.lease_seconds + 1)

    deliver_message_again(world, prediction, to)

    assert world.read(prediction).status is Status.FAILED
    assert world.objects("results/") == []


@pytest.mark.parametrize("by", ["dead letters", "dispatcher", "another worker that fails"])
def test_row_19_the_files_of_killed_workers_are_deleted_when_their_prediction_fails(world: World, by: str) -> None:
    user = world.register()
    prediction = world.submit(user)
    killed_after_its_upload(world, prediction, lambda: None)
    assert len(world.objects("results/")) == 1
    world.clock.advance(world.settings.lease_seconds + 1)

    if by == "dead letters":
        world.dead_letters.handle(prediction.prediction_id)
    else:
        for _ in range(world.settings.attempts_max - 2):
            claim_and_die(world, prediction)
        if by == "dispatcher":
            claim_and_die(world, prediction)
            world.dispatcher.run()
        else:
            with pytest.raises(RuntimeError):
                world.run(prediction, BrokenModel())

    assert world.read(prediction).status is Status.FAILED
    assert world.balance(user) == 500
    assert world.objects("results/") == []


def test_files_that_could_not_be_deleted_are_deleted_with_the_next_delivery(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    prediction = world.submit(user)
    killed_after_its_upload(world, prediction, lambda: None)
    world.clock.advance(world.settings.lease_seconds + 1)

    def broken(_files: FileStore, _prefix: str) -> None:
        raise OSError("out of order")

    with monkeypatch.context() as outage:
        outage.setattr(FileStore, "delete_all", broken)
        with pytest.raises(OSError, match="out of order"):
            world.dead_letters.handle(prediction.prediction_id)
    assert world.read(prediction).status is Status.FAILED

    world.dead_letters.handle(prediction.prediction_id)

    assert world.objects("results/") == []
    assert world.balance(user) == 500


def test_a_message_of_a_prediction_that_another_worker_holds_deletes_nothing(world: World) -> None:
    prediction = world.submit(world.register())
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 60)
    current_file = result_prefix(prediction.user_id, prediction.prediction_id, 1) + "result.csv"
    world.files.put(current_file, b"x", "text/csv")

    world.worker_with().run(prediction.prediction_id)

    assert current_file in world.objects()
