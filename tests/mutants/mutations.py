"""What may be broken in the rules of coins, and the test that must notice."""

from dataclasses import dataclass

_LEDGER = "chalicelib/billing/ledger.py"
_VOUCHERS = "chalicelib/billing/vouchers.py"
_KEYS = "chalicelib/core/idempotency.py"
_DYNAMO = "chalicelib/core/dynamo.py"
_STORE = "chalicelib/inference/store.py"
_SETTLEMENT = "chalicelib/inference/settlement.py"
_SERVICE = "chalicelib/inference/service.py"
_WORKER = "chalicelib/inference/worker.py"
_DISPATCHER = "chalicelib/inference/dispatcher.py"
_DEAD = "chalicelib/inference/dead_letters.py"
_ERASURE = "chalicelib/inference/erasure.py"
_FILES = "chalicelib/inference/files.py"
_USERS = "chalicelib/auth/store.py"
_AUDIT = "chalicelib/inference/audit.py"
_AUDIT_USER = "chalicelib/inference/audit_user.py"
_AUDIT_DAILY = "chalicelib/inference/audit_daily.py"

_LIFE = "tests/unit/inference/test_life_of_a_prediction.py::"
_CANCEL = "tests/unit/inference/test_cancel_retry_delete.py::"
_IDEMPOTENT = "tests/unit/inference/test_idempotent_submits.py::"
_RULES = "tests/unit/inference/test_rules_of_coins.py::"
_VOUCHER = "tests/unit/billing/test_vouchers.py::"
_INVARIANTS = "tests/unit/inference/test_invariants.py::"
_OUTBOX = "tests/unit/inference/test_outbox.py::"
_OUTAGES = "tests/unit/inference/test_partial_outages.py::"
_OFFERS = "tests/unit/inference/test_offers.py::"
_COINS = "tests/unit/billing/test_ledger.py::"
_ACCOUNT = "tests/unit/auth/test_account_life.py::"
_REGISTER = "tests/unit/auth/test_accounts.py::"
_TRANSACT = "tests/unit/core/test_dynamo.py::"
_TAMPERING = "tests/unit/inference/test_audit_tampering.py::test_the_audit_names_a_tampering"
_DAILY = "tests/unit/inference/test_audit_daily.py::"


@dataclass(frozen=True, slots=True)
class Mutation:
    """In ``file``, ``old`` (which stands there once) becomes ``new``; ``test`` must fail then."""

    name: str
    file: str
    old: str
    new: str
    test: str


MUTATIONS = (
    Mutation("a charge may overdraw the balance", _LEDGER, '"balance >= :cost AND open_charges', '"open_charges',
             _COINS + "test_a_balance_is_never_negative"),
    Mutation("any number of predictions may be open", _LEDGER, "open_charges < :most", "(open_charges < :most OR open_charges >= :most)",
             _CANCEL + "test_one_more_open_prediction_than_allowed_is_refused_until_one_ends"),
    Mutation("a deleted account is charged", _LEDGER, ' < :most AND attribute_not_exists(closed_at)"', ' < :most"',
             _ACCOUNT + "test_a_deleted_account_is_charged_nothing_more"),
    Mutation("a ledger entry may be overwritten", _LEDGER, '"attribute_not_exists(entry_id)"', '"attribute_not_exists(nothing)"',
             _COINS + "test_an_entry_can_not_be_written_over"),
    Mutation("an end keeps its charge open", _LEDGER, "open_charges = open_charges - :one", "open_charges = open_charges",
             _CANCEL + "test_every_kind_of_end_makes_room_for_another_one"),
    Mutation("the fence is gone", _STORE, '"#status = :status AND attempt = :attempt",\n                "ExpressionAttributeNames": {"#status": "status", **', '"#status = :status AND (attempt = :attempt OR #status = :status)",\n                "ExpressionAttributeNames": {"#status": "status", **',
             _RULES + "test_a_late_worker_can_not_end_what_a_newer_attempt_holds"),
    Mutation("an end may be ended again", _STORE, '"#status = :status AND attempt = :attempt",\n                "ExpressionAttributeNames": {"#status": "status", **', '"attempt = :attempt AND (attempt = :attempt OR #status = :status)",\n                "ExpressionAttributeNames": {"#status": "status", **',
             _RULES + "test_two_that_read_the_same_prediction_refund_it_once"),
    Mutation("an accepted prediction stands in no outbox", _STORE, '            "due_shard": due_shard(prediction.prediction_id),\n', "",
             _LIFE + "test_the_dispatcher_sends_what_is_due_and_waits_longer_each_time"),
    Mutation("an end stays in the outbox", _STORE, 'f"{change} REMOVE due_shard, due_at"', "change",
             _LIFE + "test_a_submission_is_charged_run_and_read_back_row_by_row"),
    Mutation("a held prediction can be claimed", _STORE, '"#status = :queued OR (#status = :running AND due_at <= :now)"', '"#status = :queued OR (#status = :running AND (due_at <= :now OR due_at > :now))"',
             _LIFE + "test_a_live_lease_is_respected_and_a_lapsed_one_taken_over"),
    Mutation("the dispatcher queues what moved on", _STORE, '"#status = :status AND attempt = :attempt AND due_at = :seen"', '"attribute_exists(prediction_id) OR #status = :status OR attempt = :attempt OR due_at = :seen"',
             _RULES + "test_the_dispatcher_leaves_alone_what_moved_on_since_it_looked"),
    Mutation("a refund gives back today's price", _SETTLEMENT, "self._ledger.end_charge(prediction.user_id, prediction.cost)", "self._ledger.end_charge(prediction.user_id, 250)",
             _CANCEL + "test_a_price_is_copied_at_submission_and_that_is_what_a_refund_gives_back"),
    Mutation("a refund has no entry", _SETTLEMENT, "                self._ledger.entry(refund),\n", "",
             _CANCEL + "test_a_queued_prediction_is_cancelled_refunded_and_never_run"),
    Mutation("success before the result is in S3", _WORKER, "        result = self._predict(prediction)\n        self._settlement.succeed(prediction, result)", "        from chalicelib.inference.prediction import Result\n\n        self._settlement.succeed(prediction, Result('a', 'b', (), 0.0, 1, (0,), 0.0, {}))\n        self._predict(prediction)",
             _RULES + "test_a_success_is_seen_only_once_its_files_are_there"),
    Mutation("a lost attempt leaves its files", _WORKER, 'outcome = _Outcome("lost", prediction.rows)\n            self._delete_unless_it_counts(prediction)\n', 'outcome = _Outcome("lost", prediction.rows)\n',
             _CANCEL + "test_a_worker_that_lost_its_claim_deletes_what_it_wrote"),
    Mutation("a lost answer deletes the result", _WORKER, "        if now and (now.status, now.attempt) == (Status.SUCCEEDED, prediction.attempt):\n            return", "        if now is None:\n            return",
             _RULES + "test_a_success_whose_answer_was_lost_keeps_its_files"),
    Mutation("a form's dry run is charged", "chalicelib/inference/routes.py", "parsed_options(request, _Choice, form.fields)", "parsed_options(request, _Choice)",
             "tests/unit/security/test_options_and_bodies.py::test_a_form_field_means_what_the_query_option_means"),
    Mutation("attempts without end", _DISPATCHER, "prediction.attempt >= self._settings.attempts_max", "prediction.attempt < 0",
             _RULES + "test_the_dispatcher_ends_what_was_tried_too_often"),
    Mutation("what can not be ended stays first in line", _DISPATCHER, "            prediction = self._store.postpone(prediction, self._clock() + self._backoff_seconds(prediction))\n            if prediction.attempt >= self._settings.attempts_max:\n                self._settlement.fail(prediction, \"attempts_exhausted\")\n                # If this fails, the messages of the killed attempts do it when they come back.\n                delete_leftovers(self._files, prediction)\n            else:\n", "            if prediction.attempt >= self._settings.attempts_max:\n                self._settlement.fail(prediction, \"attempts_exhausted\")\n            else:\n                self._store.postpone(prediction, self._clock() + self._backoff_seconds(prediction))\n",
             _OUTBOX + "test_a_prediction_that_can_not_be_ended_is_tried_again_and_again_with_growing_pauses"),
    Mutation("what can not be read stays first in line", _DISPATCHER, "            self._store.delay(due, self._clock() + self._settings.dispatch_grace_seconds)", "            pass",
             _OUTBOX + "test_a_batch_of_predictions_that_always_fail_holds_up_no_other"),
    Mutation("a dead letter ends what a worker holds", _DEAD, "prediction.status is Status.RUNNING and", "False and prediction.status is Status.RUNNING and",
             _LIFE + "test_a_dead_letter_waits_for_a_live_run_and_refunds_once_after_it"),
    Mutation("the key's record is not written", _SERVICE, "            payment.append(self._keys.record(key, prediction.prediction_id, prediction.created_at))", "            pass",
             _IDEMPOTENT + "test_the_same_key_and_file_give_the_same_prediction_and_one_charge"),
    Mutation("a key in use is overwritten", _KEYS, '"attribute_not_exists(idempotency_key) OR expires_at <= :now"', '"attribute_not_exists(nothing) OR expires_at <= :now"',
             _RULES + "test_one_key_in_two_processes_at_once_charges_once"),
    Mutation("an expired key still stands", _KEYS, 'record["expires_at"] <= now', 'record["expires_at"] <= 0',
             _IDEMPOTENT + "test_a_key_lives_a_day_whether_or_not_its_record_was_deleted"),
    Mutation("a key stands for any request", _KEYS, 'record["fingerprint"] != key.fingerprint', "False",
             _IDEMPOTENT + "test_the_same_key_with_another_file_is_refused_and_nothing_is_charged"),
    Mutation("keys belong to everybody", _KEYS, 'return f"{self.user_id}#{hashlib', 'return f"{hashlib',
             _IDEMPOTENT + "test_two_users_may_use_the_same_key"),
    Mutation("a conflict is taken for a failed condition", _DYNAMO, 'if reason == CONDITION_FAILED)', 'if reason in {CONDITION_FAILED, "TransactionConflict"})',
             "tests/unit/core/test_dynamo.py::test_conflicts_are_retried_until_the_transaction_is_taken"),
    Mutation("a switched-off model is sold by a busy table", _DYNAMO, 'wanted = answer.get("UnprocessedKeys")', "wanted = None",
             _OFFERS + "test_a_model_that_is_switched_off_is_not_sold_by_a_busy_table"),
    Mutation("a price that can not be read is the card's", _DYNAMO, '            raise TemporarilyUnavailableError("The tables are too busy to be read. Please try again later.")', "            pass",
             _OFFERS + "test_while_no_override_can_be_read_nothing_is_sold_and_nothing_charged"),
    Mutation("a voucher is used twice", _VOUCHERS, " AND attribute_not_exists(entry_id) ", " ",
             _RULES + "test_one_voucher_in_two_processes_at_once_is_redeemed_once"),
    Mutation("a voucher never expires", _VOUCHERS, '"expires_at" in voucher and voucher["expires_at"] <= now', "False",
             _VOUCHER + "test_a_voucher_is_good_until_its_last_moment_and_not_after"),
    Mutation("a balance that was not read is stated", _LEDGER, 'log_exception("balance not read", user=user_id)\n            return None', 'log_exception("balance not read", user=user_id)\n            return 0',
             _OUTAGES + "test_a_balance_that_can_not_be_read_after_a_commit_is_not_invented"),
    Mutation("a replay needs to read the balance", _SERVICE, "Accepted(self.get(user, outcome), self._ledger.balance_if_readable(user.id))", "Accepted(self.get(user, outcome), self._ledger.balance(user.id))",
             _OUTAGES + "test_a_repeated_request_is_answered_although_the_balance_can_not_be_read"),
    Mutation("a second grant for one e-mail address", _USERS, 'items += [grant.entry, {"ConditionCheck": check}]', "items += [grant.entry]",
             _ACCOUNT + "test_the_same_e_mail_is_granted_coins_only_once"),
    Mutation("logging out ends no token", _USERS, 'to_item({":one": 1, **(values or {})})', 'to_item({":one": 0, **(values or {})})',
             _ACCOUNT + "test_logging_out_ends_every_token_of_the_user_and_nobody_else_s"),
    Mutation("an erasure is over too early", _ERASURE, "return waited >= self.looks[-1] and self._ledger.account(user_id).open_charges == 0", "return True",
             _ACCOUNT + "test_the_dispatcher_erases_what_a_crash_left_and_looks_once_more_after_the_index_has_caught_up"),
    Mutation("a deleted account's files stay", _ERASURE, "is_complete &= self._files.delete_all(prefix, lambda: self._clock() < began + seconds_max)", "pass",
             _ACCOUNT + "test_after_a_deletion_nothing_stored_names_the_person_and_the_ledger_still_adds_up"),
    Mutation("a deleted account's voucher is used up", _LEDGER, 'attribute_exists(user_id) AND attribute_not_exists(closed_at)",\n            {":amount"', 'attribute_exists(user_id)",\n            {":amount"',
             _VOUCHER + "test_a_deleted_account_redeems_nothing_and_the_voucher_stays_good"),
    Mutation("a grant has no entry", _USERS, 'items += [grant.entry, {"ConditionCheck": check}]', 'items += [{"ConditionCheck": check}]',
             _REGISTER + "test_a_registration_grants_500_coins_in_exactly_one_entry"),
    Mutation("two accounts of one name", _USERS, '"Item": to_item(login), **_new("login")}}', '"Item": to_item(login)}}',
             _REGISTER + "test_a_taken_name_in_any_spelling_is_refused_and_nothing_is_written"),
    Mutation("a deletion leaves no wish for the rest", _USERS, "*logins, self._mark(mark), self._wish(user.id, now)], user)", "*logins, self._mark(mark)], user)",
             _ACCOUNT + "test_the_dispatcher_erases_what_a_crash_left_and_looks_once_more_after_the_index_has_caught_up"),
    Mutation("an erasure forgets what an index hides", _ERASURE, "return waited >= self.looks[-1] and self._ledger.account(user_id).open_charges == 0", "return waited >= self.looks[-1]",
             _INVARIANTS + "test_an_erasure_waits_for_what_the_index_does_not_show_yet"),
    Mutation("a late worker renews another's lease", _STORE, '"SET rows_done = :rows, due_at = :lease",\n            "#status = :running AND attempt = :attempt"', '"SET rows_done = :rows, due_at = :lease",\n            "#status = :running AND attempt >= :attempt"',
             _INVARIANTS + "test_a_late_worker_can_not_renew_the_lease_of_a_newer_attempt"),
    Mutation("a late worker gives another's attempt up", _STORE, '"SET #status = :queued, due_at = :due",\n            "#status = :running AND attempt = :attempt"', '"SET #status = :queued, due_at = :due",\n            "#status = :running AND attempt >= :attempt"',
             _INVARIANTS + "test_a_late_worker_can_not_give_up_a_newer_attempt"),
    Mutation("attempts share their files", _FILES, 'f"{every_attempt}{attempt}/"', 'f"{every_attempt}1/"',
             _INVARIANTS + "test_a_late_worker_that_cleans_up_leaves_the_newer_attempt_s_result_alone"),
    Mutation("a claim past the last attempt computes", _WORKER, "if prediction.attempt > self._settings.attempts_max:", "if prediction.attempt < 0:",
             _INVARIANTS + "test_an_attempt_past_the_last_one_ends_without_being_computed"),
    Mutation("a worker never gives up for good", _WORKER, "if prediction.attempt >= self._settings.attempts_max:", "if prediction.attempt < 0:",
             _INVARIANTS + "test_the_last_attempt_that_fails_ends_the_prediction_at_once"),
    Mutation("a refund's entry is doubled", _SETTLEMENT, 'Entry.new(prediction.user_id, prediction.cost, "refund"', 'Entry.new(prediction.user_id, prediction.cost * 2, "refund"',
             _CANCEL + "test_a_queued_prediction_is_cancelled_refunded_and_never_run"),
    Mutation("a running prediction is cancelled", _SERVICE, "if prediction.status is not Status.QUEUED:", "if prediction.status not in {Status.QUEUED, Status.RUNNING}:",
             _CANCEL + "test_a_running_one_is_neither_cancelled_nor_deleted"),
    Mutation("a cancel that comes late deletes the result", _SERVICE, 'if only_if == "queued":', 'if only_if == "running":',
             _CANCEL + "test_a_cancel_that_a_whole_run_overtakes_leaves_the_result"),
    Mutation("who wants files deleted cancels", _SERVICE, 'if only_if == "ended":', 'if only_if == "running":',
             _CANCEL + "test_what_is_queued_is_not_cancelled_by_who_wants_files_deleted"),
    Mutation("a queue that is down refuses what was charged", _SERVICE, "        except Exception:  # noqa: BLE001\n            # It is charged", "        except ZeroDivisionError:\n            # It is charged",
             _OUTBOX + "test_a_queue_that_is_down_is_no_refusal"),
    Mutation("a replay is refused for lack of coins", _SERVICE, "        if earlier := self._replay(user, key):\n            return earlier\n        return self._submit_content(user,", "        self._refuse_early(user, self._catalogue.chosen(model_id))\n        if earlier := self._replay(user, key):\n            return earlier\n        return self._submit_content(user,",
             _IDEMPOTENT + "test_a_replay_comes_before_the_balance_the_limit_and_the_switch"),
    Mutation("a replay of an upload asks for the upload", _SERVICE, "        if earlier := self._replay(user, key):\n            return earlier\n        offer = self._catalogue.chosen(model_id)\n        stored = self._uploads.find(user, upload_id)\n", "        offer = self._catalogue.chosen(model_id)\n        stored = self._uploads.find(user, upload_id)\n        if earlier := self._replay(user, key):\n            return earlier\n",
             "tests/unit/inference/test_uploads.py::test_a_key_gives_the_first_answer_whatever_became_of_the_upload_and_the_model"),
    Mutation("a repeated transaction is a refusal", _STORE, "            if 0 not in error.failed:\n                raise\n", "            raise\n",
             _RULES + "test_a_submission_whose_first_answer_was_lost_is_taken_as_done"),
    Mutation("a backlog is sent every minute", _DISPATCHER, "            prediction = self._store.postpone(prediction, self._clock() + self._backoff_seconds(prediction))\n", "",
             _LIFE + "test_the_dispatcher_sends_what_is_due_and_waits_longer_each_time"),
    Mutation("a conflict is not tried again", _DYNAMO, "            if not _is_transient(error):\n                raise\n        else:\n            return\n    raise _contended()\n\n\ndef _tries", "            _is_transient(error)\n            raise\n        else:\n            return\n    raise _contended()\n\n\ndef _tries",
             _TRANSACT + "test_conflicts_are_retried_until_the_transaction_is_taken"),
    Mutation("every try is a transaction of its own", _DYNAMO, "ClientRequestToken=token", "ClientRequestToken=uuid.uuid4().hex",
             _TRANSACT + "test_every_try_of_a_transaction_carries_the_same_token"),
    Mutation("the audit compares no size and no ETag", _AUDIT_USER, "elif name in noted and Stored(**noted[name]) != stored:", "elif name in noted and Stored(**noted[name]) is None:",
             _TAMPERING + "[result_csv_changed_in_one_byte-]"),
    Mutation("the audit takes any signup grant", _AUDIT_USER, 'if reason == "signup" and amount not in self._grants:', 'if reason == "signup" and amount in ():',
             _TAMPERING + "[a_signup_entry_and_the_balance_raised_together-]"),
    Mutation("the audit does not look for the cohort", _AUDIT_USER, '_FILES = ("csv_key", "rows_key", "cohort_key")', '_FILES = ("csv_key", "rows_key")',
             _TAMPERING + "[the_cohort_deleted-]"),
    Mutation("the audit does not ask where a user's logins lead", _AUDIT_USER, "if owner != self._user_id:", "if owner is self:",
             _TAMPERING + "[a_login_removed-]"),
    Mutation("the audit does not ask whose the logins are", _AUDIT, "if not names_login(users.get(user_id, {}), key)", "if user_id not in users",
             _TAMPERING + "[two_logins_swapped-]"),
    Mutation("a voucher's entry may be used by two vouchers", _AUDIT, "if progress.report.voucher_entries == progress.report.used_vouchers:", "if progress.report.findings_max:",
             _TAMPERING + "[a_second_voucher_that_names_the_entry_of_the_first-]"),
    Mutation("an unfinished audit counts as finished", _AUDIT_DAILY, "if progress.is_finished and progress.report.verdict", "if progress.report.verdict",
             _DAILY + "test_half_an_audit_is_never_called_finished_or_clean"),
    Mutation("an audit begins anew with every invocation", _AUDIT_DAILY, "if state.progress.is_finished or not state.progress.started_at:", "if state.progress.started_at is not None:",
             _DAILY + "test_an_audit_goes_on_where_it_stopped_and_says_the_same_as_one_in_one_go"),
    Mutation("two invocations audit at once", _AUDIT_DAILY, "if state.held_until > now:", "if state.held_until > now + HOLD_SECONDS_MAX:",
             _DAILY + "test_of_two_invocations_at_once_one_works"),
    Mutation("an older state overwrites a newer one", _AUDIT_DAILY, '"revision = :seen" if state.revision', '"revision = :seen OR attribute_exists(revision)" if state.revision',
             _DAILY + "test_of_two_that_read_the_same_state_one_gets_it"),
    Mutation("findings before a crash are lost", _AUDIT_DAILY, "if self.clock() - saved_at >= SAVE_SECONDS:", "if self.clock() < saved_at:",
             _DAILY + "test_what_was_found_before_a_crash_is_not_lost"),
    Mutation("the files of a result that was paid back may stay", _AUDIT_USER, "            return f\"it is {status}, and files of a result\"", "            return \"\"",
             _TAMPERING + "[a_success_turned_into_a_refunded_failure_with_all_that_tells-]"),
    Mutation("what a killed worker left is an audit's finding at once", _AUDIT_USER, "< self._now - LEFTOVER_SECONDS", "<= self._now",
             "tests/unit/inference/test_audit.py::test_files_of_a_result_that_was_paid_back_are_found_once_no_message_can_delete_them"),
    Mutation("a killed worker's result outlasts the end by its message", "chalicelib/inference/worker.py", "was the message that came back.\n                delete_leftovers(self._files, prediction)\n", "was the message that came back.\n                pass\n",
             "tests/unit/inference/test_cancel_retry_delete.py::test_what_a_killed_worker_uploaded_goes_when_its_message_ends_the_prediction"),
    Mutation("the audit does not ask which files were stored", _AUDIT_USER, "in sorted(noted.keys() - keys.keys())", "in ()",
             _TAMPERING + "[the_cohort_s_key_removed-]"),
    Mutation("the audit takes any file for a result's", _AUDIT_USER, "        if key.startswith(folder):\n", "        if key in folder:\n",
             _TAMPERING + "[a_file_added_to_a_result-]"),
    Mutation("an inconclusive audit counts as one", _AUDIT_DAILY, 'progress.report.verdict != "inconclusive":', 'progress.report.verdict != "":',
             _DAILY + "test_an_audit_that_could_not_compare_everything_does_not_count_as_one"),
    Mutation("an audit of another version disturbs who is at work", _AUDIT_DAILY, '("held_until", "finished_at",', '("finished_at",',
             _DAILY + "test_an_audit_of_another_version_leaves_an_invocation_that_is_alive_alone"),
    Mutation("an audit of another version is continued", _AUDIT_DAILY, 'if item["version"] != VERSION:', "if not item:",
             _DAILY + "test_an_audit_of_another_version_begins_anew"),
)  # fmt: skip
