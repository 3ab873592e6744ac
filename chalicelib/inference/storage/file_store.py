"""The files' bucket: inputs and results, under keys that only the server makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DOWNLOAD_SECONDS = 300

_DELETED_AT_ONCE = 1000
"""S3 lists and deletes so many objects in one request."""
_SINGLE_PUT_BYTES_MAX = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the bucket as it is now: ``etag`` changes with its bytes."""

    size: int
    etag: str


class FileGoneError(Exception):
    """The object does not exist any more: it expired or was deleted."""


class FileChangedError(Exception):
    """The object is no longer the one that was looked at."""


def input_prefix(user_id: str, prediction_id: str) -> str:
    """Where everything that was submitted for a prediction lies."""
    return f"inputs/{user_id}/{prediction_id}."


def input_key(user_id: str, prediction_id: str) -> str:
    """Where the checked CSV of a prediction lies."""
    return f"{input_prefix(user_id, prediction_id)}csv"


def bad_rows_key(user_id: str, prediction_id: str) -> str:
    """Where the rows lie that are skipped, a line of JSON each."""
    return f"{input_prefix(user_id, prediction_id)}bad.jsonl"


def upload_key(user_id: str, upload_id: str) -> str:
    """Where a client puts a large file, by an address that is good for this key only."""
    return f"uploads/{user_id}/{upload_id}"


def result_prefix(user_id: str, prediction_id: str, attempt: int | None = None) -> str:
    """Where the result's files of a prediction lie, or those of one attempt.

    Attempts share no key, so none can spoil another's.
    """
    every_attempt = f"results/{user_id}/{prediction_id}/"
    return every_attempt if attempt is None else f"{every_attempt}{attempt}/"


def prefixes_of_user(user_id: str) -> tuple[str, str, str]:
    """Where everything of a user lies: what was submitted, what came out, what was uploaded."""
    return f"inputs/{user_id}/", f"results/{user_id}/", f"uploads/{user_id}/"


class FileStore:
    """Objects of the bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, content: bytes, content_type: str) -> Stored:
        """Write a small object. Return its size and the ETag that S3 answered."""
        answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)
        return Stored(len(content), answer["ETag"])

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> Stored:
        """Write ``size`` bytes from the start of ``stream``, in parts if they are many. Return what S3 holds then."""
        stream.seek(0)
        if size <= _SINGLE_PUT_BYTES_MAX:
            return self.put(key, stream.read(), content_type)
        self._client.upload_fileobj(stream, self._bucket, key, ExtraArgs={"ContentType": content_type})
        return self._listed(key)

    def _listed(self, key: str) -> Stored:
        """Return the size and ETag of an object from a listing, which the worker may read; it may not read results."""
        answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        for each in answer.get("Contents", []):  # a key comes before all that begin with it
            if each["Key"] == key:
                return Stored(each["Size"], each["ETag"])
        raise FileGoneError(key)

    def open(self, key: str) -> BinaryIO:
        """The object as a stream.

        Raises
        ------
        FileGoneError
        """
        with _gone_is_told(key):
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"]  # type: ignore[return-value]

    def read(self, key: str) -> bytes:
        """The whole of a small object.

        Raises
        ------
        FileGoneError
        """
        with self.open(key) as stream:
            return stream.read()

    def read_range(self, key: str, start: int, end: int) -> bytes:
        """The bytes from ``start`` up to, not including, ``end``.

        Raises
        ------
        FileGoneError
        """
        with _gone_is_told(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-{end - 1}")
        return answer["Body"].read()

    def copy(self, source: str, target: str, etag: str | None = None) -> None:
        """Copy an object within the bucket; with ``etag`` only if it is still that one.

        Raises
        ------
        FileGoneError, FileChangedError
        """
        condition: Any = {"CopySourceIfMatch": etag} if etag else {}
        origin: Any = {"Bucket": self._bucket, "Key": source}
        with _gone_is_told(source):
            answer = self._client.copy_object(Bucket=self._bucket, Key=target, CopySource=origin, **condition)
        # Not every emulator knows the condition. The copy of an object that was put in one piece has its ETag.
        if etag and answer["CopyObjectResult"].get("ETag") != etag:
            self.delete_all(target)
            raise FileChangedError(source)

    def stored(self, key: str) -> Stored:
        """What is there.

        Raises
        ------
        FileGoneError
        """
        with _gone_is_told(key):
            answer = self._client.head_object(Bucket=self._bucket, Key=key)
        return Stored(answer["ContentLength"], answer["ETag"])

    def upload_form(self, key: str, bytes_max: int, seconds: int) -> dict[str, Any]:
        """``url`` and ``fields`` of a form that puts one file of at most ``bytes_max`` bytes at ``key``."""
        return self._client.generate_presigned_post(
            self._bucket, key, Conditions=[["content-length-range", 1, bytes_max]], ExpiresIn=seconds
        )

    def delete_all(self, prefix: str, may_go_on: Callable[[], bool] = lambda: True) -> bool:
        """Delete every object whose key begins with ``prefix``, a thousand at a time. Repeatable.

        ``may_go_on`` is asked before each thousand. Return whether all were deleted.
        """
        limits: Any = {"PageSize": _DELETED_AT_ONCE}
        pages = iter(
            self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, PaginationConfig=limits
            )
        )
        while may_go_on():
            page = next(pages, None)
            if page is None:
                return True
            keys = [{"Key": each["Key"]} for each in page.get("Contents", [])]
            if keys:
                answer = self._client.delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": keys, "Quiet": True},  # type: ignore[typeddict-item]
                )
                if answer.get("Errors"):
                    raise OSError(f"{len(answer['Errors'])} objects were not deleted")
        return False

    def exists(self, key: str) -> bool:
        """Whether the object is there."""
        try:
            self.stored(key)
        except FileGoneError:
            return False
        return True

    def download_url(self, key: str, file_name: str) -> str:
        """A pre-signed address that downloads the object as ``file_name`` (ASCII), good for DOWNLOAD_SECONDS."""
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentType": "text/csv; charset=utf-8",
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )


@contextmanager
def _gone_is_told(key: str) -> Iterator[None]:
    """Raise FileGoneError where S3 has no such object, FileChangedError where it has another one."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            raise FileGoneError(key) from error
        if error.response["Error"]["Code"] in {"PreconditionFailed", "412"}:
            raise FileChangedError(key) from error
        raise
