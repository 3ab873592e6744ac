"""The guard of the local emulators admits only requests signed with the data folder's key."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.auth
import pytest
import requests
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from local.access_key import AccessKey
from local.guard import BODY_BYTES_MAX, FORM_FIELDS_BYTES_MAX, Guard, hosts_at

PORT = 4566
ENDPOINT = f"http://127.0.0.1:{PORT}"
KEY = AccessKey("LOCALKEY", "secret" * 5)
PAGE = "http://127.0.0.1:7999"


@dataclass(frozen=True)
class RawRequest:
    """A request as the guard receives it. ``chunks`` are the parts of its body."""

    method: str
    url: str
    headers: dict[str, str]
    chunks: tuple[bytes, ...] = (b"",)
    more_headers: tuple[tuple[str, str], ...] = ()

    def with_header(self, name: str, value: str) -> "RawRequest":
        return replace(self, headers={**self.headers, name: value})


@dataclass
class Outcome:
    """The answer to a request, and what reached the emulator.

    ``reached``: whether the emulator got the request. ``content``: the body that it read. ``read_before``: the number
    of chunks that the guard had read before.
    """

    status: int = 0
    body: bytes = b""
    reached: bool = False
    content: bytes = b""
    read_before: int = 0
    headers: frozenset[str] = frozenset()
    messages: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.body.decode().partition("<Code>")[2].partition("</Code>")[0]


def outcome_of(request: RawRequest, scheme: str = "http", services: Iterable[str] | None = None) -> Outcome:
    """Send ``request`` to a guard in front of an emulator that reads the whole body and answers 200."""
    outcome = Outcome()
    parts = list(request.chunks)
    count = len(parts)

    async def receive() -> dict[str, Any]:
        body = parts.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        outcome.messages.append(message["type"])
        outcome.status = message.get("status", outcome.status)
        outcome.body += message.get("body", b"")

    async def emulator(scope: Any, receive: Any, send: Any) -> None:
        outcome.reached, outcome.read_before = True, count - len(parts)
        outcome.headers = frozenset(name.decode() for name, _ in scope["headers"])
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            outcome.content += message["body"]
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    netloc = urlsplit(request.url).netloc
    path, _, query = request.url.partition(netloc)[2].partition("?")  # a fragment stays in the path
    headers = [*{"host": netloc, **request.headers}.items(), *request.more_headers]
    scope = {
        "type": scheme,
        "method": request.method,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    guard = Guard(emulator, {KEY.id: KEY.secret}.get, hosts_at(PORT), [PAGE], services)
    asyncio.run(guard(scope, receive, send))
    return outcome


def client(service: str, key: AccessKey = KEY) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service, endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id=key.id,
        aws_secret_access_key=key.secret, config=Config(signature_version="s3v4" if service == "s3" else None),
    )  # fmt: skip


def request_by(service: str, call: Callable[[Any], object], key: AccessKey = KEY) -> RawRequest:
    """Return the request that boto3 would send."""
    captured: list[AWSPreparedRequest] = []

    class CapturedError(Exception):
        pass

    def capture(request: AWSPreparedRequest, **_: object) -> None:
        captured.append(request)
        raise CapturedError

    service_client = client(service, key)
    service_client.meta.events.register(f"before-send.{service}", capture)
    with pytest.raises(CapturedError):
        call(service_client)
    [request] = captured
    body: Any = request.body or b""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else body.read()
    headers = {
        name: value if isinstance(value, str) else value.decode("latin-1") for name, value in request.headers.items()
    }
    return RawRequest(request.method, request.url, headers, (content,))


def get_item(key: AccessKey = KEY) -> RawRequest:
    return request_by("dynamodb", lambda dynamodb: dynamodb.get_item(TableName="Users", Key={"id": {"S": "ü"}}), key)


def put_object(key: AccessKey = KEY) -> RawRequest:
    return request_by("s3", lambda s3: s3.put_object(Bucket="files", Key="a b/ü+~.csv", Body=b"ID\n1\n"), key)


def list_objects(key: AccessKey = KEY) -> RawRequest:
    return request_by("s3", lambda s3: s3.list_objects_v2(Bucket="files", Prefix="a b/ü", MaxKeys=7), key)


def send_message(key: AccessKey = KEY) -> RawRequest:
    return request_by("sqs", lambda sqs: sqs.send_message(QueueUrl=f"{ENDPOINT}/0/q", MessageBody="ü"), key)


def presigned(key: AccessKey = KEY) -> RawRequest:
    url = client("s3", key).generate_presigned_url(
        "get_object", {"Bucket": "files", "Key": "a b/ü.csv", "ResponseContentDisposition": "attachment"}, 60
    )
    return RawRequest("GET", url, {})


def form(
    key: AccessKey = KEY, file: bytes = b"ID\n1\n", fields: dict[str, str] | None = None, seconds: int = 60
) -> RawRequest:
    post = client("s3", key).generate_presigned_post("files", "uploads/1", ExpiresIn=seconds)
    files = [("file", ("p.csv", file, "text/csv"))]
    prepared = requests.Request("POST", post["url"], data=post["fields"] | (fields or {}), files=files).prepare()
    body = prepared.body
    assert isinstance(body, bytes)
    chunks = tuple(body[start : start + 4096] for start in range(0, len(body), 4096))
    return RawRequest("POST", str(prepared.url), dict(prepared.headers), chunks)


KINDS = [get_item, put_object, list_objects, send_message, presigned, form]


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_signed_with_the_key_reaches_the_emulator_unchanged(kind: Callable[[], RawRequest]) -> None:
    request = kind()

    outcome = outcome_of(request)

    assert (outcome.status, outcome.reached, outcome.content) == (200, True, b"".join(request.chunks))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key_id", ["test", "123456789012", "", KEY.id.lower(), f"{KEY.id}X"])
def test_row_20_another_key_is_refused_whatever_its_secret(
    kind: Callable[[AccessKey], RawRequest], key_id: str
) -> None:
    if not key_id:
        request = kind(AccessKey("x", KEY.secret))
        request = replace(
            request,
            url=request.url.replace("=x%2F", "=%2F"),
            chunks=tuple(c.replace(b"x/2", b"/2") for c in request.chunks),
        )
        request = replace(
            request, headers={name: value.replace("=x/", "=/") for name, value in request.headers.items()}
        )
    else:
        request = kind(AccessKey(key_id, KEY.secret))

    outcome = outcome_of(request)

    assert (outcome.status, outcome.reached) == (403, False)
    if key_id:  # "None" is the secret that botocore would use for an unknown key
        assert not outcome_of(kind(AccessKey(key_id, "None"))).reached


@pytest.mark.parametrize("kind", KINDS)
def test_row_20_another_secret_is_refused(kind: Callable[[AccessKey], RawRequest]) -> None:
    outcome = outcome_of(kind(AccessKey(KEY.id, "test")))

    assert (outcome.status, outcome.reached) == (403, False)
    assert b"SignatureDoesNotMatch" in outcome.body


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (put_object, "/a%20b/", "/a%20c/"),
        (list_objects, "max-keys=7", "max-keys=9"),
        (list_objects, "/files", "/other"),
        (presigned, "X-Amz-Expires=60", "X-Amz-Expires=61"),
        (presigned, "attachment", "inline"),
    ],
)
def test_another_url_than_the_signed_one_is_refused(kind: Callable[[], RawRequest], old: str, new: str) -> None:
    request = kind()
    assert old in request.url

    assert outcome_of(replace(request, url=request.url.replace(old, new))).code == "SignatureDoesNotMatch"


def test_another_operation_or_method_than_the_signed_one_is_refused() -> None:
    request = get_item()

    assert not outcome_of(request.with_header("X-Amz-Target", "DynamoDB_20120810.DeleteTable")).reached
    assert not outcome_of(replace(list_objects(), method="DELETE")).reached
    assert not outcome_of(replace(presigned(), method="DELETE")).reached


def test_row_20_another_body_than_the_signed_one_is_refused() -> None:
    request = get_item()

    assert not outcome_of(replace(request, chunks=(b'{"TableName": "Vouchers"}',))).reached


def test_row_20_the_emulator_never_receives_the_end_of_a_file_with_a_wrong_hash() -> None:
    outcome = outcome_of(replace(put_object(), chunks=(b"ID\n", b"2\n")))

    assert (outcome.status, outcome.content) == (403, b"ID\n")
    assert outcome.code == "XAmzContentSHA256Mismatch"


def test_row_20_a_header_of_aws_that_was_not_signed_is_refused() -> None:
    outcome = outcome_of(list_objects().with_header("X-Amz-Bypass-Governance-Retention", "true"))

    assert (outcome.status, outcome.reached) == (403, False)
    assert "x-amz-bypass-governance-retention" in outcome.body.decode()


@pytest.mark.parametrize("name", ["Host", "X-Amz-Date", "Authorization", "Origin", "X-Amz-Content-SHA256"])
def test_a_repeated_header_is_refused(name: str) -> None:
    request = list_objects()
    value = {"Host": f"127.0.0.1:{PORT}", "Origin": PAGE}.get(name) or request.headers[name]
    repeated = replace(request.with_header(name, value), more_headers=((name, value),))

    assert outcome_of(repeated).code == "InvalidRequest"


@pytest.mark.parametrize("minutes", [-16, 16])
@pytest.mark.parametrize("kind", [get_item, put_object])
def test_a_request_signed_more_than_15_minutes_from_now_is_refused(
    kind: Callable[[], RawRequest], minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_at = (datetime.now(UTC) + timedelta(minutes=minutes)).replace(tzinfo=None)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: signed_at)
    request = kind()
    monkeypatch.undo()

    outcome = outcome_of(request)

    assert (outcome.status, outcome.reached) == (403, False)
    assert b"RequestTimeTooSkewed" in outcome.body


def test_row_20_a_presigned_url_is_valid_until_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    def signed_seconds_ago(seconds: int) -> RawRequest:
        signed_at = (datetime.now(UTC) - timedelta(seconds=seconds)).replace(tzinfo=None)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: signed_at)
        request = presigned()
        monkeypatch.undo()
        return request

    assert outcome_of(signed_seconds_ago(50)).reached
    assert not outcome_of(signed_seconds_ago(62)).reached


def test_presigned_urls_of_other_services_than_s3_are_refused() -> None:
    url = client("sqs").generate_presigned_url("list_queues", ExpiresIn=60)

    assert not outcome_of(RawRequest("POST", url, {})).reached


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/files/uploads/1"), ("PUT", "/files/x"), ("DELETE", "/files"), ("POST", "/"),
     ("POST", "/files"), ("POST", "/?Action=CreateQueue&QueueName=q"),
     ("POST", "/2015-03-31/functions"), ("OPTIONS", "/files")],
)  # fmt: skip
def test_row_20_an_unsigned_request_is_refused(method: str, path: str) -> None:
    outcome = outcome_of(RawRequest(method, ENDPOINT + path, {}))

    assert (outcome.status, outcome.reached, outcome.code) == (403, False, "AccessDenied")


@pytest.mark.parametrize(
    "path",
    ["/_ministack/reset", "/%5Fministack/reset", "/%5fministack%2Freset", "/_localstack/health", "/_aws/sqs/messages"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_row_20_the_control_routes_are_closed(method: str, path: str) -> None:
    assert not outcome_of(RawRequest(method, ENDPOINT + path, {"Origin": PAGE})).reached
    assert not outcome_of(replace(form(), method=method, url=ENDPOINT + path)).reached
    assert not outcome_of(signed(method, path)).reached
    assert outcome_of(signed(method, "/files")).reached


def signed(method: str, path: str) -> RawRequest:
    """Return a signed request with an empty body."""
    request = AWSRequest(method, ENDPOINT + path, {"X-Amz-Content-SHA256": hashlib.sha256(b"").hexdigest()})
    botocore.auth.S3SigV4Auth(Credentials(KEY.id, KEY.secret), "s3", "eu-central-1").add_auth(request)
    return RawRequest(method, ENDPOINT + path, dict(request.headers))


def test_the_health_route_is_open() -> None:
    assert outcome_of(RawRequest("GET", f"{ENDPOINT}/_ministack/health", {})).reached
    assert not outcome_of(RawRequest("POST", f"{ENDPOINT}/_ministack/health", {})).reached


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:7999", "127.0.0.1:4566.evil.example"]
)
def test_row_20_a_foreign_host_is_refused(kind: Callable[[], RawRequest], host: str) -> None:
    assert not outcome_of(kind().with_header("host", host)).reached


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "http://127.0.0.1:8000", f"{PAGE}.evil.example", ENDPOINT]
)
def test_row_20_a_page_of_another_origin_is_refused_even_with_a_valid_signature(
    kind: Callable[[], RawRequest], origin: str
) -> None:
    assert not outcome_of(kind().with_header("Origin", origin)).reached


def test_the_page_may_send_a_preflight_and_an_upload_form() -> None:
    preflight = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}

    assert outcome_of(RawRequest("OPTIONS", f"{ENDPOINT}/files", preflight)).reached
    assert outcome_of(form().with_header("Origin", PAGE)).reached


def test_a_web_socket_is_refused() -> None:
    outcome = outcome_of(RawRequest("GET", f"{ENDPOINT}/", {}), "websocket")

    assert (outcome.reached, outcome.messages) == (False, ["websocket.close"])


@pytest.mark.parametrize("name", ["policy", "x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-algorithm"])
def test_row_20_an_upload_form_with_another_policy_or_signature_is_refused(name: str) -> None:
    for value in ("", "x", "eyJ9"):
        assert not outcome_of(form(fields={name: value})).reached


def test_the_guard_reads_only_the_beginning_of_an_upload_form() -> None:
    request = form(file=b"1,2,3\n" * 100_000)

    outcome = outcome_of(request)

    assert outcome.content == b"".join(request.chunks)
    assert outcome.read_before <= FORM_FIELDS_BYTES_MAX / 4096 + 1


def test_form_fields_after_the_file_or_beyond_the_limit_are_ignored() -> None:
    signed = form()
    boundary, _, rest = b"".join(signed.chunks).partition(b"\r\n")
    padding = b'Content-Disposition: form-data; name="x-ignore-1"\r\n\r\n' + b"x" * FORM_FIELDS_BYTES_MAX
    file = b'Content-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n1'

    for first in (padding, file):
        assert not outcome_of(replace(signed, chunks=(b"\r\n".join([boundary, first, boundary, rest]),))).reached


@pytest.mark.parametrize(
    "path", ["/", "/files/key", "/files?acl", "/files/", "/other", "/%66iles", "//files", "/files#"]
)
def test_row_20_a_form_gives_access_to_its_bucket_only(path: str) -> None:
    request = replace(form(), url=ENDPOINT + path)

    assert not outcome_of(request).reached
    assert not outcome_of(request.with_header("X-Amz-Target", "AmazonSQS")).reached


def test_row_20_a_form_chooses_no_other_service() -> None:
    target = form().with_header("X-Amz-Target", "AmazonSQS.PurgeQueue").with_header("Content-Encoding", "gzip")
    plain = form()
    hidden = replace(plain, chunks=(b"Action=PurgeQueue&QueueUrl=q&z=\r\n", *plain.chunks))

    assert outcome_of(target).headers <= {"host", "content-type", "content-length"}
    assert outcome_of(hidden).code == "MalformedPOSTRequest"


def test_row_20_a_form_is_valid_until_it_expires() -> None:
    assert outcome_of(form(seconds=5)).reached
    assert not outcome_of(form(seconds=0)).reached


def test_row_20_a_presigned_url_is_for_a_download_only() -> None:
    request = presigned()

    assert outcome_of(request.with_header("Content-Type", "application/x-www-form-urlencoded")).headers == {"host"}
    assert not outcome_of(request.with_header("X-Amz-Target", "AmazonSQS.PurgeQueue")).reached
    assert not outcome_of(replace(request.with_header("Content-Length", "9"), chunks=(b"Action=x&",))).reached
    assert not outcome_of(replace(request, url=request.url + "#&X-Amz-Expires=9")).reached
    assert not outcome_of(replace(request, url=request.url.replace("Expires=60", f"Expires={'6' * 5000}"))).reached


@pytest.mark.parametrize("kind", KINDS)
def test_row_20_only_the_allowed_services_are_served(kind: Callable[[], RawRequest]) -> None:
    service = "dynamodb" if kind is get_item else "sqs" if kind is send_message else "s3"

    assert outcome_of(kind(), services=[service]).reached
    assert not outcome_of(kind(), services={"dynamodb", "sqs", "s3"} - {service}).reached


def test_a_long_body_without_its_hash_in_the_headers_is_refused() -> None:
    request = get_item()

    outcome = outcome_of(replace(request, chunks=(b" " * BODY_BYTES_MAX, b" ")))

    assert (outcome.status, outcome.reached) == (403, False)
    assert b"EntityTooLarge" in outcome.body


def test_the_sdk_can_read_a_refusal() -> None:
    refused = json.loads(outcome_of(get_item(AccessKey("test", "test"))).body)

    assert refused["__type"] == "InvalidClientTokenId"
    assert outcome_of(put_object(AccessKey("test", "test"))).code == "InvalidClientTokenId"
