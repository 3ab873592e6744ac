"""The guard of the local emulators: what is signed with the data folder's key passes, and nothing else."""

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
class Sent:
    """A request as it would be on the wire; ``chunks`` are the parts of its body."""

    method: str
    url: str
    headers: dict[str, str]
    chunks: tuple[bytes, ...] = (b"",)
    more_headers: tuple[tuple[str, str], ...] = ()

    def with_header(self, name: str, value: str) -> "Sent":
        return replace(self, headers={**self.headers, name: value})


@dataclass
class Outcome:
    """What came of a request: the status, the error code, and what the emulator read."""

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


def answer_of(sent: Sent, scheme: str = "http", services: Iterable[str] | None = None) -> Outcome:
    """Put ``sent`` to a guard with an emulator behind it that reads all and answers 200."""
    outcome = Outcome()
    parts = list(sent.chunks)
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

    netloc = urlsplit(sent.url).netloc
    path, _, query = sent.url.partition(netloc)[2].partition("?")  # a fragment stays, as on the wire
    headers = [*{"host": netloc, **sent.headers}.items(), *sent.more_headers]
    scope = {
        "type": scheme,
        "method": sent.method,
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


def sent_by(service: str, call: Callable[[Any], object], key: AccessKey = KEY) -> Sent:
    """Return what boto3 would send."""
    caught: list[AWSPreparedRequest] = []

    class CaughtError(Exception):
        pass

    def catch(request: AWSPreparedRequest, **_: object) -> None:
        caught.append(request)
        raise CaughtError

    there = client(service, key)
    there.meta.events.register(f"before-send.{service}", catch)
    with pytest.raises(CaughtError):
        call(there)
    [request] = caught
    body: Any = request.body or b""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else body.read()
    headers = {
        name: value if isinstance(value, str) else value.decode("latin-1") for name, value in request.headers.items()
    }
    return Sent(request.method, request.url, headers, (content,))


def get_item(key: AccessKey = KEY) -> Sent:
    return sent_by("dynamodb", lambda there: there.get_item(TableName="Users", Key={"id": {"S": "ü"}}), key)


def put_object(key: AccessKey = KEY) -> Sent:
    return sent_by("s3", lambda there: there.put_object(Bucket="files", Key="a b/ü+~.csv", Body=b"ID\n1\n"), key)


def list_objects(key: AccessKey = KEY) -> Sent:
    return sent_by("s3", lambda there: there.list_objects_v2(Bucket="files", Prefix="a b/ü", MaxKeys=7), key)


def send_message(key: AccessKey = KEY) -> Sent:
    return sent_by("sqs", lambda there: there.send_message(QueueUrl=f"{ENDPOINT}/0/q", MessageBody="ü"), key)


def presigned(key: AccessKey = KEY) -> Sent:
    url = client("s3", key).generate_presigned_url(
        "get_object", {"Bucket": "files", "Key": "a b/ü.csv", "ResponseContentDisposition": "attachment"}, 60
    )
    return Sent("GET", url, {})


def form(
    key: AccessKey = KEY, file: bytes = b"ID\n1\n", fields: dict[str, str] | None = None, seconds: int = 60
) -> Sent:
    made = client("s3", key).generate_presigned_post("files", "uploads/1", ExpiresIn=seconds)
    files = [("file", ("p.csv", file, "text/csv"))]
    prepared = requests.Request("POST", made["url"], data=made["fields"] | (fields or {}), files=files).prepare()
    body = prepared.body
    assert isinstance(body, bytes)
    chunks = tuple(body[start : start + 4096] for start in range(0, len(body), 4096))
    return Sent("POST", str(prepared.url), dict(prepared.headers), chunks)


KINDS = [get_item, put_object, list_objects, send_message, presigned, form]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_signed_with_the_key_reaches_the_emulator_as_it_was_sent(kind: Callable[[], Sent]) -> None:
    sent = kind()

    outcome = answer_of(sent)

    assert (outcome.status, outcome.reached, outcome.content) == (200, True, b"".join(sent.chunks))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key_id", ["test", "123456789012", "", KEY.id.lower(), f"{KEY.id}X"])
def test_row_20_another_key_is_refused_whatever_its_secret(kind: Callable[[AccessKey], Sent], key_id: str) -> None:
    if not key_id:
        sent = kind(AccessKey("x", KEY.secret))
        sent = replace(
            sent, url=sent.url.replace("=x%2F", "=%2F"), chunks=tuple(c.replace(b"x/2", b"/2") for c in sent.chunks)
        )
        sent = replace(sent, headers={name: value.replace("=x/", "=/") for name, value in sent.headers.items()})
    else:
        sent = kind(AccessKey(key_id, KEY.secret))

    outcome = answer_of(sent)

    assert (outcome.status, outcome.reached) == (403, False)
    if key_id:  # the secret that botocore would make of one that is missing
        assert not answer_of(kind(AccessKey(key_id, "None"))).reached


@pytest.mark.parametrize("kind", KINDS)
def test_row_20_another_secret_is_refused(kind: Callable[[AccessKey], Sent]) -> None:
    outcome = answer_of(kind(AccessKey(KEY.id, "test")))

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
def test_another_address_than_the_signed_one_is_refused(kind: Callable[[], Sent], old: str, new: str) -> None:
    sent = kind()
    assert old in sent.url

    assert answer_of(replace(sent, url=sent.url.replace(old, new))).code == "SignatureDoesNotMatch"


def test_another_operation_or_method_than_the_signed_one_is_refused() -> None:
    sent = get_item()

    assert not answer_of(sent.with_header("X-Amz-Target", "DynamoDB_20120810.DeleteTable")).reached
    assert not answer_of(replace(list_objects(), method="DELETE")).reached
    assert not answer_of(replace(presigned(), method="DELETE")).reached


def test_row_20_another_body_than_the_signed_one_is_refused() -> None:
    sent = get_item()

    assert not answer_of(replace(sent, chunks=(b'{"TableName": "Vouchers"}',))).reached


def test_row_20_of_a_file_with_another_hash_than_the_signed_one_the_emulator_never_sees_the_end() -> None:
    outcome = answer_of(replace(put_object(), chunks=(b"ID\n", b"2\n")))

    assert (outcome.status, outcome.content) == (403, b"ID\n")
    assert outcome.code == "XAmzContentSHA256Mismatch"


def test_row_20_a_header_of_aws_that_was_not_signed_is_refused() -> None:
    outcome = answer_of(list_objects().with_header("X-Amz-Bypass-Governance-Retention", "true"))

    assert (outcome.status, outcome.reached) == (403, False)
    assert "x-amz-bypass-governance-retention" in outcome.body.decode()


@pytest.mark.parametrize("name", ["Host", "X-Amz-Date", "Authorization", "Origin", "X-Amz-Content-SHA256"])
def test_a_header_that_is_there_twice_is_refused(name: str) -> None:
    sent = list_objects()
    value = {"Host": f"127.0.0.1:{PORT}", "Origin": PAGE}.get(name) or sent.headers[name]
    twice = replace(sent.with_header(name, value), more_headers=((name, value),))

    assert answer_of(twice).code == "InvalidRequest"


@pytest.mark.parametrize("minutes", [-16, 16])
@pytest.mark.parametrize("kind", [get_item, put_object])
def test_a_request_signed_more_than_15_minutes_from_now_is_refused(
    kind: Callable[[], Sent], minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_at = (datetime.now(UTC) + timedelta(minutes=minutes)).replace(tzinfo=None)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: signed_at)
    sent = kind()
    monkeypatch.undo()

    outcome = answer_of(sent)

    assert (outcome.status, outcome.reached) == (403, False)
    assert b"RequestTimeTooSkewed" in outcome.body


def test_row_20_a_presigned_address_is_good_until_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    def signed_seconds_ago(seconds: int) -> Sent:
        signed_at = (datetime.now(UTC) - timedelta(seconds=seconds)).replace(tzinfo=None)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: signed_at)
        sent = presigned()
        monkeypatch.undo()
        return sent

    assert answer_of(signed_seconds_ago(50)).reached
    assert not answer_of(signed_seconds_ago(62)).reached


def test_only_addresses_of_s3_may_be_presigned() -> None:
    url = client("sqs").generate_presigned_url("list_queues", ExpiresIn=60)

    assert not answer_of(Sent("POST", url, {})).reached


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/files/uploads/1"), ("PUT", "/files/x"), ("DELETE", "/files"), ("POST", "/"),
     ("POST", "/files"), ("POST", "/?Action=CreateQueue&QueueName=q"),
     ("POST", "/2015-03-31/functions"), ("OPTIONS", "/files")],
)  # fmt: skip
def test_row_20_what_is_not_signed_is_refused(method: str, path: str) -> None:
    outcome = answer_of(Sent(method, ENDPOINT + path, {}))

    assert (outcome.status, outcome.reached, outcome.code) == (403, False, "AccessDenied")


@pytest.mark.parametrize(
    "path",
    ["/_ministack/reset", "/%5Fministack/reset", "/%5fministack%2Freset", "/_localstack/health", "/_aws/sqs/messages"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_row_20_the_control_routes_are_closed(method: str, path: str) -> None:
    assert not answer_of(Sent(method, ENDPOINT + path, {"Origin": PAGE})).reached
    assert not answer_of(replace(form(), method=method, url=ENDPOINT + path)).reached
    assert not answer_of(signed(method, path)).reached
    assert answer_of(signed(method, "/files")).reached


def signed(method: str, path: str) -> Sent:
    """Return a request that is signed for whatever path."""
    request = AWSRequest(method, ENDPOINT + path, {"X-Amz-Content-SHA256": hashlib.sha256(b"").hexdigest()})
    botocore.auth.S3SigV4Auth(Credentials(KEY.id, KEY.secret), "s3", "eu-central-1").add_auth(request)
    return Sent(method, ENDPOINT + path, dict(request.headers))


def test_the_health_route_is_open() -> None:
    assert answer_of(Sent("GET", f"{ENDPOINT}/_ministack/health", {})).reached
    assert not answer_of(Sent("POST", f"{ENDPOINT}/_ministack/health", {})).reached


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:7999", "127.0.0.1:4566.evil.example"]
)
def test_row_20_a_foreign_host_is_refused(kind: Callable[[], Sent], host: str) -> None:
    assert not answer_of(kind().with_header("host", host)).reached


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "http://127.0.0.1:8000", f"{PAGE}.evil.example", ENDPOINT]
)
def test_row_20_a_page_of_another_origin_is_refused_even_with_a_good_signature(
    kind: Callable[[], Sent], origin: str
) -> None:
    assert not answer_of(kind().with_header("Origin", origin)).reached


def test_the_page_may_ask_before_an_upload_and_send_its_form() -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}

    assert answer_of(Sent("OPTIONS", f"{ENDPOINT}/files", asked)).reached
    assert answer_of(form().with_header("Origin", PAGE)).reached


def test_a_web_socket_is_refused() -> None:
    outcome = answer_of(Sent("GET", f"{ENDPOINT}/", {}), "websocket")

    assert (outcome.reached, outcome.messages) == (False, ["websocket.close"])


@pytest.mark.parametrize("name", ["policy", "x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-algorithm"])
def test_row_20_an_upload_form_with_another_policy_or_signature_is_refused(name: str) -> None:
    for value in ("", "x", "eyJ9"):
        assert not answer_of(form(fields={name: value})).reached


def test_of_an_upload_form_only_the_beginning_is_read_before_the_emulator_gets_it() -> None:
    sent = form(file=b"1,2,3\n" * 100_000)

    outcome = answer_of(sent)

    assert outcome.content == b"".join(sent.chunks)
    assert outcome.read_before <= FORM_FIELDS_BYTES_MAX / 4096 + 1


def test_fields_that_come_too_late_or_after_the_file_are_not_looked_at() -> None:
    signed = form()
    head, _, rest = b"".join(signed.chunks).partition(b"\r\n")
    padding = b'Content-Disposition: form-data; name="x-ignore-1"\r\n\r\n' + b"x" * FORM_FIELDS_BYTES_MAX
    file = b'Content-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n1'

    for first in (padding, file):
        assert not answer_of(replace(signed, chunks=(b"\r\n".join([head, first, head, rest]),))).reached


@pytest.mark.parametrize(
    "path", ["/", "/files/key", "/files?acl", "/files/", "/other", "/%66iles", "//files", "/files#"]
)
def test_row_20_a_form_opens_nothing_but_its_bucket(path: str) -> None:
    sent = replace(form(), url=ENDPOINT + path)

    assert not answer_of(sent).reached
    assert not answer_of(sent.with_header("X-Amz-Target", "AmazonSQS")).reached


def test_row_20_a_form_chooses_no_other_service() -> None:
    target = form().with_header("X-Amz-Target", "AmazonSQS.PurgeQueue").with_header("Content-Encoding", "gzip")
    plain = form()
    hidden = replace(plain, chunks=(b"Action=PurgeQueue&QueueUrl=q&z=\r\n", *plain.chunks))

    assert answer_of(target).headers <= {"host", "content-type", "content-length"}
    assert answer_of(hidden).code == "MalformedPOSTRequest"


def test_row_20_a_form_is_good_until_it_expires() -> None:
    assert answer_of(form(seconds=5)).reached
    assert not answer_of(form(seconds=0)).reached


def test_row_20_a_presigned_address_is_for_a_download_only() -> None:
    sent = presigned()

    assert answer_of(sent.with_header("Content-Type", "application/x-www-form-urlencoded")).headers == {"host"}
    assert not answer_of(sent.with_header("X-Amz-Target", "AmazonSQS.PurgeQueue")).reached
    assert not answer_of(replace(sent.with_header("Content-Length", "9"), chunks=(b"Action=x&",))).reached
    assert not answer_of(replace(sent, url=sent.url + "#&X-Amz-Expires=9")).reached
    assert not answer_of(replace(sent, url=sent.url.replace("Expires=60", f"Expires={'6' * 5000}"))).reached


@pytest.mark.parametrize("kind", KINDS)
def test_row_20_only_the_named_services_may_be_asked(kind: Callable[[], Sent]) -> None:
    service = "dynamodb" if kind is get_item else "sqs" if kind is send_message else "s3"

    assert answer_of(kind(), services=[service]).reached
    assert not answer_of(kind(), services={"dynamodb", "sqs", "s3"} - {service}).reached


def test_a_long_body_whose_hash_is_not_declared_is_refused() -> None:
    sent = get_item()

    outcome = answer_of(replace(sent, chunks=(b" " * BODY_BYTES_MAX, b" ")))

    assert (outcome.status, outcome.reached) == (403, False)
    assert b"EntityTooLarge" in outcome.body


def test_a_refusal_is_in_the_form_that_the_sdk_reads() -> None:
    refused = json.loads(answer_of(get_item(AccessKey("test", "test"))).body)

    assert refused["__type"] == "InvalidClientTokenId"
    assert answer_of(put_object(AccessKey("test", "test"))).code == "InvalidClientTokenId"
