"""S3 and SQS in memory: the parts of their clients that the services call, with the same answers and errors."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError


class MemoryS3:
    """One bucket."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.objects[Key] = bytes(Body)
        return {"ETag": f'"{hashlib.md5(Body, usedforsecurity=False).hexdigest()}"'}

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Body": io.BytesIO(self._content(Key, "NoSuchKey"))}

    def head_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"ContentLength": len(self._content(Key, "404"))}

    def copy_object(self, *, Key: str, CopySource: dict[str, str], **_: Any) -> dict[str, Any]:  # noqa: N803
        self.objects[Key] = self._content(CopySource["Key"], "NoSuchKey")
        return {}

    def delete_objects(self, *, Delete: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        for deleted in Delete["Objects"]:
            self.objects.pop(deleted["Key"], None)
        return {}

    def get_paginator(self, _operation: str) -> MemoryS3:
        return self

    def paginate(self, *, Prefix: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        yield {"Contents": [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]}

    def _content(self, key: str, code: str) -> bytes:
        if key not in self.objects:
            raise ClientError({"Error": {"Code": code, "Message": key}}, "GetObject")
        return self.objects[key]


class MemorySqs:
    """One queue. The test delivers its messages in any order, loses some and repeats others."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def send_message(self, *, MessageBody: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.messages.append(MessageBody)
        return {}
