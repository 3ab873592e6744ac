"""The operator's commands: their output, their effects, and their messages about invalid arguments."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

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


def test_the_vouchers_are_printed_one_per_line(world: World, run: RunCommand) -> None:
    user = world.register()

    code, out, _ = run("voucher", "--coins", "300", "--count", "3")

    assert code == 0
    codes = out.splitlines()
    assert len(set(codes)) == 3
    assert all(re.fullmatch(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", voucher) for voucher in codes)
    assert [world.vouchers.redeem(user.id, voucher, None).coins for voucher in codes] == [300, 300, 300]


def test_a_voucher_is_valid_until_the_end_of_its_last_day(world: World, run: RunCommand) -> None:
    user = world.register()
    _, out, _ = run("voucher", "--coins", "1", "--count", "2", "--expires", "2099-12-31")
    first, second = out.split()

    world.clock.now = 4102444798  # 2099-12-31T23:59:58Z
    assert world.vouchers.redeem(user.id, first, None).coins == 1
    world.clock.advance(2)
    with pytest.raises(VoucherExpiredError, match="2099-12-31"):
        world.vouchers.redeem(user.id, second, None)


def test_the_last_day_of_the_calendar_is_accepted(run: RunCommand) -> None:
    code, out, _ = run("voucher", "--coins", "1", "--expires", "9999-12-31")

    assert (code, len(out.splitlines())) == (0, 1)


def test_a_new_password_is_printed_and_logs_in(world: World, run: RunCommand) -> None:
    world.register("anna")

    for login in ("anna", " Anna@Example.org "):
        code, out, _ = run("reset-password", "--user", login)
        password = out.splitlines()[0].rsplit(" ", 1)[1]
        assert code == 0
        assert world.accounts.log_in(Credentials(name="anna", password=password))


def test_a_password_reset_for_an_unknown_account_is_one_sentence(run: RunCommand) -> None:
    code, out, err = run("reset-password", "--user", "nobody")

    assert (code, out) == (1, "")
    assert err == "There is no account with the name or e-mail address 'nobody'.\n"


def test_the_price_and_the_switch_of_a_model_are_independent(world: World, run: RunCommand) -> None:
    assert run("price", "--model", "lasso", "--coins", "80")[:2] == (
        0,
        "lasso costs 80 coins from now on (before: 100 coins). Older predictions keep their price.\n",
    )
    assert run("model", "--model", "lasso", "--enabled", "no")[:2] == (0, "lasso is switched off from now on.\n")
    assert world.price_overrides.override("lasso") == Override(80, enabled=False)

    run("price", "--model", "lasso", "--coins", "card")
    assert world.price_overrides.override("lasso") == Override(None, enabled=False)

    assert run("model", "--model", "lasso", "--enabled", "yes")[:2] == (0, "lasso is switched on from now on.\n")
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
        (["reset-password", "--user", " "], "USER: give the account's name or e-mail address."),
        (["price", "--model", "lasso", "--coins", "-1"], "COINS: '-1' is not a number of coins from 1 to 1000000."),
        (["price", "--model", "crystal-ball", "--coins", "1"], NO_SUCH_MODEL),
        (["model", "--model", "crystal-ball", "--enabled", "no"], NO_SUCH_MODEL),
        (["model", "--model", "lasso", "--enabled", "maybe"], "ENABLED: 'maybe' is not one of yes, no."),
    ],
)  # fmt: skip
def test_invalid_arguments_print_one_sentence_and_exit_with_code_2(
    world: World, run: RunCommand, arguments: list[str], sentence: str
) -> None:
    assert run(*arguments) == (2, "", sentence + "\n")
    assert world.items(world.settings.vouchers_table) == []
    assert world.items(world.settings.offers_table) == []


def test_a_clean_audit_prints_a_table_and_exits_with_code_0(world: World, run: RunCommand) -> None:
    user = world.register()
    world.run(world.submit(user))

    code, out, _ = run("audit")

    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["checked", "findings"], ["users", "1", "0"], ["ledger", "entries", "2", "0"], ["predictions", "1", "0"],
        ["results", "1", "0"], ["vouchers", "0", "0"], ["logins", "2", "0"], [], ["coins"],
        ["granted", "500"], ["balances", "400"], ["earned", "100"], ["held", "0"], [], ["Everything", "adds", "up."],
    ]  # fmt: skip


def test_an_audit_with_findings_prints_them_without_names_and_exits_with_code_1(world: World, run: RunCommand) -> None:
    user = world.register("anna")
    values = {"user_id": user.id, "name": user.name, "email": user.email, "balance": 499, "open_charges": 0}
    aws.dynamodb().put_item(TableName=world.settings.users_table, Item=to_item(values))

    code, out, _ = run("audit")

    assert code == 1
    assert "Findings: 3" in out.splitlines()
    assert f"user {user.id}: the balance is 499, the entries add up to 500" in out.splitlines()
    assert "anna" not in out


def test_findings_that_are_not_printed_are_counted(
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
    assert "Items that kept changing and could not be compared: 2. Run the audit again." in out


def test_an_inconclusive_audit_does_not_say_that_everything_adds_up(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.audit, "begin", lambda: Progress(0.0, FINISHED, report=Report(inconclusive=1)))

    code, out, _ = run("audit")

    assert code == 3
    assert "Everything adds up." not in out
    assert out.splitlines()[-2:] == [
        "Items that kept changing and could not be compared: 1. Run the audit again.",
        "What could be compared adds up.",
    ]


@pytest.mark.parametrize("has_finding", [False, True], ids=["no finding", "a finding"])
def test_an_unfinished_audit_prints_its_findings_and_is_not_reported_as_clean(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch, *, has_finding: bool
) -> None:
    user = world.register("anna")
    if has_finding:
        values = {"user_id": user.id, "name": user.name, "email": user.email, "balance": 499, "open_charges": 0}
        aws.dynamodb().put_item(TableName=world.settings.users_table, Item=to_item(values))

    def refuse(*_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "The token has expired"}}, "Scan")

    monkeypatch.setattr(AuditReader, "vouchers", refuse)

    code, out, err = run("audit")

    assert code == 3
    assert "The audit did not finish: " in err
    assert "The token has expired" in err
    assert "NOT FINISHED: only a part was checked. Run the audit again." in out
    assert "adds up" not in out
    assert (f"user {user.id}: the balance is 499, the entries add up to 500" in out) == has_finding


def test_an_error_of_aws_is_one_sentence(world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> str:
        raise ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "The token has expired"}}, "PutItem")

    monkeypatch.setattr(world.vouchers, "issue", refuse)

    code, out, err = run("voucher", "--coins", "1")

    assert (code, out) == (1, "")
    assert err.startswith("AWS answered with an error: ")
    assert "The token has expired" in err
    assert err.count("\n") == 1


def test_a_stage_that_does_not_answer_is_one_sentence(
    world: World, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")

    monkeypatch.setattr(world.vouchers, "issue", refuse)

    code, out, err = run("voucher", "--coins", "1")

    assert (code, out) == (1, "")
    assert err.startswith("The stage local can't be reached: ")
    assert err.count("\n") == 1


def test_in_prod_a_command_that_changes_something_asks_first(world: World, run: RunCommand) -> None:
    voucher = ("voucher", "--coins", "300")
    question = "This changes the stage prod in this account and region.\nType yes to go on: \n"

    assert run("--stage", "prod", *voucher) == (1, question, "Nothing was changed.\n")
    assert run("--stage", "prod", *voucher, answer="no") == (1, question, "Nothing was changed.\n")
    assert run("--stage", "prod", *voucher, answer="yes")[1].startswith(question)
    for arguments in (("--stage", "prod", "--yes", *voucher), ("--stage", "dev", *voucher)):
        code, out, _ = run(*arguments)
        assert (code, len(out.split())) == (0, 1)


def test_in_prod_a_command_that_changes_nothing_does_not_ask(world: World, run: RunCommand) -> None:
    for arguments in (("audit",), ("redrive", "--dry-run"), ("replay-deletions", "--dry-run")):
        code, out, err = run("--stage", "prod", *arguments)
        assert (code, err) == (0, "")
        assert "Type yes" not in out
