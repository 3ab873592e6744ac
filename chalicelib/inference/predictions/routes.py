"""Predictions over HTTP, and their results, whose addresses are those of their predictions."""

from typing import Annotated, Literal, Protocol

from chalice import Response
from chalice.app import Request
from pydantic import BaseModel, ConfigDict, Field

from chalicelib.auth.authentication import BEARER, current_user
from chalicelib.auth.repository import User
from chalicelib.auth.service import Accounts
from chalicelib.billing.ledger import AccountClosedError, NotEnoughCoinsError, TooManyOpenChargesError
from chalicelib.core.clock import Clock, iso
from chalicelib.core.http.bodies import FILE_NAME_LENGTH_MAX, is_json, json_body, parsed_options, sent_form
from chalicelib.core.http.endpoints import ANY_CONTENT_TYPE, Endpoints, idempotency_key, ok
from chalicelib.core.http.schemas import Cursor, optional_field
from chalicelib.core.ids import ID_LENGTH
from chalicelib.core.rate_limits import LIMITED, Limits
from chalicelib.inference.catalog.catalog import Catalog, ModelDisabledError, UnknownModelError
from chalicelib.inference.catalog.routes import ModelId
from chalicelib.inference.patient_file.findings import InvalidFileError, TooManyRowsError
from chalicelib.inference.patient_file.schemas import FileProblem
from chalicelib.inference.predictions import schemas
from chalicelib.inference.predictions.dry_run import DryRuns
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.receipt import receipt
from chalicelib.inference.predictions.service import (
    Accepted,
    AlreadyCancelledError,
    InputExpiredError,
    NotEndedError,
    NotFinishedError,
    NotQueuedError,
    OnlyIf,
    Predictions,
    StillRunningError,
    UnknownPredictionError,
)
from chalicelib.inference.results import schemas as result_schemas
from chalicelib.inference.results.reader import ROWS_PAGE_MAX, ResultExpiredError, ResultReader
from chalicelib.inference.storage.uploads import UnknownUploadError, UploadChangedError


class Services(Protocol):
    """What these views need."""

    @property
    def clock(self) -> Clock: ...

    @property
    def accounts(self) -> Accounts: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def catalog(self) -> Catalog: ...

    @property
    def predictions(self) -> Predictions: ...

    @property
    def dry_runs(self) -> DryRuns: ...

    @property
    def results(self) -> ResultReader: ...


routes = Endpoints[Services](__name__)

PredictionId = Annotated[
    str,
    Field(
        description="The id of a prediction.",
        pattern=f"^[0-9a-f]{{{ID_LENGTH}}}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015"],
    ),
]


class _Choice(BaseModel):
    # A slip in a name must not turn a dry run into a charge.
    model_config = ConfigDict(extra="forbid")

    dry_run: Annotated[bool, Field(description="Only check: tell what is wrong and what it would cost.")] = False
    units: Annotated[
        Literal["stated", "si"],
        Field(description="The units of numbers whose header names none: each column's own, or SI where it has one."),
    ] = "stated"
    on_error: Annotated[
        Literal["refuse", "skip"],
        Field(description="Bad rows refuse the file, or are skipped and listed in the result."),
    ] = "refuse"

    @property
    def options(self) -> Options:
        """What of it is about the file."""
        return Options(self.units, self.on_error)


class SubmittedUpload(BaseModel):
    """A file that was uploaded before."""

    model_config = ConfigDict(extra="forbid")

    upload_id: Annotated[str, Field(max_length=64, description="Of a file that was uploaded before.")]
    file_name: Annotated[str | None, Field(max_length=FILE_NAME_LENGTH_MAX)] = None


CHARGES = (ModelDisabledError, NotEnoughCoinsError, TooManyOpenChargesError, AccountClosedError)
"""What refuses a charge."""


@routes.endpoint(
    "/api/predict/{id}",
    "POST",
    content_types=("multipart/form-data", "text/csv", "application/json"),
    body=SubmittedUpload,
    idempotent=True,
    answers={
        200: schemas.DryRun,
        202: schemas.Submission,
        402: schemas.PaymentProblem,
        422: FileProblem,
        429: schemas.OpenPredictionsProblem,
    },
    answer_headers={202: ("Location", "Retry-After")},
    query=_Choice,
    errors=(UnknownModelError, UnknownUploadError, UploadChangedError, InvalidFileError, *CHARGES, *LIMITED),
    auth=BEARER,
)
def submit(request: Request, services: Services, id: ModelId) -> Response:  # noqa: A002
    """Submit a file to the model ``id``: 202, and the coins are charged. A dry run: 200, and nothing is."""
    user = current_user(request, services.accounts)
    services.catalog.get(id)
    services.limits.submission(user.id)
    if is_json(request):
        return _submit_upload(request, services, user, id)
    form = sent_form(request)
    choice = parsed_options(request, _Choice, form.fields)
    if choice.dry_run:
        return ok(services.dry_runs.of_file(user, id, form.file.content, choice.options))
    key = idempotency_key(request)
    return _accepted(services.predictions.submit(user, id, form.file.content, form.file.name, key, choice.options))


def _submit_upload(request: Request, services: Services, user: User, model_id: str) -> Response:
    choice, upload = parsed_options(request, _Choice), json_body(request, SubmittedUpload)
    if choice.dry_run:
        return ok(services.dry_runs.of_upload(user, model_id, upload.upload_id, choice.options))
    key = idempotency_key(request)
    return _accepted(
        services.predictions.submit_upload(user, model_id, upload.upload_id, upload.file_name, key, choice.options)
    )


@routes.endpoint(
    "/api/predict/{id}/retry",
    "POST",
    content_types=ANY_CONTENT_TYPE,
    idempotent=True,
    answers={
        202: schemas.Submission,
        402: schemas.PaymentProblem,
        422: FileProblem,
        429: schemas.OpenPredictionsProblem,
    },
    answer_headers={202: ("Location", "Retry-After")},
    errors=(
        UnknownPredictionError,
        UnknownModelError,
        NotEndedError,
        InputExpiredError,
        TooManyRowsError,
        *CHARGES,
        *LIMITED,
    ),
    auth=BEARER,
)
def retry(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """Run the file of the ended prediction ``id`` again: 202, and the coins are charged."""
    user = current_user(request, services.accounts)
    services.limits.submission(user.id)
    return _accepted(services.predictions.retry(user, id, idempotency_key(request)))


class _Deletion(BaseModel):
    # A slip in the name must not delete what was only to be cancelled.
    model_config = ConfigDict(extra="forbid")

    only_if: OnlyIf = optional_field(
        "`queued`: only cancel, whatever has ended keeps its files. `ended`: only delete files, those of a cancelled "
        "one too; what is queued goes on. Without it, whichever of the two the prediction's state allows."
    )


@routes.endpoint(
    "/api/predict/{id}",
    "DELETE",
    content_types=ANY_CONTENT_TYPE,
    query=_Deletion,
    answers={200: schemas.Prediction},
    errors=(
        UnknownPredictionError,
        StillRunningError,
        AlreadyCancelledError,
        NotQueuedError,
        NotEndedError,
    ),
    auth=BEARER,
)
def delete(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """Cancel the prediction ``id`` while it is queued, delete its files once it has ended."""
    user = current_user(request, services.accounts)
    only_if = parsed_options(request, _Deletion).only_if
    return ok(document(services.predictions.delete(user, id, only_if)))


def _accepted(accepted: Accepted) -> Response:
    prediction = accepted.prediction
    body: schemas.Submission = {
        "prediction_id": prediction.prediction_id,
        "status": prediction.status,
        "cost": prediction.cost,
        "balance": accepted.balance,
        "rows": prediction.rows,
        "retry_of": prediction.retry_of,
        "ignored_columns": list(prediction.ignored_columns),
        "units": prediction.units,
        "bad_rows": prediction.bad_rows,
    }
    return ok(body, 202, Location=f"/api/predict/{prediction.prediction_id}", Retry_After="1")


@routes.endpoint(
    "/api/predict/{id}",
    "GET",
    answers={200: schemas.Prediction},
    optional_headers={200: ("Retry-After",)},
    errors=(UnknownPredictionError,),
    auth=BEARER,
)
def show(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """Where the prediction ``id`` stands. Until it is finished, `Retry-After` says when to ask again."""
    prediction = services.predictions.get(current_user(request, services.accounts), id)
    if prediction.status.is_end:
        return ok(document(prediction))
    return ok(document(prediction), Retry_After=_retry_after(services.clock() - prediction.created_at))


def _retry_after(age_seconds: float) -> str:
    """Return the whole seconds until the next look: a third of the age, from 1 to 5. The page waits as long."""
    return str(round(min(max(age_seconds / 3, 1), 5)))


@routes.endpoint("/api/predict", "GET", query=Cursor, answers={200: schemas.History}, auth=BEARER)
def history(request: Request, services: Services) -> Response:
    """The user's predictions, newest first."""
    cursor = parsed_options(request, Cursor).cursor
    page, next_cursor = services.predictions.history(current_user(request, services.accounts), cursor)
    body: schemas.History = {"predictions": [document(each) for each in page], "next_cursor": next_cursor}
    return ok(body)


class _Page(BaseModel):
    model_config = ConfigDict(extra="forbid")

    offset: Annotated[int, Field(ge=0, description="The first row, counted from 0.")] = 0
    limit: Annotated[int, Field(ge=1, le=ROWS_PAGE_MAX, description="How many rows at most.")] = ROWS_PAGE_MAX


@routes.endpoint(
    "/api/predict/{id}/cohort",
    "GET",
    answers={200: result_schemas.Cohort, 409: schemas.NoResultProblem},
    errors=(UnknownPredictionError, NotFinishedError, ResultExpiredError),
    auth=BEARER,
)
def cohort(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """The result at a glance: the years in bins, what each bin's patients share, the thousand with the fewest."""
    _, result = services.predictions.result(current_user(request, services.accounts), id)
    return ok(services.results.cohort_summary(result))


@routes.endpoint(
    "/api/predict/{id}/rows",
    "GET",
    query=_Page,
    answers={200: result_schemas.RowsPage, 409: schemas.NoResultProblem},
    errors=(UnknownPredictionError, NotFinishedError, ResultExpiredError),
    auth=BEARER,
)
def rows(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """A page of the result's rows."""
    user = current_user(request, services.accounts)
    page = parsed_options(request, _Page)
    prediction, result = services.predictions.result(user, id)
    found = services.results.rows(result, prediction.rows, page.offset, page.limit)
    end = page.offset + len(found)
    following = end if found and end < prediction.rows else None
    return ok({"offset": page.offset, "total": prediction.rows, "rows": found, "next_offset": following})


@routes.endpoint(
    "/api/predict/{id}/result.csv",
    "GET",
    answers={200: result_schemas.Download, 409: schemas.NoResultProblem},
    errors=(UnknownPredictionError, NotFinishedError, ResultExpiredError),
    auth=BEARER,
)
def result_csv(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """Where the result can be downloaded for a few minutes."""
    prediction, result = services.predictions.result(current_user(request, services.accounts), id)
    return ok(services.results.download(result, f"lifespan-{prediction.model_id}-{id[:8]}.csv"))


def document(prediction: Prediction) -> schemas.Prediction:
    """The prediction as the API shows it."""
    result = prediction.result
    output_spec = result.output_spec if result else None
    return {
        "prediction_id": prediction.prediction_id,
        "status": prediction.status,
        "is_finished": prediction.status.is_end,
        "is_success": prediction.status is Status.SUCCEEDED,
        "output": result.output if result else None,
        "error_info": prediction.error_info,
        "error_code": prediction.error_code,
        "prediction_model_id": prediction.model_id,
        "model_version": (result and result.model_version) or prediction.model_version,
        "prediction_date": iso(prediction.created_at),
        "finished_at": iso(prediction.finished_at) if prediction.finished_at else None,
        "file_name": prediction.file_name,
        "ignored_columns": list(prediction.ignored_columns),
        "units": prediction.units,
        "bad_rows": prediction.bad_rows,
        "is_checked": prediction.is_checked or prediction.status is Status.SUCCEEDED,
        "rows": prediction.rows,
        "rows_done": prediction.rows_done,
        "cost": prediction.cost,
        "refunded": prediction.status.is_refunded,
        "retry_of": prediction.retry_of,
        "files_deleted_at": iso(prediction.files_deleted_at) if prediction.files_deleted_at else None,
        "summary": result.summary if result else None,
        "horizon_years": output_spec.horizon_years if output_spec else None,
        "contribution_scale": output_spec.contribution_scale if output_spec else None,
        "survival_years": list(output_spec.survival_years) if output_spec else None,
        "curve_band_level": output_spec.curve_band_level if output_spec else None,
        "receipt": receipt(prediction),
        "timings": _timings(prediction),
    }


def _timings(prediction: Prediction) -> schemas.Timings | None:
    started, finished = prediction.started_at, prediction.finished_at
    if started is None or finished is None:
        return None
    return {
        "queued_ms": round((started - prediction.created_at) * 1000),
        "run_ms": round((finished - started) * 1000),
    }
