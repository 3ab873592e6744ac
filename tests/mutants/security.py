"""What may be broken in each row of docs/security.md, and the test of that row that must notice.

A name begins with its row.
"""

from tests.mutants.mutations import Mutation

_NAMES = "chalicelib/auth/names.py"
_SETTINGS = "chalicelib/core/settings.py"
_RESOURCES = ".chalice/resources.yaml"
_WORKER_POLICY = ".chalice/policies/inference_worker.json"
_MIDDLEWARE = "chalicelib/core/http/middleware.py"
_PASSWORDS = "chalicelib/auth/passwords.py"
_ACCOUNTS = "chalicelib/auth/service.py"
_PREDICTIONS = "chalicelib/inference/service.py"

_AUTH = "tests/unit/auth/test_security_rows.py::"
_SPELLINGS = "tests/unit/auth/test_names.py::"
_LIMITS = "tests/unit/auth/test_limits.py::"
_ROUTES = "tests/unit/security/test_every_route.py::"
_FILES = "tests/unit/security/test_files.py::"
_ORIGIN = "tests/deployment/test_origin.py::"
_TEMPLATE = "tests/deployment/test_template.py::"
_PACKAGES = "tests/unit/security/test_dependencies.py::"
_PRIVACY = "tests/unit/security/test_privacy.py::"
_ERASURE = "tests/unit/inference/test_erasure.py::"
_USERS = "chalicelib/auth/store.py"
_CANCEL = "tests/unit/inference/test_cancel_retry_delete.py::"
_ROWS_MAX = "tests/unit/inference/test_rows_max.py::"
_UPLOADS = "tests/unit/inference/test_uploads.py::"

MUTATIONS = (
    Mutation("row 1: a cheap hash in production", _SETTINGS, "if self.stage != LOCAL_STAGE and self.bcrypt_cost < BCRYPT_COST_MIN:", "if self.bcrypt_cost < 0:",
             _AUTH + "test_row_1_production_hashes_at_cost_12_and_refuses_less"),
    Mutation("row 2: letters are counted for bytes", _NAMES, "len(text.encode()) > PASSWORD_BYTES_MAX", "len(text) > PASSWORD_BYTES_MAX",
             _AUTH + "test_row_2_a_password_above_72_bytes_is_422_and_never_cut"),
    Mutation("row 2: a longer password is cut", _PASSWORDS, "hashed is not None and len(encoded) <= PASSWORD_BYTES_MAX", "hashed is not None",
             _AUTH + "test_row_2_36_cyrillic_letters_are_a_password_and_35_of_them_another"),
    Mutation("row 3: seven characters are enough", _NAMES, "if len(text) < PASSWORD_CHARACTERS_MIN:", "if len(text) < PASSWORD_CHARACTERS_MIN - 1:",
             _AUTH + "test_row_3_short_and_common_passwords_are_422_at_registration_and_at_a_change"),
    Mutation("row 3: a capital makes a password rare", _NAMES, "if _without_case(text) in _common_passwords():", "if text in _common_passwords():",
             _SPELLINGS + "test_row_3_the_commonest_passwords_are_refused_in_any_case"),
    Mutation("row 4: an unknown name is refused at once", _PASSWORDS, "    encoded = password.encode()\n", "    encoded = password.encode()\n    if hashed is None:\n        return False\n",
             _AUTH + "test_row_4_an_unknown_user_costs_as_much_work_as_a_wrong_password"),
    Mutation("row 4: a hash keeps the cost of its day", _ACCOUNTS, "if not has_cost(login.password_hash, self._settings.bcrypt_cost):", "if not login.password_hash:",
             "tests/unit/auth/test_account_life.py::test_a_log_in_after_a_change_of_the_cost_renews_the_hash_and_ends_no_token"),
    Mutation("row 5: wide letters make another name", _NAMES, 'return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())', "return text.casefold()",
             _AUTH + "test_row_5_a_name_is_taken_in_every_spelling"),
    Mutation("row 5: only what Unicode calls a control is invisible", _NAMES, "return controls or _INVISIBLE.search(text) is not None", "return controls",
             _SPELLINGS + "test_row_5_what_is_not_seen_makes_no_other_name_or_address"),
    Mutation("row 6: the token says its algorithm", "chalicelib/auth/tokens.py", "algorithms=[ALGORITHM]", 'algorithms=[ALGORITHM, "HS512"]',
             _AUTH + "test_row_6_a_token_of_another_algorithm_is_refused"),
    Mutation("row 7: a secret of the environment in production", _SETTINGS, "        if self.stage != LOCAL_STAGE:\n            raise", '        if self.stage == "none":\n            raise',
             _AUTH + "test_row_7_outside_local_no_secret_comes_from_the_environment"),
    Mutation("row 8: an address is what somebody claims", "chalicelib/core/http/viewers.py", "if claimed and self._came_through_cloudfront(", "if claimed or self._came_through_cloudfront(",
             "tests/unit/core/test_viewers.py::test_row_8_an_address_that_anybody_may_have_written_is_not_believed"),
    Mutation("row 8: a stranger's guesses lock the owner out", "chalicelib/core/limits.py", "Limit(address, self._settings.passwords_per_address_max), Limit(login, self._settings.passwords_max),", "Limit(login, self._settings.passwords_max), Limit(address, self._settings.passwords_per_address_max),",
             _LIMITS + "test_row_8_a_stranger_cannot_lock_the_owner_out"),
    Mutation("row 9: anybody's prediction is shown", "chalicelib/inference/service.py", "if prediction is None or prediction.user_id != user.id:", "if prediction is None:",
             _ROUTES + "test_row_9_what_is_somebody_elses_is_404_like_what_is_not_there"),
    Mutation("row 9: ids of 64 bits", "chalicelib/core/ids.py", "secrets.token_hex(ID_LENGTH // 2)", "secrets.token_hex(ID_LENGTH // 4).zfill(ID_LENGTH)",
             "tests/unit/core/test_ids_and_clock.py::test_row_9_ids_are_128_random_bits_in_hexadecimal"),
    Mutation("row 10: a body may hold more", _NAMES, '    model_config = ConfigDict(extra="forbid")\n\n    old_password', "    old_password",
             _ROUTES + "test_row_10_a_body_with_a_field_that_is_not_asked_for_is_refused"),
    Mutation("row 11: NUL is a character like any other", "chalicelib/inference/table.py", r"[\x00-\x08", r"[\x01-\x08",
             "tests/unit/inference/test_hostile_files.py::test_row_11_a_hostile_file_has_its_own_clear_end_in_bounded_memory"),
    Mutation("row 11: a file's name is its key", "chalicelib/inference/service.py", "input_key=input_key(user.id, prediction_id)", "input_key=input_key(user.id, file_name or prediction_id)",
             _FILES + "test_row_11_no_key_holds_anything_that_a_client_sent"),
    Mutation("row 11: any number of rows is taken", "chalicelib/inference/findings.py", "    if rows > rows_max:\n", "    if rows < 0:\n",
             _ROWS_MAX + "test_row_11_a_direct_file_at_the_limit_is_taken_and_one_row_more_is_refused_before_the_charge"),
    Mutation("row 11: one row more than the limit is taken", "chalicelib/inference/findings.py", "    if rows > rows_max:\n", "    if rows > rows_max + 1:\n",
             _ROWS_MAX + "test_row_11_a_direct_file_at_the_limit_is_taken_and_one_row_more_is_refused_before_the_charge"),
    Mutation("row 11: the worker takes any number of rows", "chalicelib/inference/worker.py", "                rows_max=self._settings.rows_max,\n", "",
             _ROWS_MAX + "test_row_11_a_large_file_at_the_limit_is_predicted_and_one_row_more_is_rejected_with_a_refund"),
    Mutation("row 11: the worker's disk is too small", "deploy/template.py", "    if size < needed:", "    if False:",
             _TEMPLATE + "test_row_11_a_worker_whose_disk_is_too_small_for_the_largest_file_is_not_packaged"),
    Mutation("row 12: formulas stay formulas", "chalicelib/inference/row_texts.py", "if text.startswith(_RISKY) and not _NUMBER.fullmatch(text) else text", 'if text == "=" else text',
             "tests/unit/inference/test_results.py::test_row_12_an_id_that_a_spreadsheet_would_run_is_made_a_text"),
    Mutation("row 12: a negative number is made a text", "chalicelib/inference/row_texts.py", "if text.startswith(_RISKY) and not _NUMBER.fullmatch(text) else text", "if text.startswith(_RISKY) else text",
             "tests/unit/inference/test_results.py::test_row_12_an_id_that_is_a_number_stays_one"),
    Mutation("row 13: a bucket may be public", _RESOURCES, "RestrictPublicBuckets: true", "RestrictPublicBuckets: false",
             _TEMPLATE + "test_row_13_every_bucket_is_private_encrypted_and_expires_what_was_never_finished"),
    Mutation("row 13: files are sent in the clear", _RESOURCES, 'Resource: [!GetAtt Files.Arn, !Sub "${Files.Arn}/*"]\n            Condition: {Bool: {aws:SecureTransport: false}}', 'Resource: [!GetAtt Files.Arn, !Sub "${Files.Arn}/*"]\n            Condition: {Bool: {aws:SecureTransport: true}}',
             _TEMPLATE + "test_row_13_every_bucket_refuses_what_is_not_encrypted_on_the_way"),
    Mutation("row 14: a frame may hold the page", _RESOURCES, "form-action 'self'; frame-ancestors 'none'", "form-action 'self'; frame-ancestors https:",
             _ORIGIN + "test_row_14_only_files_of_ours_run_and_only_what_is_needed_is_asked"),
    Mutation("row 14: the API's page asks any host", _RESOURCES, "data:; connect-src 'self';", "data:; connect-src https:;",
             _ORIGIN + "test_row_14_only_files_of_ours_run_and_only_what_is_needed_is_asked"),
    Mutation("row 15: a browser keeps answers", _MIDDLEWARE, 'response.headers["Cache-Control"] = "no-store"', 'response.headers["Cache-Control"] = "private"',
             _ROUTES + "test_row_15_no_answer_is_kept_by_a_browser_or_taken_for_another_type"),
    Mutation("row 15: whatever was typed is in the log", _MIDDLEWARE, 'route=request.context["resourcePath"]', "route=str(request.uri_params)",
             "tests/unit/core/test_log_lines.py::test_row_15_no_line_holds_a_name_an_e_mail_a_password_a_token_or_a_cell"),
    Mutation("row 15: who logs in is in the log", _ACCOUNTS, 'log("logged in", user=user.id)', 'log("logged in", user=user.name)',
             "tests/unit/core/test_log_lines.py::test_row_15_no_line_holds_a_name_an_e_mail_a_password_a_token_or_a_cell"),
    Mutation("row 16: the worker does anything to the ledger", _WORKER_POLICY, '["dynamodb:PutItem"]', '["dynamodb:*"]',
             _TEMPLATE + "test_row_16_no_statement_allows_everything_or_on_everything"),
    Mutation("row 16: the worker reads people", _WORKER_POLICY, '"Action": ["dynamodb:UpdateItem"]', '"Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"]',
             _TEMPLATE + "test_row_16_what_runs_predictions_cannot_read_accounts"),
    Mutation("row 17: a model is run unseen", "chalicelib/inference/models/base.py", "if actual != expected:", "if not actual:",
             "tests/unit/models/test_loading.py::test_row_17_nothing_is_unpickled_before_the_hash_is_known_to_be_right"),
    Mutation("row 18: a package of any bytes", "requirements.txt", "\nbcrypt==", "\nbcrypt>=",
             _PACKAGES + "test_row_18_every_package_is_locked_to_its_bytes"),
    Mutation("row 18: unknown is called clean", "deploy/dependencies.py", "FOUND if found else UNREACHABLE if unreached else 0", "FOUND if found else 0",
             _PACKAGES + "test_row_18_what_was_not_looked_up_is_not_called_clean"),
    Mutation("row 19: an agreement without its time", _ACCOUNTS, "intended_use_at=iso(now) if registration.intended_use else None", "intended_use_at=None",
             _PRIVACY + "test_row_19_the_accepted_version_of_the_intended_use_is_kept_with_its_time_and_shown"),
    Mutation("row 19: a name in other letters is no name", "chalicelib/inference/personal.py", "_TOGETHER_MAX = 4", "_TOGETHER_MAX = 1",
             _FILES + "test_row_19_a_header_that_names_a_person_is_known_in_any_spelling"),
    Mutation("row 19: a file is stored as it came", _PREDICTIONS, "self._files.put(prediction.input_key, checked.content,", "self._files.put(prediction.input_key, content,",
             _FILES + "test_row_19_an_unknown_column_is_dropped_before_anything_is_stored"),
    Mutation("row 19: anybody with the token deletes the account", _ACCOUNTS, "password_hash = self._require_password(user, password)\n", "login = self._store.login(login_key(user.email))\n        password_hash = login.password_hash if login else \"\"\n",
             "tests/unit/auth/test_account_life.py::test_deleting_needs_the_password"),
    Mutation("row 19: one prediction holds up the files of an erasure", "chalicelib/inference/erasure.py", "                log_exception(\"prediction not erased\", user=user_id, prediction=prediction_id)\n                failed = error", "                raise",
             _ERASURE + "test_one_prediction_that_can_not_be_erased_holds_up_neither_the_others_nor_the_files"),
    Mutation("row 19: failing erasures hold up the others", "chalicelib/inference/erasure.py", "min(max(waited, INDEX_LAG_SECONDS), FAILED_SECONDS_MAX)", "0",
             _ERASURE + "test_however_many_erasures_fail_the_others_come"),
    Mutation("row 19: a wish that is made anew is lost at the last look", _USERS, '"ConditionExpression": "wished_at = :wished",\n', '"ConditionExpression": "wished_at > :wished OR wished_at <= :wished",\n',
             _ERASURE + "test_a_wish_that_is_made_anew_meanwhile_is_not_lost"),
    Mutation("row 19: a wish that is made anew is lost at a look", _USERS, 'ConditionExpression="wished_at = :wished"', 'ConditionExpression="wished_at > :wished OR wished_at <= :wished"',
             _ERASURE + "test_a_wish_that_is_made_anew_meanwhile_is_not_lost"),
    Mutation("row 19: a failed worker's late result stays", "chalicelib/inference/worker.py", 'attempt=prediction.attempt)\n            self._delete_unless_it_counts(prediction)\n', "attempt=prediction.attempt)\n",
             _ERASURE + "test_a_worker_that_fails_after_it_lost_its_claim_leaves_nothing"),
    Mutation("row 19: a killed worker's late result stays", "chalicelib/inference/worker.py", "                delete_leftovers(self._files, ended)\n", "                pass\n",
             _CANCEL + "test_row_19_what_a_killed_worker_uploaded_after_the_files_were_deleted_goes_with_its_message"),
    Mutation("row 19: a killed worker's late result stays with the dead letters", "chalicelib/inference/dead_letters.py", "                delete_leftovers(self._files, prediction)\n", "                pass\n",
             _CANCEL + "test_row_19_what_a_killed_worker_uploaded_after_the_files_were_deleted_goes_with_its_message"),
    Mutation("row 19: the result that counts goes with the others", "chalicelib/inference/leftovers.py", "not (keeps_result and attempt == prediction.attempt)", "True",
             _CANCEL + "test_a_killed_worker_s_result_goes_and_the_one_that_counts_stays"),
    Mutation("row 19: a deletion's files outlast its request", "chalicelib/inference/files.py", "        while may_go_on():\n", "        while True:\n",
             _ERASURE + "test_row_19_a_request_leaves_the_rest_of_many_files_to_the_dispatcher"),
    Mutation("row 19: an erasure is over although files are left", "chalicelib/inference/erasure.py", "        if not is_complete:\n            raise", "        if False:\n            raise",
             _ERASURE + "test_an_erasure_is_not_over_while_its_time_is"),
    Mutation("row 19: an upload under way outlives its account", "chalicelib/inference/erasure.py", "(INDEX_LAG_SECONDS, settings.upload_seconds + SENDING_SECONDS)", "(INDEX_LAG_SECONDS,)",
             _UPLOADS + "test_row_19_an_upload_that_arrives_after_the_deletion_of_its_account_goes_too"),
    Mutation("row 19: an upload outlives the file's deletion", _PREDICTIONS, "        if prediction.upload_id:\n", "        if False:\n",
             _UPLOADS + "test_row_19_the_files_of_a_prediction_are_deleted_with_the_upload_that_it_came_from"),
    Mutation("row 19: an upload is said to be deleted and stays", "chalicelib/inference/uploads.py", "        self._files.delete_all(key)\n", "",
             _UPLOADS + "test_row_19_an_upload_is_deleted_at_once_on_request_though_nothing_was_submitted_from_it"),
    Mutation("row 19: a refused file stays", _PREDICTIONS, "                    self._discard(prediction)\n                    raise", "                    raise",
             "tests/unit/inference/test_cancel_retry_delete.py::test_row_19_what_is_refused_for_too_many_or_too_few_leaves_no_file"),
    Mutation("row 19: an erased prediction keeps its hashes", "chalicelib/inference/store.py", '"prediction_id", "user_id", "listed_at", "status",', '"prediction_id", "user_id", "listed_at", "input_sha256", "status",',
             _PRIVACY + "test_row_19_of_a_deleted_account_no_table_bucket_or_queue_holds_anything_but_its_coins"),
)  # fmt: skip
