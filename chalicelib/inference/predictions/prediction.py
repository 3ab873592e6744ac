"""The prediction: its status and its other stored fields."""

from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.predictions.options import DEFAULT_OPTIONS, Options
from chalicelib.inference.results.result import Result


class Status(StrEnum):
    """The status of a prediction.

    It goes ``queued -> running -> succeeded | rejected | failed``, or ``queued -> cancelled | failed``. A running
    prediction may become queued again: if its attempt fails and another one is allowed, or if its lease has run out.
    """

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_refunded(self) -> bool:
        """Whether the prediction ended with a refund."""
        return self.is_end and self is not Status.SUCCEEDED

    @property
    def is_end(self) -> bool:
        """Whether the prediction has ended. An ended prediction never changes its status."""
        return self not in {Status.QUEUED, Status.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One submission: its file and model, its cost in coins, its status and its result.

    Times (``created_at``, ``due_at`` and others) are in seconds since the epoch. ``attempt`` counts the claims. It is
    the fence: a worker may only change a prediction while ``attempt`` is the number of its own attempt.
    """

    prediction_id: str
    user_id: str
    model_id: str
    model_version: str
    cost: int
    rows: int
    input_key: str
    input_sha256: str | None = None
    """SHA-256 of the submitted file. None for a large file: see ``Result.input_sha256``."""
    created_at: float
    charge_entry_id: str
    """The ledger entry of the charge."""
    file_name: str | None = None
    name: str | None = None
    """The user's own name for the prediction."""
    note: str | None = None
    ignored_columns: tuple[str, ...] = ()
    """Column names in the file that no model uses. Of these columns only the names are stored."""
    units: dict[str, str] = field(default_factory=dict)
    """The unit of each numeric column of the file."""
    assumptions: tuple[Assumption, ...] = ()
    """How the file was read. Of a large file only the beginning: see ``Result.assumptions``."""
    bad_rows: int = 0
    """How many of ``rows`` are skipped because they can't be predicted."""
    is_checked: bool = True
    """Whether the whole file was checked at submission. Of a large file only the beginning was. ``rows`` is an estimate
    until the worker has checked all of it."""
    options: Options = DEFAULT_OPTIONS
    """The options of the submission."""
    retry_of: str | None = None
    """The id of the ended prediction whose file this one runs again."""
    upload_id: str | None = None
    """The id of the upload that the file was submitted from, if any."""
    status: Status = Status.QUEUED
    attempt: int = 0
    sends: int = 0
    due_at: float | None = None
    started_at: float | None = None
    finished_at: float | None = None
    rows_done: int = 0
    error_code: str | None = None
    error_info: str | None = None
    refund_entry_id: str | None = None
    files_deleted_at: float | None = None
    result: Result | None = field(default=None)
