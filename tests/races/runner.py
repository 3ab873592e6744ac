"""What a process of a race runs. Every process has its own clients; all start at one moment of the clock."""

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


class Later:
    """The system's clock, ``offset`` seconds ahead."""

    def __init__(self, offset: float) -> None:
        self._offset = offset

    def __call__(self) -> float:
        return time.time() + self._offset


def prepare(environment: dict[str, str], settings: dict[str, Any], logs: Path) -> None:
    """Tell a new process where the emulators are, and where its log goes."""
    os.environ.update(environment, RACE_SETTINGS=json.dumps(settings))
    copy_lines_to(logs / f"racer-process-{os.getpid()}.log")
    services(0.0)
    worker(0.0)


@cache
def services(offset: float) -> Services:
    """This process's services."""
    return Services(Settings.model_validate_json(os.environ["RACE_SETTINGS"]), clock=Later(offset))


@cache
def worker(offset: float) -> Worker:
    """This process's worker, with a model that computes nothing."""
    here = services(offset)
    model = FakeModel()
    return Worker(
        here.prediction_repository, here.files, here.settlement, here.settings, here.clock, lambda _id: loaded(model)
    )


def race(start_at: float, action: str, *arguments: Any, offset: float = 0.0) -> str:
    """Do ``action`` at ``start_at``; what came of it: the code of a refusal, or what the action says."""
    here = services(offset)
    time.sleep(max(0.0, start_at - time.time()))
    try:
        return str(ACTIONS[action](here, *arguments))
    except DomainError as error:
        return error.code
    except AttemptInProgressError:
        return "held"
    except ConditionFailedError:
        return "lost"


def _register(here: Services, name: str, email: str) -> str:
    return here.accounts.register(Registration(name=name, email=email, password=PASSWORD)).user.id


def _register_from(here: Services, address: str, name: str) -> str:
    with here.limits.registration(address):
        _register(here, name, f"{name}@example.org")
    return "registered"


def _guess(here: Services, address: str, name: str, password: str) -> str:
    with here.limits.log_in(address, login_key(name), WrongCredentialsError):
        here.accounts.log_in(Credentials(name=name, password=password))
    return "logged in"


def _upload(here: Services, user: User) -> str:
    here.limits.upload(user.id)
    return "form"


def _submit(here: Services, user: User, key: str | None, rows: int) -> str:
    return here.predictions.submit(user, "lasso", marked(patients(rows)), None, key).prediction.prediction_id


def _cancel(here: Services, user: User, prediction_id: str) -> str:
    return str(here.predictions.delete(user, prediction_id).status)


def _work(here: Services, prediction_id: str) -> str:
    worker(here.clock._offset if isinstance(here.clock, Later) else 0.0).run(prediction_id)
    return "ran"


def _dead_letter(here: Services, prediction_id: str) -> str:
    here.dead_letters.handle(prediction_id)
    return "handled"


def _dispatch(here: Services) -> str:
    return f"dispatched {here.dispatcher.run()}"


def _redeem(here: Services, user: User, code: str) -> str:
    return f"redeemed {here.vouchers.redeem(user.id, code, None).coins}"


def _log_out(here: Services, token: str) -> str:
    here.accounts.log_out_session(*here.accounts.identify(token))
    return "logged out"


def _leave(here: Services, user: User) -> str:
    here.accounts.delete(user, PASSWORD)
    here.erasure.run(user.id)
    return "left"


ACTIONS: dict[str, Any] = {
    "register": _register,
    "register from": _register_from,
    "guess": _guess,
    "upload": _upload,
    "submit": _submit,
    "cancel": _cancel,
    "work": _work,
    "dead letter": _dead_letter,
    "dispatch": _dispatch,
    "redeem": _redeem,
    "log out": _log_out,
    "leave": _leave,
}
