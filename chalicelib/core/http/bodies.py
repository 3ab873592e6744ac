"""What a request says: options in its address, a JSON body, a form with a file.

Every route refuses what it does not take, by name: an option that is ignored would be charged for. Nothing that
arrives here makes an answer much larger than the request.
"""

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import MultiDict, Request
from multipart import MultipartError, MultipartParser, ParserLimitReached, parse_options_header
from pydantic import BaseModel, ConfigDict, ValidationError

from chalicelib.core.errors import DomainError, InvalidInputError, InvalidJsonError

FORM_TYPE = "multipart/form-data"
FILE_FIELD = "file"
FILE_NAME_LENGTH_MAX = 200
JSON_BYTES_MAX = 16 * 1024
"""The longest JSON body that any route needs is a tenth of it."""
ERRORS_LISTED_MAX = 20
NAME_SHOWN_MAX = 64
_FORM_PARTS_MAX = 16
_MALFORMED = "The form is cut off or malformed. Please send it again."

type Fields = Sequence[tuple[str, str]]
"""Names and values in the order they came, a name perhaps more than once."""


class FileMissingError(DomainError):
    """A form without its file."""

    status = 422
    code = "file_missing"
    title = "No file was sent"


class InvalidFormError(DomainError):
    """A multipart body that ends early, has too many parts, or breaks its own form."""

    status = 422
    code = "invalid_form"
    title = "The upload arrived incomplete"


class BodyTooLargeError(DomainError):
    """A JSON body that is larger than any that is asked for. It was not read."""

    status = 413
    code = "body_too_large"
    title = "The JSON body is too large"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came: its bytes and the name it had at the client, if any."""

    content: bytes
    name: str | None


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form's text fields and its file."""

    fields: Fields
    file: UploadedFile


class NoOptions(BaseModel):
    """What a route takes that declares nothing."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


def json_body[Body: BaseModel](request: Request, model: type[Body]) -> Body:
    """Return the request's JSON body as ``model``.

    Raises
    ------
    BodyTooLargeError
        It has more than ``JSON_BYTES_MAX`` bytes.
    InvalidJsonError
        It is not a JSON object.
    InvalidInputError
        A field is missing, unknown, repeated or wrong; ``errors`` names each by field, never repeating its value.
    """
    body = _raw(request)
    if len(body) > JSON_BYTES_MAX:
        detail = f"A JSON body has at most {JSON_BYTES_MAX:,} bytes. This one was not read."
        raise BodyTooLargeError(detail, limit_bytes=JSON_BYTES_MAX)
    try:
        values = json.loads(body, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise InvalidJsonError('Send a JSON object, such as {"name": "anna"}.') from error
    if not isinstance(values, dict):
        raise InvalidJsonError('Send a JSON object, such as {"name": "anna"}.')
    return _validated(values, model)


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if repeated := _repeated(members):
        raise _refusal(repeated)
    return dict(members)


def parsed_options[Options: BaseModel](request: Request, model: type[Options], fields: Fields = ()) -> Options:
    """Return the options of the request's address, and those in ``fields`` of its form, as ``model``.

    Raises
    ------
    InvalidInputError
        One is unknown, wrong, or given more than once, be it in the same words; ``errors`` names it.
    """
    query = request.query_params or MultiDict({})
    given = [(name, value) for name in query for value in query.getlist(name)] + [*fields]
    if repeated := _repeated(given):
        raise _refusal(repeated)
    return _validated(dict(given), model)


def refuse_body(request: Request) -> None:
    """Refuse a body where none is taken. An empty JSON object says nothing, and passes.

    Raises
    ------
    InvalidInputError
        There is one; ``errors`` names its fields if they can be read.
    """
    if not _raw(request):
        return
    try:
        if is_json(request):
            json_body(request, NoOptions)
            return
        if _is_form(request):
            _validated({part.name: "" for part in _parts(request)}, NoOptions)
    except (BodyTooLargeError, InvalidJsonError, InvalidFormError):
        pass
    raise _refusal([_error(None, "unexpected_body", "this address takes no body")])


def _validated[Model: BaseModel](values: Mapping[str, Any], model: type[Model]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _invalid_input(error, list(model.model_fields)) from None


def _invalid_input(error: ValidationError, known: Sequence[str]) -> InvalidInputError:
    """A pydantic error as the API's own, without the values: they may be passwords."""
    return _refusal(
        [
            _error(
                ".".join(map(str, finding["loc"])) or None,
                _CODES.get(finding["type"], finding["type"]),
                _unknown(known) if finding["type"] == "extra_forbidden" else finding["msg"],
            )
            for finding in error.errors(include_url=False, include_input=False)
        ]
    )


def _unknown(known: Sequence[str]) -> str:
    return f"not known here; known are {', '.join(known)}" if known else "not known here; nothing is"


_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "string_type": "not_a_text",
}


def _repeated(given: Iterable[tuple[str, Any]]) -> list[dict[str, str | None]]:
    """An error for each name that is given more than once."""
    times = Counter(name for name, _ in given)
    return [_error(name, "repeated", "give this once") for name, number in times.items() if number > 1]


def _error(name: str | None, code: str, message: str) -> dict[str, str | None]:
    if name is not None and len(name) > NAME_SHOWN_MAX:
        name = name[: NAME_SHOWN_MAX - 1] + "…"
    return {"column": name, "code": code, "message": message}


def _refusal(errors: Sequence[dict[str, str | None]]) -> InvalidInputError:
    """Return the refusal that lists the first of ``errors`` and counts all."""
    listed = errors[:ERRORS_LISTED_MAX]
    said = [f"{each['column']}: {each['message']}" if each["column"] else str(each["message"]) for each in listed]
    if len(listed) < len(errors):
        said.append(f"and {len(errors) - len(listed)} more")
    return InvalidInputError(f"Please correct: {'; '.join(said)}.", errors=listed, errors_total=len(errors))


def _raw(request: Request) -> bytes:
    body = request.raw_body or b""
    return body if isinstance(body, bytes) else body.encode()


def _content_type(request: Request) -> tuple[str, dict[str, str]]:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    return str(kind), options


def is_json(request: Request) -> bool:
    """Whether the body says that it is JSON."""
    return _content_type(request)[0] == "application/json"


def _is_form(request: Request) -> bool:
    return _content_type(request)[0] == FORM_TYPE


def sent_form(request: Request) -> SentForm:
    """Return what a ``multipart/form-data`` body holds; a ``text/csv`` body is the file itself.

    Raises
    ------
    FileMissingError
        The form has no file in the field ``file``.
    InvalidInputError
        It has more than one.
    InvalidFormError
        The form is cut off or malformed. (`multipart` raises here, where others drop the file silently.)
    """
    if not _is_form(request):
        return SentForm((), UploadedFile(_raw(request), None))
    parts = _parts(request)
    files = [part for part in parts if part.name == FILE_FIELD]
    if not files:
        raise FileMissingError(f"Choose a CSV file and send it in the form field '{FILE_FIELD}'.")
    if len(files) > 1:
        raise _refusal([_error(FILE_FIELD, "repeated", "send one file")])
    (file,) = files
    # A client that streams a file may give it no name.
    name = (file.filename or "")[:FILE_NAME_LENGTH_MAX] or None
    fields = [(part.name, part.raw.decode("utf-8", "replace")) for part in parts if part is not file]
    return SentForm(fields, UploadedFile(file.raw, name))


def _parts(request: Request) -> list[Any]:
    body = _raw(request)
    boundary = _content_type(request)[1].get("boundary", "")
    _require_nothing_around(body, boundary.encode())
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


def _require_nothing_around(body: bytes, boundary: bytes) -> None:
    """Refuse text before a form and after its end. Parsers skip it, with any option that stands there."""
    delimiter = b"--" + boundary
    ends_once = body.count(b"\r\n" + delimiter + b"--") <= 1
    if not (body.startswith(delimiter) and body.rstrip().endswith(delimiter + b"--") and ends_once):
        raise InvalidFormError(_MALFORMED)
