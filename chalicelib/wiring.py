"""The composition root: which object stands on which, made at first use and once a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.auth.service import Accounts
from chalicelib.auth.store import UserStore
from chalicelib.auth.tokens import Tokens
from chalicelib.billing.ledger import Ledger
from chalicelib.core import aws
from chalicelib.core.clock import system_clock
from chalicelib.core.settings import Settings, settings
from chalicelib.inference.catalogue import Catalogue
from chalicelib.inference.dead_letters import DeadLetters
from chalicelib.inference.dispatcher import Dispatcher
from chalicelib.inference.files import FileStore
from chalicelib.inference.queue import InferenceQueue
from chalicelib.inference.service import Predictions
from chalicelib.inference.settlement import Settlement
from chalicelib.inference.store import PredictionStore

if TYPE_CHECKING:
    from chalicelib.inference.worker import Worker


@cache
def catalogue() -> Catalogue:
    """The models on offer."""
    return Catalogue()


@cache
def ledger() -> Ledger:
    """Coins."""
    return Ledger(aws.dynamodb(), settings().ledger_table, settings().users_table)


@cache
def accounts() -> Accounts:
    """Accounts and tokens."""
    store = UserStore(aws.dynamodb(), settings().users_table, settings().logins_table)
    tokens = Tokens(_signing_secret(settings()), settings().token_seconds, system_clock)
    return Accounts(store, ledger(), tokens, settings(), system_clock)


@cache
def predictions() -> Predictions:
    """Predictions from the user's side."""
    return Predictions(_store(), _files(), _queue(), ledger(), catalogue(), settings(), system_clock)


@cache
def worker() -> Worker:
    """The inference worker. Only here are pandas and scikit-learn loaded."""
    from chalicelib.inference.worker import Worker  # noqa: PLC0415

    return Worker(_store(), _files(), _settlement(), settings(), system_clock)


@cache
def dispatcher() -> Dispatcher:
    """The outbox."""
    return Dispatcher(_store(), _queue(), _settlement(), settings(), system_clock)


@cache
def dead_letters() -> DeadLetters:
    """The end of messages that kept failing."""
    return DeadLetters(_store(), _settlement(), system_clock)


@cache
def _store() -> PredictionStore:
    return PredictionStore(aws.dynamodb(), settings().predictions_table)


@cache
def _files() -> FileStore:
    return FileStore(aws.s3(), settings().files_bucket)


@cache
def _queue() -> InferenceQueue:
    return InferenceQueue(aws.sqs(), settings().inference_queue_url)


@cache
def _settlement() -> Settlement:
    return Settlement(_store(), ledger(), system_clock)


def _signing_secret(given: Settings) -> str:
    if given.jwt_secret is not None:
        return given.jwt_secret.get_secret_value()
    assert given.jwt_secret_id is not None, "the settings hold one of the two"
    return str(aws.secretsmanager().get_secret_value(SecretId=given.jwt_secret_id)["SecretString"])
