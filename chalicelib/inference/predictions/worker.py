"""The inference worker: claims a prediction, predicts its patient rows, and stores the result.

::

    claim (attempt n, lease) -> read the CSV in chunks -> predict -> write to S3 under n -> complete if still n

If the worker is killed at any point, the lease runs out, the dispatcher sends the prediction again, and attempt n+1
starts from the beginning. Repeated messages lead to the same single result.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, NamedTuple

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.observability import metrics
from chalicelib.core.observability.logging import log, log_exception
from chalicelib.core.observability.metrics import Metric
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.catalog import ARTEFACTS
from chalicelib.inference.models.base import LoadedModel
from chalicelib.inference.models.loader import load
from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.patient_file.findings import InvalidFileError
from chalicelib.inference.patient_file.validator import inspect
from chalicelib.inference.predictions.batch import SMALL_ROWS, predict_rows
from chalicelib.inference.predictions.leftovers import delete_leftovers
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.writer import ResultWriter
from chalicelib.inference.storage.file_store import FileGoneError, FileStore, bad_rows_key, result_prefix

_BLOCK_BYTES = 1024 * 1024
PROGRESS_SECONDS = 1.0
"""Pause between two progress reports. Each report renews the lease."""

LoadModel = Callable[[str], LoadedModel]


@lru_cache(maxsize=8)
def load_model(model_id: str) -> LoadedModel:
    """Load a model, verified against its card. Each process loads a model once."""
    return load(model_id, ARTEFACTS)


def load_every_model() -> None:
    """Load all models into the cache of ``load_model``, so that the first predictions do not wait for them."""
    for card in sorted(ARTEFACTS.glob("*/card.json")):
        load_model(card.parent.name)


@dataclass(frozen=True, slots=True)
class _Input:
    """The patient rows of a prediction.

    ``good_rows`` is the canonical CSV. ``bad_rows`` come in file order. ``rows`` counts both. ``sha256`` is the hash of
    the submitted file if only the worker has read all of it, else None; likewise ``assumptions``.
    """

    good_rows: bytes | BinaryIO | IO[str]
    bad_rows: Iterator[dict[str, Any]]
    rows: int
    sha256: str | None = None
    assumptions: tuple[Assumption, ...] | None = None


def _text_file() -> IO[str]:
    return TemporaryFile("w+", encoding="utf-8", newline="")


def _first_finding(error: InvalidFileError) -> str:
    """Return the first finding as a sentence. A rejected prediction shows no list of findings."""
    findings = error.extra.get("errors") or [{}]
    return f" Row {findings[0]['row']}: {findings[0]['message']}" if findings[0].get("row") else ""


def _copy_and_hash(source: BinaryIO, target: BinaryIO) -> str:
    """Copy ``source`` to ``target``, rewind ``target``, and return the SHA-256 of the content."""
    sha256 = hashlib.sha256()
    while block := source.read(_BLOCK_BYTES):
        sha256.update(block)
        target.write(block)
    target.seek(0)
    return sha256.hexdigest()


class StoredFileError(Exception):
    """The stored file differs from the checked one. This is our fault, so the attempt is repeated."""


class _AttemptOutcome(NamedTuple):
    """The outcome of an attempt for its log line. ``name`` is the prediction's end, ``error`` or ``lost``."""

    name: str
    rows: int


@dataclass(eq=False)
class Worker:
    """Runs one prediction at a time."""

    _repository: PredictionRepository
    _files: FileStore
    _settlement: Settlement
    _settings: Settings
    _clock: Clock
    _load_model: LoadModel = load_model

    def run(self, prediction_id: str) -> None:
        """Run one attempt of the prediction, unless it has ended or another worker holds its lease.

        Raises
        ------
        Exception
            The attempt failed for a reason on our side and was released. The message should come back.
        """
        try:
            prediction = self._repository.claim(prediction_id, self._clock(), self._lease_until())
        except ConditionFailedError:
            log("prediction ended or held by another worker", prediction=prediction_id)
            ended = self._repository.get(prediction_id)
            if ended and ended.status.is_end:
                delete_leftovers(self._files, ended)
            return
        queue_age = max(0.0, self._clock() - prediction.created_at)
        metrics.add(Metric.QUEUE_AGE, queue_age)
        started = time.perf_counter()
        outcome = _AttemptOutcome("error", prediction.rows)
        try:
            outcome = self._run_attempt(prediction)
            if outcome.name != Status.SUCCEEDED:
                # An earlier attempt may have been killed after its upload.
                delete_leftovers(self._files, prediction)
        except ConditionFailedError:
            outcome = _AttemptOutcome("lost", prediction.rows)
            self._delete_lost_result(prediction)
        finally:
            log(
                "job",
                prediction=prediction_id,
                user=prediction.user_id,
                model=prediction.model_id,
                rows=outcome.rows,
                attempt=prediction.attempt,
                queue_age=round(queue_age, 3),
                ms=round((time.perf_counter() - started) * 1000, 1),
                outcome=outcome.name,
            )

    def _run_attempt(self, prediction: Prediction) -> _AttemptOutcome:
        """Predict the rows and end the prediction, or release the attempt if it fails for a reason on our side."""
        try:
            return self._predict_and_complete(prediction)
        except ConditionFailedError:
            raise
        except InvalidFileError as error:
            self._settlement.reject(
                prediction, error.code, f"{error.reason}{_first_finding(error)} Your coins were refunded."
            )
            return _AttemptOutcome(Status.REJECTED, prediction.rows)
        except FileGoneError:
            self._settlement.fail(prediction, "input_gone")
            return _AttemptOutcome(Status.FAILED, prediction.rows)
        except Exception:
            log_exception("attempt failed", prediction=prediction.prediction_id, attempt=prediction.attempt)
            self._give_up(prediction)
            raise

    def _delete_lost_result(self, prediction: Prediction) -> None:
        """Delete the files that a lost attempt wrote. If the account was deleted, nothing else deletes them."""
        current = self._repository.get(prediction.prediction_id)
        if current and (current.status, current.attempt) == (Status.SUCCEEDED, prediction.attempt):
            return  # this attempt did succeed, but the response to its transaction was lost
        self._files.delete_all(result_prefix(prediction.user_id, prediction.prediction_id, prediction.attempt))

    def _predict_and_complete(self, prediction: Prediction) -> _AttemptOutcome:
        if prediction.attempt > self._settings.attempts_max:
            self._settlement.fail(prediction, "attempts_exhausted")
            return _AttemptOutcome(Status.FAILED, prediction.rows)
        started = time.perf_counter()
        result = self._predict(prediction)
        self._settlement.succeed(prediction, result)
        rows = result.summary["rows"]
        metrics.add(Metric.ROWS_PER_SECOND, rows / (time.perf_counter() - started))
        return _AttemptOutcome(Status.SUCCEEDED, rows)

    def _predict(self, prediction: Prediction) -> Result:
        loaded = self._load_model(prediction.model_id)
        with ExitStack() as stack:
            patients = stack.enter_context(self._open_input(prediction))
            keeps_values = prediction.options.keeps_values_of(patients.rows)
            writer = stack.enter_context(ResultWriter(loaded, patients.bad_rows, keeps_values=keeps_values))
            predict_rows(
                patients.good_rows, loaded, writer, self._report_if_due(prediction, rows_done=lambda: writer.rows)
            )
            writer.finish()
            if writer.rows != patients.rows:
                raise StoredFileError(f"{writer.rows} patients are stored instead of {patients.rows}")
            prefix = result_prefix(prediction.user_id, prediction.prediction_id, prediction.attempt)
            result = writer.upload(self._files, prefix)
            return replace(result, input_sha256=patients.sha256, assumptions=patients.assumptions)

    @contextmanager
    def _open_input(self, prediction: Prediction) -> Iterator[_Input]:
        """Yield the rows to predict. A file that was not checked completely at submission is checked first."""
        with ExitStack() as stack:
            if not prediction.is_checked:
                large = stack.enter_context(self._files.open(prediction.input_key))
                yield stack.enter_context(self._check_large_file(prediction, large))
                return
            good_rows: bytes | BinaryIO
            if prediction.rows <= SMALL_ROWS:
                good_rows = self._files.read(prediction.input_key)
            else:
                good_rows = stack.enter_context(self._files.open(prediction.input_key))
            bad_rows: Iterator[dict[str, Any]] = iter(())
            if prediction.bad_rows:
                key = bad_rows_key(prediction.user_id, prediction.prediction_id)
                bad_rows = map(json.loads, stack.enter_context(self._files.open(key)))
            yield _Input(good_rows, bad_rows, prediction.rows)

    @contextmanager
    def _check_large_file(self, prediction: Prediction, stored: BinaryIO) -> Iterator[_Input]:
        """Check all of a large file. It is copied to the disk, so that the memory does not grow with it."""
        with TemporaryFile() as original, _text_file() as good, _text_file() as bad:
            sha256 = _copy_and_hash(stored, original)
            skip = prediction.options.skip
            inspection = inspect(
                original,
                prediction.options.reading,
                good=good,
                bad=bad if skip else None,
                rows_max=self._settings.rows_max,
                on_batch=self._report_if_due(prediction),
            )
            inspection.raise_if_bad(skip=skip)
            good.seek(0)
            bad.seek(0)
            yield _Input(good, map(json.loads, bad), inspection.rows, sha256, inspection.assumptions)

    def _report_if_due(self, prediction: Prediction, rows_done: Callable[[], int] = lambda: 0) -> Callable[[], None]:
        """Return a callback that reports the progress and renews the lease, at most once in PROGRESS_SECONDS."""
        reported_at = self._clock()

        def report_if_due() -> None:
            nonlocal reported_at
            if self._clock() - reported_at >= PROGRESS_SECONDS:
                reported_at = self._clock()
                self._report_progress(prediction, rows_done())

        return report_if_due

    def _report_progress(self, prediction: Prediction, rows: int) -> None:
        """Store the number of predicted rows and renew the lease.

        After a failed report the attempt continues: the fence prevents a late attempt from ending the prediction.
        """
        try:
            self._repository.progress(prediction, rows, self._lease_until())
        except ConditionFailedError:
            raise
        except Exception:  # noqa: BLE001
            log_exception("progress not reported", prediction=prediction.prediction_id)

    def _give_up(self, prediction: Prediction) -> None:
        """Queue the prediction again, or fail it if this was the last attempt."""
        try:
            if prediction.attempt >= self._settings.attempts_max:
                self._settlement.fail(prediction, "attempts_exhausted")
                delete_leftovers(self._files, prediction)
            else:
                self._repository.release(prediction, self._clock() + self._settings.retry_seconds)
        except ConditionFailedError:
            log("claim lost", prediction=prediction.prediction_id, attempt=prediction.attempt)
            self._delete_lost_result(prediction)

    def _lease_until(self) -> float:
        return self._clock() + self._settings.lease_seconds
