"""The bucket of what was deployed: zips and pages by their content, and a record of each release.

::

    <stage>/code/<sha256>.zip           what the functions run
    <stage>/pages/<sha256>/...          what the page bucket held
    <stage>/templates/<sha256>.json     CloudFormation
    <stage>/releases/<id>.json          which of these belonged together
    <stage>/current                     the id of the release that is deployed
    <stage>/kept.json                   what a stack that was taken down left behind
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3 import S3Client

_TLS_ONLY = "TlsOnly"


@dataclass(slots=True)
class Release:
    """What was deployed together. ``template``, ``page``: keys in this bucket, once they are uploaded."""

    id: str
    stage: str
    commit: str
    template: str = ""
    page: str = ""


class Artefacts:
    """The bucket, made at the first deployment of an account and region."""

    def __init__(self, s3: S3Client, account: str, stage: str) -> None:
        self._s3 = s3
        self._stage = stage
        # Bucket names are everybody's, and this one can be guessed: a stranger's is refused.
        self._ours: Any = {"ExpectedBucketOwner": account}
        self.bucket = f"liver-lifespan-artefacts-{account}-{s3.meta.region_name}"

    def exists(self) -> bool:
        """Whether something was ever deployed here."""
        return _unless_missing(lambda: self._s3.head_bucket(Bucket=self.bucket, **self._ours)) is not None

    def ensure(self) -> None:
        """Make the bucket if it isn't there, and make it private, encrypted, and over TLS only."""
        if not self.exists():
            region = self._s3.meta.region_name
            # us-east-1 is the one region that CreateBucket must not be told.
            where: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self._s3.create_bucket(Bucket=self.bucket, **where)
        if not self._is_over_tls_only():
            self._require_tls()
        self._s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            **self._ours,
        )
        rule: Any = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        self._s3.put_bucket_encryption(
            Bucket=self.bucket, ServerSideEncryptionConfiguration={"Rules": [rule]}, **self._ours
        )

    def _is_over_tls_only(self) -> bool:
        found = _unless_missing(lambda: self._s3.get_bucket_policy(Bucket=self.bucket, **self._ours))
        statements = json.loads(found["Policy"])["Statement"] if found else []
        return any(each.get("Sid") == _TLS_ONLY for each in statements)

    def _require_tls(self) -> None:
        arn = f"arn:{self._s3.meta.partition}:s3:::{self.bucket}"
        statement = {
            "Sid": _TLS_ONLY,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": False}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self._s3.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps(policy), **self._ours)

    def put_file(self, path: Path, folder: str) -> str:
        """Upload a file under its content's hash, unless it is there, and return its key."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        key = f"{self._stage}/{folder}/{digest}{path.suffix}"
        if not _unless_missing(lambda: self._s3.head_object(Bucket=self.bucket, Key=key, **self._ours)):
            self._s3.upload_file(str(path), self.bucket, key, ExtraArgs=self._ours)
        return key

    def put_page(self, page: Path) -> str:
        """Upload the built page under its content's hash, and return the prefix of its files."""
        files = {path.relative_to(page).as_posix(): path for path in sorted(page.rglob("*")) if path.is_file()}
        digest = hashlib.sha256()
        for name, path in files.items():
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
        prefix = f"{self._stage}/pages/{digest.hexdigest()}/"
        for name, path in files.items():
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            self._s3.upload_file(str(path), self.bucket, prefix + name, ExtraArgs={"ContentType": kind, **self._ours})
        return prefix

    def copy(self, key: str, bucket: str, name: str, **metadata: Any) -> None:
        """Copy an object of this bucket into another one, with new metadata."""
        self._s3.copy_object(
            Bucket=bucket,
            Key=name,
            CopySource={"Bucket": self.bucket, "Key": key},
            MetadataDirective="REPLACE",
            ExpectedSourceBucketOwner=self._ours["ExpectedBucketOwner"],
            **metadata,
        )

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with ``prefix``."""
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, **self._ours):
            for found in page.get("Contents", []):
                yield found["Key"]

    def url(self, key: str) -> str:
        """Return the object's address, as CloudFormation takes it."""
        signed = self._s3.generate_presigned_url("get_object", Params={"Bucket": self.bucket, "Key": key})
        return signed.partition("?")[0]

    def record(self, release: Release) -> None:
        """Note that ``release`` is what is deployed now."""
        self._write(f"releases/{release.id}.json", json.dumps(asdict(release), indent=1))
        self._write("current", release.id)

    def current(self) -> str | None:
        """Return the id of the release that is deployed."""
        return self._read("current")

    def releases(self) -> list[str]:
        """Return the ids of all releases, oldest first."""
        prefix = f"{self._stage}/releases/"
        return sorted(key.removeprefix(prefix).removesuffix(".json") for key in self.keys(prefix))

    def release(self, release_id: str) -> Release:
        """Return a release that ``releases`` names."""
        return Release(**json.loads(self._read(f"releases/{release_id}.json") or ""))

    def note_kept(self, resources: dict[str, tuple[str, str]]) -> None:
        """Note the resources of a stack that is about to be deleted: afterwards nothing else knows their names."""
        self._write("kept.json", json.dumps(resources, indent=1))

    def kept(self) -> dict[str, tuple[str, str]] | None:
        """Return type and physical id by logical id of what was noted last."""
        noted = self._read("kept.json")
        return {logical: (kind, name) for logical, (kind, name) in json.loads(noted).items()} if noted else None

    def _write(self, name: str, text: str) -> None:
        self._s3.put_object(Bucket=self.bucket, Key=f"{self._stage}/{name}", Body=text.encode(), **self._ours)

    def _read(self, name: str) -> str | None:
        key = f"{self._stage}/{name}"
        found = _unless_missing(lambda: self._s3.get_object(Bucket=self.bucket, Key=key, **self._ours))
        return found["Body"].read().decode() if found else None


def _unless_missing[T](ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket", "NoSuchBucketPolicy", "NoSuchKey"}:
            return None
        raise
