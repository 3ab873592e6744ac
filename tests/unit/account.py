"""An AWS account in moto's memory: created once in each process, and emptied before each test that uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from chalicelib.core import aws
from local.provision import Provisioner, read_template

_BACKENDS: Any = BackendDict
_KEPT = (dynamodb_backends.backend, sqs_backends.backend, s3_backends.backend)


class _Session:
    """A session with the app's own clients."""

    def client(self, service: str) -> Any:
        return {"dynamodb": aws.dynamodb, "s3": aws.s3, "sqs": aws.sqs}[service]()


class Account:
    """The template's tables, queues and bucket in moto's memory."""

    def __init__(self, mock: Any) -> None:
        self._mock = mock
        self._provision()

    def emptied(self) -> dict[str, str]:
        """Delete the data of the previous test. Return the resources' names by environment variable."""
        if self._resources() != self._provisioned:
            self._mock.reset()
            self._provision()
        tables, queues, buckets = self._resources()
        for table in tables.values():
            table.items.clear()
        for queue in queues.values():
            queue._messages.clear()
            queue._pending_messages.clear()
            queue.deleted_messages.clear()
        for bucket in buckets.values():
            bucket.keys.clear()
            bucket.multiparts.clear()
        for service in _BACKENDS._instances:
            if service.backend not in _KEPT:
                for account in service.values():
                    account.reset()
        return dict(self._names)

    def _provision(self) -> None:
        self._names = Provisioner(_Session(), read_template()).run()
        self._provisioned = self._resources()

    def _resources(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Return moto's own tables, queues and buckets by name, because no AWS call empties a table."""
        return (
            dict(dynamodb_backends[DEFAULT_ACCOUNT_ID][_region()].tables),
            dict(sqs_backends[DEFAULT_ACCOUNT_ID][_region()].queues),
            dict(s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets),
        )


def _region() -> str:
    return aws.dynamodb().meta.region_name


@contextmanager
def mocked_account() -> Iterator[Account]:
    """Let moto answer every AWS call of this process inside the block."""
    mock = mock_aws(config={"core": {"mock_credentials": False}})
    with mock:
        yield Account(mock)
