"""The operator's commands: what they print, what they change, and what they say of a slip."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.audit.audit import FINDINGS_MAX, FINISHED, Progress, Report
from chalicelib.audit.reader import AuditReader
from chalicelib.audit.user_audit import AuditFinding
from chalicelib.auth.normalization import Credentials
from chalicelib.billing.vouchers import VoucherExpiredError
from chalicelib.core import aws
from chalicelib.core.dynamo import to_item
from chalicelib.inference.catalog.price_overrides import Override
from tests.support.models import CARDS
from tests.unit.support import RunCommand, World


def test_as_many_vouchers_as_were_asked_for_are_printed_one_a_line(world: World, run: RunCommand) -> None:
    user = world.register()

    code, out, _ = run("voucher", "--coins", "300", "--count", "3")

    assert code == 0
    codes = out.splitlines()
    assert len(set(codes)) == 3
    assert all(re.fullmatch(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", each) for each in codes)
    assert [world.vouchers.redeem(user.id, each, None).coins for each in codes] == [300, 300, 300]


def test_a_voucher_is_good_through_the_whole_of_its_last_day(world: World, run: RunCommand) -> None:
    user = world.register()
    _, out, _ = run("voucher", "--coins", "1", "--count", "2", "--expires", "2099-12-31")
    first, second = out.split()

    world.clock.now = 4102444798  # 2099-12-31T23:59:58Z
    assert world.vouchers.redeem(user.id, first, None).coins == 1
    world.clock.advance(2)
    with pytest.raises(VoucherExpiredError, match="2099-12-31"):
        world.vouchers.redeem(user.id, second, None)


def test_the_last_day_that_there_is_is_a_day_too(run: RunCommand) -> None:
    code, out, _ = run("voucher", "--coins", "1", "--expires", "9999-12-31")

    assert (code, len(out.splitlines())) == (0, 1)


def test_a_new_password_is_printed_and_logs_in(world: World, run: RunCommand) -> None:
    world.register("anna")

    for whose in ("anna", " Anna@Example.org "):
        code, out, _ = run("reset-password", "--user", whose)
        password = out.splitlines()[0].rsplit(" ", 1)[1]
        assert code == 0
        assert world.accounts.log_in(Credentials(name="anna", password=password))


def test_nobody_of_that_name_is_said_and_nothing_printed(run: RunCommand) -> None:
    code, out, err = run("reset-password", "--user", "nobody")

    assert (code, out) == (1, "")
    assert err == "There is no account with the name or e-mail address 'nobody'.\n"


def test_price_and_switch_leave_each_other_as_they_are(world: World, run: RunCommand) -> None:
    assert run("price", "--model", "lasso", "--coins", "80")[:2] == (
        0,
        "lasso costs 80 coins from now on (before: 100 coins). Older predictions keep their price.\n",
    )
    assert run("model", "--model", "lasso", "--enabled", "no")[:2] == (0, "lasso is switched off from now on.\n")
    assert world.price_overrides.override("lasso") == Override(80, enabled=False)

    run("price", "--model", "lasso", "--coins", "card")
    assert world.price_overrides.override("lasso") == Override(None, enabled=False)

    assert run("model", "--model", "lasso", "--enabled", "yes")[:2] == (0, "lasso is on offer from now on.\n")
    assert world.price_overrides.override("lasso") == Override()


NO_SUCH_MODEL = f"There is no model with this id. The models are: {', '.join(CARDS)}."


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["voucher", "--coins", "0"], "COINS: '0' is not a number of coins from 1 to 1000000."),
        (["voucher", "--coins", "abc"], "COINS: 'abc' is not a number of coins from 1 to 1000000."),
        (["voucher", "--coins", ""], "COINS: '' is not a number of coins from 1 to 1000000."),
        (["voucher", "--coins", "9" * 5000], f"COINS: '{'9' * 5000}' is not a number of coins from 1 to 1000000."),
        (["voucher", "--coins", "1", "--count", "1.5"], "COUNT: '1.5' is not a number of vouchers from 1 to 10000."),
        (["voucher", "--coins", "1", "--expires", "2020-01-31"], "EXPIRES: 2020-01-31 is over."),
        (["voucher", "--coins", "1", "--expires", "1.1.2099"], "EXPIRES: '1.1.2099' is not a day such as 2027-01-31."),
        (["voucher"], "the following arguments are required: --coins."),
        (["reset-password", "--user", " "], "USER: say whose, by name or e-mail address."),
        (["price", "--model", "lasso", "--coins", "-1"], "COINS: '-1' is not a number of coins from 1 to 1000000."),
        (["price", "--model", "crystal-ball", "--coins", "1"], NO_SUCH_MODEL),
        (["model", "--model", "crystal-ball", "--enabled", "no"], NO_SUCH_MODEL),
        (["model", "--model", "lasso", "--enabled", "maybe"], "ENABLED: 'maybe' is none of yes, no."),
    ],
)  # fmt: skip
def test_a_slip_is_one_sentence_and_exit_code_2(
    world: World, run: RunCommand, arguments: list[str], sentence: str
) -> None:
    assert run(*arguments) == (2, "", sentence + "\n")
    assert world.items(world.settings.vouchers_table) == []
    assert world.items(world.settings.offers_table) == []


def test_a_clean_audit_is_a_table_and_exit_code_0(world: World, run: RunCommand) -> None:
    user = world.register()
    world.run(world.submit(user))

    code, out, _ = run("audit")

    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["checked", "off"], ["users", "1", "0"], ["ledger", "entries", "2", "0"], ["predictions", "1", "0"],
        ["results", "1", "0"], ["vouchers", "0", "0"], ["logins", "2", "0"], [], ["coins"],
        ["granted", "500"], ["balances", "400"], ["earned", "100"], ["held", "0"], [], ["Everything", "adds", "up."],
    ]  # fmt: skip


def test_an_audit_that_finds_something_names_it_and_no_person_and_exits_1(world: World, run: RunCommand) -> None:
    user = world.register("anna")
    values = {"user_id": user.id, "name": user.name, "email": user.email, "balance": 499, "open_charges": 0}
    aws.dynamodb().put_item(TableName=world.settings.users_table, Item=to_item(values))

    code, out, _ = run("audit")

    assert code == 1
    assert f"user {user.id}: the balance is 499, the entries add up to 500" in out.splitlines()
    assert "anna" not in out


def test_more_findings_than_are_printed_are_counted(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Report(inconclusive=2)
    report.checked["users"] = 1
    report.add(AuditFinding("users", f"finding {number}") for number in range(FINDINGS_MAX + 1234))
    monkeypatch.setattr(world.audit, "begin", lambda: Progress(0.0, FINISHED, report=report))

    code, out, _ = run("audit")

    assert code == 1
    assert out.count("finding ") == FINDINGS_MAX
    assert out.splitlines()[-1] == "... and 1,234 more."
    assert "Too much was going on at 2 places to compare them. Run the audit again." in out


def test_an_audit_that_could_not_compare_everything_does_not_say_that_everything_adds_up(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.audit, "begin", lambda: Progress(0.0, FINISHED, report=Report(inconclusive=1)))

    code, out, _ = run("audit")

    assert code == 3
    assert "Everything adds up." not in out
    assert out.splitlines()[-2:] == [
        "Too much was going on at 1 places to compare them. Run the audit again.", "What could be compared adds up.",
    ]  # fmt: skip


@pytest.mark.parametrize("is_off", [False, True], ids=["nothing found", "something found"])
def test_half_an_audit_prints_what_it_found_and_is_not_called_clean(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch, *, is_off: bool
) -> None:
    user = world.register("anna")
    if is_off:
        values = {"user_id": user.id, "name": user.name, "email": user.email, "balance": 499, "open_charges": 0}
        aws.dynamodb().put_item(TableName=world.settings.users_table, Item=to_item(values))

    def refuse(*_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "The token has expired"}}, "Scan")

    monkeypatch.setattr(AuditReader, "vouchers", refuse)

    code, out, err = run("audit")

    assert code == 3
    assert "The audit did not finish: " in err
    assert "The token has expired" in err
    assert "NOT FINISHED: what was not checked may be off. Run the audit again." in out
    assert "adds up" not in out
    assert (f"user {user.id}: the balance is 499, the entries add up to 500" in out) == is_off


def test_what_aws_refuses_is_a_sentence(world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> str:
        raise ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "The token has expired"}}, "PutItem")

    monkeypatch.setattr(world.vouchers, "issue", refuse)

    code, out, err = run("voucher", "--coins", "1")

    assert (code, out) == (1, "")
    assert err.startswith("The stage local can't be reached: ")
    assert "The token has expired" in err
    assert err.count("\n") == 1
