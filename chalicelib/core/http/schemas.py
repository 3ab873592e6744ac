"""The base of request models, and response models that several packages share.

Views build dicts, some of them typed, and never instances of response models. Those are for the OpenAPI document and
the tests, so requests spend no time on them. With ``defer_build`` no model is built at a cold start.

Descriptions are in ``Field`` and not in docstrings of attributes, because pydantic reads the latter from the source
files, which a deployed zip of compiled files does not have.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Instant = Annotated[
    str, Field(description="A time as ISO 8601 in UTC with milliseconds.", json_schema_extra={"format": "date-time"})
]
Sha256 = Annotated[str, Field(description="A SHA-256 hash in hexadecimal.", pattern="^[0-9a-f]{64}$")]


def optional_field(description: str) -> Any:
    """Return a field that a document may lack. It is null only if its type allows null."""
    return Field(default_factory=lambda: None, description=description)


class ResponseModel(BaseModel):
    """Base class of the response models."""

    model_config = ConfigDict(defer_build=True)


class RequestModel(BaseModel):
    """Base class of bodies, forms and query parameters. Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Problem(ResponseModel):
    """A problem document, the body of every error response (problem+json, RFC 9457)."""

    type: str = Field(description="Always `about:blank`. `code` tells the kind of problem.")
    title: str = Field(description="The kind of problem in a few English words.")
    status: int = Field(description="The HTTP status of the response.")
    code: str = Field(description="The kind of problem, stable and meant for programs.")
    detail: str = Field(description="What happened and what to do, as English sentences for people.")
    request_id: str = Field(
        description="The id of the request, also in the header X-Request-Id. Quote it when you report the problem."
    )


class FieldError(ResponseModel):
    """An error in one field of a JSON body or a form, or in one query parameter."""

    column: str | None = Field(
        description="The field's name, cut to 64 characters; null if the error concerns the whole body."
    )
    code: str = Field(
        description="The kind of error, meant for programs, such as `missing`, `too_short` or `repeated`."
    )
    message: str = Field(description="The error as text for people. It never repeats the value.")


class InputProblem(Problem):
    """A problem document for invalid input."""

    errors: list[FieldError] = optional_field("The errors in fields and options, at most 20.")
    errors_total: int = optional_field("The number of all errors.")


class TooLargeProblem(Problem):
    """A problem document for a file or a body that is too large."""

    limit_bytes: int = optional_field("The largest allowed size in bytes.")


class Cursor(RequestModel):
    """The query options of a paged list."""

    cursor: str = Field(default="", description="`next_cursor` of the previous page. Omit it for the first page.")


NextCursor = Annotated[str | None, Field(description="The cursor of the next page; null on the last page.")]


class Health(ResponseModel):
    """The API function runs."""

    status: str = Field(description="Always `ok`.", examples=["ok"])


class OpenApi(ResponseModel):
    """An OpenAPI document."""

    model_config = ConfigDict(extra="allow")

    openapi: str = Field(description="The version of the OpenAPI specification.", examples=["3.1.0"])
    info: dict[str, Any] = Field(description="The title, version and licence of the API.")
    paths: dict[str, Any] = Field(description="The operations, by path and method.")
