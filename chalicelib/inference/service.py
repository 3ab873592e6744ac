"""Predictions from the user's side: submit, look at, list, read."""

import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from typing import Any

from chalicelib.auth.store import User
from chalicelib.billing.ledger import Entry, Ledger, NotEnoughCoinsError
from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import TransactionCancelledError
from chalicelib.core.errors import DomainError
from chalicelib.core.ids import is_id, new_id
from chalicelib.core.logging import log, log_exception
from chalicelib.core.settings import Settings
from chalicelib.inference.catalogue import Catalogue, Offer
from chalicelib.inference.check import CheckedFile, check_file
from chalicelib.inference.files import DOWNLOAD_SECONDS, FileGoneError, FileStore, input_key
from chalicelib.inference.findings import FileTooLargeError
from chalicelib.inference.prediction import Prediction, Result
from chalicelib.inference.queue import InferenceQueue
from chalicelib.inference.store import PredictionStore

ROWS_PAGE_MAX = 1000


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
        catalogue: Catalogue,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._files = files
        self._queue = queue
        self._ledger = ledger
        self._catalogue = catalogue
        self._settings = settings
        self._clock = clock

    def submit(self, user: User, model_id: str, content: bytes, file_name: str | None) -> Accepted:
        """Check ``content``, store it, charge and queue it.

        The file is in S3 before the transaction that charges; the message goes out after it. If the process
        dies in between, the prediction itself is the outbox: the dispatcher sends it.

        Raises
        ------
        UnknownModelError, InvalidFileError, NotEnoughCoinsError
            Nothing was charged.
        """
        offer = self._catalogue.get(model_id)
        limit = self._settings.upload_bytes_max
        if len(content) > limit:
            raise FileTooLargeError(
                f"The file has {len(content) / 1e6:.1f} MB; at most {limit / 1e6:.1f} MB (about 54,000 patients) are "
                "taken at once. Please split it.",
                limit_bytes=limit,
            )
        checked = check_file(content)
        if user.balance < offer.coins:
            raise NotEnoughCoinsError(offer.coins, user.balance)
        prediction = self._new_prediction(user, offer, checked, content, file_name)
        self._files.put(prediction.input_key, checked.content, "text/csv; charset=utf-8")
        self._charge(prediction)
        self._send(prediction)
        return Accepted(prediction, self._ledger.balance(user.id))

    def _new_prediction(
        self, user: User, offer: Offer, checked: CheckedFile, content: bytes, file_name: str | None
    ) -> Prediction:
        now = self._clock()
        prediction_id = new_id()
        return Prediction(
            prediction_id=prediction_id,
            user_id=user.id,
            model_id=offer.id,
            model_version=offer.version,
            cost=offer.coins,
            rows=checked.rows,
            input_key=input_key(user.id, prediction_id),
            input_sha256=hashlib.sha256(content).hexdigest(),
            file_name=file_name,
            created_at=now,
            due_at=now + self._settings.dispatch_grace_seconds,
        )

    def _charge(self, prediction: Prediction) -> None:
        """Debit, ledger entry and prediction: one transaction."""
        user_id, cost = prediction.user_id, prediction.cost
        charge = Entry.new(user_id, -cost, "prediction", prediction.created_at, prediction.prediction_id)
        try:
            self._store.create(prediction, [self._ledger.entry(charge), self._ledger.move(user_id, -cost)])
        except TransactionCancelledError as error:
            if error.failed == {2}:
                raise NotEnoughCoinsError(cost, self._ledger.balance(user_id)) from error
            raise
        log(
            "prediction accepted",
            prediction=prediction.prediction_id,
            user=user_id,
            model=prediction.model_id,
            rows=prediction.rows,
            cost=cost,
        )

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
        if prediction.result is None:
            why = "has no result" if prediction.status.is_end else "is not finished yet"
            raise NotFinishedError(f"This prediction {why}.", prediction_status=prediction.status)
        return prediction.result


def _expired() -> ResultExpiredError:
    return ResultExpiredError("The files of this result were deleted. Please submit the patients again.")


def _row(stored: list[Any], result: Result) -> dict[str, Any]:
    """One line of the rows object, whose form is the result writer's, as the API shows it."""
    row, patient_id, years, lower, upper, upper_open, imputed, out_of_range, parts = stored
    contributions = [
        {"column": column, "years": part} for column, part in zip(result.columns, parts, strict=True) if part
    ]
    contributions.sort(key=lambda each: -abs(each["years"]))
    return {
        "row": row,
        "id": patient_id,
        "years": years,
        "lower": lower,
        "upper": upper,
        "upper_open": upper_open,
        "imputed": imputed.split(";") if imputed else [],
        "out_of_range": [
            dict(zip(("column", "direction"), each.split(":"), strict=True))
            for each in (out_of_range.split(";") if out_of_range else ())
        ],
        "baseline": result.baseline,
        "contributions": contributions,
    }
