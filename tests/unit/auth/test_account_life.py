"""Log out, change the password, delete the account."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from pydantic import SecretStr

from chalicelib.auth.normalization import Credentials
from chalicelib.auth.passwords import hash_password
from chalicelib.auth.repository import User
from chalicelib.auth.service import WrongCredentialsError, WrongPasswordError
from chalicelib.auth.tokens import TokenInvalidError
from chalicelib.billing.ledger import AccountClosedError
from chalicelib.core import aws
from chalicelib.inference.predictions.prediction import Status
from tests.unit.support import PASSWORD, SECRET, FakeModel, World


def log_in(world: World, name: str = "anna", password: str = PASSWORD) -> str:
    return world.accounts.log_in(Credentials(name=name, password=password)).access_token


def is_ended(world: World, token: str) -> bool:
    try:
        world.accounts.identify(token)
    except TokenInvalidError:
        return True
    return False


def test_logging_out_ends_every_token_of_the_user_and_of_no_other_user(world: World) -> None:
    user = world.register("anna")
    world.register("boris")
    tokens = [log_in(world), log_in(world)]
    token_of_boris = log_in(world, "boris")

    world.accounts.log_out(user)

    assert all(is_ended(world, token) for token in tokens)
    assert not is_ended(world, token_of_boris)
    assert not is_ended(world, log_in(world))


def test_a_new_password_needs_the_old_one(world: World) -> None:
    user = world.register()
    token = log_in(world)

    with pytest.raises(WrongPasswordError) as caught:
        world.accounts.change_password(user, "not the password", "a new password")

    assert (caught.value.status, caught.value.code) == (403, "wrong_password")
    assert not is_ended(world, token)
    log_in(world)


@pytest.mark.parametrize("login", ["anna", "anna@example.org"])
def test_after_a_change_the_new_password_logs_in_and_the_old_one_and_old_tokens_do_not(
    world: World, login: str
) -> None:
    user = world.register()
    token = log_in(world)

    world.accounts.change_password(user, PASSWORD, "a new password")

    assert is_ended(world, token)
    log_in(world, login, "a new password")
    with pytest.raises(WrongCredentialsError):
        log_in(world, login)


def test_a_reset_by_the_operator_sets_a_password_and_ends_every_session(world: World) -> None:
    world.register()
    token = log_in(world)

    password = world.accounts.reset_password("anna@example.org")

    assert password
    assert is_ended(world, token)
    log_in(world, password=password)
    assert world.accounts.reset_password("nobody") is None


def hash_prefixes(world: World) -> set[str]:
    """Return the prefixes of the stored password hashes, which hold the cost."""
    return {item["password_hash"][:7] for item in world.items(world.settings.logins_table) if "password_hash" in item}


@pytest.mark.parametrize("login", ["anna", "anna@example.org"])
def test_a_log_in_after_a_change_of_the_cost_renews_the_hash_and_ends_no_token(
    world: World, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    user = world.register()
    token = log_in(world)
    monkeypatch.setitem(vars(world.settings), "bcrypt_cost", 5)
    with pytest.raises(WrongCredentialsError):
        log_in(world, login, "not the password")
    assert hash_prefixes(world) == {"$2b$04$"}

    tokens = [token, log_in(world, login)]

    assert hash_prefixes(world) == {"$2b$05$"}
    tokens += [log_in(world, "anna"), log_in(world, "anna@example.org")]
    assert not any(is_ended(world, token) for token in tokens)
    world.accounts.change_password(user, PASSWORD, "a new password")
    log_in(world, login, "a new password")


def test_a_log_in_at_the_same_cost_writes_no_hash(world: World) -> None:
    world.register()
    before = world.items(world.settings.logins_table)
    log_in(world)
    assert world.items(world.settings.logins_table) == before


def act_before_the_hash_is_renewed(world: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Change the cost, and call ``act`` during the next log-in, between the password's check and its new hash."""
    monkeypatch.setitem(vars(world.settings), "bcrypt_cost", 5)

    def hash_after_act(password: str, cost: int) -> str:
        monkeypatch.setattr("chalicelib.auth.service.hash_password", hash_password)
        act()
        return hash_password(password, cost)

    monkeypatch.setattr("chalicelib.auth.service.hash_password", hash_after_act)


def test_a_password_that_is_changed_while_its_hash_is_renewed_stays_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    act_before_the_hash_is_renewed(
        world, monkeypatch, lambda: world.accounts.change_password(user, PASSWORD, "a new password")
    )

    log_in(world)

    log_in(world, password="a new password")
    with pytest.raises(WrongCredentialsError):
        log_in(world)


def test_an_account_that_is_deleted_while_its_hash_is_renewed_stays_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    act_before_the_hash_is_renewed(world, monkeypatch, lambda: world.accounts.delete(user, PASSWORD))

    assert is_ended(world, log_in(world))

    assert hash_prefixes(world) == set()


def test_deleting_needs_the_password(world: World) -> None:
    user = world.register()

    with pytest.raises(WrongPasswordError):
        world.accounts.delete(user, "not the password")

    log_in(world)


def everything(world: World) -> str:
    settings = world.settings
    tables = [
        settings.users_table, settings.logins_table, settings.ledger_table, settings.predictions_table,
        settings.erasures_table,
    ]  # fmt: skip
    return repr([world.items(table) for table in tables])


def test_after_a_deletion_nothing_stored_names_the_person_and_the_ledger_still_adds_up(world: World) -> None:
    user = world.register()
    token = log_in(world)
    world.run(world.submit(user))
    assert "anna" in everything(world)

    world.accounts.delete(user, PASSWORD)
    world.erasure.run(user.id)

    assert "anna" not in everything(world)
    assert "patients.csv" not in everything(world)
    assert world.objects() == []
    assert is_ended(world, token)
    with pytest.raises(WrongCredentialsError):
        log_in(world)
    assert world.entries(user) == [("signup", 500), ("prediction", -100)]
    assert world.balance(user) == 400


def test_deleting_an_account_ends_and_refunds_queued_and_running_predictions(world: World) -> None:
    user = world.register()
    queued, running = world.submit(user), world.submit(user)

    def delete() -> None:
        world.accounts.delete(user, PASSWORD)
        world.erasure.run(user.id)

    world.worker_with(FakeModel(delete)).run(running.prediction_id)

    assert (world.state(queued), world.state(running)) == (Status.CANCELLED, Status.FAILED)
    assert world.balance(user) == 500
    assert world.objects() == []


def test_a_deleted_account_is_charged_nothing_more(world: World) -> None:
    user = world.register()
    world.accounts.delete(user, PASSWORD)

    with pytest.raises(AccountClosedError) as caught:
        world.submit(user)

    assert (caught.value.status, caught.value.code) == (401, "account_deleted")
    assert world.balance(user) == 500


def test_a_refund_reaches_the_ledger_of_a_deleted_account(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.accounts.delete(user, PASSWORD)
    world.clock.advance(1)

    world.dead_letters.handle(prediction.prediction_id)

    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("refund", 100)]


def test_the_dispatcher_completes_an_erasure_after_a_crash_and_repeats_it_after_the_index_lag(
    world: World,
) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.accounts.delete(user, PASSWORD)

    world.dispatcher.run()
    assert world.state(prediction) is Status.CANCELLED
    for seconds in world.erasure.recheck_delays:
        assert world.pending_erasures() == [user.id]
        world.clock.advance(seconds)
        world.dispatcher.run()
    assert world.pending_erasures() == []


def test_the_same_e_mail_is_granted_coins_only_once(world: World) -> None:
    user = world.register()
    world.accounts.delete(user, PASSWORD)

    second = world.register()

    assert second.balance == 0
    assert world.entries(second) == []
    world.accounts.delete(second, PASSWORD)
    assert world.register().balance == 0


def test_a_rotated_signing_secret_brings_no_second_grant(world: World) -> None:
    world.accounts.delete(world.register(), PASSWORD)

    rotated = world.settings.model_copy(update={"jwt_secret": SecretStr("rotated " + SECRET)})

    assert World(rotated, clock=world.clock).register().balance == 0


def test_only_registering_and_deleting_read_the_pseudonym_key(world: World) -> None:
    world.register()
    settings = world.settings.model_copy(update={"marks_secret": None, "marks_secret_id": "no-such-secret"})
    without_key = World(settings, clock=world.clock)

    token = log_in(without_key)
    without_key.accounts.log_out(without_key.accounts.identify(token)[0])
    with pytest.raises(ClientError, match="ResourceNotFound"):
        without_key.register("boris")


def test_the_pseudonym_key_comes_from_secrets_manager(world: World) -> None:
    world.accounts.delete(world.register(), PASSWORD)
    secret = world.settings.marks_secret
    assert secret
    stored = aws.secretsmanager().create_secret(Name="marks", SecretString=secret.get_secret_value())
    managed = world.settings.model_copy(update={"marks_secret": None, "marks_secret_id": stored["ARN"]})

    assert World(managed, clock=world.clock).register().balance == 0


def test_deleting_an_account_a_second_time_changes_nothing(world: World) -> None:
    user: User = world.register()
    world.accounts.delete(user, PASSWORD)
    before = everything(world)

    with pytest.raises(WrongPasswordError):
        world.accounts.delete(user, PASSWORD)

    assert everything(world) == before
