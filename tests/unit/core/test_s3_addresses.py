"""Upload and download URLs lead to the host that the page's CSP allows."""

from collections.abc import Iterator

import boto3
import pytest

from chalicelib.core import aws
from chalicelib.inference.storage.file_store import FileStore


@pytest.fixture(autouse=True)
def new_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep the region of an earlier test
    aws.s3.cache_clear()
    yield
    aws.s3.cache_clear()


def urls() -> list[str]:
    """Return the URLs of an upload and of a download, without the signature."""
    files = FileStore(aws.s3(), "stack-files-1a2b")
    return [files.upload_form("uploads/u/f", 1000, 60)["url"], files.download_url("results/u/f", "f.csv").split("?")[0]]


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_on_aws_files_go_to_the_buckets_own_regional_host(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    host = f"https://stack-files-1a2b.s3.{region}.amazonaws.com"
    assert urls() == [f"{host}/", f"{host}/results/u/f"]


def test_at_an_emulator_the_bucket_stays_in_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:18300")
    host = "http://127.0.0.1:18300/stack-files-1a2b"
    assert urls() == [host, f"{host}/results/u/f"]
