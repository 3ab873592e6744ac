"""Other users of the machine, and programs without the data folder's key, get nothing from the running stack."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from local.access_key import FILE, AccessKey, access_key
from local.errors import StackError
from tests.support.stack import ROOT, SAMPLES, Person, RunningStack, children_of

SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()
NOBODY = 65534

STRANGERS = [AccessKey("test", "test"), AccessKey("123456789012", "anything"), AccessKey("AKIAIOSFODNN7EXAMPLE", "x")]


def client(service: str, url: str, key: AccessKey) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service, endpoint_url=url, region_name="eu-central-1", aws_access_key_id=key.id,
        aws_secret_access_key=key.secret, config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda key: key.id)
def test_row_20_an_unknown_key_can_read_and_change_nothing(stack: RunningStack, stranger: AccessKey) -> None:
    variables = stack.variables()
    aws, dynamodb = variables["AWS_ENDPOINT_URL"], variables["AWS_ENDPOINT_URL_DYNAMODB"]
    attempts: list[Callable[[], object]] = [
        lambda: client("s3", aws, stranger).list_buckets(),
        lambda: client("s3", aws, stranger).delete_bucket(Bucket=variables["FILES_BUCKET"]),
        lambda: client("sqs", aws, stranger).purge_queue(QueueUrl=variables["INFERENCE_QUEUE_URL"]),
        lambda: client("dynamodb", dynamodb, stranger).scan(TableName=variables["USERS_TABLE"]),
        lambda: client("dynamodb", dynamodb, stranger).delete_table(TableName=variables["USERS_TABLE"]),
        lambda: client("iam", aws, stranger).list_roles(),
        lambda: client("lambda", aws, stranger).list_functions(),
    ]

    for attempt in attempts:
        with pytest.raises((ClientError, BotoCoreError, ResponseParserError)):
            attempt()


def test_row_20_services_that_the_stack_does_not_use_are_not_served_even_to_its_key(stack: RunningStack) -> None:
    aws, key = stack.variables()["AWS_ENDPOINT_URL"], access_key(stack.data_dir)

    served = requests.get(f"{aws}/_ministack/health", timeout=10).json()["services"]

    assert set(served) <= {"s3", "sqs", "dynamodb"}
    for service, call in (("lambda", "list_functions"), ("iam", "list_roles"), ("ssm", "describe_parameters")):
        with pytest.raises((ClientError, BotoCoreError, ResponseParserError)):
            getattr(client(service, aws, key), call)()


def test_row_20_an_upload_form_allows_one_upload_and_nothing_else(stack: RunningStack, person: Person) -> None:
    """A person on the same machine, with an account and without the key, has only the upload form of the API."""
    variables = stack.variables()
    aws, bucket = variables["AWS_ENDPOINT_URL"], variables["FILES_BUCKET"]
    prediction_id = person.finished(person.submit(SAMPLE).json()["prediction_id"])["prediction_id"]
    fields = person.http.post(f"{stack.url}/api/uploads", timeout=10).json()["fields"]
    files = {"file": ("p.csv", SAMPLE, "text/csv")}
    preamble = b"Action=PurgeQueue&QueueUrl=" + variables["INFERENCE_QUEUE_URL"].encode() + b"&z=\r\n"

    def send(path: str, before: bytes = b"", headers: dict[str, str] | None = None) -> requests.Response:
        form = requests.Request("POST", aws, data=fields, files=files).prepare()
        form.url = aws + path
        assert isinstance(form.body, bytes)
        form.body = before + form.body
        form.headers.update({"Content-Length": str(len(form.body)), **(headers or {})})
        with requests.Session() as session:
            return session.send(form, timeout=10)

    for path in ("/_ministack/reset", "/%5Fministack/reset", "/%5Fministack%2Freset", "/%5Fministack%2Fconfig", "/x"):
        assert send(path).status_code == 403, path
        assert send(path, headers={"X-Amz-Target": "AmazonSQS"}).status_code == 403, path
    for path in ("/x", f"/{bucket}"):
        refused = send(path, preamble, {"X-Amz-Target": "AmazonSQS"})
        assert refused.status_code == 403, path

    # The guard drops X-Amz-Target, so this is only an upload.
    assert send(f"/{bucket}", headers={"X-Amz-Target": "AmazonSQS.PurgeQueue"}).status_code == 204
    assert len(person.get(f"/api/predict/{prediction_id}/rows").json()["rows"]) == 10


def test_the_stack_keeps_working_when_its_key_file_is_deleted(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data")
    stack.start()
    try:
        person = Person.registered(stack.url)
        (stack.data_dir / FILE).unlink()
        (emulator,) = stack.process_ids("emulator")
        os.kill(emulator, signal.SIGKILL)
        while stack.process_ids("emulator") == [emulator]:
            time.sleep(0.05)
        deadline = time.monotonic() + 30
        while (answer := person.submit(SAMPLE)).status_code != 202 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert person.finished(answer.json()["prediction_id"])["status"] == "succeeded"
        with pytest.raises(StackError, match="holds no access key"):
            stack.variables()
        assert not (stack.data_dir / FILE).exists()
    finally:
        stack.stop()


def test_an_unsigned_request_cannot_reset_the_emulator(stack: RunningStack, person: Person) -> None:
    prediction_id = person.finished(person.submit(SAMPLE).json()["prediction_id"])["prediction_id"]

    refused = requests.post(f"{stack.variables()['AWS_ENDPOINT_URL']}/_ministack/reset", timeout=10)

    assert refused.status_code == 403
    assert len(person.get(f"/api/predict/{prediction_id}/rows").json()["rows"]) == 10


def test_row_20_no_open_port_of_the_stack_lists_tables_or_buckets_without_a_signature(stack: RunningStack) -> None:
    """The ports come from the system's table of listening sockets, which any user can read."""
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": "20260101T000000Z", "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/x/dynamodb/"
        "aws4_request, SignedHeaders=host, Signature=0",
    }  # fmt: skip
    ports = listening_ports(stack)
    variables = stack.variables()
    known = (variables["AWS_ENDPOINT_URL"], variables["AWS_ENDPOINT_URL_DYNAMODB"], stack.url)

    assert ports == {int(url.rpartition(":")[2]) for url in known}
    for port in ports:
        url = f"http://127.0.0.1:{port}/"
        answers = [
            requests.get(f"{url}?list-type=2", timeout=10),
            requests.post(url, headers=headers, data="{}", timeout=10),
            requests.post(url, headers=headers | {"Origin": "http://evil.example"}, data="{}", timeout=10),
        ]
        for answer in answers:
            assert "TableNames" not in answer.text
            assert "ListAllMyBuckets" not in answer.text


def listening_ports(stack: RunningStack) -> set[int]:
    """Return the TCP ports of this machine's network on which a process of the stack listens."""
    children = stack.all_process_ids()
    pids = {*children, *(grandchild for child in children for grandchild in children_of(child))}
    links = [str(link.readlink()) for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    inodes = {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:[")}
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in inodes}


def test_row_20_another_user_cannot_open_any_file_of_the_data_folder() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        stack = RunningStack(Path(folder, "data"))
        stack.start()
        try:
            files = [str(path) for path in stack.data_dir.rglob("*") if path.is_file()]
            assert str(stack.data_dir / FILE) in files
            command = 'for file; do test -r "$file" && echo "$file"; done; test -r "$0"'
            opened = subprocess.run(
                ["/bin/sh", "-c", command, "/etc/passwd", *files], cwd="/", user=NOBODY, group=NOBODY, extra_groups=[],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        finally:
            stack.stop()

    assert (opened.stdout, opened.stderr, opened.returncode) == ("", "", 0)


def test_only_the_owner_can_read_the_key_and_the_stack_s_files(stack: RunningStack) -> None:
    for name in (FILE, "signing-secret", "stack.json", "processes.json"):
        assert (stack.data_dir / name).stat().st_mode & 0o777 == 0o600, name
    assert access_key(stack.data_dir).secret not in (stack.data_dir / "stack.json").read_text()
    assert access_key(stack.data_dir).secret not in stack.output()


def test_local_running_prints_the_variables_of_a_running_stack_only(stack: RunningStack, tmp_path: Path) -> None:
    def run_local_running(folder: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "local.running", str(folder)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    lines = run_local_running(stack.data_dir).stdout.splitlines()

    variables = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    key = AccessKey(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])
    names = client("dynamodb", variables["AWS_ENDPOINT_URL_DYNAMODB"], key).list_tables()["TableNames"]
    assert stack.variables()["USERS_TABLE"] in names
    not_running = run_local_running(tmp_path)
    assert (not_running.returncode, not_running.stdout) == (1, "")
    assert not_running.stderr == "The local stack is not running; start it with 'make run'.\n"


def test_a_damaged_key_gives_one_sentence_and_a_deleted_one_is_created_again(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    stack = RunningStack(data_dir)
    stack.start()
    person = Person.registered(stack.url)
    stack.interrupt()
    before = access_key(data_dir)

    (data_dir / FILE).write_text("{")
    ended = subprocess.run(
        [sys.executable, "-m", "local", "--port", "0", "--emulator-port", "0", "--data-dir", str(data_dir)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.strip().startswith(f"{data_dir / FILE} holds no access key. Stop the stack and delete")
    (data_dir / FILE).unlink()
    stack.start()
    try:
        assert access_key(data_dir) != before
        assert person.finished(person.submit(SAMPLE).json()["prediction_id"])["status"] == "succeeded"
    finally:
        stack.stop()
