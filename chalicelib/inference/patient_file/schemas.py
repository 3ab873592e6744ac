"""Response models of patient files: findings and the preview, for the OpenAPI document."""

from pydantic import Field

from chalicelib.core.http.schemas import Problem, ResponseModel, optional_field


class Finding(ResponseModel):
    """One fault of a cell, a row or a column of a file. The fields after `message` hold the values in its sentence."""

    row: int | None = Field(default=None, description="The patient, counted from 1.")
    column: str | None = Field(description="The name of the column; null if a whole row is wrong.")
    value: str | None = Field(default=None, description="The text of the cell, cut to 40 characters.")
    code: str = Field(description="What is wrong, as a code for programs, such as `not_a_number`.")
    message: str = Field(description="What is wrong and what is expected, in one or two sentences.")
    unit: str | None = optional_field("The unit that is expected.")
    units: list[str] = optional_field("The units that the column can have.")
    minimum: float = optional_field("The smallest accepted value.")
    maximum: float = optional_field("The largest accepted value.")
    allowed: list[str] = optional_field("The accepted values.")
    hint_unit: str = optional_field("The unit in which the value probably is.")
    suggestion: float | None = optional_field("The value converted to the expected unit.")
    expected: int = optional_field("The number of cells in the header.")
    found: int = optional_field("The number of cells in the row.")


class RepeatedId(ResponseModel):
    """An ID that several patients have."""

    id: str = Field(description="The ID.")
    rows: list[int] = Field(description="The first ten rows with this ID.")


class PreviewColumn(ResponseModel):
    """A column of the file."""

    header: str = Field(description="The header as in the file, cut to 40 characters.")
    column: str | None = Field(description="The name under which the column is read; null if it is left out.")


class PreviewRow(ResponseModel):
    """A row of the file."""

    row: int = Field(description="The patient, counted from 1.")
    cells: list[str] = Field(description="The cells in the order of `columns`, each cut to 40 characters.")


class Preview(ResponseModel):
    """Some rows of the file, as the service reads them."""

    columns: list[PreviewColumn] = Field(description="At most 30 columns, in the file's order.")
    rows: list[PreviewRow] = Field(description="The first five rows, and the first twenty bad rows.")


class FileProblem(Problem):
    """The problem of a file that cannot be predicted."""

    errors: list[Finding] = optional_field("The first hundred findings.")
    errors_total: int = optional_field("How many findings there are.")
    bad_rows: str = optional_field("Every bad row, such as `2, 4-17`.")
    bad_rows_total: int = optional_field("How many rows are bad.")
    rows: int = optional_field("How many rows the file has.")
    limit_rows: int = optional_field("The maximum number of rows of one prediction, if the file has more.")
