"""Parse and validate a request's input: query options, a JSON body, a form with a file.

Each route rejects unknown options and fields and names them. If a misspelled option were ignored, the user would be
charged for a request that they did not mean. An error response is never much larger than its request.
"""

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import MultiDict, Request
from multipart import MultipartError, MultipartParser, ParserLimitReached, parse_options_header
from pydantic import BaseModel, ValidationError

from chalicelib.core.errors import DomainError, InvalidInputError, InvalidJsonError
from chalicelib.core.http.schemas import RequestModel

JSON_TYPE = "application/json"
FORM_TYPE = "multipart/form-data"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_TYPES = ("text/csv", "text/plain", "text/tab-separated-values", "application/vnd.ms-excel", WORKBOOK_TYPE)
"""The content types of a body that is the file itself. Windows sends a CSV as ``application/vnd.ms-excel``."""
FILE_FIELD = "file"
FILE_NAME_LENGTH_MAX = 200
JSON_BYTES_MAX = 16 * 1024
"""Ten times the longest JSON body that any route needs."""
ERRORS_LISTED_MAX = 20
NAME_SHOWN_MAX = 64
_FORM_PARTS_MAX = 16
_MALFORMED = "The form is cut off or malformed. Please send it again."

type Fields = Sequence[tuple[str, str]]
"""Names and values of a form's text fields, in their order. Names may repeat."""


class FileMissingError(DomainError):
    """The form has no file in the field ``file``."""

    status = 422
    code = "file_missing"
    title = "No file was sent"


class InvalidFormError(DomainError):
    """The multipart body is cut off, malformed, or has too many parts."""

    status = 422
    code = "invalid_form"
    title = "The upload arrived incomplete"


class BodyTooLargeError(DomainError):
    """The JSON body is larger than the limit. It was not read."""

    status = 413
    code = "body_too_large"
    title = "The JSON body is too large"


class UnsupportedMediaTypeError(DomainError):
    """The body has a content type that this address does not take, or none."""

    status = 415
    code = "unsupported_media_type"
    title = "This content type is not accepted here"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """An uploaded file: its bytes and the name that the client gave it, if any."""

    content: bytes
    name: str | None


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form's text fields and its file."""

    fields: Fields
    file: UploadedFile


class NoOptions(RequestModel):
    """The options of a route that takes none."""


def check_content_type(request: Request, taken: Sequence[str]) -> None:
    """Raise if the request's content type is none of ``taken``.

    A body without a content type is taken as JSON if nothing else is taken. Otherwise it is refused, because API
    Gateway passes it on as text in UTF-8, which corrupts files in other encodings.

    Raises
    ------
    UnsupportedMediaTypeError
    """
    sent, _ = _content_type(request)
    if (sent or JSON_TYPE) in taken and (sent or len(taken) == 1):
        return
    curl = f"-F '{FILE_FIELD}=@patients.csv'" if FORM_TYPE in taken else f"-H 'Content-Type: {JSON_TYPE}'"
    raise UnsupportedMediaTypeError(
        f"This address takes {_alternatives(taken)}; you sent {_shown(sent) or 'no content type'}. With curl: {curl}."
    )


def _alternatives(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def json_body[Body: BaseModel](request: Request, model: type[Body], hint: str = "") -> Body:
    """Return the request's JSON body as ``model``. ``hint`` ends the message of ``InvalidJsonError``.

    Raises
    ------
    BodyTooLargeError
        The body has more than ``JSON_BYTES_MAX`` bytes.
    InvalidJsonError
        The body is not a JSON object.
    InvalidInputError
        A field is missing, unknown, repeated or invalid. ``errors`` names each field, but not its value.
    """
    body = _body_bytes(request)
    if len(body) > JSON_BYTES_MAX:
        detail = f"A JSON body has at most {JSON_BYTES_MAX:,} bytes. This one was not read."
        raise BodyTooLargeError(detail, limit_bytes=JSON_BYTES_MAX)
    try:
        values = json.loads(body, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise _invalid_json(model, hint) from error
    if not isinstance(values, dict):
        raise _invalid_json(model, hint)
    return _validated(values, model)


def _invalid_json(model: type[BaseModel], hint: str) -> InvalidJsonError:
    """Return the error that shows an object with the required fields of ``model``, or with all if none is required."""
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    fields = [f'"{name}": "…"' for name in required or model.model_fields]
    return InvalidJsonError(f"Send a JSON object such as {{{', '.join(fields)}}}. {hint}".rstrip())


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if repeated := _repeated(members):
        raise _invalid_input(repeated)
    return dict(members)


def parsed_options[Options: BaseModel](request: Request, model: type[Options], fields: Fields = ()) -> Options:
    """Return the options of the request's query and of ``fields``, its form's text fields, as ``model``.

    Raises
    ------
    InvalidInputError
        An option is unknown, invalid or repeated, even with the same value. ``errors`` names it.
    """
    query = request.query_params or MultiDict({})
    options = [(name, value) for name in query for value in query.getlist(name)] + [*fields]
    if repeated := _repeated(options):
        raise _invalid_input(repeated)
    return _validated(dict(options), model)


def refuse_body(request: Request) -> None:
    """Raise if a request of a route without a body has one. An empty JSON object is allowed.

    Raises
    ------
    InvalidInputError
        There is a body. ``errors`` names its fields if they can be read.
    """
    if not _body_bytes(request):
        return
    try:
        if is_json(request):
            json_body(request, NoOptions)
            return
        if _is_form(request):
            _validated({part.name: "" for part in _parts(request)}, NoOptions)
    except (BodyTooLargeError, InvalidJsonError, InvalidFormError):
        pass
    raise _invalid_input([_error(None, "unexpected_body", "this address takes no body")])


def _validated[Model: BaseModel](values: Mapping[str, Any], model: type[Model]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _from_validation_error(error, list(model.model_fields)) from None


def _from_validation_error(error: ValidationError, known: Sequence[str]) -> InvalidInputError:
    """Return pydantic's error as the API's, without the values, which may be passwords."""
    return _invalid_input(
        [
            _error(
                ".".join(map(str, details["loc"])) or None,
                _CODES_BY_PYDANTIC_TYPE.get(details["type"], details["type"]),
                _unknown_name(known) if details["type"] == "extra_forbidden" else details["msg"],
            )
            for details in error.errors(include_url=False, include_input=False)
        ]
    )


def _unknown_name(known: Sequence[str]) -> str:
    return f"unknown name (known: {', '.join(known)})" if known else "unknown name (this address takes none)"


_CODES_BY_PYDANTIC_TYPE = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "string_type": "not_a_text",
}


def _repeated(values: Iterable[tuple[str, Any]]) -> list[dict[str, str | None]]:
    """Return an error for each name that occurs more than once in ``values``."""
    counts = Counter(name for name, _ in values)
    return [_error(name, "repeated", "send this only once") for name, count in counts.items() if count > 1]


def _error(name: str | None, code: str, message: str) -> dict[str, str | None]:
    return {"column": None if name is None else _shown(name), "code": code, "message": message}


def _shown(name: str) -> str:
    return name if len(name) <= NAME_SHOWN_MAX else name[: NAME_SHOWN_MAX - 1] + "…"


def _invalid_input(errors: Sequence[dict[str, str | None]]) -> InvalidInputError:
    """Return the error that lists the first ``ERRORS_LISTED_MAX`` of ``errors`` and counts all."""
    listed = errors[:ERRORS_LISTED_MAX]
    sentences = [
        f"{error['column']}: {error['message']}" if error["column"] else str(error["message"]) for error in listed
    ]
    if len(listed) < len(errors):
        sentences.append(f"and {len(errors) - len(listed)} more")
    return InvalidInputError(f"Please correct: {'; '.join(sentences)}.", errors=listed, errors_total=len(errors))


def _body_bytes(request: Request) -> bytes:
    body = request.raw_body or b""
    return body if isinstance(body, bytes) else body.encode()


def _content_type(request: Request) -> tuple[str, dict[str, str]]:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    return str(kind), options


def is_json(request: Request) -> bool:
    """Return whether the request's content type is JSON."""
    return _content_type(request)[0] == JSON_TYPE


def _is_form(request: Request) -> bool:
    return _content_type(request)[0] == FORM_TYPE


def sent_form(request: Request) -> SentForm:
    """Return the fields and the file of a ``multipart/form-data`` body. Any other body is the file itself.

    Raises
    ------
    FileMissingError
        The form has no file in the field ``file``.
    InvalidInputError
        The form has more than one file.
    InvalidFormError
        The form is cut off or malformed. (Other parsers than `multipart` drop the file silently.)
    """
    if not _is_form(request):
        return SentForm((), UploadedFile(_body_bytes(request), None))
    parts = _parts(request)
    files = [part for part in parts if part.name == FILE_FIELD]
    if not files:
        raise FileMissingError(f"Choose a CSV file and send it in the form field '{FILE_FIELD}'.")
    if len(files) > 1:
        raise _invalid_input([_error(FILE_FIELD, "repeated", "send only one file")])
    (file,) = files
    # Clients that stream a file may send no name.
    name = (file.filename or "")[:FILE_NAME_LENGTH_MAX] or None
    fields = [(part.name, part.raw.decode("utf-8", "replace")) for part in parts if part is not file]
    return SentForm(fields, UploadedFile(file.raw, name))


def _parts(request: Request) -> list[Any]:
    body = _body_bytes(request)
    boundary = _content_type(request)[1].get("boundary", "")
    _refuse_text_around_form(body, boundary.encode())
    parser = MultipartParser(
        io.BytesIO(body), boundary, content_length=len(body),
        part_limit=_FORM_PARTS_MAX, spool_limit=len(body), memory_limit=len(body) + 65536, disk_limit=0,
    )  # fmt: skip
    try:
        return list(parser)
    except ParserLimitReached as error:
        raise InvalidFormError(
            f"The form has more than {_FORM_PARTS_MAX} fields. Send one file and its options."
        ) from error
    except MultipartError as error:
        raise InvalidFormError(_MALFORMED) from error


def _refuse_text_around_form(body: bytes, boundary: bytes) -> None:
    """Raise if there is text before or after the form. Parsers skip it, including any options in it."""
    delimiter = b"--" + boundary
    ends_once = body.count(b"\r\n" + delimiter + b"--") <= 1
    if not (body.startswith(delimiter) and body.rstrip().endswith(delimiter + b"--") and ends_once):
        raise InvalidFormError(_MALFORMED)
