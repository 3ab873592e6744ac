"""What answers look like, for the OpenAPI document and the tests: the parts that every domain shares.

The views build dicts, some of them typed, and never these models, so a request pays nothing for them (``defer_build``:
not even a start does). Descriptions are in ``Field`` and not in docstrings of attributes, which pydantic would have to
read from the sources: a zip of compiled files has none.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Instant = Annotated[
    str, Field(description="ISO 8601 in UTC with milliseconds.", json_schema_extra={"format": "date-time"})
]
Sha256 = Annotated[str, Field(description="SHA-256 in hexadecimal.", pattern="^[0-9a-f]{64}$")]


def optional_field(description: str) -> Any:
    """A field that an answer may lack. It is never null."""
    return Field(default_factory=lambda: None, description=description)


class ResponseModel(BaseModel):
    """Base of what the API answers."""

    model_config = ConfigDict(defer_build=True)


class Problem(ResponseModel):
    """Every answer that is no success: problem+json as in RFC 9457."""

    type: str = Field(description="Always `about:blank`; `code` says what it is.")
    title: str = Field(description="The kind of problem in a few English words.")
    status: int = Field(description="The HTTP status once more.")
    code: str = Field(description="The kind of problem, stable and for programs.")
    detail: str = Field(description="What happened and what can be done, an English sentence for people.")
    request_id: str = Field(description="What to name when asking about it; as X-Request-Id.")


class FieldError(ResponseModel):
    """What is wrong with one field of a JSON body or a form, or with one query parameter."""

    column: str | None = Field(description="The field's name, cut to 64 characters.")
    code: str = Field(description="What is wrong, for programs, such as `missing`, `too_short`, `repeated`.")
    message: str = Field(description="What is wrong, for people. Never repeats the value.")


class InputProblem(Problem):
    """The problem of input that isn't valid."""

    errors: list[FieldError] = optional_field("Each field or option that is wrong, the first 20.")
    errors_total: int = optional_field("How many are wrong.")


class TooLargeProblem(Problem):
    """The problem of a file or a body that is too large."""

    limit_bytes: int = optional_field("How many bytes it may have.")


class Cursor(BaseModel):
    """The query of a list in pages."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    cursor: str = Field(default="", description="`next_cursor` of the page before; without it, the first page.")


NextCursor = Annotated[str | None, Field(description="The cursor of the next page, null on the last.")]


class Health(ResponseModel):
    """The API function runs."""

    status: str = Field(examples=["ok"])


class OpenApi(ResponseModel):
    """This document."""

    model_config = ConfigDict(extra="allow")

    openapi: str = Field(examples=["3.1.0"])
    info: dict[str, Any]
    paths: dict[str, Any]
