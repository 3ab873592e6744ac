"""Uploads of large files: the form, the submission, the check by the worker, and the deletion."""

import hashlib
import io
from typing import Any

import pytest

from chalicelib.core import aws
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.price_overrides import CACHE_SECONDS, Override
from chalicelib.inference.patient_file.findings import FileTooLargeError, InvalidRowsError
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.receipt import receipt
from chalicelib.inference.storage.file_store import FileStore, upload_key
from chalicelib.inference.storage.uploads import UnknownUploadError, UploadChangedError
from tests.unit.support import PASSWORD, FakeClock, World, csv_of

GOOD, BAD = {"Bilirubin": "2"}, {"Bilirubin": "x"}
MANY = [GOOD] * 400


@pytest.fixture
def world(settings: Settings, clock: FakeClock) -> World:
    """A world with a direct limit of a few dozen patients, so that the tests' large files are small."""
    limits = {"upload_bytes_max": 2000, "large_upload_bytes_max": 50_000}
    return World(settings.model_copy(update=limits), clock=clock)


def upload_file(world: World, user_id: str, content: bytes, upload_id: str = "a" * 32) -> str:
    world.files.put(upload_key(user_id, upload_id), content, "text/csv")
    return upload_id


def run(world: World, prediction: Prediction) -> Prediction:
    world.worker.run(prediction.prediction_id)
    return world.read(prediction)


def test_the_upload_form_is_limited_to_one_key_of_the_user_and_a_size(world: World) -> None:
    user = world.register()
    form = world.uploads.new(user)

    assert form["fields"]["key"] == upload_key(user.id, form["upload_id"])
    assert (form["bytes_max"], form["expires_in"]) == (50_000, 900)
    assert "x-amz-signature" in form["fields"]


def test_a_large_file_is_checked_as_a_whole_by_the_worker_and_predicted(world: World) -> None:
    user, content = world.register(), csv_of(*MANY)
    accepted = world.predictions.submit_upload(user, "mayo", upload_file(world, user.id, content), "big.csv")

    assert accepted.prediction.is_checked is False
    assert accepted.prediction.rows == pytest.approx(400, rel=0.05)  # an estimate, from the beginning
    ended = run(world, accepted.prediction)
    assert (ended.status, ended.rows, ended.rows_done) == (Status.SUCCEEDED, 400, 400)
    document = receipt(ended)
    assert document is not None
    assert document["input_sha256"] == hashlib.sha256(content).hexdigest()
    assert len(world.rows(user, ended.prediction_id, 390, 10)[1]) == 10


def test_a_large_upload_has_the_same_result_as_a_direct_submission(
    world: World, settings: Settings, clock: FakeClock
) -> None:
    user, content = world.register(), csv_of(*MANY)
    large = run(
        world, world.predictions.submit_upload(user, "mayo", upload_file(world, user.id, content), None).prediction
    )
    direct = run(world, World(settings, clock=clock).predictions.submit(user, "mayo", content, None).prediction)
    assert large.result
    assert direct.result
    assert large.result.csv_sha256 == direct.result.csv_sha256


def test_a_bad_row_past_the_beginning_is_found_by_the_worker_and_refunded(world: World) -> None:
    user = world.register()
    rows = [*MANY, BAD]
    accepted = world.predictions.submit_upload(user, "mayo", upload_file(world, user.id, csv_of(*rows)), None)
    assert accepted.balance == 480

    ended = run(world, accepted.prediction)

    assert (ended.status, ended.error_code) == (Status.REJECTED, "invalid_rows")
    assert ended.error_info
    assert "row 401" in ended.error_info
    assert "Row 401: 'x' is not a number" in ended.error_info
    assert world.balance(user) == 500


def test_bad_rows_past_the_beginning_can_be_skipped(world: World) -> None:
    user, skip = world.register(), Options(on_error="skip")
    rows = [GOOD, BAD, *MANY, BAD]
    upload = upload_file(world, user.id, csv_of(*rows))
    ended = run(world, world.predictions.submit_upload(user, "mayo", upload, None, None, skip).prediction)

    assert (ended.status, ended.rows, ended.bad_rows) == (Status.SUCCEEDED, 403, 2)
    assert [row["row"] for row in world.rows(user, ended.prediction_id, 0, 500)[1] if row["errors"]] == [2, 403]


def test_a_bad_row_at_the_beginning_refuses_the_file_before_anything_is_charged(world: World) -> None:
    user = world.register()
    with pytest.raises(InvalidRowsError):
        world.predictions.submit_upload(user, "mayo", upload_file(world, user.id, csv_of(BAD, *MANY)), None)
    assert world.balance(user) == 500


def test_a_small_upload_is_checked_completely_at_submission(world: World) -> None:
    user, content = world.register(), csv_of(GOOD, GOOD)
    accepted = world.predictions.submit_upload(user, "mayo", upload_file(world, user.id, content), None)
    assert accepted.prediction.is_checked
    assert accepted.prediction.input_sha256 == hashlib.sha256(content).hexdigest()


def test_the_same_key_and_small_upload_make_one_prediction(world: World) -> None:
    user = world.register()
    upload = upload_file(world, user.id, csv_of(GOOD))
    first, again = (world.predictions.submit_upload(user, "mayo", upload, None, "key") for _ in range(2))
    assert first.prediction.prediction_id == again.prediction.prediction_id
    assert world.balance(user) == 480


def test_a_retry_of_a_large_file_checks_it_again(world: World) -> None:
    user = world.register()
    first = run(
        world,
        world.predictions.submit_upload(user, "mayo", upload_file(world, user.id, csv_of(*MANY)), None).prediction,
    )
    again = run(world, world.predictions.retry(user, first.prediction_id).prediction)
    assert first.result
    assert again.result
    assert (again.status, again.result.csv_sha256) == (Status.SUCCEEDED, first.result.csv_sha256)


def test_the_same_key_and_upload_make_one_prediction(world: World) -> None:
    user = world.register()
    upload = upload_file(world, user.id, csv_of(*MANY))
    first, again = (world.predictions.submit_upload(user, "mayo", upload, None, "key") for _ in range(2))
    assert first.prediction.prediction_id == again.prediction.prediction_id
    assert world.balance(user) == 480


@pytest.mark.parametrize("content", [csv_of(*MANY), csv_of(GOOD)], ids=["large", "small"])
def test_a_key_returns_the_first_prediction_after_the_upload_is_deleted_and_the_model_disabled(
    world: World, content: bytes
) -> None:
    user = world.register()
    upload = upload_file(world, user.id, content)
    first = world.predictions.submit_upload(user, "mayo", upload, None, "key").prediction
    run(world, first)
    world.predictions.delete(user, first.prediction_id)
    world.price_overrides.put("mayo", Override(enabled=False))
    world.clock.advance(CACHE_SECONDS)

    again = world.predictions.submit_upload(user, "mayo", upload, None, "key").prediction

    assert again.prediction_id == first.prediction_id


@pytest.mark.parametrize("upload_id", ["b" * 32, "../x", "", "a" * 32])
def test_a_missing_upload_or_one_of_another_user_is_unknown(world: World, upload_id: str) -> None:
    anna, bert = world.register("anna"), world.register("bert")
    upload_file(world, bert.id, csv_of(*MANY))
    with pytest.raises(UnknownUploadError):
        world.predictions.submit_upload(anna, "mayo", upload_id, None)
    with pytest.raises(UnknownUploadError):
        world.dry_runs.of_upload(anna, "mayo", upload_id)
    assert world.balance(anna) == 500


def test_an_upload_that_changes_while_it_is_submitted_is_not_charged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    upload = upload_file(world, user.id, csv_of(*MANY))
    read_range = FileStore.read_range

    def read_and_replace(self: FileStore, key: str, start: int, end: int) -> bytes:
        content = read_range(self, key, start, end)
        self.put(key, csv_of(*MANY, BAD), "text/csv")
        return content

    monkeypatch.setattr(FileStore, "read_range", read_and_replace)
    with pytest.raises(UploadChangedError):
        world.predictions.submit_upload(user, "mayo", upload, None)
    assert world.balance(user) == 500
    assert world.objects(f"inputs/{user.id}/") == []


def test_a_file_uploaded_after_the_submission_is_not_predicted(world: World) -> None:
    user = world.register()
    upload = upload_file(world, user.id, csv_of(*MANY))
    accepted = world.predictions.submit_upload(user, "mayo", upload, None)
    upload_file(world, user.id, b"\x89PNG")
    assert run(world, accepted.prediction).status is Status.SUCCEEDED


def test_a_file_above_the_limits_is_refused(world: World) -> None:
    user = world.register()
    upload = upload_file(world, user.id, csv_of(*[GOOD] * 4000))
    with pytest.raises(FileTooLargeError, match="Please split it"):
        world.predictions.submit_upload(user, "mayo", upload, None)
    with pytest.raises(FileTooLargeError, match="POST /api/uploads"):
        world.predictions.submit(user, "mayo", csv_of(*MANY), None)


def test_a_dry_run_of_a_large_file_checks_its_beginning_and_says_so(world: World) -> None:
    user = world.register()
    large = world.dry_runs.of_upload(user, "mayo", upload_file(world, user.id, csv_of(*MANY, BAD)))
    assert large["sampled"]
    assert large["accepted"]
    assert 10 < large["rows"] < 400
    small = world.dry_runs.of_upload(user, "mayo", upload_file(world, user.id, csv_of(GOOD, BAD)))
    assert (small["sampled"], small["accepted"], small["rows"]) == (False, False, 2)


@pytest.mark.parametrize("content", [csv_of(*MANY), csv_of(GOOD)], ids=["large", "small"])
def test_row_19_the_files_of_a_prediction_are_deleted_with_the_upload_that_it_came_from(
    world: World, content: bytes
) -> None:
    user = world.register()
    other_upload = upload_file(world, user.id, content, "b" * 32)
    upload = upload_file(world, user.id, content)
    prediction = world.predictions.submit_upload(user, "mayo", upload, "big.csv").prediction
    run(world, prediction)
    again = world.predictions.retry(user, prediction.prediction_id).prediction

    world.predictions.delete(user, prediction.prediction_id)
    assert world.objects("uploads/") == [upload_key(user.id, other_upload)]

    upload_file(world, user.id, content)
    run(world, again)
    world.predictions.delete(user, again.prediction_id)
    assert world.objects() == [upload_key(user.id, other_upload)]


def test_row_19_an_upload_that_was_never_submitted_is_deleted_on_request(world: World) -> None:
    user = world.register()
    other_upload = upload_file(world, user.id, csv_of(GOOD), "b" * 32)
    upload = upload_file(world, user.id, csv_of(*[GOOD] * 4000))  # too large to be submitted

    world.uploads.delete(user, upload)

    assert world.objects() == [upload_key(user.id, other_upload)]
    with pytest.raises(UnknownUploadError):
        world.uploads.delete(user, upload)


@pytest.mark.parametrize("upload_id", ["b" * 32, "../x", "", "a" * 31, "a" * 32])
def test_a_missing_upload_or_one_of_another_user_is_not_deleted(world: World, upload_id: str) -> None:
    anna, bert = world.register("anna"), world.register("bert")
    theirs = upload_file(world, bert.id, csv_of(GOOD))
    own = upload_file(world, anna.id, csv_of(GOOD), "c" * 32)
    with pytest.raises(UnknownUploadError):
        world.uploads.delete(anna, upload_id)
    assert sorted(world.objects()) == sorted([upload_key(bert.id, theirs), upload_key(anna.id, own)])


@pytest.mark.parametrize("content", [csv_of(*MANY), csv_of(GOOD)], ids=["large", "small"])
def test_a_prediction_keeps_its_file_after_the_deletion_of_the_upload(world: World, content: bytes) -> None:
    user = world.register()
    upload = upload_file(world, user.id, content)
    prediction = world.predictions.submit_upload(user, "mayo", upload, None).prediction

    world.uploads.delete(user, upload)

    assert run(world, prediction).status is Status.SUCCEEDED
    again = world.predictions.retry(user, prediction.prediction_id).prediction
    assert run(world, again).status is Status.SUCCEEDED


def test_a_deleted_account_leaves_no_upload(world: World) -> None:
    user = world.register()
    upload_file(world, user.id, csv_of(GOOD))
    world.accounts.delete(user, PASSWORD)
    world.erasure.run(user.id)
    assert world.objects(f"uploads/{user.id}/") == []


def test_row_19_an_upload_that_arrives_after_the_deletion_of_its_account_is_deleted_too(world: World) -> None:
    user = world.register()
    world.accounts.delete(user, PASSWORD)
    world.dispatcher.run()
    world.clock.advance(world.settings.upload_seconds + 60)
    world.dispatcher.run()

    upload_file(world, user.id, csv_of(GOOD))
    world.finish_erasures()

    assert world.pending_erasures() == []
    assert world.objects(f"uploads/{user.id}/") == []


def test_s3_verifies_each_body_by_its_signed_hash(world: World) -> None:
    hashes: list[tuple[str, str]] = []

    def record(request: Any, **_: Any) -> None:
        body = request.body
        if not isinstance(body, bytes):
            body = request.body.read()
            request.body.seek(0)
        assert request.url.startswith("https://")
        hashes.append((request.headers["X-Amz-Content-SHA256"].decode(), hashlib.sha256(body).hexdigest()))

    events = aws.s3().meta.events
    events.register("before-send.s3.PutObject", record)
    events.register("before-send.s3.UploadPart", record)
    try:
        world.files.put("inputs/small", b"small", "text/csv")
        world.files.put_stream("results/large", io.BytesIO(bytes(9 * 1024 * 1024)), 9 * 1024 * 1024, "text/csv")
    finally:
        events.unregister("before-send.s3.PutObject", record)
        events.unregister("before-send.s3.UploadPart", record)

    assert len(hashes) == 1 + 2
    assert all(signed == sent for signed, sent in hashes)
