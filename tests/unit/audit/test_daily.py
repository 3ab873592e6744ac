"""The daily audit over several invocations: nothing is checked twice, lost, or called clean too early."""

import logging
import time
from collections.abc import Callable, Iterator
from itertools import count
from math import inf
from typing import Any

import pytest

import app
from chalicelib.audit import daily
from chalicelib.audit.daily import HOLD_SECONDS_MAX, KEY, VERSION, AuditStateRepository
from chalicelib.audit.reader import MARGIN_SECONDS, AuditReader
from chalicelib.audit.user_audit import SETTLED_SECONDS
from chalicelib.auth.repository import User
from chalicelib.core import aws
from chalicelib.core.dynamo import to_item
from chalicelib.core.observability.metrics import Metric
from tests.unit.audit.test_audit import audit, change_user
from tests.unit.support import PASSWORD, World

PEOPLE = 5
DAY = 86_400


class Reads:
    """The time of an invocation that is over after so many reads."""

    def __init__(self, most: float = inf) -> None:
        self.left = most

    def __call__(self) -> float:
        self.left -= 1
        return MARGIN_SECONDS + 100.0 if self.left > 0 else 0.0


class KilledError(BaseException):
    """The process is gone: nothing of it runs any more."""


@pytest.fixture
def people(world: World, monkeypatch: pytest.MonkeyPatch) -> list[User]:
    """Some people, in the order of their ids: the emulator of these tests goes on after a key only in such a table."""
    ids = count(1)
    monkeypatch.setattr("chalicelib.auth.service.new_id", lambda: f"{next(ids):032x}")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    found = [world.register(f"person-{number}") for number in range(PEOPLE)]
    world.run(world.submit(found[0]))
    world.vouchers.redeem(found[1].id, world.vouchers.issue(300, None), None)
    world.clock.advance(SETTLED_SECONDS + 1)
    return found


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Metric, float]]:
    found: list[tuple[Metric, float]] = []
    monkeypatch.setattr(daily, "add", lambda metric, value: found.append((metric, value)))
    return found


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    logger = logging.getLogger("lifespan")
    logger.addHandler(caplog.handler)
    yield lambda: [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    logger.removeHandler(caplog.handler)


def run(world: World, time_left: Callable[[], float] = lambda: inf) -> dict[str, Any]:
    return world.daily_audit(time_left).run()


def run_to_the_end(world: World, reads: int = 60, seconds: float = 0) -> list[dict[str, Any]]:
    """Run invocations of so many reads each, as the schedule would, until the audit is finished."""
    answers = []
    for _ in range(50):
        answers.append(run(world, Reads(reads)))
        if answers[-1]["state"] != "unfinished":
            return answers
        world.clock.advance(seconds)
    pytest.fail("the audit is never finished")


def stored(world: World) -> dict[str, Any]:
    (item,) = (each for each in world.items(world.settings.throttles_table) if each["throttle"] == KEY)
    return item


def put_state(world: World, **changed: Any) -> None:
    table = world.settings.throttles_table
    aws.dynamodb().put_item(TableName=table, Item=to_item(stored(world) | changed))


def kill_at(world: World, monkeypatch: pytest.MonkeyPatch, user: User, seconds: float = 0.0) -> None:
    """Kill the process while it checks that user; each user takes so long."""
    results_of, write = AuditReader.results_of, AuditStateRepository.write
    dead: list[bool] = []

    def until_then(reader: AuditReader, user_id: str) -> Any:
        world.clock.advance(seconds)
        if user_id == user.id:
            dead.append(True)
            raise KilledError
        return results_of(reader, user_id)

    def unless_dead(repository: AuditStateRepository, *arguments: Any) -> Any:
        if dead:
            raise KilledError
        return write(repository, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(AuditReader, "results_of", until_then)
        patch.setattr(AuditStateRepository, "write", unless_dead)
        with pytest.raises(KilledError):
            run(world, lambda: 900.0)


# ---- one invocation


def test_the_function_says_what_was_checked(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    monkeypatch.setattr(app, "services", lambda: world)
    event = {"detail-type": "Scheduled Event", "source": "aws.events", "resources": [], "detail": {}}
    event |= dict.fromkeys(("version", "account", "region", "id", "time"), "")

    assert app.audit(event, None) == {"state": "finished", "findings": 0}

    assert lines()[-1] == {
        "event": "audit finished", "verdict": "clean", "seconds": 0.0, "invocations": 1, "users": PEOPLE,
        "ledger_entries": 7, "predictions": 1, "results": 1, "vouchers": 1, "logins": 2 * PEOPLE, "findings": 0,
        "moving": 0,
    }  # fmt: skip
    assert people


def test_every_finding_is_a_line_and_names_no_person(
    world: World, people: list[User], lines: Callable[[], list[dict[str, Any]]], counted: list[tuple[Metric, float]]
) -> None:
    change_user(world, people[0], "SET balance = :balance", balance=1)
    world.accounts.delete(people[4], PASSWORD)

    answer = run(world)

    found = [line["finding"] for line in lines() if line["event"] == "audit found"]
    assert len(found) == answer["findings"] > 0
    assert any(f"user {people[0].id}: the balance is 1, the entries add up to" in line for line in found)
    assert not any(word in str(line) for line in lines() for word in ("person", "example.org", "patients.csv"))
    assert (Metric.AUDIT_FINDINGS, len(found)) in counted


# ---- several invocations


def test_an_audit_goes_on_where_it_stopped_and_says_the_same_as_one_in_one_go(
    world: World, people: list[User], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    change_user(world, people[1], "SET balance = :balance", balance=1)
    change_user(world, people[3], "SET open_charges = :one", one=1)
    whole = audit(world)

    answers = run_to_the_end(world)

    assert len(answers) > 3
    assert answers[-1] == {"state": "finished", "findings": whole.findings_total}
    assert sorted(stored(world)["report"]["findings"]) == sorted(whole.findings)
    assert stored(world)["report"]["checked"] == whole.checked
    assert stored(world)["report"]["coins"] == whole.coins
    assert stored(world)["invocations"] == len(answers)
    named = [line["finding"] for line in lines() if line["event"] == "audit found"]
    assert sorted(named) == sorted(whole.findings)  # each once


def test_half_an_audit_is_never_called_finished_or_clean(
    world: World, people: list[User], lines: Callable[[], list[dict[str, Any]]], counted: list[tuple[Metric, float]]
) -> None:
    assert run(world, Reads(20)) == {"state": "unfinished", "findings": 0}

    assert "finished_at" not in stored(world)
    assert [metric for metric, _ in counted] == [Metric.AUDIT_FINDINGS]
    last = lines()[-1]
    assert (last["event"], last["step"]) == ("audit not finished", "users")
    assert 0 < last["users"] < PEOPLE
    assert "verdict" not in last


def test_what_people_do_between_two_invocations_is_no_finding(world: World, people: list[User]) -> None:
    run(world, Reads(60))
    for person in people:
        world.clock.advance(10)
        world.vouchers.redeem(person.id, world.vouchers.issue(50, None), None)
        world.run(world.submit(person))
        world.submit(person)
        world.register(f"later-{person.name}")
    world.accounts.delete(people[2], PASSWORD)
    answers = run_to_the_end(world, seconds=10)

    assert len(answers) > 1
    assert answers[-1] == {"state": "finished", "findings": 0}


def test_what_was_found_before_a_crash_is_not_lost(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch, counted: list[tuple[Metric, float]]
) -> None:
    change_user(world, people[1], "SET balance = :balance", balance=1)
    kill_at(world, monkeypatch, people[4], seconds=daily.SAVE_SECONDS)
    change_user(world, people[1], "SET balance = :balance", balance=800)  # nobody would find it now
    assert counted == []

    world.clock.advance(HOLD_SECONDS_MAX)
    answer = run(world)

    assert answer["state"] == "finished"
    assert any("the balance is 1," in each for each in stored(world)["report"]["findings"])
    assert stored(world)["report"]["checked"]["users"] == PEOPLE
    assert (Metric.AUDIT_FINDINGS, answer["findings"]) in counted


def test_a_crash_before_anything_was_stored_costs_only_time(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at(world, monkeypatch, people[4])
    assert run(world)["state"] == "held"  # it may still be alive

    world.clock.advance(HOLD_SECONDS_MAX)

    assert run(world) == {"state": "finished", "findings": 0}
    assert stored(world)["report"]["checked"]["users"] == PEOPLE


def test_an_invocation_that_fails_leaves_what_it_did_to_the_next(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise OSError("no connection")

    change_user(world, people[1], "SET balance = :balance", balance=1)
    with monkeypatch.context() as patch:
        patch.setattr(AuditReader, "vouchers", refuse)
        with pytest.raises(OSError, match="no connection"):
            run(world)

    assert stored(world)["step"] == "vouchers"
    assert stored(world)["held_until"] == 0
    assert run(world)["state"] == "finished"
    assert stored(world)["report"]["checked"]["users"] == PEOPLE


def test_of_two_invocations_at_once_one_works(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    user_ids = AuditReader.user_ids
    meanwhile: list[Any] = []

    def and_another_one(reader: AuditReader, *after: Any) -> Any:
        monkeypatch.setattr(AuditReader, "user_ids", user_ids)
        meanwhile.append(run(world))
        return user_ids(reader, *after)

    monkeypatch.setattr(AuditReader, "user_ids", and_another_one)

    assert run(world)["state"] == "finished"
    assert meanwhile == [{"state": "held", "findings": 0}]
    assert stored(world)["report"]["checked"]["users"] == len(people)


def test_of_two_that_read_the_same_state_one_gets_it(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = AuditStateRepository.read
    meanwhile: list[Any] = []

    def and_another_one(repository: AuditStateRepository) -> Any:
        found = read(repository)
        monkeypatch.setattr(AuditStateRepository, "read", read)
        meanwhile.append(run(world, Reads(20)))
        return found

    run(world, Reads(20))
    before = stored(world)["report"]["checked"]["users"]
    monkeypatch.setattr(AuditStateRepository, "read", and_another_one)

    assert run(world)["state"] == "held"
    assert meanwhile[0]["state"] == "unfinished"
    assert stored(world)["report"]["checked"]["users"] > before
    assert people


def test_a_write_whose_answer_was_lost_may_be_repeated(world: World, people: list[User]) -> None:
    class Repeating:
        """Writes everything twice, as the SDK does when the first answer does not come."""

        def __getattr__(self, name: str) -> Any:
            return getattr(aws.dynamodb(), name)

        def put_item(self, **arguments: Any) -> Any:
            aws.dynamodb().put_item(**arguments)
            return aws.dynamodb().put_item(**arguments)

    daily = world.daily_audit(lambda: inf)
    repeating: Any = Repeating()
    daily.repository = AuditStateRepository(repeating, world.settings.throttles_table)

    assert daily.run() == {"state": "finished", "findings": 0}
    assert people


def test_a_user_who_takes_longer_than_a_whole_run_is_named_and_passed(world: World, people: list[User]) -> None:
    class UntilPerson:
        """There is no time left once person 2 is read."""

        def __init__(self) -> None:
            self.over = False

        def __call__(self) -> float:
            return 0.0 if self.over else MARGIN_SECONDS + 100.0

    def run_until_person() -> dict[str, Any]:
        left = UntilPerson()
        daily = world.daily_audit(left)
        entries = daily.audit._reader.entries

        def slow(user_id: str, *bounds: Any, **more: Any) -> Any:
            left.over = user_id == people[2].id
            return entries(user_id, *bounds, **more)

        daily.audit._reader.entries = slow  # type: ignore[method-assign]
        return daily.run()

    assert run_until_person()["state"] == "unfinished"  # stopped there
    assert run_until_person()["state"] == "finished"  # began there, and went on after it
    (finding,) = stored(world)["report"]["findings"]
    assert finding == f"user {people[2].id} could not be checked: it takes longer than one run may"
    assert stored(world)["report"]["checked"]["users"] == PEOPLE - 1


# ---- days and versions


def test_an_audit_a_day(world: World, people: list[User], counted: list[tuple[Metric, float]]) -> None:
    first = run(world)
    began = stored(world)["started_at"]
    world.clock.advance(900)
    assert (first["state"], run(world)["state"]) == ("finished", "done")
    assert counted[-1] == (Metric.AUDIT_AGE, 900)

    world.clock.advance(DAY)

    assert run(world)["state"] == "finished"
    assert stored(world)["started_at"] > began
    assert counted[-1] == (Metric.AUDIT_AGE, 0)
    assert people


def test_yesterday_s_audit_is_finished_before_a_new_one_begins(world: World, people: list[User]) -> None:
    run(world, Reads(20))
    began = stored(world)["started_at"]
    world.clock.advance(2 * DAY)

    assert run(world)["state"] == "finished"
    assert stored(world)["started_at"] == began
    assert run(world)["state"] == "finished"
    assert stored(world)["started_at"] > began
    assert people


def test_findings_stay_known_until_an_audit_is_finished_without_them(
    world: World, people: list[User], counted: list[tuple[Metric, float]]
) -> None:
    change_user(world, people[1], "SET balance = :balance", balance=1)
    found = run(world)["findings"]
    change_user(world, people[1], "SET balance = :balance", balance=800)
    world.clock.advance(DAY)

    assert run(world, Reads(20)) == {"state": "unfinished", "findings": found}
    assert run(world) == {"state": "finished", "findings": 0}
    assert [value for metric, value in counted if metric is Metric.AUDIT_FINDINGS] == [found, found, 0]


def run_while_a_balance_moves(world: World, user: User) -> dict[str, Any]:
    """Change a balance after every look, each time to another one that is wrong."""
    daily = world.daily_audit(lambda: inf)
    daily.audit._wait = lambda _: change_user(world, user, "SET balance = balance + :one", one=1)
    change_user(world, user, "SET balance = balance + :one", one=1)
    answer = daily.run()
    change_user(world, user, "SET balance = :balance", balance=800)
    return answer


def test_an_audit_that_could_not_compare_everything_does_not_count_as_one(
    world: World, people: list[User], counted: list[tuple[Metric, float]], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    run(world)
    for days in (1, 2, 3):
        world.clock.advance(DAY)
        assert run_while_a_balance_moves(world, people[1]) == {"state": "finished", "findings": 0}
        assert lines()[-1]["verdict"] == "inconclusive"
        assert counted[-1] == (Metric.AUDIT_AGE, days * DAY)
        assert run(world)["state"] == "done"
    world.clock.advance(DAY)

    run(world)

    assert lines()[-1]["verdict"] == "clean"
    assert counted[-1] == (Metric.AUDIT_AGE, 0)


def test_findings_stay_known_when_the_next_audit_could_not_compare_everything(world: World, people: list[User]) -> None:
    change_user(world, people[2], "SET open_charges = :one", one=1)
    found = run(world)["findings"]
    change_user(world, people[2], "SET open_charges = :none", none=0)
    world.clock.advance(DAY)

    assert run_while_a_balance_moves(world, people[1]) == {"state": "finished", "findings": found}
    world.clock.advance(DAY)
    assert run(world) == {"state": "finished", "findings": 0}


def test_an_audit_of_another_version_leaves_an_invocation_that_is_alive_alone(world: World, people: list[User]) -> None:
    run(world, Reads(20))
    put_state(world, version=VERSION + 1, held_until=world.clock() + 60)

    assert run(world)["state"] == "held"

    world.clock.advance(60)
    assert run(world)["state"] == "finished"
    assert people


def test_an_audit_of_another_version_begins_anew(
    world: World, people: list[User], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    run(world, Reads(20))
    put_state(world, version=VERSION + 1, step="something else", report="unreadable", finished_at=1, findings=3)

    assert run(world, Reads(20)) == {"state": "unfinished", "findings": 3}

    assert stored(world)["step"] == "users"
    assert stored(world)["finished_at"] == 1
    assert any(line["event"] == "audit of another version is begun anew" for line in lines())
    assert run(world)["state"] == "finished"
    assert stored(world)["report"]["checked"]["users"] == len(people)


def test_what_is_stored_names_nobody(world: World, people: list[User]) -> None:
    change_user(world, people[1], "SET #name = :name", name="mallory")
    states: list[dict[str, Any]] = []
    while not states or states[-1]["state"] == "unfinished":
        assert len(states) < 50
        states.append(run(world, Reads(60)))
        assert not any(word in str(stored(world)) for word in ("person", "mallory", "example"))

    assert states[-1]["findings"] > 0
    assert len(states) > 2
    assert not any(word in str(stored(world)) for word in ("person", "mallory", "example"))
    assert stored(world)["expires_at"] > world.clock()
