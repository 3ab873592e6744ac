"""The benchmark of growth fills dynoxide's file with users whom the service finds."""

from pathlib import Path

import pytest

from benchmarks.growth import fill
from benchmarks.scenarios import patients
from chalicelib.auth.normalization import Registration
from chalicelib.core.ids import new_id
from chalicelib.wiring import Services
from local.dynamodb import DATABASE
from local.provision import Provisioner, read_template
from tests.support.emulators import EmulatorClients, require_dynoxide, running_emulators, session_of, settings_of

USERS, PER_USER = 7, 3


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A data folder with a user, the user's prediction, and copies of both."""
    require_dynoxide()
    with running_emulators(tmp_path) as environment:
        session = session_of(environment)
        services = Services(settings_of(Provisioner(session, read_template()).run()), EmulatorClients(session))
        name = new_id()
        person = Registration(name=name, email=f"{name}@example.org", password="correct horse")
        user = services.accounts.register(person).user
        prediction = services.predictions.submit(user, "lasso", patients(1), None).prediction
    fill(tmp_path / DATABASE, user.id, prediction.prediction_id, USERS, PER_USER)
    return tmp_path


def test_every_copy_of_a_user_has_a_login_predictions_and_their_ledger_entries(filled: Path) -> None:
    with running_emulators(filled) as environment:
        session = session_of(environment)
        services = Services(settings_of(Provisioner(session, read_template()).run()), EmulatorClients(session))
        users = session.client("dynamodb").scan(TableName=services.settings.users_table)["Items"]
        histories, statements, names = [], [], set()
        for user in users:
            user_id = user["user_id"]["S"]
            predictions, _ = services.prediction_repository.history(user_id, None)
            entries, _ = services.ledger.statement(user_id, None)
            histories.append(len({prediction.prediction_id for prediction in predictions}))
            statements.append(len({entry["entry_id"] for entry in entries}))
            login = services.users.login(f"name#{user['name']['S']}")
            assert login is not None
            assert login.user_id == user_id
            names.add(user["name"]["S"])
            charged = {entry["prediction_id"] for entry in entries if entry["reason"] == "prediction"}
            assert charged == {prediction.prediction_id for prediction in predictions}
            assert {prediction.user_id for prediction in predictions} == {user_id}
            stored = services.prediction_repository.get(predictions[0].prediction_id)
            assert stored == predictions[0]
    assert len(names) == USERS + 1
    assert sorted(histories) == [1] + [PER_USER] * USERS
    assert sorted(statements) == [1 + 1] + [1 + PER_USER] * USERS
