"""What the answers say of a patient file, for the OpenAPI document."""

from pydantic import Field

from chalicelib.core.http.schemas import Problem, ResponseModel, optional_field


class Finding(ResponseModel):
    """What is wrong with one cell, row or column of a file. What follows `message` are the sentence's own words."""

    row: int | None = Field(default=None, description="The patient, counted from 1.")
    column: str | None
    value: str | None = Field(default=None, description="The cell, cut to 40 characters.")
    code: str = Field(description="What is wrong, for programs, such as `not_a_number`.")
    message: str
    unit: str | None = optional_field("The unit that is expected.")
    units: list[str] = optional_field("The units that are known for the column.")
    minimum: float = optional_field("The least that is accepted.")
    maximum: float = optional_field("The most that is accepted.")
    allowed: list[str] = optional_field("What is accepted.")
    hint_unit: str = optional_field("The unit that the value was probably given in.")
    suggestion: float | None = optional_field("The value in the expected unit.")
    expected: int = optional_field("Cells of the header.")
    found: int = optional_field("Cells of the row.")


class RepeatedId(ResponseModel):
    """An ID that more than one patient has."""

    id: str
    rows: list[int] = Field(description="The first ten of its rows.")


class PreviewColumn(ResponseModel):
    """A column of the file."""

    header: str = Field(description="As the file has it, cut to 40 characters.")
    column: str | None = Field(description="The name under which it is read; null if no model uses it.")


class PreviewRow(ResponseModel):
    """A row of the file."""

    row: int = Field(description="The patient, counted from 1.")
    cells: list[str] = Field(description="As the file has them, each cut to 40 characters, in the order of `columns`.")


class Preview(ResponseModel):
    """A look at the file as it was read."""

    columns: list[PreviewColumn] = Field(description="At most 30, in the file's order.")
    rows: list[PreviewRow] = Field(description="The first five, and the first twenty of those that are wrong.")


class FileProblem(Problem):
    """The problem of a file that can't be predicted."""

    errors: list[Finding] = optional_field("The first hundred findings.")
    errors_total: int = optional_field("How many findings there are.")
    bad_rows: str = optional_field("Every row that is wrong, such as `2, 4-17`.")
    bad_rows_total: int = optional_field("How many rows are wrong.")
    rows: int = optional_field("How many rows there are.")
    limit_rows: int = optional_field("How many rows one prediction takes, if there are more.")
