"""`make restore-table`, and `make replay-deletions` after it."""

from typing import Any

import pytest

from admin import tables
from chalicelib.auth.normalization import Credentials
from chalicelib.core import aws
from chalicelib.core.dynamo import from_item, to_item
from local.provision import read_template
from tests.unit.support import PASSWORD, RunCommand, World


def copy_of(world: World, table: str, name: str = "") -> str:
    """Make a copy of the live table, as point-in-time recovery does, and return its name."""
    properties = read_template()[table]["Properties"]
    name = name or f"restored-{table}"
    options = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
    aws.dynamodb().create_table(TableName=name, **{key: properties[key] for key in options if key in properties})
    for item in raw(live(world, table)):
        aws.dynamodb().put_item(TableName=name, Item=item)
    return name


def live(world: World, table: str) -> str:
    variable = {"LedgerEntries": "ledger", "IdempotencyKeys": "idempotency"}.get(table, table.lower())
    return str(getattr(world.settings, f"{variable}_table"))


def raw(table: str) -> list[dict[str, Any]]:
    items = [dict(item) for item in aws.dynamodb().scan(TableName=table)["Items"]]
    return sorted(items, key=repr)


def restore(run: RunCommand, table: str, source: str, *options: str, answer: str | None = None) -> tuple[int, str, str]:
    return run("restore-table", "--table", table, "--from", source, *options, answer=answer)


def counts(output: str) -> list[str]:
    """Return the numbers at the ends of the first four lines."""
    return [line.split()[-1] for line in output.splitlines()[:4]]


def put(world: World, key: str, **values: object) -> None:
    aws.dynamodb().put_item(TableName=world.settings.offers_table, Item=to_item({"model_id": key, **values}))


def test_the_table_becomes_equal_to_the_copy_and_a_second_run_changes_nothing(world: World, run: RunCommand) -> None:
    for number in range(250):
        put(world, f"m{number}", coins=number, rate=0.1, tags={"a": [1, None, "x"]})
    copy = copy_of(world, "Offers")
    before = raw(world.settings.offers_table)
    for number in range(60):
        put(world, f"m{number}", coins=number + 1)
    for number in range(60, 130):
        aws.dynamodb().delete_item(TableName=world.settings.offers_table, Key=to_item({"model_id": f"m{number}"}))
    for number in range(110):
        put(world, f"newer{number}")

    code, out, _ = restore(run, "Offers", copy, "--force")

    assert code == 0
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "equal items 120",
        "missing items, written 70",
        "different items, written 60",
        "newer items, deleted 110",
        "When all tables are restored, run: make replay-deletions STAGE=local, then make audit STAGE=local.",
    ]
    assert raw(world.settings.offers_table) == before == raw(copy)
    assert counts(restore(run, "Offers", copy, "--force")[1]) == ["250", "0", "0", "0"]


def test_a_dry_run_counts_and_changes_nothing(world: World, run: RunCommand) -> None:
    put(world, "a", coins=1)
    put(world, "b", coins=1)
    copy = copy_of(world, "Offers")
    put(world, "a", coins=2)
    put(world, "c", coins=2)
    before = raw(world.settings.offers_table)

    code, out, _ = restore(run, "Offers", copy, "--dry-run")

    assert code == 0
    assert counts(out) == ["1", "0", "1", "1"]
    assert "newer items, to be deleted" in out
    assert raw(world.settings.offers_table) == before


@pytest.mark.parametrize("answer", [None, "", "yes", "offers", "restored-Offers"])
def test_without_typing_the_table_s_name_nothing_is_changed(world: World, run: RunCommand, answer: str | None) -> None:
    put(world, "a", coins=1)
    copy = copy_of(world, "Offers")
    put(world, "b")

    code, _, err = restore(run, "Offers", copy, answer=answer)

    assert (code, err) == (1, "Nothing was changed.\n")
    assert len(raw(world.settings.offers_table)) == 2
    assert restore(run, "Offers", copy, answer="Offers")[0] == 0
    assert len(raw(world.settings.offers_table)) == 1


def test_a_source_that_is_not_a_copy_of_the_table_is_refused(world: World, run: RunCommand) -> None:
    world.register("anna")
    users = raw(world.settings.users_table)
    logins = copy_of(world, "Logins")
    empty = copy_of(world, "Offers", "an-empty-one")

    refusals = {
        restore(run, "Users", logins, "--force")[2]: "its keys are login (S), not user_id (S).",
        restore(run, "Users", "no-such-table", "--force")[2]: "There is no table no-such-table in this account",
        restore(run, "Users", world.settings.users_table, "--force")[2]: "is the stage's own table.",
        restore(run, "Offers", empty)[2]: "an-empty-one is empty. If the table was empty at that moment, add FORCE=1.",
    }

    for refusal, expected in refusals.items():
        assert expected in refusal
    assert raw(world.settings.users_table) == users


def test_a_table_that_was_empty_at_that_moment_is_emptied_with_force(world: World, run: RunCommand) -> None:
    empty = copy_of(world, "Offers", "an-empty-one")
    assert run("price", "--model", "lasso", "--coins", "80")[0] == 0

    assert restore(run, "Offers", empty, "--force")[0] == 0

    assert raw(world.settings.offers_table) == []


def test_invalid_arguments_print_one_sentence(run: RunCommand) -> None:
    code, _, err = restore(run, "users", "x")
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("TABLE: 'users' is not one of Users, Logins, ")
    assert restore(run, "Users", " ") == (2, "", "FROM: give the name of the restored table.\n")


def test_nothing_is_deleted_from_the_register_of_deletions(world: World, run: RunCommand) -> None:
    world.users.request_erasure("a", 1.0)
    copy = copy_of(world, "Erasures")
    world.users.complete_erasure("a", 1.0, 2.0)
    world.users.request_erasure("b", 3.0)

    assert restore(run, "Erasures", copy, "--force")[0] == 0

    assert sorted(world.users.deleted()) == ["a", "a", "b"]


def test_writes_that_a_busy_table_left_unprocessed_are_sent_again(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        put(world, f"m{number}")
    copy = copy_of(world, "Offers")
    for number in range(30):
        put(world, f"m{number}", coins=1)
    batch_write_item = aws.dynamodb().batch_write_item

    def process_ten(*, RequestItems: Any) -> Any:  # noqa: N803
        ((table, requests),) = RequestItems.items()
        batch_write_item(RequestItems={table: requests[:10]})
        return {"UnprocessedItems": {table: requests[10:]} if requests[10:] else {}}

    def process_none(*, RequestItems: Any) -> Any:  # noqa: N803
        return {"UnprocessedItems": RequestItems}

    monkeypatch.setattr(aws.dynamodb(), "batch_write_item", process_ten)
    assert restore(run, "Offers", copy, "--force")[0] == 0
    assert raw(world.settings.offers_table) == raw(copy)

    monkeypatch.setattr(tables, "_back_off", lambda _attempt: None)
    monkeypatch.setattr(aws.dynamodb(), "batch_write_item", process_none)
    put(world, "m1", coins=2)
    code, _, err = restore(run, "Offers", copy, "--force")
    assert (code, err) == (1, "The tables are too busy. Run the same command again to continue.\n")


def test_after_a_restore_and_a_replay_nothing_is_left_of_deleted_accounts_and_everything_of_the_others(
    world: World, run: RunCommand
) -> None:
    names = ("Users", "Logins", "LedgerEntries", "Predictions", "IdempotencyKeys")
    boris = world.register("boris")
    anna = world.register("anna")
    world.run(world.submit(boris))
    world.submit(anna)
    copies = {table: copy_of(world, table) for table in names if raw(live(world, table))}
    world.accounts.delete(anna, PASSWORD)
    world.erasure.run(anna.id)
    world.register("later")

    for table, copy in copies.items():
        assert restore(run, table, copy, "--force")[0] == 0
    assert world.users.user(anna.id)
    code, out, _ = run("replay-deletions")

    assert code == 0
    assert counts(out) == ["1", "1", "2", "1"]
    stored = repr([[from_item(item) for item in raw(live(world, table))] for table in names])
    assert "anna" not in stored
    assert "later" not in stored
    assert world.accounts.log_in(Credentials(name="boris", password=PASSWORD))
    code, out, _ = run("audit")
    assert (code, out.splitlines()[-1]) == (0, "Everything adds up.")
    assert counts(run("replay-deletions")[1]) == ["1", "0", "0", "0"]


def test_an_incomplete_replay_says_so_and_exits_with_code_1(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = world.register("anna")
    world.submit(anna)
    copies = {table: copy_of(world, table) for table in ("Users", "Predictions")}
    world.accounts.delete(anna, PASSWORD)
    world.erasure.run(anna.id)
    restore(run, "Predictions", copies["Predictions"], "--force")

    code, out, _ = run("replay-deletions")
    assert code == 1
    assert "Predictions that could not be ended: 1. They have no open charge, because the tables were not" in out

    restore(run, "Users", copies["Users"], "--force")
    with monkeypatch.context() as broken:
        broken.setattr(world.users, "close_restored", None)
        code, out, _ = run("replay-deletions")
    assert code == 1
    assert "Steps that failed: 1. The lines above say why. Run this again." in out
    assert run("replay-deletions")[0] == 0
