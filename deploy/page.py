"""Publish a release's page: copy its files to the page bucket and invalidate CloudFront's cache."""

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
_REVALIDATE = "no-cache"
_ONE_HOUR = "public, max-age=3600"
_UNHASHED_PATHS = ("/", *(f"/{name}" for name in _ENTRY), "/favicon.svg", "/samples/*", "/example/*", "/docs*")
"""Paths without a content hash in their names: CloudFront must drop them from its cache at each release."""


def cache_control(name: str) -> str:
    """Return the Cache-Control header of a file of the page."""
    if name in _ENTRY or name.startswith("docs/"):
        return _REVALIDATE
    return _IMMUTABLE if name.startswith("assets/") else _ONE_HOUR


def publish(s3: S3Client, artefacts: Artefacts, release: Release, bucket: str) -> int:
    """Copy the release's page into ``bucket`` and return the number of files.

    Older files stay, because a page that is still open in a browser loads them. ``index.html`` comes after the files
    that it names.
    """
    # The built config.json is for the local stack; the one for this stage is written below.
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
    """Remove the files without a content hash from CloudFront's cache, and wait until that is done."""
    response = cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(_UNHASHED_PATHS), "Items": list(_UNHASHED_PATHS)},
            "CallerReference": str(uuid4()),  # CloudFront answers a repeated reference with the old invalidation
        },
    )
    invalidation_id = response["Invalidation"]["Id"]
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=distribution, Id=invalidation_id)
