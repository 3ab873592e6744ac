"""HTTP routes of uploads: files that are too large for a direct submission."""

from typing import Annotated, Protocol

from chalice import Response
from chalice.app import Request
from pydantic import Field

from chalicelib.auth.authentication import BEARER, current_user
from chalicelib.auth.service import Accounts
from chalicelib.core.http.endpoints import Endpoints, no_content, ok
from chalicelib.core.ids import ID_LENGTH
from chalicelib.core.rate_limits import LIMITED, Limits
from chalicelib.inference.storage import schemas
from chalicelib.inference.storage.uploads import UnknownUploadError, Uploads


class Services(Protocol):
    """The services that these views use."""

    @property
    def accounts(self) -> Accounts: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def uploads(self) -> Uploads: ...


routes = Endpoints[Services](__name__)

UploadId = Annotated[
    str,
    Field(
        description="The id of an upload.",
        pattern=f"^[0-9a-f]{{{ID_LENGTH}}}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015"],
    ),
]


@routes.endpoint("/api/uploads", "POST", answers={201: schemas.Upload}, errors=LIMITED, auth=BEARER)
def new_upload(request: Request, services: Services) -> Response:
    """Start the upload of a file that is too large to be sent directly.

    Send the file to `url` as a form with `fields`, then submit its `upload_id`.
    """
    user = current_user(request, services.accounts)
    services.limits.upload(user.id)
    return ok(services.uploads.new(user), 201)


@routes.endpoint(
    "/api/uploads/{id}",
    "DELETE",
    answers={204: None},
    errors=(UnknownUploadError,),
    auth=BEARER,
)
def delete_upload(request: Request, services: Services, id: UploadId) -> Response:  # noqa: A002
    """Delete the upload ``id``. Predictions that were submitted from it keep their own copy."""
    services.uploads.delete(current_user(request, services.accounts), id)
    return no_content()
