"""The packaged template of each stage: lint, roles, tables, queues, buckets, API."""

import functools
import json
import re
from pathlib import Path

import pytest

from chalicelib.audit.daily import KEY as AUDIT_KEY
from chalicelib.core.http.bodies import FILE_TYPES, FORM_TYPE
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.worker_disk import worker_disk_bytes
from deploy.lint import lint
from deploy.template import PackagingError, require_complete, require_disk
from deploy.transform import transform
from tests.support.templates import (
    Template,
    all_statements,
    granted,
    of_type,
    properties,
    role_of,
    statements,
    touched,
)

FUNCTIONS = ("APIHandler", "InferenceWorker", "DeadLetter", "Dispatcher", "Audit")
BACKGROUND = ("InferenceWorker", "DeadLetter", "Dispatcher")
GATEWAY_STATUSES = {
    "MISSING_AUTHENTICATION_TOKEN": ("404", "not_found"),
    "INVALID_SIGNATURE": ("404", "not_found"),
    "REQUEST_TOO_LARGE": ("413", "file_too_large"),
    "UNSUPPORTED_MEDIA_TYPE": ("415", "unsupported_media_type"),
    "THROTTLED": ("429", "too_many_requests"),
    "DEFAULT_4XX": ("400", "bad_request"),
    "INTEGRATION_TIMEOUT": ("504", "timeout"),
    "DEFAULT_5XX": ("500", "internal_error"),
}


def attribute_of(arn: dict[str, list[str]]) -> str:
    return arn["Fn::GetAtt"][0]


def test_the_sam_template_has_no_findings(template_path: Path) -> None:
    assert lint(template_path) == []


def test_the_transformed_template_has_no_findings(template_path: Path) -> None:
    assert lint(transform(template_path)) == []


def test_lint_reports_a_wrong_property(tmp_path: Path) -> None:
    broken = tmp_path / "template.yaml"
    broken.write_text("Resources: {Queue: {Type: 'AWS::SQS::Queue', Properties: {DelayInSeconds: 1}}}", "utf-8")
    assert any("DelayInSeconds" in finding for finding in lint(broken))


def test_packaging_fails_when_chalice_leaves_a_dependency_out() -> None:
    with pytest.raises(PackagingError, match="numpy"):
        require_complete("Creating deployment package.\n\nCould not install dependencies:\nnumpy==2.0\n")
    require_complete("Creating deployment package.\n")


def test_the_template_has_no_yaml_aliases_because_cloudformation_accepts_none(template_path: Path) -> None:
    assert not re.search(r"[&*]id\d+", template_path.read_text("utf-8"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_runs_on_python_3_13_under_its_stage(template: Template, stage: str, function: str) -> None:
    settings = properties(template, function)
    assert settings["Runtime"] == "python3.13"
    assert settings["Environment"]["Variables"]["STAGE"] == stage


def test_the_template_has_exactly_the_known_functions(template: Template) -> None:
    assert set(of_type(template, "AWS::Serverless::Function", "AWS::Lambda::Function")) == set(FUNCTIONS)


def test_every_function_has_the_same_variables_and_no_secret_among_them(template: Template) -> None:
    environments = [properties(template, function)["Environment"]["Variables"] for function in FUNCTIONS]
    assert all(environment == environments[0] for environment in environments)
    literals = {name for name, value in environments[0].items() if isinstance(value, str)}
    assert literals == {"STAGE"}
    assert environments[0]["JWT_SECRET_ID"] == {"Ref": "SigningSecret"}
    assert environments[0]["MARKS_SECRET_ID"] == {"Ref": "AccountMarksSecret"}


def test_the_functions_have_the_memory_and_time_they_need(template: Template) -> None:
    api, worker = (properties(template, function) for function in ("APIHandler", "InferenceWorker"))
    # With 1,769 MB or more a function has a whole CPU. API Gateway waits at most 29 s.
    assert api["MemorySize"] >= 1769
    assert api["Timeout"] == 29
    assert worker["MemorySize"] >= 1769
    assert worker["Timeout"] == 300


@pytest.mark.parametrize(
    ("variables", "size"),
    [({}, 1536), ({"ROWS_MAX": "2000000"}, 2048), ({"LARGE_UPLOAD_BYTES_MAX": "200000000"}, 2048)],
)
def test_row_11_a_worker_whose_disk_is_too_small_for_the_largest_file_is_not_packaged(
    template: Template, variables: dict[str, str], size: int
) -> None:
    worker = properties(template, "InferenceWorker")
    environment = {"Variables": worker["Environment"]["Variables"] | variables}
    changed = worker | {"Environment": environment, "EphemeralStorage": {"Size": size}}
    with pytest.raises(PackagingError, match=r"EphemeralStorage in \.chalice/resources\.yaml"):
        require_disk({"Resources": {"InferenceWorker": {"Properties": changed}}})


def test_the_worker_s_disk_fits_the_largest_file_and_is_not_much_larger(template: Template) -> None:
    require_disk(template)
    limits = Settings.model_fields
    needed = worker_disk_bytes(limits["rows_max"].default, limits["large_upload_bytes_max"].default)
    assert properties(template, "InferenceWorker")["EphemeralStorage"]["Size"] < 1.25 * needed / 2**20


def test_the_worker_has_its_own_zip(template: Template) -> None:
    code = {function: properties(template, function)["CodeUri"] for function in FUNCTIONS}
    assert code.pop("InferenceWorker") == "./worker.zip"
    assert set(code.values()) == {"./api.zip"}


def test_row_16_every_function_has_its_own_role(template: Template) -> None:
    roles = [role_of(template, function) for function in FUNCTIONS]
    assert len(set(roles)) == len(FUNCTIONS)
    assert set(of_type(template, "AWS::IAM::Role")) == set(roles)
    assert not any("ManagedPolicyArns" in properties(template, role) for role in roles)


def test_row_16_no_statement_allows_every_action_or_every_resource(template: Template) -> None:
    allowed = [statement for statement in all_statements(template["Resources"]) if statement["Effect"] == "Allow"]
    assert len(allowed) > len(FUNCTIONS)
    for statement in allowed:
        assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement), statement
        # Only a role's trust policy for Lambda has no resource.
        resources = statement.get("Resource", [])
        for resource in resources if isinstance(resources, list) else [resources]:
            assert isinstance(resource, dict), statement
            # A wildcard is allowed only after the prefix of a bucket's objects.
            objects = re.search(r"\$\{(Files|PageBucket)\.Arn\}/", json.dumps(resource))
            assert "*" not in json.dumps(resource) or objects, statement
        assert "*" not in json.dumps(statement["Action"]), statement


def test_every_function_has_rights_on_the_resources_of_its_task_only(template: Template) -> None:
    assert {function: touched(template, function) for function in FUNCTIONS} == {
        "APIHandler": {
            "APIHandlerLog", "Users", "Logins", "LedgerEntries", "Predictions", "IdempotencyKeys", "Vouchers", "Offers",
            "Erasures", "Throttles", "Files", "InferenceQueue", "SigningSecret", "AccountMarksSecret", "OriginSecret",
        },
        "InferenceWorker": {"InferenceWorkerLog", "InferenceQueue", "Predictions", "LedgerEntries", "Users", "Files"},
        "DeadLetter": {"DeadLetterLog", "DeadLetterQueue", "Predictions", "LedgerEntries", "Users", "Files"},
        "Dispatcher": {
            "DispatcherLog", "InferenceQueue", "Predictions", "LedgerEntries", "Users", "Erasures", "Files",
        },
        "Audit": {
            "AuditLog", "Users", "Logins", "LedgerEntries", "Predictions", "Vouchers", "Erasures", "Throttles", "Files",
        },
    }  # fmt: skip


@pytest.mark.parametrize("function", BACKGROUND)
def test_row_16_functions_that_run_predictions_cannot_read_accounts(template: Template, function: str) -> None:
    assert granted(template, function, "Logins") == set()
    assert granted(template, function, "Throttles") == set()
    assert granted(template, function, "SigningSecret") == set()
    assert granted(template, function, "AccountMarksSecret") == set()
    assert granted(template, function, "Users") - {"dynamodb:GetItem"} == {"dynamodb:UpdateItem"}
    for statement in statements(template, function):
        if "dynamodb:GetItem" in statement["Action"] and "Users" in json.dumps(statement["Resource"]):
            attributes = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
            assert set(attributes) == {"user_id", "balance", "open_charges", "closed_at"}
            # AWS's guide calls Select a parameter of Query and Scan only, so a GetItem request may come without it.
            assert "StringEquals" not in statement["Condition"]
            assert statement["Condition"]["StringEqualsIfExists"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
            assert statement["Condition"]["Null"] == {"dynamodb:Attributes": "false"}


@pytest.mark.parametrize("function", BACKGROUND)
def test_functions_that_end_charges_may_update_only_the_coins_of_a_user(template: Template, function: str) -> None:
    (statement,) = (
        statement
        for statement in statements(template, function)
        if "Users" in json.dumps(statement["Resource"]) and "dynamodb:UpdateItem" in statement["Action"]
    )
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["user_id", "balance", "open_charges"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
    }


def test_the_api_has_exactly_the_rights_that_its_repositories_need(template: Template) -> None:
    may = functools.partial(granted, template, "APIHandler")
    assert may("Users") == {
        "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem",
    }  # fmt: skip
    items = {f"dynamodb:{action}Item" for action in ("Get", "Put", "Update", "Delete", "ConditionCheck")}
    assert may("Logins") == items
    assert may("IdempotencyKeys") == {"dynamodb:GetItem", "dynamodb:PutItem"}
    assert may("Vouchers") == {"dynamodb:GetItem", "dynamodb:UpdateItem"}
    assert may("Offers") == {"dynamodb:BatchGetItem"}
    assert may("Erasures") == {"dynamodb:PutItem"}
    assert may("LedgerEntries") == {"dynamodb:PutItem", "dynamodb:Query"}
    assert may("Predictions") == {
        "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query",
    }  # fmt: skip
    assert may("InferenceQueue") == {"sqs:SendMessage"}
    assert may("SigningSecret") == {"secretsmanager:GetSecretValue"}
    assert may("AccountMarksSecret") == {"secretsmanager:GetSecretValue"}
    assert may("OriginSecret") == {"secretsmanager:GetSecretValue"}
    assert may("Throttles") == {"dynamodb:UpdateItem"}


def test_every_function_has_only_the_file_rights_of_its_task(template: Template) -> None:
    def objects(function: str) -> dict[str, list[str]]:
        return {
            statement["Resource"]["Fn::Sub"].removeprefix("${Files.Arn}/"): statement["Action"]
            for statement in statements(template, function)
            if "${Files.Arn}/" in json.dumps(statement["Resource"])
        }

    assert objects("APIHandler") == {
        "inputs/*": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
        "uploads/*": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
        "results/*": ["s3:GetObject", "s3:DeleteObject"],
    }
    assert objects("InferenceWorker") == {
        "inputs/*": ["s3:GetObject"],
        "results/*": ["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"],
    }
    assert objects("Dispatcher") == {f"{folder}/*": ["s3:DeleteObject"] for folder in ("inputs", "results", "uploads")}
    assert objects("DeadLetter") == {"results/*": ["s3:DeleteObject"]}


@pytest.mark.parametrize("function", ["APIHandler", "InferenceWorker", "DeadLetter", "Dispatcher"])
def test_functions_that_read_files_may_list_them_so_that_s3_answers_404_for_a_missing_one(
    template: Template, function: str
) -> None:
    assert "s3:ListBucket" in granted(template, function, "Files")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_writes_only_to_its_own_log_which_expires(template: Template, function: str) -> None:
    log = properties(template, function)["LoggingConfig"]["LogGroup"]["Ref"]
    assert properties(template, log)["RetentionInDays"] == 30
    log_statements = [
        statement for statement in statements(template, function) if "logs:" in json.dumps(statement["Action"])
    ]
    assert [statement["Resource"] for statement in log_statements] == [{"Fn::GetAtt": [log, "Arn"]}]


def test_the_api_is_regional_and_its_stage_has_the_stage_s_name(template: Template, stage: str) -> None:
    api = properties(template, "RestAPI")
    assert api["EndpointConfiguration"] == {"Type": "REGIONAL"}
    assert api["StageName"] == stage


def test_the_gateway_passes_uploads_unchanged(template: Template) -> None:
    binary = properties(template, "RestAPI")["DefinitionBody"]["x-amazon-apigateway-binary-media-types"]
    assert {FORM_TYPE, *FILE_TYPES} <= set(binary)


def test_the_gateway_compresses_only_answers_longer_than_those_with_a_token(template: Template) -> None:
    smallest = properties(template, "RestAPI")["DefinitionBody"]["x-amazon-apigateway-minimum-compression-size"]
    assert 2000 < smallest < 5000


def test_the_gateway_answers_problem_documents_that_any_origin_can_read(template: Template) -> None:
    body = properties(template, "RestAPI")["DefinitionBody"]
    responses = body["x-amazon-apigateway-gateway-responses"]
    for response in responses.values():
        headers = {
            name.removeprefix("gatewayresponse.header."): value
            for name, value in response["responseParameters"].items()
        }
        assert headers["Access-Control-Allow-Origin"] == "'*'"
        assert headers["Content-Type"] == "'application/problem+json'"
        problem = json.loads(response["responseTemplates"]["application/json"])
        assert set(problem) - {"limit_bytes"} == {"type", "title", "status", "detail", "code", "request_id"}
        assert problem["request_id"] == "$context.requestId"
        assert str(problem["status"]) == response["statusCode"]


def test_the_gateway_s_error_names_the_function_s_limit_of_an_upload(template: Template) -> None:
    body = properties(template, "RestAPI")["DefinitionBody"]
    response = body["x-amazon-apigateway-gateway-responses"]["REQUEST_TOO_LARGE"]
    problem = json.loads(response["responseTemplates"]["application/json"])
    assert problem["limit_bytes"] == Settings.model_fields["upload_bytes_max"].default
    assert f"{problem['limit_bytes'] / 1e6:.1f} MB" in problem["detail"]


@pytest.mark.parametrize("kind", GATEWAY_STATUSES)
def test_each_gateway_error_has_its_status_and_code(template: Template, kind: str) -> None:
    body = properties(template, "RestAPI")["DefinitionBody"]
    response = body["x-amazon-apigateway-gateway-responses"][kind]
    problem = json.loads(response["responseTemplates"]["application/json"])
    assert (response["statusCode"], problem["code"]) == GATEWAY_STATUSES[kind]


def test_the_dispatcher_keeps_the_register_of_deletions_whose_entries_expire(template: Template) -> None:
    actions = {f"dynamodb:{action}" for action in ("Query", "PutItem", "DeleteItem")}
    assert granted(template, "Dispatcher", "Erasures") == actions
    expiry = properties(template, "Erasures")["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "expires_at", "Enabled": True}


def test_the_counters_of_the_limits_have_no_backup_and_expire(template: Template) -> None:
    table = properties(template, "Throttles")
    assert "PointInTimeRecoverySpecification" not in table
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_resources_with_people_s_data_are_retained_when_the_stack_is_deleted(template: Template) -> None:
    retained = of_type(template, "AWS::DynamoDB::Table", "AWS::S3::Bucket")
    assert retained.pop("PageBucket")["DeletionPolicy"] == "Delete"
    retained["AccountMarksSecret"] = template["Resources"]["AccountMarksSecret"]
    tables = {"Users", "Logins", "LedgerEntries", "Predictions", "IdempotencyKeys", "Vouchers", "Offers", "Erasures"}
    assert set(retained) == tables | {"Throttles", "Files", "AccountMarksSecret"}
    for resource in retained.values():
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize(
    ("queue", "function"), [("InferenceQueue", "InferenceWorker"), ("DeadLetterQueue", "DeadLetter")]
)
def test_the_visibility_timeout_is_at_least_six_times_the_function_s_timeout(
    template: Template, queue: str, function: str
) -> None:
    visibility = properties(template, queue)["VisibilityTimeout"]
    assert visibility >= 6 * properties(template, function)["Timeout"]


def test_tables_are_encrypted_and_restorable(template: Template) -> None:
    for name in of_type(template, "AWS::DynamoDB::Table"):
        table = properties(template, name)
        assert table["SSESpecification"] == {"SSEEnabled": True}, name
        if name != "Throttles":
            assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert table["BillingMode"] == "PAY_PER_REQUEST", name


def test_no_table_is_protected_while_cloudformation_creates_it_and_may_have_to_delete_it(template: Template) -> None:
    for name in of_type(template, "AWS::DynamoDB::Table"):
        assert "DeletionProtectionEnabled" not in properties(template, name), name


def test_a_template_accepts_only_the_stage_for_which_it_was_packaged(template: Template, stage: str) -> None:
    parameter = template["Parameters"]["Stage"]
    assert parameter["Default"] == stage
    assert [value for value in parameter["AllowedValues"] if re.fullmatch(parameter["AllowedPattern"], value)] == [
        stage
    ]


def test_row_13_every_bucket_is_private_encrypted_and_expires_unfinished_uploads(template: Template) -> None:
    for name in of_type(template, "AWS::S3::Bucket"):
        bucket = properties(template, name)
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4, name
        (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", name
        rules = bucket["LifecycleConfiguration"]["Rules"]
        assert any("AbortIncompleteMultipartUpload" in rule for rule in rules), name


def test_row_13_every_bucket_refuses_requests_without_tls(template: Template) -> None:
    deny_statements = {
        policy["Properties"]["Bucket"]["Ref"]: statement
        for policy in of_type(template, "AWS::S3::BucketPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    }
    assert set(deny_statements) == set(of_type(template, "AWS::S3::Bucket"))
    for bucket, statement in deny_statements.items():
        assert statement["Principal"] == "*"
        assert statement["Action"] == "s3:*"
        assert statement["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_every_queue_is_encrypted(template: Template) -> None:
    for name in of_type(template, "AWS::SQS::Queue"):
        assert properties(template, name)["SqsManagedSseEnabled"] is True, name


def test_secrets_are_generated_on_aws_and_are_not_in_the_template(template: Template) -> None:
    for name in of_type(template, "AWS::SecretsManager::Secret"):
        assert properties(template, name)["GenerateSecretString"]["PasswordLength"] == 64, name
        assert "SecretString" not in properties(template, name), name


def test_every_log_expires(template: Template) -> None:
    logs = of_type(template, "AWS::Logs::LogGroup")
    assert len(logs) == len(FUNCTIONS)
    assert {log["Properties"]["RetentionInDays"] for log in logs.values()} == {30}


def test_failing_messages_go_to_the_dead_letter_queue_and_then_to_the_unprocessable_queue(template: Template) -> None:
    redrives = {
        name: attribute_of(queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"])
        for name, queue in of_type(template, "AWS::SQS::Queue").items()
        if "RedrivePolicy" in queue["Properties"]
    }
    assert redrives == {"InferenceQueue": "DeadLetterQueue", "DeadLetterQueue": "UnprocessableQueue"}


def test_each_function_receives_a_message_five_times_even_if_a_moved_message_keeps_its_count(
    template: Template,
) -> None:
    # At least five, so that throttling doesn't end in a dead letter: "Configuring an SQS queue to use with Lambda" of
    # the Lambda guide.
    first, second = (
        properties(template, queue)["RedrivePolicy"]["maxReceiveCount"]
        for queue in ("InferenceQueue", "DeadLetterQueue")
    )
    assert (first, second - first) == (5, 5)


@pytest.mark.parametrize(
    ("queue", "function"), [("InferenceQueue", "InferenceWorker"), ("DeadLetterQueue", "DeadLetter")]
)
def test_a_function_takes_one_message_at_a_time_from_its_own_queue(
    template: Template, queue: str, function: str
) -> None:
    (event,) = properties(template, function)["Events"].values()
    assert event["Type"] == "SQS"
    assert event["Properties"]["Queue"]["Fn::Sub"].endswith(f":${{{queue}.QueueName}}")
    assert event["Properties"]["BatchSize"] == 1
    actions = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
    assert granted(template, function, queue) == actions


def test_the_number_of_concurrent_workers_is_limited(template: Template) -> None:
    def maximum(function: str) -> object:
        (event,) = properties(template, function)["Events"].values()
        return event["Properties"]["ScalingConfig"]["MaximumConcurrency"]

    assert maximum("InferenceWorker") == {"Ref": "WorkerConcurrencyMax"}
    assert template["Parameters"]["WorkerConcurrencyMax"]["Default"] == 10
    assert maximum("DeadLetter") == 2


def test_the_gateway_limits_the_rate_of_requests_and_logs_none(template: Template) -> None:
    (settings,) = properties(template, "RestAPI")["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (100, 200)
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_processor_is_a_parameter(template: Template, function: str) -> None:
    assert properties(template, function)["Architectures"] == [{"Ref": "Architecture"}]
    assert template["Parameters"]["Architecture"]["Default"] == "x86_64"


def test_the_audit_runs_every_15_minutes_and_only_reads_people_s_data(template: Template) -> None:
    (event,) = properties(template, "Audit")["Events"].values()
    assert event["Properties"]["Schedule"] == "rate(15 minutes)"
    assert properties(template, "Audit")["Timeout"] == 900
    may = functools.partial(granted, template, "Audit")
    assert may("Users") == {"dynamodb:Scan", "dynamodb:BatchGetItem"}
    assert may("Logins") == {"dynamodb:Scan", "dynamodb:BatchGetItem"}
    assert may("LedgerEntries") == {"dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem"}
    assert may("Predictions") == {"dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem"}
    assert may("Vouchers") == {"dynamodb:Scan", "dynamodb:BatchGetItem"}
    assert may("Erasures") == {"dynamodb:Query"}
    assert may("Files") == {"s3:ListBucket"}
    assert may("Throttles") == {"dynamodb:GetItem", "dynamodb:PutItem"}
    for other in (
        "IdempotencyKeys",
        "Offers",
        "InferenceQueue",
        "SigningSecret",
        "OriginSecret",
    ):
        assert may(other) == set(), other


@pytest.mark.parametrize(
    ("table", "attributes"),
    [
        ("Users", {"user_id", "balance", "open_charges", "closed_at", "name", "email"}),
        ("Logins", {"login", "user_id"}),
    ],
)
def test_the_audit_reads_only_what_it_compares_and_no_password_hash(
    template: Template, table: str, attributes: set[str]
) -> None:
    table_statements = [
        statement for statement in statements(template, "Audit") if f'"{table}"' in json.dumps(statement["Resource"])
    ]
    for statement in table_statements:
        assert set(statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]) == attributes
    select = {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
    conditions = [(statement["Action"], statement["Condition"]) for statement in table_statements]
    assert {tuple(actions): condition.get("StringEquals") for actions, condition in conditions} == {
        ("dynamodb:Scan",): select, ("dynamodb:BatchGetItem",): None,
    }  # fmt: skip
    # A BatchGetItem request may come without Select, but it must name the attributes.
    (batch_condition,) = (condition for actions, condition in conditions if actions == ["dynamodb:BatchGetItem"])
    assert batch_condition["StringEqualsIfExists"] == select
    assert batch_condition["Null"] == {"dynamodb:Attributes": "false"}


def test_the_audit_writes_nothing_but_its_own_state(template: Template) -> None:
    def is_write(action: str) -> bool:
        return action.startswith("dynamodb:") and not re.search("Get|Query|Scan", action)

    write_statements = [
        statement for statement in statements(template, "Audit") if any(map(is_write, statement["Action"]))
    ]
    assert [statement["Sid"] for statement in write_statements] == ["KeepItsOwnState"]
    assert write_statements[0]["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["audit"]}}


@pytest.mark.parametrize("function", [function for function in FUNCTIONS if function != "Audit"])
def test_row_16_no_other_function_can_write_the_audit_s_state(template: Template, function: str) -> None:
    for statement in statements(template, function):
        if '"Throttles"' in json.dumps(statement["Resource"]):
            assert statement["Condition"] == {"ForAllValues:StringNotEquals": {"dynamodb:LeadingKeys": [AUDIT_KEY]}}


@pytest.mark.parametrize("function", [*BACKGROUND, "Audit"])
def test_functions_that_serve_no_requests_cannot_read_secrets(template: Template, function: str) -> None:
    assert granted(template, function, "OriginSecret") == granted(template, function, "SigningSecret") == set()


def test_the_outputs_hold_the_addresses_of_page_api_and_dashboard(template: Template) -> None:
    assert {"ApiUrl", "PageUrl", "PageBucketName", "DistributionId", "DashboardUrl"} <= set(template["Outputs"])


def test_the_dispatcher_runs_every_minute(template: Template) -> None:
    (event,) = properties(template, "Dispatcher")["Events"].values()
    assert event["Type"] == "Schedule"
    assert event["Properties"]["Schedule"] == "rate(1 minute)"
    assert granted(template, "Dispatcher", "InferenceQueue") == {"sqs:SendMessage"}
    assert "dynamodb:Query" in granted(template, "Dispatcher", "Predictions")
