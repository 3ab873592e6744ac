"""Response models of results, for the OpenAPI document. mypy checks the typed dicts."""

from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import Field

from chalicelib.core.http.schemas import ResponseModel, optional_field
from chalicelib.inference.patient_file.schemas import Finding

Probability = Annotated[float, Field(ge=0, le=1)]


class Summary(TypedDict):
    """Summary of a result."""

    rows: Annotated[int, Field(description="Patients in the file, including skipped ones.")]
    mean_years: Annotated[float, Field(description="Mean of the estimates, in years.")]
    median_years: Annotated[float, Field(description="Median of the estimates, in years.")]
    minimum_years: Annotated[float, Field(description="Lowest estimate, in years.")]
    maximum_years: Annotated[float, Field(description="Highest estimate, in years.")]
    imputed_rows: Annotated[int, Field(description="Patients with a missing value that was imputed.")]
    out_of_range_rows: Annotated[int, Field(description="Patients with a value outside the training range.")]
    skipped_rows: NotRequired[
        Annotated[int, Field(description="Patients that were skipped because they can't be predicted.")]
    ]


class Survival(ResponseModel):
    """A point of a survival curve."""

    years: int = Field(description="Number of years.")
    probability: Probability = Field(description="Probability of living longer than `years`.")
    lower: Probability | None = Field(
        description="Lower end of the band, which shows how uncertain the curve itself is. Null without a band."
    )
    upper: Probability | None = Field(description="Upper end of the band. Null without a band.")


class ImputedValue(ResponseModel):
    """The value that was used for a missing one: the expected value, given what was measured."""

    column: str = Field(description="The imputed column.")
    value: float = Field(
        description="The value, in the column's own unit. For a category it is a number: 2.6 for a `Stage` between 2 "
        "and 3, and for `Sex` from 0 (F) to 1 (M)."
    )


class IfMeasured(ResponseModel):
    """Range of the estimate, in years, if an imputed column had a low or a high value for such a patient.

    Low and high are the 10th and the 90th percentile of the values to expect, given what was measured.
    """

    column: str = Field(description="The imputed column.")
    low: float = Field(description="Lower end of the range, in years.")
    high: float = Field(description="Upper end of the range, in years.")


class OutOfRange(ResponseModel):
    """A value outside the training range."""

    column: str = Field(description="The column of the value.")
    direction: Literal["above", "below"] = Field(description="Whether the value is above or below the training range.")


class Contribution(ResponseModel):
    """The contribution of one column to the estimate, on the contribution scale."""

    column: str = Field(description="The column.")
    value: float = Field(description="The contribution, on the contribution scale.")


class Row(ResponseModel):
    """The prediction for one patient. A skipped patient has only `row`, `id` and `errors`."""

    row: int = Field(description="Number of the patient in the file, starting at 1.")
    id: str | None = Field(description="The patient's ID in the file. Null if it is empty, or if the file has no IDs.")
    years: float | None = Field(description="The estimate, in years. Null for a skipped patient.")
    lower: float | None = Field(
        description="Lower end of the interval, in years: 9 of 10 such patients outlive it. The horizon if more than 9 "
        "of 10 outlive the horizon. The estimate is a mean and can be less."
    )
    upper: float | None = Field(
        description="Upper end of the interval, in years: 1 of 10 such patients outlives it. The horizon if it is open."
    )
    upper_open: bool = Field(description="Whether the upper end is open: the horizon or later.")
    median_years: float | None = Field(
        description="Median survival, in years. Null without a curve, or if the curve ends above one half."
    )
    survival: list[Survival] = Field(description="The survival curve. Empty for a model without a curve.")
    mayo_score: float | None = Field(
        description="The published Mayo risk score. Null for a skipped patient, and in results of older releases."
    )
    imputed: list[str] = Field(description="The columns whose missing value was imputed.")
    imputed_values: list[ImputedValue] = Field(
        description="The value that was used for each imputed column. Empty in results of the models' versions 1, "
        "which used the median of the study's patients."
    )
    if_measured: list[IfMeasured] = Field(description="Ranges of the estimate, one for each imputed column.")
    measure_first: str | None = Field(
        description="The missing number that could change the estimate most. Null if none could change it by more than "
        "0.1 years."
    )
    out_of_range: list[OutOfRange] = Field(description="Values outside the training range.")
    baseline: float | None = Field(
        description="The value that the contributions are added to, on the contribution scale."
    )
    contributions: list[Contribution] = Field(description="The largest first. Contributions of zero are omitted.")
    values: dict[str, float | str] = optional_field(
        "The patient's values in the columns of the model: a number in the column's own unit, or the value of a "
        "category. Columns without a value are left out. Absent for a skipped patient, and if the result keeps no "
        "values: with `keep_values=false`, for more than 100 patients, and in results of older releases."
    )
    errors: list[Finding] = Field(description="Why the patient was skipped. Empty for a predicted patient.")


class Cohort(ResponseModel):
    """Summary of a result over all predicted patients. Skipped patients count in `summary` only."""

    edges: list[float] = Field(description="Edges of the bins, in years, ascending: one more than there are bins.")
    counts: list[int] = Field(description="Patients in each bin. The last bin includes the horizon.")
    mean_years: list[float | None] = optional_field(
        "Mean years of each bin's patients, to 3 decimals; null for an empty bin. To combine bins, average the "
        "non-empty ones weighted by `counts`. Results of older releases lack this field and the next three."
    )
    survival: list[list[Probability]] = optional_field(
        "Mean probabilities of each bin's patients of living longer than each of the prediction's `survival_years`, to "
        "4 decimals. Empty for an empty bin and for a model without a curve. Combine bins in the same way."
    )
    imputed: list[int] = optional_field("Patients in each bin with a missing value that was imputed.")
    out_of_range: list[int] = optional_field("Patients in each bin with a value outside the training range.")
    sickest: list[Row] = Field(description="The 1,000 patients with the lowest estimates, the lowest first.")
    summary: Summary = Field(description="Summary of the result.")


class RowsPage(ResponseModel):
    """A page of the result's rows."""

    offset: int = Field(description="Index of the first row of this page, starting at 0.")
    total: int = Field(description="Rows of the result.")
    rows: list[Row] = Field(description="The rows of this page, in file order.")
    next_offset: int | None = Field(description="The `offset` of the next page. Null on the last page.")


class Download(ResponseModel):
    """URL that downloads the result CSV. It needs no token."""

    url: str = Field(description="The URL of the result CSV.")
    expires_in: int = Field(description="How long the URL is valid, in seconds.")
