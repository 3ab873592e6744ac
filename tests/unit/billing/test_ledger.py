import pytest

from chalicelib.billing.ledger import PAGE_SIZE, Entry, Reason
from chalicelib.core import aws
from chalicelib.core.dynamo import TransactionCancelledError, encode_cursor, to_item
from chalicelib.core.errors import InvalidInputError
from chalicelib.core.ids import new_id
from tests.unit.support import FakeClock, World


def move(world: World, user_id: str, amount: int) -> Entry:
    """Change the balance and append the entry, in one transaction as the services do."""
    world.clock.advance(1)
    reason: Reason = "refund" if amount > 0 else "prediction"
    entry = Entry.new(user_id, amount, reason, world.clock(), new_id())
    change = world.ledger.credit(user_id, amount) if amount > 0 else world.ledger.charge(user_id, -amount, 10)
    world.write(entry=world.ledger.entry(entry), balance=change)
    return entry


def test_charges_and_refunds_move_the_balance_and_leave_entries(world: World) -> None:
    user = world.register()
    move(world, user.id, -100)
    move(world, user.id, -150)
    move(world, user.id, 100)
    assert world.balance(user) == 350
    assert world.entries(user) == [("signup", 500), ("prediction", -100), ("prediction", -150), ("refund", 100)]


def test_a_balance_is_never_negative(world: World) -> None:
    user = world.register()
    move(world, user.id, -500)
    with pytest.raises(TransactionCancelledError) as caught:
        move(world, user.id, -1)
    assert caught.value.refused == {"balance"}
    assert world.balance(user) == 0
    assert world.entries(user) == [("signup", 500), ("prediction", -500)]


def test_coins_can_be_spent_to_the_last(world: World) -> None:
    user = world.register()
    move(world, user.id, -499)
    move(world, user.id, -1)
    move(world, user.id, 3)
    assert world.balance(user) == 3


def test_an_unknown_user_has_no_coins_and_cannot_get_any(world: World) -> None:
    unknown = new_id()
    assert world.ledger.balance(unknown) == 0
    with pytest.raises(TransactionCancelledError):
        move(world, unknown, 100)
    assert world.ledger.balance(unknown) == 0


def test_an_entry_cannot_be_overwritten(world: World) -> None:
    user = world.register()
    entry = move(world, user.id, -100)
    same_id = Entry(user.id, -1, "prediction", entry.created_at, entry.entry_id)
    with pytest.raises(TransactionCancelledError) as caught:
        world.write(entry=world.ledger.entry(same_id))
    assert caught.value.refused == {"entry"}
    assert world.entries(user) == [("signup", 500), ("prediction", -100)]


def test_the_statement_is_newest_first_and_names_the_predictions(world: World) -> None:
    user = world.register()
    charge = move(world, user.id, -100)
    page, cursor = world.ledger.statement(user.id, None)
    assert cursor is None
    assert [(entry["reason"], entry["amount"], entry["prediction_id"]) for entry in page] == [
        ("prediction", -100, charge.prediction_id),
        ("signup", 500, None),
    ]
    assert "user_id" not in page[0]


def test_the_pages_of_the_statement_hold_every_entry_once_and_in_order(world: World, clock: FakeClock) -> None:
    user = world.register()
    expected = [500]
    for amount in range(1, PAGE_SIZE + 5):
        clock.advance(1)
        entry = Entry.new(user.id, amount, "refund", clock())
        aws.dynamodb().put_item(**world.ledger.entry(entry)["Put"])
        expected.append(amount)
    first, cursor = world.ledger.statement(user.id, None)
    second, end = world.ledger.statement(user.id, cursor)
    assert len(first) == PAGE_SIZE
    assert end is None
    assert [entry["amount"] for entry in (*first, *second)] == expected[::-1]


def test_a_cursor_of_another_user_s_statement_is_ignored(world: World) -> None:
    anna, boris = world.register("anna"), world.register("boris")
    move(world, boris.id, -100)
    newest = world.ledger.statement(boris.id, None)[0][0]["entry_id"]
    cursor = encode_cursor(to_item({"user_id": boris.id, "entry_id": newest}))
    page, _ = world.ledger.statement(anna.id, cursor)
    assert [(entry["reason"], entry["amount"]) for entry in page] == [("signup", 500)]


def test_a_malformed_cursor_is_invalid_input(world: World) -> None:
    with pytest.raises(InvalidInputError):
        world.ledger.statement(new_id(), "garbage")
