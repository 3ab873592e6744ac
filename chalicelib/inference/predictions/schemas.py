"""What the answers about predictions look like. mypy holds the typed ones against the code that makes them."""

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from chalicelib.billing.schemas import BalanceNow
from chalicelib.core.http.schemas import Instant, NextCursor, Problem, ResponseModel, Sha256
from chalicelib.inference.models.output_spec import ContributionScale
from chalicelib.inference.patient_file.schemas import Finding, Preview, RepeatedId
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.results.schemas import Summary


class Submission(TypedDict):
    """A prediction that was accepted and charged."""

    prediction_id: str
    status: Status
    cost: Annotated[int, Field(description="The coins that were charged.")]
    balance: BalanceNow
    rows: Annotated[int, Field(description="Patients in the file.")]
    retry_of: Annotated[str | None, Field(description="The prediction whose file it runs again.")]
    ignored_columns: Annotated[list[str], Field(description="Headers of the file that no model uses.")]
    units: Annotated[dict[str, str], Field(description="The unit that each number of the file was read in.")]
    bad_rows: Annotated[int, Field(description="Patients that are skipped, since they can't be predicted.")]


class Receipt(TypedDict):
    """Which bytes went into which model, and which came out. `make verify` checks it offline."""

    format: int
    prediction_id: str
    model_id: str
    model_version: str | None
    model_sha256: Sha256 | None
    rows: int
    units: Literal["stated", "si"]
    on_error: Literal["refuse", "skip"]
    input_sha256: Sha256
    result_sha256: Sha256
    ledger_entry_id: str
    coins: int
    submitted_at: Instant
    finished_at: Instant


class Timings(TypedDict):
    """How long it took, in milliseconds."""

    queued_ms: int
    run_ms: int


class Prediction(TypedDict):
    """Where a prediction stands, and what came out."""

    prediction_id: str
    status: Status
    is_finished: bool
    is_success: bool
    output: Annotated[float | None, Field(description="The years of the first patient.")]
    error_info: Annotated[str | None, Field(description="Why there is no result, a sentence.")]
    error_code: str | None
    prediction_model_id: str
    model_version: str
    prediction_date: Annotated[Instant, Field(description="When it was submitted.")]
    finished_at: Instant | None
    file_name: str | None
    ignored_columns: Annotated[list[str], Field(description="Headers of the file that no model uses.")]
    units: Annotated[dict[str, str], Field(description="The unit that each number of the file was read in.")]
    bad_rows: Annotated[int, Field(description="Patients that are skipped, since they can't be predicted.")]
    is_checked: Annotated[
        bool,
        Field(
            description="Whether the whole file was checked. Of a large one only the beginning was at submission, and "
            "until the worker has checked it `rows` is an estimate."
        ),
    ]
    rows: Annotated[int, Field(description="Patients in the file.")]
    rows_done: int
    cost: Annotated[int, Field(description="In coins.")]
    refunded: bool
    retry_of: Annotated[str | None, Field(description="The prediction whose file it runs again.")]
    files_deleted_at: Instant | None
    summary: Summary | None
    horizon_years: float | None
    contribution_scale: ContributionScale | None
    survival_years: list[int] | None
    curve_band_level: Annotated[
        float | None,
        Field(
            description="The level of the band around each patient's curve; null without one, and until there is a "
            "result."
        ),
    ]
    receipt: Receipt | None
    timings: Timings | None


class History(TypedDict):
    """A page of the user's predictions, newest first."""

    predictions: list[Prediction]
    next_cursor: NextCursor


class DryRun(ResponseModel):
    """What a submission would find and cost. Nothing was stored and nothing charged."""

    rows: int = Field(description="Patients in the file.")
    rows_predictable: int
    accepted: bool = Field(description="Whether the file would be taken, with the chosen `on_error`.")
    errors: list[Finding] = Field(description="The first hundred findings.")
    errors_total: int
    bad_rows: str = Field(description="Every row that is wrong, such as `2, 4-17`.")
    bad_rows_total: int
    duplicate_ids: list[RepeatedId] = Field(description="The first hundred; nothing is refused for them.")
    columns: list[str] = Field(description="What is read.")
    columns_absent: list[str] = Field(description="What could be read and isn't there.")
    ignored_columns: list[str] = Field(description="Headers of the file that no model uses.")
    personal_columns: list[str] = Field(
        description="Those of them that seem to say who somebody is: a name, an address, a date of birth, a number."
    )
    units: dict[str, str] = Field(description="The unit that each number is read in.")
    separator: str
    encoding: Literal["utf-8", "windows-1251"]
    sampled: bool = Field(description="Whether only the beginning of a large file was checked.")
    preview: Preview
    cost: int
    balance: int
    balance_after: int | None = Field(description="Null if the balance doesn't cover the cost.")


class PaymentProblem(Problem):
    """The problem of a price that the balance doesn't cover."""

    cost: int
    balance: int


class OpenPredictionsProblem(Problem):
    """The problem of too many predictions under way."""

    open_max: int | None = Field(default=None, description="Said with `too_many_open_predictions` alone.")


class NoResultProblem(Problem):
    """The problem of a prediction without a result."""

    prediction_status: Status
