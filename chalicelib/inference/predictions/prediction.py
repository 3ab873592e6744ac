"""A prediction: its states, and what it remembers of itself."""

from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.inference.predictions.options import STATED, Options
from chalicelib.inference.results.result import Result


class Status(StrEnum):
    """``queued -> running -> succeeded | rejected | failed``, and ``queued -> cancelled``."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_refunded(self) -> bool:
        """Whether the end gave the coins back."""
        return self.is_end and self is not Status.SUCCEEDED

    @property
    def is_end(self) -> bool:
        """The four ends are absorbing."""
        return self not in {Status.QUEUED, Status.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One submission: what was asked, what it cost, where it stands.

    ``created_at``, ``due_at`` and the like are seconds since the epoch. ``attempt`` counts the claims and is
    the fence: a worker may only change a prediction whose attempt is its own.
    """

    prediction_id: str
    user_id: str
    model_id: str
    model_version: str
    cost: int
    rows: int
    input_key: str
    input_sha256: str | None = None
    """Of the file as it was sent; None until a worker has read a large one."""
    created_at: float
    charge_entry_id: str
    """The ledger entry that paid for it."""
    file_name: str | None = None
    ignored_columns: tuple[str, ...] = ()
    """Headers of the file that no model uses; nothing of them was kept but the names."""
    units: dict[str, str] = field(default_factory=dict)
    """The unit that each number of the file was read in."""
    bad_rows: int = 0
    """How many of ``rows`` are skipped, since they can't be predicted."""
    is_checked: bool = True
    """Whether the whole file was checked at submission. Of a large one only the beginning was: the worker checks it,
    and until then ``rows`` is an estimate."""
    options: Options = STATED
    """What the submitter chose about the file."""
    retry_of: str | None = None
    """The ended prediction whose file this one runs again."""
    upload_id: str | None = None
    """The upload that it was submitted from, if it was."""
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
