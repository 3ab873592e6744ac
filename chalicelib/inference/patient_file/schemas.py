"""Response models of patient files: findings and the preview, for the OpenAPI document."""

from typing import Annotated, Any, TypedDict

from pydantic import Field

from chalicelib.core.http.schemas import Problem, ResponseModel, TooLargeProblem, optional_field


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
    heading: str = optional_field("The heading in the file that may mean this column.")
    example: str = optional_field("A text of the file, such as a cell whose decimal mark is unclear.")
    other_example: str = optional_field("Another text of the file that contradicts `example`.")
    texts: list[str] = optional_field("Texts of the column whose meaning is unclear, at most ten.")
    count: int = optional_field("How many cells it concerns.")
    median: float = optional_field("The median of the column, as the numbers are written in the file.")
    usual_minimum: float = optional_field("Almost all patients have more, in the unit of the file.")
    usual_maximum: float = optional_field("9 of 10 patients of the study had less, in the unit of the file.")
    other_column: str = optional_field("Another column of the file, which shows in which units it is.")
    other_unit: str = optional_field("The unit of that column.")


class Assumption(TypedDict):
    """How a part of the file was read where it could have been written more plainly."""

    column: Annotated[str | None, Field(description="The name of the column; null if it concerns the whole file.")]
    kind: Annotated[
        str, Field(description="What was assumed, as a code for programs, such as `heading` or `decimal_comma`.")
    ]
    text: Annotated[str, Field(description="What was assumed, as a sentence.")]
    params: Annotated[dict[str, Any], Field(description="The values in the sentence.")]


class OutOfRangeColumn(ResponseModel):
    """The values of a column that lie outside the training range. The result flags them."""

    column: str = Field(description="The name of the column.")
    count: int = Field(description="How many patients have such a value.")
    rows: list[int] = Field(description="The first ten of these patients, counted from 1.")
    minimum: float = Field(description="The lower end of the training range, in the unit of the file.")
    maximum: float = Field(description="The upper end of the training range, in the unit of the file.")


class ImputedColumn(ResponseModel):
    """The missing values of a column. The model fills them, and the result says so."""

    column: str = Field(description="The name of the column.")
    count: int = Field(description="How many patients lack this value.")


class RepeatedId(ResponseModel):
    """An ID that several patients have."""

    id: str = Field(description="The ID.")
    rows: list[int] = Field(description="The first ten rows with this ID.")


class PreviewColumn(ResponseModel):
    """A column of the file."""

    header: str = Field(description="The header as in the file, cut to 100 characters.")
    column: str | None = Field(description="The name under which the column is read; null if it is left out.")
    unit: str | None = Field(description="The unit in which its numbers are read; null for a column without numbers.")
    suggestion: str | None = Field(description="For a column that is left out: the column that it may be.")
    texts: list[str] = Field(
        description="For a category: the different texts of its cells, at most twenty. Empty for other columns."
    )


class PreviewRow(ResponseModel):
    """A row of the file."""

    row: int = Field(description="The patient, counted from 1.")
    cells: list[str] = Field(description="The cells in the order of `columns`, each cut to 40 characters.")


class Preview(ResponseModel):
    """Some rows of the file, as the service reads them."""

    columns: list[PreviewColumn] = Field(
        description="At most 30 columns, in the file's order: first those that are read or may be one that is."
    )
    rows: list[PreviewRow] = Field(description="The first five rows, and the first twenty bad rows.")


class FormatProblem(Problem):
    """The problem of a file or a content type that is not read."""

    format: str = optional_field("The format of a file that is neither a text nor a workbook, such as `parquet`.")


class FileSizeProblem(TooLargeProblem):
    """The problem of a file that is too large, or of a workbook with too much in it."""

    limit: str = optional_field("What a workbook has too much of, such as `rows`.")
    maximum: int = optional_field("How much of it is allowed.")


class FileProblem(Problem):
    """The problem of a file that cannot be predicted."""

    errors: list[Finding] = optional_field("The first hundred findings.")
    errors_total: int = optional_field("How many findings there are.")
    bad_rows: str = optional_field("Every bad row, such as `2, 4-17`.")
    bad_rows_total: int = optional_field("How many rows are bad.")
    rows: int = optional_field("How many rows the file has.")
    preview: Preview = optional_field("The first rows of a file whose columns are unclear, so that they can be mapped.")
    limit_rows: int = optional_field("The maximum number of rows of one prediction, if the file has more.")
