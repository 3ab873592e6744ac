"""Settings of a process, read once from its environment and validated."""

import os
from functools import cache
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

LOCAL_STAGE = "local"
SECRET_BYTES_MIN = 32
BCRYPT_COST_MIN = 12


class Settings(BaseModel):
    """The settings. Each field is an environment variable of the same name in upper case.

    Raises
    ------
    pydantic.ValidationError
        A variable is missing or invalid, or a stage other than ``local`` has a secret in the environment or a low
        bcrypt cost.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    stage: str
    users_table: str
    logins_table: str
    ledger_table: str
    predictions_table: str
    idempotency_table: str
    vouchers_table: str
    offers_table: str
    erasures_table: str
    throttles_table: str
    files_bucket: str
    inference_queue_url: str

    jwt_secret: SecretStr | None = None
    """The signing secret itself, for the local stage and tests."""
    jwt_secret_id: str | None = None
    """The Secrets Manager secret that holds the signing secret, for deployed stages."""
    marks_secret: SecretStr | None = None
    """The pseudonym key itself, for the local stage and tests. It keys signup fingerprints and rate limit counters."""
    marks_secret_id: str | None = None
    """The Secrets Manager secret that holds the pseudonym key, for deployed stages. It is never replaced."""
    origin_secret_id: str | None = None
    """The Secrets Manager secret that CloudFront sends to the API. Without it, no header about a client's address is
    trusted."""
    token_seconds: int = Field(default=12 * 3600, gt=0)
    bcrypt_cost: int = Field(default=BCRYPT_COST_MIN, ge=4, le=16)

    signup_coins: int = Field(default=500, ge=0)
    former_signup_coins: str = Field(default="", pattern=r"^(\d+(,\d+)*)?$")
    """Earlier values of ``signup_coins``, such as "300,500". The audit accepts a signup grant only if it has one of
    these amounts or the current one."""

    # Rate limits: see `core.rate_limits`. An address is an IPv4 address or an IPv6 /64.
    password_window_seconds: int = Field(default=900, gt=0)
    """The window in which wrong passwords are counted, in seconds."""
    passwords_max: int = Field(default=10, gt=0)
    """Wrong passwords within the window, per account and address, and per account if the request has its token."""
    passwords_per_address_max: int = Field(default=50, gt=0)
    """Wrong passwords and registrations within the window, per address over all accounts."""
    registrations_max: int = Field(default=5, gt=0)
    """Created accounts per address and UTC day."""
    vouchers_per_hour: int = Field(default=20, gt=0)
    """Voucher codes that one user may try per hour."""
    vouchers_per_address_per_hour: int = Field(default=60, gt=0)
    """Voucher codes that may be tried per address and hour, over all users."""
    submissions_per_minute: int = Field(default=60, gt=0)
    """Checked files per user and minute, dry runs included: a check takes the API up to a third of a second."""
    uploads_per_hour: int = Field(default=60, gt=0)
    """Upload forms for large files per user and hour."""

    upload_bytes_max: int = Field(default=4_400_000, gt=0)
    """The largest file of a direct submission. A Lambda event has at most 6 MB, base64 and envelope included."""
    large_upload_bytes_max: int = Field(default=100_000_000, gt=0)
    """The largest file that is uploaded to the bucket before its submission."""
    rows_max: int = Field(default=1_250_000, gt=0)
    """The most patient rows of one file. Their result must fit on the worker's disk
    (`inference.predictions.worker_disk`), and must be computed and uploaded within the worker's five minutes. A million
    of the slowest rows take about 60 s."""
    upload_seconds: int = Field(default=900, gt=0)
    """How long an upload form is valid."""
    open_predictions_max: int = Field(default=10, ge=5)
    """Open predictions per user. The limit keeps one user from filling the queue that all users share."""
    attempts_max: int = Field(default=3, gt=0)
    """Attempts per prediction, the first included."""
    lease_seconds: float = Field(default=60, gt=0)
    """The lease of a worker's claim. A running worker renews it; after this time without a renewal it expires."""
    dispatch_grace_seconds: float = Field(default=60, gt=0)
    """How long the dispatcher waits for the queue to deliver a new submission before it sends the prediction again."""
    retry_seconds: float = Field(default=20, ge=0)
    """How long after a failed attempt the dispatcher sends the prediction again."""
    result_days: int = Field(default=30, gt=0)
    """Results expire after this many days. The bucket's lifecycle rule and the docs state the same number."""

    @model_validator(mode="after")
    def _require_strong_secrets_and_hashes(self) -> Self:
        self._check_secret("JWT_SECRET", self.jwt_secret, self.jwt_secret_id)
        self._check_secret("MARKS_SECRET", self.marks_secret, self.marks_secret_id)
        if self.stage != LOCAL_STAGE and self.bcrypt_cost < BCRYPT_COST_MIN:
            raise ValueError(f"BCRYPT_COST is below {BCRYPT_COST_MIN}")
        return self

    def _check_secret(self, name: str, literal: SecretStr | None, secret_id: str | None) -> None:
        if (literal is None) == (secret_id is None):
            raise ValueError(f"set exactly one of {name} and {name}_ID")
        if literal is None:
            return
        if len(literal.get_secret_value().encode()) < SECRET_BYTES_MIN:
            raise ValueError(f"{name} has less than {SECRET_BYTES_MIN} bytes")
        if self.stage != LOCAL_STAGE:
            raise ValueError(f"{name} is for the local stage only; set {name}_ID")

    @property
    def signup_amounts(self) -> frozenset[int]:
        """All amounts that signup grants have had, in coins."""
        return frozenset({self.signup_coins, *map(int, filter(None, self.former_signup_coins.split(",")))})

    @classmethod
    def from_environment(cls) -> Self:
        """Return the settings of the environment. Unset variables keep their defaults."""
        return cls.model_validate(
            {name: os.environ[name.upper()] for name in cls.model_fields if name.upper() in os.environ}
        )


@cache
def settings() -> Settings:
    """Return the settings of this process. They are read at first use; importing the app needs no environment."""
    return Settings.from_environment()
