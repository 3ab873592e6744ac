"""The guard in front of the local AWS emulators: it admits only requests signed with the data folder's key (ADR 8).

It verifies AWS Signature Version 4 with botocore's own signers, before the emulator routes the request.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ALGORITHM = "AWS4-HMAC-SHA256"
HEALTH = "/_ministack/health"

FORM_FIELDS_BYTES_MAX = 16 * 1024
"""The maximum length of an upload form's fields before its file."""
BODY_BYTES_MAX = 16 * 1024 * 1024
"""The maximum length of a body whose hash is not in the headers: DynamoDB's limit. The guard reads it whole."""
_CLOCK_SKEW = timedelta(minutes=15)
_EXPIRES_SECONDS_MAX = 7 * 24 * 3600
_HASH = re.compile(r"[0-9a-f]{64}")
_BUCKET = re.compile(r"/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")

# The signature of a presigned URL or a form covers no headers, and an emulator chooses service and operation by some of
# them. So the guard passes only headers that a browser sends by itself and that choose neither.
_HEADERS_OF_A_PREFLIGHT = frozenset(
    {"host", "origin", "access-control-request-method", "access-control-request-headers"}
)
_HEADERS_OF_A_FORM = frozenset({"host", "origin", "content-type", "content-length", "transfer-encoding", "expect"})
_HEADERS_OF_A_DOWNLOAD = frozenset({"host", "origin", "range", "if-match", "if-none-match", "if-range"})


def hosts_at(port: int) -> set[str]:
    """Return the valid values of the Host header for a server at this port of loopback."""
    return {f"127.0.0.1:{port}", f"localhost:{port}"}


class RefusedError(Exception):
    """The guard refuses a request. ``code`` is AWS's error code, the text is the reason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """The request line and the headers of an HTTP request.

    ``path`` and ``query`` are percent-encoded, as the client sent them. Header names are in lower case.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    repeated: frozenset[str]
    """The names of headers that appear more than once."""

    @classmethod
    def of(cls, scope: Scope) -> Request:
        """Return the request of an ASGI scope."""
        items = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        headers = dict(items)
        names = [name for name, _ in items] if len(headers) < len(items) else []
        return cls(
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            frozenset(name for name in names if names.count(name) > 1),
        )

    def header(self, name: str) -> str | None:
        """Return the header's value, or None without it."""
        if name in self.repeated:  # the guard and the emulator could read different values
            raise RefusedError("InvalidRequest", f"The header {name} appears twice.")
        return self.headers.get(name)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature with its credential scope. ``time`` has the form of X-Amz-Date: 20261129T120000Z."""

    key_id: str
    region: str
    service: str
    time: str
    value: str

    @classmethod
    def parsed(cls, credential: str, time: str, value: str) -> Signature:
        """Return the signature. Raises ``RefusedError`` if the credential is malformed or names another day."""
        scope = credential.split("/")
        if len(scope) != 5 or scope[4] != "aws4_request" or scope[1] != time[:8]:
            raise RefusedError("IncompleteSignature", "The credential is not KEY/DATE/REGION/SERVICE/aws4_request.")
        return cls(scope[0], scope[2], scope[3], time, value)

    def signed_at(self) -> datetime:
        """Return the time of signing."""
        try:
            return _time(self.time)
        except ValueError as error:
            raise RefusedError("IncompleteSignature", "X-Amz-Date is not like 20261129T120000Z.") from error


@lru_cache  # many requests are signed in one second
def _time(text: str) -> datetime:
    return datetime.strptime(text, SIGV4_TIMESTAMP).replace(tzinfo=UTC)


SecretOf = Callable[[str], str | None]


class Guard:
    """An ASGI application that passes signed requests to an emulator's ``application`` and refuses all others.

    Parameters
    ----------
    secret_of
        Returns the secret of an access key id, or None for an unknown key.
    hosts
        The allowed values of the Host header. This stops DNS rebinding: pages whose domain name resolves to loopback.
    origins
        The page's own origins. Requests from pages of other origins are refused.
    services
        The allowed services, by their names in signatures. None allows all.
    """

    def __init__(
        self,
        application: Application,
        secret_of: SecretOf,
        hosts: Iterable[str],
        origins: Iterable[str] = (),
        services: Iterable[str] | None = None,
    ) -> None:
        self._application = application
        self._secret_of = secret_of
        self._hosts = frozenset(hosts)
        self._origins = frozenset(origins)
        self._services = None if services is None else frozenset(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # nothing here needs a websocket
        else:
            body = _Body(receive)
            try:
                passed_headers = await self._admit(Request.of(scope), body)
            except RefusedError as error:
                await _refuse(scope, error, send)
                return
            if passed_headers is not None:
                headers = [item for item in scope["headers"] if item[0].decode("latin-1").lower() in passed_headers]
                scope = {**scope, "headers": headers}
            await self._application(scope, body.receive, send)
            if body.was_altered:
                await _refuse(scope, RefusedError("XAmzContentSHA256Mismatch", "The body has another hash."), send)

    async def _admit(self, request: Request, body: _Body) -> frozenset[str] | None:
        """Return the names of the headers to pass on, None for all. Raises ``RefusedError`` to refuse the request."""
        self._check_target(request)
        if _is_health(request):
            return frozenset({"host"})
        if authorization := request.header("authorization"):
            await self._check_header(request, authorization, body)
            return None
        if "X-Amz-Signature" in (fields := _query_fields(request.query)):
            return self._check_query(request, fields)
        bucket = _BUCKET.fullmatch(request.path)
        if bucket and not request.query and request.method == "OPTIONS" and request.header("origin"):
            return _HEADERS_OF_A_PREFLIGHT
        if bucket and not request.query and request.method == "POST":
            self._check_form(await _form_fields(request, body), bucket[1])
            return _HEADERS_OF_A_FORM
        raise RefusedError("AccessDenied", "The request must be signed with the data folder's key.")

    def _check_target(self, request: Request) -> None:
        """Check the request's host, its origin and its path."""
        origin = request.header("origin")
        if request.header("host") not in self._hosts:
            raise RefusedError("AccessDenied", "This host is not served here.")
        if origin is not None and origin not in self._origins:
            raise RefusedError("AccessDenied", "Pages of this origin are not served here.")
        if _is_control_route(request) and not _is_health(request):
            raise RefusedError("AccessDenied", "The emulator's control routes are closed.")
        if "#" in request.path or "#" in request.query:
            raise RefusedError("InvalidURI", "The URL of a request must have no fragment.")

    async def _check_header(self, request: Request, authorization: str, body: _Body) -> None:
        """Check a signature in the Authorization header, which every SDK sends."""
        algorithm, _, rest = authorization.partition(" ")
        fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if algorithm != ALGORITHM or {"Credential", "SignedHeaders", "Signature"} - fields.keys():
            raise RefusedError("IncompleteSignature", f"The Authorization header is not a signature by {ALGORITHM}.")
        time = request.header("x-amz-date") or ""
        signature = Signature.parsed(fields["Credential"], time, fields["Signature"])
        if abs(datetime.now(UTC) - signature.signed_at()) > _CLOCK_SKEW:
            raise RefusedError("RequestTimeTooSkewed", "The request was signed more than 15 minutes from now.")
        headers = _signed_headers(request, fields["SignedHeaders"])
        signer = (S3SigV4Auth if signature.service == "s3" else SigV4Auth)(*self._credentials(signature))
        declared = request.header("x-amz-content-sha256")
        content = b"" if declared else await body.read(BODY_BYTES_MAX)
        if len(content) > BODY_BYTES_MAX:
            raise RefusedError("EntityTooLarge", f"A body over {BODY_BYTES_MAX} bytes needs X-Amz-Content-SHA256.")
        _compare(signer, signature, request, headers, content)
        if declared and _HASH.fullmatch(declared):
            body.expect(declared)

    def _check_query(self, request: Request, fields: dict[str, str]) -> frozenset[str]:
        """Check a presigned URL for a download from S3. Return the names of the headers to pass on."""
        signature = _signature_of(fields, "X-Amz-")
        if request.method not in {"GET", "HEAD"} or request.header("content-length") not in {None, "0"}:
            raise RefusedError("AccessDenied", "A presigned URL is for a download without a body.")
        expires, signed_at = fields.get("X-Amz-Expires", ""), signature.signed_at()
        if not re.fullmatch(r"[0-9]{1,6}", expires) or int(expires) > _EXPIRES_SECONDS_MAX:
            raise RefusedError("AuthorizationQueryParametersError", "X-Amz-Expires must be at most 7 days, in seconds.")
        if not signed_at - _CLOCK_SKEW <= datetime.now(UTC) <= signed_at + timedelta(seconds=int(expires)):
            raise RefusedError("AccessDenied", "The URL has expired.")
        headers = _signed_headers(request, fields.get("X-Amz-SignedHeaders", ""))
        signed = "&".join(part for part in request.query.split("&") if not part.startswith("X-Amz-Signature="))
        signer = S3SigV4QueryAuth(*self._credentials(signature))
        _compare(signer, signature, replace(request, query=signed), headers, b"")
        return _HEADERS_OF_A_DOWNLOAD.union(headers)

    def _check_form(self, fields: dict[str, str], bucket: str) -> None:
        """Check the signed policy of an upload form. The emulator checks the other fields and the size against it."""
        signature, policy = _signature_of(fields, "x-amz-"), fields.get("policy", "")
        request = AWSRequest()
        request.context["timestamp"] = signature.time
        expected = S3SigV4Auth(*self._credentials(signature)).signature(policy, request)
        _require_equal(expected, signature)
        # The signature is valid, so the policy is well-formed.
        document = json.loads(base64.b64decode(policy))
        if {"bucket": bucket} not in document["conditions"]:
            raise RefusedError("AccessDenied", "The form is for another bucket.")
        if datetime.now(UTC) >= datetime.fromisoformat(document["expiration"]):
            raise RefusedError("AccessDenied", "The form has expired.")

    def _credentials(self, signature: Signature) -> tuple[Credentials, str, str]:
        secret = self._secret_of(signature.key_id)
        if secret is None:
            raise RefusedError("InvalidClientTokenId", "The access key is not the data folder's key.")
        if self._services is not None and signature.service not in self._services:
            raise RefusedError("AccessDenied", f"The service {signature.service} is not served here.")
        return Credentials(signature.key_id, secret), signature.service, signature.region


class _Body:
    """A request's body on its way to the emulator. ``receive`` repeats the parts that the guard has read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read: list[Message] = []
        self._expected: str | None = None
        self._hash = hashlib.sha256()
        self.was_altered = False

    async def read(self, size: int) -> bytes:
        """Read until more than ``size`` bytes or the end have arrived, and return all bytes read."""
        length = 0
        while length <= size and (not self._read or self._read[-1].get("more_body")):
            message = await self._receive()
            if message["type"] != "http.request":
                raise RefusedError("IncompleteBody", "The body ended too early.")
            self._read.append(message)
            length += len(message.get("body", b""))
        return b"".join(message.get("body", b"") for message in self._read)

    def expect(self, sha256: str) -> None:
        """Withhold the last part of the body from the emulator if the body's SHA-256 differs from this one."""
        self._expected = sha256

    async def receive(self) -> Message:
        """Return the next part, as ASGI's ``receive`` does."""
        message = self._read.pop(0) if self._read else await self._receive()
        if self._expected and message["type"] == "http.request":
            self._hash.update(message.get("body", b""))
            if not message.get("more_body") and self._hash.hexdigest() != self._expected:
                self.was_altered = True
                return {"type": "http.disconnect"}
        return message


def _is_health(request: Request) -> bool:
    return request.path == HEALTH and request.method == "GET"


def _is_control_route(request: Request) -> bool:
    """Return whether the emulator may treat the path as one of its control routes."""
    return unquote(request.path).startswith("/_")


def _signed_headers(request: Request, names: str) -> dict[str, str]:
    """Return the signed headers. Raises ``RefusedError`` unless they include the host and all ``x-amz-`` headers."""
    signed = names.split(";")
    needed = {"host"} | {name for name in request.headers if name.startswith("x-amz-")}
    if missing := needed.difference(signed):
        raise RefusedError("AccessDenied", f"These headers must be signed: {', '.join(sorted(missing))}.")
    return {name: request.header(name) or "" for name in signed}


def _query_fields(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def _signature_of(fields: dict[str, str], prefix: str) -> Signature:
    """Return the signature among the fields of a presigned S3 URL or an S3 upload form."""
    title = str.title if prefix == "X-Amz-" else str
    algorithm, credential, time, value = (
        fields.get(prefix + title(name), "") for name in ("algorithm", "credential", "date", "signature")
    )
    signature = Signature.parsed(credential, time, value)
    if algorithm != ALGORITHM or signature.service != "s3":
        raise RefusedError("AccessDenied", f"Presigned URLs and forms must be signed for S3 by {ALGORITHM}.")
    return signature


async def _form_fields(request: Request, body: _Body) -> dict[str, str]:
    """Return the fields before the file of an upload form, by name in lower case."""
    content_type = request.header("content-type") or ""
    if not content_type.lower().startswith("multipart/form-data"):
        raise RefusedError("AccessDenied", "The request must be signed with the data folder's key.")
    start = (await body.read(FORM_FIELDS_BYTES_MAX))[:FORM_FIELDS_BYTES_MAX]
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    form = BytesParser().parsebytes(head + start)
    if form.preamble or not form.is_multipart():
        raise RefusedError("MalformedPOSTRequest", "The form does not begin with its boundary.")
    fields: dict[str, str] = {}
    for part in form.walk():
        name = part.get_param("name", header="content-disposition")
        if name == "file":
            break
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields.setdefault(name.lower(), content.decode("utf-8", "replace"))
    return fields


def _compare(signer: SigV4Auth, signature: Signature, request: Request, headers: dict[str, str], body: bytes) -> None:
    """Compute the signature of the request with ``headers`` and ``body``, and compare it with the client's."""
    signed = _SignedRequest(request, headers, body, signature.time)
    _require_equal(signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed), signature)


class _SignedRequest(AWSRequest):
    """What botocore's signers read of a request. An ``AWSRequest`` also prepares the request for sending."""

    body: Any = b""

    def __init__(self, request: Request, headers: dict[str, str], body: bytes, time: str) -> None:
        self.method = request.method
        self.url = f"http://{headers['host']}{request.path}?{request.query}"
        self.params: dict[str, str] = {}
        self.headers = HTTPHeaders()
        for name, value in headers.items():
            self.headers[name] = value
        self.body = body
        self.context = {"timestamp": time}


def _require_equal(expected: str, signature: Signature) -> None:
    if not hmac.compare_digest(expected.encode(), signature.value.encode()):
        raise RefusedError("SignatureDoesNotMatch", "The signature was not made with the data folder's key.")


async def _refuse(scope: Scope, error: RefusedError, send: Send) -> None:
    """Send AWS's error format, so that an SDK shows code and reason: JSON for a JSON request, else XML."""
    content_type = dict(scope["headers"]).get(b"content-type", b"")
    if content_type.startswith(b"application/x-amz-json"):
        body = json.dumps({"__type": error.code, "message": str(error)}).encode()
    else:
        content_type = b"application/xml"
        body = f"<Error><Code>{error.code}</Code><Message>{escape(str(error))}</Message></Error>".encode()
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
