"""The OpenAPI 3.1 document, made from the app's routes, their ``RouteMetadata`` and the pydantic models.

Generated at the first request for it, and not read from a file: the zip has no docs/, and a copy could differ from the
code that answers. ``docs/openapi.json`` is the same document for people and for what generates clients; a test fails
while it is out of date, and ``make openapi`` writes it anew.
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
from chalicelib.core.http.bodies import FILE_FIELD, FORM_TYPE, BodyTooLargeError, FileMissingError, InvalidFormError
from chalicelib.core.http.endpoints import RouteMetadata, described
from chalicelib.core.http.schemas import InputProblem, Problem, TooLargeProblem
from chalicelib.core.idempotency import KEY_CHARACTERS_MAX, IdempotencyKeyReusedError, InvalidIdempotencyKeyError
from chalicelib.core.throttling import TooManyRequestsError

VERSION = "1.0.0"
"""That of pyproject.toml, which the zip doesn't have."""

Json = dict[str, Any]
Routes = Mapping[str, Mapping[str, RouteEntry]]
Refs = Mapping[type, Json]

_JSON = "application/json"
_CSV = "text/csv"
_EXAMPLE_CSV = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n1,21464,Y,14.5,2.6,12.2\n"

_HEADERS = {
    "Location": "The address of what was made.",
    "Retry-After": "After how many seconds to ask again.",
    "WWW-Authenticate": "`Bearer`.",
    "X-Request-Id": "What to name when asking about this answer.",
}
_TOO_LARGE_AT_THE_GATEWAY = "file_too_large"
_OF_THE_GATEWAY = (
    "bad_request",
    _TOO_LARGE_AT_THE_GATEWAY,
    "method_not_allowed",
    "not_found",
    "timeout",
    "unsupported_media_type",
)
_BUSY_GATEWAY = "API Gateway takes no more from everybody together at the moment."
_ANSWER_OF_THE_GATEWAY = "What API Gateway and the framework refuse before an endpoint sees it."
_TOO_MANY = TooManyRequestsError.code
_TOO_MANY_AT_THE_GATEWAY = "too_many_requests_of_the_gateway"
"""The name of its example: the code is the same."""
_IDEMPOTENCY_KEY = (
    "The same key with the same request within a day gives the first answer again and does nothing twice. "
    "Visible ASCII characters, such as a UUID."
)


def document(routes: Routes) -> Json:
    """The document of ``app.routes``.

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
    found = {
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
                "InvalidInput": _refusal([_of(InvalidInputError)], refs[InputProblem]),
                "InternalError": _refusal([_of(DomainError)], refs[Problem]),
                "TemporarilyUnavailable": _refusal([_of(TemporarilyUnavailableError)], refs[Problem]),
                "TooManyRequests": _refusal(
                    [_Refusal(429, _TOO_MANY, _BUSY_GATEWAY, ("Retry-After",))],
                    refs[Problem],
                    {_TOO_MANY: _example_ref(_TOO_MANY_AT_THE_GATEWAY)},
                ),
                "Otherwise": _answer(
                    _ANSWER_OF_THE_GATEWAY, {problem.PROBLEM_TYPE: _problem_content(_OF_THE_GATEWAY, refs[Problem])}, ()
                ),
            },
            "examples": _examples()["problems"],
        },
    }
    document: Json = json.loads(json.dumps(found).replace("``", "`"))  # docstrings are reST, descriptions Markdown
    return document


@cache
def _examples() -> Json:
    """What the API really answered; `make openapi` asks it anew, and a test does.

    ``operations`` holds by operation a ``request``, the bodies of its successes by status, and how it refuses too many
    requests where that differs; ``problems`` the refusals by code. Refusals are OpenAPI's example objects.
    """
    found: Json = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))
    return found


def _example(view: Callable[..., Response], name: str) -> Json:
    of_view = _examples()["operations"].get(view.__name__, {})
    return {"example": of_view[name]} if name in of_view else {}


class _Schema(GenerateJsonSchema):
    """Pydantic's, without the titles that only repeat the fields' names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Never."""
        return False


def _schemas(entries: Iterable[RouteEntry]) -> tuple[Refs, Json]:
    """A reference to every model that the routes name, and the schemas that they lead to."""
    models: set[type] = {Problem, InputProblem, TooLargeProblem}
    for entry in entries:
        said = described(entry.view_function)
        models.update(model for model in (said.get("body"), *said.get("answers", {}).values()) if model)
    named = {model.__name__: model for model in models}
    refs, found = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(model)) for name, model in sorted(named.items())],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Schema,
    )
    return {model: refs[name, "validation"] for name, model in named.items()}, found["$defs"]


def _operation(entry: RouteEntry, refs: Refs) -> Json:
    view = entry.view_function
    said = described(view)
    summary, _, more = (inspect.getdoc(view) or "").partition("\n")
    operation: Json = {
        "operationId": view.__name__,
        "tags": [_domain(view)],
        "summary": summary,
        "security": [{"bearerAuth": []}] if said.get("auth") else [],
        "responses": _successes(view, said, refs) | _refusals(entry, said, refs),
    }
    if more.strip():
        operation["description"] = more.strip()
    if parameters := [*_path_parameters(entry), *_query_parameters(said), *_idempotency_key(said)]:
        operation["parameters"] = parameters
    if content := _request_content(entry, said, refs):
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def _domain(view: Callable[..., Response]) -> str:
    """``auth`` of ``chalicelib.auth.routes``; what the app itself answers is ``service``."""
    parts = view.__module__.split(".")
    return parts[1] if len(parts) > 1 else "service"


# ---- what is sent


def _path_parameters(entry: RouteEntry) -> Iterator[Json]:
    hints = get_type_hints(entry.view_function, include_extras=True)
    for name in entry.view_args:
        yield _parameter(name, "path", TypeAdapter(hints[name]).json_schema(), required=True)


def _query_parameters(said: RouteMetadata) -> Iterator[Json]:
    if "query" in said:
        schema = said["query"].model_json_schema(schema_generator=_Schema)
        for name, each in schema["properties"].items():
            yield _parameter(name, "query", each, required=name in schema.get("required", ()))


def _form_options(said: RouteMetadata) -> Json:
    """The options as fields of a form. Without defaults, which a client might send beside the address's own."""
    if "query" not in said:
        return {}
    properties: Json = said["query"].model_json_schema(schema_generator=_Schema)["properties"]
    for name, each in properties.items():
        each.pop("default", None)
        each["description"] += f" Either here or as the query parameter `{name}`."
    return properties


def _parameter(name: str, place: str, schema: Json, *, required: bool) -> Json:
    description = schema.pop("description", "")
    example = {"example": schema.pop("examples")[0]} if "examples" in schema else {}
    said = {"name": name, "in": place, "description": description, "required": required, "schema": schema}
    return said | example


def _idempotency_key(said: RouteMetadata) -> list[Json]:
    return [{"$ref": "#/components/parameters/IdempotencyKey"}] if said.get("idempotent") else []


def _takes_file(entry: RouteEntry) -> bool:
    return _CSV in entry.content_types


def _request_content(entry: RouteEntry, said: RouteMetadata, refs: Refs) -> Json:
    content: Json = {}
    if "body" in said:
        content[_JSON] = {"schema": refs[said["body"]]} | _example(entry.view_function, "request")
    if _takes_file(entry):
        file = {"type": "string", "contentMediaType": _CSV, "description": "A header and one row a patient."}
        form = {
            "type": "object",
            "properties": {**_form_options(said), FILE_FIELD: file},
            "required": [FILE_FIELD],
            "additionalProperties": False,
        }
        content[FORM_TYPE] = {"schema": form, "example": {FILE_FIELD: _EXAMPLE_CSV}}
        content[_CSV] = {"schema": file, "example": _EXAMPLE_CSV}
    return content


# ---- what is answered


def _header(name: str, *, required: bool = True) -> Json:
    schema = {"type": "integer", "minimum": 1} if name == "Retry-After" else {"type": "string"}
    return {"description": _HEADERS[name], "required": required, "schema": schema}


def _answer(description: str, content: Mapping[str, Json], headers: Iterable[str]) -> Json:
    named = sorted({"X-Request-Id", *headers})
    answer: Json = {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in named},
    }
    if content:
        answer["content"] = dict(content)
    return answer


def _successes(view: Callable[..., Response], said: RouteMetadata, refs: Refs) -> Json:
    answers = {
        str(status): _answer(
            _first_line(model) if model else "Done.",
            {_JSON: {"schema": refs[model]} | _example(view, str(status))} if model else {},
            said.get("answer_headers", {}).get(status, ()),
        )
        for status, model in said.get("answers", {}).items()
        if status < 400
    }
    for status, names in said.get("optional_headers", {}).items():
        answers[str(status)]["headers"] |= {name: _header(name, required=False) for name in names}
    return answers


class _Refusal(NamedTuple):
    """A way in which an endpoint refuses."""

    status: int
    code: str
    text: str
    headers: tuple[str, ...] = ()


def _of(error: type[DomainError]) -> _Refusal:
    text = f"{error.title}." if error is DomainError else _first_line(error)
    # Without __init__: which headers an error sends doesn't depend on what it says.
    return _Refusal(error.status, error.code, text, tuple(error.__new__(error).headers))


def _family(error: type[DomainError]) -> Iterator[type[DomainError]]:
    """``error`` itself, or its subclasses if it has no code of its own."""
    if "code" in vars(error):
        yield error
    else:
        for each in error.__subclasses__():
            yield from _family(each)


def _all_refusals(entry: RouteEntry, said: RouteMetadata) -> Iterator[_Refusal]:
    errors = [*said.get("errors", ()), *said.get("auth", ())]
    if "body" in said:
        errors += [InvalidJsonError, BodyTooLargeError]
    if _takes_file(entry):
        errors += [FileMissingError, InvalidFormError]
    if said.get("idempotent"):
        errors += [InvalidIdempotencyKeyError, IdempotencyKeyReusedError]
    for error in errors:
        yield from map(_of, _family(error))
    if "body" in said and not _takes_file(entry):
        yield _Refusal(413, _TOO_LARGE_AT_THE_GATEWAY, "More bytes than API Gateway and Lambda pass on.")
    if "body" in said or _takes_file(entry):
        code, title = problem.BY_STATUS[415]
        yield _Refusal(415, code, f"{title}.")


def _refusals(entry: RouteEntry, said: RouteMetadata, refs: Refs) -> Json:
    by_status: dict[int, list[_Refusal]] = {}
    for refusal in sorted(set(_all_refusals(entry, said))):
        by_status.setdefault(refusal.status, []).append(refusal)
    if InvalidInputError.status in by_status:
        by_status[InvalidInputError.status].insert(0, _of(InvalidInputError))
    models = {413: TooLargeProblem, 422: InputProblem, **said.get("answers", {})}
    responses = {
        str(status): _refusal(
            refusals, refs[models.get(status) or Problem], _limit_examples(entry) if status == 429 else None
        )
        for status, refusals in by_status.items()
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
    """How an endpoint's own limit refuses, where that differs, and how API Gateway's does."""
    of_view = _examples()["operations"].get(entry.view_function.__name__, {})
    own = {_TOO_MANY: of_view[_TOO_MANY]} if _TOO_MANY in of_view else {}
    return own | {_TOO_MANY_AT_THE_GATEWAY: _example_ref(_TOO_MANY_AT_THE_GATEWAY)}


def _problem_content(codes: Iterable[str], schema: Json, examples: Json | None = None) -> Json:
    named = sorted(set(codes))
    return {
        "schema": {"allOf": [schema, {"type": "object", "properties": {"code": {"enum": named}}}]},
        "examples": {code: _example_ref(code) for code in named} | (examples or {}),
    }


def _refusal(refusals: list[_Refusal], schema: Json, examples: Json | None = None) -> Json:
    return _answer(
        "\n".join(f"- `{each.code}`: {each.text}" for each in refusals),
        {problem.PROBLEM_TYPE: _problem_content((each.code for each in refusals), schema, examples)},
        (name for each in refusals for name in each.headers),
    )
