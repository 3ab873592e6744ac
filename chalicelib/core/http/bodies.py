"""Request bodies: JSON into a pydantic model, a file out of a form."""

import io
import json
from dataclasses import dataclass

from chalice.app import Request
from multipart import MultipartError, MultipartParser, parse_options_header
from pydantic import BaseModel, ValidationError

from chalicelib.core.errors import DomainError, InvalidInputError, InvalidJsonError

FILE_FIELD = "file"
FILE_NAME_LENGTH_MAX = 200


class FileMissingError(DomainError):
    """A form without its file."""

    status = 422
    code = "file_missing"
    title = "No file was sent"


class InvalidFormError(DomainError):
    """A multipart body that ends early or breaks its own form."""

    status = 422
    code = "invalid_form"
    title = "The upload arrived incomplete"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came: its bytes and the name it had at the client, if any."""

    content: bytes
    name: str | None


def json_body[Body: BaseModel](request: Request, model: type[Body]) -> Body:
    """The request's JSON body as ``model``.

    Raises
    ------
    InvalidJsonError
        It is not a JSON object.
    InvalidInputError
        A field is missing, unknown or wrong; ``errors`` names each by field, never repeating its value.
    """
    try:
        values = json.loads(request.raw_body or b"")
    except (ValueError, RecursionError) as error:
        raise InvalidJsonError('Send a JSON object, such as {"name": "anna"}.') from error
    if not isinstance(values, dict):
        raise InvalidJsonError('Send a JSON object, such as {"name": "anna"}.')
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid_input(error) from None


def parsed_query[Query: BaseModel](request: Request, model: type[Query]) -> Query:
    """The request's query parameters as ``model``; of a repeated one the last.

    Raises
    ------
    InvalidInputError
        One is wrong; ``errors`` names it.
    """
    try:
        return model.model_validate(dict(request.query_params or {}))
    except ValidationError as error:
        raise invalid_input(error) from None


def invalid_input(error: ValidationError) -> InvalidInputError:
    """A pydantic error as the API's own, without the values: they may be passwords."""
    errors = [
        {
            "column": ".".join(str(part) for part in finding["loc"]) or None,
            "code": _CODES.get(finding["type"], finding["type"]),
            "message": finding["msg"],
        }
        for finding in error.errors(include_url=False, include_input=False)
    ]
    sentence = "; ".join(f"{each['column']}: {each['message']}" for each in errors)
    return InvalidInputError(f"Please correct: {sentence}.", errors=errors)


_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "string_type": "not_a_text",
}


def _raw(request: Request) -> bytes:
    body = request.raw_body or b""
    return body if isinstance(body, bytes) else body.encode()


def is_json(request: Request) -> bool:
    """Whether the body says that it is JSON."""
    return str(parse_options_header(request.headers.get("content-type", ""))[0]) == "application/json"


def uploaded_file(request: Request) -> UploadedFile:
    """The file of a ``multipart/form-data`` body's field ``file``, or a ``text/csv`` body itself.

    Raises
    ------
    FileMissingError
        The form has no file in that field.
    InvalidFormError
        The form is cut off or malformed. (`multipart` raises here, where others drop the file silently.)
    """
    content_type, options = parse_options_header(request.headers.get("content-type", ""))
    if content_type != "multipart/form-data":
        return UploadedFile(_raw(request), None)
    body = _raw(request)
    parser = MultipartParser(
        io.BytesIO(body), options.get("boundary", ""), content_length=len(body),
        part_limit=16, spool_limit=len(body), memory_limit=len(body) + 65536, disk_limit=0,
    )  # fmt: skip
    try:
        part = parser.get(FILE_FIELD)
    except MultipartError as error:
        raise InvalidFormError("The form with the file is cut off or malformed. Please send it again.") from error
    if part is None or part.filename is None:
        raise FileMissingError(f"Choose a CSV file and send it in the form field '{FILE_FIELD}'.")
    return UploadedFile(part.raw, part.filename[:FILE_NAME_LENGTH_MAX] or None)
