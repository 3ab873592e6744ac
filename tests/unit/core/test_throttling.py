from typing import Any

import pytest

from chalicelib.core import aws
from chalicelib.core.throttling import Limit, Throttles, TooManyRequestsError
from tests.unit.support import FakeClock, World

HOUR = 3600


@pytest.fixture
def throttles(world: World, clock: FakeClock) -> Throttles:
    clock.now = 1_900_000_800.0 - 1_900_000_800 % HOUR  # an hour begins
    return Throttles(aws.dynamodb(), world.settings.throttles_table, lambda: "a secret of 32 bytes or more ...", clock)


def refused(throttles: Throttles, *limits: Limit, kind: str = "guess") -> int:
    """Assert that the next event is refused, and return its Retry-After in seconds."""
    with pytest.raises(TooManyRequestsError) as caught:
        throttles.acquire(kind, HOUR, *limits)
    assert (caught.value.status, caught.value.code) == (429, "too_many_requests")
    return int(caught.value.headers["Retry-After"])


def test_events_up_to_the_maximum_pass_and_the_next_is_refused_until_the_window_ends(
    throttles: Throttles, clock: FakeClock
) -> None:
    for _ in range(3):
        throttles.acquire("guess", HOUR, Limit("anna", 3))
    clock.advance(HOUR - 90.5)

    assert refused(throttles, Limit("anna", 3)) == 91

    clock.advance(90.4)
    assert refused(throttles, Limit("anna", 3)) == 1
    clock.advance(0.1)
    throttles.acquire("guess", HOUR, Limit("anna", 3))


def test_an_event_after_the_retry_after_time_passes(throttles: Throttles, clock: FakeClock) -> None:
    throttles.acquire("guess", HOUR, Limit("anna", 1))
    clock.advance(1234.567)
    clock.advance(refused(throttles, Limit("anna", 1)))
    throttles.acquire("guess", HOUR, Limit("anna", 1))


def test_subjects_and_kinds_are_counted_separately(throttles: Throttles) -> None:
    throttles.acquire("guess", HOUR, Limit("anna", 1))
    throttles.acquire("guess", HOUR, Limit("boris", 1))
    throttles.acquire("upload", HOUR, Limit("anna", 1))
    assert refused(throttles, Limit("boris", 1))


def test_an_event_that_one_limit_refuses_counts_against_none(throttles: Throttles) -> None:
    throttles.acquire("guess", HOUR, Limit("here", 3), Limit("anna", 1))
    for _ in range(5):
        refused(throttles, Limit("here", 3), Limit("anna", 1))

    throttles.acquire("guess", HOUR, Limit("here", 3), Limit("boris", 1))
    throttles.acquire("guess", HOUR, Limit("here", 3), Limit("clara", 1))
    assert refused(throttles, Limit("here", 3), Limit("dora", 1))


def test_a_released_event_does_not_count(throttles: Throttles) -> None:
    for _ in range(5):
        throttles.release(throttles.acquire("guess", HOUR, Limit("here", 2), Limit("anna", 1)))
    throttles.acquire("guess", HOUR, Limit("here", 2), Limit("anna", 1))
    assert refused(throttles, Limit("here", 2), Limit("anna", 1))


def test_releasing_an_event_of_an_expired_row_creates_no_row(world: World, throttles: Throttles) -> None:
    event = throttles.acquire("guess", HOUR, Limit("anna", 1))
    aws.dynamodb().delete_item(TableName=world.settings.throttles_table, Key={"throttle": {"S": event.row}})
    throttles.release(event)
    assert world.items(world.settings.throttles_table) == []


def test_a_row_reveals_neither_subject_nor_kind_and_expires_with_its_window(
    world: World, throttles: Throttles, clock: FakeClock
) -> None:
    throttles.acquire("guess", HOUR, Limit("198.51.100.7", 9), Limit("name#anna", 9))
    (row,) = world.items(world.settings.throttles_table)
    assert row["expires_at"] == clock.now + HOUR
    assert len(row) == 4
    assert not any(word in repr(row) for word in ("198", "anna", "guess"))


def test_a_row_cannot_be_found_without_the_pseudonym_key(world: World, throttles: Throttles) -> None:
    with_another_key = Throttles(
        aws.dynamodb(), world.settings.throttles_table, lambda: "another secret", throttles._clock
    )
    events = [instance.acquire("guess", HOUR, Limit("anna", 9)) for instance in (throttles, with_another_key)]
    assert events[0].row != events[1].row


def test_an_event_is_one_write(world: World, throttles: Throttles) -> None:
    calls: list[str] = []
    events = aws.dynamodb().meta.events

    def record(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events.register("before-call.dynamodb", record)
    throttles.acquire("guess", HOUR, Limit("here", 2), Limit("anna", 1))
    events.unregister("before-call.dynamodb", record)
    assert calls == ["UpdateItem"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1 second"), (119, "119 seconds"), (120, "2 minutes"), (7199, "120 minutes"),
                           (7200, "2 hours"), (86_400, "24 hours")],
)  # fmt: skip
def test_the_waiting_time_is_rounded_up_to_a_readable_unit(seconds: int, text: str) -> None:
    assert TooManyRequestsError(seconds).detail == f"There were too many attempts. Please try again in {text}."
