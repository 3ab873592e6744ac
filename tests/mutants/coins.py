"""Mutations that break the rules of coins, each with the test that must fail."""

from chalicelib.audit import user_audit
from chalicelib.audit.audit import Audit
from chalicelib.audit.daily import AuditStateRepository, DailyAudit
from chalicelib.audit.user_audit import UserAudit
from chalicelib.auth import repository as auth_repository
from chalicelib.auth.repository import UserRepository
from chalicelib.billing.ledger import Ledger
from chalicelib.billing.payments import Payments
from chalicelib.billing.vouchers import VoucherExpiredError, Vouchers
from chalicelib.core import dynamo
from chalicelib.core.errors import TemporarilyUnavailableError
from chalicelib.core.idempotency import IdempotencyKey, IdempotencyKeyReusedError, IdempotencyKeys
from chalicelib.erasure.eraser import Erasure
from chalicelib.inference.predictions import routes
from chalicelib.inference.predictions.dead_letters import AttemptInProgressError, DeadLetters
from chalicelib.inference.predictions.dispatcher import Dispatcher
from chalicelib.inference.predictions.leftovers import delete_leftovers
from chalicelib.inference.predictions.repository import PredictionRepository, due_shard
from chalicelib.inference.predictions.service import Predictions
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.predictions.worker import Worker
from chalicelib.inference.storage.file_store import FileStore, result_prefix
from tests.mutants.edits import Mutation, in_text, never, remove, replace

_LIFE = "tests/unit/inference/predictions/test_life_of_a_prediction.py::"
_IDEMPOTENT = "tests/unit/inference/predictions/test_idempotent_submits.py::"
_PAYMENTS = "tests/unit/billing/test_payments.py::"
_VOUCHERS = "tests/unit/billing/test_vouchers.py::"
_INVARIANTS = "tests/unit/inference/predictions/test_invariants.py::"
_DISPATCHER = "tests/unit/inference/predictions/test_dispatcher.py::"
_OUTAGES = "tests/unit/inference/predictions/test_partial_outages.py::"
_OVERRIDES = "tests/unit/inference/catalog/test_price_overrides.py::"
_LEDGER = "tests/unit/billing/test_ledger.py::"
_ACCOUNT = "tests/unit/auth/test_account_life.py::"
_ACCOUNTS = "tests/unit/auth/test_accounts.py::"
_TAMPERING = "tests/unit/audit/test_tampering.py::test_the_audit_reports_tampering"
_DAILY = "tests/unit/audit/test_daily.py::"
_UPLOADS = "tests/unit/inference/storage/test_uploads.py::"
_AUDIT = "tests/unit/audit/test_audit.py::"
_DYNAMO = "tests/unit/core/test_dynamo.py::"
_CANCEL = "tests/unit/inference/predictions/test_cancel_retry_delete.py::"

_SUCCEED_FIRST = """
self._settlement.succeed(_3, Result("a", "b", (), 0.0, 1, (0,), 0.0, {}))
_1 = _2._predict(_3)
"""
_POSTPONE_LAST = """
if _1.attempt >= _2: self._settlement.fail(_1, "attempts_exhausted")
else: self._repository.postpone(_1, self._clock() + self._backoff_seconds(_1))
"""
_ANYTHING_OR = "attribute_exists(prediction_id) OR #status = :status OR attempt = :attempt OR"
_OTHER_TOKEN = "_1(TransactItems=_2, ClientRequestToken=uuid.uuid4().hex)"

MUTATIONS = (
    Mutation("a charge may overdraw the balance", Ledger.charge, in_text("balance >= :cost AND ", ""),
        _LEDGER + "test_a_balance_is_never_negative"),
    Mutation("any number of predictions may be open", Ledger.charge,
        in_text("open_charges < :open_max", "(open_charges < :open_max OR open_charges >= :open_max)"),
        _CANCEL + "test_one_more_open_prediction_than_allowed_is_refused_until_one_ends"),
    Mutation("a deleted account is charged", Ledger.charge, in_text(" AND attribute_not_exists(closed_at)", ""),
        _ACCOUNT + "test_a_deleted_account_is_charged_nothing_more"),
    Mutation("a ledger entry may be overwritten", Ledger.entry,
        in_text("attribute_not_exists(entry_id)", "attribute_not_exists(nothing)"),
        _LEDGER + "test_an_entry_cannot_be_overwritten"),
    Mutation("an end keeps its charge open", Ledger.end_charge,
        in_text("open_charges = open_charges - :one", "open_charges = open_charges"),
        _CANCEL + "test_every_kind_of_end_reduces_the_number_of_open_charges"),
    Mutation("a late worker ends a newer attempt", PredictionRepository._end,
        in_text("AND attempt = :attempt", "AND (attempt = :attempt OR #status = :status)"),
        _PAYMENTS + "test_a_late_worker_cannot_end_a_prediction_of_a_newer_attempt"),
    Mutation("an end may be ended again", PredictionRepository._end,
        in_text("#status = :status AND", "(attempt = :attempt OR #status = :status) AND"),
        _PAYMENTS + "test_two_processes_that_read_the_same_prediction_refund_it_once"),
    Mutation("an accepted prediction is not in the outbox", PredictionRepository.new, remove(due_shard),
        _LIFE + "test_the_dispatcher_sends_due_predictions_and_waits_longer_each_time"),
    Mutation("an end stays in the outbox", PredictionRepository._end, in_text(" REMOVE due_shard, due_at", ""),
        _LIFE + "test_a_submission_is_charged_run_and_read_back_row_by_row"),
    Mutation("a leased prediction can be claimed", PredictionRepository.claim,
        in_text("due_at <= :now", "(due_at <= :now OR due_at > :now)"),
        _LIFE + "test_another_worker_claims_a_prediction_only_after_its_lease_has_ended"),
    Mutation("the dispatcher postpones a prediction that was claimed", PredictionRepository.postpone,
        in_text("#status = :status AND attempt = :attempt AND", _ANYTHING_OR),
        _PAYMENTS + "test_the_dispatcher_does_not_postpone_a_prediction_that_was_claimed_since_it_was_read"),
    Mutation("a refund gives back today's price", Payments.refund,
        replace("_1.end_charge(_2, _)", "_1.end_charge(_2, 250)"),
        _CANCEL + "test_a_refund_returns_the_price_at_submission"),
    Mutation("a refund has no entry", Payments.refund, remove(Ledger.entry),
        _CANCEL + "test_a_queued_prediction_is_cancelled_refunded_and_never_run"),
    Mutation("success before the result is in S3", Worker._predict_and_complete,
        (replace("_1 = _2._predict(_3)", _SUCCEED_FIRST), remove(Settlement.succeed, nth=2, of=2)),
        _PAYMENTS + "test_a_prediction_succeeds_only_after_its_files_are_stored"),
    Mutation("a lost attempt leaves its files", Worker.run, remove(Worker._delete_lost_result),
        _CANCEL + "test_a_worker_that_lost_its_claim_deletes_its_files"),
    Mutation("a lost response deletes the result", Worker._delete_lost_result,
        replace("_1 and _ == (Status.SUCCEEDED, _)", "_1 is None"),
        _PAYMENTS + "test_a_success_whose_response_was_lost_keeps_its_files"),
    Mutation("a form's dry run is charged", routes.submit, remove("_.fields"),
        "tests/unit/security/test_options_and_bodies.py::test_a_form_field_means_what_the_query_option_means"),
    Mutation("the attempts are not limited", Dispatcher._handle, replace("_1.attempt >= _", "_1.attempt < 0"),
        _PAYMENTS + "test_the_dispatcher_fails_a_prediction_after_its_last_attempt"),
    Mutation("a prediction that cannot be ended stays first in the outbox", Dispatcher._handle,
        (remove(PredictionRepository.postpone), replace("if _1.attempt >= _2: ...\nelse: ...", _POSTPONE_LAST)),
        _DISPATCHER + "test_a_prediction_that_cannot_be_ended_is_tried_again_with_growing_pauses"),
    Mutation("a prediction that cannot be read stays first in the outbox", Dispatcher._handle_or_delay,
        remove(PredictionRepository.delay),
        _DISPATCHER + "test_predictions_that_always_fail_do_not_block_the_others"),
    Mutation("a dead letter ends a leased prediction", DeadLetters.handle, never(AttemptInProgressError),
        _LIFE + "test_a_dead_letter_waits_until_the_lease_has_ended_and_then_refunds_once"),
    Mutation("the idempotency key is not recorded", Payments.charge, replace("if key: ...", "pass"),
        _IDEMPOTENT + "test_the_same_key_and_file_give_the_same_prediction_and_one_charge"),
    Mutation("an idempotency key in use is overwritten", IdempotencyKeys.record,
        in_text("attribute_not_exists(idempotency_key)", "attribute_not_exists(nothing)"),
        _PAYMENTS + "test_a_second_request_with_a_key_charges_nothing_and_leaves_no_file"),
    Mutation("an expired idempotency key still counts", IdempotencyKeys.outcome,
        replace("_1['expires_at'] <= _", "_1['expires_at'] <= 0"),
        _IDEMPOTENT + "test_a_key_expires_after_a_day_even_if_its_record_still_exists"),
    Mutation("an idempotency key counts for any request", IdempotencyKeys.outcome, never(IdempotencyKeyReusedError),
        _IDEMPOTENT + "test_the_same_key_with_another_file_is_refused_and_nothing_is_charged"),
    Mutation("users share their idempotency keys", IdempotencyKey, replace("f'{_}#{_1}'", "f'{_1}'"),
        _IDEMPOTENT + "test_two_users_may_use_the_same_key"),
    Mutation("a conflict is taken for a failed condition", dynamo._is_transient,
        replace("_1 == CONDITION_FAILED", "_1 in {CONDITION_FAILED, 'TransactionConflict'}"),
        _DYNAMO + "test_conflicts_are_retried_until_the_transaction_is_accepted"),
    Mutation("a switched-off model is sold while the table is busy", dynamo._batch,
        replace("_.get('UnprocessedKeys')", "None"),
        _OVERRIDES + "test_a_disabled_model_is_not_sold_while_the_table_is_busy"),
    Mutation("a price that cannot be read is taken from the card", dynamo._batch,
        remove(TemporarilyUnavailableError),
        _OVERRIDES + "test_while_no_override_can_be_read_nothing_is_sold_and_nothing_charged"),
    Mutation("a voucher is used twice", Vouchers._use, in_text(" AND attribute_not_exists(entry_id)", ""),
        _PAYMENTS + "test_one_voucher_in_two_processes_at_once_is_redeemed_once"),
    Mutation("a voucher never expires", Vouchers._coins_of, never(VoucherExpiredError),
        _VOUCHERS + "test_a_voucher_is_valid_until_its_last_moment_and_not_after"),
    Mutation("a balance that was not read is returned", Ledger.balance_if_readable, replace("return None", "return 0"),
        _OUTAGES + "test_a_balance_that_cannot_be_read_after_a_commit_is_null"),
    Mutation("a repeated request needs to read the balance", Predictions._once,
        replace("_1.balance_if_readable(_2)", "_1.balance(_2)"),
        _OUTAGES + "test_a_repeated_request_is_answered_although_the_balance_cannot_be_read"),
    Mutation("a second grant for one e-mail address", UserRepository.create, remove("{'ConditionCheck': _}"),
        _ACCOUNT + "test_the_same_e_mail_is_granted_coins_only_once"),
    Mutation("logging out ends no token", UserRepository._token_change,
        replace("{':one': 1, **_1}", "{':one': 0, **_1}"),
        _ACCOUNT + "test_logging_out_ends_every_token_of_the_user_and_of_no_other_user"),
    Mutation("an erasure ends too early", Erasure._is_complete, replace("_ >= _ and _ == 0", "True"),
        _ACCOUNT + "test_the_dispatcher_completes_an_erasure_after_a_crash_and_repeats_it_after_the_index_lag"),
    Mutation("a deleted account's files stay", Erasure.run, remove(FileStore.delete_all),
        _ACCOUNT + "test_after_a_deletion_nothing_stored_names_the_person_and_the_ledger_still_adds_up"),
    Mutation("a deleted account uses up a voucher", Ledger.credit,
        in_text(" AND attribute_not_exists(closed_at)", ""),
        _VOUCHERS + "test_a_deleted_account_redeems_nothing_and_the_voucher_stays_valid"),
    Mutation("a grant has no entry", UserRepository.create, remove("_.entry"),
        _ACCOUNTS + "test_a_registration_grants_500_coins_in_exactly_one_entry"),
    Mutation("two accounts have one name", UserRepository._new_login, remove(auth_repository._if_new),
        _ACCOUNTS + "test_a_taken_name_in_any_spelling_is_refused_and_nothing_is_written"),
    Mutation("a deletion requests no erasure of the rest", UserRepository._deletion,
        remove(UserRepository._erasure_request),
        _ACCOUNT + "test_the_dispatcher_completes_an_erasure_after_a_crash_and_repeats_it_after_the_index_lag"),
    Mutation("an erasure misses predictions that the index does not show", Erasure._is_complete,
        remove("_.open_charges == 0"),
        _INVARIANTS + "test_an_erasure_waits_for_predictions_that_the_index_does_not_show_yet"),
    Mutation("a late worker renews the lease of a newer attempt", PredictionRepository._update_attempt,
        in_text("attempt = :attempt", "attempt >= :attempt"),
        _INVARIANTS + "test_a_late_worker_cannot_renew_the_lease_of_a_newer_attempt"),
    Mutation("a late worker gives up a newer attempt", PredictionRepository._update_attempt,
        in_text("attempt = :attempt", "attempt >= :attempt"),
        _INVARIANTS + "test_a_late_worker_cannot_release_a_newer_attempt"),
    Mutation("the attempts of a prediction share a folder", result_prefix, replace("f'{_1}{_}/'", "f'{_1}1/'"),
        _INVARIANTS + "test_a_late_worker_does_not_delete_the_result_of_a_newer_attempt"),
    Mutation("an attempt past the last one is computed", Worker._predict_and_complete,
        replace("_1.attempt > _", "_1.attempt < 0"),
        _INVARIANTS + "test_an_attempt_beyond_the_maximum_fails_without_computing"),
    Mutation("a worker never fails a prediction after its last attempt", Worker._give_up,
        replace("_1.attempt >= _", "_1.attempt < 0"),
        _INVARIANTS + "test_a_failure_of_the_last_attempt_ends_the_prediction_at_once"),
    Mutation("the entry of a refund has twice the amount", Payments.refund,
        replace("Entry(_1, _2, 'refund', _3, _4, _5)", "Entry(_1, _2 * 2, 'refund', _3, _4, _5)"),
        _CANCEL + "test_a_queued_prediction_is_cancelled_refunded_and_never_run"),
    Mutation("a running prediction is cancelled", Predictions.delete,
        replace("_1 is not Status.QUEUED", "_1 not in {Status.QUEUED, Status.RUNNING}"),
        _CANCEL + "test_a_running_prediction_is_neither_cancelled_nor_deleted"),
    Mutation("a cancel that comes late deletes the result", Predictions._delete_files, replace("'queued'", "'running'"),
        _CANCEL + "test_a_cancellation_overtaken_by_a_whole_run_keeps_the_result"),
    Mutation("a request to delete files cancels", Predictions.delete, replace("'ended'", "'running'"),
        _CANCEL + "test_a_deletion_of_files_does_not_cancel_a_queued_prediction"),
    Mutation("a charged submission is refused while the queue is down", Predictions._send,
        replace("Exception", "ZeroDivisionError"),
        _DISPATCHER + "test_a_submission_is_accepted_while_the_queue_is_down"),
    Mutation("a repeated request is refused for lack of coins", Predictions.submit,
        replace("_1._once(_2, _3, submit)", "submit()"),
        _IDEMPOTENT + "test_a_replay_is_answered_without_coins_and_for_a_disabled_model"),
    Mutation("a repeated submission needs its upload", Predictions.submit_upload,
        replace("_1._once(_2, _3, _4)", "_4()"),
        _UPLOADS + "test_a_key_returns_the_first_prediction_after_the_upload_is_deleted_and_the_model_disabled"),
    Mutation("a repeated charge is refused", Payments.charge, replace("'prediction' in _", "False"),
        _PAYMENTS + "test_a_charge_whose_first_response_was_lost_counts_as_done"),
    Mutation("a due prediction is sent every minute", Dispatcher._handle, remove(PredictionRepository.postpone),
        _LIFE + "test_the_dispatcher_sends_due_predictions_and_waits_longer_each_time"),
    Mutation("a conflict is not tried again", dynamo.transact,
        replace("not _is_transient(_1, _2)", "_is_transient(_1, _2) or True"),
        _DYNAMO + "test_conflicts_are_retried_until_the_transaction_is_accepted"),
    Mutation("every try of a transaction has a token of its own", dynamo.transact,
        replace("_1(TransactItems=_2, ClientRequestToken=_)", _OTHER_TOKEN),
        _DYNAMO + "test_every_try_of_a_transaction_carries_the_same_token"),
    Mutation("the audit compares neither sizes nor ETags", user_audit._wrong_files,
        replace("StoredObject(**_1) != _", "StoredObject(**_1) is None"),
        _TAMPERING + "[result_csv_changed_in_one_byte-]"),
    Mutation("the audit accepts any signup grant", UserAudit._check_entry,
        replace("_1 not in self._grants", "_1 in ()"),
        _TAMPERING + "[a_signup_entry_and_the_balance_raised_together-]"),
    Mutation("the audit does not check the overview file", user_audit, remove("'cohort_key'"),
        _TAMPERING + "[the_cohort_deleted-]"),
    Mutation("the audit does not check where a user's logins lead", UserAudit._check_logins,
        replace("_1 != _", "_1 is self"),
        _TAMPERING + "[a_login_removed-]"),
    Mutation("the audit does not check whose the logins are", Audit._wrong_logins,
        replace("not owns_login(_1.get(_2, _), _)", "_2 not in _1"),
        _TAMPERING + "[two_logins_swapped-]"),
    Mutation("a voucher's entry may be used by two vouchers", Audit._voucher_owners,
        replace("_1.voucher_entries_sum == _", "_1.findings_max"),
        _TAMPERING + "[a_second_voucher_that_names_the_entry_of_the_first-]"),
    Mutation("an unfinished audit counts as finished", DailyAudit._work, replace("_.is_finished and _1", "_1"),
        _DAILY + "test_an_unfinished_audit_is_never_reported_as_finished_or_clean"),
    Mutation("an audit begins anew with every invocation", DailyAudit._advance,
        replace("_.is_finished or not _1", "_1 is not None"),
        _DAILY + "test_a_continued_audit_reports_the_same_as_an_uninterrupted_one"),
    Mutation("two invocations audit at once", DailyAudit._advance, replace("_1 > _2", "_1 > _2 + HOLD_SECONDS_MAX"),
        _DAILY + "test_only_one_of_two_invocations_at_once_audits"),
    Mutation("an older state overwrites a newer one", AuditStateRepository.write,
        in_text("revision = :seen", "revision = :seen OR attribute_exists(revision)"),
        _DAILY + "test_only_one_of_two_invocations_that_read_the_same_state_continues"),
    Mutation("findings before a crash are lost", DailyAudit._work, replace("_1 - _2 >= _", "_1 < _2"),
        _DAILY + "test_findings_from_before_a_crash_are_not_lost"),
    Mutation("the files of a result that was refunded may stay", UserAudit._leftover_sentence,
        replace("return f'it is {_}, but files of a result exist'", "return ''"),
        _TAMPERING + "[a_success_turned_into_a_refunded_failure_without_its_record_of_files-]"),
    Mutation("the files of a killed worker are a finding at once", UserAudit._leftover_sentence,
        replace("_1 < _2 - _", "_1 <= _2"),
        _AUDIT + "test_result_files_of_a_refunded_prediction_are_a_finding_when_no_message_can_delete_them_any_more"),
    Mutation("a killed worker's result stays after its message ends", Worker.run,
        remove(delete_leftovers, nth=2, of=2),
        _CANCEL + "test_the_files_of_a_killed_worker_are_deleted_when_its_message_ends_the_prediction"),
    Mutation("the audit does not compare the record of files", user_audit._wrong_files,
        replace("sorted(_.keys() - _.keys())", "()", nth=1, of=2),
        _TAMPERING + "[the_cohort_key_removed-]"),
    Mutation("the audit accepts any file beside a result", user_audit._wrong_files,
        replace("_1.startswith(_2)", "_1 in _2"),
        _TAMPERING + "[a_file_added_to_a_result-]"),
    Mutation("an inconclusive audit resets the age of the last audit", DailyAudit._work,
        replace("'inconclusive'", "''"),
        _DAILY + "test_an_inconclusive_audit_does_not_reset_the_age_of_the_last_audit"),
    Mutation("an audit of another version ignores a running invocation", AuditStateRepository.read,
        remove("'held_until'"),
        _DAILY + "test_an_audit_of_another_version_respects_an_invocation_that_is_running"),
    Mutation("an audit of another version is continued", AuditStateRepository.read, replace("_1[_] != _", "not _1"),
        _DAILY + "test_an_audit_of_another_version_begins_anew"),
)  # fmt: skip
