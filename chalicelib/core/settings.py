"""Settings: read once from the environment, typed, checked before the first request."""

import os
from functools import cache
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

LOCAL_STAGE = "local"
SECRET_BYTES_MIN = 32
BCRYPT_COST_MIN = 12


class Settings(BaseModel):
    """One field is one environment variable of the same name in upper case.

    Raises
    ------
    pydantic.ValidationError
        A variable is missing or wrong, or a stage other than ``local`` was given a weak secret or a
        cheap password hash.
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
    """The signing secret itself: local and tests."""
    jwt_secret_id: str | None = None
    """The Secrets Manager secret that holds it: everywhere else."""
    marks_secret: SecretStr | None = None
    """The key of the marks of deleted accounts' e-mail addresses: local and tests."""
    marks_secret_id: str | None = None
    """The Secrets Manager secret that holds it: everywhere else. It is never replaced."""
    origin_secret_id: str | None = None
    """The Secrets Manager secret that CloudFront shows the API; without one no header is believed about an address."""
    token_seconds: int = Field(default=12 * 3600, gt=0)
    bcrypt_cost: int = Field(default=BCRYPT_COST_MIN, ge=4, le=16)

    signup_coins: int = Field(default=500, ge=0)
    former_signup_coins: str = Field(default="", pattern=r"^(\d+(,\d+)*)?$")
    """What ``signup_coins`` was before, such as "300,500". The audit takes no other amount for a signup grant."""

    # Limits of abuse: `core.rate_limits` says what counts. An address is an IPv4 address or an IPv6 /64.
    password_window_seconds: int = Field(default=900, gt=0)
    """Wrong passwords are counted for so long."""
    passwords_max: int = Field(default=10, gt=0)
    """Wrong passwords within the window for one account from one address, or by whoever has the account's token."""
    passwords_per_address_max: int = Field(default=50, gt=0)
    """Wrong passwords and registrations within the window from one address, whatever the account."""
    registrations_max: int = Field(default=5, gt=0)
    """Accounts, each with its first coins, from one address on one day (UTC)."""
    vouchers_per_hour: int = Field(default=20, gt=0)
    """Voucher codes that one user may try."""
    vouchers_per_address_per_hour: int = Field(default=60, gt=0)
    """Voucher codes that may be tried from one address, whoever the users."""
    submissions_per_minute: int = Field(default=60, gt=0)
    """Files of one user that are checked, free ones too: each may take the API a third of a second."""
    uploads_per_hour: int = Field(default=60, gt=0)
    """Forms for large files that one user gets."""

    upload_bytes_max: int = Field(default=4_400_000, gt=0)
    """The largest file of a direct submit: Lambda takes 6 MB of event, base64 and envelope included."""
    large_upload_bytes_max: int = Field(default=100_000_000, gt=0)
    """The largest file that is uploaded to the bucket first."""
    rows_max: int = Field(default=1_250_000, gt=0)
    """The most patients of one file. Their result must fit on the worker's disk (`inference.predictions.worker_disk`),
    and be computed and uploaded within its five minutes: the slowest rows take about 60 s a million."""
    upload_seconds: int = Field(default=900, gt=0)
    """How long an address for such an upload is good."""
    open_predictions_max: int = Field(default=10, ge=5)
    """So many of a user's predictions may be under way, so that nobody fills the queue for everybody."""
    attempts_max: int = Field(default=3, gt=0)
    lease_seconds: float = Field(default=60, gt=0)
    """How long a silent worker keeps its claim; a worker at work renews it."""
    dispatch_grace_seconds: float = Field(default=60, gt=0)
    """How long a fresh submission is left to the queue before the dispatcher sends it again."""
    retry_seconds: float = Field(default=20, ge=0)
    """How long after a failed attempt the dispatcher sends the prediction again."""
    result_days: int = Field(default=30, gt=0)
    """Results are deleted after so many days by the bucket's lifecycle; links and docs say so."""

    @model_validator(mode="after")
    def _outside_local_nothing_is_weak(self) -> Self:
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
        """Every amount that a signup grant ever had."""
        return frozenset({self.signup_coins, *map(int, filter(None, self.former_signup_coins.split(",")))})

    @classmethod
    def from_environment(cls) -> Self:
        """The settings that the environment gives; unset variables keep their defaults."""
        return cls.model_validate(
            {name: os.environ[name.upper()] for name in cls.model_fields if name.upper() in os.environ}
        )


@cache
def settings() -> Settings:
    """The process's settings, read at first use so that importing the app needs no environment."""
    return Settings.from_environment()
