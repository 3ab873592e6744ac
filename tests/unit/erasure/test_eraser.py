"""Erasures that fail, run out of time, or meet changes in between."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.auth.normalization import Credentials
from chalicelib.auth.repository import User, UserRepository
from chalicelib.auth.service import WrongPasswordError
from chalicelib.core import aws
from chalicelib.core.settings import Settings
from chalicelib.erasure import eraser
from chalicelib.erasure.eraser import FAILED_SECONDS_MAX, INDEX_LAG_SECONDS, Erasure, OutOfTimeError
from chalicelib.inference.predictions.prediction import Prediction
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.storage import file_store
from chalicelib.inference.storage.file_store import FileStore, StoredObject
from tests.unit.core.api import Api, register, served
from tests.unit.support import PASSWORD, FakeModel, World, patients


def audit_of(world: World) -> list[str]:
    return world.audit.run().findings


def erased(world: World, prediction: Prediction) -> bool:
    return world.prediction_repository.get(prediction.prediction_id) is None


@pytest.fixture
def anna(world: World) -> User:
    return world.register("anna")


def test_a_prediction_that_cannot_be_erased_delays_neither_the_others_nor_the_files(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (world.run(world.submit(anna)) for _ in range(3))
    world.accounts.delete(anna, PASSWORD)
    erase = PredictionRepository.erase

    def broken(repository: PredictionRepository, prediction_id: str, now: float) -> None:
        if prediction_id == second.prediction_id:
            raise OSError("out of order")
        erase(repository, prediction_id, now)

    with monkeypatch.context() as outage:
        outage.setattr(PredictionRepository, "erase", broken)
        world.dispatcher.run()
        world.finish_erasures()
        assert [erased(world, prediction) for prediction in (first, second, third)] == [True, False, True]
        assert world.objects() == []
        assert world.pending_erasures() == [anna.id]

    world.clock.advance(FAILED_SECONDS_MAX)
    world.dispatcher.run()
    assert erased(world, second)
    assert world.pending_erasures() == []


@pytest.mark.parametrize("prefix", ["inputs", "results", "uploads"])
def test_a_prefix_that_cannot_be_deleted_does_not_delay_the_others(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    world.run(world.submit(anna))
    world.files.put(f"uploads/{anna.id}/some", b"ID", "text/csv")
    world.accounts.delete(anna, PASSWORD)
    delete_all = FileStore.delete_all

    def broken(store: FileStore, deleted_prefix: str, *arguments: Any) -> bool:
        if deleted_prefix.startswith(prefix):
            raise OSError("out of order")
        return delete_all(store, deleted_prefix, *arguments)

    with monkeypatch.context() as outage:
        outage.setattr(FileStore, "delete_all", broken)
        world.dispatcher.run()
    assert {key.split("/")[0] for key in world.objects()} == {prefix}

    world.clock.advance(INDEX_LAG_SECONDS)
    world.dispatcher.run()
    assert world.objects() == []


def test_any_number_of_failing_erasures_does_not_delay_the_others(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        world.users.request_erasure(f"0000-{number}", world.clock())
    world.accounts.delete(anna, PASSWORD)
    run = Erasure.run

    def broken(erasure: Erasure, user_id: str, *arguments: Any) -> int:
        if user_id.startswith("0000-"):
            raise OSError("out of order")
        return run(erasure, user_id, *arguments)

    monkeypatch.setattr(Erasure, "run", broken)
    for _ in range(3):
        world.dispatcher.run()
    world.clock.advance(world.erasure.recheck_delays[-1])
    for _ in range(3):
        world.dispatcher.run()

    assert anna.id not in world.pending_erasures()
    assert len(world.pending_erasures()) == 60


@pytest.mark.parametrize("time", ["in the first run", "in the last run"])
def test_an_erasure_request_that_is_repeated_during_the_erasure_is_not_lost(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch, time: str
) -> None:
    world.accounts.delete(anna, PASSWORD)
    world.clock.advance(0 if time == "in the first run" else world.erasure.recheck_delays[-1])
    run = Erasure.run

    def request_again_and_run(erasure: Erasure, user_id: str, *arguments: Any) -> int:
        world.clock.advance(1)
        world.users.request_erasure(user_id, world.clock())
        return run(erasure, user_id, *arguments)

    with monkeypatch.context() as repeated:
        repeated.setattr(Erasure, "run", request_again_and_run)
        world.dispatcher.run()

    assert world.users.erasures(world.clock()) == {anna.id: world.clock()}


def test_a_request_leaves_the_rest_of_many_predictions_to_the_dispatcher(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictions = [world.run(world.submit(anna)) for _ in range(3)]
    world.accounts.delete(anna, PASSWORD)
    erase = PredictionRepository.erase

    def slow(repository: PredictionRepository, prediction_id: str, now: float) -> None:
        world.clock.advance(3)
        erase(repository, prediction_id, now)

    with monkeypatch.context() as busy:
        busy.setattr(PredictionRepository, "erase", slow)
        with pytest.raises(OutOfTimeError):
            world.erasure.run(anna.id, 10)
    assert [erased(world, prediction) for prediction in predictions] == [False, True, True], "newest first"
    assert world.objects() == [], "half of the time is left for the files"
    assert audit_of(world) == []

    world.dispatcher.run()
    assert all(erased(world, prediction) for prediction in predictions)


@pytest.fixture
def slow_deletion(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Let each deletion take four seconds and delete at most two objects; return the times of the deletions."""
    deleted_at: list[float] = []

    def wait(**_: Any) -> None:
        deleted_at.append(world.clock())
        world.clock.advance(4)

    monkeypatch.setattr(file_store, "_DELETE_BATCH_MAX", 2)
    events = aws.s3().meta.events
    events.register("before-call.s3.DeleteObjects", wait)
    yield deleted_at
    events.unregister("before-call.s3.DeleteObjects", wait)


def test_row_19_a_request_leaves_the_rest_of_many_files_to_the_dispatcher(
    world: World, anna: User, slow_deletion: list[float]
) -> None:
    for number in range(20):
        world.files.put(f"results/{anna.id}/{number}", b"x", "text/csv")
    world.accounts.delete(anna, PASSWORD)
    started_at = world.clock()

    with pytest.raises(OutOfTimeError):
        world.erasure.run(anna.id, 10)

    assert [at - started_at for at in slow_deletion] == [0, 4, 8], "none is begun after ten seconds"
    assert len(world.objects()) == 14
    for _ in range(10):
        world.clock.advance(60)
        world.dispatcher.run()
    assert world.objects() == []
    assert world.pending_erasures() == [anna.id], "an upload may still be under way"
    world.finish_erasures()
    assert world.pending_erasures() == []


def test_a_deletion_that_runs_out_of_time_is_answered_and_the_dispatcher_does_the_rest(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eraser, "ACCOUNT_SECONDS_MAX", 0)
    with served(settings) as services:
        api = Api(services)
        api.token = register(api, "anna")
        user_id = api.ask("GET", "/api/auth/me")["id"]
        api.finished("lasso")

        api.ask("DELETE", "/api/auth/me", {"password": PASSWORD})

        assert services.audit_reader.objects_under(f"results/{user_id}/")
        monkeypatch.undo()
        services.dispatcher.run()
        assert not services.audit_reader.objects_under(f"results/{user_id}/")
        assert list(services.prediction_repository.unerased(user_id)) == []


def test_accounts_with_many_files_do_not_delay_the_others(world: World, slow_deletion: list[float]) -> None:
    users = [world.register(name) for name in ("anna", "boris", "clara")]
    by_id = sorted(users, key=lambda user: user.id)
    for user in by_id[:2]:
        for number in range(60):
            world.files.put(f"results/{user.id}/{number}", b"x", "text/csv")
    world.files.put(f"inputs/{by_id[2].id}/x", b"x", "text/csv")
    for user in users:
        world.accounts.delete(user, PASSWORD)

    started_at = world.clock()
    world.dispatcher.run()
    assert world.clock() - started_at < 30, "the function ends before it is killed"
    world.clock.advance(30)
    world.dispatcher.run()

    assert world.objects(f"inputs/{by_id[2].id}/") == []


def test_an_erasure_that_runs_out_of_time_is_not_finished(world: World, anna: User, slow_deletion: list[float]) -> None:
    world.accounts.delete(anna, PASSWORD)
    world.clock.advance(world.erasure.recheck_delays[-1])
    for number in range(20):
        world.files.put(f"results/{anna.id}/{number}", b"x", "text/csv")

    world.dispatcher.run()

    assert world.objects() != []
    assert world.pending_erasures() == [anna.id]


def test_a_worker_that_fails_after_it_lost_its_claim_leaves_no_files(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    prediction = world.submit(anna, patients(1001))  # its result has two files
    put_stream = FileStore.put_stream
    written: list[str] = []

    def fail_after_the_first_file(store: FileStore, key: str, *arguments: Any) -> StoredObject:
        if written:
            raise OSError("out of order")
        world.settlement.fail(world.read(prediction), "dead_letter")
        world.predictions.delete(anna, prediction.prediction_id, "ended")
        written.append(key)
        return put_stream(store, key, *arguments)

    monkeypatch.setattr(FileStore, "put_stream", fail_after_the_first_file)
    with pytest.raises(OSError, match="out of order"):
        world.worker_with(FakeModel()).run(prediction.prediction_id)

    assert written
    assert world.objects() == []


def test_the_history_of_an_account_that_is_being_deleted_is_empty(world: World, anna: User) -> None:
    world.run(world.submit(anna))
    world.accounts.delete(anna, PASSWORD)
    world.erasure.run(anna.id)

    assert world.predictions.history(anna, None) == ([], None)


def test_an_erasure_that_cannot_be_postponed_does_not_delay_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("anna", "boris"):
        user = world.register(name)
        world.submit(user)
        world.accounts.delete(user, PASSWORD)

    def out_of_order(*_: Any) -> None:
        raise OSError("out of order")

    monkeypatch.setattr(UserRepository, "postpone_erasure", out_of_order)
    world.dispatcher.run()

    assert world.objects() == []


def test_logging_out_of_a_deleted_account_is_no_error(world: World, anna: User) -> None:
    world.accounts.delete(anna, PASSWORD)
    world.accounts.log_out(anna)


def test_a_password_that_changes_during_the_deletion_deletes_nothing(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = UserRepository.close

    def change_password_and_close(repository: UserRepository, *arguments: Any) -> None:
        world.accounts.change_password(anna, PASSWORD, "another good one")
        close(repository, *arguments)

    monkeypatch.setattr(UserRepository, "close", change_password_and_close)
    with pytest.raises(WrongPasswordError):
        world.accounts.delete(anna, PASSWORD)

    assert world.accounts.log_in(Credentials(name="anna", password="another good one"))
    assert world.pending_erasures() == []
