"""Predictions from the user's side: submit, look at, list, read."""

import hashlib
import io
import json
from dataclasses import dataclass
from itertools import islice
from typing import Any

from chalicelib.auth.store import User
from chalicelib.billing.ledger import Entry, Ledger, NotEnoughCoinsError, new_entry_id
from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError, TransactionCancelledError
from chalicelib.core.errors import DomainError, TemporarilyUnavailableError
from chalicelib.core.idempotency import IdempotencyKey, IdempotencyKeys
from chalicelib.core.ids import is_id, new_id
from chalicelib.core.logging import log, log_exception
from chalicelib.core.settings import Settings
from chalicelib.inference import columns
from chalicelib.inference.catalogue import Catalogue, ModelDisabledError, Offer
from chalicelib.inference.check import check_file, inspect
from chalicelib.inference.files import (
    DOWNLOAD_SECONDS,
    FileGoneError,
    FileStore,
    bad_rows_key,
    input_key,
    input_prefix,
    result_prefix,
)
from chalicelib.inference.findings import FileTooLargeError
from chalicelib.inference.options import STATED, Options
from chalicelib.inference.prediction import Prediction, Result, Status
from chalicelib.inference.queue import InferenceQueue
from chalicelib.inference.settlement import Settlement
from chalicelib.inference.store import PredictionStore

ROWS_PAGE_MAX = 1000
_CHARGE_TRIES = 5
_BAD_ROW_PARTS = 3


class UnknownPredictionError(DomainError):
    """There is none of this id, or it is somebody else's: the answer is the same."""

    status = 404
    code = "unknown_prediction"
    title = "There is no such prediction"


class NotFinishedError(DomainError):
    """There is no result to read: not yet, or never."""

    status = 409
    code = "not_finished"
    title = "There is no result"


class ResultExpiredError(DomainError):
    """The result's files were deleted after their time."""

    status = 410
    code = "result_expired"
    title = "The result has expired"


class InputExpiredError(DomainError):
    """The patients' file was deleted after its time; it can't be run again."""

    status = 410
    code = "input_expired"
    title = "The patients' file has expired"


class NotEndedError(DomainError):
    """Only an ended prediction can be repeated."""

    status = 409
    code = "not_ended"
    title = "This prediction has not ended"


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


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that was taken: its prediction, and the balance after the charge."""

    prediction: Prediction
    balance: int


class Predictions:
    """The rules of submitting and reading."""

    def __init__(
        self,
        store: PredictionStore,
        files: FileStore,
        queue: InferenceQueue,
        ledger: Ledger,
        settlement: Settlement,
        keys: IdempotencyKeys,
        catalogue: Catalogue,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._files = files
        self._queue = queue
        self._ledger = ledger
        self._settlement = settlement
        self._keys = keys
        self._catalogue = catalogue
        self._settings = settings
        self._clock = clock

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
        self._refuse_too_large(content)
        sha256 = hashlib.sha256(content).hexdigest()
        key = IdempotencyKey.of(user.id, key_text, "submit", model_id, sha256, options.units, options.on_error)
        if earlier := self._replay(user, key):
            return earlier
        offer = self._offer(model_id)
        checked = check_file(content, si=options.si, skip=options.skip)
        self._refuse_early(user, offer)
        prediction = self._new_prediction(
            user, offer, rows=checked.rows, input_sha256=sha256, file_name=file_name, ignored_columns=checked.ignored,
            units=checked.units, bad_rows=checked.bad_rows, options=options,
        )  # fmt: skip
        self._files.put(prediction.input_key, checked.content, "text/csv; charset=utf-8")
        if checked.bad_rows:
            self._files.put(bad_rows_key(user.id, prediction.prediction_id), checked.bad, "application/x-ndjson")
        return self._accept(user, prediction, key)

    def dry_run(self, user: User, model_id: str, content: bytes, options: Options = STATED) -> dict[str, Any]:
        """What ``submit`` would find and cost. Nothing is stored and nothing charged.

        Raises
        ------
        UnknownModelError, ModelDisabledError, InvalidFileError
            The last one for what makes the whole file unreadable; bad rows are in the answer.
        """
        self._refuse_too_large(content)
        offer = self._offer(model_id)
        found = inspect(io.BytesIO(content), si=options.si, watch_ids=True)
        predictable = found.rows - found.problems.rows_total
        accepted = predictable > 0 and (options.skip or predictable == found.rows)
        return {
            "rows": found.rows,
            "rows_predictable": predictable,
            "accepted": accepted,
            "errors": [finding.document() for finding in found.problems.shown],
            "errors_total": found.problems.total,
            "bad_rows": ", ".join(found.problems.bad_rows()),
            "bad_rows_total": found.problems.rows_total,
            "duplicate_ids": [{"id": each, "rows": rows} for each, rows in found.duplicates.items()],
            "columns": found.used,
            "columns_absent": [name for name in columns.STORED if name not in found.used],
            "ignored_columns": found.ignored,
            "units": found.units,
            "separator": found.separator,
            "encoding": found.encoding,
            "sampled": False,
            "cost": offer.coins,
            "balance": user.balance,
            "balance_after": user.balance - offer.coins if user.balance >= offer.coins else None,
        }

    def _refuse_too_large(self, content: bytes) -> None:
        limit = self._settings.upload_bytes_max
        if len(content) > limit:
            raise FileTooLargeError(
                f"The file has {len(content) / 1e6:.1f} MB; at most {limit / 1e6:.1f} MB (about 54,000 patients) are "
                "taken at once. Please split it.",
                limit_bytes=limit,
            )

    def retry(self, user: User, prediction_id: str, key_text: str | None = None) -> Accepted:
        """Run the file of an ended prediction again, as a new prediction at today's price.

        Raises
        ------
        UnknownPredictionError, NotEndedError, InputExpiredError, and what ``submit`` raises of coins, models and keys
            Nothing was charged.
        """
        key = IdempotencyKey.of(user.id, key_text, "retry", prediction_id)
        if earlier := self._replay(user, key):
            return earlier
        ended = self.get(user, prediction_id)
        if not ended.status.is_end:
            raise NotEndedError("This prediction has not ended yet. It can be repeated once it has.")
        offer = self._offer(ended.model_id)
        self._refuse_early(user, offer)
        prediction = self._new_prediction(
            user, offer, rows=ended.rows, input_sha256=ended.input_sha256, file_name=ended.file_name,
            ignored_columns=ended.ignored_columns, units=ended.units, bad_rows=ended.bad_rows,
            options=ended.options, retry_of=prediction_id,
        )  # fmt: skip
        try:
            self._files.copy(ended.input_key, prediction.input_key)
            if ended.bad_rows:
                source, target = (bad_rows_key(user.id, each.prediction_id) for each in (ended, prediction))
                self._files.copy(source, target)
        except FileGoneError as error:
            raise InputExpiredError("The patients' file was deleted after its time. Please submit it again.") from error
        return self._accept(user, prediction, key)

    def delete(self, user: User, prediction_id: str) -> Prediction:
        """Cancel a queued prediction and give its coins back; delete the files of an ended one.

        Raises
        ------
        UnknownPredictionError, AlreadyCancelledError, StillRunningError
            Nothing was changed.
        """
        while True:
            prediction = self.get(user, prediction_id)
            if prediction.status is not Status.QUEUED:
                return self._delete_files(prediction)
            try:
                self._settlement.cancel(prediction)
            except ConditionFailedError:
                continue  # a worker was faster, or another click: look again
            return self.get(user, prediction_id)

    def _delete_files(self, prediction: Prediction) -> Prediction:
        """Delete the files of an ended prediction."""
        if prediction.status is Status.RUNNING:
            raise StillRunningError("This prediction is being computed at the moment and can't be cancelled any more.")
        if prediction.status is Status.CANCELLED:
            raise AlreadyCancelledError("This prediction was cancelled before, and its coins were given back.")
        # Said first and done then: a crash in between is repaired by deleting again.
        forgotten = self._store.forget_files(prediction.prediction_id, self._clock())
        self._files.delete_all(result_prefix(prediction.user_id, prediction.prediction_id))
        self._files.delete_all(input_prefix(prediction.user_id, prediction.prediction_id))
        return forgotten

    def _offer(self, model_id: str) -> Offer:
        offer = self._catalogue.get(model_id)
        if not offer.enabled:
            raise ModelDisabledError("This model is switched off at the moment. Please choose another one.")
        return offer

    def _refuse_early(self, user: User, offer: Offer) -> None:
        """Refuse what the balance as it was read can't pay, before anything is stored. The transaction decides."""
        if user.balance < offer.coins:
            raise NotEnoughCoinsError(offer.coins, user.balance)

    def _replay(self, user: User, key: IdempotencyKey | None) -> Accepted | None:
        """What the first request with ``key`` made, if there was one: before any other check could refuse it now."""
        outcome = self._keys.outcome(key, self._clock()) if key else None
        if outcome is None:
            return None
        return Accepted(self.get(user, outcome), self._ledger.balance(user.id))

    def _new_prediction(
        self,
        user: User,
        offer: Offer,
        *,
        rows: int,
        input_sha256: str,
        file_name: str | None,
        ignored_columns: tuple[str, ...],
        units: dict[str, str],
        bad_rows: int,
        options: Options,
        retry_of: str | None = None,
    ) -> Prediction:
        now = self._clock()
        prediction_id = new_id()
        return Prediction(
            prediction_id=prediction_id,
            user_id=user.id,
            model_id=offer.id,
            model_version=offer.version,
            cost=offer.coins,
            rows=rows,
            input_key=input_key(user.id, prediction_id),
            input_sha256=input_sha256,
            charge_entry_id=new_entry_id(now),
            file_name=file_name,
            ignored_columns=ignored_columns,
            units=units,
            bad_rows=bad_rows,
            options=options,
            retry_of=retry_of,
            created_at=now,
            due_at=now + self._settings.dispatch_grace_seconds,
        )

    def _accept(self, user: User, prediction: Prediction, key: IdempotencyKey | None) -> Accepted:
        """Charge for ``prediction`` and send it; or answer what the same key made in the meantime."""
        if not self._charge(prediction, key):
            earlier = self._replay(user, key)
            assert earlier, "the key was found in use"
            return earlier
        self._send(prediction)
        return Accepted(prediction, self._ledger.balance_after(user.id, user.balance - prediction.cost))

    def _charge(self, prediction: Prediction, key: IdempotencyKey | None) -> bool:
        """Debit, ledger entry, prediction and key in one transaction; False if the key is in use by now."""
        user_id, cost, open_max = prediction.user_id, prediction.cost, self._settings.open_predictions_max
        entry = Entry(
            user_id, -cost, "prediction", prediction.created_at, prediction.charge_entry_id, prediction.prediction_id
        )
        payment = [self._ledger.entry(entry), self._ledger.charge(user_id, cost, open_max)]
        if key:
            payment.append(self._keys.record(key, prediction.prediction_id, prediction.created_at))
        for _ in range(_CHARGE_TRIES):
            try:
                self._store.create(prediction, payment)
            except TransactionCancelledError as error:
                if 3 in error.failed:
                    return False
                if refusal := self._ledger.why_refused(user_id, cost, open_max):
                    raise refusal from error
                continue  # what stood in the way ended meanwhile
            break
        else:
            raise TemporarilyUnavailableError("Too much is going on with this account at once. Please try again.")
        log(
            "prediction accepted",
            prediction=prediction.prediction_id,
            user=user_id,
            model=prediction.model_id,
            rows=prediction.rows,
            cost=cost,
        )
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
        prediction = self._store.get(prediction_id) if is_id(prediction_id) else None
        if prediction is None or prediction.user_id != user.id:
            raise UnknownPredictionError("There is no prediction of this id among yours.")
        return prediction

    def history(self, user: User, cursor: str | None) -> tuple[list[Prediction], str | None]:
        """A page of the user's predictions, newest first, and the next page's cursor."""
        return self._store.history(user.id, cursor)

    def rows(self, user: User, prediction_id: str, offset: int, limit: int) -> tuple[int, list[dict[str, Any]]]:
        """How many rows there are, and ``limit`` of them from row ``offset`` (0-based), as the API shows them.

        Reads only the part of the object that holds them.

        Raises
        ------
        UnknownPredictionError, NotFinishedError, ResultExpiredError
        """
        prediction = self.get(user, prediction_id)
        result = self._result(prediction)
        end = min(offset + limit, prediction.rows)
        if offset >= end:
            return prediction.rows, []
        first = offset // result.mark_rows
        last = -(-end // result.mark_rows)
        try:
            block = self._files.read_range(result.rows_key, result.marks[first], result.marks[last])
        except FileGoneError as error:
            raise _expired() from error
        skip = offset - first * result.mark_rows
        lines = islice(block.splitlines(), skip, skip + end - offset)
        return prediction.rows, [_row(json.loads(line), result) for line in lines]

    def cohort(self, user: User, prediction_id: str) -> dict[str, Any]:
        """How the years are spread, and the rows with the fewest, as the API shows them.

        Raises
        ------
        UnknownPredictionError, NotFinishedError, ResultExpiredError
        """
        result = self._result(self.get(user, prediction_id))
        if result.cohort_key is None:
            raise _expired()
        try:
            found = json.loads(self._files.read(result.cohort_key))
        except FileGoneError as error:
            raise _expired() from error
        return {**found, "summary": result.summary, "sickest": [_row(row, result) for row in found["sickest"]]}

    def download(self, user: User, prediction_id: str) -> dict[str, Any]:
        """A short-lived address of the result CSV.

        Raises
        ------
        UnknownPredictionError, NotFinishedError, ResultExpiredError
        """
        prediction = self.get(user, prediction_id)
        result = self._result(prediction)
        if not self._files.exists(result.csv_key):
            raise _expired()
        file_name = f"lifespan-{prediction.model_id}-{prediction_id[:8]}.csv"
        return {"url": self._files.download_url(result.csv_key, file_name), "expires_in": DOWNLOAD_SECONDS}

    @staticmethod
    def _result(prediction: Prediction) -> Result:
        if prediction.files_deleted_at is not None:
            raise _expired()
        if prediction.result is None:
            why = "has no result" if prediction.status.is_end else "is not finished yet"
            raise NotFinishedError(f"This prediction {why}.", prediction_status=prediction.status)
        return prediction.result


def _expired() -> ResultExpiredError:
    return ResultExpiredError("The files of this result were deleted. Please submit the patients again.")


def _row(stored: list[Any], result: Result) -> dict[str, Any]:
    """One line of the rows object, whose form is the result writer's, as the API shows it."""
    if len(stored) == _BAD_ROW_PARTS:
        return _bad_row(*stored)
    row, patient_id, years, lower, upper, upper_open, imputed, out_of_range, parts, *newer = stored
    # A result from before models were told apart ends here.
    mayo_score, survival, median, ranges, measure_first = newer or (None, [], None, [], "")
    contributions = [
        {"column": column, "value": part} for column, part in zip(result.columns, parts, strict=True) if part
    ]
    contributions.sort(key=lambda each: -abs(each["value"]))
    missing = imputed.split(";") if imputed else []
    years_of_curve = result.contract.survival_years if result.contract else ()
    return {
        "row": row,
        "id": patient_id,
        "years": years,
        "lower": lower,
        "upper": upper,
        "upper_open": upper_open,
        "median_years": median,
        "survival": [
            {"years": year, "probability": probability}
            for year, probability in zip(years_of_curve, survival, strict=True)
        ],
        "mayo_score": mayo_score,
        "imputed": missing,
        "if_measured": [
            {"column": column, "low": low, "high": high}
            for column, (low, high) in zip(missing, ranges, strict=bool(newer))
        ],
        "measure_first": measure_first or None,
        "errors": [],
        "out_of_range": [
            dict(zip(("column", "direction"), each.split(":"), strict=True))
            for each in (out_of_range.split(";") if out_of_range else ())
        ],
        "baseline": result.baseline,
        "contributions": contributions,
    }


def _bad_row(row: int, patient_id: str | None, errors: list[dict[str, Any]]) -> dict[str, Any]:
    """A row that was skipped: nothing is said of it but why."""
    nothing = dict.fromkeys(("years", "lower", "upper", "median_years", "mayo_score", "measure_first", "baseline"))
    lists: dict[str, list[Any]] = {
        name: [] for name in ("survival", "imputed", "if_measured", "out_of_range", "contributions")
    }
    return {"row": row, "id": patient_id, **nothing, "upper_open": False, **lists, "errors": errors}
