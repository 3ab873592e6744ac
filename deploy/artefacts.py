"""The artefact bucket: all zips, pages and templates that were ever deployed, so that a rollback can use them again.

::

    <stage>/code/<sha256>.zip           a function's code
    <stage>/pages/<sha256>/...          the files of a built page
    <stage>/templates/<sha256>.json     a CloudFormation template
    <stage>/releases/<id>.json          a release: its template, page and commit
    <stage>/current                     the id of the deployed release
    <stage>/kept.json                   the resources of a deleted stack, some of which still exist
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
_TAG: Any = {"Key": "project", "Value": "liver-lifespan"}
_MISSING = {"404", "NoSuchBucket", "NoSuchBucketPolicy", "NoSuchKey", "NoSuchLifecycleConfiguration", "NoSuchTagSet"}


@dataclass(slots=True)
class Release:
    """A release: a template and a page that were deployed together.

    ``template`` and ``page`` are keys in the artefact bucket, empty until they are uploaded.
    """

    id: str
    stage: str
    commit: str
    template: str = ""
    page: str = ""


class Artefacts:
    """The artefact bucket of an account and region. The first deployment creates it."""

    def __init__(self, s3: S3Client, account: str, stage: str) -> None:
        self._s3 = s3
        self._stage = stage
        # Bucket names are global and this one can be guessed, so refuse a bucket of another account.
        self._owner: Any = {"ExpectedBucketOwner": account}
        self.bucket = f"liver-lifespan-artefacts-{account}-{s3.meta.region_name}"

    def exists(self) -> bool:
        """Return whether the bucket exists, that is, whether anything was ever deployed here."""
        return _unless_missing(lambda: self._s3.head_bucket(Bucket=self.bucket, **self._owner)) is not None

    def ensure(self) -> None:
        """Create the bucket if needed. Make it private, encrypted and reachable over TLS only."""
        if not self.exists():
            region = self._s3.meta.region_name
            # CreateBucket does not accept us-east-1 as a location constraint.
            location: Any = (
                {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            )
            self._s3.create_bucket(Bucket=self.bucket, **location)
        self._tag()
        if not self._requires_tls():
            self._require_tls()
        self._expire_incomplete_uploads()
        self._s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            **self._owner,
        )
        rule: Any = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        self._s3.put_bucket_encryption(
            Bucket=self.bucket, ServerSideEncryptionConfiguration={"Rules": [rule]}, **self._owner
        )

    def _tag(self) -> None:
        """Give the bucket the tag that the stacks have, too. Keep the tags that it has."""
        response = _unless_missing(lambda: self._s3.get_bucket_tagging(Bucket=self.bucket, **self._owner))
        tags = response["TagSet"] if response else []
        if _TAG not in tags:
            others = [tag for tag in tags if tag["Key"] != _TAG["Key"]]
            self._s3.put_bucket_tagging(Bucket=self.bucket, Tagging={"TagSet": [*others, _TAG]}, **self._owner)

    def _requires_tls(self) -> bool:
        response = _unless_missing(lambda: self._s3.get_bucket_policy(Bucket=self.bucket, **self._owner))
        statements = json.loads(response["Policy"])["Statement"] if response else []
        return any(statement.get("Sid") == _TLS_ONLY for statement in statements)

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
        self._s3.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps(policy), **self._owner)

    def _expire_incomplete_uploads(self) -> None:
        """Let S3 delete the parts of uploads that were interrupted. Keep lifecycle rules that the bucket has."""
        if _unless_missing(lambda: self._s3.get_bucket_lifecycle_configuration(Bucket=self.bucket, **self._owner)):
            return
        rule: Any = {
            "ID": "uploads-never-finished",
            "Status": "Enabled",
            "Filter": {},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        }
        self._s3.put_bucket_lifecycle_configuration(
            Bucket=self.bucket, LifecycleConfiguration={"Rules": [rule]}, **self._owner
        )

    def put_file(self, path: Path, folder: str) -> str:
        """Upload a file under its content's hash, unless it is already there. Return its key."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        key = f"{self._stage}/{folder}/{digest}{path.suffix}"
        if not _unless_missing(lambda: self._s3.head_object(Bucket=self.bucket, Key=key, **self._owner)):
            self._s3.upload_file(str(path), self.bucket, key, ExtraArgs=self._owner)
        return key

    def put_page(self, page: Path) -> str:
        """Upload the built page under its content's hash. Return the prefix of its files."""
        files = {path.relative_to(page).as_posix(): path for path in sorted(page.rglob("*")) if path.is_file()}
        digest = hashlib.sha256()
        for name, path in files.items():
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
        prefix = f"{self._stage}/pages/{digest.hexdigest()}/"
        for name, path in files.items():
            content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
            options = {"ContentType": content_type, **self._owner}
            self._s3.upload_file(str(path), self.bucket, prefix + name, ExtraArgs=options)
        return prefix

    def copy(self, key: str, bucket: str, name: str, **metadata: Any) -> None:
        """Copy an object of this bucket into another one, with new metadata."""
        self._s3.copy_object(
            Bucket=bucket,
            Key=name,
            CopySource={"Bucket": self.bucket, "Key": key},
            MetadataDirective="REPLACE",
            ExpectedSourceBucketOwner=self._owner["ExpectedBucketOwner"],
            **metadata,
        )

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with ``prefix``."""
        paginator = self._s3.get_paginator("list_objects_v2")
        for page in paginator.paginate(Bucket=self.bucket, Prefix=prefix, **self._owner):
            for item in page.get("Contents", []):
                yield item["Key"]

    def url(self, key: str) -> str:
        """Return the object's URL, for CloudFormation."""
        signed = self._s3.generate_presigned_url("get_object", Params={"Bucket": self.bucket, "Key": key})
        return signed.partition("?")[0]

    def record(self, release: Release) -> None:
        """Record ``release`` and that it is the deployed one."""
        self._write(f"releases/{release.id}.json", json.dumps(asdict(release), indent=1))
        self._write("current", release.id)

    def current(self) -> str | None:
        """Return the id of the deployed release, or None if there is none."""
        return self._read("current")

    def releases(self) -> list[str]:
        """Return the ids of all releases, oldest first."""
        prefix = f"{self._stage}/releases/"
        return sorted(key.removeprefix(prefix).removesuffix(".json") for key in self.keys(prefix))

    def release(self, release_id: str) -> Release:
        """Return the release with this id, which must be one of ``releases()``."""
        return Release(**json.loads(self._read(f"releases/{release_id}.json") or ""))

    def note_kept(self, resources: dict[str, tuple[str, str]]) -> None:
        """Record the resources of a stack before it is deleted: afterwards CloudFormation no longer lists them."""
        self._write("kept.json", json.dumps(resources, indent=1))

    def kept(self) -> dict[str, tuple[str, str]] | None:
        """Return the recorded resources: type and physical id by logical id. None if nothing was recorded."""
        text = self._read("kept.json")
        return {logical: (kind, name) for logical, (kind, name) in json.loads(text).items()} if text else None

    def _write(self, name: str, text: str) -> None:
        self._s3.put_object(Bucket=self.bucket, Key=f"{self._stage}/{name}", Body=text.encode(), **self._owner)

    def _read(self, name: str) -> str | None:
        key = f"{self._stage}/{name}"
        response = _unless_missing(lambda: self._s3.get_object(Bucket=self.bucket, Key=key, **self._owner))
        return response["Body"].read().decode() if response else None


def _unless_missing[T](request: Callable[[], T]) -> T | None:
    """Return the response of ``request``, or None if the bucket, its policy or rules, or the object does not exist."""
    try:
        return request()
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise
