"""What the answers about results look like, for the OpenAPI document. mypy holds the typed ones against the code."""

from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import Field

from chalicelib.core.http.schemas import ResponseModel, optional_field
from chalicelib.inference.patient_file.schemas import Finding

Probability = Annotated[float, Field(ge=0, le=1)]


class Summary(TypedDict):
    """The result in short."""

    rows: int
    mean_years: float
    median_years: float
    minimum_years: float
    maximum_years: float
    imputed_rows: Annotated[int, Field(description="Patients with a missing value that was replaced.")]
    out_of_range_rows: Annotated[int, Field(description="Patients with a value beyond what the model has seen.")]
    skipped_rows: NotRequired[
        Annotated[int, Field(description="Patients that could not be predicted and were skipped.")]
    ]


class Survival(ResponseModel):
    """A point of the survival curve."""

    years: int
    probability: Probability = Field(description="To live longer than so many years.")
    lower: Probability | None = Field(
        description="The lower end of the band: how far off the curve itself may be. Null where there is no band."
    )
    upper: Probability | None = Field(description="The upper end of the band.")


class IfMeasured(ResponseModel):
    """The range of the years if a missing value were low or high among the study's patients."""

    column: str
    low: float
    high: float


class OutOfRange(ResponseModel):
    """A value beyond what the model has seen."""

    column: str
    direction: Literal["above", "below"]


class Contribution(ResponseModel):
    """What one column adds, on the contribution scale."""

    column: str
    value: float


class Row(ResponseModel):
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


class Cohort(ResponseModel):
    """A result at a glance, however large. Patients that were skipped are in `summary` only."""

    edges: list[float] = Field(description="The ends of the bins, in years, ascending: one more than there are bins.")
    counts: list[int] = Field(description="Patients in each bin; the last one holds the horizon.")
    mean_years: list[float | None] = optional_field(
        "Their mean years, to 3 decimals; null for an empty bin. Of several bins together: the mean of those that "
        "aren't empty, weighted by `counts`. A result from before this was counted lacks it, as the next three."
    )
    survival: list[list[Probability]] = optional_field(
        "Their mean probabilities to live longer than each of the prediction's `survival_years`, to 4 decimals; empty "
        "for an empty bin and for a model without a curve. Of several bins together: weighted by `counts` too."
    )
    imputed: list[int] = optional_field("Patients in each bin with a missing value that was replaced.")
    out_of_range: list[int] = optional_field("Patients in each bin with a value beyond what the model has seen.")
    sickest: list[Row] = Field(description="The thousand patients with the fewest years, the fewest first.")
    summary: Summary


class RowsPage(ResponseModel):
    """A page of the result's rows."""

    offset: int
    total: int
    rows: list[Row]
    next_offset: int | None = Field(description="Where the next page starts, null on the last.")


class Download(ResponseModel):
    """Where the result's CSV can be had, without the token."""

    url: str
    expires_in: int = Field(description="How long the address is good, in seconds.")
