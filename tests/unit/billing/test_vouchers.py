import pytest

from chalicelib.billing.ledger import AccountClosedError
from chalicelib.billing.vouchers import UnknownVoucherError, VoucherExpiredError, VoucherUsedError
from chalicelib.core.idempotency import IdempotencyKeyReusedError
from tests.unit.support import PASSWORD, World


def test_a_voucher_adds_its_coins_in_one_entry(world: World) -> None:
    user = world.register()
    code = world.vouchers.issue(300, None)
    world.clock.advance(1)

    redeemed = world.vouchers.redeem(user.id, code, None)

    assert (redeemed.coins, redeemed.balance) == (300, 800)
    assert world.entries(user) == [("signup", 500), ("voucher", 300)]


def test_a_code_is_not_stored(world: World) -> None:
    code = world.vouchers.issue(300, None)

    stored = repr(world.items(world.settings.vouchers_table))

    assert code not in stored
    assert code.replace("-", "") not in stored


def test_no_two_codes_are_the_same(world: World) -> None:
    assert len({world.vouchers.issue(1, None) for _ in range(50)}) == 50


def test_a_code_may_be_typed_in_lower_case_with_blanks_and_misread_letters(world: World) -> None:
    user = world.register()
    code = world.vouchers.issue(1, None)
    misread = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert world.vouchers.redeem(user.id, misread, None).balance == 501


def test_a_used_voucher_is_refused_to_its_user_and_to_everybody_else(world: World) -> None:
    anna, boris = world.register("anna"), world.register("boris")
    code = world.vouchers.issue(300, None)
    world.vouchers.redeem(anna.id, code, None)

    for user in (anna, boris):
        with pytest.raises(VoucherUsedError) as caught:
            world.vouchers.redeem(user.id, code, None)
        assert (caught.value.status, caught.value.code) == (409, "voucher_used")
    assert (world.balance(anna), world.balance(boris)) == (800, 500)


def test_a_wrong_code_is_refused(world: World) -> None:
    user = world.register()

    with pytest.raises(UnknownVoucherError) as caught:
        world.vouchers.redeem(user.id, "AAAAA-AAAAA-AAAAA-AAAAA", None)

    assert (caught.value.status, caught.value.code) == (404, "unknown_voucher")


def test_a_voucher_is_valid_until_its_last_moment_and_not_after(world: World) -> None:
    user = world.register()
    codes = [world.vouchers.issue(10, world.clock() + 100) for _ in range(2)]

    world.clock.advance(99)
    world.vouchers.redeem(user.id, codes[0], None)
    world.clock.advance(1)
    with pytest.raises(VoucherExpiredError) as caught:
        world.vouchers.redeem(user.id, codes[1], None)

    assert (caught.value.status, caught.value.code) == (410, "voucher_expired")
    assert world.balance(user) == 510


def test_the_same_idempotency_key_adds_the_coins_once_and_gives_the_same_answer(world: World) -> None:
    user = world.register()
    code = world.vouchers.issue(300, None)

    for _ in range(3):
        redeemed = world.vouchers.redeem(user.id, code, "k")
        assert (redeemed.coins, redeemed.balance) == (300, 800)

    with pytest.raises(IdempotencyKeyReusedError):
        world.vouchers.redeem(user.id, world.vouchers.issue(1, None), "k")


def test_a_deleted_account_redeems_nothing_and_the_voucher_stays_valid(world: World) -> None:
    anna, boris = world.register("anna"), world.register("boris")
    code = world.vouchers.issue(300, None)
    world.accounts.delete(anna, PASSWORD)

    with pytest.raises(AccountClosedError):
        world.vouchers.redeem(anna.id, code, None)

    assert world.vouchers.redeem(boris.id, code, None).balance == 800
