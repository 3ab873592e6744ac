"""The inference worker: claim, read, predict, write, complete. Repeats converge to one result.

::

    claim (attempt n, lease) -> read CSV in chunks -> predict -> write to S3 under n -> complete if still n
         killed anywhere: the lease runs out, the dispatcher sends the prediction again, attempt n+1 redoes it
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

import pandas as pd

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.observability import metrics
from chalicelib.core.observability.logging import log, log_exception
from chalicelib.core.observability.metrics import Metric
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.catalog import ARTEFACTS
from chalicelib.inference.models.base import Loaded
from chalicelib.inference.models.loader import load
from chalicelib.inference.models.mayo import risk_score
from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.findings import BrokenCsvError, InvalidFileError, InvalidRowsError
from chalicelib.inference.patient_file.validator import inspect
from chalicelib.inference.predictions.abandoned_files import delete_leftovers
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.writer import ResultWriter
from chalicelib.inference.storage.file_store import FileGoneError, FileStore, bad_rows_key, result_prefix

CHUNK_ROWS = 10_000
_BLOCK_BYTES = 1024 * 1024
PROGRESS_SECONDS = 1.0

LoadModel = Callable[[str], Loaded]


@lru_cache(maxsize=8)
def load_model(model_id: str) -> Loaded:
    """The model, verified and unpickled once a process."""
    return load(model_id, ARTEFACTS)


def load_every_model() -> None:
    """Load what ``load_model`` would load at the first job."""
    for card in sorted(ARTEFACTS.glob("*/card.json")):
        load_model(card.parent.name)


@dataclass(frozen=True, slots=True)
class _Source:
    """The canonical CSV of the good rows, the bad ones in their order, and how many rows that is together. ``sha256``:
    of the file as it was sent, where only the worker has read all of it."""

    good_rows: BinaryIO | IO[str]
    bad_rows: Iterator[dict[str, Any]]
    rows: int
    sha256: str | None = None


def _text_file() -> IO[str]:
    return TemporaryFile("w+", encoding="utf-8", newline="")


def _first(error: InvalidFileError) -> str:
    """The first finding in words: the file isn't at hand for who reads it."""
    findings = error.extra.get("errors") or [{}]
    return f" Row {findings[0]['row']}: {findings[0]['message']}" if findings[0].get("row") else ""


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    """Copy a stream and rewind the copy; the SHA-256 of what it held."""
    sha256 = hashlib.sha256()
    while block := source.read(_BLOCK_BYTES):
        sha256.update(block)
        target.write(block)
    target.seek(0)
    return sha256.hexdigest()


class StoredFileError(Exception):
    """The stored file is not the one that was checked: our fault, and worth another try."""


class _Outcome(NamedTuple):
    """How an attempt went, for its line: the prediction's end, ``error`` or ``lost``."""

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
        """Bring the prediction to an end, or leave it to whoever holds it.

        Raises
        ------
        Exception
            Whatever went wrong on our side: the message should come back. The attempt was released.
        """
        try:
            prediction = self._repository.claim(prediction_id, self._clock(), self._lease())
        except ConditionFailedError:
            log("prediction ended or held by another worker", prediction=prediction_id)
            ended = self._repository.get(prediction_id)
            if ended and ended.status.is_end:
                delete_leftovers(self._files, ended)
            return
        queue_age = max(0.0, self._clock() - prediction.created_at)
        metrics.add(Metric.QUEUE_AGE, queue_age)
        started = time.perf_counter()
        outcome = _Outcome("error", prediction.rows)
        try:
            outcome = self._bring_to_an_end(prediction)
            if outcome.name != Status.SUCCEEDED:
                # An earlier attempt may have been killed after its upload, and this was the message that came back.
                delete_leftovers(self._files, prediction)
        except ConditionFailedError:
            outcome = _Outcome("lost", prediction.rows)
            self._delete_unless_it_counts(prediction)
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

    def _bring_to_an_end(self, prediction: Prediction) -> _Outcome:
        try:
            return self._attempt(prediction)
        except ConditionFailedError:
            raise
        except InvalidFileError as error:
            self._settlement.reject(
                prediction, error.code, f"{error.reason}{_first(error)} Your coins were given back."
            )
            return _Outcome(Status.REJECTED, prediction.rows)
        except FileGoneError:
            self._settlement.fail(prediction, "input_gone")
            return _Outcome(Status.FAILED, prediction.rows)
        except Exception:
            log_exception("attempt failed", prediction=prediction.prediction_id, attempt=prediction.attempt)
            self._give_up(prediction)
            raise

    def _delete_unless_it_counts(self, prediction: Prediction) -> None:
        """Delete what a lost attempt wrote: the account may be gone, and nobody else would."""
        now = self._repository.get(prediction.prediction_id)
        if now and (now.status, now.attempt) == (Status.SUCCEEDED, prediction.attempt):
            return  # it is this attempt's own end, whose answer was lost
        self._files.delete_all(result_prefix(prediction.user_id, prediction.prediction_id, prediction.attempt))

    def _attempt(self, prediction: Prediction) -> _Outcome:
        if prediction.attempt > self._settings.attempts_max:
            self._settlement.fail(prediction, "attempts_exhausted")
            return _Outcome(Status.FAILED, prediction.rows)
        started = time.perf_counter()
        result = self._predict(prediction)
        self._settlement.succeed(prediction, result)
        rows = result.summary["rows"]
        metrics.add(Metric.ROWS_PER_SECOND, rows / (time.perf_counter() - started))
        return _Outcome(Status.SUCCEEDED, rows)

    def _predict(self, prediction: Prediction) -> Result:
        loaded = self._load_model(prediction.model_id)
        said = self._clock()
        with ExitStack() as held:
            source = held.enter_context(self._source(prediction))
            writer = held.enter_context(ResultWriter(loaded, source.bad_rows))
            for chunk in read_chunks(source.good_rows):
                writer.add(chunk.get("ID"), loaded.model.predict(chunk), risk_score(chunk))
                now = self._clock()
                if now - said >= PROGRESS_SECONDS:
                    self._say_progress(prediction, writer.rows)
                    said = now
            writer.finish()
            if writer.rows != source.rows:
                raise StoredFileError(f"{writer.rows} patients are stored instead of {source.rows}")
            prefix = result_prefix(prediction.user_id, prediction.prediction_id, prediction.attempt)
            return replace(writer.upload(self._files, prefix), input_sha256=source.sha256)

    @contextmanager
    def _source(self, prediction: Prediction) -> Iterator[_Source]:
        """The rows to be predicted, from what was checked at submission or from what is checked now."""
        with ExitStack() as held:
            stored = held.enter_context(self._files.open(prediction.input_key))
            if not prediction.is_checked:
                yield held.enter_context(self._checked_now(prediction, stored))
                return
            bad_rows: Iterator[dict[str, Any]] = iter(())
            if prediction.bad_rows:
                key = bad_rows_key(prediction.user_id, prediction.prediction_id)
                bad_rows = map(json.loads, held.enter_context(self._files.open(key)))
            yield _Source(stored, bad_rows, prediction.rows)

    @contextmanager
    def _checked_now(self, prediction: Prediction, stored: BinaryIO) -> Iterator[_Source]:
        """Check a large file as a whole, on the disk: the memory doesn't grow with it."""
        with TemporaryFile() as given, _text_file() as good, _text_file() as bad:
            sha256 = _copy(stored, given)
            skip = prediction.options.skip
            beat = self._renew_lease(prediction)
            found = inspect(
                given,
                si=prediction.options.si,
                good=good,
                bad=bad if skip else None,
                rows_max=self._settings.rows_max,
                on_batch=beat,
            )
            found.raise_if_bad(skip=skip)
            good.seek(0)
            bad.seek(0)
            yield _Source(good, map(json.loads, bad), found.rows, sha256)

    def _renew_lease(self, prediction: Prediction) -> Callable[[], None]:
        """Renews the lease when it is called, once a while."""
        said = self._clock()

        def beat() -> None:
            nonlocal said
            if self._clock() - said >= PROGRESS_SECONDS:
                said = self._clock()
                self._say_progress(prediction, 0)

        return beat

    def _say_progress(self, prediction: Prediction, rows: int) -> None:
        """Say how far it is and renew the lease. If that fails the work goes on: the fence guards its end."""
        try:
            self._repository.progress(prediction, rows, self._lease())
        except ConditionFailedError:
            raise
        except Exception:  # noqa: BLE001
            log_exception("progress not said", prediction=prediction.prediction_id)

    def _give_up(self, prediction: Prediction) -> None:
        """Queue the prediction again, or end it if this was the last attempt."""
        try:
            if prediction.attempt >= self._settings.attempts_max:
                self._settlement.fail(prediction, "attempts_exhausted")
                delete_leftovers(self._files, prediction)
            else:
                self._repository.release(prediction, self._clock() + self._settings.retry_seconds)
        except ConditionFailedError:
            log("claim lost", prediction=prediction.prediction_id, attempt=prediction.attempt)
            self._delete_unless_it_counts(prediction)

    def _lease(self) -> float:
        return self._clock() + self._settings.lease_seconds


_DTYPES = dict.fromkeys(columns.NUMBERS, "float64") | dict.fromkeys((*columns.CATEGORIES, "ID"), "str")


def read_chunks(stream: object) -> Iterator[pd.DataFrame]:
    """The stored CSV in frames of at most CHUNK_ROWS rows.

    Numbers are float64, categories and IDs text, missing values NaN.

    Raises
    ------
    InvalidFileError
        A cell is not what the check at submission let pass.
    """
    try:
        chunks = pd.read_csv(
            stream,  # type: ignore[call-overload]
            dtype=_DTYPES,
            keep_default_na=False,
            na_values={name: [""] for name in columns.STORED if name != "ID"},
            chunksize=CHUNK_ROWS,
        )
        for chunk in chunks:
            _require_sound(chunk)
            yield chunk
    except (ValueError, pd.errors.ParserError) as error:
        raise BrokenCsvError("The stored file can't be read as the table that was checked.") from error


def _require_sound(frame: pd.DataFrame) -> None:
    """The limits of the column specification once more: nothing else may reach a model."""
    for name in columns.REQUIRED:
        if name not in frame or frame[name].hasnans:
            raise InvalidRowsError(f"The column {name} is missing or has missing values.")
    for name in columns.NUMBERS:
        low, high = columns.BY_NAME[name].limits
        # A comparison with a missing value is false: only what is there can be beyond.
        if name in frame and (((values := frame[name].to_numpy()) < low) | (values > high)).any():
            raise InvalidRowsError(f"The column {name} has values beyond {low:g} to {high:g}.")
    for name in columns.CATEGORIES:
        if name in frame and not set(frame[name].dropna().unique()) <= set(columns.BY_NAME[name].allowed):
            raise InvalidRowsError(f"The column {name} has unknown values.")
