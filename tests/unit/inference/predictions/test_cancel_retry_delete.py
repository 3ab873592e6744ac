"""What a user may do with a prediction after its submission."""

from collections.abc import Callable

import pytest

from chalicelib.billing.ledger import NotEnoughCoinsError, TooManyOpenChargesError
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


def test_a_cancelled_one_is_not_cancelled_or_refunded_again(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.predictions.delete(user, prediction.prediction_id)

    with pytest.raises(AlreadyCancelledError) as caught:
        world.predictions.delete(user, prediction.prediction_id)

    assert (caught.value.status, caught.value.code) == (409, "already_cancelled")
    assert world.balance(user) == 500


def test_a_running_one_is_neither_cancelled_nor_deleted(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    def click() -> None:
        with pytest.raises(StillRunningError) as caught:
            world.predictions.delete(user, prediction.prediction_id)
        assert (caught.value.status, caught.value.code) == (409, "prediction_running")

    assert world.run(prediction, FakeModel(click)).status is Status.SUCCEEDED
    assert world.balance(user) == 400


def test_one_that_waits_for_its_second_attempt_can_be_cancelled(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    with pytest.raises(RuntimeError):
        world.run(prediction, BrokenModel())

    assert world.predictions.delete(user, prediction.prediction_id).status is Status.CANCELLED
    assert world.run(prediction).status is Status.CANCELLED
    assert world.balance(user) == 500


def test_a_deleted_result_is_gone_and_says_so_and_the_coins_stay_spent(world: World) -> None:
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


def test_a_cancel_that_comes_after_the_end_leaves_the_result_that_was_paid_for(world: World) -> None:
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


def test_a_cancel_that_a_whole_run_overtakes_leaves_the_result(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    overtaken(world, monkeypatch, lambda: world.run(prediction))

    with pytest.raises(NotQueuedError):
        world.predictions.delete(user, prediction.prediction_id, "queued")

    assert world.read(prediction).status is Status.SUCCEEDED
    assert world.rows(user, prediction.prediction_id, 0, 10)[0] == 1
    assert world.balance(user) == 400


def test_a_cancel_that_a_claim_overtakes_is_told_that_it_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    overtaken(
        world,
        monkeypatch,
        lambda: world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 9),
    )

    with pytest.raises(StillRunningError):
        world.predictions.delete(user, prediction.prediction_id, "queued")

    assert world.balance(user) == 400


def test_a_cancel_that_a_failed_attempt_overtakes_still_cancels(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.clock.advance(1)

    def attempt() -> None:
        with pytest.raises(RuntimeError):
            world.run(prediction, BrokenModel())

    overtaken(world, monkeypatch, attempt)

    assert world.predictions.delete(user, prediction.prediction_id, "queued").status is Status.CANCELLED
    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


def overtaken(world: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have ``act`` happen once between the look and the cancellation."""
    cancel, acts = world.settlement.cancel, [act]

    def late(prediction: Prediction) -> None:
        while acts:
            acts.pop()()
        cancel(prediction)

    monkeypatch.setattr(world.settlement, "cancel", late)


def test_what_is_queued_is_not_cancelled_by_who_wants_files_deleted(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    with pytest.raises(NotEndedError) as caught:
        world.predictions.delete(user, prediction.prediction_id, "ended")

    assert (caught.value.status, caught.value.code) == (409, "not_ended")
    assert world.read(prediction) == prediction
    assert world.run(prediction).status is Status.SUCCEEDED


@pytest.mark.parametrize("only_if", ["queued", "ended"])
def test_a_running_one_is_left_alone_whatever_was_meant(world: World, only_if: OnlyIf) -> None:
    user = world.register()
    prediction = world.submit(user)

    def click() -> None:
        with pytest.raises(StillRunningError):
            world.predictions.delete(user, prediction.prediction_id, only_if)

    assert world.run(prediction, FakeModel(click)).status is Status.SUCCEEDED


def test_the_patients_file_of_a_cancelled_one_is_deleted_when_that_is_meant(world: World) -> None:
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
def test_files_deleted_twice_are_deleted_when_they_were_first(world: World, end: str) -> None:
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


def test_somebody_else_s_prediction_is_unknown_to_cancel_and_retry(world: World) -> None:
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

    accepted = world.predictions.retry(user, ended.prediction_id)

    again = accepted.prediction
    assert again.prediction_id != ended.prediction_id
    assert (again.retry_of, again.rows, again.input_sha256) == (ended.prediction_id, 3, ended.input_sha256)
    assert accepted.balance == 300
    assert world.sent() == [again.prediction_id]
    assert world.run(again).status is Status.SUCCEEDED
    assert world.read(ended) == ended


def test_a_cancelled_one_can_be_run_again(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.predictions.delete(user, prediction.prediction_id)

    again = world.predictions.retry(user, prediction.prediction_id).prediction

    assert world.run(again).status is Status.SUCCEEDED
    assert world.balance(user) == 400


def test_what_has_not_ended_is_not_run_again(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    with pytest.raises(NotEndedError) as caught:
        world.predictions.retry(user, prediction.prediction_id)

    assert (caught.value.status, caught.value.code) == (409, "not_ended")
    assert world.balance(user) == 400


def test_without_its_file_a_prediction_is_not_run_again_and_nothing_is_charged(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.run(prediction)
    world.files.delete_all(prediction.input_key)

    with pytest.raises(InputExpiredError) as caught:
        world.predictions.retry(user, prediction.prediction_id)

    assert (caught.value.status, caught.value.code) == (410, "input_expired")
    assert world.balance(user) == 400


@pytest.mark.parametrize("gone", ["expired", "deleted"])
def test_what_is_no_longer_stored_is_said_in_words_that_are_right_whoever_deleted_it(world: World, gone: str) -> None:
    user = world.register()
    prediction = world.run(world.submit(user))
    if gone == "expired":
        world.files.delete_all("")
    else:
        world.predictions.delete(user, prediction.prediction_id, "ended")

    with pytest.raises(InputExpiredError) as caught:
        world.predictions.retry(user, prediction.prediction_id)
    assert caught.value.detail == "The patients' file is no longer stored. Please submit it again."
    assert "expired" not in caught.value.title
    for read in (world.cohort, world.download):
        with pytest.raises(ResultExpiredError) as told:
            read(user, prediction.prediction_id)
        assert told.value.detail == "The files of this result are no longer stored. Please submit the patients again."
        assert "expired" not in told.value.title


def test_a_cancelled_one_never_had_a_result_also_after_its_files_are_deleted(world: World) -> None:
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


def test_row_19_a_retry_whose_file_is_half_gone_leaves_no_file(world: World) -> None:
    user = world.register()
    content = csv_of({}, {"Bilirubin": "x"})
    prediction = world.predictions.submit(user, "lasso", content, None, None, Options(on_error="skip")).prediction
    world.run(prediction)
    world.files.delete_all(bad_rows_key(user.id, prediction.prediction_id))
    stored = world.objects()

    with pytest.raises(InputExpiredError):
        world.predictions.retry(user, prediction.prediction_id)

    assert world.objects() == stored


@pytest.mark.parametrize("as_read", ["before the others", "now"])
def test_row_19_what_is_refused_for_too_many_or_too_few_leaves_no_file(world: World, as_read: str) -> None:
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
    poor, busy = (user, rich) if as_read != "now" else map(world.users.user, (user.id, rich.id))
    assert poor
    assert busy

    with pytest.raises(NotEnoughCoinsError):
        world.submit(poor)
    with pytest.raises(TooManyOpenChargesError):
        world.submit(busy)

    assert world.objects() == stored


def test_too_many_open_predictions_are_seen_before_anything_is_stored(
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


def test_every_kind_of_end_makes_room_for_another_one(world: World) -> None:
    user = world.register()
    cancelled, rejected, failed, done = (world.submit(user) for _ in range(4))
    assert world.ledger.account(user.id).open_charges == 4

    world.predictions.delete(user, cancelled.prediction_id)
    world.overwrite_input(rejected, b"ID,Age\n1,abc\n")
    world.run(rejected)
    world.dead_letters.handle(failed.prediction_id)
    world.run(done)

    assert world.ledger.account(user.id).open_charges == 0


def test_a_price_is_copied_at_submission_and_that_is_what_a_refund_gives_back(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.price_overrides.put("lasso", Override(coins=250))
    world.clock.advance(CACHE_SECONDS)
    assert world.catalog.get("lasso").coins == 250

    world.predictions.delete(user, prediction.prediction_id)
    world.submit(user)

    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100), ("prediction", -250)]


def test_a_worker_that_lost_its_claim_deletes_what_it_wrote(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)

    def account_is_deleted() -> None:
        world.settlement.fail(world.read(prediction), "account_deleted")

    world.run(prediction, FakeModel(account_is_deleted))

    assert world.read(prediction).status is Status.FAILED
    assert world.objects(result_prefix(user.id, prediction.prediction_id)) == []
    assert world.balance(user) == 500


class Killed(BaseException):
    """The worker's process is gone."""


def killed_after_its_upload(world: World, prediction: Prediction, meanwhile: Callable[[], object]) -> None:
    """Run a worker that stalls before its upload, loses its claim meanwhile, uploads its result, and is killed."""
    finish, stalls = ResultWriter.finish, [meanwhile]

    def stalled(writer: ResultWriter) -> None:
        if stalls:
            stalls.pop()()
        finish(writer)

    succeed = Settlement.succeed

    def killed(settlement: Settlement, claimed: Prediction, result: Result) -> None:
        if claimed.attempt == 1:
            raise Killed
        succeed(settlement, claimed, result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResultWriter, "finish", stalled)
        patch.setattr(Settlement, "succeed", killed)
        with pytest.raises(Killed):
            world.run(prediction)


def claim_and_die(world: World, prediction: Prediction) -> None:
    """Take the prediction as a worker does that is killed at once; its lease is over then."""
    world.prediction_repository.claim(prediction.prediction_id, world.clock(), world.clock() + 1)
    world.clock.advance(2)


def message_comes_back(world: World, prediction: Prediction, to: str) -> None:
    """Nobody has deleted the killed worker's message: it comes to the worker, the third time to the dead letters."""
    if to == "worker":
        world.worker_with().run(prediction.prediction_id)
    else:
        world.dead_letters.handle(prediction.prediction_id)


BACK_TO = pytest.mark.parametrize("to", ["worker", "dead letters"])


@BACK_TO
def test_row_19_what_a_killed_worker_uploaded_after_the_files_were_deleted_goes_with_its_message(
    world: World, to: str
) -> None:
    user = world.register()
    prediction = world.submit(user)

    def ended_and_deleted() -> None:
        world.settlement.fail(world.read(prediction), "attempts_exhausted")
        world.predictions.delete(user, prediction.prediction_id, "ended")

    killed_after_its_upload(world, prediction, ended_and_deleted)
    assert len(world.objects("results/")) == 3
    assert any("said to be deleted and are there" in finding for finding in world.audit.run().findings)

    message_comes_back(world, prediction, to)

    assert world.objects() == []
    assert world.audit.run().findings == []


@BACK_TO
def test_a_killed_worker_s_result_goes_and_the_one_that_counts_stays(world: World, to: str) -> None:
    user = world.register()
    prediction = world.submit(user)

    def another_worker_was_faster() -> None:
        world.clock.advance(world.settings.lease_seconds + 1)
        world.run(prediction)

    killed_after_its_upload(world, prediction, another_worker_was_faster)
    assert len(world.objects("results/")) == 6

    message_comes_back(world, prediction, to)

    of_the_second = result_prefix(user.id, prediction.prediction_id, 2)
    assert world.objects("results/") == world.objects(of_the_second)
    assert len(world.rows(user, prediction.prediction_id, 0, 10)[1]) == 1


@BACK_TO
def test_what_a_killed_worker_uploaded_goes_when_its_message_ends_the_prediction(world: World, to: str) -> None:
    user = world.register()
    prediction = world.submit(user)
    killed_after_its_upload(world, prediction, lambda: None)
    assert len(world.objects("results/")) == 3
    world.files.delete_all(prediction.input_key)
    world.clock.advance(world.settings.lease_seconds + 1)

    message_comes_back(world, prediction, to)

    assert world.read(prediction).status is Status.FAILED
    assert world.objects("results/") == []


@pytest.mark.parametrize("by", ["dead letters", "dispatcher", "another worker that fails"])
def test_row_19_what_killed_workers_uploaded_goes_when_their_prediction_fails(world: World, by: str) -> None:
    user = world.register()
    prediction = world.submit(user)
    killed_after_its_upload(world, prediction, lambda: None)
    assert len(world.objects("results/")) == 3
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


def test_a_leftover_that_can_not_be_deleted_is_deleted_with_its_message(
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
    under_way = result_prefix(prediction.user_id, prediction.prediction_id, 1) + "result.csv"
    world.files.put(under_way, b"x", "text/csv")

    world.worker_with().run(prediction.prediction_id)

    assert under_way in world.objects()
