"""The composition root: construct every service from its dependencies, on first use and once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol

from chalicelib.audit.audit import Audit
from chalicelib.audit.daily import AuditStateRepository, DailyAudit
from chalicelib.audit.reader import AuditReader
from chalicelib.auth.repository import UserRepository
from chalicelib.auth.service import Accounts
from chalicelib.auth.signing_keys import KeyRing, OneKey, SecretVersions
from chalicelib.auth.signup_fingerprints import SignupFingerprints
from chalicelib.auth.tokens import Tokens
from chalicelib.billing.ledger import Ledger
from chalicelib.billing.payments import Payments
from chalicelib.billing.vouchers import Vouchers
from chalicelib.core import aws
from chalicelib.core.clock import Clock, system_clock
from chalicelib.core.http.client_address import ClientAddresses
from chalicelib.core.idempotency import IdempotencyKeys
from chalicelib.core.rate_limits import Limits
from chalicelib.core.settings import Settings, settings
from chalicelib.core.throttling import Throttles
from chalicelib.erasure.eraser import Erasure
from chalicelib.erasure.restore_replay import DeletionReplay
from chalicelib.inference.catalog.catalog import Catalog
from chalicelib.inference.catalog.price_overrides import PriceOverrides
from chalicelib.inference.predictions.dead_letters import DeadLetters
from chalicelib.inference.predictions.dispatcher import Dispatcher
from chalicelib.inference.predictions.queue import InferenceQueue
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.service import Predictions
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.results.reader import ResultReader
from chalicelib.inference.storage.file_store import FileStore
from chalicelib.inference.storage.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

    from chalicelib.inference.predictions.dry_run import DryRuns
    from chalicelib.inference.predictions.worker import Worker


class Clients(Protocol):
    """A source of AWS clients, such as the module ``core.aws``."""

    def dynamodb(self) -> DynamoDBClient: ...

    def s3(self) -> S3Client: ...

    def sqs(self) -> SQSClient: ...

    def secretsmanager(self) -> SecretsManagerClient: ...


@dataclass(frozen=True)
class Services:
    """All services of the application. Each is constructed on first access."""

    settings: Settings
    clients: Clients = aws
    clock: Clock = system_clock

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(
            self.users, self.ledger.signup, self.tokens, self.settings, self.clock, self.signup_fingerprints
        )

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.signing_keys, self.settings.token_seconds, self.clock)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.clients.dynamodb(), self.settings.ledger_table, self.settings.users_table)

    @cached_property
    def vouchers(self) -> Vouchers:
        return Vouchers(
            self.clients.dynamodb(), self.settings.vouchers_table, self.ledger, self.idempotency_keys, self.clock
        )  # fmt: skip

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(overrides=self.price_overrides)

    @cached_property
    def predictions(self) -> Predictions:
        return Predictions(
            self.prediction_repository, self.files, self.queue, self.ledger, self.payments, self.settlement,
            self.idempotency_keys, self.catalog, self.uploads, self.settings, self.clock,
        )  # fmt: skip

    @cached_property
    def results(self) -> ResultReader:
        return ResultReader(self.files)

    @cached_property
    def dry_runs(self) -> DryRuns:
        """The free check. Importing it loads the reading of patient files, which most requests don't need."""
        from chalicelib.inference.predictions.dry_run import DryRuns  # noqa: PLC0415

        return DryRuns(self.catalog, self.uploads, self.settings)

    @cached_property
    def uploads(self) -> Uploads:
        return Uploads(self.files, self.settings)

    @cached_property
    def worker(self) -> Worker:
        """The inference worker. Importing it loads pandas and scikit-learn, which no other service needs."""
        from chalicelib.inference.predictions.worker import Worker  # noqa: PLC0415

        return Worker(self.prediction_repository, self.files, self.settlement, self.settings, self.clock)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.prediction_repository, self.files, self.queue, self.settlement, self.settings, self.clock,
            self.erasure.run_pending,
        )  # fmt: skip

    @cached_property
    def dead_letters(self) -> DeadLetters:
        return DeadLetters(self.prediction_repository, self.files, self.settlement, self.clock)

    @cached_property
    def erasure(self) -> Erasure:
        return Erasure(
            self.users, self.prediction_repository, self.files, self.ledger, self.settlement, self.settings, self.clock
        )  # fmt: skip

    @cached_property
    def audit(self) -> Audit:
        return Audit(self.audit_reader, self.settings, self.clock)

    def daily_audit(self, time_left: Callable[[], float]) -> DailyAudit:
        """Return the daily audit for one invocation; ``time_left()`` returns the seconds that remain."""
        reader = AuditReader(self.clients.dynamodb(), self.clients.s3(), self.settings, time_left)
        states = AuditStateRepository(self.clients.dynamodb(), self.settings.throttles_table)
        return DailyAudit(Audit(reader, self.settings, self.clock), states, self.clock, time_left)

    @cached_property
    def replay(self) -> DeletionReplay:
        return DeletionReplay(self.users, self.accounts, self.audit_reader, self.erasure, self.clock)

    @cached_property
    def audit_reader(self) -> AuditReader:
        return AuditReader(self.clients.dynamodb(), self.clients.s3(), self.settings)

    @cached_property
    def settlement(self) -> Settlement:
        return Settlement(self.prediction_repository, self.payments, self.clock)

    @cached_property
    def payments(self) -> Payments:
        return Payments(self.clients.dynamodb(), self.ledger, self.settings.open_predictions_max)

    @cached_property
    def users(self) -> UserRepository:
        return UserRepository(
            self.clients.dynamodb(), self.settings.users_table, self.settings.logins_table, self.settings.erasures_table
        )  # fmt: skip

    @cached_property
    def idempotency_keys(self) -> IdempotencyKeys:
        return IdempotencyKeys(self.clients.dynamodb(), self.settings.idempotency_table)

    @cached_property
    def price_overrides(self) -> PriceOverrides:
        return PriceOverrides(self.clients.dynamodb(), self.settings.offers_table, self.clock)

    @cached_property
    def prediction_repository(self) -> PredictionRepository:
        return PredictionRepository(self.clients.dynamodb(), self.settings.predictions_table)

    @cached_property
    def files(self) -> FileStore:
        return FileStore(self.clients.s3(), self.settings.files_bucket)

    @cached_property
    def queue(self) -> InferenceQueue:
        return InferenceQueue(self.clients.sqs(), self.settings.inference_queue_url)

    @cached_property
    def limits(self) -> Limits:
        throttles = Throttles(self.clients.dynamodb(), self.settings.throttles_table, self._pseudonym_key, self.clock)
        return Limits(throttles, self.settings)

    @cached_property
    def client_addresses(self) -> ClientAddresses:
        secret_id = self.settings.origin_secret_id
        if secret_id is None:
            return ClientAddresses(None)
        return ClientAddresses(SecretVersions(self.clients.secretsmanager(), secret_id, self.clock).holds)

    @cached_property
    def signing_keys(self) -> KeyRing:
        if self.settings.jwt_secret is not None:
            return OneKey(self.settings.jwt_secret.get_secret_value())
        secret_id = _required("JWT_SECRET_ID", self.settings.jwt_secret_id)
        return SecretVersions(self.clients.secretsmanager(), secret_id, self.clock)

    @cached_property
    def signup_fingerprints(self) -> SignupFingerprints:
        return SignupFingerprints(self._pseudonym_key)

    def _pseudonym_key(self) -> str:
        if self.settings.marks_secret is not None:
            return self.settings.marks_secret.get_secret_value()
        secret_id = _required("MARKS_SECRET_ID", self.settings.marks_secret_id)
        return self.clients.secretsmanager().get_secret_value(SecretId=secret_id)["SecretString"]


def _required(name: str, value: str | None) -> str:
    """Return ``value``. Raise ValueError if the setting ``name`` is not set."""
    if value is None:
        raise ValueError(f"{name} is not set")
    return value


@cache
def services() -> Services:
    """Return the services of this process, configured by its environment."""
    return Services(settings())
