"""What the answers about models and predictions look like, for the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from chalicelib.billing.schemas import BalanceNow
from chalicelib.core.http.schemas import Answer, Instant, NextCursor, Problem, Sha256, sometimes
from chalicelib.inference.catalog import catalog
from chalicelib.inference.catalog.catalog import Statements, Texts
from chalicelib.inference.models.output_spec import ContributionScale
from chalicelib.inference.patient_file.columns import Kind
from chalicelib.inference.predictions.prediction import Status

Probability = Annotated[float, Field(ge=0, le=1)]


# ---- models


class Unit(Answer):
    """A unit that a header may name."""

    name: str
    factor: float = Field(description="A value in this unit is the value in the column's own unit times this.")


class Column(Answer):
    """A column that a patient file may have."""

    name: str
    title: Texts
    kind: Kind
    required: bool
    unit: str | None
    allowed: list[str] | None = Field(description="A category's values.")
    minimum: float | None = Field(description="A smaller value is refused.")
    maximum: float | None = Field(description="A larger value is refused.")
    training_minimum: float | None = Field(description="The least that the models have seen; less is taken for it.")
    training_maximum: float | None = Field(description="The most that the models have seen; more is taken for it.")
    units: list[Unit] = Field(description="The units that a header may name, the column's own first.")
    si_unit: str | None
    si_factor: float | None = Field(description="A value in `si_unit` is the value in `unit` times this.")


class Artefact(catalog.Artefact):
    """The file that the model is kept in."""

    file: str
    bytes: int


class Model(catalog.Card, Answer):
    """A model on offer: its contract, what it is worth, what it reads."""

    coins: int = Field(description="The price of a prediction.")
    enabled: bool = Field(description="Whether it can be chosen at the moment.")
    horizon_years: float = Field(description="Years are counted within so many.")
    survival_years: list[int] = Field(description="Where the survival curve is read; empty for a model without one.")
    interval_level: float = Field(description="The share of patients that the interval is made to hold.")
    curve_band_level: float | None = Field(
        description="The level of the band around each patient's curve; null for a model without one."
    )
    curve_band_method: Texts | None = Field(
        description="What the band is, or why there is none; null for a model without a curve."
    )
    artefact: Artefact
    data: dict[str, Any] = sometimes("What it was fitted to.")
    quality: dict[str, Any] = sometimes("What was measured of it, cross-validated.")
    comparisons: dict[str, Any] = sometimes("The same figures of simpler ways to answer.")
    known_limits: Statements = sometimes("What it can't do.")
    not_achievable: dict[str, Any] = sometimes("What no model of these data could reach, and why.")
    columns: list[Column]


class WholeModel(Model):
    """A model with its whole card: what else a card says differs from model to model."""

    model_config = ConfigDict(extra="allow")


class Catalogue(Answer):
    """The models, the cheapest first."""

    models: list[Model]
    upload_bytes_max: int = Field(description="The largest file that is taken.")


# ---- predictions


class Submission(Answer):
    """A prediction that was accepted and charged."""

    prediction_id: str
    status: Status
    cost: int = Field(description="The coins that were charged.")
    balance: BalanceNow
    rows: int = Field(description="Patients in the file.")
    retry_of: str | None = Field(description="The prediction whose file it runs again.")
    ignored_columns: list[str] = Field(description="Headers of the file that no model uses.")
    units: dict[str, str] = Field(description="The unit that each number of the file was read in.")
    bad_rows: int = Field(description="Patients that are skipped, since they can't be predicted.")


class Upload(Answer):
    """Where and how to put a large file: a form with these fields and, last, `file`."""

    upload_id: str
    url: str
    fields: dict[str, str]
    expires_in: int = Field(description="How long the address is good, in seconds.")
    bytes_max: int = Field(description="The largest file that is taken.")


class Summary(Answer):
    """The result in short."""

    rows: int
    mean_years: float
    median_years: float
    minimum_years: float
    maximum_years: float
    imputed_rows: int = Field(description="Patients with a missing value that was replaced.")
    out_of_range_rows: int = Field(description="Patients with a value beyond what the model has seen.")
    skipped_rows: int = sometimes("Patients that could not be predicted and were skipped.")


class Receipt(Answer):
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


class Timings(Answer):
    """How long it took, in milliseconds."""

    queued_ms: int
    run_ms: int


class Prediction(Answer):
    """Where a prediction stands, and what came out."""

    prediction_id: str
    status: Status
    is_finished: bool
    is_success: bool
    output: float | None = Field(description="The years of the first patient.")
    error_info: str | None = Field(description="Why there is no result, a sentence.")
    error_code: str | None
    prediction_model_id: str
    model_version: str
    prediction_date: Instant = Field(description="When it was submitted.")
    finished_at: Instant | None
    file_name: str | None
    ignored_columns: list[str] = Field(description="Headers of the file that no model uses.")
    units: dict[str, str] = Field(description="The unit that each number of the file was read in.")
    bad_rows: int = Field(description="Patients that are skipped, since they can't be predicted.")
    is_checked: bool = Field(
        description="Whether the whole file was checked. Of a large one only the beginning was at submission, and "
        "until the worker has checked it `rows` is an estimate."
    )
    rows: int = Field(description="Patients in the file.")
    rows_done: int
    cost: int = Field(description="In coins.")
    refunded: bool
    retry_of: str | None = Field(description="The prediction whose file it runs again.")
    files_deleted_at: Instant | None
    summary: Summary | None
    horizon_years: float | None
    contribution_scale: ContributionScale | None
    survival_years: list[int] | None
    curve_band_level: float | None = Field(
        description="The level of the band around each patient's curve; null without one, and until there is a result."
    )
    receipt: Receipt | None
    timings: Timings | None


class History(Answer):
    """A page of the user's predictions, newest first."""

    predictions: list[Prediction]
    next_cursor: NextCursor


# ---- findings and rows


class Finding(Answer):
    """What is wrong with one cell, row or column of a file. What follows `message` are the sentence's own words."""

    row: int | None = Field(default=None, description="The patient, counted from 1.")
    column: str | None
    value: str | None = Field(default=None, description="The cell, cut to 40 characters.")
    code: str = Field(description="What is wrong, for programs, such as `not_a_number`.")
    message: str
    unit: str | None = sometimes("The unit that is expected.")
    units: list[str] = sometimes("The units that are known for the column.")
    minimum: float = sometimes("The least that is accepted.")
    maximum: float = sometimes("The most that is accepted.")
    allowed: list[str] = sometimes("What is accepted.")
    hint_unit: str = sometimes("The unit that the value was probably given in.")
    suggestion: float | None = sometimes("The value in the expected unit.")
    expected: int = sometimes("Cells of the header.")
    found: int = sometimes("Cells of the row.")


class Survival(Answer):
    """A point of the survival curve."""

    years: int
    probability: Probability = Field(description="To live longer than so many years.")
    lower: Probability | None = Field(
        description="The lower end of the band: how far off the curve itself may be. Null where there is no band."
    )
    upper: Probability | None = Field(description="The upper end of the band.")


class IfMeasured(Answer):
    """The range of the years if a missing value were low or high among the study's patients."""

    column: str
    low: float
    high: float


class OutOfRange(Answer):
    """A value beyond what the model has seen."""

    column: str
    direction: Literal["above", "below"]


class Contribution(Answer):
    """What one column adds, on the contribution scale."""

    column: str
    value: float


class Row(Answer):
    """The answer for one patient. Of one that was skipped nothing is said but the errors."""

    row: int = Field(description="Patients are counted from 1.")
    id: str | None = Field(description="The file's own ID.")
    years: float | None
    lower: float | None = Field(description="The interval's lower end, in years.")
    upper: float | None = Field(description="The interval's upper end, in years.")
    upper_open: bool = Field(description="The upper end is the horizon, or beyond.")
    median_years: float | None = Field(
        description="Null without a curve, and where more than half live beyond its end."
    )
    survival: list[Survival] = Field(description="Empty without a curve.")
    mayo_score: float | None
    imputed: list[str] = Field(description="The columns whose missing value was replaced.")
    if_measured: list[IfMeasured]
    measure_first: str | None = Field(description="The missing column that could move the years most.")
    out_of_range: list[OutOfRange]
    baseline: float | None = Field(description="Where the contributions start, on the contribution scale.")
    contributions: list[Contribution] = Field(description="The largest first; those of zero are left out.")
    errors: list[Finding] = Field(description="Why the patient was skipped; empty for one that was not.")


class Cohort(Answer):
    """A result at a glance, however large. Patients that were skipped are in `summary` only."""

    edges: list[float] = Field(description="The ends of the bins, in years, ascending: one more than there are bins.")
    counts: list[int] = Field(description="Patients in each bin; the last one holds the horizon.")
    mean_years: list[float | None] = sometimes(
        "Their mean years, to 3 decimals; null for an empty bin. Of several bins together: the mean of those that "
        "aren't empty, weighted by `counts`. A result from before this was counted lacks it, as the next three."
    )
    survival: list[list[Probability]] = sometimes(
        "Their mean probabilities to live longer than each of the prediction's `survival_years`, to 4 decimals; empty "
        "for an empty bin and for a model without a curve. Of several bins together: weighted by `counts` too."
    )
    imputed: list[int] = sometimes("Patients in each bin with a missing value that was replaced.")
    out_of_range: list[int] = sometimes("Patients in each bin with a value beyond what the model has seen.")
    sickest: list[Row] = Field(description="The thousand patients with the fewest years, the fewest first.")
    summary: Summary


class RepeatedId(Answer):
    """An ID that more than one patient has."""

    id: str
    rows: list[int] = Field(description="The first ten of its rows.")


class PreviewColumn(Answer):
    """A column of the file."""

    header: str = Field(description="As the file has it, cut to 40 characters.")
    column: str | None = Field(description="The name under which it is read; null if no model uses it.")


class PreviewRow(Answer):
    """A row of the file."""

    row: int = Field(description="The patient, counted from 1.")
    cells: list[str] = Field(description="As the file has them, each cut to 40 characters, in the order of `columns`.")


class Preview(Answer):
    """A look at the file as it was read."""

    columns: list[PreviewColumn] = Field(description="At most 30, in the file's order.")
    rows: list[PreviewRow] = Field(description="The first five, and the first twenty of those that are wrong.")


class DryRun(Answer):
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


class RowsPage(Answer):
    """A page of the result's rows."""

    offset: int
    total: int
    rows: list[Row]
    next_offset: int | None = Field(description="Where the next page starts, null on the last.")


class Download(Answer):
    """Where the result's CSV can be had, without the token."""

    url: str
    expires_in: int = Field(description="How long the address is good, in seconds.")


# ---- refusals


class FileProblem(Problem):
    """The problem of a file that can't be predicted."""

    errors: list[Finding] = sometimes("The first hundred findings.")
    errors_total: int = sometimes("How many findings there are.")
    bad_rows: str = sometimes("Every row that is wrong, such as `2, 4-17`.")
    bad_rows_total: int = sometimes("How many rows are wrong.")
    rows: int = sometimes("How many rows there are.")
    limit_rows: int = sometimes("How many rows one prediction takes, if there are more.")


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
