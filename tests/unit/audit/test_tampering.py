"""Tampering: changes by somebody who can write to the tables and the bucket, and what the audit reports about each.

A case whose texts are None is a change that the audit can't find: no other stored item shows it, or those that do were
changed with it. docs/coins.md lists these cases.
"""

import io
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from chalicelib.audit.user_audit import LEFTOVER_SECONDS, SETTLED_SECONDS
from chalicelib.auth.normalization import email_key, name_key
from chalicelib.auth.repository import User
from chalicelib.billing.ledger import Entry
from chalicelib.core import aws
from chalicelib.core.clock import iso
from chalicelib.core.dynamo import to_item
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction
from chalicelib.inference.storage.file_store import result_prefix
from tests.unit.audit.test_audit import (
    assert_finding,
    audit,
    change,
    change_entry,
    change_prediction,
    change_user,
    delete_entry,
    newest,
    pay,
)
from tests.unit.support import World, csv_of

Texts = tuple[str, ...] | None


class Scene(NamedTuple):
    """Two users: anna with predictions and a voucher, and boris with only his signup grant."""

    world: World
    anna: User
    boris: User

    def newest(self, status: str) -> Prediction:
        return newest(self.world, self.anna, status)

    def raise_balance(self, coins: int) -> None:
        change_user(self.world, self.anna, "SET balance = balance + :more", more=coins)

    def entry(self, reason: str) -> dict[str, Any]:
        entries = self.world.items(self.world.settings.ledger_table)
        return next(entry for entry in entries if (entry["user_id"], entry["reason"]) == (self.anna.id, reason))

    def put(self, table: str, item: dict[str, Any]) -> None:
        aws.dynamodb().put_item(TableName=getattr(self.world.settings, table), Item=to_item(item))

    def delete(self, table: str, key: dict[str, Any]) -> None:
        aws.dynamodb().delete_item(TableName=getattr(self.world.settings, table), Key=to_item(key))

    def used_voucher(self) -> dict[str, Any]:
        vouchers = self.world.items(self.world.settings.vouchers_table)
        return next(voucher for voucher in vouchers if "entry_id" in voucher)

    def point_login(self, key: str, user: User) -> None:
        change(self.world.settings.logins_table, {"login": key}, "SET user_id = :user", user=user.id)

    def write_result(self, name: str, content: bytes) -> None:
        result = self.newest("succeeded").result
        self.world.files.put(getattr(result, name), content, "text/csv; charset=utf-8")

    def bad_rows_key(self) -> str:
        return f"{result_prefix(self.anna.id, self.newest('succeeded').prediction_id, 1)}bad.jsonl"

    def read_result(self, name: str) -> bytes:
        return self.world.files.read(getattr(self.newest("succeeded").result, name))


@pytest.fixture
def scene(world: World) -> Scene:
    anna, boris = world.register("anna"), world.register("boris")
    world.vouchers.redeem(anna.id, world.vouchers.issue(500, None), None)
    world.vouchers.issue(300, None)
    # More than 1,000 rows, some of them skipped, so that the result has every file.
    many = csv_of({"Age": "x"}, *({"ID": f"p{number}"} for number in range(1000)))
    world.clock.advance(1)
    succeeded = world.predictions.submit(anna, "lasso", many, None, None, Options(on_error="skip")).prediction
    failed, cancelled, _queued = (world.submit(anna) for _ in range(3))
    world.run(succeeded)
    world.dead_letters.handle(failed.prediction_id)
    world.predictions.delete(anna, cancelled.prediction_id)
    world.clock.advance(SETTLED_SECONDS + 1)
    return Scene(world, anna, boris)


# ---- coins


def a_balance_raised(scene: Scene) -> None:
    scene.raise_balance(100)


def a_signup_entry_and_the_balance_raised_together(scene: Scene) -> None:
    change_entry(scene.world, scene.anna, scene.entry("signup")["entry_id"], "SET amount = :more", more=900)
    scene.raise_balance(400)


def a_second_signup_grant_with_its_coins(scene: Scene) -> None:
    pay(scene.world, scene.anna, 500, "signup")


def the_amount_of_an_entry_changed(scene: Scene) -> None:
    change_entry(scene.world, scene.anna, scene.entry("voucher")["entry_id"], "SET amount = :more", more=501)


def an_entry_removed(scene: Scene) -> None:
    delete_entry(scene.world, scene.anna, scene.newest("cancelled").charge_entry_id)


def an_entry_removed_with_its_coins(scene: Scene) -> None:
    delete_entry(scene.world, scene.anna, scene.newest("succeeded").charge_entry_id)
    scene.raise_balance(100)


def an_entry_written_twice(scene: Scene) -> None:
    voucher = scene.entry("voucher")
    scene.put("ledger_table", voucher | {"entry_id": voucher["entry_id"][:-1] + "x"})
    scene.raise_balance(500)


def an_entry_from_the_future(scene: Scene) -> None:
    entry = Entry.new(scene.anna.id, 500, "voucher", scene.world.clock() + 10 * 365 * 86_400)
    scene.world.write(entry=scene.world.ledger.entry(entry), balance=scene.world.ledger.credit(scene.anna.id, 500))


# ---- vouchers


def a_voucher_entry_without_a_voucher(scene: Scene) -> None:
    pay(scene.world, scene.anna, 500, "voucher")
    scene.world.clock.advance(SETTLED_SECONDS + 1)


def the_coins_of_a_voucher_changed(scene: Scene) -> None:
    change(
        scene.world.settings.vouchers_table, {"voucher_hash": scene.used_voucher()["voucher_hash"]},
        "SET coins = :more", more=501,
    )  # fmt: skip


def a_second_voucher_that_names_the_entry_of_the_first(scene: Scene) -> None:
    scene.put("vouchers_table", scene.used_voucher() | {"voucher_hash": "f" * 64})
    pay(scene.world, scene.anna, 500, "voucher")
    scene.world.clock.advance(SETTLED_SECONDS + 1)


def a_voucher_used_after_it_expired(scene: Scene) -> None:
    change(
        scene.world.settings.vouchers_table, {"voucher_hash": scene.used_voucher()["voucher_hash"]},
        "SET expires_at = :long_ago", long_ago=1_000_000_000,
    )  # fmt: skip


def a_forged_voucher_that_was_redeemed(scene: Scene) -> None:
    entry = pay(scene.world, scene.anna, 500, "voucher")
    forged = {"voucher_hash": "f" * 64, "coins": 500, "created_at": iso(scene.world.clock())}
    scene.put("vouchers_table", forged | {"entry_id": entry.entry_id, "redeemed_by": scene.anna.id})
    scene.world.clock.advance(SETTLED_SECONDS + 1)


# ---- charges and predictions


def a_charge_without_a_prediction(scene: Scene) -> None:
    scene.delete("predictions_table", {"prediction_id": scene.newest("cancelled").prediction_id})


def a_prediction_without_a_charge(scene: Scene) -> None:
    (item,) = (
        item for item in scene.world.items(scene.world.settings.predictions_table)
        if item["prediction_id"] == scene.newest("succeeded").prediction_id
    )  # fmt: skip
    scene.put("predictions_table", item | {"prediction_id": "f" * 32, "files_deleted_at": 1})


def a_charge_lowered(scene: Scene) -> None:
    change_entry(scene.world, scene.anna, scene.newest("succeeded").charge_entry_id, "SET amount = :less", less=-1)
    scene.raise_balance(99)


def a_cost_lowered(scene: Scene) -> None:
    change_prediction(scene.world, scene.newest("succeeded"), "SET #cost = :less", less=1)


def the_charge_the_cost_and_the_balance_lowered_together(scene: Scene) -> None:
    a_charge_lowered(scene)
    a_cost_lowered(scene)


def a_refund_paid_twice(scene: Scene) -> None:
    pay(scene.world, scene.anna, 100, "refund", scene.newest("failed"))


def a_refund_taken_back(scene: Scene) -> None:
    failed = scene.newest("failed")
    delete_entry(scene.world, scene.anna, failed.refund_entry_id)
    change_prediction(scene.world, failed, "REMOVE refund_entry_id")
    scene.raise_balance(-100)


def a_refund_of_more_than_the_charge(scene: Scene) -> None:
    change_entry(scene.world, scene.anna, scene.newest("failed").refund_entry_id, "SET amount = :more", more=900)
    scene.raise_balance(800)


def a_failure_turned_into_a_success(scene: Scene) -> None:
    change_prediction(scene.world, scene.newest("failed"), "SET #status = :end", end="succeeded")


def a_success_turned_into_a_failure(scene: Scene) -> None:
    change_prediction(scene.world, scene.newest("succeeded"), "SET #status = :end REMOVE #result", end="failed")


def a_success_turned_into_a_refunded_failure(scene: Scene) -> None:
    succeeded = scene.newest("succeeded")
    refund = pay(scene.world, scene.anna, 100, "refund", succeeded)
    change_prediction(
        scene.world, succeeded, "SET #status = :end, refund_entry_id = :refund, error_code = :code REMOVE #result",
        end="failed", refund=refund.entry_id, code="dead_letter",
    )  # fmt: skip


def a_success_turned_into_a_refunded_failure_without_its_record_of_files(scene: Scene) -> None:
    succeeded = scene.newest("succeeded")
    a_success_turned_into_a_refunded_failure(scene)
    change_prediction(scene.world, succeeded, "REMOVE result_files")
    scene.world.clock.advance(LEFTOVER_SECONDS + 1)


def a_success_turned_into_a_refunded_failure_without_its_record_and_files(scene: Scene) -> None:
    prefix = result_prefix(scene.anna.id, scene.newest("succeeded").prediction_id)
    a_success_turned_into_a_refunded_failure_without_its_record_of_files(scene)
    scene.world.files.delete_all(prefix)


# ---- files


def result_csv_changed_in_one_byte(scene: Scene) -> None:
    content = scene.read_result("csv_key")
    scene.write_result("csv_key", content[:-2] + b"9" + content[-1:])


def result_csv_emptied(scene: Scene) -> None:
    scene.write_result("csv_key", b"")


def result_csv_of_an_older_prediction_emptied(scene: Scene) -> None:
    change_prediction(scene.world, scene.newest("succeeded"), "REMOVE result_files")
    scene.write_result("csv_key", b"")


def result_csv_deleted(scene: Scene) -> None:
    scene.world.files.delete_all(scene.newest("succeeded").result.csv_key)  # type: ignore[union-attr]


def the_bad_rows_changed(scene: Scene) -> None:
    key = scene.bad_rows_key()
    scene.world.files.put(key, scene.world.files.read(key).replace(b"1", b"2"), "application/x-ndjson")


def the_bad_rows_deleted(scene: Scene) -> None:
    scene.world.files.delete_all(scene.bad_rows_key())


def the_name_of_the_bad_rows_removed(scene: Scene) -> None:
    change_succeeded(scene, "REMOVE bad_rows_file")


def the_cohort_deleted(scene: Scene) -> None:
    scene.world.files.delete_all(str(scene.newest("succeeded").result.cohort_key))  # type: ignore[union-attr]


def the_cohort_emptied(scene: Scene) -> None:
    scene.write_result("cohort_key", b"")


def result_csv_changed_and_the_record_of_files_removed(scene: Scene) -> None:
    result_csv_changed_in_one_byte(scene)
    change_prediction(scene.world, scene.newest("succeeded"), "REMOVE result_files")


def change_succeeded(scene: Scene, expression: str, **values: object) -> None:
    change_prediction(scene.world, scene.newest("succeeded"), expression, **values)


def the_cohort_key_removed(scene: Scene) -> None:
    change_succeeded(scene, "REMOVE #result.cohort_key")


def the_cohort_key_of_an_older_prediction_removed(scene: Scene) -> None:
    change_succeeded(scene, "REMOVE #result.cohort_key, result_files")


def the_record_of_one_file_removed(scene: Scene) -> None:
    change_succeeded(scene, "REMOVE result_files.csv_key")


def the_record_of_all_files_removed(scene: Scene) -> None:
    change_succeeded(scene, "REMOVE result_files")


def the_hash_of_the_result_changed(scene: Scene) -> None:
    change_succeeded(scene, "SET #result.csv_sha256 = :other", other="0" * 64)


def the_hash_of_the_input_changed(scene: Scene) -> None:
    change_succeeded(scene, "SET input_sha256 = :other", other="0" * 64)


def the_model_changed(scene: Scene) -> None:
    change_succeeded(scene, "SET model_id = :other", other="mayo")


def the_end_backdated_and_the_files_deleted(scene: Scene) -> None:
    prefix = result_prefix(scene.anna.id, scene.newest("succeeded").prediction_id)
    change_succeeded(scene, "SET finished_at = :long_ago", long_ago=1_000_000_000)
    scene.world.files.delete_all(prefix)


def the_files_marked_as_deleted_and_deleted(scene: Scene) -> None:
    succeeded = scene.newest("succeeded")
    change_succeeded(scene, "SET files_deleted_at = :now", now=scene.world.clock())
    scene.world.files.delete_all(result_prefix(scene.anna.id, succeeded.prediction_id))


def a_file_added_to_a_result(scene: Scene) -> None:
    prefix = result_prefix(scene.anna.id, scene.newest("succeeded").prediction_id, 1)
    scene.world.files.put(f"{prefix}notes.csv", b"x", "text/csv")


# ---- logins


def a_password_changed(scene: Scene) -> None:
    change(scene.world.settings.logins_table, {"login": name_key("anna")}, "SET password_hash = :other", other="x")


def a_login_that_leads_to_another_account(scene: Scene) -> None:
    scene.point_login(name_key("anna"), scene.boris)


def an_e_mail_address_that_leads_to_another_account(scene: Scene) -> None:
    scene.point_login(email_key("anna@example.org"), scene.boris)


def two_logins_swapped(scene: Scene) -> None:
    scene.point_login(name_key("anna"), scene.boris)
    scene.point_login(name_key("boris"), scene.anna)


def a_login_removed(scene: Scene) -> None:
    scene.delete("logins_table", {"login": email_key("anna@example.org")})


def a_login_added_to_an_account(scene: Scene) -> None:
    scene.put("logins_table", {"login": name_key("mallory"), "user_id": scene.anna.id, "password_hash": "x"})


def a_login_that_leads_to_nobody(scene: Scene) -> None:
    scene.put("logins_table", {"login": name_key("mallory"), "user_id": "f" * 32, "password_hash": "x"})


def the_name_of_an_account_changed(scene: Scene) -> None:
    change_user(scene.world, scene.anna, "SET #name = :name", name="mallory")


CASES: list[tuple[Callable[[Scene], None], Texts]] = [
    (a_balance_raised, ("the balance is 900, the entries add up to 800",)),
    (a_signup_entry_and_the_balance_raised_together, ("(signup) grants 900 coins, but SIGNUP_COINS is or was 500",)),
    (a_second_signup_grant_with_its_coins, ("2 signup grants",)),
    (the_amount_of_an_entry_changed, ("the entries add up to 801",)),
    (an_entry_removed, ("prediction entry of -100 coins that is missing",)),
    (an_entry_removed_with_its_coins, ("prediction entry of -100 coins that is missing",)),
    (an_entry_written_twice, ("2 ledger entries of vouchers, 1 used vouchers",)),
    (an_entry_from_the_future, ("(voucher) is dated in the future",)),
    (a_voucher_entry_without_a_voucher, ("2 ledger entries of vouchers, 1 used vouchers",)),
    (the_coins_of_a_voucher_changed, ("501 coins is missing or different",)),
    (a_second_voucher_that_names_the_entry_of_the_first, ("2 used vouchers, which name other entries",)),
    (a_voucher_used_after_it_expired, ("is dated after the voucher expired",)),
    (a_forged_voucher_that_was_redeemed, None),
    (a_charge_without_a_prediction, ("does not exist",)),
    (a_prediction_without_a_charge, (f"prediction {'f' * 32} names",)),
    (a_charge_lowered, ("its prediction entry of -100 coins, but it is a prediction entry of -1 coins",)),
    (a_cost_lowered, ("its prediction entry of -1 coins, but it is a prediction entry of -100 coins",)),
    (the_charge_the_cost_and_the_balance_lowered_together, None),
    (a_refund_paid_twice, ("3 refunds for 2 predictions",)),
    (a_refund_taken_back, ("is failed and names no refund",)),
    (a_refund_of_more_than_the_charge, ("its refund entry of 100 coins, but it is a refund entry of 900 coins",)),
    (a_failure_turned_into_a_success, ("is succeeded and names a refund",)),
    (a_success_turned_into_a_failure, ("is failed and names no refund",)),
    (a_success_turned_into_a_refunded_failure, ("is failed and records the files of a result",)),
    (
        a_success_turned_into_a_refunded_failure_without_its_record_of_files,
        ("it is failed, but files of a result exist",),
    ),
    (a_success_turned_into_a_refunded_failure_without_its_record_and_files, None),
    (result_csv_changed_in_one_byte, ("result.csv is not what was stored",)),
    (result_csv_emptied, ("result.csv is empty",)),
    (result_csv_of_an_older_prediction_emptied, ("result.csv is empty",)),
    (result_csv_deleted, ("result.csv is missing",)),
    (the_bad_rows_changed, ("bad.jsonl is not what was stored",)),
    (the_bad_rows_deleted, ("bad.jsonl is missing",)),
    (the_name_of_the_bad_rows_removed, ("its record of files has bad_rows_key, and its result does not",)),
    (the_cohort_deleted, ("cohort.json is missing",)),
    (the_cohort_emptied, ("cohort.json is empty",)),
    (result_csv_changed_and_the_record_of_files_removed, None),
    (the_cohort_key_removed, ("its record of files has cohort_key, and its result does not",)),
    (the_cohort_key_of_an_older_prediction_removed, ("folder holds cohort.json, which is not one of its files",)),
    (the_record_of_one_file_removed, ("its result has csv_key, and its record of files does not",)),
    (the_record_of_all_files_removed, None),
    (the_hash_of_the_result_changed, None),
    (the_hash_of_the_input_changed, None),
    (the_model_changed, None),
    (the_end_backdated_and_the_files_deleted, None),
    (the_files_marked_as_deleted_and_deleted, None),
    (a_file_added_to_a_result, ("folder holds notes.csv, which is not one of its files",)),
    (a_password_changed, None),
    (a_login_that_leads_to_another_account, ("the login by name leads to user",)),
    (an_e_mail_address_that_leads_to_another_account, ("the login by email leads to user",)),
    (two_logins_swapped, ("a login by name wrongly leads to this account",)),
    (a_login_removed, ("the login by email is missing",)),
    (a_login_added_to_an_account, ("a login by name wrongly leads to this account",)),
    (a_login_that_leads_to_nobody, (f"user {'f' * 32}: a login by name wrongly leads to this account",)),
    (the_name_of_an_account_changed, ("the login by name is missing",)),
]


@pytest.mark.parametrize(("tamper", "texts"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_the_audit_reports_tampering(scene: Scene, tamper: Callable[[Scene], None], texts: Texts) -> None:
    tamper(scene)

    report = audit(scene.world)

    if texts is None:
        assert report.findings == []
    else:
        assert_finding(report, *texts)
        names = ("anna", "boris", "mallory", "example")
        assert not any(name in finding for finding in report.findings for name in names)


def test_without_tampering_there_is_no_finding(scene: Scene) -> None:
    assert audit(scene.world).findings == []


def test_a_grant_of_a_formerly_configured_amount_is_no_finding(scene: Scene) -> None:
    changed = scene.world.settings.model_copy(update={"signup_coins": 300, "former_signup_coins": "200,500"})
    object.__setattr__(scene.world, "settings", changed)

    assert audit(scene.world).findings == []


@pytest.mark.parametrize("size", [10, 9 * 1024 * 1024], ids=["in one piece", "in parts"])
def test_the_worker_records_the_size_and_etag_that_s3_lists(scene: Scene, size: int) -> None:
    stored = scene.world.files.put_stream("results/u/p/1/result.csv", io.BytesIO(b"x" * size), size, "text/csv")

    listed = scene.world.audit_reader.objects_under("results/u/p/1/")

    assert listed == {"results/u/p/1/result.csv": stored}
    assert stored.size == size


def test_the_record_of_files_is_stored_beside_the_result_so_that_an_older_release_can_read_the_result(
    scene: Scene,
) -> None:
    succeeded = scene.newest("succeeded")
    (item,) = (
        item for item in scene.world.items(scene.world.settings.predictions_table)
        if item["prediction_id"] == succeeded.prediction_id
    )  # fmt: skip

    assert item["result_files"].keys() == {"csv_key", "rows_key", "cohort_key", "bad_rows_key"}
    assert {"files", "bad_rows"}.isdisjoint(item["result"])
    assert succeeded.result
    assert item["result_files"]["csv_key"]["size"] == len(scene.read_result("csv_key"))
    assert succeeded.result.files["csv_key"].etag == item["result_files"]["csv_key"]["etag"]
