"""The templates that are deployed, packaged and linted as `python -m deploy.lint` does it."""

import functools
import json
import re
from pathlib import Path

import pytest

from chalicelib.audit.daily import KEY as AUDIT_KEY
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


def test_lint_names_what_is_off(tmp_path: Path) -> None:
    broken = tmp_path / "template.yaml"
    broken.write_text("Resources: {Queue: {Type: 'AWS::SQS::Queue', Properties: {DelayInSeconds: 1}}}", "utf-8")
    assert any("DelayInSeconds" in finding for finding in lint(broken))


def test_packaging_fails_when_chalice_leaves_a_dependency_out() -> None:
    with pytest.raises(PackagingError, match="numpy"):
        require_complete("Creating deployment package.\n\nCould not install dependencies:\nnumpy==2.0\n")
    require_complete("Creating deployment package.\n")


def test_the_template_has_no_yaml_aliases_because_cloudformation_takes_none(template_path: Path) -> None:
    assert not re.search(r"[&*]id\d+", template_path.read_text("utf-8"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_runs_on_python_3_13_under_its_stage(template: Template, stage: str, function: str) -> None:
    found = properties(template, function)
    assert found["Runtime"] == "python3.13"
    assert found["Environment"]["Variables"]["STAGE"] == stage


def test_there_are_no_other_functions(template: Template) -> None:
    assert set(of_type(template, "AWS::Serverless::Function", "AWS::Lambda::Function")) == set(FUNCTIONS)


def test_every_function_knows_the_same_resources_and_no_secret(template: Template) -> None:
    environments = [properties(template, function)["Environment"]["Variables"] for function in FUNCTIONS]
    assert all(each == environments[0] for each in environments)
    literals = {name for name, value in environments[0].items() if isinstance(value, str)}
    assert literals == {"STAGE"}
    assert environments[0]["JWT_SECRET_ID"] == {"Ref": "SigningSecret"}
    assert environments[0]["MARKS_SECRET_ID"] == {"Ref": "AccountMarksSecret"}


def test_the_functions_have_the_memory_and_time_they_need(template: Template) -> None:
    api, worker = (properties(template, function) for function in ("APIHandler", "InferenceWorker"))
    # From 1,769 MB on a function has a whole CPU; API Gateway waits 29 s.
    assert api["MemorySize"] >= 1769
    assert api["Timeout"] == 29
    assert worker["MemorySize"] >= 1769
    assert worker["Timeout"] == 300


@pytest.mark.parametrize(
    ("variables", "size"),
    [({}, 2048), ({"ROWS_MAX": "2000000"}, 3072), ({"LARGE_UPLOAD_BYTES_MAX": "200000000"}, 3072)],
)
def test_row_11_a_worker_whose_disk_is_too_small_for_the_largest_file_is_not_packaged(
    template: Template, variables: dict[str, str], size: int
) -> None:
    worker = properties(template, "InferenceWorker")
    environment = {"Variables": worker["Environment"]["Variables"] | variables}
    changed = worker | {"Environment": environment, "EphemeralStorage": {"Size": size}}
    with pytest.raises(PackagingError, match=r"EphemeralStorage in \.chalice/resources\.yaml"):
        require_disk({"Resources": {"InferenceWorker": {"Properties": changed}}})


def test_the_worker_s_disk_is_made_for_the_largest_file_and_not_much_more(template: Template) -> None:
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


def test_row_16_no_statement_allows_everything_or_on_everything(template: Template) -> None:
    allowed = [each for each in all_statements(template["Resources"]) if each["Effect"] == "Allow"]
    assert len(allowed) > len(FUNCTIONS)
    for statement in allowed:
        assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement), statement
        # The one statement without a resource is a role's trust in Lambda.
        resources = statement.get("Resource", [])
        for resource in resources if isinstance(resources, list) else [resources]:
            assert isinstance(resource, dict), statement
            # Only objects of a bucket are named by a prefix.
            objects = re.search(r"\$\{(Files|PageBucket)\.Arn\}/", json.dumps(resource))
            assert "*" not in json.dumps(resource) or objects, statement
        assert "*" not in json.dumps(statement["Action"]), statement


def test_every_function_touches_only_what_it_is_for(template: Template) -> None:
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
def test_row_16_what_runs_predictions_cannot_read_accounts(template: Template, function: str) -> None:
    assert granted(template, function, "Logins") == set()
    assert granted(template, function, "Throttles") == set()
    assert granted(template, function, "SigningSecret") == set()
    assert granted(template, function, "AccountMarksSecret") == set()
    assert granted(template, function, "Users") - {"dynamodb:GetItem"} == {"dynamodb:UpdateItem"}
    for statement in statements(template, function):
        if "dynamodb:GetItem" in statement["Action"] and "Users" in json.dumps(statement["Resource"]):
            seen = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
            assert set(seen) == {"user_id", "balance", "open_charges", "closed_at"}
            assert statement["Condition"]["StringEquals"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}


@pytest.mark.parametrize("function", BACKGROUND)
def test_the_end_of_a_charge_touches_coins_alone_and_gets_no_user_back(template: Template, function: str) -> None:
    (statement,) = (
        each
        for each in statements(template, function)
        if "Users" in json.dumps(each["Resource"]) and "dynamodb:UpdateItem" in each["Action"]
    )
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["user_id", "balance", "open_charges"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
    }


def test_the_api_may_do_what_its_stores_do(template: Template) -> None:
    may = functools.partial(granted, template, "APIHandler")
    assert may("Users") == {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    items = {f"dynamodb:{each}Item" for each in ("Get", "Put", "Update", "Delete", "ConditionCheck")}
    assert may("Logins") == items
    assert may("IdempotencyKeys") == {"dynamodb:GetItem", "dynamodb:PutItem"}
    assert may("Vouchers") == {"dynamodb:GetItem", "dynamodb:UpdateItem"}
    assert may("Offers") == {"dynamodb:BatchGetItem"}
    assert may("Erasures") == {"dynamodb:PutItem"}
    assert may("LedgerEntries") == {"dynamodb:PutItem", "dynamodb:Query"}
    assert may("Predictions") == {
        "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query",
    }  # fmt: skip
    assert may("InferenceQueue") == {"sqs:SendMessage"}
    assert may("SigningSecret") == {"secretsmanager:GetSecretValue"}
    assert may("AccountMarksSecret") == {"secretsmanager:GetSecretValue"}
    assert may("OriginSecret") == {"secretsmanager:GetSecretValue"}
    assert may("Throttles") == {"dynamodb:UpdateItem"}


def test_every_function_does_with_files_only_what_it_is_for(template: Template) -> None:
    def objects(function: str) -> dict[str, list[str]]:
        return {
            each["Resource"]["Fn::Sub"].removeprefix("${Files.Arn}/"): each["Action"]
            for each in statements(template, function)
            if "${Files.Arn}/" in json.dumps(each["Resource"])
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
def test_who_reads_files_may_list_them_or_s3_would_call_a_missing_one_forbidden(
    template: Template, function: str
) -> None:
    assert "s3:ListBucket" in granted(template, function, "Files")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_writes_only_its_own_log_which_expires(template: Template, function: str) -> None:
    log = properties(template, function)["LoggingConfig"]["LogGroup"]["Ref"]
    assert properties(template, log)["RetentionInDays"] == 30
    writes = [each for each in statements(template, function) if "logs:" in json.dumps(each["Action"])]
    assert [each["Resource"] for each in writes] == [{"Fn::GetAtt": [log, "Arn"]}]


def test_the_api_is_regional_and_its_stage_is_the_stage(template: Template, stage: str) -> None:
    api = properties(template, "RestAPI")
    assert api["EndpointConfiguration"] == {"Type": "REGIONAL"}
    assert api["StageName"] == stage


def test_uploads_pass_the_gateway_as_they_are(template: Template) -> None:
    binary = properties(template, "RestAPI")["DefinitionBody"]["x-amazon-apigateway-binary-media-types"]
    assert {"multipart/form-data", "text/csv"} <= set(binary)


def test_the_gateway_compresses_what_is_long_and_nothing_that_holds_a_token(template: Template) -> None:
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


def test_the_gateway_names_the_limit_of_an_upload_that_the_function_has_too(template: Template) -> None:
    body = properties(template, "RestAPI")["DefinitionBody"]
    response = body["x-amazon-apigateway-gateway-responses"]["REQUEST_TOO_LARGE"]
    problem = json.loads(response["responseTemplates"]["application/json"])
    assert problem["limit_bytes"] == Settings.model_fields["upload_bytes_max"].default
    assert f"{problem['limit_bytes'] / 1e6:.1f} MB" in problem["detail"]


@pytest.mark.parametrize("kind", GATEWAY_STATUSES)
def test_the_gateway_names_the_fault(template: Template, kind: str) -> None:
    body = properties(template, "RestAPI")["DefinitionBody"]
    response = body["x-amazon-apigateway-gateway-responses"][kind]
    problem = json.loads(response["responseTemplates"]["application/json"])
    assert (response["statusCode"], problem["code"]) == GATEWAY_STATUSES[kind]


def test_the_register_of_deletions_is_kept_by_the_dispatcher_and_expires(template: Template) -> None:
    register = {f"dynamodb:{each}" for each in ("Query", "PutItem", "DeleteItem")}
    assert granted(template, "Dispatcher", "Erasures") == register
    expiry = properties(template, "Erasures")["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "expires_at", "Enabled": True}


def test_who_was_counted_is_in_no_backup_and_expires(template: Template) -> None:
    table = properties(template, "Throttles")
    assert "PointInTimeRecoverySpecification" not in table
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_what_holds_peoples_data_outlives_the_stack(template: Template) -> None:
    kept = of_type(template, "AWS::DynamoDB::Table", "AWS::S3::Bucket")
    assert kept.pop("PageBucket")["DeletionPolicy"] == "Delete"
    kept["AccountMarksSecret"] = template["Resources"]["AccountMarksSecret"]
    tables = {"Users", "Logins", "LedgerEntries", "Predictions", "IdempotencyKeys", "Vouchers", "Offers", "Erasures"}
    assert set(kept) == tables | {"Throttles", "Files", "AccountMarksSecret"}
    for resource in kept.values():
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize(
    ("queue", "function"), [("InferenceQueue", "InferenceWorker"), ("DeadLetterQueue", "DeadLetter")]
)
def test_a_message_stays_hidden_for_six_times_as_long_as_its_function_may_run(
    template: Template, queue: str, function: str
) -> None:
    visibility = properties(template, queue)["VisibilityTimeout"]
    assert visibility >= 6 * properties(template, function)["Timeout"]


def test_tables_cannot_be_deleted_in_prod_are_encrypted_and_can_be_restored(template: Template) -> None:
    assert template["Conditions"]["IsProd"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    for name in of_type(template, "AWS::DynamoDB::Table"):
        table = properties(template, name)
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}, name
        assert table["SSESpecification"] == {"SSEEnabled": True}, name
        if name != "Throttles":
            assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert table["BillingMode"] == "PAY_PER_REQUEST", name


def test_a_template_is_good_for_the_stage_that_it_was_packaged_for_alone(template: Template, stage: str) -> None:
    given = template["Parameters"]["Stage"]
    assert given["Default"] == stage
    assert [each for each in given["AllowedValues"] if re.fullmatch(given["AllowedPattern"], each)] == [stage]


def test_row_13_every_bucket_is_private_encrypted_and_expires_what_was_never_finished(template: Template) -> None:
    for name in of_type(template, "AWS::S3::Bucket"):
        bucket = properties(template, name)
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4, name
        (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", name
        rules = bucket["LifecycleConfiguration"]["Rules"]
        assert any("AbortIncompleteMultipartUpload" in rule for rule in rules), name


def test_row_13_every_bucket_refuses_what_is_not_encrypted_on_the_way(template: Template) -> None:
    refusing = {
        policy["Properties"]["Bucket"]["Ref"]: statement
        for policy in of_type(template, "AWS::S3::BucketPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    }
    assert set(refusing) == set(of_type(template, "AWS::S3::Bucket"))
    for bucket, statement in refusing.items():
        assert statement["Principal"] == "*"
        assert statement["Action"] == "s3:*"
        assert statement["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_every_queue_is_encrypted(template: Template) -> None:
    for name in of_type(template, "AWS::SQS::Queue"):
        assert properties(template, name)["SqsManagedSseEnabled"] is True, name


def test_secrets_are_made_on_aws_and_written_nowhere(template: Template) -> None:
    for name in of_type(template, "AWS::SecretsManager::Secret"):
        assert properties(template, name)["GenerateSecretString"]["PasswordLength"] == 64, name
        assert "SecretString" not in properties(template, name), name


def test_every_log_expires(template: Template) -> None:
    logs = of_type(template, "AWS::Logs::LogGroup")
    assert len(logs) == len(FUNCTIONS)
    assert {log["Properties"]["RetentionInDays"] for log in logs.values()} == {30}


def test_what_keeps_failing_goes_to_the_dead_letters_and_then_to_the_unprocessable(template: Template) -> None:
    redrives = {
        name: attribute_of(queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"])
        for name, queue in of_type(template, "AWS::SQS::Queue").items()
        if "RedrivePolicy" in queue["Properties"]
    }
    assert redrives == {"InferenceQueue": "DeadLetterQueue", "DeadLetterQueue": "UnprocessableQueue"}


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
    taken = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
    assert granted(template, function, queue) == taken


def test_what_runs_at_once_is_bounded(template: Template) -> None:
    def bound(function: str) -> object:
        (event,) = properties(template, function)["Events"].values()
        return event["Properties"]["ScalingConfig"]["MaximumConcurrency"]

    assert bound("InferenceWorker") == {"Ref": "WorkerConcurrencyMax"}
    assert template["Parameters"]["WorkerConcurrencyMax"]["Default"] == 10
    assert bound("DeadLetter") == 2


def test_the_stage_takes_no_more_than_so_many_requests_and_logs_none(template: Template) -> None:
    (everything,) = properties(template, "RestAPI")["MethodSettings"]
    assert (everything["ResourcePath"], everything["HttpMethod"]) == ("/*", "*")
    assert (everything["ThrottlingRateLimit"], everything["ThrottlingBurstLimit"]) == (100, 200)
    assert (everything["LoggingLevel"], everything["DataTraceEnabled"]) == ("OFF", False)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_processor_is_a_parameter(template: Template, function: str) -> None:
    assert properties(template, function)["Architectures"] == [{"Ref": "Architecture"}]
    assert template["Parameters"]["Architecture"]["Default"] == "x86_64"


def test_the_audit_is_continued_every_quarter_of_an_hour_and_only_reads(template: Template) -> None:
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
    of_table = [each for each in statements(template, "Audit") if f'"{table}"' in json.dumps(each["Resource"])]
    for statement in of_table:
        assert set(statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]) == attributes
    select = {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
    assert {tuple(each["Action"]): each["Condition"].get("StringEquals") for each in of_table} == {
        ("dynamodb:Scan",): select, ("dynamodb:BatchGetItem",): None,
    }  # fmt: skip
    # A batch may be asked about without what it selects. It has to name attributes all the same.
    (batches,) = (each["Condition"] for each in of_table if each["Action"] == ["dynamodb:BatchGetItem"])
    assert batches["StringEqualsIfExists"] == select
    assert batches["Null"] == {"dynamodb:Attributes": "false"}


def test_the_audit_writes_nothing_but_its_own_state(template: Template) -> None:
    writing = [
        each for each in statements(template, "Audit")
        if any(action.startswith("dynamodb:") and not re.search("Get|Query|Scan", action) for action in each["Action"])
    ]  # fmt: skip
    assert [each["Sid"] for each in writing] == ["KeepItsOwnState"]
    assert writing[0]["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["audit"]}}


@pytest.mark.parametrize("function", [each for each in FUNCTIONS if each != "Audit"])
def test_row_16_no_other_function_writes_what_the_audit_says(template: Template, function: str) -> None:
    for statement in statements(template, function):
        if '"Throttles"' in json.dumps(statement["Resource"]):
            assert statement["Condition"] == {"ForAllValues:StringNotEquals": {"dynamodb:LeadingKeys": [AUDIT_KEY]}}


@pytest.mark.parametrize("function", [*BACKGROUND, "Audit"])
def test_what_no_request_reaches_reads_no_secret(template: Template, function: str) -> None:
    assert granted(template, function, "OriginSecret") == granted(template, function, "SigningSecret") == set()


def test_the_outputs_say_where_everything_is(template: Template) -> None:
    assert {"ApiUrl", "PageUrl", "PageBucketName", "DistributionId", "DashboardUrl"} <= set(template["Outputs"])


def test_the_dispatcher_looks_every_minute(template: Template) -> None:
    (event,) = properties(template, "Dispatcher")["Events"].values()
    assert event["Type"] == "Schedule"
    assert event["Properties"]["Schedule"] == "rate(1 minute)"
    assert granted(template, "Dispatcher", "InferenceQueue") == {"sqs:SendMessage"}
    assert "dynamodb:Query" in granted(template, "Dispatcher", "Predictions")
