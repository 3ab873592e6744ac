"""The record of a result that is stored in its prediction: the keys of its files, its summary and its hashes."""

from dataclasses import dataclass, field

from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.results.schemas import Summary
from chalicelib.inference.storage.file_store import StoredObject


@dataclass(frozen=True, slots=True)
class Result:
    """A result: the keys of its files, its summary, and what is needed to read them.

    ``columns`` and ``baseline`` belong to the contributions. ``output`` is the estimate of the first patient, in years.
    ``row_offsets[i]`` is the byte offset of row ``i * offset_interval`` in the rows file; the last offset is the
    length of the file.
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
    """The output specification of the model. None for a result of a release that had only one model."""
    model_version: str | None = None
    """The version that ran. It differs from the submitted one if a deployment came between."""
    model_sha256: str | None = None
    csv_sha256: str | None = None
    cohort_key: str | None = None
    input_sha256: str | None = None
    """SHA-256 of a large file, which only the worker reads completely."""
    assumptions: tuple[Assumption, ...] | None = None
    """How a large file was read, which only the worker reads completely."""
    files: dict[str, StoredObject] = field(default_factory=dict)
    """Size and ETag of each file in S3, by the field that holds its key. The audit compares them with the bucket. Empty
    for a result of an older release."""
