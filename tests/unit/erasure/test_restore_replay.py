"""Restored tables bring deleted accounts back. Replaying the deletions removes them, whichever tables were restored."""

from itertools import combinations
from typing import Any

import pytest

from chalicelib.auth.normalization import Credentials
from chalicelib.auth.repository import REGISTER_SECONDS, User
from chalicelib.auth.service import WrongCredentialsError
from chalicelib.core import aws
from chalicelib.core.dynamo import to_item
from chalicelib.erasure.eraser import GIVE_UP_SECONDS
from chalicelib.erasure.restore_replay import ReplayCounts
from tests.unit.audit.test_audit import audit
from tests.unit.support import PASSWORD, World

KEYS = {"users": ["user_id"], "logins": ["login"], "ledger": ["user_id", "entry_id"], "predictions": ["prediction_id"]}
SUBSETS = [subset for size in range(1, len(KEYS) + 1) for subset in combinations(KEYS, size)]


class Backup:
    """A copy of the tables at the time it is made, like that of point-in-time recovery."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._copies = {name: self._items(name) for name in KEYS}

    def restore(self, *names: str, keep_newer: bool = False) -> None:
        for name in names:
            table = self._table(name)
            for item in [] if keep_newer else self._items(name):
                aws.dynamodb().delete_item(TableName=table, Key={key: item[key] for key in KEYS[name]})
            for item in self._copies[name]:
                aws.dynamodb().put_item(TableName=table, Item=item)

    def _table(self, name: str) -> str:
        return str(getattr(self._world.settings, f"{name}_table"))

    def _items(self, name: str) -> list[dict[str, Any]]:
        return [dict(item) for item in aws.dynamodb().scan(TableName=self._table(name))["Items"]]


def delete_completely(world: World, user: User) -> None:
    world.accounts.delete(user, PASSWORD)
    world.erasure.run(user.id)
    finish_erasures(world)


def finish_erasures(world: World) -> None:
    """Run the dispatcher until every erasure is finished."""
    world.dispatcher.run()
    world.finish_erasures()


def stored(world: World) -> str:
    return repr([world.items(getattr(world.settings, f"{name}_table")) for name in (*KEYS, "erasures", "idempotency")])


@pytest.fixture
def anna(world: World) -> User:
    """A user with a finished and a queued prediction. There is another user, boris."""
    world.register("boris")
    user = world.register("anna")
    world.run(world.submit(user))
    world.submit(user)
    return user


def test_a_deletion_stays_in_the_register_longer_than_a_backup_reaches_back(world: World, anna: User) -> None:
    delete_completely(world, anna)

    assert world.pending_erasures() == []
    (entry,) = world.items(world.settings.erasures_table)
    assert set(entry) == {"erasure_shard", "user_id", "erased_at", "expires_at"}
    assert entry["user_id"] == anna.id
    assert entry["expires_at"] - world.clock() > 35 * 86_400
    assert int(world.clock()) + REGISTER_SECONDS == entry["expires_at"]
    assert list(world.users.deleted()) == [anna.id]


@pytest.mark.parametrize("restored", SUBSETS, ids="+".join)
def test_whatever_was_restored_nothing_of_the_person_is_left(
    world: World, anna: User, restored: tuple[str, ...]
) -> None:
    backup = Backup(world)
    delete_completely(world, anna)
    backup.restore(*restored)
    is_back = "anna" in stored(world) or "patients.csv" in stored(world)
    assert is_back == (restored != ("ledger",))

    replayed = world.replay.run()
    finish_erasures(world)

    assert (replayed.deleted, replayed.failed) == (1, 0)
    assert "anna" not in stored(world)
    assert "patients.csv" not in stored(world)
    assert world.objects(f"results/{anna.id}/") == world.objects(f"inputs/{anna.id}/") == []
    assert world.users.user(anna.id) is None
    with pytest.raises(WrongCredentialsError):
        world.accounts.log_in(Credentials(name="anna", password=PASSWORD))
    assert world.accounts.log_in(Credentials(name="boris", password=PASSWORD))
    assert world.register("anna").balance == 0


@pytest.mark.parametrize("restored", SUBSETS, ids="+".join)
def test_a_second_replay_only_repeats_what_could_not_be_done(
    world: World, anna: User, restored: tuple[str, ...]
) -> None:
    backup = Backup(world)
    delete_completely(world, anna)
    backup.restore(*restored)
    first = world.replay.run()
    finish_erasures(world)
    before = stored(world)

    second = world.replay.run()

    assert second == ReplayCounts(1, erased=second.erased, stuck=first.stuck)
    assert second.erased == bool(first.stuck)
    if not first.stuck:
        assert stored(world) == before


def test_logins_without_an_account_are_removed_too(world: World, anna: User) -> None:
    backup = Backup(world)
    delete_completely(world, anna)
    backup.restore("logins")
    aws.dynamodb().delete_item(TableName=world.settings.users_table, Key=to_item({"user_id": anna.id}))

    assert world.replay.run() == ReplayCounts(1, logins=2)
    assert "anna" not in stored(world)
    assert world.register("anna").balance == 0


def test_the_audit_finds_nothing_after_restoring_all_tables_and_a_replay(world: World, anna: User) -> None:
    backup = Backup(world)
    delete_completely(world, anna)
    backup.restore(*KEYS)

    restored = stored(world)
    assert world.replay.preview() == ReplayCounts(1, accounts=1, logins=2, erased=1)
    assert stored(world) == restored
    assert world.replay.run() == ReplayCounts(1, accounts=1, logins=2, erased=1)
    assert world.replay.preview() == ReplayCounts(1)
    finish_erasures(world)

    assert audit(world).findings == []
    assert world.entries(anna) == [("signup", 500), ("prediction", -100), ("prediction", -100), ("refund", 100)]
    assert world.pending_erasures() == []


def test_a_prediction_without_an_open_charge_is_counted_and_erased_and_delays_nothing(world: World, anna: User) -> None:
    backup = Backup(world)
    delete_completely(world, anna)
    backup.restore("predictions")

    replayed = world.replay.run()
    finish_erasures(world)

    assert replayed == ReplayCounts(1, erased=1, stuck=1)
    assert world.pending_erasures() == []
    assert audit(world).findings_total > 0


def test_an_erasure_with_a_charge_that_lost_its_prediction_ends_after_a_day(world: World, anna: User) -> None:
    delete_completely(world, anna)
    aws.dynamodb().update_item(
        TableName=world.settings.users_table, Key=to_item({"user_id": anna.id}),
        UpdateExpression="SET open_charges = :one", ExpressionAttributeValues=to_item({":one": 1}),
    )  # fmt: skip
    world.users.request_erasure(anna.id, world.clock())
    finish_erasures(world)
    assert world.pending_erasures() == [anna.id]

    world.clock.advance(GIVE_UP_SECONDS)
    world.dispatcher.run()

    assert world.pending_erasures() == []


def test_a_new_account_that_took_the_name_and_the_address_keeps_them(world: World, anna: User) -> None:
    backup = Backup(world)
    delete_completely(world, anna)
    new = world.register("anna")
    backup.restore("users", keep_newer=True)
    assert world.users.user(anna.id) is not None

    replayed = world.replay.run()

    assert (replayed.accounts, replayed.logins, replayed.failed) == (1, 0, 0)
    assert {user_id for _, user_id in world.users.logins_of({anna.id, new.id})} == {new.id}


def test_a_failure_with_one_account_is_counted_and_does_not_stop_the_others(
    world: World, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clara = world.register("clara")
    backup = Backup(world)
    delete_completely(world, anna)
    delete_completely(world, clara)
    backup.restore(*KEYS)
    close = world.users.close_restored

    def fail_for_anna(user: User, fingerprint: str, now: float) -> None:
        if user.id == anna.id:
            raise RuntimeError("out of order")
        close(user, fingerprint, now)

    with monkeypatch.context() as broken:
        broken.setattr(world.users, "close_restored", fail_for_anna)
        replayed = world.replay.run()
    assert (replayed.deleted, replayed.accounts, replayed.failed) == (2, 1, 1)
    assert world.users.user(clara.id) is None

    assert world.replay.run().accounts == 1
    assert "anna" not in stored(world)
