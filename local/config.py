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
from local.bell import BELL
from local.ports import LOOPBACK

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "frontend" / "dist"

REGION = "eu-central-1"
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
    """Where DynamoDB has an emulator of its own; None: the AWS emulator serves it too."""
    is_dynamodb_open: bool = False
    """Whether that emulator may run where other programs of this machine reach it."""
    api_port: int | None = None
    """Where the API listens if another server has ``port`` and forwards to it; None: the API has ``port`` itself."""

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


class ToolSession:
    """What the stack's own tools talk to the emulators with: localstack-client, one session an endpoint."""

    def __init__(self, config: LocalConfig) -> None:
        self._config = config

    def client(self, service: str) -> Any:
        """A client of ``service``."""
        config = self._config
        address = config.dynamodb_endpoint if service == "dynamodb" else config.endpoint
        session = localstack_client.session.Session(
            aws_access_key_id=config.key.id,
            aws_secret_access_key=config.key.secret,
            aws_session_token=None,
            region_name=REGION,
            localstack_host=address.removeprefix("http://"),
        )
        return session.client(service, config=_ONE_TRY)


def emulator_addresses(config: LocalConfig) -> dict[str, str]:
    """The variables by which boto3 finds the emulators; what it signs with is not among them."""
    return {
        "AWS_ENDPOINT_URL": config.endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB": config.dynamodb_endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def aws_environment(config: LocalConfig) -> dict[str, str]:
    """This process's environment with the emulators', and nothing of the person's own AWS account."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | emulator_addresses(config) | config.key.environment() | {"PYTHONUNBUFFERED": "1"}


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
    """The environment of the API and of the background functions."""
    defaults = {name: os.environ.get(name, value) for name, value in _LOCAL_DEFAULTS.items()}
    return aws_environment(config) | defaults | resources | {
        "STAGE": "local",
        **function_secrets(config.data_dir),
        "BELL": str(config.data_dir / BELL),
    }  # fmt: skip


def function_secrets(data_dir: Path) -> dict[str, str]:
    """The variables with the secrets of this data folder.

    One serves both here: nothing rotates it, and older folders' marks were made with it.
    """
    secret = signing_secret(data_dir)
    return {"JWT_SECRET": secret, "MARKS_SECRET": secret}


def signing_secret(data_dir: Path) -> str:
    """This data folder's own signing secret, made at the first start and readable by its owner only."""
    path = data_dir / SIGNING_SECRET
    if not path.exists():
        private_file.write(path, secrets.token_hex(32))
    return path.read_text("ascii")
