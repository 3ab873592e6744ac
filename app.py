"""The Chalice app: register every package's routes and the four background functions. It holds no logic of its own."""

import gc
import os

# Loaded modules live as long as the process. Collecting garbage among them would take a fifth of the start-up time, so
# collection begins at the end of this module.
gc.disable()

from functools import cache
from typing import Any

import boto3
from chalice import Chalice, Rate, Response
from chalice.app import CloudWatchEvent, Request, SQSEvent

from chalicelib.auth.routes import routes as auth_routes
from chalicelib.billing.routes import routes as billing_routes
from chalicelib.core.http.bodies import FILE_TYPES, FORM_TYPE
from chalicelib.core.http.endpoints import Endpoints, ok
from chalicelib.core.http.middleware import finish_response
from chalicelib.core.http.schemas import Health, OpenApi
from chalicelib.core.lambda_runtime import function_name, time_left
from chalicelib.core.observability.invocation import observe
from chalicelib.core.observability.logging import configure, log
from chalicelib.inference.catalog.routes import routes as catalog_routes
from chalicelib.inference.predictions.queue import prediction_id_of
from chalicelib.inference.predictions.routes import routes as prediction_routes
from chalicelib.inference.storage.routes import routes as upload_routes
from chalicelib.wiring import services

configure("lambda")  # a local process calls it again with its own name
if function_name():
    log("function started", boto3=boto3.__version__)  # it comes from Lambda's runtime, not from a lock file

app = Chalice(app_name="liver-lifespan", configure_logs=False)
# Otherwise API Gateway would decode uploads as UTF-8 and corrupt every other encoding.
app.api.binary_types = [*app.api.binary_types, FORM_TYPE, *FILE_TYPES]
app.register_middleware(observe, "all")
app.register_middleware(finish_response, "http")

service_routes = Endpoints[None](__name__).provide(lambda: None)


@service_routes.endpoint("/api/health", "GET", answers={200: Health})
def health(_request: Request, _services: None) -> Response:
    """Report that the API function runs.

    It reads no database and no bucket, so that repeated calls put no load on them.
    """
    return ok({"status": "ok"})


@service_routes.endpoint("/api/openapi.json", "GET", answers={200: OpenApi})
def openapi(_request: Request, _services: None) -> Response:
    """Return this API as an OpenAPI 3.1 document."""
    return ok(_openapi())


@cache
def _openapi() -> dict[str, Any]:
    from chalicelib.core.http.openapi import document  # noqa: PLC0415 - imported at the first request, not at the start

    return document(app.routes)


app.register_blueprint(service_routes)
app.register_blueprint(auth_routes.provide(services))
app.register_blueprint(billing_routes.provide(services))
app.register_blueprint(catalog_routes.provide(services))
app.register_blueprint(upload_routes.provide(services))
app.register_blueprint(prediction_routes.provide(services))


@app.on_sqs_message(queue="${InferenceQueue.QueueName}", batch_size=1, name="inference_worker")
def inference_worker(event: SQSEvent) -> None:
    """Run the prediction that the message names. After an exception the queue delivers the message again."""
    for record in event:
        services().worker.run(prediction_id_of(record.body))


@app.on_sqs_message(queue="${DeadLetterQueue.QueueName}", batch_size=1, name="dead_letter")
def dead_letter(event: SQSEvent) -> None:
    """Fail and refund the prediction of a message in the dead-letter queue."""
    for record in event:
        services().dead_letters.handle(prediction_id_of(record.body))


@app.schedule(Rate(1, unit=Rate.MINUTES), name="dispatcher")
def dispatcher(_event: CloudWatchEvent) -> dict[str, Any]:
    """Send due predictions to the queue again, and continue the due erasures."""
    return {"handled": services().dispatcher.run()}


@app.schedule(Rate(15, unit=Rate.MINUTES), name="audit")
def audit(event: CloudWatchEvent) -> dict[str, Any]:
    """Begin or continue the audit of this day; do nothing if it is finished."""
    return services().daily_audit(time_left(event.context)).run()


def load_models() -> None:
    """Load numpy and every model. Only the inference worker needs them."""
    from chalicelib.inference.predictions.worker import load_every_model  # noqa: PLC0415

    load_every_model()


if os.environ.get("_HANDLER") == "app.inference_worker":
    load_models()  # during Lambda's initialisation, so that no first prediction waits for it

gc.freeze()
gc.enable()
