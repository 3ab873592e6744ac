"""The limit of submissions: it is counted in the user's item, by the write that also reads the user."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.auth.repository import User
from chalicelib.auth.service import OLD_COUNTERS_MAX, SUBMISSION_WINDOW_SECONDS
from chalicelib.auth.tokens import Claims, TokenInvalidError
from chalicelib.core import aws
from chalicelib.core.dynamo import to_item
from chalicelib.core.throttling import TooManyRequestsError
from tests.unit.support import FakeClock, World


def token_of(world: World, session_id: str | None = "a" * 32) -> str:
    user = world.register()
    return world.tokens.sign(Claims(user.id, user.token_version, session_id))


def counters(world: World) -> Any:
    (item,) = world.items(world.settings.users_table)
    return item.get("submissions")


def change(world: World, expression: str) -> None:
    (item,) = world.items(world.settings.users_table)
    aws.dynamodb().update_item(
        TableName=world.settings.users_table, Key=to_item({"user_id": item["user_id"]}), UpdateExpression=expression
    )


@pytest.mark.parametrize("session_id", ["a" * 32, None])
def test_row_11_as_many_submissions_as_allowed_are_counted_and_the_next_is_not(
    world: World, session_id: str | None
) -> None:
    token, maximum = token_of(world, session_id), world.settings.submissions_per_minute
    world.clock.now += SUBMISSION_WINDOW_SECONDS - world.clock.now % SUBMISSION_WINDOW_SECONDS + 1.5

    users = [world.accounts.identify_and_count(token) for _ in range(maximum)]
    with pytest.raises(TooManyRequestsError) as caught:
        world.accounts.identify_and_count(token)

    assert {user.id for user in users} == {world.accounts.identify(token)[0].id}
    assert caught.value.seconds == SUBMISSION_WINDOW_SECONDS - 1
    assert [*counters(world).values()] == [maximum]
    world.clock.advance(caught.value.seconds)
    world.accounts.identify_and_count(token)


@pytest.mark.parametrize("end", ["one session", "all sessions", "account"])
def test_row_6_a_request_of_an_ended_session_is_not_counted(world: World, end: str) -> None:
    token = token_of(world)
    user, claims = world.accounts.identify(token)
    if end == "one session":
        world.accounts.log_out_session(user, claims)
    elif end == "all sessions":
        world.accounts.log_out(user)
    else:
        change(world, "SET closed_at = token_version")

    with pytest.raises(TokenInvalidError):
        world.accounts.identify_and_count(token)

    assert counters(world) == {}


def test_a_session_that_ends_leaves_the_others_counted(world: World) -> None:
    token = token_of(world)
    user = world.accounts.identify(token)[0]
    other = Claims(user.id, user.token_version, "b" * 32)
    world.accounts.log_out_session(user, world.accounts.identify(world.tokens.sign(other))[1])

    world.accounts.identify_and_count(token)

    assert [*counters(world).values()] == [1]


def test_an_account_of_an_older_release_is_counted_from_its_first_submission(world: World) -> None:
    token = token_of(world)
    change(world, "REMOVE submissions")

    for _ in range(world.settings.submissions_per_minute):
        world.accounts.identify_and_count(token)

    with pytest.raises(TooManyRequestsError):
        world.accounts.identify_and_count(token)


def test_the_first_submissions_of_an_older_account_are_counted_although_they_are_parallel(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, read = token_of(world), world.users.user

    def user_after_a_parallel_request(user_id: str) -> User | None:
        world.users.start_counting(user_id)
        return read(user_id)

    change(world, "REMOVE submissions")
    monkeypatch.setattr(world.users, "user", user_after_a_parallel_request)

    world.accounts.identify_and_count(token)

    assert [*counters(world).values()] == [1]


def test_the_window_before_the_current_one_is_never_removed(world: World, clock: FakeClock) -> None:
    token = token_of(world)
    for _ in range(3 * OLD_COUNTERS_MAX):
        world.accounts.identify_and_count(token)
        ends = sorted(map(int, counters(world)))
        assert len(ends) <= OLD_COUNTERS_MAX + 2
        assert ends[-2:-1] in ([], [ends[-1] - SUBMISSION_WINDOW_SECONDS])
        clock.advance(SUBMISSION_WINDOW_SECONDS)


def test_a_submission_is_accepted_although_old_counters_cannot_be_removed(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_arguments: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")

    token = token_of(world)
    monkeypatch.setattr(world.users, "remove_counters", throttled)
    for _ in range(OLD_COUNTERS_MAX + 3):
        world.accounts.identify_and_count(token)
        clock.advance(SUBMISSION_WINDOW_SECONDS)
    assert len(counters(world)) == OLD_COUNTERS_MAX + 3


def test_a_deleted_account_keeps_no_counter(world: World) -> None:
    token = token_of(world)
    user = world.accounts.identify(token)[0]
    world.accounts.identify_and_count(token)

    world.users.close_restored(user, "fingerprint", world.clock())

    assert counters(world) is None
