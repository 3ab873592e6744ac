"""The record of a result that is stored in its prediction: the keys of its files, its summary and its hashes."""

from dataclasses import dataclass, field

from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.results.schemas import Summary
from chalicelib.inference.storage.file_store import StoredObject


@dataclass(frozen=True, slots=True)
class BadRowsFile:
    """The file with the findings of a result's skipped rows. ``offsets`` are those of the rows at ``row_offsets``."""

    key: str
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A result: the keys of its files, its summary, and what is needed to read them.

    ``columns`` and ``baseline`` belong to the contributions. ``output`` is the estimate of the first patient, in years.
    ``row_offsets[i]`` is the byte offset of row ``i * offset_interval`` in the file ``rows_key``; the last offset is
    the length of the file. This file is the CSV. Only a result of a release before 2.0.0 has a file of JSON lines.
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
    """The stored cohort summary. None for a small result, whose summary is computed from its rows."""
    input_sha256: str | None = None
    """SHA-256 of a large file, which only the worker reads completely."""
    assumptions: tuple[Assumption, ...] | None = None
    """How a large file was read, which only the worker reads completely."""
    files: dict[str, StoredObject] = field(default_factory=dict)
    """Size and ETag of each file in S3, by the field that holds its key. The audit compares them with the bucket. Empty
    for a result of an older release."""
    bad_rows: BadRowsFile | None = None
    """None if no row was skipped."""

    @property
    def has_json_rows(self) -> bool:
        """Whether a release before 2.0.0 wrote this result, with the rows as JSON lines beside the CSV."""
        return self.rows_key != self.csv_key
