"""Response models of the routes about predictions. They appear in the OpenAPI document; mypy checks the typed dicts."""

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
    retry_of: Annotated[str | None, Field(description="The id of the prediction whose file this one runs again.")]
    ignored_columns: Annotated[list[str], Field(description="Columns of the file that no model uses.")]
    units: Annotated[dict[str, str], Field(description="The unit of each number column of the file.")]
    bad_rows: Annotated[int, Field(description="Patients that are skipped because they can't be predicted.")]


class Receipt(TypedDict):
    """The hashes of the input file, the model and the result CSV. `make verify` checks them offline."""

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
    """Time in the queue and time of the run, in milliseconds."""

    queued_ms: int
    run_ms: int


class Prediction(TypedDict):
    """A prediction: its state, its options and, after its end, its result."""

    prediction_id: str
    status: Status
    is_finished: bool
    is_success: bool
    output: Annotated[float | None, Field(description="The estimate of the first patient, in years.")]
    error_info: Annotated[str | None, Field(description="Why there is no result, as a sentence.")]
    error_code: str | None
    prediction_model_id: str
    model_version: str
    prediction_date: Annotated[Instant, Field(description="Time of the submission.")]
    finished_at: Instant | None
    file_name: str | None
    ignored_columns: Annotated[list[str], Field(description="Columns of the file that no model uses.")]
    units: Annotated[dict[str, str], Field(description="The unit of each number column of the file.")]
    bad_rows: Annotated[int, Field(description="Patients that are skipped because they can't be predicted.")]
    is_checked: Annotated[
        bool,
        Field(
            description="Whether the whole file was checked. Of a large file only the beginning is checked at "
            "submission. Until the worker has checked all of it, `rows` is an estimate."
        ),
    ]
    rows: Annotated[int, Field(description="Patients in the file.")]
    rows_done: int
    cost: Annotated[int, Field(description="The price, in coins.")]
    refunded: bool
    retry_of: Annotated[str | None, Field(description="The id of the prediction whose file this one runs again.")]
    files_deleted_at: Instant | None
    summary: Summary | None
    horizon_years: float | None
    contribution_scale: ContributionScale | None
    survival_years: list[int] | None
    curve_band_level: Annotated[
        float | None,
        Field(
            description="Level of the band around each patient's curve. Null without a band, and until there is a "
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
    """The findings and the cost of a submission. Nothing was stored or charged."""

    rows: int = Field(description="Patients in the file.")
    rows_predictable: int
    accepted: bool = Field(description="Whether a submission with this `on_error` would be accepted.")
    errors: list[Finding] = Field(description="The first 100 findings.")
    errors_total: int
    bad_rows: str = Field(description="The numbers of all bad rows, such as `2, 4-17`.")
    bad_rows_total: int
    duplicate_ids: list[RepeatedId] = Field(
        description="The first 100 IDs that several patients have. They do not make the file invalid."
    )
    columns: list[str] = Field(description="The columns that are read.")
    columns_absent: list[str] = Field(description="Columns that could be read and are absent.")
    ignored_columns: list[str] = Field(description="Columns of the file that no model uses.")
    personal_columns: list[str] = Field(
        description="Ignored columns that seem to identify a person: by name, address, date of birth or number."
    )
    units: dict[str, str] = Field(description="The unit of each number column that is read.")
    separator: str
    encoding: Literal["utf-8", "windows-1251"]
    sampled: bool = Field(description="Whether only the beginning of a large file was checked.")
    preview: Preview
    cost: int
    balance: int
    balance_after: int | None = Field(description="Null if the balance is lower than the cost.")


class PaymentProblem(Problem):
    """The problem of a balance that is lower than the cost."""

    cost: int
    balance: int


class OpenPredictionsProblem(Problem):
    """The problem of too many open predictions, or of too many requests."""

    open_max: int | None = Field(
        default=None, description="The limit of open predictions. Only with the code `too_many_open_predictions`."
    )


class NoResultProblem(Problem):
    """The problem of reading the result of a prediction that has none."""

    prediction_status: Status
