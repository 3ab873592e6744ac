"""Where a result lies, and what it says in short."""

from dataclasses import dataclass, field

from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.results.schemas import Summary
from chalicelib.inference.storage.file_store import Stored


@dataclass(frozen=True, slots=True)
class Result:
    """Where the result lies and what it says in short.

    ``row_offsets[i]`` is the byte offset of row ``i * offset_interval`` in the rows object; the last one is its length.
    """

    csv_key: str
    rows_key: str
    columns: tuple[str, ...]
    baseline: float
    offset_interval: int
    row_offsets: tuple[int, ...]
    output: float
    summary: Summary
    output_spec: OutputSpec | None = None
    """What the answers are; None for a result from before models were told apart."""
    model_version: str | None = None
    """The model that ran: a deployment may have come between submission and run."""
    model_sha256: str | None = None
    csv_sha256: str | None = None
    cohort_key: str | None = None
    input_sha256: str | None = None
    """Of a large file, which only the worker reads as a whole."""
    files: dict[str, Stored] = field(default_factory=dict)
    """Size and ETag of each file as S3 had it, by the field with its key, for the audit; empty for an older result."""
