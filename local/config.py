"""What the local stack is told, and what it tells its processes."""

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
from local.worker_wakeup import BELL

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "frontend" / "dist"

REGION = "eu-central-1"
SAVE_SECONDS = 5
"""How often ministack's own DynamoDB is saved, where it serves: by itself it saves at a clean stop only."""

SIGNING_SECRET = "signing-secret"  # noqa: S105 - its file's name


@dataclass(frozen=True, slots=True)
class LocalConfig:
    """Where the stack listens and keeps its data. A port of 0 is any free one."""

    host: str
    port: int
    data_dir: Path
    emulator_port: int
    workers: int
    dynamodb_port: int | None = None
    """Of DynamoDB's own emulator; None: the AWS emulator serves it too."""
    is_dynamodb_open: bool = False
    """Whether that emulator may run where other programs of this machine reach it."""
    api_port: int | None = None
    """Of the API, if another server has ``port`` and forwards to it."""

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the page."""
        return _address(self.host, self.port)

    @property
    def api_address(self) -> str:
        """Where the API itself answers."""
        return _address(self.host, self.api_port or self.port)

    @property
    def page_origins(self) -> set[str]:
        """The origins that the page can have in a browser on this machine."""
        return {self.address, f"http://{LOOPBACK}:{self.port}", f"http://localhost:{self.port}"}

    @property
    def key(self) -> AccessKey:
        """The key that the emulators ask for, as it was when this process first asked."""
        return _key(self.data_dir)

    @property
    def endpoint(self) -> str:
        """The AWS emulator's address."""
        return f"http://{LOOPBACK}:{self.emulator_port}"

    @property
    def dynamodb_endpoint(self) -> str:
        """The address of whatever serves DynamoDB."""
        return f"http://{LOOPBACK}:{self.dynamodb_port or self.emulator_port}"


def _address(host: str, port: int) -> str:
    host = LOOPBACK if host in {"", "0.0.0.0"} else host  # noqa: S104 - it is what the person chose
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


# The emulators keep the key that they were started with, whatever becomes of its file.
_key = cache(access_key)

# Who restarts a part can't wait for it: it looks again by itself.
_ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=15)


@dataclass(frozen=True)
class ToolSession:
    """What the stack's own tools talk to the emulators with: localstack-client, one session an endpoint."""

    config: LocalConfig

    def client(self, service: str) -> Any:
        """Return a client of ``service``."""
        address = self.config.dynamodb_endpoint if service == "dynamodb" else self.config.endpoint
        key = self.config.key
        session = localstack_client.session.Session(
            key.id, key.secret, None, REGION, localstack_host=address.removeprefix("http://")
        )
        return session.client(service, config=_ONE_TRY)


def emulator_addresses(config: LocalConfig) -> dict[str, str]:
    """Return the variables by which boto3 finds the emulators; what it signs with is not among them."""
    return {
        "AWS_ENDPOINT_URL": config.endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB": config.dynamodb_endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def aws_environment(config: LocalConfig) -> dict[str, str]:
    """Return this process's environment with the emulators', and nothing of the person's own AWS account."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | emulator_addresses(config) | config.key.environment() | {"PYTHONUNBUFFERED": "1"}


def emulator_environment(config: LocalConfig) -> dict[str, str]:
    """Return ministack's own settings: it listens on loopback only, and keeps everything in the data folder."""
    return aws_environment(config) | {
        # Only what the stack uses: others, such as Lambda, would run code for whoever gets in.
        "SERVICES": "s3,sqs" if config.dynamodb_port else "s3,sqs,dynamodb",
        "PAGE_ORIGINS": " ".join(sorted(config.page_origins)),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(config.emulator_port),
        # A bucket's region is saved at a clean stop only; without it a form signed for this one is refused.
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # check forms and presigned addresses, and who may read a bucket
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
"""The settings of abuse's limits; `core.rate_limits` says what each counts."""

GRANT_SETTINGS = ("SIGNUP_COINS", "FORMER_SIGNUP_COINS")
"""What the audit has to know too: how many coins a new account may have been granted."""

# On a laptop a killed worker should be noticed in seconds; each of these can be set from outside.
_LOCAL_DEFAULTS = {
    "BCRYPT_COST": "10",
    "LEASE_SECONDS": "15",
    "DISPATCH_GRACE_SECONDS": "20",
    "RETRY_SECONDS": "3",
    "SCHEDULE_SECONDS": "5",
    # Everybody here is 127.0.0.1, and tests make hundreds of accounts.
    **dict.fromkeys(LIMITS, "1000000"),
}


def function_environment(config: LocalConfig, resources: dict[str, str]) -> dict[str, str]:
    """Return the environment of the API and of the background functions."""
    defaults = {name: os.environ.get(name, value) for name, value in _LOCAL_DEFAULTS.items()}
    return aws_environment(config) | defaults | resources | {
        "STAGE": "local",
        **function_secrets(config.data_dir),
        "BELL": str(config.data_dir / BELL),
    }  # fmt: skip


def function_secrets(data_dir: Path) -> dict[str, str]:
    """Return the variables with the secrets of this data folder."""
    secret = signing_secret(data_dir)  # one for both: nothing rotates it, and older folders' marks were made with it
    return {"JWT_SECRET": secret, "MARKS_SECRET": secret}


def signing_secret(data_dir: Path) -> str:
    """Return this data folder's own signing secret, made at the first start and readable by its owner only."""
    path = data_dir / SIGNING_SECRET
    if not path.exists():
        private_file.write(path, secrets.token_hex(32))
    return path.read_text("ascii")
