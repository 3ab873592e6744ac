"""The user's operations on predictions: submit, retry, show, list, describe, cancel, delete, read the result."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict, Unpack

from chalicelib.auth.repository import User
from chalicelib.billing.ledger import Ledger, new_entry_id
from chalicelib.billing.payments import ChargeRefusedError, Cost, Payments
from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError, Item, ItemKey
from chalicelib.core.errors import DomainError, TemporarilyUnavailableError
from chalicelib.core.idempotency import IdempotencyKey, IdempotencyKeys
from chalicelib.core.ids import is_id, new_id
from chalicelib.core.observability import metrics
from chalicelib.core.observability.context import bind
from chalicelib.core.observability.logging import log, log_exception
from chalicelib.core.observability.metrics import Metric
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.catalog import Catalog, Offer
from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.patient_file.findings import (
    TooManyRowsError,
    refuse_rejected_for_its_rows,
    refuse_surely_too_many_rows,
    refuse_too_many_rows,
)
from chalicelib.inference.predictions.description import Description
from chalicelib.inference.predictions.options import DEFAULT_OPTIONS, Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.queue import InferenceQueue
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.results.reader import result_expired
from chalicelib.inference.results.result import Result
from chalicelib.inference.storage.file_store import (
    FileChangedError,
    FileGoneError,
    FileStore,
    bad_rows_key,
    input_key,
    input_prefix,
    result_prefix,
    upload_key,
)
from chalicelib.inference.storage.uploads import (
    UploadChangedError,
    Uploads,
    estimated_rows,
    refuse_too_large,
    unknown_upload,
)

OnlyIf = Literal["queued", "ended"]
"""Condition of a deletion: the prediction must be queued (cancel only) or ended (delete files only)."""


class UnknownPredictionError(DomainError):
    """The user has no prediction with this id. Whether another user has it is not disclosed."""

    status = 404
    code = "unknown_prediction"
    title = "There is no such prediction"


class InputExpiredError(DomainError):
    """The patients' file has expired or was deleted by its owner, so it can't be run again."""

    status = 410
    code = "input_expired"
    title = "The patients' file is no longer stored"


class NotEndedError(DomainError):
    """The prediction has not ended. Only an ended one can be retried or have its files deleted."""

    status = 409
    code = "not_ended"
    title = "This prediction has not ended"


class NotFinishedError(DomainError):
    """The prediction has no result: it has not ended yet, or it ended without one."""

    status = 409
    code = "not_finished"
    title = "There is no result"


class NotQueuedError(DomainError):
    """The prediction has ended, so it can't be cancelled. Its files are kept."""

    status = 409
    code = "not_queued"
    title = "This prediction has ended"


class FilesDeletedError(DomainError):
    """The files of the prediction were deleted, and its name and note with them. It can't get new ones."""

    status = 409
    code = "files_deleted"
    title = "The files of this prediction were deleted"


class StillRunningError(DomainError):
    """A worker is running the prediction. It can be neither cancelled nor deleted."""

    status = 409
    code = "prediction_running"
    title = "This prediction is running"


class AlreadyCancelledError(DomainError):
    """The prediction is already cancelled. Its files are kept, unless `only_if=ended` asks for their deletion."""

    status = 409
    code = "already_cancelled"
    title = "This prediction is already cancelled"


def _add_to_log_line(prediction: Prediction) -> None:
    """Add the prediction to the log line of the request."""
    bind(prediction=prediction.prediction_id, model=prediction.model_id, rows=prediction.rows)


class _FileFields(TypedDict):
    """The fields of a new prediction that describe its file and options; see ``Prediction``."""

    rows: int
    input_sha256: str | None
    file_name: str | None
    ignored_columns: tuple[str, ...]
    units: dict[str, str]
    assumptions: tuple[Assumption, ...]
    bad_rows: int
    options: Options
    is_checked: NotRequired[bool]
    retry_of: NotRequired[str]
    upload_id: str | None


@dataclass(frozen=True, slots=True)
class AcceptedSubmission:
    """An accepted submission: its prediction, and the balance after the charge.

    The balance of a new prediction is the one before the submission, less the cost. Charges at the same moment are not
    in it. That of a repeated request is None if it could not be read.
    """

    prediction: Prediction
    balance: int | None


@dataclass(eq=False)
class Predictions:
    """Submits, retries, describes, cancels, deletes and reads the predictions of a user."""

    _repository: PredictionRepository
    _files: FileStore
    _queue: InferenceQueue
    _ledger: Ledger
    _payments: Payments
    _settlement: Settlement
    _keys: IdempotencyKeys
    _catalog: Catalog
    _uploads: Uploads
    _settings: Settings
    _clock: Clock

    def submit(
        self,
        user: User,
        model_id: str,
        content: bytes,
        file_name: str | None,
        key_text: str | None = None,
        options: Options = DEFAULT_OPTIONS,
    ) -> AcceptedSubmission:
        """Check and store ``content``, charge for the prediction and queue it.

        A repeated request with the same idempotency key returns the first prediction.

        The file is stored before the transaction that charges, and the message is sent after it. If the process dies in
        between, the prediction serves as the outbox: the dispatcher sends it.

        Raises
        ------
        UnknownModelError, ModelDisabledError, InvalidFileError, NotEnoughCoinsError, TooManyOpenChargesError,
        InvalidIdempotencyKeyError, IdempotencyKeyReusedError
            Nothing was charged.
        """
        refuse_too_large(len(content), self._settings.upload_bytes_max, self._settings)
        sha256 = hashlib.sha256(content).hexdigest()
        key = IdempotencyKey.of(user.id, key_text, "submit", model_id, sha256, *options.key_texts())

        def submit() -> AcceptedSubmission:
            offer = self._catalog.get_enabled(model_id)
            return self._submit_content(user, offer, content, sha256, file_name, key, options)

        return self._once(user, key, submit)

    def _submit_content(
        self,
        user: User,
        offer: Offer,
        content: bytes,
        sha256: str,
        file_name: str | None,
        key: IdempotencyKey | None,
        options: Options,
        upload_id: str | None = None,
    ) -> AcceptedSubmission:
        from chalicelib.inference.patient_file.validator import check_file  # noqa: PLC0415 - only files need it

        checked = check_file(content, options.reading, skip=options.skip, rows_max=self._settings.rows_max)
        self._refuse_early(user, offer)
        prediction = self._new_prediction(
            user, offer, rows=checked.rows, input_sha256=sha256, file_name=file_name,
            ignored_columns=checked.ignored, units=checked.units, assumptions=checked.assumptions,
            bad_rows=checked.bad_rows, options=options, upload_id=upload_id,
        )  # fmt: skip
        self._files.put(prediction.input_key, checked.content, "text/csv; charset=utf-8")
        if checked.bad_rows:
            self._files.put(bad_rows_key(user.id, prediction.prediction_id), checked.bad, "application/x-ndjson")
        return self._accept(user, prediction, key)

    def submit_upload(
        self,
        user: User,
        model_id: str,
        upload_id: str,
        file_name: str | None,
        key_text: str | None = None,
        options: Options = DEFAULT_OPTIONS,
    ) -> AcceptedSubmission:
        """Submit an uploaded file. Of a large file, the beginning is checked here, and all of it by the worker.

        The worker reads a copy of the checked object, under a key that clients cannot write.

        Raises
        ------
        UnknownUploadError, UploadChangedError, and the errors of ``submit``
            Nothing was charged.
        """
        key = IdempotencyKey.of(user.id, key_text, "submit upload", model_id, upload_id, *options.key_texts())
        return self._once(
            user, key, lambda: self._submit_upload(user, model_id, upload_id, file_name, key, options)
        )  # fmt: skip

    def _submit_upload(
        self,
        user: User,
        model_id: str,
        upload_id: str,
        file_name: str | None,
        key: IdempotencyKey | None,
        options: Options,
    ) -> AcceptedSubmission:
        offer = self._catalog.get_enabled(model_id)
        stored = self._uploads.find(user, upload_id)
        beginning = self._uploads.beginning(user, upload_id, stored)
        if len(beginning) == stored.size:
            sha256 = hashlib.sha256(beginning).hexdigest()
            return self._submit_content(user, offer, beginning, sha256, file_name, key, options, upload_id)
        from chalicelib.inference.patient_file.validator import inspect  # noqa: PLC0415 - only files need it

        # Only the worker can count the rows. The estimate refuses a file only if it surely has too many.
        inspection = inspect(io.BytesIO(beginning), options.reading, is_sample=True, rows_max=self._settings.rows_max)
        inspection.raise_if_bad(skip=options.skip)
        rows = estimated_rows(inspection.rows, beginning, stored)
        refuse_surely_too_many_rows(rows, self._settings.rows_max)
        self._refuse_early(user, offer)
        prediction = self._new_prediction(
            user, offer, rows=rows, input_sha256=None, file_name=file_name,
            ignored_columns=inspection.ignored, units=inspection.units, assumptions=inspection.assumptions, bad_rows=0,
            options=options, is_checked=False, upload_id=upload_id,
        )  # fmt: skip
        try:
            self._files.copy(upload_key(user.id, upload_id), prediction.input_key, stored.etag)
        except FileGoneError as error:
            raise unknown_upload() from error
        except FileChangedError as error:
            raise UploadChangedError(
                "The upload was replaced by another file meanwhile. Please submit it again."
            ) from error
        return self._accept(user, prediction, key)

    def retry(
        self, user: User, prediction_id: str, key_text: str | None = None, model_id: str | None = None
    ) -> AcceptedSubmission:
        """Run the file of an ended prediction again, as a new prediction at the current price.

        ``model_id`` names another model. All models read the same columns, so they accept the same files.

        Raises
        ------
        UnknownPredictionError, NotEndedError, TooManyRowsError, InputExpiredError, and the errors of ``submit`` about
        coins, models and keys
            Nothing was charged.
        """
        key = IdempotencyKey.of(
            user.id, key_text, "retry", prediction_id, *([model_id] if model_id is not None else [])
        )
        return self._once(user, key, lambda: self._retry(user, prediction_id, model_id, key))

    def _retry(
        self, user: User, prediction_id: str, model_id: str | None, key: IdempotencyKey | None
    ) -> AcceptedSubmission:
        ended = self.get(user, prediction_id)
        if not ended.status.is_end:
            raise NotEndedError("This prediction has not ended yet. You can run it again after its end.")
        self._refuse_retry_of_too_many_rows(ended)
        offer = self._catalog.get_enabled(ended.model_id if model_id is None else model_id)
        self._refuse_early(user, offer)
        prediction = self._new_prediction(
            user, offer, rows=ended.rows, input_sha256=ended.input_sha256, file_name=ended.file_name,
            ignored_columns=ended.ignored_columns, units=ended.units, assumptions=ended.assumptions,
            bad_rows=ended.bad_rows, options=ended.options, is_checked=ended.is_checked, retry_of=prediction_id,
            upload_id=ended.upload_id,
        )  # fmt: skip
        try:
            self._files.copy(ended.input_key, prediction.input_key)
            if ended.bad_rows and ended.is_checked:
                source, target = (bad_rows_key(user.id, owner.prediction_id) for owner in (ended, prediction))
                self._files.copy(source, target)
        except FileGoneError as error:
            self._delete_refused_input(prediction)
            raise InputExpiredError("The patients' file is no longer stored. Please submit it again.") from error
        return self._accept(user, prediction, key)

    def _refuse_retry_of_too_many_rows(self, ended: Prediction) -> None:
        """Refuse to retry a file with too many rows, because the worker would reject and refund it every time."""
        rows_max = self._settings.rows_max
        if ended.error_code == TooManyRowsError.code:
            refuse_rejected_for_its_rows(rows_max)
        if ended.is_checked or ended.status is Status.SUCCEEDED:
            refuse_too_many_rows(ended.rows, rows_max)
        else:  # ``rows`` is an estimate
            refuse_surely_too_many_rows(ended.rows, rows_max)

    def delete(self, user: User, prediction_id: str, only_if: OnlyIf | None = None) -> Prediction:
        """Cancel and refund a queued prediction, or delete the files of an ended one.

        ``only_if`` allows only one of the two. A prediction may end between the display of the page and a click on
        "cancel", and this click must not delete a result that was paid for. The condition is checked against the status
        at the moment of the change.

        Raises
        ------
        UnknownPredictionError, NotQueuedError, NotEndedError, AlreadyCancelledError, StillRunningError
            Nothing was changed.
        """
        while True:
            prediction = self.get(user, prediction_id)
            if prediction.status is not Status.QUEUED:
                return self._delete_files(prediction, only_if)
            if only_if == "ended":
                raise NotEndedError("This prediction has not ended yet. Nothing was cancelled or deleted.")
            try:
                self._settlement.cancel(prediction)
            except ConditionFailedError:
                continue  # a worker or another request changed the prediction first: read it again
            return self.get(user, prediction_id)

    def _delete_files(self, prediction: Prediction, only_if: OnlyIf | None) -> Prediction:
        """Delete the files of an ended prediction. Its status can't change any more, so no condition is needed."""
        if prediction.status is Status.RUNNING:
            raise StillRunningError("This prediction is running and can't be cancelled any more.")
        if only_if == "queued":
            raise NotQueuedError("This prediction has ended already. Nothing was cancelled or deleted.")
        # A second click on "cancel" must not delete the files. ``only_if="ended"`` asks for their deletion.
        if prediction.status is Status.CANCELLED and only_if is None:
            raise AlreadyCancelledError("This prediction is already cancelled, and its coins were refunded.")
        # Mark the files as deleted before deleting them. After a crash, deleting again finishes the job.
        deleted = self._repository.mark_files_deleted(prediction.prediction_id, self._clock())
        self._files.delete_all(result_prefix(prediction.user_id, prediction.prediction_id))
        self._files.delete_all(input_prefix(prediction.user_id, prediction.prediction_id))
        if prediction.upload_id:
            self._files.delete_all(upload_key(prediction.user_id, prediction.upload_id))
        return deleted

    def describe(self, user: User, prediction_id: str, description: Description) -> Prediction:
        """Set the name and the note of a prediction, as far as they were sent. An empty text removes its field.

        Of two requests at the same moment the later one wins, for each field.

        Raises
        ------
        UnknownPredictionError, FilesDeletedError
            Nothing was changed.
        """
        prediction = self.get(user, prediction_id)
        if not description.sent:
            return prediction
        try:
            return self._repository.describe(prediction, description.sent)
        except ConditionFailedError as error:
            raise FilesDeletedError(
                "The files of this prediction were deleted, and its name and note with them."
            ) from error

    def _refuse_early(self, user: User, offer: Offer) -> None:
        """Refuse the charge before anything is stored, if the account as it was read does not allow it."""
        self._payments.refuse_early(offer.coins, user.balance, user.open_charges)

    def _once(
        self, user: User, key: IdempotencyKey | None, submit: Callable[[], AcceptedSubmission]
    ) -> AcceptedSubmission:
        """Call ``submit``. If it is refused, return the prediction of the first request with ``key`` if there was one.

        The key is looked up only after a refusal: the charge refuses a key that is in use, and the other checks may
        refuse a request that was accepted before.
        """
        try:
            return submit()
        except DomainError:
            outcome = self._keys.outcome(key, self._clock()) if key else None
            if outcome is None:
                raise
            return AcceptedSubmission(self.get(user, outcome), self._ledger.balance_if_readable(user.id))

    def _new_prediction(self, user: User, offer: Offer, **fields: Unpack[_FileFields]) -> Prediction:
        now = self._clock()
        prediction_id = new_id()
        return Prediction(
            prediction_id=prediction_id,
            user_id=user.id,
            model_id=offer.id,
            model_version=offer.version,
            cost=offer.coins,
            input_key=input_key(user.id, prediction_id),
            charge_entry_id=new_entry_id(now),
            created_at=now,
            due_at=now + self._settings.dispatch_grace_seconds,
            **fields,
        )

    def _accept(self, user: User, prediction: Prediction, key: IdempotencyKey | None) -> AcceptedSubmission:
        """Charge for ``prediction`` and send it."""
        self._charge(prediction, key)
        _add_to_log_line(prediction)
        self._send(prediction)
        return AcceptedSubmission(prediction, user.balance - prediction.cost)

    def _delete_refused_input(self, prediction: Prediction) -> None:
        """Delete the input files of a refused submission. Best effort: a failure is logged, and the files expire."""
        try:
            self._files.delete_all(input_prefix(prediction.user_id, prediction.prediction_id))
        except Exception:  # noqa: BLE001
            log_exception("refused input not deleted", user=prediction.user_id)

    def _charge(self, prediction: Prediction, key: IdempotencyKey | None) -> None:
        """Write ``prediction`` and charge for it. Delete its files if the charge is refused."""
        created_at, prediction_id = prediction.created_at, prediction.prediction_id
        cost = Cost(prediction.user_id, prediction_id, prediction.cost, prediction.charge_entry_id, created_at)
        key_record = self._keys.record(key, prediction_id, created_at) if key else None
        try:
            self._payments.charge(cost, self._repository.new(prediction), key_record)
        except ChargeRefusedError as refused:
            self._delete_refused_input(prediction)
            # Without a reason the key is in use, and the first request's prediction is returned instead of this error,
            # unless the key has expired since.
            raise refused.reason or TemporarilyUnavailableError(
                "The Idempotency-Key expired at this moment. Nothing was charged. Please try again."
            ) from refused
        log(
            "prediction accepted",
            prediction=prediction.prediction_id,
            user=prediction.user_id,
            model=prediction.model_id,
            rows=prediction.rows,
            cost=prediction.cost,
        )
        metrics.add(Metric.PREDICTIONS_ACCEPTED)

    def _send(self, prediction: Prediction) -> None:
        try:
            self._queue.send(prediction.prediction_id)
        except Exception:  # noqa: BLE001
            # The prediction is stored and charged, so it is accepted. The dispatcher will send it.
            log_exception("message not sent, left to the dispatcher", prediction=prediction.prediction_id)

    def get(self, user: User, prediction_id: str) -> Prediction:
        """Return a prediction of the user.

        Raises
        ------
        UnknownPredictionError
        """
        return self._owned(user, self._repository.get(prediction_id) if is_id(prediction_id) else None)

    def get_with_user(self, read: Callable[[ItemKey], tuple[User, Item]], prediction_id: str) -> Prediction:
        """Return a prediction of the user whom ``read`` reads together with the prediction's item, by one call.

        Raises
        ------
        UnknownPredictionError, and the errors of ``read``
        """
        user, item = read(self._repository.key(prediction_id))
        return self._owned(user, self._repository.of_item(item))

    def _owned(self, user: User, prediction: Prediction | None) -> Prediction:
        if prediction is None or prediction.user_id != user.id:
            raise UnknownPredictionError("You have no prediction with this id.")
        _add_to_log_line(prediction)
        return prediction

    def history(self, user: User, cursor: str | None) -> tuple[list[Prediction], str | None]:
        """Return a page of the user's predictions, newest first, and the cursor of the next page."""
        return self._repository.history(user.id, cursor)


def result_of(prediction: Prediction) -> Result:
    """Return the result of a prediction. Its files may have expired.

    Raises
    ------
    NotFinishedError, ResultExpiredError
    """
    # Check this first: a prediction without a result has no result files that could expire.
    if prediction.result is None:
        reason = "has no result" if prediction.status.is_end else "is not finished yet"
        raise NotFinishedError(f"This prediction {reason}.", prediction_status=prediction.status)
    if prediction.files_deleted_at is not None:
        raise result_expired()
    return prediction.result
