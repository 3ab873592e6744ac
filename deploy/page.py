"""Puts a release's page where CloudFront takes it from."""

from __future__ import annotations

import json
import mimetypes
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_s3 import S3Client

    from deploy.artefacts import Artefacts, Release

CONFIG = "config.json"
_ENTRY = ("index.html", CONFIG)
_IMMUTABLE = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_AN_HOUR = "public, max-age=3600"
# CloudFront keeps what has no content hash in its name.
_CHANGED = ("/", *(f"/{name}" for name in _ENTRY), "/favicon.svg", "/samples/*", "/docs*")


def cache_control(name: str) -> str:
    """Return how long browsers and CloudFront may keep a file of the page."""
    if name in _ENTRY or name.startswith("docs/"):
        return _ASK_AGAIN
    return _IMMUTABLE if name.startswith("assets/") else _AN_HOUR


def publish(s3: S3Client, artefacts: Artefacts, release: Release, bucket: str) -> int:
    """Copy the release's page into ``bucket``, and return how many files that were.

    Nothing is deleted: who has an older page open still loads its files. The entry comes last, so that it never names
    a file that isn't there yet.
    """
    # The build's own config says that it is the local stack's.
    names = [name for key in artefacts.keys(release.page) if (name := key.removeprefix(release.page)) != CONFIG]
    for name in sorted(names, key=lambda name: (name in _ENTRY, name)):
        artefacts.copy(
            release.page + name,
            bucket,
            name,
            ContentType=mimetypes.guess_type(name)[0] or "application/octet-stream",
            CacheControl=cache_control(name),
        )
    config = json.dumps({"stage": release.stage, "release": release.id, "commit": release.commit}).encode()
    s3.put_object(
        Bucket=bucket, Key=CONFIG, Body=config, ContentType="application/json", CacheControl=cache_control(CONFIG)
    )
    return len(names) + 1


def invalidate(cloudfront: CloudFrontClient, distribution: str) -> None:
    """Make CloudFront forget the files that keep their names, and wait until it has."""
    made = cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(_CHANGED), "Items": list(_CHANGED)},
            "CallerReference": str(uuid4()),  # a repeated one would be answered with the old invalidation
        },
    )
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=distribution, Id=made["Invalidation"]["Id"])
