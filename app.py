"""The Chalice app: composition only. One API function and four background functions."""

import gc
import os

gc.disable()  # what is loaded here stays; looking for garbage among it takes a fifth of the start (see the end)

from functools import cache
from typing import Any

from chalice import Chalice, Rate, Response
from chalice.app import CloudWatchEvent, Request, SQSEvent

from chalicelib.auth.routes import routes as auth_routes
from chalicelib.billing.routes import routes as billing_routes
from chalicelib.core.http.endpoints import Endpoints, ok
from chalicelib.core.http.middleware import finish_answer
from chalicelib.core.http.schemas import Health, OpenApi
from chalicelib.core.lambda_runtime import time_left
from chalicelib.core.observability.invocation import observe
from chalicelib.core.observability.logging import configure
from chalicelib.inference.catalog.routes import routes as catalog_routes
from chalicelib.inference.predictions.queue import prediction_id_of
from chalicelib.inference.predictions.routes import routes as prediction_routes
from chalicelib.inference.storage.routes import routes as upload_routes
from chalicelib.wiring import services

configure("lambda")  # a local process says which one it is afterwards

app = Chalice(app_name="liver-lifespan", configure_logs=False)
# Without these API Gateway would decode uploads as UTF-8 and spoil every other encoding.
app.api.binary_types = [*app.api.binary_types, "multipart/form-data", "text/csv"]
app.register_middleware(observe, "all")
app.register_middleware(finish_answer, "http")

service_routes = Endpoints[None](__name__).provide(lambda: None)


@service_routes.endpoint("/api/health", "GET", answers={200: Health})
def health(_request: Request, _services: None) -> Response:
    """Says that the API function runs. Touches no store, so that it can't be used to load one."""
    return ok({"status": "ok"})


@service_routes.endpoint("/api/openapi.json", "GET", answers={200: OpenApi})
def openapi(_request: Request, _services: None) -> Response:
    """This API as an OpenAPI 3.1 document."""
    return ok(_openapi())


@cache
def _openapi() -> dict[str, Any]:
    from chalicelib.core.http.openapi import document  # noqa: PLC0415 - no start has to wait for it

    return document(app.routes)


app.register_blueprint(service_routes)
app.register_blueprint(auth_routes.provide(services))
app.register_blueprint(billing_routes.provide(services))
app.register_blueprint(catalog_routes.provide(services))
app.register_blueprint(upload_routes.provide(services))
app.register_blueprint(prediction_routes.provide(services))


@app.on_sqs_message(queue="${InferenceQueue.QueueName}", batch_size=1, name="inference_worker")
def inference_worker(event: SQSEvent) -> None:
    """Run the one prediction of the message. An exception gives the message back to the queue."""
    for record in event:
        services().worker.run(prediction_id_of(record.body))


@app.on_sqs_message(queue="${DeadLetterQueue.QueueName}", batch_size=1, name="dead_letter")
def dead_letter(event: SQSEvent) -> None:
    """Fail and refund the prediction of a message that kept failing."""
    for record in event:
        services().dead_letters.handle(prediction_id_of(record.body))


@app.schedule(Rate(1, unit=Rate.MINUTES), name="dispatcher")
def dispatcher(_event: CloudWatchEvent) -> dict[str, Any]:
    """Send again what was accepted and never ended."""
    return {"handled": services().dispatcher.run()}


@app.schedule(Rate(15, unit=Rate.MINUTES), name="audit")
def audit(event: CloudWatchEvent) -> dict[str, Any]:
    """Begin the audit of this day, continue it, or do nothing if it is finished."""
    return services().daily_audit(time_left(event.context)).run()


def load_models() -> None:
    """Load pandas, scikit-learn and every model, which only the inference worker may."""
    from chalicelib.inference.predictions.worker import load_every_model  # noqa: PLC0415

    load_every_model()


if os.environ.get("_HANDLER") == "app.inference_worker":
    load_models()  # while Lambda starts the function, and not while somebody waits for their first prediction

gc.freeze()
gc.enable()
