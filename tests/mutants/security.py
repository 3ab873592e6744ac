"""What may be broken in each row of docs/security.md, and the test of that row that must notice.

A name begins with its row.
"""

from pathlib import Path

from chalicelib.auth import normalization as names
from chalicelib.auth.passwords import dummy_hash, password_matches
from chalicelib.auth.repository import UserRepository
from chalicelib.auth.service import Accounts
from chalicelib.auth.tokens import Tokens
from chalicelib.core.http import bodies
from chalicelib.core.http.client_address import ClientAddresses
from chalicelib.core.http.endpoints import Endpoints
from chalicelib.core.http.middleware import finish_answer
from chalicelib.core.ids import new_id
from chalicelib.core.invisible_characters import is_invisible
from chalicelib.core.rate_limits import Limits
from chalicelib.core.settings import Settings
from chalicelib.erasure.eraser import Erasure, OutOfTimeError
from chalicelib.inference.models.base import ArtefactMismatchError, read_verified
from chalicelib.inference.patient_file import csv_reader, findings
from chalicelib.inference.patient_file.findings import TooManyRowsError, refuse_surely_too_many_rows
from chalicelib.inference.patient_file.pii_headers import names_a_person
from chalicelib.inference.predictions.abandoned_files import delete_leftovers
from chalicelib.inference.predictions.dead_letters import DeadLetters
from chalicelib.inference.predictions.dispatcher import Dispatcher
from chalicelib.inference.predictions.dry_run import DryRuns
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.service import Predictions
from chalicelib.inference.predictions.worker import Worker
from chalicelib.inference.results import row_codec
from chalicelib.inference.results.row_codec import harmless
from chalicelib.inference.storage.file_store import FileStore
from chalicelib.inference.storage.uploads import Uploads
from deploy import dependencies
from deploy.template import PackagingError, require_disk
from local import guard
from local.guard import Guard
from tests.mutants.edits import Mutation, at, in_text, never, remove, replace

_AUTH = "tests/unit/auth/test_security_rows.py::"
_SESSIONS = "tests/unit/auth/test_sessions.py::"
_SPELLINGS = "tests/unit/auth/test_normalization.py::"
_LIMITS = "tests/unit/auth/test_rate_limits.py::"
_OPTIONS = "tests/unit/security/test_options_and_bodies.py::"
_ROUTES = "tests/unit/security/test_every_route.py::"
_FILES = "tests/unit/security/test_files.py::"
_ORIGIN = "tests/template/test_origin.py::"
_TEMPLATE = "tests/template/test_template.py::"
_PACKAGES = "tests/unit/security/test_dependencies.py::"
_PRIVACY = "tests/unit/security/test_privacy.py::"
_ERASURE = "tests/unit/erasure/test_eraser.py::"
_ROWS_MAX = "tests/unit/inference/predictions/test_rows_max.py::"
_UPLOADS = "tests/unit/inference/storage/test_uploads.py::"
_GUARDED = "tests/unit/local/test_guard.py::"
_ACCOUNT = "tests/unit/auth/test_account_life.py::"
_HOSTILE = "tests/unit/inference/patient_file/test_hostile_files.py::"
_LOG_LINES = "tests/unit/core/observability/test_logging.py::"
_LOADING = "tests/unit/inference/models/test_loading.py::"
_RESULTS = "tests/unit/inference/results/test_results.py::"
_CANCEL = "tests/unit/inference/predictions/test_cancel_retry_delete.py::"

_RESOURCES = Path(".chalice/resources.yaml")
_WORKER_POLICY = Path(".chalice/policies/inference_worker.json")
_API_POLICY = Path(".chalice/policies/api_handler.json")
_AUDIT_POLICY = Path(".chalice/policies/audit.json")

_FILES_BUCKET = ("Resources", "Files", "Properties")
_FILES_POLICY = ("Resources", "FilesPolicy", "Properties", "PolicyDocument")
_NOT_THE_AUDITS = ("Statement", "CountLimitedRequests", "Condition", "ForAllValues:StringNotEquals")
_ITS_HASH = "getattr(_1._repository.login(login_key(_2.email)), 'password_hash', '')"

MUTATIONS = (
    Mutation("row 1: a cheap hash in production", Settings, replace("_.bcrypt_cost < _", "False"),
        _AUTH + "test_row_1_production_hashes_at_cost_12_and_refuses_less"),
    Mutation("row 2: letters are counted for bytes", names._password, replace("len(_1.encode()) > _2", "len(_1) > _2"),
        _AUTH + "test_row_2_a_password_above_72_bytes_is_422_and_never_cut"),
    Mutation("row 2: a longer password is cut", password_matches, remove("len(_) <= _"),
        _AUTH + "test_row_2_36_cyrillic_letters_are_a_password_and_35_of_them_another"),
    Mutation("row 3: seven characters are enough", names._password, replace("len(_1) < _2", "len(_1) < _2 - 1"),
        _AUTH + "test_row_3_short_and_common_passwords_are_422_at_registration_and_at_a_change"),
    Mutation("row 3: a capital makes a password rare", names._password, replace("_without_case(_1) in _2", "_1 in _2"),
        _SPELLINGS + "test_row_3_the_commonest_passwords_are_refused_in_any_case"),
    Mutation("row 4: an unknown name is refused at once", password_matches,
        replace("_1(_2, (_3 or _4).encode())", "_3 is not None and _1(_2, (_3 or _4).encode())"),
        _AUTH + "test_row_4_an_unknown_user_costs_as_much_work_as_a_wrong_password"),
    Mutation("row 4: the dummy hash has a cost of its own", dummy_hash, replace("f'$2b${_:02}${_1}'", "f'$2b$04${_1}'"),
        _AUTH + "test_row_4_an_unknown_user_costs_as_much_work_as_a_wrong_password"),
    Mutation("row 4: a hash keeps the cost of its day", Accounts.log_in, replace("has_cost(_1, _)", "_1"),
        _ACCOUNT + "test_a_log_in_after_a_change_of_the_cost_renews_the_hash_and_ends_no_token"),
    Mutation("row 5: wide letters make another name", names._without_case,
        replace("_.normalize(_, _.normalize(_, _1).casefold())", "_1.casefold()"),
        _AUTH + "test_row_5_a_name_is_taken_in_every_spelling"),
    Mutation("row 5: only what Unicode calls a control is invisible", is_invisible, remove("_ is not None"),
        _SPELLINGS + "test_row_5_what_is_not_seen_makes_no_other_name_or_address"),
    Mutation("row 5: a quoted address is another one", names, in_text(r'@\\,."]', r'@\\,.]'),
        _SPELLINGS + "test_row_5_another_way_to_write_an_address_makes_no_other_address"),
    Mutation("row 5: full-width brackets are no brackets", names._email,
        replace("_1.fullmatch(_)", "_1.fullmatch(text)"),
        _SPELLINGS + "test_row_5_another_way_to_write_an_address_makes_no_other_address"),
    Mutation("row 6: the token says its algorithm", Tokens.verify, replace("[ALGORITHM]", "[ALGORITHM, 'HS512']"),
        _AUTH + "test_row_6_a_token_of_another_algorithm_is_refused"),
    Mutation("row 6: an ended session goes on", Accounts.identify, remove("_ in _.ended_sessions"),
        _AUTH + "test_row_6_logging_out_of_one_session_ends_its_token_and_no_other"),
    Mutation("row 6: an older ended session is forgotten for a newer one", UserRepository.end_session,
        replace("if len(_1) >= _2: ...", "while len(_1) >= _2: _1.pop(next(iter(_1)))"),
        _SESSIONS + "test_row_6_of_more_ended_sessions_than_are_kept_none_becomes_valid_again"),
    Mutation("row 6: of two log-outs at once one is lost", UserRepository._replace_ended_sessions,
        replace("f'{_1} AND {_2}'", "f'{_1} AND ({_2} OR {_1})'"),
        _SESSIONS + "test_row_6_sessions_that_end_at_the_same_moment_all_end"),
    Mutation("row 6: every session ends by today's lifetime", Accounts.log_out_session,
        replace("_.expires_at", "int(self._clock()) + self._tokens.lifetime_seconds"),
        _SESSIONS + "test_the_token_s_own_end_counts_and_not_the_lifetime_of_today"),
    Mutation("row 7: a secret of the environment in production", Settings._check_secret, never(ValueError, nth=3, of=3),
        _AUTH + "test_row_7_outside_local_no_secret_comes_from_the_environment"),
    Mutation("row 8: an address is what somebody claims", ClientAddresses.of, replace("_1 and _2", "_1 or _2"),
        "tests/unit/core/http/test_client_address.py::test_row_8_an_address_that_anybody_may_have_written_is_not_believed"),
    Mutation("row 8: a stranger's guesses lock the owner out", Limits.log_in,
        replace("_1.acquire(_2, _3, _4, _5)", "_1.acquire(_2, _3, _5, _4)"),
        _LIMITS + "test_row_8_a_stranger_cannot_lock_the_owner_out"),
    Mutation("row 9: anybody's prediction is shown", Predictions.get, remove("_.user_id != _"),
        _ROUTES + "test_row_9_what_is_somebody_elses_is_404_like_what_is_not_there"),
    Mutation("row 9: ids of 64 bits", new_id, replace("_1(_2 // 2)", "_1(_2 // 4).zfill(_2)"),
        "tests/unit/core/test_ids_and_clock.py::test_row_9_ids_are_128_random_bits_in_hexadecimal"),
    Mutation("row 10: a body may hold more", names.PasswordChange, replace("'forbid'", "'ignore'"),
        _ROUTES + "test_row_10_a_body_with_a_field_that_is_not_asked_for_is_refused"),
    Mutation("row 10: a route ignores options that it doesn't know", bodies.NoOptions, replace("'forbid'", "'ignore'"),
        _OPTIONS + "test_row_10_an_unknown_query_option_is_refused_by_name"),
    Mutation("row 10: nobody looks at the options of most routes", Endpoints.endpoint,
        replace("parsed_options(_, _1)", "_1"),
        _OPTIONS + "test_row_10_an_unknown_query_option_is_refused_by_name"),
    Mutation("row 10: the last of two options counts", bodies.parsed_options, replace("_repeated(_)", "_repeated([])"),
        _OPTIONS + "test_row_10_an_option_that_is_given_twice_is_refused_by_name"),
    Mutation("row 10: a body that nobody takes is dropped", Endpoints.endpoint,
        replace("refuse_body(_1)", "_1.method == 'HEAD' and refuse_body(_1)"),
        _OPTIONS + "test_row_10_a_body_is_refused_where_none_is_taken"),
    Mutation("row 10: the second file is dropped", bodies.sent_form,
        (never(bodies._refusal), replace("(_1,) = _2", "_1 = _2[0]")),
        _OPTIONS + "test_row_10_a_second_file_is_refused"),
    Mutation("row 11: a JSON body of any size is read", bodies.json_body,
        replace("len(_1) > _2", "len(_1) > _2 * 1024"),
        _OPTIONS + "test_row_11_a_json_body_past_its_limit_is_refused_unread"),
    Mutation("row 11: every error is told", bodies._refusal, replace("_1[:_]", "_1"),
        _OPTIONS + "test_row_11_errors_are_counted_and_few_of_them_listed_with_short_names"),
    Mutation("row 11: a long name is repeated", bodies._error, replace("len(_1) > _", "len(_1) > JSON_BYTES_MAX"),
        _OPTIONS + "test_row_11_errors_are_counted_and_few_of_them_listed_with_short_names"),
    Mutation("row 11: NUL is a character like any other", csv_reader, in_text(r"[\x00-", r"[\x01-"),
        _HOSTILE + "test_row_11_a_hostile_file_has_its_own_clear_end_in_bounded_memory"),
    Mutation("row 11: a file's name is its key", Predictions._new_prediction,
        replace("input_key(_1, _2)", "input_key(_1, facts['file_name'] or _2)"),
        _FILES + "test_row_11_no_key_holds_anything_that_a_client_sent"),
    Mutation("row 11: any number of rows is taken", findings.refuse_too_many_rows, never(TooManyRowsError),
        _ROWS_MAX + "test_row_11_a_direct_file_at_the_limit_is_taken_and_one_row_more_is_refused_before_the_charge"),
    Mutation("row 11: one row more than the limit is taken", findings.refuse_too_many_rows,
        replace("_1 > _2", "_1 > _2 + 1"),
        _ROWS_MAX + "test_row_11_a_direct_file_at_the_limit_is_taken_and_one_row_more_is_refused_before_the_charge"),
    Mutation("row 11: the worker takes any number of rows", Worker._checked_now, remove("_.rows_max"),
        _ROWS_MAX + "test_row_11_a_large_file_at_the_limit_is_predicted_and_one_row_more_is_rejected_with_a_refund"),
    Mutation("row 11: a file rejected for its rows runs again", Predictions._refuse_too_many_again,
        replace("_1 == TooManyRowsError.code", "_1 == TooManyRowsError.title"),
        _ROWS_MAX + "test_row_11_a_file_that_the_worker_rejected_for_its_rows_is_not_charged_for_again"),
    Mutation("row 11: surely too many rows are charged for", Predictions.submit_upload,
        remove(refuse_surely_too_many_rows),
        _ROWS_MAX + "test_row_11_a_large_file_of_surely_too_many_rows_is_refused_before_the_charge"),
    Mutation("row 11: a dry run takes surely too many rows", DryRuns._dry_run, remove(refuse_surely_too_many_rows),
        _ROWS_MAX + "test_row_11_a_large_file_of_surely_too_many_rows_is_refused_before_the_charge"),
    Mutation("row 11: what may be too many rows is refused", refuse_surely_too_many_rows, replace("2 * _1", "_1"),
        _ROWS_MAX + "test_row_11_a_large_file_of_surely_too_many_rows_is_refused_before_the_charge"),
    Mutation("row 11: the worker's disk is too small", require_disk, never(PackagingError),
        _TEMPLATE + "test_row_11_a_worker_whose_disk_is_too_small_for_the_largest_file_is_not_packaged"),
    Mutation("row 12: formulas stay formulas", harmless, replace("_is_risky(_1) and not _", "_1 == '='"),
        _RESULTS + "test_row_12_an_id_that_a_spreadsheet_would_run_is_made_a_text"),
    Mutation("row 12: a negative number is made a text", harmless, remove("_.fullmatch(_)"),
        _RESULTS + "test_row_12_an_id_that_is_a_number_stays_one"),
    Mutation("row 12: a wide sign is no sign", row_codec._is_risky, replace("_.normalize(_, _1)[:1]", "_1"),
        _RESULTS + "test_row_12_an_id_that_a_spreadsheet_would_run_is_made_a_text"),
    Mutation("row 12: an invisible character hides a sign", row_codec._is_risky, remove(is_invisible),
        _RESULTS + "test_row_12_an_id_that_a_spreadsheet_would_run_is_made_a_text"),
    Mutation("row 12: two IDs become one cell", row_codec._is_risky, remove("_ != '\\''"),
        _RESULTS + "test_row_12_no_two_ids_become_one_cell"),
    Mutation("row 13: a bucket may be public", _RESOURCES,
        at(*_FILES_BUCKET, "PublicAccessBlockConfiguration", "RestrictPublicBuckets", to=False),
        _TEMPLATE + "test_row_13_every_bucket_is_private_encrypted_and_expires_unfinished_uploads"),
    Mutation("row 13: files are sent in the clear", _RESOURCES,
        at(*_FILES_POLICY, "Statement", "TlsOnly", "Condition", "Bool", "aws:SecureTransport", to=True),
        _TEMPLATE + "test_row_13_every_bucket_refuses_requests_without_tls"),
    Mutation("row 14: a frame may hold the page", _RESOURCES,
        in_text("form-action 'self'; frame-ancestors 'none'", "form-action 'self'; frame-ancestors https:"),
        _ORIGIN + "test_row_14_the_security_policy_allows_only_our_own_files_and_hosts"),
    Mutation("row 14: the API's page asks any host", _RESOURCES,
        in_text("data:; connect-src 'self';", "data:; connect-src https:;"),
        _ORIGIN + "test_row_14_the_security_policy_allows_only_our_own_files_and_hosts"),
    Mutation("row 15: a browser keeps answers", finish_answer, in_text("no-store", "private"),
        _ROUTES + "test_row_15_no_answer_is_kept_by_a_browser_or_taken_for_another_type"),
    Mutation("row 15: whatever was typed is in the log", finish_answer,
        replace("_1.context['resourcePath']", "str(_1.uri_params)"),
        _LOG_LINES + "test_row_15_no_line_holds_a_name_an_e_mail_a_password_a_token_or_a_cell"),
    Mutation("row 15: who logs in is in the log", Accounts.log_in, replace("_1.id", "_1.name"),
        _LOG_LINES + "test_row_15_no_line_holds_a_name_an_e_mail_a_password_a_token_or_a_cell"),
    Mutation("row 16: the worker does anything to the ledger", _WORKER_POLICY,
        at("Statement", "AppendToLedger", "Action", to=["dynamodb:*"]),
        _TEMPLATE + "test_row_16_no_statement_allows_everything_or_on_everything"),
    Mutation("row 16: the worker reads people", _WORKER_POLICY,
        at("Statement", "EndChargesWithoutReadingTheUser", "Action", to=["dynamodb:GetItem", "dynamodb:UpdateItem"]),
        _TEMPLATE + "test_row_16_functions_that_run_predictions_cannot_read_accounts"),
    Mutation("row 16: a request overwrites what the audit says", _API_POLICY,
        at(*_NOT_THE_AUDITS, "dynamodb:LeadingKeys", to=["other"]),
        _TEMPLATE + "test_row_16_no_other_function_can_write_the_audit_s_state"),
    Mutation("row 16: a batch of the audit reads password hashes", _AUDIT_POLICY,
        at("Statement", "CompareLoginsInBatchesWithoutReadingPasswordHashes", "Condition", "Null", to={}),
        _TEMPLATE + "test_the_audit_reads_only_what_it_compares_and_no_password_hash"),
    Mutation("row 17: a model is run unseen", read_verified, never(ArtefactMismatchError),
        _LOADING + "test_row_17_nothing_is_unpickled_before_the_hash_is_known_to_be_right"),
    Mutation("row 18: a package of any bytes", Path("requirements.txt"), in_text("bcrypt==", "bcrypt>="),
        _PACKAGES + "test_row_18_every_package_is_locked_to_its_bytes"),
    Mutation("row 18: an install script of npm runs", Path("local/.npmrc"),
        in_text("ignore-scripts=true", "ignore-scripts=false"),
        _PACKAGES + "test_row_18_what_npm_installs_runs_nothing_of_its_own"),
    Mutation("row 18: unknown is called clean", dependencies.main,
        replace("_1 if _2 else _ if _ else 0", "_1 if _2 else 0"),
        _PACKAGES + "test_row_18_what_was_not_looked_up_is_not_called_clean"),
    Mutation("row 19: an agreement without its time", Accounts.register, replace("iso(_) if _ else None", "None"),
        _PRIVACY + "test_row_19_the_accepted_version_of_the_intended_use_is_kept_with_its_time_and_shown"),
    Mutation("row 19: a name in other letters is no name", names_a_person, replace("range(1, _ + 1)", "range(1, 2)"),
        _FILES + "test_row_19_a_header_that_names_a_person_is_known_in_any_spelling"),
    Mutation("row 19: a file is stored as it came", Predictions._submit_content, replace("_.content", "content"),
        _FILES + "test_row_19_an_unknown_column_is_dropped_before_anything_is_stored"),
    Mutation("row 19: anybody with the token deletes the account", Accounts.delete,
        replace("_1._require_password(_2, _)", _ITS_HASH),
        _ACCOUNT + "test_deleting_needs_the_password"),
    Mutation("row 19: one prediction holds up the files of an erasure", Erasure.run,
        replace("Exception", "ZeroDivisionError", nth=1, of=2),
        _ERASURE + "test_one_prediction_that_can_not_be_erased_holds_up_neither_the_others_nor_the_files"),
    Mutation("row 19: failing erasures hold up the others", Erasure._run_one, replace("min(max(_, _), _)", "0"),
        _ERASURE + "test_however_many_erasures_fail_the_others_come"),
    Mutation("row 19: a wish that is made anew is lost at the last look", UserRepository.erased,
        in_text("wished_at = :wished", "wished_at > :wished OR requested_at <= :wished"),
        _ERASURE + "test_a_wish_that_is_made_anew_meanwhile_is_not_lost"),
    Mutation("row 19: a wish that is made anew is lost at a look", UserRepository.postpone_erasure,
        in_text("wished_at = :wished", "wished_at > :wished OR requested_at <= :wished"),
        _ERASURE + "test_a_wish_that_is_made_anew_meanwhile_is_not_lost"),
    Mutation("row 19: a failed worker's late result stays", Worker._give_up, remove(Worker._delete_unless_it_counts),
        _ERASURE + "test_a_worker_that_fails_after_it_lost_its_claim_leaves_nothing"),
    Mutation("row 19: a killed worker's late result stays", Worker.run, remove(delete_leftovers, nth=1, of=2),
        _CANCEL + "test_row_19_what_a_killed_worker_uploaded_after_the_files_were_deleted_goes_with_its_message"),
    Mutation("row 19: a killed worker's late result stays with the dead letters", DeadLetters.handle,
        remove(delete_leftovers, nth=1, of=2),
        _CANCEL + "test_row_19_what_a_killed_worker_uploaded_after_the_files_were_deleted_goes_with_its_message"),
    Mutation("row 19: a killed worker's result outlasts the dead letter", DeadLetters.handle,
        remove(delete_leftovers, nth=2, of=2),
        _CANCEL + "test_row_19_what_killed_workers_uploaded_goes_when_their_prediction_fails"),
    Mutation("row 19: a killed worker's result outlasts the last attempt", Dispatcher._handle, remove(delete_leftovers),
        _CANCEL + "test_row_19_what_killed_workers_uploaded_goes_when_their_prediction_fails"),
    Mutation("row 19: a killed worker's result outlasts a failing one", Worker._give_up, remove(delete_leftovers),
        _CANCEL + "test_row_19_what_killed_workers_uploaded_goes_when_their_prediction_fails"),
    Mutation("row 19: the result that counts goes with the others", delete_leftovers, replace("not (_ and _)", "True"),
        _CANCEL + "test_a_killed_worker_s_result_goes_and_the_one_that_counts_stays"),
    Mutation("row 19: a deletion's files outlast its request", FileStore.delete_all, replace("_()", "True"),
        _ERASURE + "test_row_19_a_request_leaves_the_rest_of_many_files_to_the_dispatcher"),
    Mutation("row 19: an erasure is over although files are left", Erasure.run, never(OutOfTimeError),
        _ERASURE + "test_an_erasure_is_not_over_while_its_time_is"),
    Mutation("row 19: an upload under way outlives its account", Erasure.__init__, remove("_.upload_seconds + _"),
        _UPLOADS + "test_row_19_an_upload_that_arrives_after_the_deletion_of_its_account_goes_too"),
    Mutation("row 19: an upload outlives the file's deletion", Predictions._delete_files,
        replace("if _.upload_id: ...", "pass"),
        _UPLOADS + "test_row_19_the_files_of_a_prediction_are_deleted_with_the_upload_that_it_came_from"),
    Mutation("row 19: an upload is said to be deleted and stays", Uploads.delete, remove(FileStore.delete_all),
        _UPLOADS + "test_row_19_an_upload_is_deleted_at_once_on_request_though_nothing_was_submitted_from_it"),
    Mutation("row 19: a refused file stays", Predictions._charge, remove(Predictions._discard),
        _CANCEL + "test_row_19_what_is_refused_for_too_many_or_too_few_leaves_no_file"),
    Mutation("row 19: an erased prediction keeps its hashes", PredictionRepository.erase,
        replace("_1.keys() - _2", "_1.keys() - _2 - {'input_sha256'}"),
        _PRIVACY + "test_row_19_of_a_deleted_account_no_table_bucket_or_queue_holds_anything_but_its_coins"),
    Mutation("row 20: any key is known", Guard._credentials, replace("_1 is None", "_1 == ''"),
        _GUARDED + "test_row_20_another_key_is_refused_whatever_its_secret"),
    Mutation("row 20: any signature is equal", guard._require_equal,
        replace("not hmac.compare_digest(_1.encode(), _2.encode())", "len(_1) != len(_2)"),
        _GUARDED + "test_row_20_another_secret_is_refused"),
    Mutation("row 20: a file's hash is not looked at", Guard._check_header, remove(guard._Body.expect),
        _GUARDED + "test_row_20_the_emulator_never_receives_the_end_of_a_file_with_a_wrong_hash"),
    Mutation("row 20: any host is answered", Guard._check_target, replace("_1 not in self._hosts", "not _1"),
        _GUARDED + "test_row_20_a_foreign_host_is_refused"),
    Mutation("row 20: any origin is answered", Guard._check_target,
        replace("_1 is not None and _ not in _", "_1 == 'null'"),
        _GUARDED + "test_row_20_a_page_of_another_origin_is_refused_even_with_a_good_signature"),
    Mutation("row 20: the control routes are open", guard._is_control_route,
        replace("unquote(_1).startswith('/_')", "_1.startswith('/_ministack/reset')"),
        _GUARDED + "test_row_20_the_control_routes_are_closed"),
    Mutation("row 20: an address never expires", Guard._check_query, replace("_1 <= _2 <= _", "_1 <= _2"),
        _GUARDED + "test_row_20_a_presigned_url_is_valid_until_it_expires"),
    Mutation("row 20: a control route in other letters", guard._is_control_route, replace("unquote(_1)", "_1"),
        _GUARDED + "test_row_20_the_control_routes_are_closed"),
    Mutation("row 20: a form for any bucket", Guard._check_form, replace("_ not in _1", "not _1"),
        _GUARDED + "test_row_20_a_form_gives_access_to_its_bucket_only"),
    Mutation("row 20: a form never expires", Guard._check_form, replace("_ >= datetime.fromisoformat(_1)", "not _1"),
        _GUARDED + "test_row_20_a_form_is_valid_until_it_expires"),
    Mutation("row 20: a form brings any header", Guard._admit, replace("_HEADERS_OF_A_FORM", "None"),
        _GUARDED + "test_row_20_a_form_chooses_no_other_service"),
    Mutation("row 20: a form begins with anything", guard._form_fields, remove("_.preamble"),
        _GUARDED + "test_row_20_a_form_chooses_no_other_service"),
    Mutation("row 20: a download brings any header", Guard._check_query,
        replace("_HEADERS_OF_A_DOWNLOAD.union(_)", "None"),
        _GUARDED + "test_row_20_a_presigned_url_is_for_a_download_only"),
    Mutation("row 20: any service is asked", Guard._credentials, replace("_ is not None and _1 not in _", "_1 == ''"),
        _GUARDED + "test_row_20_only_the_allowed_services_are_served"),
    Mutation("row 20: headers of AWS need no signature", guard._signed_headers, replace("_1 | _", "_1"),
        _GUARDED + "test_row_20_a_header_of_aws_that_was_not_signed_is_refused"),
)  # fmt: skip
