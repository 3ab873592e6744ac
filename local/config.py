"""The local stack's configuration, and the environment variables of each of its processes."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import localstack_client.session
from botocore.config import Config

from local import private_file
from local.access_key import AccessKey, access_key
from local.ports import LOOPBACK
from local.worker_wakeup import PIPE

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "frontend" / "dist"

REGION = "eu-central-1"
SAVE_SECONDS = 5
"""How often ministack's DynamoDB is saved to disk. By itself ministack saves only at a clean stop."""

SIGNING_SECRET = "signing-secret"  # noqa: S105 - a file name


@dataclass(frozen=True, slots=True)
class LocalConfig:
    """The host and the ports on which the stack listens, and its data folder."""

    host: str
    port: int
    data_dir: Path
    emulator_port: int
    workers: int
    dynamodb_port: int | None = None
    """The port of dynoxide, the durable DynamoDB. None: the AWS emulator serves DynamoDB."""
    is_dynamodb_open: bool = False
    """Whether other programs on this machine can reach dynoxide's own port."""
    api_port: int | None = None
    """The API's port, if another server listens on ``port`` and forwards requests to the API."""

    @property
    def page_url(self) -> str:
        """The page's URL for a browser on this machine."""
        return _url(self.host, self.port)

    @property
    def api_url(self) -> str:
        """The API's own URL."""
        return _url(self.host, self.api_port or self.port)

    @property
    def page_origins(self) -> set[str]:
        """The possible origins of the page in a browser on this machine."""
        return {self.page_url, f"http://{LOOPBACK}:{self.port}", f"http://localhost:{self.port}"}

    @property
    def key(self) -> AccessKey:
        """The emulators' access key, as it was when this process first read it."""
        return _key(self.data_dir)

    @property
    def endpoint(self) -> str:
        """The AWS emulator's URL."""
        return f"http://{LOOPBACK}:{self.emulator_port}"

    @property
    def dynamodb_endpoint(self) -> str:
        """The URL of the server for DynamoDB: dynoxide or the AWS emulator."""
        return f"http://{LOOPBACK}:{self.dynamodb_port or self.emulator_port}"


def _url(host: str, port: int) -> str:
    host = LOOPBACK if host in {"", "0.0.0.0"} else host  # noqa: S104 - chosen by HOST
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


# The emulators keep the key that they were started with, even if its file changes.
_key = cache(access_key)

# The supervisor restarts processes and must not wait here; it checks again every few seconds.
_ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=15)


@dataclass(frozen=True)
class ToolSession:
    """Creates boto3 clients for the stack's own tools, with localstack-client."""

    config: LocalConfig

    def client(self, service: str) -> Any:
        """Return a client for ``service``."""
        url = self.config.dynamodb_endpoint if service == "dynamodb" else self.config.endpoint
        key = self.config.key
        session = localstack_client.session.Session(
            key.id, key.secret, None, REGION, localstack_host=url.removeprefix("http://")
        )
        return session.client(service, config=_ONE_TRY)


def endpoint_variables(config: LocalConfig) -> dict[str, str]:
    """Return the variables from which boto3 reads the emulators' URLs; the access key is not among them."""
    return {
        "AWS_ENDPOINT_URL": config.endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB": config.dynamodb_endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def aws_environment(config: LocalConfig) -> dict[str, str]:
    """Return this process's environment with the emulators' URLs and key, and without inherited AWS variables."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | endpoint_variables(config) | config.key.environment() | {"PYTHONUNBUFFERED": "1"}


def emulator_environment(config: LocalConfig) -> dict[str, str]:
    """Return ministack's environment. It listens on loopback only and keeps everything in the data folder."""
    return aws_environment(config) | {
        # Only the services that the stack uses. Others, such as Lambda, would run an intruder's code.
        "SERVICES": "s3,sqs" if config.dynamodb_port else "s3,sqs,dynamodb",
        "PAGE_ORIGINS": " ".join(sorted(config.page_origins)),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(config.emulator_port),
        # ministack saves a bucket's region only at a clean stop. Without the region it refuses signed upload forms.
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # check upload forms, presigned URLs and access to buckets
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(config.data_dir / "emulator" / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(config.data_dir / "emulator" / "s3"),
        "LOG_LEVEL": "WARNING",
        "SAVE_DYNAMODB": "" if config.dynamodb_port else "1",
    }


LIMITS = (
    "PASSWORDS_MAX",
    "PASSWORDS_PER_ADDRESS_MAX",
    "REGISTRATIONS_MAX",
    "VOUCHERS_PER_HOUR",
    "VOUCHERS_PER_ADDRESS_PER_HOUR",
    "SUBMISSIONS_PER_MINUTE",
    "UPLOADS_PER_HOUR",
)
"""The settings of the limits against abuse; `core.rate_limits` says what each counts."""

GRANT_SETTINGS = ("SIGNUP_COINS", "FORMER_SIGNUP_COINS")
"""Settings that the audit needs too: how many coins a new account was granted."""

# Short times, so that a killed worker is noticed in seconds. An environment variable of the same name overrides each.
_LOCAL_DEFAULTS = {
    "BCRYPT_COST": "10",
    "LEASE_SECONDS": "15",
    "DISPATCH_GRACE_SECONDS": "20",
    "RETRY_SECONDS": "3",
    "SCHEDULE_SECONDS": "5",
    # All local requests come from 127.0.0.1, and the tests create hundreds of accounts.
    **dict.fromkeys(LIMITS, "1000000"),
}


def function_environment(config: LocalConfig, resources: dict[str, str]) -> dict[str, str]:
    """Return the environment of the API and of the background functions."""
    defaults = {name: os.environ.get(name, value) for name, value in _LOCAL_DEFAULTS.items()}
    return aws_environment(config) | defaults | resources | {
        "STAGE": "local",
        **function_secrets(config.data_dir),
        "BELL": str(config.data_dir / PIPE),
    }  # fmt: skip


def function_secrets(data_dir: Path) -> dict[str, str]:
    """Return the environment variables with the secrets of this data folder."""
    # One secret for both: it is never rotated here, and the fingerprints in older folders were made with it.
    secret = signing_secret(data_dir)
    return {"JWT_SECRET": secret, "MARKS_SECRET": secret}


def signing_secret(data_dir: Path) -> str:
    """Return this data folder's signing secret. The first call creates it, readable by its owner only."""
    path = data_dir / SIGNING_SECRET
    if not path.exists():
        private_file.write(path, secrets.token_hex(32))
    return path.read_text("ascii")
