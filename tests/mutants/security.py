"""Mutations of each row of docs/security.md, each with the test of that row that must fail.

The name of a mutation begins with its row.
"""

from pathlib import Path

from chalicelib.auth import normalization
from chalicelib.auth import service as auth_service
from chalicelib.auth.passwords import dummy_hash, password_matches
from chalicelib.auth.repository import UserRepository
from chalicelib.auth.service import Accounts
from chalicelib.auth.tokens import Tokens
from chalicelib.core.http import bodies
from chalicelib.core.http import schemas as http_schemas
from chalicelib.core.http.client_address import ClientAddresses
from chalicelib.core.http.endpoints import Endpoints
from chalicelib.core.http.middleware import finish_response
from chalicelib.core.ids import new_id
from chalicelib.core.invisible_characters import is_invisible
from chalicelib.core.rate_limits import Limits
from chalicelib.core.settings import Settings
from chalicelib.erasure.eraser import Erasure, OutOfTimeError
from chalicelib.inference.models.base import ArtefactMismatchError, read_verified
from chalicelib.inference.patient_file import encodings, findings, workbook
from chalicelib.inference.patient_file.findings import TooManyRowsError, refuse_surely_too_many_rows
from chalicelib.inference.patient_file.pii_headers import names_a_person
from chalicelib.inference.patient_file.workbook import WorkbookTooLargeError
from chalicelib.inference.predictions.dead_letters import DeadLetters
from chalicelib.inference.predictions.dispatcher import Dispatcher
from chalicelib.inference.predictions.dry_run import DryRuns
from chalicelib.inference.predictions.leftovers import delete_leftovers
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.service import Predictions
from chalicelib.inference.predictions.worker import Worker
from chalicelib.inference.results import row_codec
from chalicelib.inference.results.row_codec import escape_formula
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
_COUNTED = "tests/unit/auth/test_counted_submissions.py::"
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
_WORKBOOK = "tests/unit/inference/patient_file/test_workbook.py::"
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
_THROTTLES_CONDITION = ("Statement", "CountLimitedRequests", "Condition", "ForAllValues:StringNotEquals")
_STORED_HASH = "getattr(_1._repository.login(login_key(_2.email)), 'password_hash', '')"

MUTATIONS = (
    Mutation("row 1: production allows a low bcrypt cost", Settings, replace("_.bcrypt_cost < _", "False"),
        _AUTH + "test_row_1_production_hashes_at_cost_12_and_refuses_less"),
    Mutation("row 2: the length is counted in characters instead of bytes", normalization._password,
        replace("len(_1.encode()) > _2", "len(_1) > _2"),
        _AUTH + "test_row_2_a_password_above_72_bytes_is_422_and_never_cut"),
    Mutation("row 2: a longer password is cut to 72 bytes", password_matches, remove("len(_) <= _"),
        _AUTH + "test_row_2_a_password_of_36_cyrillic_letters_differs_from_its_first_35"),
    Mutation("row 3: a password of seven characters is allowed", normalization._password,
        replace("len(_1) < _2", "len(_1) < _2 - 1"),
        _AUTH + "test_row_3_short_and_common_passwords_are_422_at_registration_and_at_a_change"),
    Mutation("row 3: a common password with a capital is allowed", normalization._password,
        replace("_without_case(_1) in _2", "_1 in _2"),
        _SPELLINGS + "test_row_3_the_commonest_passwords_are_refused_in_any_case"),
    Mutation("row 4: an unknown name is refused without comparing a hash", password_matches,
        replace("_1(_2, (_3 or _4).encode())", "_3 is not None and _1(_2, (_3 or _4).encode())"),
        _AUTH + "test_row_4_an_unknown_user_costs_as_much_work_as_a_wrong_password"),
    Mutation("row 4: the dummy hash has a fixed cost", dummy_hash, replace("f'$2b${_:02}${_1}'", "f'$2b$04${_1}'"),
        _AUTH + "test_row_4_an_unknown_user_costs_as_much_work_as_a_wrong_password"),
    Mutation("row 4: a log-in does not renew a hash of an older cost", Accounts.log_in,
        replace("has_cost(_1, _)", "_1"),
        _ACCOUNT + "test_a_log_in_after_a_change_of_the_cost_renews_the_hash_and_ends_no_token"),
    Mutation("row 5: names are not normalised", normalization._without_case,
        replace("_.normalize(_, _.normalize(_, _1).casefold())", "_1.casefold()"),
        _AUTH + "test_row_5_a_name_is_taken_in_every_spelling"),
    Mutation("row 5: only Unicode's control categories are invisible", is_invisible, remove("_ is not None"),
        _SPELLINGS + "test_row_5_invisible_characters_are_refused_in_names_and_addresses"),
    Mutation("row 5: quotes in an address are allowed", normalization, in_text(r'@\\,."]', r'@\\,.]'),
        _SPELLINGS + "test_row_5_an_address_in_another_notation_is_refused"),
    Mutation("row 5: the address is not normalised before it is checked", normalization._email,
        replace("_1.fullmatch(_)", "_1.fullmatch(text)"),
        _SPELLINGS + "test_row_5_an_address_in_another_notation_is_refused"),
    Mutation("row 6: a second algorithm is accepted", Tokens.verify, replace("[ALGORITHM]", "[ALGORITHM, 'HS512']"),
        _AUTH + "test_row_6_a_token_of_another_algorithm_is_refused"),
    Mutation("row 6: the token of an ended session stays valid", auth_service._current, remove("_ in _.ended_sessions"),
        _AUTH + "test_row_6_logging_out_of_one_session_ends_its_token_and_no_other"),
    Mutation("row 6: a new ended session replaces the oldest one", UserRepository.end_session,
        replace("if len(_1) >= _2: ...", "while len(_1) >= _2: _1.pop(next(iter(_1)))"),
        _SESSIONS + "test_row_6_no_ended_session_becomes_valid_again_when_too_many_have_ended"),
    Mutation("row 6: one of two parallel log-outs is lost", UserRepository._replace_ended_sessions,
        replace("f'{_1} AND {_2}'", "f'{_1} AND ({_2} OR {_1})'"),
        _SESSIONS + "test_row_6_sessions_that_end_at_the_same_moment_all_end"),
    Mutation("row 6: an ended session is kept for the current lifetime", Accounts.log_out_session,
        replace("_.expires_at", "int(self._clock()) + self._tokens.lifetime_seconds"),
        _SESSIONS + "test_an_ended_session_is_kept_until_its_own_token_expires"),
    Mutation("row 7: production takes a secret from the environment", Settings._check_secret,
        never(ValueError, nth=3, of=3),
        _AUTH + "test_row_7_outside_local_no_secret_comes_from_the_environment"),
    Mutation("row 8: the viewer address is trusted without the secret", ClientAddresses.of,
        replace("_1 and _2", "_1 or _2"),
        "tests/unit/core/http/test_client_address.py::test_row_8_a_viewer_address_without_the_secret_is_not_trusted"),
    Mutation("row 8: a stranger's wrong passwords lock the owner out", Limits.log_in,
        replace("_1.acquire(_2, _3, _4, _5)", "_1.acquire(_2, _3, _5, _4)"),
        _LIMITS + "test_row_8_a_stranger_cannot_lock_the_owner_out"),
    Mutation("row 11: any number of files is taken in a minute", UserRepository.count_submission,
        in_text("#window < :maximum", "#window < :maximum OR submissions.#window >= :maximum"),
        _COUNTED + "test_row_11_as_many_submissions_as_allowed_are_counted_and_the_next_is_not"),
    Mutation("row 6: a request of an ended session counts", UserRepository.count_submission,
        in_text("attribute_not_exists(ended_sessions.#session)", "#session <> :one"),
        _COUNTED + "test_row_6_a_request_of_an_ended_session_is_not_counted"),
    Mutation("row 9: another user's prediction is shown", Predictions._owned, remove("_.user_id != _"),
        _ROUTES + "test_row_9_another_user_s_prediction_is_404_like_an_unknown_one"),
    Mutation("row 9: ids of 64 bits", new_id, replace("_1(_2 // 2)", "_1(_2 // 4).zfill(_2)"),
        "tests/unit/core/test_ids_and_clock.py::test_row_9_ids_are_128_random_bits_in_hexadecimal"),
    Mutation("row 10: unknown fields of a body are ignored", http_schemas.RequestModel,
        replace("'forbid'", "'ignore'"),
        _ROUTES + "test_row_10_a_body_with_an_unknown_field_is_refused"),
    Mutation("row 10: routes without options ignore unknown ones", http_schemas.RequestModel,
        replace("'forbid'", "'ignore'"),
        _OPTIONS + "test_row_10_an_unknown_query_option_is_refused_by_name"),
    Mutation("row 10: query options are not checked", Endpoints.endpoint,
        replace("parsed_options(_, _1)", "_1"),
        _OPTIONS + "test_row_10_an_unknown_query_option_is_refused_by_name"),
    Mutation("row 10: the last value of a repeated option is used", bodies.parsed_options,
        replace("_repeated(_)", "_repeated([])"),
        _OPTIONS + "test_row_10_a_repeated_form_option_is_refused_by_name"),
    Mutation("row 10: routes without a body ignore it", Endpoints.endpoint,
        replace("refuse_body(_1)", "_1.method == 'HEAD' and refuse_body(_1)"),
        _OPTIONS + "test_row_10_a_body_is_refused_where_none_is_taken"),
    Mutation("row 10: a second file is ignored", bodies.sent_form,
        (never(bodies._invalid_input), replace("(_1,) = _2", "_1 = _2[0]")),
        _OPTIONS + "test_row_10_a_second_file_is_refused"),
    Mutation("row 11: a JSON body of any size is read", bodies.json_body,
        replace("len(_1) > _2", "len(_1) > _2 * 1024"),
        _OPTIONS + "test_row_11_a_json_body_past_its_limit_is_refused_unread"),
    Mutation("row 11: all errors are listed", bodies._invalid_input, replace("_1[:_]", "_1"),
        _OPTIONS + "test_row_11_errors_are_counted_and_few_of_them_listed_with_short_names"),
    Mutation("row 11: long names are repeated whole", bodies._shown,
        replace("len(_1) <= _", "len(_1) <= JSON_BYTES_MAX"),
        _OPTIONS + "test_row_11_errors_are_counted_and_few_of_them_listed_with_short_names"),
    Mutation("row 11: NUL is an allowed character", encodings, replace("range(9)", "range(1, 9)"),
        _HOSTILE + "test_row_11_a_hostile_file_gets_its_expected_outcome_in_bounded_memory"),
    Mutation("row 11: a workbook of any size is unpacked", workbook._unpacked,
        never(WorkbookTooLargeError), _WORKBOOK + "test_a_zip_bomb_costs_no_more_than_the_bound"),
    Mutation("row 11: a workbook of any number of values is parsed", workbook._Check._check_size,
        never(WorkbookTooLargeError), _WORKBOOK + "test_too_many_elements_are_refused"),
    Mutation("row 11: the file name becomes part of the object key", Predictions._new_prediction,
        replace("input_key(_1, _2)", "input_key(_1, fields['file_name'] or _2)"),
        _FILES + "test_row_11_object_keys_hold_nothing_that_a_client_sent"),
    Mutation("row 11: the API accepts any number of rows", findings.refuse_too_many_rows, never(TooManyRowsError),
        _ROWS_MAX + "test_row_11_a_direct_file_at_the_limit_is_accepted_and_one_row_more_is_refused_before_the_charge"),
    Mutation("row 11: one row more than the limit is accepted", findings.refuse_too_many_rows,
        replace("_1 > _2", "_1 > _2 + 1"),
        _ROWS_MAX + "test_row_11_a_direct_file_at_the_limit_is_accepted_and_one_row_more_is_refused_before_the_charge"),
    Mutation("row 11: the worker accepts any number of rows", Worker._check_large_file, remove("_.rows_max"),
        _ROWS_MAX + "test_row_11_a_large_file_at_the_limit_is_predicted_and_one_row_more_is_rejected_with_a_refund"),
    Mutation("row 11: a file that was rejected for its rows can be retried", Predictions._refuse_retry_of_too_many_rows,
        replace("_1 == TooManyRowsError.code", "_1 == TooManyRowsError.title"),
        _ROWS_MAX + "test_row_11_a_file_that_the_worker_rejected_for_its_rows_is_not_charged_for_again"),
    Mutation("row 11: a large file with surely too many rows is charged", Predictions._submit_upload,
        remove(refuse_surely_too_many_rows),
        _ROWS_MAX + "test_row_11_a_large_file_of_surely_too_many_rows_is_refused_before_the_charge"),
    Mutation("row 11: a dry run accepts surely too many rows", DryRuns._dry_run, remove(refuse_surely_too_many_rows),
        _ROWS_MAX + "test_row_11_a_large_file_of_surely_too_many_rows_is_refused_before_the_charge"),
    Mutation("row 11: possibly too many rows are refused", refuse_surely_too_many_rows, replace("2 * _1", "_1"),
        _ROWS_MAX + "test_row_11_a_large_file_of_surely_too_many_rows_is_refused_before_the_charge"),
    Mutation("row 11: the worker's disk is too small", require_disk, never(PackagingError),
        _TEMPLATE + "test_row_11_a_worker_whose_disk_is_too_small_for_the_largest_file_is_not_packaged"),
    Mutation("row 12: most formulas are not neutralised", escape_formula,
        replace("_is_risky(_1) and not _", "_1 == '='"),
        _RESULTS + "test_row_12_an_id_that_a_spreadsheet_would_run_is_escaped"),
    Mutation("row 12: a negative number becomes a text", escape_formula, remove("_.fullmatch(_)"),
        _RESULTS + "test_row_12_an_id_that_is_a_number_is_unchanged"),
    Mutation("row 12: full-width signs are not recognised", row_codec._is_risky,
        replace("_.normalize(_, _1)[:1]", "_1"),
        _RESULTS + "test_row_12_an_id_that_a_spreadsheet_would_run_is_escaped"),
    Mutation("row 12: a sign after an invisible character is not recognised", row_codec._is_risky, remove(is_invisible),
        _RESULTS + "test_row_12_an_id_that_a_spreadsheet_would_run_is_escaped"),
    Mutation("row 12: two IDs become the same cell", row_codec.id_cell, replace("_.startswith(_)", "False"),
        _RESULTS + "test_row_12_different_ids_stay_different_cells"),
    Mutation("row 13: a bucket may be public", _RESOURCES,
        at(*_FILES_BUCKET, "PublicAccessBlockConfiguration", "RestrictPublicBuckets", to=False),
        _TEMPLATE + "test_row_13_every_bucket_is_private_encrypted_and_expires_unfinished_uploads"),
    Mutation("row 13: the files bucket allows requests without TLS", _RESOURCES,
        at(*_FILES_POLICY, "Statement", "TlsOnly", "Condition", "Bool", "aws:SecureTransport", to=True),
        _TEMPLATE + "test_row_13_every_bucket_refuses_requests_without_tls"),
    Mutation("row 14: other pages may frame the page", _RESOURCES,
        in_text("form-action 'self'; frame-ancestors 'none'", "form-action 'self'; frame-ancestors https:"),
        _ORIGIN + "test_row_14_the_security_policy_allows_only_our_own_files_and_hosts"),
    Mutation("row 14: the page of the API documentation may connect to any host", _RESOURCES,
        in_text("data:; connect-src 'self';", "data:; connect-src https:;"),
        _ORIGIN + "test_row_14_the_security_policy_allows_only_our_own_files_and_hosts"),
    Mutation("row 15: browsers may cache responses", finish_response, in_text("no-store", "private"),
        _ROUTES + "test_row_15_no_response_is_cached_or_sniffed"),
    Mutation("row 15: path parameters are logged", finish_response,
        replace("_1.context['resourcePath']", "str(_1.uri_params)"),
        _LOG_LINES + "test_row_15_no_line_holds_a_name_an_e_mail_a_password_a_token_or_a_cell"),
    Mutation("row 15: the name of a log-in is logged", Accounts.log_in, replace("_1.id", "_1.name"),
        _LOG_LINES + "test_row_15_no_line_holds_a_name_an_e_mail_a_password_a_token_or_a_cell"),
    Mutation("row 16: the worker may do anything to the ledger", _WORKER_POLICY,
        at("Statement", "AppendToLedger", "Action", to=["dynamodb:*"]),
        _TEMPLATE + "test_row_16_no_statement_allows_every_action_or_every_resource"),
    Mutation("row 16: the worker may read users", _WORKER_POLICY,
        at("Statement", "EndChargesWithoutReadingTheUser", "Action", to=["dynamodb:GetItem", "dynamodb:UpdateItem"]),
        _TEMPLATE + "test_row_16_functions_that_run_predictions_cannot_read_accounts"),
    Mutation("row 16: the API may overwrite the audit's state", _API_POLICY,
        at(*_THROTTLES_CONDITION, "dynamodb:LeadingKeys", to=["other"]),
        _TEMPLATE + "test_row_16_no_other_function_can_write_the_audit_s_state"),
    Mutation("row 16: the audit may read password hashes in batches", _AUDIT_POLICY,
        at("Statement", "CompareLoginsInBatchesWithoutReadingPasswordHashes", "Condition", "Null", to={}),
        _TEMPLATE + "test_the_audit_reads_only_what_it_compares_and_no_password_hash"),
    Mutation("row 17: a model is unpickled without verification", read_verified, never(ArtefactMismatchError),
        _LOADING + "test_row_17_nothing_is_unpickled_before_the_hash_is_known_to_be_right"),
    Mutation("row 18: a package is not pinned", Path("requirements.txt"), in_text("bcrypt==", "bcrypt>="),
        _PACKAGES + "test_row_18_every_package_is_locked_by_hash"),
    Mutation("row 18: npm runs install scripts", Path("local/.npmrc"),
        in_text("ignore-scripts=true", "ignore-scripts=false"),
        _PACKAGES + "test_row_18_npm_runs_no_install_script"),
    Mutation("row 18: an unreachable advisory database is reported as clean", dependencies.main,
        replace("_1 if _2 else _ if _ else 0", "_1 if _2 else 0"),
        _PACKAGES + "test_row_18_an_unreachable_advisory_database_is_not_reported_as_clean"),
    Mutation("row 19: the time of the acceptance is not recorded", Accounts.register,
        replace("iso(_) if _ else None", "None"),
        _PRIVACY + "test_row_19_the_accepted_version_of_the_intended_use_is_kept_with_its_time_and_shown"),
    Mutation("row 19: a header in another spelling is not recognised", names_a_person,
        replace("range(1, _ + 1)", "range(1, 2)"),
        _FILES + "test_row_19_a_header_that_names_a_person_is_known_in_any_spelling"),
    Mutation("row 19: a file is stored with its unknown columns", Predictions._submit_content,
        replace("_.content", "content"),
        _FILES + "test_row_19_an_unknown_column_is_dropped_before_anything_is_stored"),
    Mutation("row 19: the account is deleted without its password", Accounts.delete,
        replace("_1._require_password(_2, _)", _STORED_HASH),
        _ACCOUNT + "test_deleting_needs_the_password"),
    Mutation("row 19: a failing prediction stops the erasure of files", Erasure.run,
        replace("Exception", "ZeroDivisionError", nth=1, of=2),
        _ERASURE + "test_a_prediction_that_cannot_be_erased_delays_neither_the_others_nor_the_files"),
    Mutation("row 19: failing erasures delay the others", Erasure._continue_erasure,
        replace("min(max(_, _), _)", "0"),
        _ERASURE + "test_any_number_of_failing_erasures_does_not_delay_the_others"),
    Mutation("row 19: a renewed request is lost when the erasure completes", UserRepository.complete_erasure,
        in_text("wished_at = :requested", "wished_at > :requested OR wished_at <= :requested"),
        _ERASURE + "test_an_erasure_request_that_is_repeated_during_the_erasure_is_not_lost"),
    Mutation("row 19: a renewed request is lost when the erasure is postponed", UserRepository.postpone_erasure,
        in_text("wished_at = :requested", "wished_at > :requested OR wished_at <= :requested"),
        _ERASURE + "test_an_erasure_request_that_is_repeated_during_the_erasure_is_not_lost"),
    Mutation("row 19: the late result of a failed worker stays", Worker._give_up, remove(Worker._delete_lost_result),
        _ERASURE + "test_a_worker_that_fails_after_it_lost_its_claim_leaves_no_files"),
    Mutation("row 19: the worker keeps the late result of a killed worker", Worker.run,
        remove(delete_leftovers, nth=1, of=2),
        _CANCEL + "test_row_19_files_that_a_killed_worker_uploaded_after_the_deletion_are_deleted_with_its_message"),
    Mutation("row 19: the dead-letter function keeps the late result of a killed worker", DeadLetters.handle,
        remove(delete_leftovers, nth=1, of=2),
        _CANCEL + "test_row_19_files_that_a_killed_worker_uploaded_after_the_deletion_are_deleted_with_its_message"),
    Mutation("row 19: the result of a killed worker stays when the dead letter fails the prediction",
        DeadLetters.handle,
        remove(delete_leftovers, nth=2, of=2),
        _CANCEL + "test_row_19_the_files_of_killed_workers_are_deleted_when_their_prediction_fails"),
    Mutation("row 19: the result of a killed worker stays when the dispatcher fails the prediction", Dispatcher._handle,
        remove(delete_leftovers),
        _CANCEL + "test_row_19_the_files_of_killed_workers_are_deleted_when_their_prediction_fails"),
    Mutation("row 19: the result of a killed worker stays when a later attempt fails the prediction", Worker._give_up,
        remove(delete_leftovers),
        _CANCEL + "test_row_19_the_files_of_killed_workers_are_deleted_when_their_prediction_fails"),
    Mutation("row 19: the valid result is deleted with the others", delete_leftovers, replace("not (_ and _)", "True"),
        _CANCEL + "test_the_files_of_a_killed_worker_are_deleted_and_the_valid_result_is_kept"),
    Mutation("row 19: the deletion of files ignores its time limit", FileStore.delete_all, replace("_()", "True"),
        _ERASURE + "test_row_19_a_request_leaves_the_rest_of_many_files_to_the_dispatcher"),
    Mutation("row 19: an erasure completes although files are left", Erasure.run, never(OutOfTimeError),
        _ERASURE + "test_an_erasure_that_runs_out_of_time_is_not_finished"),
    Mutation("row 19: an upload that arrives after the deletion of its account stays", Erasure.__init__,
        remove("_.upload_seconds + _"),
        _UPLOADS + "test_row_19_an_upload_that_arrives_after_the_deletion_of_its_account_is_deleted_too"),
    Mutation("row 19: the upload stays when the files of its prediction are deleted", Predictions._delete_files,
        replace("if _.upload_id: ...", "pass"),
        _UPLOADS + "test_row_19_the_files_of_a_prediction_are_deleted_with_the_upload_that_it_came_from"),
    Mutation("row 19: deleting an upload does not delete its file", Uploads.delete, remove(FileStore.delete_all),
        _UPLOADS + "test_row_19_an_upload_that_was_never_submitted_is_deleted_on_request"),
    Mutation("row 19: the file of a refused charge stays", Predictions._charge,
        remove(Predictions._delete_refused_input),
        _CANCEL + "test_row_19_a_submission_refused_for_open_predictions_or_coins_leaves_no_file"),
    Mutation("row 19: an erased prediction keeps its hashes", PredictionRepository.erase,
        replace("stored - _1", "stored - _1 - {'input_sha256'}"),
        _PRIVACY + "test_row_19_of_a_deleted_account_no_table_bucket_or_queue_holds_anything_but_its_coins"),
    Mutation("row 20: an unknown access key is accepted", Guard._credentials, replace("_1 is None", "_1 == ''"),
        _GUARDED + "test_row_20_another_key_is_refused_whatever_its_secret"),
    Mutation("row 20: signatures are compared by length only", guard._require_equal,
        replace("not hmac.compare_digest(_1.encode(), _2.encode())", "len(_1) != len(_2)"),
        _GUARDED + "test_row_20_another_secret_is_refused"),
    Mutation("row 20: the hash of a file is not checked", Guard._check_header, remove(guard._Body.expect),
        _GUARDED + "test_row_20_the_emulator_never_receives_the_end_of_a_file_with_a_wrong_hash"),
    Mutation("row 20: any host name is accepted", Guard._check_target, replace("_1 not in self._hosts", "not _1"),
        _GUARDED + "test_row_20_a_foreign_host_is_refused"),
    Mutation("row 20: any origin is accepted", Guard._check_target,
        replace("_1 is not None and _ not in _", "_1 == 'null'"),
        _GUARDED + "test_row_20_a_page_of_another_origin_is_refused_even_with_a_valid_signature"),
    Mutation("row 20: the control routes are open", guard._is_control_route,
        replace("unquote(_1).startswith('/_')", "_1.startswith('/_ministack/reset')"),
        _GUARDED + "test_row_20_the_control_routes_are_closed"),
    Mutation("row 20: a presigned URL never expires", Guard._check_query, replace("_1 <= _2 <= _", "_1 <= _2"),
        _GUARDED + "test_row_20_a_presigned_url_is_valid_until_it_expires"),
    Mutation("row 20: a percent-encoded control route is open", guard._is_control_route, replace("unquote(_1)", "_1"),
        _GUARDED + "test_row_20_the_control_routes_are_closed"),
    Mutation("row 20: a form may go to any bucket", Guard._check_form, replace("_ not in _1", "not _1"),
        _GUARDED + "test_row_20_a_form_gives_access_to_its_bucket_only"),
    Mutation("row 20: a form never expires", Guard._check_form, replace("_ >= datetime.fromisoformat(_1)", "not _1"),
        _GUARDED + "test_row_20_a_form_is_valid_until_it_expires"),
    Mutation("row 20: a form may have any header", Guard._admit, replace("_HEADERS_OF_A_FORM", "None"),
        _GUARDED + "test_row_20_a_form_chooses_no_other_service"),
    Mutation("row 20: a form may have a preamble", guard._form_fields, remove("_.preamble"),
        _GUARDED + "test_row_20_a_form_chooses_no_other_service"),
    Mutation("row 20: a download may have any header", Guard._check_query,
        replace("_HEADERS_OF_A_DOWNLOAD.union(_)", "None"),
        _GUARDED + "test_row_20_a_presigned_url_is_for_a_download_only"),
    Mutation("row 20: any service may be called", Guard._credentials,
        replace("_ is not None and _1 not in _", "_1 == ''"),
        _GUARDED + "test_row_20_only_the_allowed_services_are_served"),
    Mutation("row 20: AWS headers need no signature", guard._signed_headers, replace("_1 | _", "_1"),
        _GUARDED + "test_row_20_a_header_of_aws_that_was_not_signed_is_refused"),
)  # fmt: skip
