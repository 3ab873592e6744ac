"""The daily audit over several invocations: nothing is checked twice, lost, or reported as clean too early."""

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


class TimeForReads:
    """The time left of an invocation that ends after ``reads`` reads."""

    def __init__(self, reads: float = inf) -> None:
        self.reads_left = reads

    def __call__(self) -> float:
        self.reads_left -= 1
        return MARGIN_SECONDS + 100.0 if self.reads_left > 0 else 0.0


class KilledError(BaseException):
    """The process was killed. No handler of an Exception catches this."""


@pytest.fixture
def people(world: World, monkeypatch: pytest.MonkeyPatch) -> list[User]:
    """Some users, in the order of their ids: moto can continue a scan after a key only in a sorted table."""
    ids = count(1)
    monkeypatch.setattr("chalicelib.auth.service.new_id", lambda: f"{next(ids):032x}")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    users = [world.register(f"person-{number}") for number in range(PEOPLE)]
    world.run(world.submit(users[0]))
    world.vouchers.redeem(users[1].id, world.vouchers.issue(300, None), None)
    world.clock.advance(SETTLED_SECONDS + 1)
    return users


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Metric, float]]:
    added: list[tuple[Metric, float]] = []
    monkeypatch.setattr(daily, "add", lambda metric, value: added.append((metric, value)))
    return added


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    logger = logging.getLogger("lifespan")
    logger.addHandler(caplog.handler)
    yield lambda: [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    logger.removeHandler(caplog.handler)


def run(world: World, time_left: Callable[[], float] = lambda: inf) -> dict[str, Any]:
    return world.daily_audit(time_left).run()


def run_to_the_end(world: World, reads: int = 60, seconds: float = 0) -> list[dict[str, Any]]:
    """Run invocations of ``reads`` reads each, as the schedule would, until the audit is finished."""
    answers = []
    for _ in range(50):
        answers.append(run(world, TimeForReads(reads)))
        if answers[-1]["state"] != "unfinished":
            return answers
        world.clock.advance(seconds)
    pytest.fail("the audit is never finished")


def stored(world: World) -> dict[str, Any]:
    (item,) = (item for item in world.items(world.settings.throttles_table) if item["throttle"] == KEY)
    return item


def put_state(world: World, **changes: Any) -> None:
    table = world.settings.throttles_table
    aws.dynamodb().put_item(TableName=table, Item=to_item(stored(world) | changes))


def kill_at(world: World, monkeypatch: pytest.MonkeyPatch, user: User, seconds: float = 0.0) -> None:
    """Kill the process while it checks ``user``. Checking a user takes ``seconds``."""
    results_of, write = AuditReader.results_of, AuditStateRepository.write
    killed: list[bool] = []

    def results_until_killed(reader: AuditReader, user_id: str) -> Any:
        world.clock.advance(seconds)
        if user_id == user.id:
            killed.append(True)
            raise KilledError
        return results_of(reader, user_id)

    def write_unless_killed(repository: AuditStateRepository, *arguments: Any) -> Any:
        if killed:
            raise KilledError
        return write(repository, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(AuditReader, "results_of", results_until_killed)
        patch.setattr(AuditStateRepository, "write", write_unless_killed)
        with pytest.raises(KilledError):
            run(world, lambda: 900.0)


# ---- one invocation


def test_the_function_returns_and_logs_what_was_checked(
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


def test_every_finding_is_logged_and_names_no_person(
    world: World, people: list[User], lines: Callable[[], list[dict[str, Any]]], metrics: list[tuple[Metric, float]]
) -> None:
    change_user(world, people[0], "SET balance = :balance", balance=1)
    world.accounts.delete(people[4], PASSWORD)

    answer = run(world)

    findings = [line["finding"] for line in lines() if line["event"] == "audit found"]
    assert len(findings) == answer["findings"] > 0
    assert any(f"user {people[0].id}: the balance is 1, the entries add up to" in finding for finding in findings)
    assert not any(word in str(line) for line in lines() for word in ("person", "example.org", "patients.csv"))
    assert (Metric.AUDIT_FINDINGS, len(findings)) in metrics


# ---- several invocations


def test_a_continued_audit_reports_the_same_as_an_uninterrupted_one(
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
    logged = [line["finding"] for line in lines() if line["event"] == "audit found"]
    assert sorted(logged) == sorted(whole.findings)  # each finding is logged once


def test_an_unfinished_audit_is_never_reported_as_finished_or_clean(
    world: World, people: list[User], lines: Callable[[], list[dict[str, Any]]], metrics: list[tuple[Metric, float]]
) -> None:
    assert run(world, TimeForReads(20)) == {"state": "unfinished", "findings": 0}

    assert "finished_at" not in stored(world)
    assert [metric for metric, _ in metrics] == [Metric.AUDIT_FINDINGS]
    last = lines()[-1]
    assert (last["event"], last["step"]) == ("audit not finished", "users")
    assert 0 < last["users"] < PEOPLE
    assert "verdict" not in last


def test_changes_between_two_invocations_are_no_finding(world: World, people: list[User]) -> None:
    run(world, TimeForReads(60))
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


def test_findings_from_before_a_crash_are_not_lost(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch, metrics: list[tuple[Metric, float]]
) -> None:
    change_user(world, people[1], "SET balance = :balance", balance=1)
    kill_at(world, monkeypatch, people[4], seconds=daily.SAVE_SECONDS)
    change_user(world, people[1], "SET balance = :balance", balance=800)  # a new audit would not find it
    assert metrics == []

    world.clock.advance(HOLD_SECONDS_MAX)
    answer = run(world)

    assert answer["state"] == "finished"
    assert any("the balance is 1," in finding for finding in stored(world)["report"]["findings"])
    assert stored(world)["report"]["checked"]["users"] == PEOPLE
    assert (Metric.AUDIT_FINDINGS, answer["findings"]) in metrics


def test_after_a_crash_before_anything_was_stored_the_audit_begins_again(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at(world, monkeypatch, people[4])
    assert run(world)["state"] == "held"  # the killed invocation may still be running

    world.clock.advance(HOLD_SECONDS_MAX)

    assert run(world) == {"state": "finished", "findings": 0}
    assert stored(world)["report"]["checked"]["users"] == PEOPLE


def test_an_invocation_that_fails_is_continued_by_the_next(
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


def test_only_one_of_two_invocations_at_once_audits(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    user_ids = AuditReader.user_ids
    second_answers: list[Any] = []

    def run_the_second(reader: AuditReader, *after: Any) -> Any:
        monkeypatch.setattr(AuditReader, "user_ids", user_ids)
        second_answers.append(run(world))
        return user_ids(reader, *after)

    monkeypatch.setattr(AuditReader, "user_ids", run_the_second)

    assert run(world)["state"] == "finished"
    assert second_answers == [{"state": "held", "findings": 0}]
    assert stored(world)["report"]["checked"]["users"] == len(people)


def test_only_one_of_two_invocations_that_read_the_same_state_continues(
    world: World, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = AuditStateRepository.read
    second_answers: list[Any] = []

    def read_and_run_the_second(repository: AuditStateRepository) -> Any:
        state = read(repository)
        monkeypatch.setattr(AuditStateRepository, "read", read)
        second_answers.append(run(world, TimeForReads(20)))
        return state

    run(world, TimeForReads(20))
    before = stored(world)["report"]["checked"]["users"]
    monkeypatch.setattr(AuditStateRepository, "read", read_and_run_the_second)

    assert run(world)["state"] == "held"
    assert second_answers[0]["state"] == "unfinished"
    assert stored(world)["report"]["checked"]["users"] > before
    assert people


def test_a_write_whose_response_was_lost_may_be_repeated(world: World, people: list[User]) -> None:
    class Repeating:
        """Writes everything twice, as the SDK does when the first response is lost."""

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


def test_a_user_who_takes_longer_than_an_invocation_is_reported_and_skipped(world: World, people: list[User]) -> None:
    class TimeUntilPerson2:
        """No time is left once person 2 is read."""

        def __init__(self) -> None:
            self.is_over = False

        def __call__(self) -> float:
            return 0.0 if self.is_over else MARGIN_SECONDS + 100.0

    def run_until_person_2() -> dict[str, Any]:
        time_left = TimeUntilPerson2()
        daily = world.daily_audit(time_left)
        entries = daily.audit._reader.entries

        def entries_that_take_all_time(user_id: str, *bounds: Any, **options: Any) -> Any:
            time_left.is_over = user_id == people[2].id
            return entries(user_id, *bounds, **options)

        daily.audit._reader.entries = entries_that_take_all_time  # type: ignore[method-assign]
        return daily.run()

    assert run_until_person_2()["state"] == "unfinished"  # stopped at person 2
    assert run_until_person_2()["state"] == "finished"  # began at person 2 and continued after it
    (finding,) = stored(world)["report"]["findings"]
    assert finding == f"user {people[2].id} could not be checked: it takes longer than one run may"
    assert stored(world)["report"]["checked"]["users"] == PEOPLE - 1


# ---- days and versions


def test_there_is_one_audit_a_day(world: World, people: list[User], metrics: list[tuple[Metric, float]]) -> None:
    first = run(world)
    started_at = stored(world)["started_at"]
    world.clock.advance(900)
    assert (first["state"], run(world)["state"]) == ("finished", "done")
    assert metrics[-1] == (Metric.AUDIT_AGE, 900)

    world.clock.advance(DAY)

    assert run(world)["state"] == "finished"
    assert stored(world)["started_at"] > started_at
    assert metrics[-1] == (Metric.AUDIT_AGE, 0)
    assert people


def test_yesterday_s_audit_is_finished_before_a_new_one_begins(world: World, people: list[User]) -> None:
    run(world, TimeForReads(20))
    started_at = stored(world)["started_at"]
    world.clock.advance(2 * DAY)

    assert run(world)["state"] == "finished"
    assert stored(world)["started_at"] == started_at
    assert run(world)["state"] == "finished"
    assert stored(world)["started_at"] > started_at
    assert people


def test_findings_are_reported_until_an_audit_finishes_without_them(
    world: World, people: list[User], metrics: list[tuple[Metric, float]]
) -> None:
    change_user(world, people[1], "SET balance = :balance", balance=1)
    findings = run(world)["findings"]
    change_user(world, people[1], "SET balance = :balance", balance=800)
    world.clock.advance(DAY)

    assert run(world, TimeForReads(20)) == {"state": "unfinished", "findings": findings}
    assert run(world) == {"state": "finished", "findings": 0}
    assert [value for metric, value in metrics if metric is Metric.AUDIT_FINDINGS] == [findings, findings, 0]


def run_while_a_balance_changes(world: World, user: User) -> dict[str, Any]:
    """Run an audit, and change a balance before every recheck, each time to another wrong value."""
    daily = world.daily_audit(lambda: inf)
    daily.audit._wait = lambda _: change_user(world, user, "SET balance = balance + :one", one=1)
    change_user(world, user, "SET balance = balance + :one", one=1)
    answer = daily.run()
    change_user(world, user, "SET balance = :balance", balance=800)
    return answer


def test_an_inconclusive_audit_does_not_reset_the_age_of_the_last_audit(
    world: World, people: list[User], metrics: list[tuple[Metric, float]], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    run(world)
    for days in (1, 2, 3):
        world.clock.advance(DAY)
        assert run_while_a_balance_changes(world, people[1]) == {"state": "finished", "findings": 0}
        assert lines()[-1]["verdict"] == "inconclusive"
        assert metrics[-1] == (Metric.AUDIT_AGE, days * DAY)
        assert run(world)["state"] == "done"
    world.clock.advance(DAY)

    run(world)

    assert lines()[-1]["verdict"] == "clean"
    assert metrics[-1] == (Metric.AUDIT_AGE, 0)


def test_findings_are_still_reported_after_an_inconclusive_audit(world: World, people: list[User]) -> None:
    change_user(world, people[2], "SET open_charges = :one", one=1)
    findings = run(world)["findings"]
    change_user(world, people[2], "SET open_charges = :none", none=0)
    world.clock.advance(DAY)

    assert run_while_a_balance_changes(world, people[1]) == {"state": "finished", "findings": findings}
    world.clock.advance(DAY)
    assert run(world) == {"state": "finished", "findings": 0}


def test_an_audit_of_another_version_respects_an_invocation_that_is_running(world: World, people: list[User]) -> None:
    run(world, TimeForReads(20))
    put_state(world, version=VERSION + 1, held_until=world.clock() + 60)

    assert run(world)["state"] == "held"

    world.clock.advance(60)
    assert run(world)["state"] == "finished"
    assert people


def test_an_audit_of_another_version_begins_anew(
    world: World, people: list[User], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    run(world, TimeForReads(20))
    put_state(world, version=VERSION + 1, step="something else", report="unreadable", finished_at=1, findings=3)

    assert run(world, TimeForReads(20)) == {"state": "unfinished", "findings": 3}

    assert stored(world)["step"] == "users"
    assert stored(world)["finished_at"] == 1
    assert any(line["event"] == "audit of another version is begun anew" for line in lines())
    assert run(world)["state"] == "finished"
    assert stored(world)["report"]["checked"]["users"] == len(people)


def test_the_stored_state_names_no_person(world: World, people: list[User]) -> None:
    change_user(world, people[1], "SET #name = :name", name="mallory")
    states: list[dict[str, Any]] = []
    while not states or states[-1]["state"] == "unfinished":
        assert len(states) < 50
        states.append(run(world, TimeForReads(60)))
        assert not any(word in str(stored(world)) for word in ("person", "mallory", "example"))

    assert states[-1]["findings"] > 0
    assert len(states) > 2
    assert not any(word in str(stored(world)) for word in ("person", "mallory", "example"))
    assert stored(world)["expires_at"] > world.clock()
