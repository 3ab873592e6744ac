"""The code that each process of a race runs. Each process has its own clients, and all start at the same moment."""

import json
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.auth.normalization import Credentials, Registration, login_key
from chalicelib.auth.repository import User
from chalicelib.auth.service import WrongCredentialsError
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.errors import DomainError
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.dead_letters import AttemptInProgressError
from chalicelib.inference.predictions.worker import Worker
from chalicelib.wiring import Services
from tests.support.leaks import marked
from tests.support.searched_logs import copy_lines_to
from tests.unit.support import PASSWORD, FakeModel, loaded, patients


class OffsetClock:
    """The system's clock, ``offset`` seconds ahead."""

    def __init__(self, offset: float) -> None:
        self._offset = offset

    def __call__(self) -> float:
        return time.time() + self._offset


def prepare(environment: dict[str, str], settings: dict[str, Any], logs: Path) -> None:
    """Set up a new process: the addresses of the emulators, its settings, and its log."""
    os.environ.update(environment, RACE_SETTINGS=json.dumps(settings))
    copy_lines_to(logs / f"racer-process-{os.getpid()}.log")
    services(0.0)
    worker(0.0)


@cache
def services(offset: float) -> Services:
    """Return the services of this process, with a clock ``offset`` seconds ahead."""
    return Services(Settings.model_validate_json(os.environ["RACE_SETTINGS"]), clock=OffsetClock(offset))


@cache
def worker(offset: float) -> Worker:
    """Return the worker of this process, with a model that computes nothing."""
    own = services(offset)
    model = FakeModel()
    return Worker(
        own.prediction_repository, own.files, own.settlement, own.settings, own.clock, lambda _id: loaded(model)
    )


def race(start_at: float, action: str, *arguments: Any, offset: float = 0.0) -> str:
    """Carry out ``action`` at the time ``start_at``, and return its outcome: the code of a refusal, or its result."""
    own = services(offset)
    time.sleep(max(0.0, start_at - time.time()))
    try:
        return str(ACTIONS[action](own, *arguments))
    except DomainError as error:
        return error.code
    except AttemptInProgressError:
        return "held"
    except ConditionFailedError:
        return "lost"


def _register(own: Services, name: str, email: str) -> str:
    return own.accounts.register(Registration(name=name, email=email, password=PASSWORD)).user.id


def _register_from(own: Services, address: str, name: str) -> str:
    with own.limits.registration(address):
        _register(own, name, f"{name}@example.org")
    return "registered"


def _guess(own: Services, address: str, name: str, password: str) -> str:
    with own.limits.log_in(address, login_key(name), WrongCredentialsError):
        own.accounts.log_in(Credentials(name=name, password=password))
    return "logged in"


def _upload(own: Services, user: User) -> str:
    own.limits.upload(user.id)
    return "form"


def _count(own: Services, token: str) -> str:
    own.accounts.identify_and_count(token)
    return "counted"


def _submit(own: Services, user: User, key: str | None, rows: int) -> str:
    return own.predictions.submit(user, "lasso", marked(patients(rows)), None, key).prediction.prediction_id


def _cancel(own: Services, user: User, prediction_id: str) -> str:
    return str(own.predictions.delete(user, prediction_id).status)


def _work(own: Services, prediction_id: str) -> str:
    worker(own.clock._offset if isinstance(own.clock, OffsetClock) else 0.0).run(prediction_id)
    return "ran"


def _dead_letter(own: Services, prediction_id: str) -> str:
    own.dead_letters.handle(prediction_id)
    return "handled"


def _dispatch(own: Services) -> str:
    return f"dispatched {own.dispatcher.run()}"


def _redeem(own: Services, user: User, code: str) -> str:
    return f"redeemed {own.vouchers.redeem(user.id, code, None).coins}"


def _log_out(own: Services, token: str) -> str:
    own.accounts.log_out_session(*own.accounts.identify(token))
    return "logged out"


def _delete_account(own: Services, user: User) -> str:
    own.accounts.delete(user, PASSWORD)
    own.erasure.run(user.id)
    return "deleted"


ACTIONS: dict[str, Any] = {
    "register": _register,
    "register from": _register_from,
    "guess": _guess,
    "upload": _upload,
    "count": _count,
    "submit": _submit,
    "cancel": _cancel,
    "work": _work,
    "dead letter": _dead_letter,
    "dispatch": _dispatch,
    "redeem": _redeem,
    "log out": _log_out,
    "delete account": _delete_account,
}
