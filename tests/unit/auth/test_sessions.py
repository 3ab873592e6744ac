"""Log out of one session: which tokens become invalid, which stay valid, and which ended sessions are kept."""

from typing import Any

import pytest

from chalicelib.auth.normalization import Credentials
from chalicelib.auth.repository import ENDED_SESSIONS_MAX, User
from chalicelib.auth.service import SessionWithoutIdError
from chalicelib.auth.tokens import Claims, TokenInvalidError, UnauthenticatedError
from chalicelib.core import aws
from tests.unit.support import PASSWORD, World


def log_in(world: World, name: str = "anna") -> str:
    return world.accounts.log_in(Credentials(name=name, password=PASSWORD)).access_token


def log_out(world: World, token: str) -> None:
    """Log out of the session of ``token``, as the route does."""
    world.accounts.log_out_session(*world.accounts.identify(token))


def is_valid(world: World, token: str) -> bool:
    try:
        world.accounts.identify(token)
    except UnauthenticatedError:
        return False
    return True


def ended_sessions(world: World) -> dict[str, Any]:
    """Return the ended sessions of the only user."""
    (user,) = world.items(world.settings.users_table)
    return user.get("ended_sessions", {})  # type: ignore[no-any-return]


def test_logging_out_of_a_session_ends_only_its_token(world: World) -> None:
    world.register("anna")
    world.register("boris")
    ended, *others = log_in(world), log_in(world), log_in(world, "boris")

    log_out(world, ended)

    assert not is_valid(world, ended)
    assert all(is_valid(world, token) for token in [*others, log_in(world)])
    with pytest.raises(TokenInvalidError):
        log_out(world, ended)


def test_a_request_of_a_user_with_ended_sessions_costs_one_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.register()
    ended, valid = log_in(world), log_in(world)
    log_out(world, ended)
    calls: list[str] = []
    call = aws.dynamodb()._make_api_call  # type: ignore[attr-defined]

    def record(operation: str, arguments: Any) -> Any:
        calls.append(operation)
        return call(operation, arguments)

    monkeypatch.setattr(aws.dynamodb(), "_make_api_call", record)
    for token in (valid, ended):
        is_valid(world, token)

    assert calls == ["GetItem"] * 2


def test_an_ended_session_is_kept_until_its_token_expires_and_no_longer(world: World) -> None:
    world.register()
    first = log_in(world)
    log_out(world, first)
    world.clock.advance(world.settings.token_seconds - 1)
    second = log_in(world)
    log_out(world, second)
    assert len(ended_sessions(world)) == 2
    assert not is_valid(world, first)

    world.clock.advance(1)
    third = log_in(world)
    log_out(world, third)

    assert len(ended_sessions(world)) == 2
    assert not any(is_valid(world, token) for token in (first, second, third))


def test_an_ended_session_is_kept_until_its_own_token_expires(world: World) -> None:
    """A shorter lifetime may have been deployed after the token was issued."""
    world.register()
    token, second_token = log_in(world), log_in(world)
    shorter = World(world.settings.model_copy(update={"token_seconds": 60}), clock=world.clock)
    log_out(shorter, token)
    world.clock.advance(61)

    log_out(shorter, second_token)

    assert not is_valid(shorter, token)


def test_row_6_no_ended_session_becomes_valid_again_when_too_many_have_ended(world: World) -> None:
    """Ending one session too many ends every session."""
    world.register()
    stays = log_in(world)
    ended = [log_in(world) for _ in range(ENDED_SESSIONS_MAX)]
    for token in ended:
        log_out(world, token)
    assert len(ended_sessions(world)) == ENDED_SESSIONS_MAX
    assert is_valid(world, stays)

    one_more = log_in(world)
    log_out(world, one_more)

    assert not any(is_valid(world, token) for token in [*ended, one_more, stays])
    assert ended_sessions(world) == {}
    assert is_valid(world, log_in(world))


def test_a_token_without_a_session_stays_valid_until_it_expires(world: World) -> None:
    user = world.register()
    token = world.tokens.sign(Claims(user.id, 1))

    with pytest.raises(SessionWithoutIdError) as caught:
        log_out(world, token)

    assert (caught.value.status, caught.value.code) == (409, "session_without_id")
    assert is_valid(world, token)
    log_out(world, log_in(world))
    assert is_valid(world, token)
    world.clock.advance(world.settings.token_seconds)
    assert not is_valid(world, token)


def parallel_sessions(world: World, count: int) -> list[tuple[User, Claims]]:
    """Log in ``count`` times, and read every session's user before any of them ends."""
    return [world.accounts.identify(token) for token in [log_in(world) for _ in range(count)]]


@pytest.mark.parametrize("earlier", [0, 1])
def test_row_6_sessions_that_end_at_the_same_moment_all_end(world: World, earlier: int) -> None:
    world.register()
    for _ in range(earlier):
        log_out(world, log_in(world))
    sessions = parallel_sessions(world, 3)

    for session in [*sessions, *sessions]:
        world.accounts.log_out_session(*session)

    assert len(ended_sessions(world)) == earlier + len(sessions)
    assert {claims.session_id for _, claims in sessions} <= set(ended_sessions(world))


def test_one_parallel_log_out_too_many_ends_every_session(world: World) -> None:
    world.register()
    sessions, stays = parallel_sessions(world, ENDED_SESSIONS_MAX + 1), log_in(world)

    for session in sessions:
        world.accounts.log_out_session(*session)

    assert not is_valid(world, stays)
    assert ended_sessions(world) == {}


def test_a_session_that_ends_after_all_sessions_did_changes_nothing(world: World) -> None:
    user = world.register()
    (session,) = parallel_sessions(world, 1)
    world.accounts.log_out(user)
    token = log_in(world)

    world.accounts.log_out_session(*session)

    assert is_valid(world, token)


def test_a_new_password_forgets_the_ended_sessions_and_none_becomes_valid(world: World) -> None:
    user = world.register()
    token = log_in(world)
    log_out(world, token)

    world.accounts.change_password(user, PASSWORD, "another horse battery")

    assert ended_sessions(world) == {}
    assert not is_valid(world, token)


def test_a_deleted_account_keeps_no_ended_sessions(world: World) -> None:
    user = world.register()
    log_out(world, log_in(world))
    (session,) = parallel_sessions(world, 1)

    world.accounts.delete(user, PASSWORD)
    world.accounts.log_out_session(*session)

    assert ended_sessions(world) == {}
