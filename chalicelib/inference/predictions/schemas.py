"""Response models of predictions and dry runs, for the OpenAPI document. mypy checks the typed dicts."""

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from chalicelib.billing.schemas import BalanceNow
from chalicelib.core.http.schemas import Instant, NextCursor, Problem, ResponseModel, Sha256
from chalicelib.inference.models.output_spec import ContributionScale
from chalicelib.inference.patient_file.schemas import (
    Assumption,
    Finding,
    ImputedColumn,
    OutOfRangeColumn,
    Preview,
    RepeatedId,
)
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.results.schemas import Summary

Assumptions = Annotated[
    list[Assumption], Field(description="How the file was read where it could have been written more plainly.")
]


class Submission(TypedDict):
    """A prediction that was accepted and charged."""

    prediction_id: Annotated[str, Field(description="The id of the new prediction.")]
    status: Annotated[Status, Field(description="The status of the prediction.")]
    cost: Annotated[int, Field(description="The coins that were charged.")]
    balance: BalanceNow
    rows: Annotated[int, Field(description="Patients in the file.")]
    retry_of: Annotated[str | None, Field(description="The id of the prediction whose file this one runs again.")]
    ignored_columns: Annotated[list[str], Field(description="Columns of the file that no model uses.")]
    units: Annotated[dict[str, str], Field(description="The unit of each numeric column of the file.")]
    bad_rows: Annotated[int, Field(description="Patients that are skipped because they can't be predicted.")]
    assumptions: Assumptions


class Receipt(TypedDict):
    """The hashes of the input file, the model and the result CSV. `make verify` checks them offline."""

    format: Annotated[int, Field(description="Version of this format.")]
    prediction_id: Annotated[str, Field(description="The id of the prediction.")]
    model_id: Annotated[str, Field(description="The id of the model.")]
    model_version: Annotated[
        str | None, Field(description="The version of the model that ran. Null in results of older releases.")
    ]
    model_sha256: Annotated[
        Sha256 | None, Field(description="SHA-256 of the model file. Null in results of older releases.")
    ]
    rows: Annotated[int, Field(description="Patients in the file.")]
    units: Annotated[Literal["stated", "si"], Field(description="The option `units` of the submission.")]
    on_error: Annotated[Literal["refuse", "skip"], Field(description="The option `on_error` of the submission.")]
    keep_values: Annotated[
        bool, Field(description="The option `keep_values` of the submission. False in results of older releases.")
    ]
    decimal: Annotated[str | None, Field(description="The option `decimal` of the submission.")]
    missing: Annotated[list[str] | None, Field(description="The codes of the option `missing`. Null if not sent.")]
    columns: Annotated[dict[str, str | None], Field(description="The option `columns` of the submission.")]
    column_units: Annotated[dict[str, str], Field(description="The option `column_units` of the submission.")]
    column_values: Annotated[
        dict[str, dict[str, str | None]], Field(description="The option `column_values` of the submission.")
    ]
    assumptions: Assumptions
    input_sha256: Annotated[Sha256, Field(description="SHA-256 of the submitted file, in hexadecimal.")]
    result_sha256: Annotated[Sha256, Field(description="SHA-256 of the result CSV, in hexadecimal.")]
    ledger_entry_id: Annotated[str, Field(description="The id of the ledger entry of the charge.")]
    coins: Annotated[int, Field(description="The coins that were charged.")]
    submitted_at: Annotated[Instant, Field(description="Time of the submission.")]
    finished_at: Annotated[Instant, Field(description="Time at which the prediction ended.")]


class Timings(TypedDict):
    """Time in the queue and time of the run, in milliseconds."""

    queued_ms: Annotated[int, Field(description="Milliseconds from the submission to the start of the first attempt.")]
    run_ms: Annotated[int, Field(description="Milliseconds from the start of the first attempt to the end.")]


class Prediction(TypedDict):
    """A prediction: its status, its options and, after its end, its result."""

    prediction_id: Annotated[str, Field(description="The id of the prediction.")]
    status: Annotated[Status, Field(description="The status of the prediction.")]
    is_finished: Annotated[bool, Field(description="Whether the prediction has ended, with or without a result.")]
    is_success: Annotated[bool, Field(description="Whether the prediction succeeded.")]
    output: Annotated[float | None, Field(description="The estimate of the first patient, in years.")]
    error_info: Annotated[str | None, Field(description="Why there is no result, as a sentence.")]
    error_code: Annotated[str | None, Field(description="Why there is no result, for programs.")]
    prediction_model_id: Annotated[str, Field(description="The id of the model.")]
    model_version: Annotated[
        str, Field(description="The version of the model: the one that ran, or until then the one at submission.")
    ]
    prediction_date: Annotated[Instant, Field(description="Time of the submission.")]
    finished_at: Annotated[Instant | None, Field(description="Time at which the prediction ended. Null until then.")]
    file_name: Annotated[
        str | None,
        Field(description="The name of the submitted file. Null if none was sent, or if the files were deleted."),
    ]
    name: Annotated[
        str | None,
        Field(description="The user's own name for the prediction. Null without one, or if the files were deleted."),
    ]
    note: Annotated[str | None, Field(description="The user's note. Null without one, or if the files were deleted.")]
    ignored_columns: Annotated[list[str], Field(description="Columns of the file that no model uses.")]
    units: Annotated[dict[str, str], Field(description="The unit of each numeric column of the file.")]
    bad_rows: Annotated[int, Field(description="Patients that are skipped because they can't be predicted.")]
    assumptions: Assumptions
    is_checked: Annotated[
        bool,
        Field(
            description="Whether the whole file was checked. Of a large file only the beginning is checked at "
            "submission. Until the worker has checked all of it, `rows` is an estimate."
        ),
    ]
    rows: Annotated[int, Field(description="Patients in the file.")]
    rows_done: Annotated[int, Field(description="Patients that the current attempt has predicted so far.")]
    cost: Annotated[int, Field(description="The price, in coins.")]
    refunded: Annotated[bool, Field(description="Whether the coins were refunded.")]
    retry_of: Annotated[str | None, Field(description="The id of the prediction whose file this one runs again.")]
    files_deleted_at: Annotated[
        Instant | None, Field(description="Time at which the owner deleted the files. Null if they were not deleted.")
    ]
    summary: Annotated[Summary | None, Field(description="Summary of the result. Null until there is one.")]
    horizon_years: Annotated[
        float | None, Field(description="Horizon of the model, in years. Null until there is a result.")
    ]
    contribution_scale: Annotated[
        ContributionScale | None, Field(description="Scale of the contributions. Null until there is a result.")
    ]
    survival_years: Annotated[
        list[int] | None,
        Field(description="The years at which survival curves are given. Null until there is a result."),
    ]
    curve_band_level: Annotated[
        float | None,
        Field(
            description="Level of the band around each patient's curve. Null without a band, and until there is a "
            "result."
        ),
    ]
    interval_quantiles: Annotated[
        list[float] | None,
        Field(
            description="Probabilities of death at the lower and the upper end of the intervals, such as 0.1 and 0.9. "
            "Null until there is a result, and for results of the models' versions 1: their intervals were made to "
            "contain the true number for 80% of the patients."
        ),
    ]
    receipt: Annotated[
        Receipt | None,
        Field(description="The receipt. Null until there is a result, and for results of older releases."),
    ]
    timings: Annotated[Timings | None, Field(description="Durations. Null until the prediction has run and ended.")]


class History(TypedDict):
    """A page of the user's predictions, newest first."""

    predictions: Annotated[list[Prediction], Field(description="The predictions of this page.")]
    next_cursor: NextCursor


class DryRun(ResponseModel):
    """The findings and the cost of a submission. Nothing was stored or charged."""

    rows: int = Field(description="Patients in the file.")
    rows_predictable: int = Field(description="Patients without findings. 0 if a whole column has a finding.")
    accepted: bool = Field(description="Whether a submission with these options would be accepted.")
    errors: list[Finding] = Field(
        description="The first 100 findings. Those about a whole column have no row, come first, and refuse the file "
        "with any `on_error`."
    )
    warnings: list[Finding] = Field(
        description="What is odd about the file and should be looked at. Warnings do not make the file invalid."
    )
    assumptions: Assumptions
    out_of_range: list[OutOfRangeColumn] = Field(
        description="The columns of the model with values outside the training range."
    )
    imputed: list[ImputedColumn] = Field(description="The columns of the model with missing values.")
    errors_total: int = Field(description="Number of all findings.")
    bad_rows: str = Field(description="The numbers of all bad rows, such as `2, 4-17`.")
    bad_rows_total: int = Field(description="Number of bad rows.")
    duplicate_ids: list[RepeatedId] = Field(
        description="The first 100 IDs that several patients have. They do not make the file invalid."
    )
    columns: list[str] = Field(description="The columns that are read.")
    columns_absent: list[str] = Field(description="Columns that could be read and are absent.")
    ignored_columns: list[str] = Field(description="Columns of the file that no model uses.")
    personal_columns: list[str] = Field(
        description="Ignored columns that seem to identify a person: by name, address, date of birth or number."
    )
    units: dict[str, str] = Field(description="The unit of each numeric column that is read.")
    format: Literal["csv", "xlsx"] = Field(description="The format of the file.")
    separator: str | None = Field(description="The character between the cells of the file. Null for a workbook.")
    encoding: Literal["utf-8", "utf-16", "windows-1251", "windows-1252", "macintosh"] | None = Field(
        description="The encoding of the file. Null for a workbook."
    )
    sampled: bool = Field(description="Whether only the beginning of a large file was checked.")
    preview: Preview = Field(description="The first columns and rows of the file, as the service reads them.")
    cost: int = Field(description="Price of the prediction, in coins.")
    balance: int = Field(description="Balance of the account, in coins.")
    balance_after: int | None = Field(
        description="Balance after a submission, in coins. Null if the balance is lower than the cost."
    )


class PaymentProblem(Problem):
    """The problem of a balance that is lower than the cost."""

    cost: int = Field(description="Price of the prediction, in coins.")
    balance: int = Field(description="Balance of the account, in coins.")


class OpenPredictionsProblem(Problem):
    """The problem of too many open predictions, or of too many requests."""

    open_max: int | None = Field(
        default=None, description="The limit of open predictions. Only with the code `too_many_open_predictions`."
    )


class NoResultProblem(Problem):
    """The problem of reading the result of a prediction that has none."""

    prediction_status: Status = Field(description="The status of the prediction.")
