"""HTTP routes that list the models and show one of them."""

from typing import Annotated, Protocol

from chalice import Response
from chalice.app import Request
from pydantic import Field

from chalicelib.core.http.endpoints import Endpoints, ok
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog import catalog, schemas
from chalicelib.inference.catalog.catalog import Catalog, UnknownModelError


class Services(Protocol):
    """The services that these views use."""

    @property
    def settings(self) -> Settings: ...

    @property
    def catalog(self) -> Catalog: ...


routes = Endpoints[Services](__name__)

ModelId = Annotated[str, Field(description="The id of a model, as listed by `GET /api/models`.", examples=["lasso"])]


@routes.endpoint("/api/models", "GET", answers={200: schemas.Catalogue})
def models(_request: Request, services: Services) -> Response:
    """List the models: their prices, estimands, measured quality and input columns."""
    offers = [catalog.document(offer) for offer in services.catalog.all()]
    return ok({"models": offers, "upload_bytes_max": services.settings.upload_bytes_max})


@routes.endpoint("/api/models/{id}", "GET", answers={200: schemas.WholeModel}, errors=(UnknownModelError,))
def model(_request: Request, services: Services, id: ModelId) -> Response:  # noqa: A002
    """Show one model with its whole model card."""
    return ok(catalog.whole_document(services.catalog.get(id)))
