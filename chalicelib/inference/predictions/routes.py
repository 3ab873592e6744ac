"""HTTP routes of predictions and their results."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from chalice import Response
from chalice.app import Request
from pydantic import BeforeValidator, Field, Json

from chalicelib.auth.authentication import BEARER, bearer_token, current_user
from chalicelib.auth.repository import User
from chalicelib.auth.service import Accounts
from chalicelib.billing.ledger import AccountClosedError, NotEnoughCoinsError, TooManyOpenChargesError
from chalicelib.core.clock import Clock, iso
from chalicelib.core.http.bodies import FILE_NAME_LENGTH_MAX, is_json, json_body, parsed_options, sent_form
from chalicelib.core.http.endpoints import Endpoints, idempotency_key, ok
from chalicelib.core.http.schemas import Cursor, RequestModel, optional_field
from chalicelib.core.ids import ID_LENGTH, is_id
from chalicelib.core.rate_limits import LIMITED
from chalicelib.inference.catalog.catalog import Catalog, ModelDisabledError, UnknownModelError
from chalicelib.inference.catalog.routes import ModelId
from chalicelib.inference.patient_file.findings import InvalidFileError, TooManyRowsError
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.schemas import FileProblem, FileSizeProblem, FormatProblem
from chalicelib.inference.predictions import schemas
from chalicelib.inference.predictions.description import Description
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.receipt import assumptions_of, receipt
from chalicelib.inference.predictions.service import (
    AcceptedSubmission,
    AlreadyCancelledError,
    FilesDeletedError,
    InputExpiredError,
    NotEndedError,
    NotFinishedError,
    NotQueuedError,
    OnlyIf,
    Predictions,
    StillRunningError,
    UnknownPredictionError,
    result_of,
)
from chalicelib.inference.results import schemas as result_schemas
from chalicelib.inference.results.reader import ROWS_PAGE_MAX, ResultExpiredError, ResultReader
from chalicelib.inference.storage.uploads import UnknownUploadError, UploadChangedError

if TYPE_CHECKING:
    from chalicelib.inference.predictions.dry_run import DryRuns


class Services(Protocol):
    """The services that these views use."""

    @property
    def clock(self) -> Clock: ...

    @property
    def accounts(self) -> Accounts: ...

    @property
    def catalog(self) -> Catalog: ...

    @property
    def predictions(self) -> Predictions: ...

    @property
    def dry_runs(self) -> "DryRuns": ...

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


_MAPPING_CHARACTERS_MAX = 8000
"""Enough for a hundred headings. API Gateway takes at most 10,240 bytes of query and headers."""


def _bounded(text: object) -> object:
    if isinstance(text, str) and len(text) > _MAPPING_CHARACTERS_MAX:
        raise ValueError(f"a mapping has at most {_MAPPING_CHARACTERS_MAX:,} characters")
    return text


class _SubmissionOptions(RequestModel):
    # Refuse unknown options, so that a misspelled dry_run does not become a charge.
    dry_run: Annotated[
        bool, Field(description="Only check the file and report the findings and the cost. It is free.")
    ] = False
    units: Annotated[
        Literal["stated", "si"],
        Field(description="Units of numbers whose header names none: the column's own unit, or its SI unit if any."),
    ] = "stated"
    on_error: Annotated[
        Literal["refuse", "skip"],
        Field(description="`refuse` refuses a file with bad rows. `skip` skips them and lists them in the result."),
    ] = "refuse"
    keep_values: Annotated[
        bool,
        Field(
            description="Whether the result keeps the values of the columns that the model uses. Results of more than "
            "100 patients never do."
        ),
    ] = True
    decimal: Annotated[
        Literal[".", ","] | None, Field(description="The decimal mark of the file. By default the file decides.")
    ] = None
    missing: Annotated[
        str | None,
        Field(
            max_length=100,
            description='Codes that mean "not measured", separated by commas, such as `999,-9`. Send it empty to say '
            "that no code does.",
        ),
    ] = None
    columns: Annotated[
        Json[dict[str, str | None]],
        BeforeValidator(_bounded),
        Field(
            description='The column of a heading, as a JSON object such as `{"bili": "Bilirubin", "note": null}`. '
            "With null, the column is not used.",
        ),
    ] = Field(default_factory=dict)
    column_units: Annotated[
        Json[dict[str, str]],
        BeforeValidator(_bounded),
        Field(description='The unit of a column, as a JSON object such as `{"Bilirubin": "umol/L"}`.'),
    ] = Field(default_factory=dict)
    column_values: Annotated[
        Json[dict[str, dict[str, str | None]]],
        BeforeValidator(_bounded),
        Field(
            description="The values of a category by the texts of the file, as a JSON object such as "
            '`{"Ascites": {"1": "Y", "2": "N", "9": null}}`. Null means "not measured".'
        ),
    ] = Field(default_factory=dict)

    @property
    def options(self) -> Options:
        """The options that concern the file."""
        codes = (
            None if self.missing is None else tuple(code.strip() for code in self.missing.split(",") if code.strip())
        )
        reading = ReadingOptions(self.units, self.decimal, codes, self.columns, self.column_units, self.column_values)
        return Options(reading, self.on_error, self.keep_values)


class SubmittedUpload(RequestModel):
    """An uploaded file to submit."""

    upload_id: Annotated[str, Field(max_length=64, description="The id of a finished upload, see `POST /api/uploads`.")]
    file_name: Annotated[
        str | None,
        Field(max_length=FILE_NAME_LENGTH_MAX, description="The name of the file, shown with the prediction."),
    ] = None


CHARGES = (ModelDisabledError, NotEnoughCoinsError, TooManyOpenChargesError, AccountClosedError)
"""The errors that refuse a charge."""


@routes.endpoint(
    "/api/predict/{id}",
    "POST",
    body=SubmittedUpload,
    takes_file=True,
    idempotent=True,
    answers={
        200: schemas.DryRun,
        202: schemas.Submission,
        402: schemas.PaymentProblem,
        413: FileSizeProblem,
        415: FormatProblem,
        422: FileProblem,
        429: schemas.OpenPredictionsProblem,
    },
    answer_headers={202: ("Location", "Retry-After")},
    query=_SubmissionOptions,
    errors=(UnknownModelError, UnknownUploadError, UploadChangedError, InvalidFileError, *CHARGES, *LIMITED),
    auth=BEARER,
)
def submit(request: Request, services: Services, id: ModelId) -> Response:  # noqa: A002
    """Submit a file to the model ``id``. A submission answers 202 and charges coins. A dry run answers 200."""
    try:
        services.catalog.get(id)
    except UnknownModelError:
        current_user(request, services.accounts)  # a request without a valid token gets 401
        raise
    user = services.accounts.identify_and_count(bearer_token(request))
    if is_json(request):
        return _submit_upload(request, services, user, id)
    form = sent_form(request)
    submission = parsed_options(request, _SubmissionOptions, form.fields)
    if submission.dry_run:
        return ok(services.dry_runs.of_file(user, id, form.file.content, submission.options))
    key = idempotency_key(request)
    return _accepted(services.predictions.submit(user, id, form.file.content, form.file.name, key, submission.options))


def _submit_upload(request: Request, services: Services, user: User, model_id: str) -> Response:
    submission = parsed_options(request, _SubmissionOptions)
    upload = json_body(request, SubmittedUpload, "Send patients as a file. With curl: -F 'file=@patients.csv'.")
    if submission.dry_run:
        return ok(services.dry_runs.of_upload(user, model_id, upload.upload_id, submission.options))
    key = idempotency_key(request)
    return _accepted(
        services.predictions.submit_upload(user, model_id, upload.upload_id, upload.file_name, key, submission.options)
    )


class _RetryOptions(RequestModel):
    # Refuse unknown options, so that a misspelled model_id does not become a charge for another model.
    model_id: str = optional_field("The id of the model to run. Without it, the model of the prediction runs again.")


@routes.endpoint(
    "/api/predict/{id}/retry",
    "POST",
    idempotent=True,
    query=_RetryOptions,
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
    """Run the file of the ended prediction ``id`` again, as a new prediction that charges coins."""
    user = services.accounts.identify_and_count(bearer_token(request))
    model_id = parsed_options(request, _RetryOptions).model_id
    return _accepted(services.predictions.retry(user, id, idempotency_key(request), model_id))


class _DeletionOptions(RequestModel):
    # Refuse unknown options, so that a misspelled only_if does not turn a cancellation into a deletion.
    only_if: OnlyIf = optional_field(
        "`queued`: only cancel; an ended prediction keeps its files. `ended`: only delete the files of an ended "
        "prediction, also of a cancelled one; a queued prediction continues. Without this option, the status of the "
        "prediction decides which of the two happens."
    )


@routes.endpoint(
    "/api/predict/{id}",
    "DELETE",
    query=_DeletionOptions,
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
    """Cancel the prediction ``id`` if it is queued, or delete its files if it has ended."""
    user = current_user(request, services.accounts)
    only_if = parsed_options(request, _DeletionOptions).only_if
    return ok(document(services.predictions.delete(user, id, only_if)))


@routes.endpoint(
    "/api/predict/{id}",
    "PATCH",
    body=Description,
    answers={200: schemas.Prediction},
    errors=(UnknownPredictionError, FilesDeletedError),
    auth=BEARER,
)
def describe(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """Give the prediction `id` a name and a note of your own. They are deleted with its files."""
    user = current_user(request, services.accounts)
    return ok(document(services.predictions.describe(user, id, json_body(request, Description))))


def _accepted(accepted: AcceptedSubmission) -> Response:
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
        "assumptions": assumptions_of(prediction),
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
    """Show the prediction ``id``. Until it has ended, `Retry-After` says when to ask again, in seconds."""
    prediction = _prediction(request, services, id)
    if prediction.status.is_end:
        return ok(document(prediction))
    return ok(document(prediction), Retry_After=_retry_after(services.clock() - prediction.created_at))


def _prediction(request: Request, services: Services, prediction_id: str) -> Prediction:
    """Return the prediction if it belongs to the user of the request. Both are read by one call."""
    if not is_id(prediction_id):
        return services.predictions.get(current_user(request, services.accounts), prediction_id)
    read = partial(services.accounts.identify_and_read, bearer_token(request))
    return services.predictions.get_with_user(read, prediction_id)


def _retry_after(age_seconds: float) -> str:
    """Return the seconds until the next request: a third of the age, from 1 to 5. The page uses the same rule."""
    return str(round(min(max(age_seconds / 3, 1), 5)))


@routes.endpoint("/api/predict", "GET", query=Cursor, answers={200: schemas.History}, auth=BEARER)
def history(request: Request, services: Services) -> Response:
    """List the user's predictions, newest first."""
    cursor = parsed_options(request, Cursor).cursor
    page, next_cursor = services.predictions.history(current_user(request, services.accounts), cursor)
    body: schemas.History = {"predictions": [document(prediction) for prediction in page], "next_cursor": next_cursor}
    return ok(body)


class _RowsPage(RequestModel):
    offset: Annotated[int, Field(ge=0, description="Index of the first row, starting at 0.")] = 0
    limit: Annotated[int, Field(ge=1, le=ROWS_PAGE_MAX, description="Maximum number of rows.")] = ROWS_PAGE_MAX


@routes.endpoint(
    "/api/predict/{id}/cohort",
    "GET",
    answers={200: result_schemas.Cohort, 409: schemas.NoResultProblem},
    errors=(UnknownPredictionError, NotFinishedError, ResultExpiredError),
    auth=BEARER,
)
def cohort(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """Show the result's cohort summary: the years in bins, and the 1,000 patients with the lowest estimates."""
    return ok(services.results.cohort_summary(result_of(_prediction(request, services, id))))


@routes.endpoint(
    "/api/predict/{id}/rows",
    "GET",
    query=_RowsPage,
    answers={200: result_schemas.RowsPage, 409: schemas.NoResultProblem},
    errors=(UnknownPredictionError, NotFinishedError, ResultExpiredError),
    auth=BEARER,
)
def rows(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """List a page of the result's rows."""
    page = parsed_options(request, _RowsPage)
    prediction = _prediction(request, services, id)
    page_rows = services.results.rows(result_of(prediction), prediction.rows, page.offset, page.limit)
    end = page.offset + len(page_rows)
    next_offset = end if page_rows and end < prediction.rows else None
    return ok({"offset": page.offset, "total": prediction.rows, "rows": page_rows, "next_offset": next_offset})


@routes.endpoint(
    "/api/predict/{id}/result.csv",
    "GET",
    answers={200: result_schemas.Download, 409: schemas.NoResultProblem},
    errors=(UnknownPredictionError, NotFinishedError, ResultExpiredError),
    auth=BEARER,
)
def result_csv(request: Request, services: Services, id: PredictionId) -> Response:  # noqa: A002
    """Return a URL that downloads the result CSV. It is valid for a few minutes."""
    prediction = _prediction(request, services, id)
    return ok(services.results.download(result_of(prediction), f"lifespan-{prediction.model_id}-{id[:8]}.csv"))


def document(prediction: Prediction) -> schemas.Prediction:
    """Return the prediction in the API's format."""
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
        "name": prediction.name,
        "note": prediction.note,
        "ignored_columns": list(prediction.ignored_columns),
        "units": prediction.units,
        "bad_rows": prediction.bad_rows,
        "assumptions": assumptions_of(prediction),
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
        "interval_quantiles": (
            list(output_spec.interval_quantiles) if output_spec and output_spec.interval_quantiles else None
        ),
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
