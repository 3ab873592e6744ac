"""Generate the OpenAPI 3.1 document from the app's routes, their ``RouteMetadata`` and the pydantic models.

It is generated at the first request and not read from a file, because the deployed zip has no docs/ and a copy could
differ from the running code. ``docs/openapi.json`` is the same document for people and for client generators. ``make
openapi`` writes it, and a test fails while it is out of date.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from chalice import Response
from chalice.app import RouteEntry
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from chalicelib.core.errors import DomainError, InvalidInputError, InvalidJsonError, TemporarilyUnavailableError
from chalicelib.core.http import problem
from chalicelib.core.http.bodies import (
    FILE_FIELD,
    FILE_TYPES,
    FORM_TYPE,
    JSON_TYPE,
    WORKBOOK_TYPE,
    BodyTooLargeError,
    FileMissingError,
    InvalidFormError,
    UnsupportedMediaTypeError,
)
from chalicelib.core.http.endpoints import RouteMetadata, content_types, metadata_of
from chalicelib.core.http.schemas import InputProblem, Problem, TooLargeProblem
from chalicelib.core.idempotency import KEY_CHARACTERS_MAX, IdempotencyKeyReusedError, InvalidIdempotencyKeyError
from chalicelib.core.throttling import TooManyRequestsError

VERSION = "1.0.0"
"""The version in pyproject.toml, which is not part of the deployed zip."""

Json = dict[str, Any]
Routes = Mapping[str, Mapping[str, RouteEntry]]
Refs = Mapping[type, Json]

_CSV = "text/csv"
_FILE = "A table with a header and one row per patient, as CSV or as an Excel workbook (.xlsx)."
_EXAMPLE_CSV = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n1,21464,Y,14.5,2.6,12.2\n"

_HEADERS = {
    "Location": "The address of the created object.",
    "Retry-After": "The number of seconds to wait before the next request.",
    "WWW-Authenticate": "The authentication scheme, `Bearer`.",
    "X-Request-Id": "The id of the request. Quote it when you report a problem.",
}
_TOO_LARGE_AT_THE_GATEWAY = "file_too_large"
_GATEWAY_CODES = (
    "bad_request",
    _TOO_LARGE_AT_THE_GATEWAY,
    "method_not_allowed",
    "not_found",
    "timeout",
    "unsupported_media_type",
)
_GATEWAY_BUSY_DESCRIPTION = "API Gateway's limit of requests per second, which all users share, is reached."
_GATEWAY_ERROR_DESCRIPTION = "An error of API Gateway or the framework. The request did not reach the endpoint."
_TOO_MANY = TooManyRequestsError.code
_TOO_MANY_AT_THE_GATEWAY = "too_many_requests_of_the_gateway"
"""The name of the example. The error code is that of the service's own limits."""
_IDEMPOTENCY_KEY = (
    "A key for safe repetition, of visible ASCII characters, such as a UUID. Repeating a request with the same key "
    "within a day returns the first response again and does nothing twice."
)


def document(routes: Routes) -> Json:
    """Return the OpenAPI document of ``app.routes``.

    Raises
    ------
    KeyError
        A route was not registered by ``Endpoints.endpoint``.
    """
    refs, schemas = _schemas(entry for methods in routes.values() for entry in methods.values())
    paths = {
        path: {method.lower(): _operation(entry, refs) for method, entry in methods.items()}
        for path, methods in routes.items()
    }
    generated = {
        "openapi": "3.1.0",
        "info": {
            "title": "Liver Disease Lifespan Predictor",
            "version": VERSION,
            "description": "Expected years of life for patients with primary biliary cholangitis. Submit a CSV of "
            "patients, then poll the prediction until `is_finished`. Research software, not a medical device.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "headers": {name: _header(name) for name in _HEADERS},
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "description": _IDEMPOTENCY_KEY,
                    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_CHARACTERS_MAX},
                }
            },
            "responses": {
                "InvalidInput": _problem_response([_documented(InvalidInputError)], refs[InputProblem]),
                "InternalError": _problem_response([_documented(DomainError)], refs[Problem]),
                "TemporarilyUnavailable": _problem_response([_documented(TemporarilyUnavailableError)], refs[Problem]),
                "TooManyRequests": _problem_response(
                    [_DocumentedError(429, _TOO_MANY, _GATEWAY_BUSY_DESCRIPTION, ("Retry-After",))],
                    refs[Problem],
                    {_TOO_MANY: _example_ref(_TOO_MANY_AT_THE_GATEWAY)},
                ),
                "Otherwise": _response(
                    _GATEWAY_ERROR_DESCRIPTION,
                    {problem.PROBLEM_TYPE: _problem_content(_GATEWAY_CODES, refs[Problem])},
                    (),
                ),
            },
            "examples": _examples()["problems"],
        },
    }
    # Docstrings are reStructuredText, and descriptions in OpenAPI are Markdown.
    document: Json = json.loads(json.dumps(generated).replace("``", "`"))
    return document


@cache
def _examples() -> Json:
    """Return the recorded examples. ``make openapi`` records them from real responses, and a test repeats that.

    ``operations`` holds, by operation, a ``request`` and the bodies of the successful responses by status. It
    also holds the response of an operation's own rate limit, if that was recorded. ``problems`` holds the problem
    documents by code, as OpenAPI example objects.
    """
    examples: Json = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))
    return examples


def _example(view: Callable[..., Response], name: str) -> Json:
    examples = _examples()["operations"].get(view.__name__, {})
    return {"example": examples[name]} if name in examples else {}


class _SchemaGenerator(GenerateJsonSchema):
    """Pydantic's generator without titles, which would only repeat the fields' names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Return False for every field."""
        return False


def _schemas(entries: Iterable[RouteEntry]) -> tuple[Refs, Json]:
    """Return a reference for each model in the routes' metadata, and the schemas of these and all nested models."""
    models: set[type] = {Problem, InputProblem, TooLargeProblem}
    for entry in entries:
        metadata = metadata_of(entry.view_function)
        models.update(model for model in (metadata.get("body"), *metadata.get("answers", {}).values()) if model)
    models_by_name = {model.__name__: model for model in models}
    refs, generated = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(model)) for name, model in sorted(models_by_name.items())],
        ref_template="#/components/schemas/{model}",
        schema_generator=_SchemaGenerator,
    )
    return {model: refs[name, "validation"] for name, model in models_by_name.items()}, generated["$defs"]


def _operation(entry: RouteEntry, refs: Refs) -> Json:
    view = entry.view_function
    metadata = metadata_of(view)
    summary, _, description = (inspect.getdoc(view) or "").partition("\n")
    operation: Json = {
        "operationId": view.__name__,
        "tags": [_package(view)],
        "summary": summary,
        "security": [{"bearerAuth": []}] if metadata.get("auth") else [],
        "responses": _success_responses(view, metadata, refs) | _problem_responses(entry, metadata, refs),
    }
    if description.strip():
        operation["description"] = description.strip()
    if parameters := [*_path_parameters(entry), *_query_parameters(metadata), *_idempotency_key(metadata)]:
        operation["parameters"] = parameters
    if content := _request_content(entry, metadata, refs):
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _first_line(obj: object) -> str:
    return (inspect.getdoc(obj) or "").partition("\n")[0]


def _package(view: Callable[..., Response]) -> str:
    """Return the view's package, such as ``auth`` for ``chalicelib.auth.routes``; ``service`` for a view of app.py."""
    parts = view.__module__.split(".")
    return parts[1] if len(parts) > 1 else "service"


# ---- requests


def _path_parameters(entry: RouteEntry) -> Iterator[Json]:
    hints = get_type_hints(entry.view_function, include_extras=True)
    for name in entry.view_args:
        yield _parameter(name, "path", TypeAdapter(hints[name]).json_schema(), required=True)


def _query_parameters(metadata: RouteMetadata) -> Iterator[Json]:
    if "query" in metadata:
        schema = metadata["query"].model_json_schema(schema_generator=_SchemaGenerator)
        for name, option in schema["properties"].items():
            yield _parameter(name, "query", option, required=name in schema.get("required", ()))


def _form_options(metadata: RouteMetadata) -> Json:
    """Return the schemas of the options as form fields.

    They have no defaults: a client might send a default in the form in addition to another value in the query.
    """
    if "query" not in metadata:
        return {}
    properties: Json = metadata["query"].model_json_schema(schema_generator=_SchemaGenerator)["properties"]
    for name, option in properties.items():
        option.pop("default", None)
        option["description"] += f" Send it either here or as the query parameter `{name}`."
    return properties


def _parameter(name: str, location: str, schema: Json, *, required: bool) -> Json:
    description = schema.pop("description", "")
    example = {"example": schema.pop("examples")[0]} if "examples" in schema else {}
    parameter = {"name": name, "in": location, "description": description, "required": required, "schema": schema}
    return parameter | example


def _idempotency_key(metadata: RouteMetadata) -> list[Json]:
    return [{"$ref": "#/components/parameters/IdempotencyKey"}] if metadata.get("idempotent") else []


def _request_content(entry: RouteEntry, metadata: RouteMetadata, refs: Refs) -> Json:
    content: Json = {}
    if "body" in metadata:
        content[JSON_TYPE] = {"schema": refs[metadata["body"]]} | _example(entry.view_function, "request")
    if metadata.get("takes_file"):
        file = {"type": "string", "contentMediaType": _CSV, "description": _FILE}
        form = {
            "type": "object",
            "properties": {**_form_options(metadata), FILE_FIELD: file},
            "required": [FILE_FIELD],
            "additionalProperties": False,
        }
        content[FORM_TYPE] = {"schema": form, "example": {FILE_FIELD: _EXAMPLE_CSV}}
        for media_type in FILE_TYPES:
            content[media_type] = {"schema": file | {"contentMediaType": media_type}, "example": _EXAMPLE_CSV}
        content["text/tab-separated-values"]["example"] = _EXAMPLE_CSV.replace(",", "\t")
        del content[WORKBOOK_TYPE]["example"]  # JSON holds no binary data
    return content


# ---- responses


def _header(name: str, *, required: bool = True) -> Json:
    schema = {"type": "integer", "minimum": 1} if name == "Retry-After" else {"type": "string"}
    return {"description": _HEADERS[name], "required": required, "schema": schema}


def _response(description: str, content: Mapping[str, Json], headers: Iterable[str]) -> Json:
    header_names = sorted({"X-Request-Id", *headers})
    response: Json = {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in header_names},
    }
    if content:
        response["content"] = dict(content)
    return response


def _success_responses(view: Callable[..., Response], metadata: RouteMetadata, refs: Refs) -> Json:
    responses = {
        str(status): _response(
            _first_line(model) if model else "Done.",
            {JSON_TYPE: {"schema": refs[model]} | _example(view, str(status))} if model else {},
            metadata.get("answer_headers", {}).get(status, ()),
        )
        for status, model in metadata.get("answers", {}).items()
        if status < 400
    }
    for status, names in metadata.get("optional_headers", {}).items():
        responses[str(status)]["headers"] |= {name: _header(name, required=False) for name in names}
    return responses


class _DocumentedError(NamedTuple):
    """An error of an endpoint: its status, code, description and additional headers."""

    status: int
    code: str
    description: str
    headers: tuple[str, ...] = ()


def _documented(error: type[DomainError]) -> _DocumentedError:
    description = f"{error.title}." if error is DomainError else _first_line(error)
    # Created without __init__, whose arguments differ. The names of an error's headers don't depend on them.
    return _DocumentedError(error.status, error.code, description, tuple(error.__new__(error).headers))


def _with_codes(error: type[DomainError]) -> Iterator[type[DomainError]]:
    """Yield ``error`` if it has a code of its own, else its subclasses that have one."""
    if "code" in vars(error):
        yield error
    else:
        for subclass in error.__subclasses__():
            yield from _with_codes(subclass)


def _documented_errors(metadata: RouteMetadata) -> Iterator[_DocumentedError]:
    errors = [*metadata.get("errors", ()), *metadata.get("auth", ())]
    if "body" in metadata:
        errors += [InvalidJsonError, BodyTooLargeError]
    if metadata.get("takes_file"):
        errors += [FileMissingError, InvalidFormError]
    if metadata.get("idempotent"):
        errors += [InvalidIdempotencyKeyError, IdempotencyKeyReusedError]
    if content_types(metadata):
        errors.append(UnsupportedMediaTypeError)
    for error in errors:
        yield from map(_documented, _with_codes(error))
    if "body" in metadata and not metadata.get("takes_file"):
        yield _DocumentedError(
            413, _TOO_LARGE_AT_THE_GATEWAY, "The request has more bytes than API Gateway and Lambda accept."
        )


def _problem_responses(entry: RouteEntry, metadata: RouteMetadata, refs: Refs) -> Json:
    errors_by_status: dict[int, list[_DocumentedError]] = {}
    for error in sorted(set(_documented_errors(metadata))):
        errors_by_status.setdefault(error.status, []).append(error)
    if InvalidInputError.status in errors_by_status:
        errors_by_status[InvalidInputError.status].insert(0, _documented(InvalidInputError))
    models = {413: TooLargeProblem, 422: InputProblem, **metadata.get("answers", {})}
    responses = {
        str(status): _problem_response(
            errors, refs[models.get(status) or Problem], _limit_examples(entry) if status == 429 else None
        )
        for status, errors in errors_by_status.items()
    }
    of_every_endpoint = {
        "422": {"$ref": "#/components/responses/InvalidInput"},
        "429": {"$ref": "#/components/responses/TooManyRequests"},
        "500": {"$ref": "#/components/responses/InternalError"},
        "503": {"$ref": "#/components/responses/TemporarilyUnavailable"},
        "default": {"$ref": "#/components/responses/Otherwise"},
    }
    return of_every_endpoint | responses


def _example_ref(name: str) -> Json:
    return {"$ref": f"#/components/examples/{name}"}


def _limit_examples(entry: RouteEntry) -> Json:
    """Return the examples of 429: that of the endpoint's own limit, if it was recorded, and that of API Gateway."""
    examples = _examples()["operations"].get(entry.view_function.__name__, {})
    own = {_TOO_MANY: examples[_TOO_MANY]} if _TOO_MANY in examples else {}
    return own | {_TOO_MANY_AT_THE_GATEWAY: _example_ref(_TOO_MANY_AT_THE_GATEWAY)}


def _problem_content(codes: Iterable[str], schema: Json, examples: Json | None = None) -> Json:
    sorted_codes = sorted(set(codes))
    code = {"description": "The kind of problem, stable and meant for programs.", "enum": sorted_codes}
    return {
        "schema": {"allOf": [schema, {"type": "object", "properties": {"code": code}}]},
        "examples": {code: _example_ref(code) for code in sorted_codes} | (examples or {}),
    }


def _problem_response(errors: list[_DocumentedError], schema: Json, examples: Json | None = None) -> Json:
    return _response(
        "\n".join(f"- `{error.code}`: {error.description}" for error in errors),
        {problem.PROBLEM_TYPE: _problem_content((error.code for error in errors), schema, examples)},
        (name for error in errors for name in error.headers),
    )
