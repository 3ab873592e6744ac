"""Predictions from the user's side: submit, look at, list, read."""

import hashlib
import io
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict, Unpack

from chalicelib.auth.repository import User
from chalicelib.billing.ledger import Ledger, new_entry_id
from chalicelib.billing.payments import ChargeRefusedError, Cost, Payments
from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.errors import DomainError, TemporarilyUnavailableError
from chalicelib.core.idempotency import IdempotencyKey, IdempotencyKeys
from chalicelib.core.ids import is_id, new_id
from chalicelib.core.observability import metrics
from chalicelib.core.observability.context import bind
from chalicelib.core.observability.logging import log, log_exception
from chalicelib.core.observability.metrics import Metric
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.catalog import Catalog, Offer
from chalicelib.inference.patient_file.findings import (
    TooManyRowsError,
    refuse_rejected_for_its_rows,
    refuse_surely_too_many_rows,
    refuse_too_many_rows,
)
from chalicelib.inference.patient_file.validator import check_file, inspect
from chalicelib.inference.predictions.options import STATED, Options
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
"""What a prediction must be at that moment to be cancelled, or to have its files deleted."""


class UnknownPredictionError(DomainError):
    """There is none of this id, or it is somebody else's: the answer is the same."""

    status = 404
    code = "unknown_prediction"
    title = "There is no such prediction"


class InputExpiredError(DomainError):
    """The patients' file was deleted, after its time or by its owner; it can't be run again."""

    status = 410
    code = "input_expired"
    title = "The patients' file is no longer stored"


class NotEndedError(DomainError):
    """Only an ended prediction can be repeated, or have its files deleted."""

    status = 409
    code = "not_ended"
    title = "This prediction has not ended"


class NotFinishedError(DomainError):
    """There is no result to read: not yet, or never."""

    status = 409
    code = "not_finished"
    title = "There is no result"


class NotQueuedError(DomainError):
    """It ended before the cancellation came, and is left as it is."""

    status = 409
    code = "not_queued"
    title = "This prediction has ended"


class StillRunningError(DomainError):
    """A worker has it: neither to be cancelled nor to be deleted."""

    status = 409
    code = "prediction_running"
    title = "This prediction is running"


class AlreadyCancelledError(DomainError):
    """The second click."""

    status = 409
    code = "already_cancelled"
    title = "This prediction was cancelled before"


def _name_in_log(prediction: Prediction) -> None:
    """The request's line says which prediction it was about."""
    bind(prediction=prediction.prediction_id, model=prediction.model_id, rows=prediction.rows)


class _Facts(TypedDict):
    """What a new prediction says of its file; see ``Prediction``."""

    rows: int
    input_sha256: str | None
    file_name: str | None
    ignored_columns: tuple[str, ...]
    units: dict[str, str]
    bad_rows: int
    options: Options
    is_checked: NotRequired[bool]
    retry_of: NotRequired[str]
    upload_id: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that was taken: its prediction, and the balance after the charge (None if it could not be read)."""

    prediction: Prediction
    balance: int | None


@dataclass(eq=False)
class Predictions:
    """The rules of submitting and reading."""

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
        options: Options = STATED,
    ) -> Accepted:
        """Check ``content``, store it, charge and queue it. The same key and request again give the same prediction.

        The file is in S3 before the transaction that charges; the message goes out after it. If the process
        dies in between, the prediction itself is the outbox: the dispatcher sends it.

        Raises
        ------
        UnknownModelError, ModelDisabledError, InvalidFileError, NotEnoughCoinsError, TooManyOpenChargesError,
        InvalidIdempotencyKeyError, IdempotencyKeyReusedError
            Nothing was charged.
        """
        refuse_too_large(len(content), self._settings.upload_bytes_max, self._settings)
        sha256 = hashlib.sha256(content).hexdigest()
        key = IdempotencyKey.of(user.id, key_text, "submit", model_id, sha256, options.units, options.on_error)
        if earlier := self._earlier_outcome(user, key):
            return earlier
        return self._submit_content(user, self._catalog.get_enabled(model_id), content, sha256, file_name, key, options)

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
    ) -> Accepted:
        checked = check_file(content, si=options.si, skip=options.skip, rows_max=self._settings.rows_max)
        self._refuse_early(user, offer)
        prediction = self._new_prediction(
            user, offer, rows=checked.rows, input_sha256=sha256, file_name=file_name,
            ignored_columns=checked.ignored, units=checked.units, bad_rows=checked.bad_rows, options=options,
            upload_id=upload_id,
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
        options: Options = STATED,
    ) -> Accepted:
        """Submit an uploaded file. Its beginning is checked; the worker checks the rest before it predicts.

        What is predicted is a copy under a key that only the server can write, of the very object that was looked at.

        Raises
        ------
        UnknownUploadError, UploadChangedError, and what ``submit`` raises
            Nothing was charged.
        """
        key = IdempotencyKey.of(
            user.id, key_text, "submit upload", model_id, upload_id, options.units, options.on_error
        )  # fmt: skip
        if earlier := self._earlier_outcome(user, key):
            return earlier
        offer = self._catalog.get_enabled(model_id)
        stored = self._uploads.find(user, upload_id)
        beginning = self._uploads.beginning(user, upload_id, stored)
        if stored.size <= self._settings.upload_bytes_max:
            sha256 = hashlib.sha256(beginning).hexdigest()
            return self._submit_content(user, offer, beginning, sha256, file_name, key, options, upload_id)
        # How many rows the whole file has, only the worker will know: it rejects what is not refused here.
        found = inspect(io.BytesIO(beginning), si=options.si, is_sample=True, rows_max=self._settings.rows_max)
        found.raise_if_bad(skip=options.skip)
        rows = estimated_rows(found.rows, beginning, stored)
        refuse_surely_too_many_rows(rows, self._settings.rows_max)
        self._refuse_early(user, offer)
        prediction = self._new_prediction(
            user, offer, rows=rows, input_sha256=None, file_name=file_name,
            ignored_columns=found.ignored, units=found.units, bad_rows=0, options=options, is_checked=False,
            upload_id=upload_id,
        )  # fmt: skip
        try:
            self._files.copy(upload_key(user.id, upload_id), prediction.input_key, stored.etag)
        except FileGoneError as error:
            raise unknown_upload() from error
        except FileChangedError as error:
            raise UploadChangedError("The file was uploaded anew in the meantime. Please submit it again.") from error
        return self._accept(user, prediction, key)

    def retry(self, user: User, prediction_id: str, key_text: str | None = None) -> Accepted:
        """Run the file of an ended prediction again, as a new prediction at today's price.

        Raises
        ------
        UnknownPredictionError, NotEndedError, TooManyRowsError, InputExpiredError, and what ``submit`` raises of coins,
        models and keys
            Nothing was charged.
        """
        key = IdempotencyKey.of(user.id, key_text, "retry", prediction_id)
        if earlier := self._earlier_outcome(user, key):
            return earlier
        ended = self.get(user, prediction_id)
        if not ended.status.is_end:
            raise NotEndedError("This prediction has not ended yet. It can be repeated once it has.")
        self._refuse_too_many_again(ended)
        offer = self._catalog.get_enabled(ended.model_id)
        self._refuse_early(user, offer)
        prediction = self._new_prediction(
            user, offer, rows=ended.rows, input_sha256=ended.input_sha256, file_name=ended.file_name,
            ignored_columns=ended.ignored_columns, units=ended.units, bad_rows=ended.bad_rows,
            options=ended.options, is_checked=ended.is_checked, retry_of=prediction_id, upload_id=ended.upload_id,
        )  # fmt: skip
        try:
            self._files.copy(ended.input_key, prediction.input_key)
            if ended.bad_rows and ended.is_checked:
                source, target = (bad_rows_key(user.id, each.prediction_id) for each in (ended, prediction))
                self._files.copy(source, target)
        except FileGoneError as error:
            self._discard(prediction)
            raise InputExpiredError("The patients' file is no longer stored. Please submit it again.") from error
        return self._accept(user, prediction, key)

    def _refuse_too_many_again(self, ended: Prediction) -> None:
        """Refuse to run again what has too many rows: it would be computed up to them and refunded, every time."""
        rows_max = self._settings.rows_max
        if ended.error_code == TooManyRowsError.code:
            refuse_rejected_for_its_rows(rows_max)
        if ended.is_checked or ended.status is Status.SUCCEEDED:
            refuse_too_many_rows(ended.rows, rows_max)
        else:  # the number is an estimate
            refuse_surely_too_many_rows(ended.rows, rows_max)

    def delete(self, user: User, prediction_id: str, only_if: OnlyIf | None = None) -> Prediction:
        """Cancel a queued prediction and give its coins back; delete the files of an ended one.

        ``only_if`` names which of the two is meant: a prediction may end between somebody's look and their click, and
        a click on "cancel" must not delete what was paid for. It holds for the state that is changed, not for one
        that was read before.

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
                continue  # a worker was faster, or another click: look again
            return self.get(user, prediction_id)

    def _delete_files(self, prediction: Prediction, only_if: OnlyIf | None) -> Prediction:
        """Delete the files of an ended prediction. An end is for good: what was read here is still so."""
        if prediction.status is Status.RUNNING:
            raise StillRunningError("This prediction is being computed at the moment and can't be cancelled any more.")
        if only_if == "queued":
            raise NotQueuedError("This prediction has ended already. Nothing was cancelled or deleted.")
        # Its files are stored as well, but a second click on "cancel" doesn't mean them: they go when they are meant.
        if prediction.status is Status.CANCELLED and only_if is None:
            raise AlreadyCancelledError("This prediction was cancelled before, and its coins were given back.")
        # Said first and done then: a crash in between is repaired by deleting again.
        forgotten = self._repository.forget_files(prediction.prediction_id, self._clock())
        self._files.delete_all(result_prefix(prediction.user_id, prediction.prediction_id))
        self._files.delete_all(input_prefix(prediction.user_id, prediction.prediction_id))
        if prediction.upload_id:
            self._files.delete_all(upload_key(prediction.user_id, prediction.upload_id))
        return forgotten

    def _refuse_early(self, user: User, offer: Offer) -> None:
        """Refuse what the account as it was read can't have, before anything is stored."""
        self._payments.refuse_early(offer.coins, user.balance, user.open_charges)

    def _earlier_outcome(self, user: User, key: IdempotencyKey | None) -> Accepted | None:
        """What the first request with ``key`` made, if there was one: before any other check could refuse it now."""
        outcome = self._keys.outcome(key, self._clock()) if key else None
        if outcome is None:
            return None
        return Accepted(self.get(user, outcome), self._ledger.balance_if_readable(user.id))

    def _new_prediction(self, user: User, offer: Offer, **facts: Unpack[_Facts]) -> Prediction:
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
            **facts,
        )

    def _accept(self, user: User, prediction: Prediction, key: IdempotencyKey | None) -> Accepted:
        """Charge for ``prediction`` and send it; or answer what the same key made in the meantime."""
        if not self._charge(prediction, key):
            earlier = self._earlier_outcome(user, key)
            if earlier is None:  # the key was in use a moment ago, and has expired since
                raise TemporarilyUnavailableError(
                    "The Idempotency-Key expired at this moment. Nothing was charged. Please try again."
                )
            return earlier
        _name_in_log(prediction)
        self._send(prediction)
        return Accepted(prediction, self._ledger.balance_if_readable(user.id))

    def _discard(self, prediction: Prediction) -> None:
        """Delete what was stored for a prediction that did not come about."""
        try:
            self._files.delete_all(input_prefix(prediction.user_id, prediction.prediction_id))
        except Exception:  # noqa: BLE001 - the answer is about the submission; the file expires
            log_exception("refused input not deleted", user=prediction.user_id)

    def _charge(self, prediction: Prediction, key: IdempotencyKey | None) -> bool:
        """Write and charge ``prediction``. Return False if the key is in use by now."""
        created_at, charged = prediction.created_at, prediction.prediction_id
        cost = Cost(prediction.user_id, charged, prediction.cost, prediction.charge_entry_id, created_at)
        recorded = self._keys.record(key, charged, created_at) if key else None
        try:
            self._payments.charge(cost, self._repository.new(prediction), recorded)
        except ChargeRefusedError as refused:
            self._discard(prediction)
            if refused.reason is None:
                return False
            raise refused.reason from refused
        log(
            "prediction accepted",
            prediction=prediction.prediction_id,
            user=prediction.user_id,
            model=prediction.model_id,
            rows=prediction.rows,
            cost=prediction.cost,
        )
        metrics.add(Metric.PREDICTIONS_ACCEPTED)
        return True

    def _send(self, prediction: Prediction) -> None:
        try:
            self._queue.send(prediction.prediction_id)
        except Exception:  # noqa: BLE001
            # It is charged and stored: the answer is 202, and the dispatcher will send it.
            log_exception("message not sent, left to the dispatcher", prediction=prediction.prediction_id)

    def get(self, user: User, prediction_id: str) -> Prediction:
        """The user's own prediction.

        Raises
        ------
        UnknownPredictionError
        """
        prediction = self._repository.get(prediction_id) if is_id(prediction_id) else None
        if prediction is None or prediction.user_id != user.id:
            raise UnknownPredictionError("There is no prediction of this id among yours.")
        _name_in_log(prediction)
        return prediction

    def history(self, user: User, cursor: str | None) -> tuple[list[Prediction], str | None]:
        """A page of the user's predictions, newest first, and the next page's cursor."""
        return self._repository.history(user.id, cursor)

    def result(self, user: User, prediction_id: str) -> tuple[Prediction, Result]:
        """The user's own prediction and its result, whose files are still stored as far as is known here.

        Raises
        ------
        UnknownPredictionError, NotFinishedError, ResultExpiredError
        """
        prediction = self.get(user, prediction_id)
        # First: of what was cancelled or rejected no result was ever stored, whoever deleted its files.
        if prediction.result is None:
            why = "has no result" if prediction.status.is_end else "is not finished yet"
            raise NotFinishedError(f"This prediction {why}.", prediction_status=prediction.status)
        if prediction.files_deleted_at is not None:
            raise result_expired()
        return prediction, prediction.result
