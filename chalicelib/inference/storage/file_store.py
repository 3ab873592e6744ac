"""The file store: the S3 bucket of uploads, inputs and results, and the keys of its objects.

Only the server chooses keys. No part of a key comes from a client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DOWNLOAD_SECONDS = 300

_DELETE_BATCH_MAX = 1000
"""S3 lists and deletes at most this many objects in one request."""
_SINGLE_PUT_BYTES_MAX = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A stored object: its size in bytes, and its ETag, which changes with its content."""

    size: int
    etag: str


class FileGoneError(Exception):
    """The object does not exist. It expired, was deleted or was never written."""


class FileChangedError(Exception):
    """The object was overwritten since its ETag was read."""


def input_prefix(user_id: str, prediction_id: str) -> str:
    """Return the common prefix of a prediction's input files."""
    return f"inputs/{user_id}/{prediction_id}."


def input_key(user_id: str, prediction_id: str) -> str:
    """Return the key of a prediction's canonical CSV, or of the copy of a large upload."""
    return f"{input_prefix(user_id, prediction_id)}csv"


def bad_rows_key(user_id: str, prediction_id: str) -> str:
    """Return the key of a prediction's bad rows: JSON lines, one for each skipped row."""
    return f"{input_prefix(user_id, prediction_id)}bad.jsonl"


def upload_key(user_id: str, upload_id: str) -> str:
    """Return the key that a client uploads a large file to. The upload form is valid for this key only."""
    return f"uploads/{user_id}/{upload_id}"


def result_prefix(user_id: str, prediction_id: str, attempt: int | None = None) -> str:
    """Return the prefix of a prediction's result files, of all attempts or of ``attempt``.

    Attempts share no key, so a late attempt cannot overwrite the result of another one.
    """
    all_attempts = f"results/{user_id}/{prediction_id}/"
    return all_attempts if attempt is None else f"{all_attempts}{attempt}/"


def prefixes_of_user(user_id: str) -> tuple[str, str, str]:
    """Return the prefixes of all of a user's files: inputs, results and uploads."""
    return f"inputs/{user_id}/", f"results/{user_id}/", f"uploads/{user_id}/"


class FileStore:
    """Reads, writes and deletes objects of the bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, content: bytes, content_type: str) -> StoredObject:
        """Write a small object. Return its size and the ETag from S3."""
        response = self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)
        return StoredObject(len(content), response["ETag"])

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> StoredObject:
        """Write the first ``size`` bytes of ``stream``, in several parts if there are many. Return size and ETag."""
        stream.seek(0)
        if size <= _SINGLE_PUT_BYTES_MAX:
            return self.put(key, stream.read(), content_type)
        self._client.upload_fileobj(stream, self._bucket, key, ExtraArgs={"ContentType": content_type})
        return self._list_one(key)

    def _list_one(self, key: str) -> StoredObject:
        """Return the size and ETag of an object from a listing. The worker may list results but not read them."""
        response = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        for entry in response.get("Contents", []):  # a key is listed before all longer keys that start with it
            if entry["Key"] == key:
                return StoredObject(entry["Size"], entry["ETag"])
        raise FileGoneError(key)

    def open(self, key: str) -> BinaryIO:
        """Open an object as a stream of bytes.

        Raises
        ------
        FileGoneError
        """
        with _translate_errors(key):
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"]  # type: ignore[return-value]

    def read(self, key: str) -> bytes:
        """Return the content of a small object.

        Raises
        ------
        FileGoneError
        """
        with self.open(key) as stream:
            return stream.read()

    def read_range(self, key: str, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` to ``end``, without the byte at ``end``.

        Raises
        ------
        FileGoneError
        """
        with _translate_errors(key):
            response = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-{end - 1}")
        return response["Body"].read()

    def copy(self, source: str, target: str, etag: str | None = None) -> None:
        """Copy an object within the bucket. With ``etag``, copy it only if it still has this ETag.

        Raises
        ------
        FileGoneError, FileChangedError
        """
        condition: Any = {"CopySourceIfMatch": etag} if etag else {}
        origin: Any = {"Bucket": self._bucket, "Key": source}
        with _translate_errors(source):
            response = self._client.copy_object(Bucket=self._bucket, Key=target, CopySource=origin, **condition)
        # Some emulators ignore the condition. A copy keeps the ETag of an object that was uploaded in one part.
        if etag and response["CopyObjectResult"].get("ETag") != etag:
            self.delete_all(target)
            raise FileChangedError(source)

    def stored(self, key: str) -> StoredObject:
        """Return the size and ETag of an object.

        Raises
        ------
        FileGoneError
        """
        with _translate_errors(key):
            response = self._client.head_object(Bucket=self._bucket, Key=key)
        return StoredObject(response["ContentLength"], response["ETag"])

    def upload_form(self, key: str, bytes_max: int, seconds: int) -> dict[str, Any]:
        """Return ``url`` and ``fields`` of a form that uploads one file of at most ``bytes_max`` bytes to ``key``.

        The form expires after ``seconds``.
        """
        return self._client.generate_presigned_post(
            self._bucket, key, Conditions=[["content-length-range", 1, bytes_max]], ExpiresIn=seconds
        )

    def delete_all(self, prefix: str, may_continue: Callable[[], bool] = lambda: True) -> bool:
        """Delete every object whose key starts with ``prefix``, in batches of 1,000. It is idempotent.

        ``may_continue`` is called before each batch; False stops the deletion. Return whether all objects were deleted.
        """
        limits: Any = {"PageSize": _DELETE_BATCH_MAX}
        pages = iter(
            self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, PaginationConfig=limits
            )
        )
        while may_continue():
            page = next(pages, None)
            if page is None:
                return True
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            if keys:
                response = self._client.delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": keys, "Quiet": True},  # type: ignore[typeddict-item]
                )
                if response.get("Errors"):
                    raise OSError(f"{len(response['Errors'])} objects were not deleted")
        return False

    def exists(self, key: str) -> bool:
        """Return whether the object exists."""
        try:
            self.stored(key)
        except FileGoneError:
            return False
        return True

    def download_url(self, key: str, file_name: str) -> str:
        """Return a pre-signed URL that downloads the object as ``file_name`` (ASCII), valid for DOWNLOAD_SECONDS."""
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
def _translate_errors(key: str) -> Iterator[None]:
    """Raise FileGoneError if the object does not exist, and FileChangedError if its ETag differs."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            raise FileGoneError(key) from error
        if error.response["Error"]["Code"] in {"PreconditionFailed", "412"}:
            raise FileChangedError(key) from error
        raise
